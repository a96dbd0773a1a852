/* trigger_routes.c - the rows by which services outside come in. */
#include "engine/triggers/triggers.h"

#include "engine/triggers/trigger_parts.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_OF_SERVICE = 3 };

#define SHAPE(n, type, rows)                                                                       \
    {                                                                                              \
        .name = (n), .fields = (rows), .field_count = COUNT_OF(rows), .bytes = sizeof(type),       \
    }
#define TICKET(type, where)                                                                        \
    {.name = "ticket_id",                                                                          \
     .kind = FIELD_ID,                                                                             \
     .offset = offsetof(type, ticket.ticket_id),                                                   \
     .place = (where),                                                                             \
     .meaning = "The case; one of the two must be given"},                                         \
    {                                                                                              \
        .name = "case_id", .kind = FIELD_ID, .offset = offsetof(type, ticket.case_id),             \
        .place = (where), .meaning = "The same as ticket_id",                                      \
    }

/* ---- state ---- */

#define AT(member) .offset = offsetof(struct state_input, member)
#define STATE_NAME                                                                                 \
    TICKET(struct state_input, FIELD_IN_QUERY),                                                    \
    {                                                                                              \
        .name = "trigger_kind", .kind = FIELD_TEXT, AT(trigger_kind), .place = FIELD_IN_QUERY,     \
        .required = true, .bytes_max = TRIGGER_KIND_BYTES_MAX, .meaning = "Whose state it is",     \
    }
static const struct field get_fields[] = {STATE_NAME};
static const struct field upsert_fields[] = {
    STATE_NAME,
    {.name = "last_known_revision",
     .kind = FIELD_INTEGER,
     AT(last_known_revision),
     .place = FIELD_IN_QUERY,
     .maximum = REVISION_MAX,
     .meaning = "Of the state that was read; 0: there was none, and it is made"},
    {.name = "state",
     .kind = FIELD_OBJECT,
     AT(state),
     .required = true,
     .bytes_max = TRIGGER_STATE_BYTES_MAX,
     .meaning = "All of it, in the place of the one before"},
};
#undef AT
static const struct shape get_shape = SHAPE("GetTriggerState", struct state_input, get_fields);
static const struct shape upsert_shape =
    SHAPE("UpsertTriggerState", struct state_input, upsert_fields);

#define AT(member) .offset = offsetof(struct state_answer, member)
static const struct field state_fields[] = {
    {.name = "ticket_id", .kind = FIELD_ID, AT(ticket_id)},
    {.name = "trigger_kind", .kind = FIELD_TEXT, AT(trigger_kind)},
    {.name = "revision",
     .kind = FIELD_INTEGER,
     AT(revision),
     .is_revision = true,
     .meaning = "From 1, one more with each upsert"},
    {.name = "state", .kind = FIELD_OBJECT, AT(state)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
};
#undef AT
static const struct shape state_shape = SHAPE("TriggerState", struct state_answer, state_fields);

static const struct refusal *const get_refusals[] = {&ticket_missing, &state_absent};
static const struct refusal *const upsert_refusals[] = {&ticket_missing, &ticket_unknown,
                                                        &state_conflict};

/* ---- events ---- */

#define AT(member) .offset = offsetof(struct events_input, member)
static const struct field list_fields[] = {
    TICKET(struct events_input, FIELD_IN_QUERY),
    {.name = "after_revision",
     .kind = FIELD_INTEGER,
     AT(after_revision),
     .place = FIELD_IN_QUERY,
     .maximum = REVISION_MAX,
     .meaning = "Only what came after it"},
    {.name = "limit",
     .kind = FIELD_INTEGER,
     AT(limit),
     .place = FIELD_IN_QUERY,
     .minimum = 1,
     .maximum = EVENTS_PAGE_MAX,
     .otherwise = EVENTS_PAGE},
};
#undef AT
static const struct shape list_shape = SHAPE("ListTicketEvents", struct events_input, list_fields);

#define AT(member) .offset = offsetof(struct event_answer, member)
static const struct field event_fields[] = {
    {.name = "ticket_id", .kind = FIELD_ID, AT(ticket_id)},
    {.name = "event_id", .kind = FIELD_TEXT, AT(event_id), .meaning = "Of this event alone"},
    {.name = "revision",
     .kind = FIELD_INTEGER,
     AT(revision),
     .meaning = "Of the case after it; without a hole"},
    {.name = "kind", .kind = FIELD_TEXT, AT(kind), .meaning = "The transition"},
    {.name = "actor", .kind = FIELD_TEXT, AT(actor), .meaning = "Who or what moved it"},
    {.name = "author_kind",
     .kind = FIELD_TEXT,
     AT(author_kind),
     .meaning = "The participant kind, or the actor where nobody took part"},
    {.name = "author_id", .kind = FIELD_ID, AT(author_id), .meaning = "Null: nobody"},
    {.name = "payload",
     .kind = FIELD_OBJECT,
     AT(payload),
     .meaning = "places after it; fields, each [before, after]; the reason, if there is one"},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
};
#undef AT
static const struct shape event_shape = SHAPE("TicketEvent", struct event_answer, event_fields);

static const struct refusal *const list_refusals[] = {&ticket_missing, &ticket_unknown};

/* ---- notices ---- */

#define AT(member) .offset = offsetof(struct notice_input, member)
static const struct field on_event_fields[] = {
    TICKET(struct notice_input, FIELD_IN_BODY),
    {.name = "event_id",
     .kind = FIELD_TEXT,
     AT(id),
     .required = true,
     .bytes_max = NOTICE_ID_BYTES_MAX,
     .meaning = "The same however often it is sent"},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .maximum = REVISION_MAX},
    {.name = "kind",
     .kind = FIELD_TEXT,
     AT(kind),
     .required = true,
     .bytes_max = TRIGGER_KIND_BYTES_MAX,
     .meaning = "What has happened"},
    {.name = "payload",
     .kind = FIELD_OBJECT,
     AT(payload),
     .bytes_max = TRIGGER_STATE_BYTES_MAX,
     .meaning = "What the workflow reads as event.MEMBER"},
};
static const struct field on_task_fields[] = {
    TICKET(struct notice_input, FIELD_IN_BODY),
    {.name = "task_id",
     .kind = FIELD_TEXT,
     AT(id),
     .required = true,
     .bytes_max = NOTICE_ID_BYTES_MAX,
     .meaning = "The same at each attempt"},
    {.name = "trigger_kind",
     .kind = FIELD_TEXT,
     AT(kind),
     .required = true,
     .bytes_max = TRIGGER_KIND_BYTES_MAX,
     .meaning = "Which trigger's time has come"},
    {.name = "attempt",
     .kind = FIELD_INTEGER,
     AT(attempt),
     .minimum = 1,
     .maximum = REVISION_MAX,
     .otherwise = 1},
};
#undef AT
static const struct shape on_event_shape = SHAPE("OnEvent", struct notice_input, on_event_fields);
static const struct shape on_task_shape = SHAPE("OnTask", struct notice_input, on_task_fields);

static const struct field noticed_fields[] = {
    {.name = "outcome",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct notice_answer, outcome),
     .meaning = "applied; not_now: the case is elsewhere; ignored: nothing here is about it"},
};
static const struct shape noticed_shape = SHAPE("Noticed", struct notice_answer, noticed_fields);

/* ---- rows ---- */

struct rows_made {
    struct arena *arena;
    const struct catalog *catalog;
    const struct case_work *work;
    struct route *items;
    size_t count;
    size_t most;
};

static struct route *add(struct rows_made *rows, struct route route)
{
    MUST(rows->count < rows->most);
    rows->items[rows->count] = route;
    return &rows->items[rows->count++];
}

/* Partners of the kind; NULL: all of them. */
static void let_in(struct rows_made *rows, struct route *route, const char *kind)
{
    const struct case_work *work = rows->work;
    const char **callers = ARENA_ARRAY(rows->arena, const char *, work->partner_count + 1);
    for (size_t i = 0; i < work->partner_count; i++) {
        const struct case_partner *partner = &work->partners[i];
        if (kind == NULL || (partner->kind != NULL && strcmp(partner->kind, kind) == 0)) {
            callers[route->caller_count++] = partner->service;
        }
    }
    route->callers = callers;
}

/* Names of functions have dashes, those of operations have not. */
static const char *operation_of(struct arena *arena, const char *start, struct text name)
{
    struct text whole = text_join(arena, text_of(start), name);
    char *copy = arena_take(arena, whole.bytes + 1);
    for (size_t i = 0; i < whole.bytes; i++) {
        copy[i] = whole.data[i] == '-' ? '_' : whole.data[i];
    }
    return copy;
}

static const struct refusal *const *join_refusals(struct arena *arena,
                                                  const struct refusal *const *left,
                                                  size_t left_count,
                                                  const struct refusal *const *right,
                                                  size_t right_count)
{
    const struct refusal **all =
        ARENA_ARRAY(arena, const struct refusal *, left_count + right_count + 1);
    for (size_t i = 0; i < left_count; i++) {
        all[i] = left[i];
    }
    for (size_t i = 0; i < right_count; i++) {
        all[left_count + i] = right[i];
    }
    return all;
}

static void add_function(struct rows_made *rows, const struct case_function *function)
{
    static const struct refusal *const ours[] = {&function_needs_key, &function_needs_case,
                                                 &function_failed};
    struct arena *arena = rows->arena;
    struct route *route =
        add(rows, (struct route){
                      .method = HTTP_POST,
                      .path = text_format(arena, "/functions/%s", function->name).data,
                      .operation = operation_of(arena, "run_", text_of(function->name)),
                      .permission = "functions.run",
                      .summary = function->summary,
                      .kind = ROUTE_WRITES,
                      .handle = shared_function_handle,
                      .takes = shared_function_takes(arena, function),
                      .gives = function->gives,
                      .refusals = join_refusals(arena, ours, COUNT_OF(ours), function->refusals,
                                                function->refusal_count),
                      .refusal_count = COUNT_OF(ours) + function->refusal_count,
                  });
    let_in(rows, route, NULL);
}

static void add_state(struct rows_made *rows, const char *prefix, struct text owner)
{
    struct arena *arena = rows->arena;
    let_in(rows,
           add(rows,
               (struct route){
                   .method = HTTP_GET,
                   .path = text_format(arena, "%s/triggers/state", prefix).data,
                   .operation = operation_of(arena, "get_trigger_state", owner),
                   .permission = "triggers.use",
                   .summary = "What a trigger has remembered of a case",
                   .kind = ROUTE_READS,
                   .handle = state_get_handle,
                   .takes = &get_shape,
                   .gives = &state_shape,
                   .refusals = get_refusals,
                   .refusal_count = COUNT_OF(get_refusals),
               }),
           NULL);
    let_in(rows,
           add(rows,
               (struct route){
                   .method = HTTP_POST,
                   .path = text_format(arena, "%s/triggers/state/upsert", prefix).data,
                   .operation = operation_of(arena, "upsert_trigger_state", owner),
                   .permission = "triggers.use",
                   .summary = "Let a trigger remember something of a case",
                   .kind = ROUTE_WRITES,
                   .handle = state_upsert_handle,
                   .takes = &upsert_shape,
                   .gives = &state_shape,
                   .refusals = upsert_refusals,
                   .refusal_count = COUNT_OF(upsert_refusals),
               }),
           NULL);
}

static void add_events(struct rows_made *rows, const char *prefix, struct text owner)
{
    struct arena *arena = rows->arena;
    let_in(rows,
           add(rows,
               (struct route){
                   .method = HTTP_GET,
                   .path = text_format(arena, "%s/procaas/caching-proxy/events", prefix).data,
                   .operation = operation_of(arena, "list_ticket_events", owner),
                   .permission = "cases.read",
                   .summary = "What has happened to a case; full pages never change",
                   .kind = ROUTE_READS,
                   .handle = events_handle,
                   .takes = &list_shape,
                   .gives = &event_shape,
                   .gives_list = true,
                   .refusals = list_refusals,
                   .refusal_count = COUNT_OF(list_refusals),
               }),
           NULL);
}

/* Of all triggers, whose turn it may be. */
static void list_refusals_of_triggers(struct rows_made *rows, struct route *route)
{
    static const struct refusal *const ours[] = {&ticket_missing, &ticket_unknown, &notice_differs,
                                                 &notice_bad_payload};
    route->refusals = ours;
    route->refusal_count = COUNT_OF(ours);
    for (size_t i = 0; i < rows->work->trigger_count; i++) {
        const struct case_trigger *trigger = &rows->work->triggers[i];
        route->refusals = join_refusals(rows->arena, route->refusals, route->refusal_count,
                                        trigger->refusals, trigger->refusal_count);
        route->refusal_count += trigger->refusal_count;
    }
}

/* Once for all versions of the workflow. */
static void add_notice(struct rows_made *rows, const char *kind, const char *ending,
                       const struct workflow *workflow)
{
    bool is_event = strcmp(ending, "on-event") == 0;
    struct arena *arena = rows->arena;
    const char *path =
        text_format(arena, "/flow/%s/%.*s/%s", kind, TEXT_ARGS(workflow->name), ending).data;
    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->items[i].path, path) == 0) {
            return;
        }
    }
    struct route *route =
        add(rows, (struct route){
                      .method = HTTP_POST,
                      .path = path,
                      .operation = operation_of(
                          arena, is_event ? "notify_of_event_" : "notify_of_task_", workflow->name),
                      .permission = "cases.notify",
                      .summary = is_event ? "Something has happened to a case elsewhere"
                                          : "The time of a trigger has come",
                      .kind = ROUTE_WRITES,
                      .handle = notice_handle,
                      .takes = is_event ? &on_event_shape : &on_task_shape,
                      .gives = &noticed_shape,
                  });
    list_refusals_of_triggers(rows, route);
    let_in(rows, route, kind);
}

static void add_notices(struct rows_made *rows)
{
    for (size_t i = 0; i < rows->catalog->recipe_count; i++) {
        const struct workflow *workflow = rows->catalog->recipes[i]->workflow;
        if (workflow_party(workflow, TEXT("procaas")) != WORKFLOW_NOWHERE) {
            add_notice(rows, "procaas", "on-event", workflow);
        }
        if (workflow_party(workflow, TEXT("stq")) != WORKFLOW_NOWHERE) {
            add_notice(rows, "stq", "on-task", workflow);
        }
    }
}

const struct route *trigger_routes(struct arena *arena, const struct catalog *catalog,
                                   size_t *count_out)
{
    const struct service *service = catalog->service;
    struct rows_made made = {.arena = arena, .catalog = catalog, .work = service->cases};
    struct rows_made *rows = &made;
    bool is_front = rows->work->is_front;
    rows->most = rows->work->function_count + ROWS_OF_SERVICE + 2 * catalog->recipe_count;
    rows->items = ARENA_ARRAY(arena, struct route, rows->most);
    const char *prefix = is_front ? "" : text_format(arena, "/%s", service->name).data;
    struct text owner = is_front ? TEXT("") : text_format(arena, "_of_%s", service->name);
    for (size_t i = 0; i < rows->work->function_count; i++) {
        if (rows->work->functions[i].is_shared) {
            add_function(rows, &rows->work->functions[i]);
        }
    }
    add_state(rows, prefix, owner);
    add_events(rows, prefix, owner);
    add_notices(rows);
    *count_out = rows->count;
    return rows->items;
}
