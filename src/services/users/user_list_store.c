/* user_list_store.c - the SQL of lists of people.
 *
 * Which index leads is chosen by the filter: a name or an address that begins so, a role, blocked
 * people, a type, or everybody in the order of creation. The other filters are looked at row by
 * row. A filter that is not given is NULL and lets everything through.
 */
#include "services/users/user_store.h"

#define COLUMNS                                                                                    \
    "p.id, external_id, email, full_name, type, roles, status, activated, spec, phone, "           \
    "telegram_id, contacts, requisite, locale, revision, created_at, changed_at, blocked_at, "     \
    "block_reason, last_login_at"

/* $1 type, $2 status, $3 activated, $4 role */
#define OTHER_FILTERS                                                                              \
    " AND (CAST($1 AS TEXT) IS NULL OR type = $1)"                                                 \
    " AND (CAST($2 AS TEXT) IS NULL OR status = $2)"                                               \
    " AND (CAST($3 AS BIGINT) IS NULL OR activated = $3)"                                          \
    " AND (CAST($4 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM users.person_role r"                  \
    " WHERE r.role = $4 AND r.person_id = p.id))"

enum { ROWS_MAX = 201 }; /* a page and one more, to know whether there is a next */

#define PAGE " LIMIT $6 OFFSET $7" /* $5 after, $6 limit, $7 offset */

/* In a file people stand at the numbers of their ids, in the same order. */
#define LIST            "SELECT " COLUMNS " FROM users.person p WHERE "
#define AFTER_BY_ID     "id > $5" OTHER_FILTERS " ORDER BY id" PAGE
#define AFTER_BY_NUMBER "number > id_number($5)" OTHER_FILTERS " ORDER BY number" PAGE

static const struct statement list_all = {
    .sql = LIST AFTER_BY_ID,
    .sql_in_file = LIST AFTER_BY_NUMBER,
    .gives = &user_shape,
    .rows_max = ROWS_MAX,
};

static const struct statement list_by_type = {
    .sql = LIST "type = $1 AND " AFTER_BY_ID,
    .sql_in_file = LIST "type = $1 AND " AFTER_BY_NUMBER,
    .gives = &user_shape,
    .rows_max = ROWS_MAX,
};

static const struct statement list_blocked = {
    .sql = LIST "status = 'blocked' AND " AFTER_BY_ID,
    .sql_in_file = LIST "status = 'blocked' AND " AFTER_BY_NUMBER,
    .gives = &user_shape,
    .rows_max = ROWS_MAX,
};

#define LIST_OF_ROLE                                                                               \
    "SELECT " COLUMNS " FROM users.person_role l JOIN users.person p ON p.id = l.person_id"
#define OF_ROLE " WHERE l.role = $4 AND l.person_id > $5" OTHER_FILTERS " ORDER BY l.person_id" PAGE

static const struct statement list_by_role = {
    .sql = LIST_OF_ROLE OF_ROLE,
    .sql_in_file = LIST_OF_ROLE " AND p.number = id_number(l.person_id)" OF_ROLE,
    .gives = &user_shape,
    .rows_max = ROWS_MAX,
};

/* $8 the start, $9 the first text that does not begin so, $10 the key to go on after. In a file the
 * plus takes $8 out of SQLite's choice: an index is entered at one place, and that is $10. */
static const struct statement list_by_name = {
    .sql = LIST "name_key >= $8 AND name_key < $9 AND (name_key, id) > ($10, $5)" OTHER_FILTERS
                " ORDER BY name_key, id" PAGE,
    .sql_in_file = LIST "+name_key >= $8 AND name_key < $9"
                        " AND (name_key, number) > ($10, id_number($5))" OTHER_FILTERS
                        " ORDER BY name_key, number" PAGE,
    .gives = &user_shape,
    .rows_max = ROWS_MAX,
};

static const struct statement list_by_email = {
    .sql = LIST "email_key >= $8 AND email_key < $9 AND (email_key, id) > ($10, $5)" OTHER_FILTERS
                " ORDER BY email_key, id" PAGE,
    .sql_in_file = LIST "+email_key >= $8 AND email_key < $9"
                        " AND (email_key, number) > ($10, id_number($5))" OTHER_FILTERS
                        " ORDER BY email_key, number" PAGE,
    .gives = &user_shape,
    .rows_max = ROWS_MAX,
};

struct counted {
    int64_t count;
};
static const struct field counted_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, .offset = offsetof(struct counted, count)},
};
static const struct shape counted_shape = {
    .name = "Counted", .fields = counted_fields, .field_count = 1, .bytes = sizeof(struct counted)};

/* $5 limit; $6, $7 of the name; $8, $9 of the address */
static const struct statement count_filtered = {
    .sql = "SELECT count(*) AS count FROM (SELECT 1 FROM users.person p WHERE"
           " (CAST($6 AS TEXT) IS NULL OR (name_key >= $6 AND name_key < $7))"
           " AND (CAST($8 AS TEXT) IS NULL OR (email_key >= $8 AND email_key < $9))" OTHER_FILTERS
           " LIMIT $5) counted",
    .gives = &counted_shape,
};

/* The first text after all that begin with this one: no UTF-8 text is above U+10FFFF. */
static struct text end_of_start(struct arena *arena, struct text start)
{
    return start.data ? text_join(arena, start, TEXT("\xF4\x8F\xBF\xBF")) : NO_TEXT;
}

/* An id that every real one is above. */
static struct value value_after(struct id after)
{
    return (struct value){.kind = VALUE_ID, .id = after};
}

static struct value value_activated(int activated)
{
    return activated < 0 ? (struct value){.kind = VALUE_NULL} : value_flag(activated != 0);
}

static const struct statement *choose(const struct user_filter *filter)
{
    if (filter->role.data != NULL) {
        return &list_by_role;
    }
    if (text_equals(filter->status, user_blocked)) {
        return &list_blocked;
    }
    return filter->type.data != NULL ? &list_by_type : &list_all;
}

enum status user_list(struct store *store, struct arena *arena, const struct user_filter *filter,
                      struct rows *rows_out)
{
    MUST(filter->limit > 0 && filter->limit <= ROWS_MAX);
    struct text start = filter->name_start.data ? filter->name_start : filter->email_start;
    struct value values[] = {
        value_text(filter->type),
        value_text(filter->status),
        value_activated(filter->activated),
        value_text(filter->role),
        value_after(filter->after_id),
        value_integer(filter->limit),
        value_integer(filter->offset),
        value_text(start),
        value_text(end_of_start(arena, start)),
        value_text(filter->after_key.data ? filter->after_key : start),
    };
    if (start.data == NULL) {
        return store_query(store, arena, choose(filter), (struct values){values, 7}, rows_out);
    }
    const struct statement *sorted = filter->name_start.data ? &list_by_name : &list_by_email;
    return store_query(store, arena, sorted, (struct values){values, COUNT_OF(values)}, rows_out);
}

enum status user_count(struct store *store, struct arena *arena, const struct user_filter *filter,
                       int64_t *count_out)
{
    struct counted counted;
    enum status status = store_one(
        store, arena, &count_filtered,
        VALUES(value_text(filter->type), value_text(filter->status),
               value_activated(filter->activated), value_text(filter->role),
               value_integer(USER_COUNT_MAX + 1), value_text(filter->name_start),
               value_text(end_of_start(arena, filter->name_start)), value_text(filter->email_start),
               value_text(end_of_start(arena, filter->email_start))),
        &counted);
    *count_out = status == STATUS_OK ? counted.count : 0;
    return status;
}
