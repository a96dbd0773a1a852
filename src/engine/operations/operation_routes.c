/* operation_routes.c - rows for every participant kind of every workflow, so that the description
 * of the API and the figures name each of them (A10, A26-A28). */
#include "engine/operations/operations.h"

#include "engine/files/file_store.h"
#include "engine/files/files.h"
#include "engine/operations/fail_reasons.h"
#include "engine/operations/flow_handlers.h"
#include "engine/operations/flow_offer.h"
#include "engine/operations/operation_form.h"
#include "engine/shelf/shelf.h"
#include "runtime/service.h"

#include <string.h>

const char fail_reasons_schema[] =
    "{\"type\":\"object\",\"required\":[\"fail_reasons\"],\"properties\":{\"fail_reasons\":{"
    "\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"code\",\"said_by\","
    "\"meaning\",\"details\"],\"properties\":{\"code\":{\"type\":\"string\"},\"said_by\":{\"type\":"
    "\"array\",\"items\":{\"type\":\"string\"}},\"meaning\":{\"type\":\"string\"},\"details\":{"
    "\"type\":\"object\",\"description\":\"A JSON Schema\",\"additionalProperties\":true}}}}}}";

static const struct refusal *const entry_refusals[] = {&flow_unauthorized, &flow_forbidden};
static const struct refusal *const about_refusals[] = {&flow_unauthorized, &flow_forbidden,
                                                       &flow_bad_query};
static const struct refusal *const picture_refusals[] = {&flow_unauthorized, &flow_forbidden,
                                                         &flow_case_not_found};
static const struct refusal *const state_refusals[] = {&flow_unauthorized, &flow_forbidden,
                                                       &flow_case_not_found, &flow_unknown_event};
static const struct refusal *const operate_refusals[] = {
    &flow_unauthorized, &flow_forbidden,         &flow_invalid_token,
    &flow_condition,    &flow_expression_failed, &flow_already_open};
static const struct refusal *const operation_refusals[] = {&flow_unauthorized, &flow_forbidden,
                                                           &flow_operation_not_found};
static const struct refusal *const cases_refusals[] = {&flow_unauthorized, &flow_forbidden,
                                                       &flow_bad_query};
static const struct refusal *const history_refusals[] = {&flow_unauthorized, &flow_forbidden,
                                                         &flow_case_not_found, &flow_bad_query};

static const struct refusal *const coming_refusals[] = {&flow_unauthorized,   &flow_forbidden,
                                                        &flow_case_not_found, &flow_file_not_wanted,
                                                        &flow_file_too_large, &flow_too_many_files};
static const struct refusal *const piece_refusals[] = {
    &flow_unauthorized,  &flow_forbidden,      &flow_case_not_found,   &flow_file_not_found,
    &flow_piece_missing, &flow_file_too_large, &flow_file_type_refused};
static const struct refusal *const files_refusals[] = {&flow_unauthorized, &flow_forbidden,
                                                       &flow_case_not_found};
static const struct refusal *const fetch_refusals[] = {&flow_unauthorized, &flow_forbidden,
                                                       &flow_case_not_found, &flow_file_not_found};

/* What every kind of every workflow has; the path goes on behind /flow/KIND/WORKFLOW/. */
struct common_row {
    const char *path;
    const char *name; /* of the operation, behind KIND__WORKFLOW__ */
    const char *summary;
    struct route route;
};

static const struct common_row common_rows[] = {
    {"state",
     "state",
     "Where the case is, what the caller has under way, what he may do",
     {.kind = ROUTE_READS_POINT,
      .handle = flow_state_handle,
      .takes = &flow_state_takes,
      .answer_schema = flow_state_schema,
      .refusals = state_refusals,
      .refusal_count = COUNT_OF(state_refusals)}},
    {"operations/{operation_id}",
     "operation",
     "What has become of an operation",
     {.kind = ROUTE_READS_POINT,
      .handle = flow_operation_handle,
      .takes = &flow_operation_takes,
      .gives = &operation_said_shape,
      .refusals = operation_refusals,
      .refusal_count = COUNT_OF(operation_refusals)}},
    {"cases",
     "cases",
     "Cases that the caller may see",
     {.kind = ROUTE_READS,
      .handle = flow_cases_handle,
      .takes = &flow_cases_takes,
      .answer_schema = flow_cases_schema,
      .refusals = cases_refusals,
      .refusal_count = COUNT_OF(cases_refusals)}},
    {"counts",
     "counts",
     "How many cases the caller may see in each place",
     {.kind = ROUTE_READS,
      .handle = flow_counts_handle,
      .answer_schema = flow_counts_schema,
      .refusals = entry_refusals,
      .refusal_count = COUNT_OF(entry_refusals)}},
    {"cases/{case_id}/history",
     "history",
     "What has changed in a case, as far as the caller sees",
     {.kind = ROUTE_READS,
      .handle = flow_history_handle,
      .takes = &flow_history_takes,
      .answer_schema = flow_history_schema,
      .refusals = history_refusals,
      .refusal_count = COUNT_OF(history_refusals)}},
    {"about",
     "about",
     "What this workflow is to the caller: places, fields and operations, in words for people",
     {.kind = ROUTE_READS_POINT,
      .handle = flow_about_handle,
      .takes = &flow_about_takes,
      .answer_schema = flow_about_schema,
      .refusals = about_refusals,
      .refusal_count = COUNT_OF(about_refusals)}},
    {"picture",
     "picture",
     "The workflow drawn, and where a case is in it; for those who see all cases",
     {.kind = ROUTE_READS,
      .handle = flow_picture_handle,
      .takes = &flow_picture_takes,
      .answer_type = "image/svg+xml",
      .refusals = picture_refusals,
      .refusal_count = COUNT_OF(picture_refusals)}},
    {"fail-reasons",
     "fail_reasons",
     "Every code that this workflow says no with",
     {.kind = ROUTE_READS_POINT,
      .handle = fail_reasons_handle,
      .answer_schema = fail_reasons_schema,
      .refusals = entry_refusals,
      .refusal_count = COUNT_OF(entry_refusals)}},
};

/* And of those with fields for files. */
static const struct common_row file_rows[] = {
    {"cases/{case_id}/files",
     "file_coming",
     "Say what file is coming, for a field of a form",
     {.method = HTTP_POST,
      .kind = ROUTE_WRITES,
      .handle = file_create_handle,
      .takes = &file_create_takes,
      .gives = &file_row_shape,
      .success_status = 201,
      .refusals = coming_refusals,
      .refusal_count = COUNT_OF(coming_refusals)}},
    {"cases/{case_id}/files/{file_id}",
     "file_piece",
     "Send a piece of it; the last one makes it whole",
     {.method = HTTP_PUT,
      .kind = ROUTE_WRITES,
      .handle = file_piece_handle,
      .takes = &file_piece_takes,
      .gives = &file_row_shape,
      .body_is_raw = true,
      .body_type = "application/octet-stream",
      .keeps_no_reply = true, /* it may come twice by itself */
      .refusals = piece_refusals,
      .refusal_count = COUNT_OF(piece_refusals)}},
    {"cases/{case_id}/files",
     "files",
     "The files of a case, as far as the caller sees their fields",
     {.method = HTTP_GET,
      .kind = ROUTE_READS,
      .handle = file_list_handle,
      .takes = &file_list_takes,
      .gives = &file_row_shape,
      .gives_list = true,
      .refusals = files_refusals,
      .refusal_count = COUNT_OF(files_refusals)}},
    {"cases/{case_id}/files/{file_id}",
     "file",
     "The bytes of a file",
     {.method = HTTP_GET,
      .kind = ROUTE_READS,
      .handle = file_fetch_handle,
      .takes = &file_fetch_takes,
      .answer_type = "application/octet-stream",
      .refusals = fetch_refusals,
      .refusal_count = COUNT_OF(fetch_refusals)}},
};

struct making {
    struct arena *arena;
    const struct catalog *catalog;
    struct route *routes;
    size_t route_count;
    struct stream *streams;
    size_t stream_count;
    const struct workflow *workflow;
    struct text kind;
};

static const char *path_of(const struct making *making, struct text rest)
{
    return text_format(making->arena, "/flow/%.*s/%.*s/%.*s", TEXT_ARGS(making->kind),
                       TEXT_ARGS(making->workflow->name), TEXT_ARGS(rest))
        .data;
}

static const char *name_of(const struct making *making, struct text what)
{
    return text_format(making->arena, "%.*s__%.*s__%.*s", TEXT_ARGS(making->kind),
                       TEXT_ARGS(making->workflow->name), TEXT_ARGS(what))
        .data;
}

static bool has_route(const struct making *making, const char *path)
{
    for (size_t i = 0; i < making->route_count; i++) {
        if (strcmp(making->routes[i].path, path) == 0) {
            return true;
        }
    }
    return false;
}

static void add_rows(struct making *making, const struct common_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct common_row *row = &rows[i];
        struct route route = row->route;
        route.path = path_of(making, text_of(row->path));
        route.operation = name_of(making, text_of(row->name));
        route.summary = row->summary;
        making->routes[making->route_count++] = route;
    }
}

static void add_common(struct making *making)
{
    add_rows(making, common_rows, COUNT_OF(common_rows));
    struct flow_push *push = ARENA_NEW(making->arena, struct flow_push);
    *push = (struct flow_push){.kind = making->kind, .workflow = making->workflow->name};
    making->streams[making->stream_count++] = (struct stream){
        .path = path_of(making, TEXT("events")),
        .operation = name_of(making, TEXT("events")),
        .summary = "What happens to the caller's operations, and to cases that he sees",
        .shows = flow_shows,
        .context = push,
    };
}

static struct text summary_of(struct arena *arena, const struct transition *rules)
{
    return text_is_given(rules->label.en) ? text_copy(arena, rules->label.en)
                                          : text_copy(arena, rules->name);
}

static void add_operation(struct making *making, const struct transition *rules)
{
    struct text rest = text_join(making->arena, TEXT("operations/"), rules->name);
    const char *path = path_of(making, rest);
    if (has_route(making, path)) { /* a newer version has said it */
        return;
    }
    making->routes[making->route_count++] = (struct route){
        .method = HTTP_POST,
        .path = path,
        .operation = name_of(making, text_join(making->arena, TEXT("do_"), rules->name)),
        .summary = summary_of(making->arena, rules).data,
        .kind = ROUTE_WRITES,
        .handle = flow_operate_handle,
        .takes = &flow_operate_takes,
        .body_schema = operation_body_schema(making->arena, making->workflow, rules).data,
        .gives = &operation_said_shape,
        .refusals = operate_refusals,
        .refusal_count = COUNT_OF(operate_refusals),
    };
}

/* The bits of a kind and of its roles. */
static uint64_t bits_of(const struct workflow *workflow, size_t kind)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < workflow->party_count; i++) {
        if ((size_t)workflow->parties[i].kind == kind) {
            bits |= (uint64_t)1 << i;
        }
    }
    return bits;
}

static void add_kind(struct making *making, size_t kind)
{
    const struct workflow *workflow = making->workflow;
    uint64_t bits = bits_of(workflow, kind);
    making->kind = workflow->parties[kind].name;
    if (!has_route(making, path_of(making, TEXT("state")))) {
        add_common(making);
    }
    if (files_are_in(workflow) &&
        !has_route(making, path_of(making, TEXT("cases/{case_id}/files")))) {
        add_rows(making, file_rows, COUNT_OF(file_rows));
    }
    for (size_t i = 0; i < workflow->transition_count; i++) {
        if (offer_is_for(&workflow->transitions[i], bits)) {
            add_operation(making, &workflow->transitions[i]);
        }
    }
}

/* What there may be at most: each kind with all its rows and with all operations. */
static void take_room(struct making *making)
{
    size_t kinds = 0;
    size_t operations = 0;
    for (size_t r = 0; r < making->catalog->recipe_count; r++) {
        const struct workflow *workflow = making->catalog->recipes[r]->workflow;
        kinds += workflow->party_count;
        operations += workflow->party_count * workflow->transition_count;
    }
    making->routes =
        ARENA_ARRAY(making->arena, struct route,
                    kinds * (COUNT_OF(common_rows) + COUNT_OF(file_rows)) + operations + 1);
    making->streams = ARENA_ARRAY(making->arena, struct stream, kinds + 2);
}

/* Of everything that concerns a person in this service: A3's client-events. A journal has positions
 * of its own, so there is one for each service. */
static void add_channel(struct making *making)
{
    static const struct flow_push everything = {.kind = {NULL, 0}, .workflow = {NULL, 0}};
    const char *service = making->catalog->service->name;
    making->streams[making->stream_count++] = (struct stream){
        .path = text_format(making->arena, "/api/v1/streams/client-events.%s", service).data,
        .operation = text_format(making->arena, "channel_client_events_%s", service).data,
        .summary = "What happens to the caller's operations, and to cases that he sees, of every "
                   "workflow",
        .shows = flow_shows,
        .context = &everything,
    };
}

void operation_routes(struct arena *arena, const struct catalog *catalog,
                      struct flow_rows *rows_out)
{
    struct making making = {.arena = arena, .catalog = catalog};
    take_room(&making);
    for (size_t r = 0; r < catalog->recipe_count; r++) { /* the newest version first */
        making.workflow = catalog->recipes[r]->workflow;
        for (size_t i = 0; i < making.workflow->party_count; i++) {
            if ((size_t)making.workflow->parties[i].kind == i) {
                add_kind(&making, i);
            }
        }
    }
    if (making.stream_count > 0) {
        add_channel(&making);
    }
    *rows_out = (struct flow_rows){
        .routes = making.routes,
        .route_count = making.route_count,
        .streams = making.streams,
        .stream_count = making.stream_count,
    };
}
