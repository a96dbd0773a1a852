/* ledger_fsck_store.c - computes the books again, and counts what does not agree. */
#include "ledger/ledger_fsck.h"

enum { WRONG_MAX = 100 };

struct wrong {
    struct id wrong_id;
};
static const struct field wrong_fields[] = {
    {.name = "wrong_id", .kind = FIELD_ID, .offset = offsetof(struct wrong, wrong_id)},
};
static const struct shape wrong_shape = {
    .name = "LedgerWrong",
    .fields = wrong_fields,
    .field_count = COUNT_OF(wrong_fields),
    .bytes = sizeof(struct wrong),
};

/* A question about rows that should not be there. */
struct question {
    struct statement statement;
    const char *sentence; /* behind "12 accounts" */
    const char *thing;
};

#define ASKS(query)                                                                                \
    {                                                                                              \
        .sql = query " LIMIT 100", .gives = &wrong_shape, .rows_max = WRONG_MAX                    \
    }

/* Each move as each of its accounts sees it. */
#define SIDES                                                                                      \
    "(SELECT id, part, at, debit_id AS account_id, debit_number AS number, amount AS debit,"       \
    " 0 AS credit, debit_debits AS debits, debit_credits AS credits FROM ledger_transfer"          \
    " UNION ALL SELECT id, part, at, credit_id, credit_number, 0, amount, credit_debits,"          \
    " credit_credits FROM ledger_transfer)"

/* In billions and the rest, so that no sum overflows. */
#define DIFFERS(left, right)                                                                       \
    "1000000000 * sum(" left " / 1000000000 - " right " / 1000000000)"                             \
    " + sum(" left " % 1000000000 - " right " % 1000000000) <> 0"

static const struct question questions[] = {
    {ASKS("SELECT id AS wrong_id FROM ledger_account WHERE currency IN (SELECT currency"
          " FROM ledger_account GROUP BY currency HAVING " DIFFERS(
              "debits", "credits") " OR " DIFFERS("debits_held", "credits_held") ")"),
     "have a currency that does not sum to zero", "accounts"},
    {ASKS("SELECT a.id AS wrong_id FROM ledger_account a LEFT JOIN ("
          "SELECT account_id, sum(debit) AS debits, sum(credit) AS credits, count(*) AS moves,"
          " max(at) AS at FROM " SIDES " AS sides GROUP BY account_id) AS s ON s.account_id = a.id"
          " WHERE a.debits <> COALESCE(s.debits, 0) OR a.credits <> COALESCE(s.credits, 0)"
          " OR a.moves <> COALESCE(s.moves, 0) OR a.changed_at < COALESCE(s.at, 0)"),
     "have another balance than their moves add up to", "accounts"},
    {ASKS("SELECT id AS wrong_id FROM (SELECT id, at, number, debits, credits, debit, credit,"
          " COALESCE(lag(number) OVER w, 0) AS last_number,"
          " COALESCE(lag(debits) OVER w, 0) AS last_debits,"
          " COALESCE(lag(credits) OVER w, 0) AS last_credits,"
          " COALESCE(lag(at) OVER w, 0) AS last_at FROM " SIDES " AS sides"
          " WINDOW w AS (PARTITION BY account_id ORDER BY number, id, part)) AS steps"
          " WHERE number <> last_number + 1 OR debits <> last_debits + debit"
          " OR credits <> last_credits + credit OR at < last_at"),
     "do not follow from the move before them", "transfers"},
    {ASKS("SELECT a.id AS wrong_id FROM ledger_account a LEFT JOIN ("
          "SELECT account_id, sum(debit) AS debits, sum(credit) AS credits FROM ("
          "SELECT debit_id AS account_id, amount AS debit, 0 AS credit FROM ledger_hold"
          " WHERE state = 'held' UNION ALL SELECT credit_id, 0, amount FROM ledger_hold"
          " WHERE state = 'held') AS sides GROUP BY account_id) AS s ON s.account_id = a.id"
          " WHERE a.debits_held <> COALESCE(s.debits, 0)"
          " OR a.credits_held <> COALESCE(s.credits, 0)"),
     "hold something else than their holds say", "accounts"},
    {ASKS("SELECT id AS wrong_id FROM ledger_account WHERE"
          " (least IS NOT NULL AND credits - debits - debits_held < least)"
          " OR (most IS NOT NULL AND credits - debits + credits_held > most)"
          " OR (closed_at IS NOT NULL AND (credits <> debits OR debits_held <> 0"
          " OR credits_held <> 0))"),
     "are outside of their limits, or closed and not empty", "accounts"},
    {ASKS("SELECT t.id AS wrong_id FROM ledger_transfer t"
          " LEFT JOIN ledger_account d ON d.id = t.debit_id"
          " LEFT JOIN ledger_account c ON c.id = t.credit_id"
          " WHERE d.id IS NULL OR c.id IS NULL OR d.currency <> c.currency OR t.dated_at > t.at"),
     "have no account, two currencies, or a date after they were recorded", "transfers"},
    {ASKS("SELECT r.id AS wrong_id FROM ledger_transfer r WHERE r.reverses IS NOT NULL"
          " AND NOT EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.id = r.reverses"
          " AND t.debit_id = r.credit_id AND t.credit_id = r.debit_id AND t.amount = r.amount"
          " AND t.reverses IS NULL)"),
     "reverse something that is not there", "transfers"},
    {ASKS("SELECT h.id AS wrong_id FROM ledger_hold h WHERE"
          " (h.state = 'posted') <> EXISTS (SELECT 1 FROM ledger_transfer t"
          " WHERE t.hold = h.id AND t.part = h.part AND t.id = h.transfer"
          " AND t.debit_id = h.debit_id AND t.credit_id = h.credit_id AND t.amount <= h.amount)"
          " UNION ALL SELECT hold FROM ledger_transfer WHERE hold IS NOT NULL"
          " GROUP BY hold, part HAVING count(*) > 1"),
     "are posted without a transfer, or more than once", "holds"},
};

static enum status look_for(struct fsck_look *look, const struct question *question)
{
    char first[ID_TEXT_BYTES + 1];
    struct rows rows;
    enum status status =
        store_query(look->store, look->arena, &question->statement, NO_VALUES, &rows);
    const struct wrong *wrong = rows.items;
    if (status == STATUS_OK && rows.count > 0) {
        id_write(wrong->wrong_id, first);
        fsck_say(look, FSCK_ERROR,
                 "%zu%s %s %s; one of them is %s. Let nobody be paid before it is understood:"
                 " restore a backup beside it, and compare.",
                 rows.count, rows.count == WRONG_MAX ? " or more" : "", question->thing,
                 question->sentence, first);
    }
    return status;
}

enum status ledger_fsck(struct fsck_look *look)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < COUNT_OF(questions) && status == STATUS_OK; i++) {
        status = look_for(look, &questions[i]);
    }
    return status;
}
