/* crossing_plan.c - one case held against another version: what it would be there, or every reason
 * why it cannot be. */
#include "engine/migration/crossing.h"

#include "base/fault.h"
#include "engine/soundness/reachable.h"
#include "engine/workflow_net.h"

enum { VALUES_MAX = 20000 };

struct planning {
    struct arena *arena;
    struct crossing *crossing;
    const struct case_record *record;
    struct case_record *moved;
    struct crossing_plan *plan;
    bool has_places; /* all it is in */
};

void crossing_block(struct crossing_plan *plan, enum crossing_verdict verdict, struct text because)
{
    MUST(verdict != CROSSING_MOVES);
    bool is_worse = plan->verdict == CROSSING_MOVES || verdict == CROSSING_STAYS;
    plan->verdict = is_worse ? verdict : plan->verdict;
    plan->moved = NULL;
    if (plan->because_count < CROSSING_REASONS_MAX) {
        plan->because[plan->because_count++] = because;
    }
}

static long long version_of(const struct planning *planning)
{
    return (long long)planning->crossing->to->workflow->version;
}

/* ---- where it is ---- */

/* NO_TEXT: yes. */
static struct text complain_of_marking(const struct planning *planning)
{
    struct crossing *crossing = planning->crossing;
    if (crossing->comes_as_far) {
        return NO_TEXT;
    }
    if (crossing->reachable == NULL) {
        crossing->net = &workflow_net(crossing->arena, crossing->to->workflow)->net;
        crossing->reachable = reachable_make(crossing->arena, crossing->net);
    }
    struct text names = net_place_names(planning->arena, crossing->net, &planning->moved->marking);
    if (!reachable_has(crossing->reachable, &planning->moved->marking)) {
        return text_format(planning->arena,
                           "a case of version %lld is never in %.*s and nowhere else",
                           version_of(planning), TEXT_ARGS(names));
    }
    return reachable_is_whole(crossing->reachable)
               ? NO_TEXT
               : text_format(planning->arena,
                             "version %lld is too large to tell whether a case of it is ever in "
                             "%.*s and nowhere else",
                             version_of(planning), TEXT_ARGS(names));
}

/* False: a place is not there, and the rest need not be asked. */
static bool move_marks(struct planning *planning)
{
    const struct case_record *record = planning->record;
    const struct workflow *from = record->recipe->workflow;
    bool is_whole = true;
    planning->moved->marking = (struct bit_set){{0}};
    for (int i = net_next(&record->marking, 0); i >= 0; i = net_next(&record->marking, i + 1)) {
        int place = planning->crossing->places[i];
        if (place != WORKFLOW_NOWHERE) {
            bit_set_add(&planning->moved->marking, (size_t)place);
            continue;
        }
        is_whole = false;
        crossing_block(planning->plan, CROSSING_STAYS,
                       text_format(planning->arena, "it is in '%.*s', which version %lld has not",
                                   TEXT_ARGS(from->places[i].name), version_of(planning)));
    }
    return is_whole;
}

static void plan_places(struct planning *planning)
{
    planning->has_places = move_marks(planning);
    struct text error = planning->has_places ? complain_of_marking(planning) : NO_TEXT;
    if (text_is_given(error)) {
        crossing_block(planning->plan, CROSSING_STAYS, error);
    }
}

/* ---- what is known of it ---- */

static bool is_given_up(const struct planning *planning, struct text field)
{
    struct texts without = planning->crossing->without;
    for (size_t i = 0; i < without.count; i++) {
        if (text_equals(without.items[i], field)) {
            return true;
        }
    }
    return false;
}

static struct text value_as_json(struct arena *arena, const struct case_field *field,
                                 const struct value *value)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    json_begin_array(&writer);
    case_value_write(&writer, field, value);
    json_end_array(&writer);
    return json_written(&writer);
}

/* NO_TEXT: it fits. */
static struct text complain_of_value(const struct planning *planning, const struct case_field *old,
                                     const struct case_field *new, const struct value *value,
                                     struct value *value_out)
{
    const struct json *items = NULL;
    struct json_error json_error;
    struct text error = NO_TEXT;
    struct arena *arena = planning->arena;
    if (old->kind == CASE_MONEY && new->kind == CASE_MONEY &&
        !text_equals(text_of(old->currency), text_of(new->currency))) {
        return text_format(arena, "is in %s, and would be in %s", old->currency, new->currency);
    }
    enum status status =
        json_read(arena, value_as_json(arena, old, value), VALUES_MAX, &items, &json_error);
    MUST(status == STATUS_OK);
    bool fits = case_value_read(arena, new, items->first, value_out, &error);
    MUST(fits || text_is_given(error));
    return fits ? NO_TEXT : error;
}

/* It is a field there. Its history goes with it: so what was secret must be for ever. */
static void move_value(struct planning *planning, const struct case_field *old,
                       const struct value *value, int field)
{
    const struct case_field *new = &planning->crossing->to->workflow->fields[field];
    struct text error = NO_TEXT;
    if (old->is_secret && !new->is_secret) {
        crossing_block(planning->plan, CROSSING_STAYS,
                       text_format(planning->arena,
                                   "'%.*s' is secret, and version %lld would show it",
                                   TEXT_ARGS(old->name), version_of(planning)));
        return;
    }
    if (is_given_up(planning, old->name)) {
        return;
    }
    planning->moved->values[field] = (struct value){.kind = VALUE_NULL};
    if (value->kind != VALUE_NULL) {
        error = complain_of_value(planning, old, new, value, &planning->moved->values[field]);
    }
    if (text_is_given(error)) {
        crossing_block(planning->plan, CROSSING_BLOCKED,
                       text_format(planning->arena, "'%.*s' does not fit version %lld: it %.*s",
                                   TEXT_ARGS(old->name), version_of(planning), TEXT_ARGS(error)));
    }
}

static void plan_field(struct planning *planning, size_t index)
{
    const struct case_field *old = &planning->record->recipe->workflow->fields[index];
    const struct value *value = &planning->record->values[index];
    int field = planning->crossing->fields[index];
    if (field != WORKFLOW_NOWHERE) {
        move_value(planning, old, value, field);
    } else if (value->kind != VALUE_NULL && !is_given_up(planning, old->name)) {
        crossing_block(planning->plan, CROSSING_BLOCKED,
                       text_format(planning->arena,
                                   "'%.*s' has a value, and is no field of version %lld",
                                   TEXT_ARGS(old->name), version_of(planning)));
    }
}

/* ---- what its stages are at ---- */

static const struct stage_row *find_row(const struct stage_row *rows, size_t count,
                                        struct text stage)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equals(rows[i].stage, stage)) {
            return &rows[i];
        }
    }
    return NULL;
}

static bool stands_on(const struct bit_set *marking, const struct transition *rules)
{
    for (size_t i = 0; i < rules->way_count; i++) {
        if (bit_set_contains(marking, &rules->ways[i].takes)) {
            return true;
        }
    }
    return false;
}

/* Nobody is doing it any more, so a person may have it done in another manner. */
static bool is_incident(const struct stage_row *row)
{
    return row != NULL && text_equals(row->state, stage_incident);
}

static void plan_under_way(struct planning *planning, int transition, const struct stage_row *row)
{
    const struct transition *old = &planning->record->recipe->workflow->transitions[transition];
    int index = crossing_stage(planning->crossing, transition);
    if (index == WORKFLOW_NOWHERE) {
        crossing_block(planning->plan, CROSSING_BLOCKED,
                       text_format(planning->arena,
                                   "'%.*s' is under way, and is no stage of version %lld",
                                   TEXT_ARGS(old->name), version_of(planning)));
        return;
    }
    const struct transition *new = &planning->crossing->to->workflow->transitions[index];
    bool is_same =
        new->stage.work == old->stage.work &&text_equals(new->stage.target, old->stage.target);
    bool is_there = !planning->has_places || stands_on(&planning->moved->marking, new);
    if (!is_there || (!is_same && !is_incident(row))) {
        crossing_block(planning->plan, CROSSING_BLOCKED,
                       text_format(planning->arena,
                                   "'%.*s' is under way, and version %lld does it otherwise",
                                   TEXT_ARGS(old->name), version_of(planning)));
        return;
    }
    planning->moved->is_waiting[index] = true;
    planning->moved->began_in[index] = case_work_version(planning->record, transition);
}

/* They are counted on, also through a version that has not the stage: a work id never comes back
 * for another visit, or whoever receives it would take it for what he has done already. */
static void carry_visits(struct planning *planning, struct text stage, int64_t count)
{
    struct case_record *moved = planning->moved;
    const struct workflow *to = planning->crossing->to->workflow;
    int index = workflow_transition(to, stage);
    if (index != WORKFLOW_NOWHERE && to->transitions[index].kind == TRANSITION_STAGE) {
        moved->visits[index] = count;
    } else if (!SEEDED_BUG("past_visits_forgotten")) {
        moved->past[moved->past_count++] = (struct past_visits){stage, count};
    }
}

static void plan_visits(struct planning *planning)
{
    const struct case_record *record = planning->record;
    const struct workflow *from = record->recipe->workflow;
    planning->moved->past = ARENA_ARRAY(planning->arena, struct past_visits,
                                        record->past_count + from->transition_count + 1);
    for (size_t i = 0; i < record->past_count; i++) {
        carry_visits(planning, record->past[i].stage, record->past[i].count);
    }
    for (size_t i = 0; i < from->transition_count; i++) {
        if (record->visits[i] > 0) {
            carry_visits(planning, from->transitions[i].name, record->visits[i]);
        }
    }
}

/* What was done is still to be taken back, should it come to that. */
static void plan_done(struct planning *planning)
{
    const struct workflow *to = planning->crossing->to->workflow;
    const struct case_record *record = planning->record;
    int *done = ARENA_ARRAY(planning->arena, int, record->done_count + 1);
    for (size_t i = 0; i < record->done_count; i++) {
        int index = crossing_stage(planning->crossing, record->done[i]);
        if (index != WORKFLOW_NOWHERE && text_is_given(to->transitions[index].stage.undo)) {
            done[planning->moved->done_count++] = index;
            continue;
        }
        struct text name = record->recipe->workflow->transitions[record->done[i]].name;
        crossing_block(planning->plan, CROSSING_STAYS,
                       text_format(planning->arena,
                                   "version %lld could not take back what '%.*s' did",
                                   version_of(planning), TEXT_ARGS(name)));
    }
    planning->moved->done = done;
}

/* Something that could not be taken back waits for a person, without being under way. */
static void plan_rows(struct planning *planning, const struct stage_row *rows, size_t count)
{
    const struct workflow *from = planning->record->recipe->workflow;
    for (size_t i = 0; i < count; i++) {
        int transition = workflow_transition(from, rows[i].stage);
        if (transition != WORKFLOW_NOWHERE && !planning->record->is_waiting[transition] &&
            crossing_stage(planning->crossing, transition) == WORKFLOW_NOWHERE) {
            crossing_block(planning->plan, CROSSING_BLOCKED,
                           text_format(planning->arena,
                                       "a person must look at '%.*s', which is no stage of "
                                       "version %lld",
                                       TEXT_ARGS(rows[i].stage), version_of(planning)));
        }
    }
}

static void plan_stages(struct planning *planning, const struct stage_row *rows, size_t count)
{
    const struct workflow *from = planning->record->recipe->workflow;
    const struct workflow *to = planning->crossing->to->workflow;
    planning->moved->began_in = ARENA_ARRAY(planning->arena, int64_t, to->transition_count + 1);
    plan_visits(planning);
    for (size_t i = 0; i < from->transition_count; i++) {
        if (planning->record->is_waiting[i]) {
            plan_under_way(planning, (int)i, find_row(rows, count, from->transitions[i].name));
        }
    }
    plan_done(planning);
    plan_rows(planning, rows, count);
}

/* ---- the whole ---- */

static struct case_record *begin_moved(const struct planning *planning)
{
    const struct case_record *record = planning->record;
    struct case_record *moved =
        case_record_new(planning->arena, planning->crossing->to, record->id);
    moved->revision = record->revision;
    moved->unbroken = record->unbroken;
    moved->previous = record->previous;
    moved->opened_at = record->opened_at;
    moved->changed_at = record->changed_at;
    moved->opened_by = record->opened_by;
    moved->operation = record->operation;
    return moved;
}

void crossing_plan(struct arena *arena, struct crossing *crossing, const struct case_record *record,
                   const struct stage_row *rows, size_t row_count, struct crossing_plan *plan_out)
{
    MUST(record->recipe == crossing->from);
    MUST(record->closed_at == 0);
    struct planning planning = {
        .arena = arena, .crossing = crossing, .record = record, .plan = plan_out};
    *plan_out = (struct crossing_plan){.verdict = CROSSING_MOVES};
    planning.moved = begin_moved(&planning);
    plan_places(&planning);
    for (size_t i = 0; i < record->recipe->workflow->field_count; i++) {
        plan_field(&planning, i);
    }
    plan_stages(&planning, rows, row_count);
    plan_out->moved = plan_out->because_count == 0 ? planning.moved : NULL;
}
