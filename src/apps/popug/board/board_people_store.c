/* board_people_store.c - who works here: kept from events of the directory, the newest wins. */
#include "apps/popug/board/board_people.h"

#include "base/chance.h"
#include "base/config.h"
#include "store/pattern.h"

struct heard {
    struct id id;
    struct text full_name;
    struct text type;
    struct texts roles;
    struct text status;
    bool activated;
    int64_t revision;
};
#define AT(member) .offset = offsetof(struct heard, member)
static const struct field heard_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name), .bytes_max = 400},
    {.name = "type", .kind = FIELD_TEXT, AT(type), .bytes_max = 64},
    {.name = "roles", .kind = FIELD_TEXTS, AT(roles), .bytes_max = 64, .items_max = 32},
    {.name = "status", .kind = FIELD_TEXT, AT(status), .bytes_max = 16},
    {.name = "activated", .kind = FIELD_FLAG, AT(activated)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
};
#undef AT
const struct shape board_person_heard = {
    .name = "BoardPersonHeard",
    .fields = heard_fields,
    .field_count = COUNT_OF(heard_fields),
    .bytes = sizeof(struct heard),
};

#define AT(member) .offset = offsetof(struct board_person, member)
static const struct field fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name)},
    {.name = "is_employee", .kind = FIELD_FLAG, AT(is_employee)},
    {.name = "is_assignable", .kind = FIELD_FLAG, AT(is_assignable)},
    {.name = "is_overseer", .kind = FIELD_FLAG, AT(is_overseer)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
};
#undef AT
static const struct shape person_shape = {
    .name = "BoardPerson",
    .fields = fields,
    .field_count = COUNT_OF(fields),
    .bytes = sizeof(struct board_person),
};

#define COLUMNS      "id, full_name, is_employee, is_assignable, is_overseer, revision"
#define MAY_BE_GIVEN "is_assignable = 1 AND (is_overseer = 0 OR $1 = 1)"
static const struct statement keep = {
    .sql = "INSERT INTO board.person AS p (" COLUMNS ", name_key) VALUES ($1, $2, $3, $4, $5, $6,"
           " $7)"
           " ON CONFLICT (id) DO UPDATE SET full_name = $2, is_employee = $3, is_assignable = $4,"
           " is_overseer = $5, revision = $6, name_key = $7 WHERE p.revision < $6",
};
static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM board.person WHERE id = $1",
    .gives = &person_shape,
};
static const struct statement at_offset = {
    .sql =
        "SELECT " COLUMNS " FROM board.person WHERE " MAY_BE_GIVEN " ORDER BY id LIMIT 1 OFFSET $2",
    .gives = &person_shape,
};

static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM board.person WHERE is_employee = 1 AND id > $1"
           " AND (CAST($2 AS TEXT) IS NULL"
           " OR COALESCE(name_key, lower(full_name)) LIKE $2 " PATTERN_ESCAPE ")"
           " ORDER BY id LIMIT $3",
    .gives = &person_shape,
    .rows_max = COLLEAGUES_PAGE_MAX + 1,
};

static const struct statement forget = {
    .sql = "DELETE FROM board.person WHERE id = $1",
};

struct counted {
    int64_t count;
};
static const struct field counted_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, .offset = offsetof(struct counted, count)},
};
static const struct shape counted_shape = {
    .name = "Counted", .fields = counted_fields, .field_count = 1, .bytes = sizeof(struct counted)};
static const struct statement count = {
    .sql = "SELECT count(*) AS count FROM board.person WHERE " MAY_BE_GIVEN,
    .gives = &counted_shape,
};

/* Whose work is to see that others work. */
static bool oversees(struct texts roles)
{
    bool does = false;
    for (size_t i = 0; i < roles.count; i++) {
        does = does || text_equals(roles.items[i], TEXT("manager")) ||
               text_equals(roles.items[i], TEXT("admin")) ||
               text_equals(roles.items[i], TEXT("accountant"));
    }
    return does;
}

enum status board_person_hear(struct call *call)
{
    const struct heard *heard = call->input;
    bool is_employee = text_is_given(heard->type) && text_equals(heard->type, TEXT("popug"));
    bool is_active = text_is_given(heard->status) && text_equals(heard->status, TEXT("active"));
    bool is_assignable = is_employee && is_active && heard->activated;
    return store_exec(call->store, &keep,
                      VALUES(value_id(heard->id), value_text(heard->full_name),
                             value_flag(is_employee && is_active), value_flag(is_assignable),
                             value_flag(oversees(heard->roles)), value_integer(heard->revision),
                             value_text(text_fold(call->arena, heard->full_name))),
                      NULL);
}

static const struct field forgotten_fields[] = {
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct heard, id), .required = true},
};
const struct shape board_person_forgotten = {
    .name = "BoardPersonForgotten",
    .fields = forgotten_fields,
    .field_count = COUNT_OF(forgotten_fields),
    .bytes = sizeof(struct heard),
};

/* His tasks, and what they have cost and brought, stay under his id. */
enum status board_person_forget(struct call *call)
{
    const struct heard *heard = call->input;
    return store_exec(call->store, &forget, VALUES(value_id(heard->id)), NULL);
}

enum status board_person_find(struct store *store, struct arena *arena, struct id id,
                              struct board_person *person_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), person_out);
}

enum status board_person_list(struct store *store, struct arena *arena,
                              const struct board_person_filter *filter, struct rows *rows_out)
{
    return store_query(store, arena, &list,
                       VALUES(((struct value){.kind = VALUE_ID, .id = filter->after_id}),
                              value_text(pattern_of_part(arena, filter->part)),
                              value_integer(filter->limit)),
                       rows_out);
}

bool board_takes_overseers(const struct host *host)
{
    return host->config != NULL && config_flag(host->config, "board.overseers_take_part");
}

void board_person_judge(const struct host *host, struct board_person *person)
{
    person->is_assignable =
        person->is_assignable && (!person->is_overseer || board_takes_overseers(host));
}

enum status board_person_choose(struct call *call, struct board_person *person_out)
{
    struct counted counted;
    const struct value takes = value_flag(board_takes_overseers(call->host));
    enum status status = store_one(call->store, call->arena, &count, VALUES(takes), &counted);
    if (status != STATUS_OK) {
        return status;
    }
    if (counted.count == 0) {
        return STATUS_ABSENT;
    }
    int64_t offset = (int64_t)(chance_number() % (uint64_t)counted.count);
    return store_one(call->store, call->arena, &at_offset, VALUES(takes, value_integer(offset)),
                     person_out);
}
