/* sim_workers.c - who does work outside: takes it, answers, answers twice, answers what is over, or
 * forges a name.
 */
#include "engine/cases.h"
#include "engine/run/case_store.h"
#include "engine/run/stage_store.h"
#include "engine/stages/work_id.h"
#include "sim/sim_store.h"
#include "sim/sim_world.h"

struct answering {
    struct text work_id;
    bool has_failed;
    struct text result;
    struct text next;
};

static const struct watched_case *case_of(const struct world *world, struct id id)
{
    for (size_t i = 0; i < world->case_count; i++) {
        if (id_equals(world->cases[i]->id, id)) {
            return world->cases[i];
        }
    }
    return NULL;
}

static bool is_for_us(const struct stage_row *row)
{
    return text_equals(row->state, stage_queued) || text_equals(row->state, stage_waits);
}

static struct rows all_under_way(struct world *world)
{
    struct rows all = {.count = 0};
    struct store *store = world_look(world_cases(world));
    enum status status = sim_stages(store, world->look, &all);
    MUST(status == STATUS_OK);
    world_looked(store);
    return all;
}

/* What somebody outside could answer now. */
static struct rows work_there_is(struct world *world)
{
    struct rows all = all_under_way(world);
    struct stage_row *rows = all.items;
    size_t count = 0;
    for (size_t i = 0; i < all.count; i++) {
        if (is_for_us(&rows[i]) && case_of(world, rows[i].case_id) != NULL) {
            rows[count++] = rows[i];
        }
    }
    return (struct rows){rows, count};
}

static enum status give(struct world *world, struct member *member, void *context)
{
    const struct answering *answering = context;
    struct call call = world_call(world, member, "a worker");
    struct text error = NO_TEXT;
    return case_answer(&call,
                       &(struct case_answer){
                           .work_id = answering->work_id,
                           .has_failed = answering->has_failed,
                           .result = answering->result,
                           .next = answering->next,
                       },
                       &error);
}

static struct text result_for(struct world *world, const struct watched_case *watched,
                              const struct transition *rules)
{
    if (rules->kind != TRANSITION_STAGE || rules->stage.result == WORKFLOW_NOWHERE) {
        return NO_TEXT;
    }
    return world_value(world, &watched->recipe->workflow->fields[rules->stage.result]);
}

static struct text work_id_of(struct world *world, const struct stage_row *row)
{
    const struct workflow *workflow = case_of(world, row->case_id)->recipe->workflow;
    struct case_record *record = NULL;
    struct store *store = world_look(world_cases(world));
    enum status status = case_load(store, world->look, world_catalog(world), row->case_id, &record);
    world_looked(store);
    MUST(status == STATUS_OK);
    return work_id_write(
        world->look, world_catalog(world)->signing_key,
        &(struct work_name){
            .case_id = row->case_id,
            .workflow = workflow->name,
            .version = case_work_version(record, workflow_transition(workflow, row->stage)),
            .stage = row->stage,
            .visit = row->visit,
        });
}

/* Everything but the name; lives until the next look. */
static struct answering think(struct world *world, const struct stage_row *row)
{
    const struct watched_case *watched = case_of(world, row->case_id);
    const struct workflow *workflow = watched->recipe->workflow;
    int transition = workflow_transition(workflow, row->stage);
    MUST(transition != WORKFLOW_NOWHERE);
    struct answering answering = {
        .work_id = work_id_of(world, row),
    };
    answering.has_failed =
        !world->is_friendly &&
        dice_percent(&world->dice, world->rates.refuses + world->rates.retries / 2);
    if (answering.has_failed) {
        answering.result = TEXT("{\"code\":\"played_no\",\"message\":\"The dice say no.\"}");
    } else {
        struct text result = result_for(world, watched, &workflow->transitions[transition]);
        answering.result = text_is_given(result) ? text_copy(world->look, result) : NO_TEXT;
    }
    if (!world->is_friendly && !answering.has_failed &&
        dice_percent(&world->dice, 15)) { /* it may or may not be listed */
        answering.next =
            workflow->transitions[dice_below(&world->dice, workflow->transition_count)].name;
    }
    return answering;
}

void world_remember_work(struct world *world, struct text work_id, struct id case_id,
                         struct text queue)
{
    struct used *used = &world->used[world->used_count++ % WORLD_USED_MAX];
    *used = (struct used){
        .text = text_copy(world->arena, work_id),
        .case_id = case_id,
        .queue = text_is_given(queue) ? text_copy(world->arena, queue) : NO_TEXT,
    };
}

static void say(struct world *world, const char *how, const struct stage_row *row,
                enum status status)
{
    struct text name = world_case_name(world, row->case_id);
    world_say(world, "a worker %s %.*s of %.*s: %s", how, TEXT_ARGS(row->stage), TEXT_ARGS(name),
              status_text(status));
}

/* Is a case waiting for just this? Who has failed once may still bring it, until it is tried again,
 * or until a person has decided. */
static bool is_waited_for(struct world *world, const struct used *used)
{
    struct rows all = all_under_way(world);
    const struct stage_row *rows = all.items;
    for (size_t i = 0; i < all.count; i++) {
        if (case_of(world, rows[i].case_id) != NULL &&
            text_equals(work_id_of(world, &rows[i]), used->text)) {
            return true;
        }
    }
    return false;
}

static bool answer_by_hand(struct world *world, const struct used *used)
{
    struct answering answering = {.work_id = used->text};
    struct text name = world_case_name(world, used->case_id);
    enum status status = world_write(world, world_cases(world), give, &answering);
    world_say(world, "somebody answers late or twice, of %.*s: %s", TEXT_ARGS(name),
              status_text(status));
    return status == STATUS_OK;
}

/* One that was handed out before; mostly it is over. */
static void answer_again(struct world *world)
{
    size_t known = world->used_count < WORLD_USED_MAX ? world->used_count : WORLD_USED_MAX;
    const struct used *used = &world->used[dice_below(&world->dice, known)];
    bool is_waited = is_waited_for(world, used);
    bool is_taken = text_is_given(used->queue) ? queue_answer(world, used->queue, used->text)
                                               : answer_by_hand(world, used);
    if (is_taken && !is_waited) {
        world_violated(world, "an answer was taken that no case waited for any more: %.*s",
                       TEXT_ARGS(used->text));
    }
}

static void forge(struct world *world, const struct stage_row *row)
{
    struct answering answering = think(world, row);
    char *letters = arena_take(world->look, answering.work_id.bytes + 1);
    for (size_t i = 0; i < answering.work_id.bytes; i++) {
        letters[i] = answering.work_id.data[i];
    }
    size_t where = dice_below(&world->dice, answering.work_id.bytes);
    letters[where] = letters[where] == 'A' ? 'B' : 'A';
    answering.work_id.data = letters;
    enum status status = world_write(world, world_cases(world), give, &answering);
    say(world, "forges the name of", row, status);
    if (status == STATUS_OK) {
        world_violated(world, "a work id that was changed by one letter was taken for a good one");
    }
}

static enum status answer_row(struct world *world, const struct stage_row *row)
{
    struct answering answering = think(world, row);
    world_remember_work(world, answering.work_id, row->case_id, NO_TEXT);
    enum status status = world_write(world, world_cases(world), give, &answering);
    say(world, answering.has_failed ? "fails at" : "has done", row, status);
    return status;
}

void move_worker(struct world *world)
{
    struct rows work = work_there_is(world);
    const struct stage_row *rows = work.items;
    if (world->used_count > 0 && (work.count == 0 || dice_percent(&world->dice, 20))) {
        answer_again(world);
        return;
    }
    if (work.count == 0) {
        return;
    }
    const struct stage_row *row = &rows[dice_below(&world->dice, work.count)];
    if (dice_percent(&world->dice, 5)) {
        forge(world, row);
    } else if (text_is_given(row->queue) && dice_percent(&world->dice, 75)) {
        (void)queue_visit(world, row->queue);
    } else {
        (void)answer_row(world, row);
    }
}

bool work_all(struct world *world)
{
    struct rows work = work_there_is(world);
    const struct stage_row *rows = work.items;
    bool any = false;
    for (size_t i = 0; i < work.count; i++) {
        any = answer_row(world, &rows[i]) == STATUS_OK || any;
    }
    return any;
}
