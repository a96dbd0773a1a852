/* case_event.c - an event on its way to the cases it means, and to those it begins.
 *
 * One event takes each transition of a case once at most, and only out of where the case was when
 * it came: what it leads to does not wait for it again. What no transition of a case has taken may
 * be too early for one: early.h.
 */
#include "engine/handlers.h"

#include "engine/run/case_find_store.h"
#include "engine/run/case_move.h"
#include "engine/run/case_store.h"
#include "engine/run/early.h"

enum { DATA_VALUES_MAX = 20000, SEEN_CHAINS = 256 };

/* Where a case was when the event came. */
struct seen {
    struct seen *next;
    struct id id;
    struct bit_set marking;
    bool is_taken;
    int *early; /* transitions it is too early for */
    size_t early_count;
};

struct arriving {
    struct call *call;
    const struct recipe *recipe;
    int transition;
    const struct json *data;
    struct arena *scratch; /* of one case */
    struct seen **seen;    /* NULL: one transition alone waits for it */
};

/* ---- which cases ---- */

/* The value that the case must have, from the event; false: the event has none such. */
static bool value_of_match(const struct arriving *arriving, const struct match *match,
                           struct value *value_out)
{
    static const struct case_field id_field = {.kind = CASE_ID};
    const struct case_field *field = match->field == WORKFLOW_NOWHERE
                                         ? &id_field
                                         : &arriving->recipe->workflow->fields[match->field];
    const struct json *member = json_member(arriving->data, match->member);
    struct text error;
    return member != NULL &&
           case_value_read(arriving->call->arena, field, member, value_out, &error) &&
           value_out->kind != VALUE_NULL;
}

/* Further matches narrow down what the first one finds. */
static bool all_match(const struct arriving *arriving, const struct case_record *record)
{
    const struct event_rules *rules =
        &arriving->recipe->workflow->transitions[arriving->transition].event;
    for (size_t i = 0; i < rules->match_count; i++) {
        struct value value;
        if (!value_of_match(arriving, &rules->matches[i], &value)) {
            return false;
        }
        int field = rules->matches[i].field;
        bool is_same = field == WORKFLOW_NOWHERE
                           ? id_equals(value.id, record->id)
                           : case_value_equals(&value, &record->values[field]);
        if (!is_same) {
            return false;
        }
    }
    return true;
}

static struct seen *see(const struct arriving *arriving, const struct case_record *record)
{
    struct seen **chain = &arriving->seen[record->id.bytes[ID_BYTES - 1] % SEEN_CHAINS];
    for (struct seen *seen = *chain; seen != NULL; seen = seen->next) {
        if (id_equals(seen->id, record->id)) {
            return seen;
        }
    }
    struct seen *first = ARENA_NEW(arriving->call->arena, struct seen);
    *first = (struct seen){.next = *chain, .id = record->id, .marking = record->marking};
    *chain = first;
    return first;
}

static bool was_there(const struct arriving *arriving, struct step *step)
{
    const struct way *way = step_way(step, arriving->transition, WAY_ON);
    return way != NULL && (arriving->seen == NULL ||
                           bit_set_contains(&see(arriving, step->record)->marking, &way->takes));
}

/* ---- moving them ---- */

static void note_early(const struct arriving *arriving, const struct case_record *record)
{
    struct seen *seen = see(arriving, record);
    const struct workflow *workflow = arriving->recipe->workflow;
    if (record->closed_at == 0 && workflow->transitions[arriving->transition].event.keeps_early &&
        early_may_come(arriving->recipe, arriving->transition, &seen->marking)) {
        seen->early = seen->early != NULL
                          ? seen->early
                          : ARENA_ARRAY(arriving->call->arena, int, workflow->transition_count);
        seen->early[seen->early_count++] = arriving->transition;
    }
}

static enum status fire(const struct arriving *arriving, struct step *step)
{
    enum status status = case_fire(step, arriving->transition);
    if (arriving->seen != NULL && step->fired > 0) {
        see(arriving, step->record)->is_taken = true;
    }
    return status;
}

static enum status move(const struct arriving *arriving, struct step *step, struct id case_id)
{
    enum status status = case_move_begin(step, case_id);
    bool is_other = step->record != NULL && step->record->recipe != arriving->recipe;
    if (status == STATUS_ABSENT || (status == STATUS_UNAVAILABLE && is_other)) {
        return STATUS_OK; /* the event means something else, or another version has its turn */
    }
    if (status != STATUS_OK || is_other || !all_match(arriving, step->record)) {
        return status;
    }
    if (arriving->seen != NULL) {
        see(arriving, step->record);
    }
    if (was_there(arriving, step)) {
        return fire(arriving, step);
    }
    if (arriving->seen != NULL) {
        note_early(arriving, step->record);
    }
    return STATUS_OK;
}

static enum status move_one(const struct arriving *arriving, struct id case_id)
{
    arena_reset(arriving->scratch);
    struct call call = *arriving->call;
    call.arena = arriving->scratch;
    struct step step = {.call = &call, .actor = call.message->name, .event = call.message->data};
    enum status status = move(arriving, &step, case_id);
    arriving->call->effects = call.effects;
    return case_fault_of(arriving->call, &step, status);
}

static enum status move_all(const struct arriving *arriving, const struct match *match)
{
    struct value value;
    struct call *call = arriving->call;
    const struct workflow *workflow = arriving->recipe->workflow;
    if (!value_of_match(arriving, match, &value)) {
        return STATUS_OK;
    }
    if (match->field == WORKFLOW_NOWHERE) {
        return move_one(arriving, value.id);
    }
    const struct case_field *field = &workflow->fields[match->field];
    struct case_finding finding = {.workflow = workflow->name,
                                   .key = field->name,
                                   .value = case_key_value(call->arena, field, &value)};
    enum status status = STATUS_OK;
    do {
        status = case_find_more(call->store, call->arena, &finding);
        for (size_t i = 0; i < finding.count && status == STATUS_OK; i++) {
            status = move_one(arriving, finding.ids[i]);
        }
    } while (status == STATUS_OK && finding.count == CASE_FIND_PIECE);
    return status;
}

static enum status move_meant(const struct arriving *arriving)
{
    const struct event_rules *rules =
        &arriving->recipe->workflow->transitions[arriving->transition].event;
    struct id id;
    if (rules->match_count > 0) {
        return move_all(arriving, &rules->matches[0]);
    }
    return id_read(arriving->call->message->subject, &id) ? move_one(arriving, id) : STATUS_OK;
}

/* ---- one workflow ---- */

static bool waits_for(const struct arriving *arriving, size_t transition)
{
    const struct transition *rules = &arriving->recipe->workflow->transitions[transition];
    return rules->kind == TRANSITION_EVENT &&
           text_equals(rules->event.event, arriving->call->message->name);
}

static size_t count_waiting(const struct arriving *arriving, bool *keeps_out)
{
    const struct workflow *workflow = arriving->recipe->workflow;
    size_t count = 0;
    for (size_t i = 0; i < workflow->transition_count; i++) {
        count += waits_for(arriving, i);
        *keeps_out =
            *keeps_out || (waits_for(arriving, i) && workflow->transitions[i].event.keeps_early);
    }
    return count;
}

static enum status keep_one(const struct arriving *arriving, const struct seen *seen)
{
    arena_reset(arriving->scratch);
    struct call call = *arriving->call;
    call.arena = arriving->scratch;
    struct step step = {.call = &call, .actor = call.message->name};
    enum status status = case_move_begin(&step, seen->id);
    status = status == STATUS_OK ? early_keep(&step, seen->early, seen->early_count) : status;
    status = status == STATUS_OK ? case_move_end(&step) : status;
    arriving->call->effects = call.effects;
    return case_fault_of(arriving->call, &step, status);
}

static enum status keep_early(const struct arriving *arriving)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; arriving->seen != NULL && i < SEEN_CHAINS; i++) {
        for (const struct seen *seen = arriving->seen[i]; seen != NULL && status == STATUS_OK;
             seen = seen->next) {
            if (seen->early_count > 0 && !seen->is_taken) {
                status = keep_one(arriving, seen);
            }
        }
    }
    return status;
}

static enum status begin_new(const struct arriving *arriving, int transition)
{
    const struct message *message = arriving->call->message;
    return case_begin(arriving->call, &(struct case_beginning){.recipe = arriving->recipe,
                                                               .transition = transition,
                                                               .actor = message->name,
                                                               .event = message->data});
}

/* Those that are there first: what it begins it does not move. */
static enum status arrive(struct arriving *arriving)
{
    const struct workflow *workflow = arriving->recipe->workflow;
    bool keeps = false;
    size_t waiting = count_waiting(arriving, &keeps);
    enum status status = STATUS_OK;
    arriving->seen = waiting > 1 || keeps
                         ? ARENA_ARRAY(arriving->call->arena, struct seen *, SEEN_CHAINS)
                         : NULL;
    for (size_t i = 0; waiting > 0 && i < workflow->transition_count && status == STATUS_OK; i++) {
        if (waits_for(arriving, i) && !case_begins(&workflow->transitions[i])) {
            arriving->transition = (int)i;
            status = move_meant(arriving);
        }
    }
    status = status == STATUS_OK ? keep_early(arriving) : status;
    for (size_t i = 0; waiting > 0 && i < workflow->transition_count && status == STATUS_OK; i++) {
        if (waits_for(arriving, i) && case_begins(&workflow->transitions[i]) &&
            arriving->recipe->is_newest) {
            status = begin_new(arriving, (int)i);
        }
    }
    return status;
}

enum status case_event(struct call *call)
{
    const struct catalog *catalog = catalog_of(call);
    struct arriving arriving = {.call = call};
    struct json_error error;
    enum status status =
        json_read(call->arena, call->message->data, DATA_VALUES_MAX, &arriving.data, &error);
    arriving.scratch = arena_create("case", CASE_ARENA_BYTES_MAX);
    for (size_t r = 0; r < catalog->recipe_count && status == STATUS_OK; r++) {
        arriving.recipe = catalog->recipes[r];
        status = arrive(&arriving);
    }
    arena_destroy(&arriving.scratch);
    return status == STATUS_OK ? answer_empty(call) : status;
}
