/* work_routes.c - the rows by which outside workers come in, three for each queue. */
#include "engine/stages/work_parts.h"

#include "base/field.h"
#include "engine/stages/work_id.h"

#define SHAPE(n, type, rows)                                                                       \
    {                                                                                              \
        .name = (n), .fields = (rows), .field_count = COUNT_OF(rows), .bytes = sizeof(type),       \
        .has_foreign_names = true,                                                                 \
    }

#define AT(member) .offset = offsetof(struct take_input, member)
static const struct field take_fields[] = {
    {.name = "worker",
     .kind = FIELD_TEXT,
     AT(worker),
     .required = true,
     .bytes_max = WORKER_NAME_BYTES_MAX,
     .meaning = "Who asks; each running worker has a name of its own"},
    {.name = "max",
     .kind = FIELD_INTEGER,
     AT(max),
     .minimum = 1,
     .maximum = WORK_TAKE_MAX,
     .otherwise = 1,
     .meaning = "How many it takes at most"},
    {.name = "wait_ms",
     .kind = FIELD_INTEGER,
     AT(wait_ms),
     .maximum = WORK_WAIT_MS_MAX,
     .meaning = "How long it waits when there is none; the answer may come a second later"},
    {.name = "lease_ms",
     .kind = FIELD_INTEGER,
     AT(lease_ms),
     .minimum = WORK_LEASE_MS_MIN,
     .maximum = WORK_LEASE_MS_MAX,
     .otherwise = WORK_LEASE_MS,
     .meaning = "How long it may take; without an answer or a heartbeat it has failed then"},
};
#undef AT
static const struct shape take_shape = SHAPE("TakeWork", struct take_input, take_fields);

#define AT(member) .offset = offsetof(struct work_item, member)
static const struct field item_fields[] = {
    {.name = "task_id",
     .kind = FIELD_TEXT,
     AT(task_id),
     .meaning = "The same for the same stage at the same visit, however often it is given: what "
                "was done under it is not done again"},
    {.name = "taskId", .kind = FIELD_TEXT, AT(task_id), .meaning = "task_id"},
    {.name = "command", .kind = FIELD_TEXT, AT(command), .meaning = "The stage"},
    {.name = "payload", .kind = FIELD_OBJECT, AT(payload), .meaning = "What `with` hands over"},
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "workflow", .kind = FIELD_TEXT, AT(workflow)},
    {.name = "version", .kind = FIELD_INTEGER, AT(version), .meaning = "Of the workflow"},
    {.name = "visit",
     .kind = FIELD_INTEGER,
     AT(visit),
     .meaning = "How many times the case has come to the stage"},
    {.name = "attempt",
     .kind = FIELD_INTEGER,
     AT(attempt),
     .meaning = "How many times it was tried, this one included"},
    {.name = "lease_until", .kind = FIELD_TIME, AT(lease_until)},
};
#undef AT
const struct shape work_item_shape = SHAPE("WorkItem", struct work_item, item_fields);

#define TASK_ID(n, type, member)                                                                   \
    {                                                                                              \
        .name = (n), .kind = FIELD_TEXT, .offset = offsetof(type, member),                         \
        .bytes_max = WORK_ID_BYTES_MAX, .meaning = "As it was given",                              \
    }

#define AT(member) .offset = offsetof(struct answer_input, member)
static const struct field answer_fields[] = {
    TASK_ID("task_id", struct answer_input, task_id),
    TASK_ID("taskId", struct answer_input, task_id_too),
    {.name = "worker",
     .kind = FIELD_TEXT,
     AT(worker),
     .bytes_max = WORKER_NAME_BYTES_MAX,
     .meaning = "Who answers"},
    {.name = "result",
     .kind = FIELD_JSON,
     AT(result),
     .bytes_max = WORK_RESULT_BYTES_MAX,
     .meaning = "Any JSON; nothing is null"},
    {.name = "error",
     .kind = FIELD_OBJECT,
     AT(error),
     .bytes_max = 4000,
     .meaning = "It has failed: {\"code\": text, \"message\": text, \"final\": flag}; unless it is "
                "final it is tried again, as the stage's `retry` says"},
    {.name = "next",
     .kind = FIELD_TEXT,
     AT(next),
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "The stage the case goes on with, one of the stage's `next`"},
};
#undef AT
static const struct shape answer_shape = SHAPE("AnswerWork", struct answer_input, answer_fields);

#define AT(member) .offset = offsetof(struct answer_said, member)
static const struct field said_fields[] = {
    {.name = "accepted",
     .kind = FIELD_FLAG,
     AT(accepted),
     .meaning = "False: it came too late or a second time; there is nothing left to do"},
    {.name = "why",
     .kind = FIELD_TEXT,
     AT(why),
     .meaning = "not_awaited: the case has gone on; not_yours: somebody else has it, so that it "
                "has failed is not believed; no_case: there is none any more"},
};
#undef AT
static const struct shape said_shape = SHAPE("WorkAnswered", struct answer_said, said_fields);

#define AT(member) .offset = offsetof(struct heartbeat_input, member)
static const struct field heartbeat_fields[] = {
    TASK_ID("task_id", struct heartbeat_input, task_id),
    TASK_ID("taskId", struct heartbeat_input, task_id_too),
    {.name = "worker",
     .kind = FIELD_TEXT,
     AT(worker),
     .required = true,
     .bytes_max = WORKER_NAME_BYTES_MAX,
     .meaning = "Who has it"},
    {.name = "lease_ms",
     .kind = FIELD_INTEGER,
     AT(lease_ms),
     .minimum = WORK_LEASE_MS_MIN,
     .maximum = WORK_LEASE_MS_MAX,
     .otherwise = WORK_LEASE_MS,
     .meaning = "How much longer, from now on"},
};
#undef AT
static const struct shape heartbeat_shape =
    SHAPE("WorkHeartbeat", struct heartbeat_input, heartbeat_fields);

#define AT(member) .offset = offsetof(struct heartbeat_said, member)
static const struct field beaten_fields[] = {
    {.name = "held",
     .kind = FIELD_FLAG,
     AT(held),
     .meaning = "False: it has it no more, and should stop"},
    {.name = "lease_until", .kind = FIELD_TIME, AT(lease_until)},
};
#undef AT
static const struct shape beaten_shape = SHAPE("WorkHeld", struct heartbeat_said, beaten_fields);

/* ---- routes ---- */

static const struct refusal *const take_refusals[] = {&work_reserved};
static const struct refusal *const answer_refusals[] = {
    &work_forged, &work_no_task, &work_other_queue, &work_bad_error, &work_bad_next};
static const struct refusal *const heartbeat_refusals[] = {&work_forged, &work_no_task,
                                                           &work_other_queue};

/* The queue goes between "/work/" and the ending, behind the operation, and into the permission:
 * whoever may "work.feeder" works for that queue and sees what is handed to it, and no other. */
static const struct {
    const char *ending;
    const char *operation;
    struct route route;
} patterns[] = {
    {"take",
     "take_work_of_",
     {.method = HTTP_POST,
      .summary = "Work for an outside worker; waits until there is some",
      .kind = ROUTE_WRITES,
      .handle = work_take_handle,
      .takes = &take_shape,
      .gives = &work_item_shape,
      .gives_list = true,
      .refusals = take_refusals,
      .refusal_count = COUNT_OF(take_refusals)}},
    {"answer",
     "answer_work_of_",
     {.method = HTTP_POST,
      .summary = "What came of the work",
      .kind = ROUTE_WRITES,
      .handle = work_answer_handle,
      .takes = &answer_shape,
      .gives = &said_shape,
      .refusals = answer_refusals,
      .refusal_count = COUNT_OF(answer_refusals)}},
    {"heartbeat",
     "keep_work_of_",
     {.method = HTTP_POST,
      .summary = "The work takes longer",
      .kind = ROUTE_WRITES,
      .handle = work_heartbeat_handle,
      .takes = &heartbeat_shape,
      .gives = &beaten_shape,
      .refusals = heartbeat_refusals,
      .refusal_count = COUNT_OF(heartbeat_refusals)}},
};

static const struct text path_start = {"/work/", 6};

struct text work_queue_of(const struct call *call)
{
    struct text path = text_of(call->route->path);
    struct text queue;
    struct text rest;
    MUST(text_starts_with(path, path_start));
    text_cut(text_slice(path, path_start.bytes, path.bytes), '/', &queue, &rest);
    return queue;
}

static bool has(const struct text *items, size_t count, struct text queue)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equals(items[i], queue)) {
            return true;
        }
    }
    return false;
}

struct texts work_queues(struct arena *arena, const struct catalog *catalog)
{
    size_t most = 0;
    size_t count = 0;
    for (size_t r = 0; r < catalog->recipe_count; r++) {
        most += catalog->recipes[r]->workflow->transition_count;
    }
    struct text *items = ARENA_ARRAY(arena, struct text, most + 1);
    for (size_t r = 0; r < catalog->recipe_count; r++) {
        const struct workflow *workflow = catalog->recipes[r]->workflow;
        for (size_t i = 0; i < workflow->transition_count; i++) {
            const struct transition *rules = &workflow->transitions[i];
            bool is_work = rules->kind == TRANSITION_STAGE && rules->stage.work == STAGE_EMPLOYS;
            if (is_work && !has(items, count, rules->stage.target)) {
                items[count++] = rules->stage.target;
            }
        }
    }
    return (struct texts){items, count};
}

const struct route *work_routes(struct arena *arena, const struct catalog *catalog,
                                size_t *count_out)
{
    struct texts queues = work_queues(arena, catalog);
    struct route *routes = ARENA_ARRAY(arena, struct route, queues.count * COUNT_OF(patterns) + 1);
    *count_out = 0;
    for (size_t i = 0; i < queues.count; i++) {
        for (size_t k = 0; k < COUNT_OF(patterns); k++) {
            struct route *route = &routes[(*count_out)++];
            *route = patterns[k].route;
            route->path = text_format(arena, "%s%.*s/%s", path_start.data,
                                      TEXT_ARGS(queues.items[i]), patterns[k].ending)
                              .data;
            route->permission = text_format(arena, "work.%.*s", TEXT_ARGS(queues.items[i])).data;
            route->operation =
                text_format(arena, "%s%.*s", patterns[k].operation, TEXT_ARGS(queues.items[i]))
                    .data;
        }
    }
    return routes;
}
