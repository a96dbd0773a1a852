/* sim_queue.c - workers at the doors of their queues: they take, and answer, or die with what they
 * have taken, and somebody else answers before they do.
 */
#include "engine/run/stage_store.h"
#include "engine/stages/work_id.h"
#include "engine/stages/work_parts.h"
#include "sim/sim_request.h"

enum { TAKEN_MOST = 3, WORKERS = 3, LEASE_MS_MOST = 60000 };

static struct text some_worker(struct world *world)
{
    return text_format(world->look, "worker %zu", dice_below(&world->dice, WORKERS));
}

static struct text door(struct world *world, struct text queue, const char *what)
{
    return text_format(world->look, "/work/%.*s/%s", TEXT_ARGS(queue), what);
}

static struct text result_of(struct world *world, const struct work_name *name)
{
    const struct recipe *recipe = catalog_find(world_catalog(world), name->workflow, name->version);
    int transition = workflow_transition(recipe->workflow, name->stage);
    MUST(transition != WORKFLOW_NOWHERE);
    int field = recipe->workflow->transitions[transition].stage.result;
    return field == WORKFLOW_NOWHERE
               ? NO_TEXT
               : text_copy(world->look, world_value(world, &recipe->workflow->fields[field]));
}

static struct answer_input think(struct world *world, struct text worker,
                                 const struct work_name *name, struct text work_id)
{
    struct answer_input input = {.task_id = work_id, .worker = worker};
    unsigned fails = world->is_friendly ? 0 : world->rates.refuses + world->rates.retries;
    if (dice_percent(&world->dice, fails)) {
        input.error =
            dice_percent(&world->dice, 30)
                ? TEXT("{\"code\":\"played_no\",\"final\":true}")
                : TEXT("{\"code\":\"played_not_now\",\"message\":\"The dice say wait.\"}");
    } else {
        input.result = result_of(world, name);
    }
    return input;
}

static bool is_accepted(struct world *world, const struct request *request)
{
    const struct json *accepted = json_member(request_json(world, request), TEXT("accepted"));
    return request->status == STATUS_OK && accepted != NULL && accepted->kind == JSON_TRUE;
}

/* Says whether it was accepted. */
bool queue_answer(struct world *world, struct text queue, struct text work_id)
{
    struct work_name name;
    enum status status =
        work_id_read(world->look, world_catalog(world)->signing_key, work_id, &name);
    MUST(status == STATUS_OK); /* it was handed out here */
    struct text worker = some_worker(world);
    const struct answer_input input = think(world, worker, &name, work_id);
    struct request request = {.path = door(world, queue, "answer"), .input = &input};
    bool is_there = request_write(world, &request);
    MUST(is_there);
    bool accepted = is_accepted(world, &request);
    struct text about = world_case_name(world, name.case_id);
    world_say(world, "%.*s %s %.*s of %.*s: %s", TEXT_ARGS(worker),
              text_is_given(input.error) ? "fails at" : "has done", TEXT_ARGS(name.stage),
              TEXT_ARGS(about),
              accepted                      ? "accepted"
              : request.status == STATUS_OK ? "not accepted"
                                            : status_text(request.status));
    return accepted;
}

/* Whoever has it keeps it longer; nobody else does. */
static void beat(struct world *world, struct text queue, const struct work_name *name,
                 struct text work_id)
{
    struct rows rows = {.count = 0};
    struct store *store = world_look(world_cases(world));
    enum status status = stage_list(store, world->look, name->case_id, &rows);
    MUST(status == STATUS_OK);
    world_looked(store);
    const struct heartbeat_input input = {
        .task_id = work_id,
        .worker = some_worker(world),
        .lease_ms = dice_between(&world->dice, WORK_LEASE_MS_MIN, LEASE_MS_MOST),
    };
    bool has_it = false;
    const struct stage_row *items = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        has_it =
            has_it || (text_equals(items[i].stage, name->stage) && items[i].visit == name->visit &&
                       text_equals(items[i].worker, input.worker));
    }
    struct request request = {.path = door(world, queue, "heartbeat"), .input = &input};
    bool is_there = request_write(world, &request);
    MUST(is_there);
    const struct json *held = json_member(request_json(world, &request), TEXT("held"));
    bool is_held = request.status == STATUS_OK && held != NULL && held->kind == JSON_TRUE;
    world_say(world, "%.*s says that %.*s takes longer: %s", TEXT_ARGS(input.worker),
              TEXT_ARGS(name->stage),
              is_held                       ? "held"
              : request.status == STATUS_OK ? "lost"
                                            : status_text(request.status));
    if (is_held && !has_it) {
        world_violated(world, "%.*s holds what somebody else has: %.*s", TEXT_ARGS(input.worker),
                       TEXT_ARGS(work_id));
    }
}

static void deal_with(struct world *world, struct text queue, const struct json *item)
{
    const struct json *work_id = json_member(item, TEXT("task_id"));
    struct work_name name;
    if (work_id == NULL || work_id_read(world->look, world_catalog(world)->signing_key,
                                        work_id->text, &name) != STATUS_OK) {
        world_violated(world, "work was handed out under a name that is none");
        return;
    }
    world_remember_work(world, work_id->text, name.case_id, queue);
    if (dice_percent(&world->dice, 20)) {
        beat(world, queue, &name, work_id->text);
    }
    if (!world->is_friendly && dice_percent(&world->dice, 25)) {
        world_say(world, "a worker dies with %.*s", TEXT_ARGS(name.stage));
        return;
    }
    (void)queue_answer(world, queue, work_id->text);
}

bool queue_visit(struct world *world, struct text queue)
{
    const struct take_input input = {
        .worker = some_worker(world),
        .max = dice_between(&world->dice, 1, TAKEN_MOST),
        .lease_ms = dice_between(&world->dice, WORK_LEASE_MS_MIN, LEASE_MS_MOST),
    };
    struct request request = {.path = door(world, queue, "take"), .input = &input};
    bool is_there = request_write(world, &request);
    MUST(is_there); /* a workflow names it */
    const struct json *items = json_member(request_json(world, &request), TEXT("items"));
    size_t count = request.status == STATUS_OK && items != NULL ? items->count : 0;
    world_say(world, "%.*s takes %zu of %.*s", TEXT_ARGS(input.worker), count, TEXT_ARGS(queue));
    for (const struct json *item = count > 0 ? items->first : NULL; item; item = item->next) {
        deal_with(world, queue, item);
    }
    return count > 0;
}
