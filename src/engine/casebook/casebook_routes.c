/* casebook_routes.c - the rows of the casebook, for each service with workflows. */
#include "engine/casebook/casebook_parts.h"

#define SHAPE(n, type, rows)                                                                       \
    {                                                                                              \
        .name = (n), .fields = (rows), .field_count = COUNT_OF(rows), .bytes = sizeof(type),       \
    }

/* ---- what is given ---- */

#define AT(member) .offset = offsetof(struct casebook_page, member)
static const struct field page_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(entry.case_id)},
    {.name = "workflow", .kind = FIELD_TEXT, AT(entry.workflow)},
    {.name = "version", .kind = FIELD_INTEGER, AT(entry.version)},
    {.name = "places", .kind = FIELD_TEXTS, AT(entry.places), .meaning = "Where it is"},
    {.name = "why", .kind = FIELD_TEXT, AT(why), .meaning = "It stands where it stands"},
    {.name = "fields",
     .kind = FIELD_OBJECT,
     AT(fields),
     .meaning = "Secrets are ***; null when its definition is not loaded here"},
    {.name = "stages",
     .kind = FIELD_JSON,
     AT(stages),
     .meaning = "Those under way: stage, state (asked, queued, waits, retry, incident), visit, "
                "attempt, queue, worker, begun_at, due_at, reason"},
    {.name = "late_answers",
     .kind = FIELD_JSON,
     AT(late),
     .meaning = "What workers said when nobody waited for it any more"},
    {.name = "early_events",
     .kind = FIELD_JSON,
     AT(early),
     .meaning = "Events that came too early and wait for the case: event, transition, came_at"},
    {.name = "incidents", .kind = FIELD_INTEGER, AT(entry.incidents)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(entry.revision), .is_revision = true},
    {.name = "opened_at", .kind = FIELD_TIME, AT(entry.opened_at)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(entry.changed_at)},
    {.name = "closed_at", .kind = FIELD_TIME, AT(entry.closed_at)},
};
#undef AT
static const struct shape page_shape = SHAPE("CasePage", struct casebook_page, page_fields);

#define AT(member) .offset = offsetof(struct case_step, member)
static const struct field step_fields[] = {
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
    {.name = "at", .kind = FIELD_TIME, AT(at)},
    {.name = "transition",
     .kind = FIELD_TEXT,
     AT(transition),
     .meaning = "Or what a person did: retried, skipped, edited, moved, cancelled"},
    {.name = "actor", .kind = FIELD_TEXT, AT(actor)},
    {.name = "person", .kind = FIELD_ID, AT(person)},
    {.name = "party", .kind = FIELD_TEXT, AT(party), .meaning = "The kind he came in as"},
    {.name = "changes",
     .kind = FIELD_OBJECT,
     AT(changes),
     .meaning = "The places it was in then; of each changed field what it was and became; reason"},
};
#undef AT
static const struct shape step_shape = SHAPE("CaseStepShown", struct case_step, step_fields);

/* ---- what is taken ---- */

#define CASE_ID_FIELD(type)                                                                        \
    {                                                                                              \
        .name = "case_id", .kind = FIELD_ID, .offset = offsetof(type, case_id),                    \
        .place = FIELD_IN_PATH, .required = true, .meaning = "The case",                           \
    }

static const char *const states[] = {"open", "closed", "incident"};

#define AT(member) .offset = offsetof(struct casebook_list_input, member)
static const struct field list_fields[] = {
    {.name = "workflow",
     .kind = FIELD_TEXT,
     AT(workflow),
     .place = FIELD_IN_QUERY,
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "Only of this one"},
    {.name = "place",
     .kind = FIELD_TEXT,
     AT(place),
     .place = FIELD_IN_QUERY,
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "Only those that are there; needs the workflow"},
    {.name = "state",
     .kind = FIELD_CHOICE,
     AT(state),
     .place = FIELD_IN_QUERY,
     .bytes_max = 10,
     .choices = states,
     .choice_count = COUNT_OF(states),
     .meaning = "Only these"},
    {.name = "cursor",
     .kind = FIELD_TEXT,
     AT(cursor),
     .place = FIELD_IN_QUERY,
     .bytes_max = 40,
     .meaning = "Go on after the page that gave it"},
    {.name = "limit",
     .kind = FIELD_INTEGER,
     AT(limit),
     .place = FIELD_IN_QUERY,
     .minimum = 1,
     .maximum = CASEBOOK_PIECE,
     .otherwise = 50,
     .meaning = "How many on a page; a page may be shorter and have a next one"},
};
#undef AT
static const struct shape list_shape = SHAPE("ListCases", struct casebook_list_input, list_fields);

static const struct field show_fields[] = {CASE_ID_FIELD(struct casebook_input)};
static const struct shape show_shape = SHAPE("CaseId", struct casebook_input, show_fields);

#define AT(member) .offset = offsetof(struct casebook_input, member)
static const struct field history_fields[] = {
    CASE_ID_FIELD(struct casebook_input),
    {.name = "after",
     .kind = FIELD_INTEGER,
     AT(after),
     .place = FIELD_IN_QUERY,
     .maximum = INT64_MAX,
     .meaning = "Only revisions after this one"},
    {.name = "limit",
     .kind = FIELD_INTEGER,
     AT(limit),
     .place = FIELD_IN_QUERY,
     .minimum = 1,
     .maximum = CASE_STEPS_MAX,
     .otherwise = 200,
     .meaning = "How many on a page"},
};
#undef AT
static const struct shape history_shape =
    SHAPE("CaseHistory", struct casebook_input, history_fields);

#define AT(member) .offset = offsetof(struct mend_input, member)
#define REASON_FIELD                                                                               \
    {                                                                                              \
        .name = "reason", .kind = FIELD_TEXT, AT(reason), .required = true,                        \
        .bytes_max = CASEBOOK_WHY_BYTES_MAX, .meaning = "Why; it stands in the history",           \
    }
#define STAGE_FIELD                                                                                \
    {                                                                                              \
        .name = "stage", .kind = FIELD_TEXT, AT(stage), .bytes_max = WORKFLOW_NAME_BYTES_MAX,      \
        .meaning = "Which; not needed when only one has failed or is under way",                   \
    }

static const struct field retry_fields[] = {
    CASE_ID_FIELD(struct mend_input),
    REASON_FIELD,
    STAGE_FIELD,
};
static const struct shape retry_shape = SHAPE("RetryStage", struct mend_input, retry_fields);

static const struct field skip_fields[] = {
    CASE_ID_FIELD(struct mend_input),
    REASON_FIELD,
    STAGE_FIELD,
    {.name = "result",
     .kind = FIELD_JSON,
     AT(result),
     .bytes_max = 512 * 1024,
     .meaning = "What counts as its result; null when nothing is given"},
    {.name = "next",
     .kind = FIELD_TEXT,
     AT(next),
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "The stage to go on with, one of its `next`"},
};
static const struct shape skip_shape = SHAPE("SkipStage", struct mend_input, skip_fields);

static const struct field edit_fields[] = {
    CASE_ID_FIELD(struct mend_input),
    REASON_FIELD,
    {.name = "fields",
     .kind = FIELD_OBJECT,
     AT(fields),
     .required = true,
     .bytes_max = 512 * 1024,
     .meaning = "Fields, and the values they get"},
};
static const struct shape edit_shape = SHAPE("EditCase", struct mend_input, edit_fields);

static const struct field move_fields[] = {
    CASE_ID_FIELD(struct mend_input),
    REASON_FIELD,
    {.name = "places",
     .kind = FIELD_TEXTS,
     AT(places),
     .required = true,
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .items_max = WORKFLOW_PLACES_MAX,
     .meaning = "All the places it shall be in; a case must be able to come there by itself"},
};
static const struct shape move_shape = SHAPE("MoveCase", struct mend_input, move_fields);

static const struct field cancel_fields[] = {
    CASE_ID_FIELD(struct mend_input),
    REASON_FIELD,
    {.name = "place",
     .kind = FIELD_TEXT,
     AT(place),
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning =
         "The end it goes to; not needed when one is called cancelled, or there is only one"},
};
static const struct shape cancel_shape = SHAPE("CancelCase", struct mend_input, cancel_fields);
#undef AT

/* ---- routes ---- */

static const struct refusal *const list_refusals[] = {&casebook_bad_cursor, &casebook_no_workflow};
static const struct refusal *const find_refusals[] = {&casebook_no_case};
static const struct refusal *const forget_refusals[] = {
    &casebook_no_case, &casebook_is_open, &casebook_stands_still, &casebook_has_changed};
static const struct refusal *const mend_refusals[] = {&casebook_no_case, &casebook_stands_still,
                                                      &casebook_cannot, &casebook_has_changed,
                                                      &casebook_one_is_open};

#define REFUSES(rows) .refusals = (rows), .refusal_count = COUNT_OF(rows)
#define MENDS(how, says, shape)                                                                    \
    {                                                                                              \
        .method = HTTP_POST, .permission = "cases.mend", .summary = (says), .kind = ROUTE_WRITES,  \
        .handle = (how), .takes = &(shape), .gives = &page_shape, .revision = REVISION_MAY,        \
        REFUSES(mend_refusals),                                                                    \
    }

/* The service's name goes behind "/api/cases/", and behind the operation. */
static const struct {
    const char *ending;
    const char *operation;
    struct route route;
} patterns[] = {
    {"",
     "list_cases_of_",
     {.method = HTTP_GET,
      .permission = "cases.read",
      .summary = "Cases, the newest first",
      .kind = ROUTE_READS,
      .handle = casebook_list_handle,
      .takes = &list_shape,
      .gives = &case_entry_shape,
      .gives_list = true,
      REFUSES(list_refusals)}},
    {"/{case_id}",
     "get_case_of_",
     {.method = HTTP_GET,
      .permission = "cases.read",
      .summary = "One case, and why it stands where it stands",
      .kind = ROUTE_READS,
      .handle = casebook_show_handle,
      .takes = &show_shape,
      .gives = &page_shape,
      REFUSES(find_refusals)}},
    {"/{case_id}",
     "forget_case_of_",
     {.method = HTTP_DELETE,
      .permission = "cases.forget",
      .summary = "Forget a case that is over, for good: its fields, its history, its files",
      .kind = ROUTE_WRITES,
      .handle = casebook_forget_handle,
      .takes = &show_shape,
      .success_status = 204,
      .revision = REVISION_MAY,
      REFUSES(forget_refusals)}},
    {"/{case_id}/history",
     "list_case_history_of_",
     {.method = HTTP_GET,
      .permission = "cases.read",
      .summary = "Everything that has happened to a case, in order",
      .kind = ROUTE_READS,
      .handle = casebook_history_handle,
      .takes = &history_shape,
      .gives = &step_shape,
      .gives_list = true,
      REFUSES(find_refusals)}},
    {"/{case_id}/retry", "retry_stage_of_",
     MENDS(mend_retry_handle, "A stage that has failed is tried again", retry_shape)},
    {"/{case_id}/skip", "skip_stage_of_",
     MENDS(mend_skip_handle, "A stage counts as done", skip_shape)},
    {"/{case_id}/edit", "edit_case_of_",
     MENDS(mend_edit_handle, "Fields get other values", edit_shape)},
    {"/{case_id}/move", "move_case_of_",
     MENDS(mend_move_handle, "It goes to other places", move_shape)},
    {"/{case_id}/cancel", "cancel_case_of_",
     MENDS(mend_cancel_handle, "It goes to an end", cancel_shape)},
};

const struct route *casebook_routes(struct arena *arena, const struct service *service,
                                    size_t *count_out)
{
    struct route *routes = ARENA_ARRAY(arena, struct route, COUNT_OF(patterns));
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        routes[i] = patterns[i].route;
        routes[i].path =
            text_format(arena, "/api/cases/%s%s", service->name, patterns[i].ending).data;
        routes[i].operation = text_format(arena, "%s%s", patterns[i].operation, service->name).data;
    }
    *count_out = COUNT_OF(patterns);
    return routes;
}
