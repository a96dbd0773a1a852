/* popug_promises.c - what must be true of a company of popugs: the books sum to zero, each balance
 * is what the facts say, each payout is paid once, and what was answered with yes is so.
 */
#include "ledger/ledger_fsck.h"
#include "tests/lib/popug/popug_world.h"

enum { ROWS_MAX = 100000 };

/* ---- questions ---- */

struct counted {
    struct id id;
    int64_t count;
};
static const struct field counted_fields[] = {
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct counted, id)},
    {.name = "count", .kind = FIELD_INTEGER, .offset = offsetof(struct counted, count)},
};
static const struct shape number_shape = {.name = "PopugNumber",
                                          .fields = &counted_fields[1],
                                          .field_count = 1,
                                          .bytes = sizeof(struct counted)};
static const struct shape counted_shape = {.name = "PopugCount",
                                           .fields = counted_fields,
                                           .field_count = 2,
                                           .bytes = sizeof(struct counted)};

#define NUMBER(name_, sql_)                                                                        \
    static const struct statement name_ = {.sql = (sql_), .gives = &number_shape}
#define LIST(name_, sql_)                                                                          \
    static const struct statement name_ = {                                                        \
        .sql = (sql_), .gives = &counted_shape, .rows_max = ROWS_MAX}

NUMBER(sum_of_books, "SELECT CAST(COALESCE(sum(credits - debits), 0) AS bigint) AS count"
                     " FROM accounts.ledger_account");
NUMBER(parked_rows, "SELECT count(*) AS count FROM parked");
NUMBER(all_assignments, "SELECT count(*) AS count FROM board.assignment");
NUMBER(all_done, "SELECT count(*) AS count FROM board.item WHERE status = 'done'");
NUMBER(all_fees, "SELECT count(*) AS count FROM accounts.ledger_transfer WHERE code = 'task_fee'");
NUMBER(all_rewards,
       "SELECT count(*) AS count FROM accounts.ledger_transfer WHERE code = 'task_reward'");
NUMBER(all_paid, "SELECT count(*) AS count FROM accounts.payout WHERE status = 'paid'");
NUMBER(all_held, "SELECT CAST(COALESCE(sum(debits_held + credits_held), 0) AS bigint) AS count"
                 " FROM accounts.ledger_account");
NUMBER(all_letters,
       "SELECT count(*) AS count FROM notifications.letter WHERE template = 'accounts.payout'");
NUMBER(all_created, "SELECT count(*) AS count FROM board.item");
NUMBER(all_notices,
       "SELECT count(*) AS count FROM notifications.letter WHERE template = 'board.task_assigned'");
NUMBER(all_shuffled, "SELECT count(*) AS count FROM notifications.letter"
                     " WHERE template = 'board.tasks_shuffled'");
NUMBER(all_fallen, "SELECT count(*) AS count FROM (SELECT DISTINCT lottery_id, person_id"
                   " FROM board.assignment WHERE lottery_id IS NOT NULL) AS one");
NUMBER(payouts_under_way, "SELECT count(*) AS count FROM accounts.payout WHERE status = 'pending'");
NUMBER(days_under_way, "SELECT count(*) AS count FROM accounts.day WHERE is_over = 0");
NUMBER(shuffles_under_way, "SELECT count(*) AS count FROM board.lottery"
                           " WHERE status = 'running' OR (status = 'done' AND told < people)");
NUMBER(payments_under_way, "SELECT count(*) AS count FROM payments.payment"
                           " WHERE status NOT IN ('done', 'failed')");
LIST(balances, "SELECT id, credits - debits AS count FROM accounts.ledger_account"
               " WHERE code = 'popug' ORDER BY id");
LIST(fees_by_fact, "SELECT a.person_id AS id, CAST(sum(i.fee_minor) AS bigint) AS count"
                   " FROM board.assignment a JOIN board.item i ON i.id = a.item_id"
                   " GROUP BY a.person_id");
LIST(rewards_by_fact, "SELECT assignee_id AS id, CAST(sum(reward_minor) AS bigint) AS count"
                      " FROM board.item WHERE status = 'done' GROUP BY assignee_id");
LIST(paid_by_fact, "SELECT person_id AS id, CAST(sum(amount_minor) AS bigint) AS count"
                   " FROM accounts.payout WHERE status = 'paid' GROUP BY person_id");
LIST(payouts_of_bank, "SELECT id, amount_minor AS count FROM accounts.payout");
LIST(payouts_paid, "SELECT id, amount_minor AS count FROM accounts.payout WHERE status = 'paid'");
LIST(payouts_failed,
     "SELECT id, amount_minor AS count FROM accounts.payout WHERE status = 'failed'");
LIST(finished, "SELECT id, 1 AS count FROM board.item WHERE status = 'done' AND assignee_id = $1");
LIST(created, "SELECT id, 1 AS count FROM board.item");

static struct rows rows_of(struct popug_world *popugs, const char *service,
                           const struct statement *statement, struct values values)
{
    struct rows rows;
    struct store *store = world_look(popug_member(popugs, service));
    enum status status = store_query(store, popugs->world.look, statement, values, &rows);
    MUST(status == STATUS_OK);
    world_looked(store);
    return rows;
}

static int64_t number(struct popug_world *popugs, const char *service,
                      const struct statement *statement)
{
    struct rows rows = rows_of(popugs, service, statement, NO_VALUES);
    const struct counted *counted = rows.items;
    return counted[0].count;
}

static int64_t of(struct rows rows, struct id id)
{
    const struct counted *counted = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        if (id_equals(counted[i].id, id)) {
            return counted[i].count;
        }
    }
    return 0;
}

static bool has(struct rows rows, struct id id)
{
    return of(rows, id) != 0;
}

/* ---- at any moment ---- */

static void books_are_sound(struct popug_world *popugs)
{
    struct member *member = popug_member(popugs, "accounts");
    struct fsck_look look = {.service = member->host.service,
                             .store = world_look(member),
                             .arena = popugs->world.look,
                             .detail = TEXT("")};
    enum status status = ledger_fsck(&look);
    MUST(status == STATUS_OK);
    world_looked(member->store);
    if (look.detail.bytes > 0) {
        world_violated(&popugs->world, "the books: %.*s", TEXT_ARGS(look.detail));
    }
    int64_t sum = number(popugs, "accounts", &sum_of_books);
    if (sum != 0) {
        world_violated(&popugs->world, "the books sum to %lld", (long long)sum);
    }
}

/* What has left the bank was ordered, so much, once, and is not given back to its owner. */
static void bank_is_right(struct popug_world *popugs)
{
    struct rows ordered = rows_of(popugs, "accounts", &payouts_of_bank, NO_VALUES);
    struct rows paid = rows_of(popugs, "accounts", &payouts_paid, NO_VALUES);
    struct rows failed = rows_of(popugs, "accounts", &payouts_failed, NO_VALUES);
    size_t paid_count = 0;
    for (size_t i = 0; i < popugs->bank_count; i++) {
        const struct bank_entry *entry = &popugs->bank[i];
        paid_count += entry->paid > 0 && has(paid, entry->id);
        if (entry->paid > 1) {
            world_violated(&popugs->world, "the bank has paid a payout %u times", entry->paid);
        } else if (of(ordered, entry->id) != entry->amount_minor) {
            world_violated(&popugs->world, "the bank was sent what is no payout");
        } else if (entry->paid > 0 && has(failed, entry->id)) {
            world_violated(&popugs->world, "what the bank has paid is given up in the books");
        }
    }
    if (paid_count != paid.count) {
        world_violated(&popugs->world, "the books say paid what the bank has not paid");
    }
}

void popug_watch(struct popug_world *popugs)
{
    books_are_sound(popugs);
    bank_is_right(popugs);
}

/* ---- when all has come to rest ---- */

static int64_t sum_of_parked(struct popug_world *popugs)
{
    int64_t sum = 0;
    for (size_t i = 0; i < popugs->world.member_count; i++) {
        sum += number(popugs, popugs->world.members[i].service->name, &parked_rows);
    }
    return sum;
}

bool popug_rests(struct popug_world *popugs)
{
    return number(popugs, "accounts", &payouts_under_way) == 0 &&
           number(popugs, "accounts", &days_under_way) == 0 &&
           number(popugs, "board", &shuffles_under_way) == 0 &&
           number(popugs, "payments", &payments_under_way) == 0 && sum_of_parked(popugs) == 0;
}

static void same(struct popug_world *popugs, const char *what, int64_t left, int64_t right)
{
    if (left != right) {
        world_violated(&popugs->world, "%s: %lld and %lld", what, (long long)left,
                       (long long)right);
    }
}

static void counts_agree(struct popug_world *popugs)
{
    same(popugs, "assignments and fees", number(popugs, "board", &all_assignments),
         number(popugs, "accounts", &all_fees));
    same(popugs, "finished tasks and rewards", number(popugs, "board", &all_done),
         number(popugs, "accounts", &all_rewards));
    same(popugs, "payouts and letters", number(popugs, "accounts", &all_paid),
         number(popugs, "notifications", &all_letters));
    same(popugs, "new tasks and notices", number(popugs, "board", &all_created),
         number(popugs, "notifications", &all_notices));
    same(popugs, "on whom tasks fell and notices", number(popugs, "board", &all_fallen),
         number(popugs, "notifications", &all_shuffled));
    same(popugs, "held, and nothing under way", number(popugs, "accounts", &all_held), 0);
}

static void balances_agree(struct popug_world *popugs)
{
    struct rows all = rows_of(popugs, "accounts", &balances, NO_VALUES);
    struct rows fees = rows_of(popugs, "board", &fees_by_fact, NO_VALUES);
    struct rows rewards = rows_of(popugs, "board", &rewards_by_fact, NO_VALUES);
    struct rows paid = rows_of(popugs, "accounts", &paid_by_fact, NO_VALUES);
    const struct counted *one = all.items;
    for (size_t i = 0; i < all.count; i++) {
        same(popugs, "a balance and what the facts say", one[i].count,
             of(rewards, one[i].id) - of(fees, one[i].id) - of(paid, one[i].id));
    }
}

static void what_was_said_is_so(struct popug_world *popugs)
{
    struct rows all = rows_of(popugs, "board", &created, NO_VALUES);
    for (size_t i = 0; i < popugs->popug_count; i++) {
        struct id person = popugs->popugs[i];
        struct rows his = rows_of(popugs, "board", &finished, VALUES(value_id(person)));
        for (size_t k = 0; k < popugs->task_count; k++) {
            if (id_equals(popugs->tasks[k].finished_by, person) && !has(his, popugs->tasks[k].id)) {
                world_violated(&popugs->world, "a task that was said to be done is not");
            }
        }
    }
    for (size_t k = 0; k < popugs->task_count; k++) {
        if (!has(all, popugs->tasks[k].id)) {
            world_violated(&popugs->world, "a task that was said to be there is not");
        }
    }
}

void popug_watch_end(struct popug_world *popugs)
{
    if (!popug_rests(popugs)) {
        world_violated(&popugs->world,
                       "it does not come to rest: %lld payouts, %lld payments, %lld shuffles, "
                       "%lld messages are under way",
                       (long long)number(popugs, "accounts", &payouts_under_way),
                       (long long)number(popugs, "payments", &payments_under_way),
                       (long long)number(popugs, "board", &shuffles_under_way),
                       (long long)sum_of_parked(popugs));
        return;
    }
    counts_agree(popugs);
    balances_agree(popugs);
    what_was_said_is_so(popugs);
}
