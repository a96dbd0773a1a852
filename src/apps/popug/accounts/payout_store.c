/* payout_store.c - the SQL of payouts and of the days they are for. */
#include "apps/popug/accounts/payout.h"

#include <string.h>

#define ROW(name_, kind_)                                                                          \
    {                                                                                              \
        .name = #name_, .kind = (kind_), .offset = offsetof(struct payout, name_)                  \
    }
static const struct field row_fields[] = {
    ROW(id, FIELD_ID),           ROW(person_id, FIELD_ID),
    ROW(day, FIELD_INTEGER),     ROW(amount_minor, FIELD_INTEGER),
    ROW(currency, FIELD_TEXT),   ROW(status, FIELD_TEXT),
    ROW(reason, FIELD_TEXT),     ROW(created_at, FIELD_TIME),
    ROW(changed_at, FIELD_TIME),
};
static const struct shape row_shape = {
    .name = "PayoutRow",
    .fields = row_fields,
    .field_count = COUNT_OF(row_fields),
    .bytes = sizeof(struct payout),
};
static const struct field fields[] = {
    ROW(id, FIELD_ID),
    ROW(person_id, FIELD_ID),
    {.name = "day", .kind = FIELD_TEXT, .offset = offsetof(struct payout, day_text)},
    ROW(amount_minor, FIELD_INTEGER),
    ROW(currency, FIELD_TEXT),
    ROW(status, FIELD_TEXT),
    ROW(reason, FIELD_TEXT),
    ROW(created_at, FIELD_TIME),
    ROW(changed_at, FIELD_TIME),
};
#undef ROW
const struct shape payout_shape = {
    .name = "Payout",
    .fields = fields,
    .field_count = COUNT_OF(fields),
    .bytes = sizeof(struct payout),
};

#define AT(member) .offset = offsetof(struct pay_day, member)
static const struct field day_fields[] = {
    {.name = "day", .kind = FIELD_INTEGER, AT(day)},
    {.name = "is_over", .kind = FIELD_FLAG, AT(is_over)},
    {.name = "last_person", .kind = FIELD_ID, AT(last_person)},
};
#undef AT
static const struct shape day_row = {
    .name = "PayDay",
    .fields = day_fields,
    .field_count = COUNT_OF(day_fields),
    .bytes = sizeof(struct pay_day),
};

#define COUNT(name_, member, kind_, meaning_)                                                      \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .offset = offsetof(struct pay_progress, member),         \
        .meaning = (meaning_)                                                                      \
    }
static const struct field progress_fields[] = {
    COUNT("day", day_text, FIELD_TEXT, "The newest that has ended; null: none has"),
    COUNT("is_counting", is_counting, FIELD_FLAG, "There may be people who are not counted yet"),
    COUNT("payouts", payouts, FIELD_INTEGER, "So many of that day there are so far"),
    COUNT("paid", paid, FIELD_INTEGER, "The bank has them"),
    COUNT("failed", failed, FIELD_INTEGER, "The bank will not have them"),
};
const struct shape pay_progress_shape = {
    .name = "PayProgress",
    .fields = progress_fields,
    .field_count = COUNT_OF(progress_fields),
    .bytes = sizeof(struct pay_progress),
};
static const struct field counted_fields[] = {
    COUNT("payouts", payouts, FIELD_INTEGER, NULL),
    COUNT("paid", paid, FIELD_INTEGER, NULL),
    COUNT("failed", failed, FIELD_INTEGER, NULL),
};
#undef COUNT
static const struct shape counted_row = {
    .name = "PayoutsCounted",
    .fields = counted_fields,
    .field_count = COUNT_OF(counted_fields),
    .bytes = sizeof(struct pay_progress),
};

#define AT(member) .offset = offsetof(struct earned, member)
static const struct field earned_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "amount_minor", .kind = FIELD_INTEGER, AT(amount_minor)},
};
#undef AT
static const struct shape earned_shape = {
    .name = "Earned",
    .fields = earned_fields,
    .field_count = COUNT_OF(earned_fields),
    .bytes = sizeof(struct earned),
};

#define COLUMNS "id, person_id, day, amount_minor, currency, status, reason, created_at, changed_at"

static const struct statement begin_day = {
    .sql = "INSERT INTO accounts.day (day, is_over, last_person, began_at) VALUES ($1, 0, $2, $3)"
           " ON CONFLICT (day) DO UPDATE SET is_over = 0, last_person = $2",
};
static const struct statement find_day = {
    .sql = "SELECT day, is_over, last_person FROM accounts.day WHERE is_over = 0"
           " ORDER BY day LIMIT 1",
    .gives = &day_row,
};
static const struct statement find_newest_day = {
    .sql = "SELECT day, is_over, last_person FROM accounts.day ORDER BY day DESC LIMIT 1",
    .gives = &day_row,
};
static const struct statement count_day = {
    .sql = "SELECT count(*) AS payouts, count(CASE WHEN status = 'paid' THEN 1 END) AS paid,"
           " count(CASE WHEN status = 'failed' THEN 1 END) AS failed"
           " FROM accounts.payout WHERE day = $1",
    .gives = &counted_row,
};
static const struct statement update_day = {
    .sql = "UPDATE accounts.day SET is_over = $2, last_person = $3"
           " WHERE day = $1 AND is_over = 0 AND last_person = $4",
};
static const struct statement list_earned = {
    .sql = "SELECT id AS person_id, credits - debits - debits_held AS amount_minor"
           " FROM accounts.ledger_account WHERE code = 'popug' AND id > $1"
           " AND credits - debits - debits_held > 0 ORDER BY id LIMIT $2",
    .gives = &earned_shape,
    .rows_max = EARNED_CHUNK_MAX,
};
static const struct statement insert = {
    .sql = "INSERT INTO accounts.payout (" COLUMNS ")"
           " VALUES ($1, $2, $3, $4, $5, 'pending', NULL, $6, $6) ON CONFLICT DO NOTHING",
};
static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM accounts.payout WHERE id = $1",
    .gives = &row_shape,
};
static const struct statement end = {
    .sql = "UPDATE accounts.payout SET status = $2, reason = $3, changed_at = $4"
           " WHERE id = $1 AND status = 'pending'",
};
static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM accounts.payout WHERE id < $1 ORDER BY id DESC LIMIT $2",
    .gives = &row_shape,
    .rows_max = PAYOUTS_PAGE_MAX,
};
static const struct statement list_of_one = {
    .sql = "SELECT " COLUMNS " FROM accounts.payout WHERE id < $1 AND person_id = $2"
           " ORDER BY id DESC LIMIT $3",
    .gives = &row_shape,
    .rows_max = PAYOUTS_PAGE_MAX,
};

static struct value value_any_id(struct id id) /* zeros are zeros, not none */
{
    return (struct value){.kind = VALUE_ID, .id = id};
}

enum status pay_day_begin(struct store *store, int64_t day, int64_t at)
{
    return store_exec(store, &begin_day,
                      VALUES(value_integer(day), value_any_id((struct id){{0}}), value_time(at)),
                      NULL);
}

enum status pay_day_find(struct store *store, struct arena *arena, struct pay_day *pay_day_out)
{
    return store_one(store, arena, &find_day, NO_VALUES, pay_day_out);
}

enum status pay_progress_find(struct store *store, struct arena *arena,
                              struct pay_progress *progress_out)
{
    struct pay_day newest;
    *progress_out = (struct pay_progress){.day_text = NO_TEXT};
    enum status status = store_one(store, arena, &find_newest_day, NO_VALUES, &newest);
    if (status == STATUS_OK) {
        status =
            store_one(store, arena, &count_day, VALUES(value_integer(newest.day)), progress_out);
        progress_out->day = newest.day;
        progress_out->is_counting = !newest.is_over;
    }
    return status;
}

enum status pay_day_update(struct store *store, const struct pay_day *pay_day,
                           struct id last_before)
{
    int64_t changed = 0;
    enum status status =
        store_exec(store, &update_day,
                   VALUES(value_integer(pay_day->day), value_flag(pay_day->is_over),
                          value_any_id(pay_day->last_person), value_any_id(last_before)),
                   &changed);
    return status == STATUS_OK && changed == 0 ? STATUS_CONFLICT : status;
}

enum status earned_list(struct store *store, struct arena *arena, struct id after,
                        struct rows *rows_out)
{
    return store_query(store, arena, &list_earned,
                       VALUES(value_any_id(after), value_integer(EARNED_CHUNK_MAX)), rows_out);
}

enum status payout_insert(struct store *store, const struct payout *payout)
{
    int64_t inserted = 0;
    enum status status =
        store_exec(store, &insert,
                   VALUES(value_id(payout->id), value_id(payout->person_id),
                          value_integer(payout->day), value_integer(payout->amount_minor),
                          value_text(payout->currency), value_time(payout->created_at)),
                   &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

enum status payout_find(struct store *store, struct arena *arena, struct id id,
                        struct payout *payout_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), payout_out);
}

enum status payout_end(struct store *store, const struct payout *payout)
{
    int64_t changed = 0;
    enum status status =
        store_exec(store, &end,
                   VALUES(value_id(payout->id), value_text(payout->status),
                          value_text(payout->reason), value_time(payout->changed_at)),
                   &changed);
    return status == STATUS_OK && changed == 0 ? STATUS_CONFLICT : status;
}

enum status payout_list(struct store *store, struct arena *arena, struct id person,
                        struct id before, struct rows *rows_out)
{
    if (id_is_none(before)) {
        memset(before.bytes, 0xff, sizeof(before.bytes));
    }
    if (id_is_none(person)) {
        return store_query(store, arena, &list,
                           VALUES(value_id(before), value_integer(PAYOUTS_PAGE_MAX)), rows_out);
    }
    return store_query(store, arena, &list_of_one,
                       VALUES(value_id(before), value_id(person), value_integer(PAYOUTS_PAGE_MAX)),
                       rows_out);
}
