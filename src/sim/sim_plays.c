/* sim_plays.c - functions and commands that do what the dice say: it is done, it cannot be done,
 * not now, later, or something was written before that was known.
 *
 * A command remembers by its work id what it has done, as a receiving service must, and answers the
 * same once more. What is written by one that fails is a row that nobody may ever see.
 */
#include "sim/sim_plays.h"

#include "engine/net.h"
#include "engine/run/stage.h"
#include "sim/sim_store.h"
#include "sim/sim_world.h"

enum play { PLAY_DONE, PLAY_REFUSED, PLAY_NOT_NOW, PLAY_WAITS };

static const struct refusal played_no = {"played_no", 409, "The dice say no."};

/* Of 100: the first numbers are what goes wrong. */
static enum play throw(struct world * world, bool may_wait) {
    const struct rates *rates = &world->rates; size_t number = dice_below(&world->dice, 100);
    if (world->is_friendly){return PLAY_DONE;}
if (number < rates->refuses)
{
    return PLAY_REFUSED;
}
if (number < rates->refuses + rates->retries) {
    return PLAY_NOT_NOW;
}
bool waits = number < rates->refuses + rates->retries + rates->waits;
return waits && may_wait ? PLAY_WAITS : PLAY_DONE;
}

static enum status write_half(struct world *world, struct call *call, struct text work_id)
{
    if (world->is_friendly || !dice_percent(&world->dice, world->rates.halves)) {
        return STATUS_OK;
    }
    return played_put(call->store, &(struct effect){
                                       .work_id = text_join(call->arena, work_id, TEXT("&half")),
                                       .what = TEXT("half"),
                                   });
}

/* The struct of the shape: a text for each field, its JSON. */
static struct text *make_result(struct world *world, struct call *call, const struct part *part)
{
    struct text *slots = ARENA_ARRAY(call->arena, struct text, part->gives.field_count + 1);
    for (size_t i = 0; i < part->gives.field_count; i++) {
        slots[i] = world_value(world, part->kept[i]);
    }
    return slots;
}

/* ---- functions ---- */

/* A stage that `next` lists, if the dice want one; NULL: as it should go. */
static const char *choose_next(struct world *world, const struct call *call)
{
    const struct stage_run *run = call->stage;
    const struct workflow *workflow = run->step->record->recipe->workflow;
    const struct transition *rules = &workflow->transitions[run->transition];
    const char *names[WORKFLOW_TRANSITIONS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < rules->way_count; i++) {
        const struct way *way = &rules->ways[i];
        bool is_here = bit_set_contains(&run->step->record->marking, &way->takes);
        for (size_t k = 0; way->kind == WAY_NEXT && is_here && k < workflow->transition_count;
             k++) {
            const struct transition *other = &workflow->transitions[k];
            if (other->kind == TRANSITION_STAGE && count < COUNT_OF(names) &&
                bit_set_contains(&way->gives, &other->ways[0].takes)) {
                names[count++] = text_copy(call->arena, other->name).data;
            }
        }
    }
    bool wants = count > 0 && dice_percent(&world->dice, 40);
    return wants ? names[dice_below(&world->dice, count)] : NULL;
}

static bool is_undo(const struct call *call)
{
    const struct stage_run *run = call->stage;
    const struct recipe_transition *plan = &run->step->record->recipe->transitions[run->transition];
    return plan->undo != NULL && plan->undo->takes == call->takes;
}

static bool is_stage(const struct call *call)
{
    const struct stage_run *run = call->stage;
    const struct workflow *workflow = run->step->record->recipe->workflow;
    return workflow->transitions[run->transition].kind == TRANSITION_STAGE;
}

static enum status finish_function(struct world *world, struct call *call, const struct part *part,
                                   bool may_choose)
{
    const char *next = may_choose ? choose_next(world, call) : NULL;
    void *result = part->gives.field_count > 0 ? make_result(world, call, part) : NULL;
    if (next != NULL) {
        return stage_next(call, next, result);
    }
    return result != NULL ? answer(call, result) : answer_empty(call);
}

enum status play_function(struct call *call)
{
    struct world *world = world_now();
    const struct part *part = cast_part(&world->cast, call->takes);
    bool is_plain = call->stage == NULL || !is_stage(call) || is_undo(call);
    struct text work_id = is_plain ? TEXT("plain") : stage_work_id(call);
    enum play play = throw(world, !is_plain);
    bool fails = play == PLAY_REFUSED || play == PLAY_NOT_NOW;
    enum status status = fails ? write_half(world, call, work_id) : STATUS_OK;
    if (status != STATUS_OK) {
        return status;
    }
    switch (play) {
    case PLAY_REFUSED:
        return refuse(call, &played_no);
    case PLAY_NOT_NOW:
        return is_plain || dice_percent(&world->dice, 30) ? STATUS_ABSENT
                                                          : stage_retry(call, "The dice say wait.");
    case PLAY_WAITS:
        return stage_wait(call);
    case PLAY_DONE:
        break;
    }
    if (!is_plain) {
        status =
            played_put(call->store, &(struct effect){.work_id = work_id, .what = TEXT("done")});
    }
    return status == STATUS_OK ? finish_function(world, call, part, !is_plain) : status;
}

/* ---- commands ---- */

static struct text work_id_of(const struct call *call)
{
    const struct text *slots = call->input;
    for (size_t i = 0; i < call->takes->field_count; i++) {
        if (text_equals(text_of(call->takes->fields[i].name), TEXT("work_id"))) {
            MUST(slots[i].bytes > 2); /* the engine always says it */
            return text_slice(slots[i], 1, slots[i].bytes - 1);
        }
    }
    MUST(false);
    return NO_TEXT;
}

static enum status do_command(struct world *world, struct call *call, struct text work_id)
{
    const struct part *part = cast_part(&world->cast, call->takes);
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 256);
    json_put_struct(&writer, &part->gives, make_result(world, call, part));
    enum status status = played_put(call->store, &(struct effect){
                                                     .work_id = work_id,
                                                     .what = TEXT("done"),
                                                     .answer = json_written(&writer),
                                                 });
    call->reply = json_written(&writer);
    return status;
}

enum status play_command(struct call *call)
{
    struct world *world = world_now();
    struct text work_id = work_id_of(call);
    struct effect done;
    enum status status = played_again(call->store, call->arena, work_id, &done);
    if (status == STATUS_OK) { /* the same, letter for letter */
        call->reply = done.answer;
        return STATUS_OK;
    }
    if (status != STATUS_ABSENT) {
        return status;
    }
    enum play play = throw(world, false);
    status = play == PLAY_DONE ? STATUS_OK : write_half(world, call, work_id);
    if (status != STATUS_OK) {
        return status;
    }
    if (play == PLAY_REFUSED) {
        return refuse(call, &played_no);
    }
    return play == PLAY_NOT_NOW ? STATUS_UNAVAILABLE : do_command(world, call, work_id);
}
