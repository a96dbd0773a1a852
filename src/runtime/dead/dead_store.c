/* dead_store.c - the SQL of what people see of parked messages. */
#include "runtime/dead/dead_store.h"

enum { ROWS_MAX = 201 }; /* a page and one more, to know whether there is a next */

static const char *const states[] = {"waiting", "behind", "dead"};
static const char *const reasons[] = {"unknown", "stranger", "late", "again"};

#define AT(member) .offset = offsetof(struct dead_entry, member)
static const struct field entry_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, AT(number), .meaning = "Its number in this service"},
    {.name = "handler",
     .kind = FIELD_TEXT,
     AT(handler),
     .meaning = "The event, command, timer or schedule whose handler fails"},
    {.name = "source", .kind = FIELD_TEXT, AT(source), .meaning = "The service that told it"},
    {.name = "subject",
     .kind = FIELD_TEXT,
     AT(subject),
     .meaning = "What it is about; what came later about the same waits behind it"},
    {.name = "state",
     .kind = FIELD_CHOICE,
     AT(state),
     .choices = states,
     .choice_count = COUNT_OF(states),
     .meaning = "waiting: tried again by itself; behind: waits for an earlier one; dead: waits for "
                "a person"},
    {.name = "attempts", .kind = FIELD_INTEGER, AT(attempts), .meaning = "How often it was tried"},
    {.name = "due_at",
     .kind = FIELD_TIME,
     AT(due_at),
     .meaning = "When it is tried next; null unless it is waiting"},
    {.name = "reason", .kind = FIELD_TEXT, AT(reason), .meaning = "Why the last attempt failed"},
    {.name = "parked_at", .kind = FIELD_TIME, AT(parked_at), .meaning = "When it was parked"},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at), .meaning = "When it was tried last"},
};
const struct shape dead_entry_shape = {
    .name = "ParkedEntry",
    .fields = entry_fields,
    .field_count = COUNT_OF(entry_fields),
    .bytes = sizeof(struct dead_entry),
};
#undef AT

/* The members of stray_entry are the beginning of stray. */
#define AT(member) .offset = offsetof(struct stray, member)
static const struct field stray_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .meaning = "The reply's own"},
    {.name = "answers", .kind = FIELD_ID, AT(answers), .meaning = "The command it answers"},
    {.name = "why",
     .kind = FIELD_CHOICE,
     AT(why),
     .choices = reasons,
     .choice_count = COUNT_OF(reasons),
     .meaning = "unknown: no such command was sent, or it is forgotten; late: after its deadline; "
                "again: the command was answered already"},
    {.name = "came_at", .kind = FIELD_TIME, AT(came_at), .meaning = "When it came"},
    {.name = "message", .kind = FIELD_OBJECT, AT(message), .meaning = "The reply, as a CloudEvent"},
};
#undef AT
const struct shape stray_entry_shape = {
    .name = "StrayEntry",
    .fields = stray_fields,
    .field_count = COUNT_OF(stray_fields) - 1,
    .bytes = sizeof(struct stray_entry),
};
const struct shape stray_shape = {
    .name = "StrayReply",
    .fields = stray_fields,
    .field_count = COUNT_OF(stray_fields),
    .bytes = sizeof(struct stray),
};

struct place_in_line {
    int64_t number;
};
static const struct field place_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, .offset = offsetof(struct place_in_line, number)},
};
static const struct shape place_shape = {
    .name = "PlaceInLine",
    .fields = place_fields,
    .field_count = COUNT_OF(place_fields),
    .bytes = sizeof(struct place_in_line),
};

#define ENTRY_COLUMNS                                                                              \
    "number, handler, source, subject, state, attempts, due_at, reason, parked_at, changed_at"

static const struct statement list_all = {
    .sql = "SELECT " ENTRY_COLUMNS " FROM parked WHERE number > $1 ORDER BY number LIMIT $2",
    .gives = &dead_entry_shape,
    .rows_max = ROWS_MAX,
};

static const struct statement list_state = {
    .sql = "SELECT " ENTRY_COLUMNS " FROM parked WHERE number > $1 AND state = $3 ORDER BY number"
           " LIMIT $2",
    .gives = &dead_entry_shape,
    .rows_max = ROWS_MAX,
};

static const struct statement first_of_line = {
    .sql = "SELECT number FROM parked WHERE source = $1 AND subject = $2 ORDER BY number LIMIT 1",
    .gives = &place_shape,
};

static const struct statement list_strays = {
    .sql = "SELECT id, answers, why, came_at FROM stray WHERE id > $1 ORDER BY id LIMIT $2",
    .gives = &stray_entry_shape,
    .rows_max = ROWS_MAX,
};

static const struct statement find_stray = {
    .sql = "SELECT id, answers, why, came_at, message FROM stray WHERE id = $1",
    .gives = &stray_shape,
};

enum status dead_list(struct store *store, struct arena *arena, struct text state, int64_t after,
                      int64_t limit, struct rows *rows_out)
{
    MUST(limit > 0 && limit <= ROWS_MAX);
    if (state.data == NULL) {
        return store_query(store, arena, &list_all,
                           VALUES(value_integer(after), value_integer(limit)), rows_out);
    }
    return store_query(store, arena, &list_state,
                       VALUES(value_integer(after), value_integer(limit), value_text(state)),
                       rows_out);
}

enum status dead_first_of_line(struct store *store, struct arena *arena, struct text source,
                               struct text subject, int64_t *number_out)
{
    struct place_in_line place = {0};
    enum status status = store_one(store, arena, &first_of_line,
                                   VALUES(value_text(source), value_text(subject)), &place);
    *number_out = place.number;
    return status;
}

enum status stray_list(struct store *store, struct arena *arena, struct id after, int64_t limit,
                       struct rows *rows_out)
{
    MUST(limit > 0 && limit <= ROWS_MAX);
    struct value start = {.kind = VALUE_ID, .id = after}; /* zeros: before every real one */
    return store_query(store, arena, &list_strays, VALUES(start, value_integer(limit)), rows_out);
}

enum status stray_find(struct store *store, struct arena *arena, struct id id,
                       struct stray *stray_out)
{
    return store_one(store, arena, &find_stray, VALUES(value_id(id)), stray_out);
}
