/* case_cross_time.c - timers and deadlines of a case that has moved to another version.
 *
 * A timer that is the same in both stays as it is: set, or gone because it has come. Any other is
 * set as if the case had been of the new version when it came where it is, which its history knows.
 */
#include "engine/migration/case_cross.h"
#include "engine/migration/crossing_store.h"
#include "engine/net.h"
#include "engine/run/case_time.h"
#include "engine/run/stage.h"

enum { CHANGES_VALUES_MAX = 20000 };

/* ---- since when ---- */

struct since {
    struct step *step;
    const struct crossing *crossing;
    int64_t *came_at;    /* by place of the new version */
    struct bit_set open; /* whose time is not known for sure yet */
    int64_t revision;    /* looked at down to here */
    bool is_known;
};

static bool lists(const struct json *places, struct text name)
{
    for (const struct json *item = places->first; item != NULL; item = item->next) {
        if (text_equals(item->text, name)) {
            return true;
        }
    }
    return false;
}

static bool lists_any(const struct json *places, const struct place *place)
{
    bool is_there = lists(places, place->name);
    for (size_t i = 0; i < place->was.count && !is_there; i++) {
        is_there = lists(places, place->was.items[i]);
    }
    return is_there;
}

/* Under whichever name the place had then. */
static bool was_there(const struct since *since, const struct json *places, int place)
{
    const struct workflow *from = since->crossing->from->workflow;
    if (lists_any(places, &since->crossing->to->workflow->places[place])) {
        return true;
    }
    for (size_t i = 0; i < from->place_count; i++) {
        if (since->crossing->places[i] == place && lists_any(places, &from->places[i])) {
            return true;
        }
    }
    return false;
}

static enum status look_at(struct since *since, const struct past_step *past)
{
    const struct json *changes = NULL;
    struct json_error error;
    if (json_read(since->step->call->arena, past->changes, CHANGES_VALUES_MAX, &changes, &error) !=
        STATUS_OK) {
        return STATUS_CORRUPT;
    }
    const struct json *places = json_member(changes, TEXT("places"));
    if (places == NULL) {
        return STATUS_CORRUPT;
    }
    struct bit_set open = {{0}};
    for (int i = net_next(&since->open, 0); i >= 0; i = net_next(&since->open, i + 1)) {
        if (was_there(since, places, i)) {
            since->came_at[i] = past->at;
            bit_set_add(&open, (size_t)i);
        }
    }
    since->open = open;
    since->revision = past->revision;
    return STATUS_OK;
}

/* Back through the history as far as it was in any of these places without a break. */
static enum status learn(struct since *since)
{
    struct call *call = since->step->call;
    struct rows rows = {.count = CROSSING_HISTORY_PIECE};
    enum status status = STATUS_OK;
    while (status == STATUS_OK && rows.count == CROSSING_HISTORY_PIECE &&
           !bit_set_is_empty(&since->open)) {
        status =
            past_steps(call->store, call->arena, since->step->record->id, since->revision, &rows);
        const struct past_step *past = rows.items;
        for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
            status = look_at(since, &past[i]);
        }
    }
    since->is_known = true;
    return status;
}

static struct since begin_since(struct step *step, const struct crossing *crossing)
{
    size_t count = crossing->to->workflow->place_count;
    struct since since = {.step = step,
                          .crossing = crossing,
                          .came_at = ARENA_ARRAY(step->call->arena, int64_t, count),
                          .open = step->record->marking,
                          .revision = step->record->revision};
    for (size_t i = 0; i < count; i++) {
        since.came_at[i] = step->call->now_ms;
    }
    return since;
}

/* When it had come to all places of one of the ways: of several the newest. */
static int64_t came_for(const struct since *since, const struct transition *rules)
{
    int64_t newest = 0;
    for (size_t i = 0; i < rules->way_count; i++) {
        const struct bit_set *takes = &rules->ways[i].takes;
        if (!bit_set_contains(&since->step->record->marking, takes)) {
            continue;
        }
        for (int place = net_next(takes, 0); place >= 0; place = net_next(takes, place + 1)) {
            newest = since->came_at[place] > newest ? since->came_at[place] : newest;
        }
    }
    return newest;
}

/* ---- timers ---- */

static bool is_clock(const struct transition *rules)
{
    return rules->kind == TRANSITION_TIMER && !rules->timer.has_schedule;
}

static bool could_go(const struct transition *rules, const struct bit_set *marking)
{
    for (size_t i = 0; i < rules->way_count; i++) {
        if (bit_set_contains(marking, &rules->ways[i].takes)) {
            return true;
        }
    }
    return false;
}

/* NULL: there is none of this name that could go from this marking. */
static const struct transition *find_clock(const struct workflow *workflow, struct text name,
                                           const struct bit_set *marking)
{
    int index = workflow_transition(workflow, name);
    const struct transition *rules =
        index != WORKFLOW_NOWHERE ? &workflow->transitions[index] : NULL;
    return rules != NULL && is_clock(rules) && could_go(rules, marking) ? rules : NULL;
}

static bool takes_the_same(const struct crossing *crossing, const struct bit_set *old,
                           const struct bit_set *new)
{
    struct bit_set mapped = {{0}};
    for (int i = net_next(old, 0); i >= 0; i = net_next(old, i + 1)) {
        if (crossing->places[i] == WORKFLOW_NOWHERE) {
            return false;
        }
        bit_set_add(&mapped, (size_t)crossing->places[i]);
    }
    return bit_set_equals(&mapped, new);
}

static bool is_same_clock(const struct crossing *crossing, const struct transition *old,
                          const struct transition *new)
{
    int field = old->timer.field != WORKFLOW_NOWHERE ? crossing->fields[old->timer.field]
                                                     : WORKFLOW_NOWHERE;
    bool is_same = field == new->timer.field && old->timer.after_ms == new->timer.after_ms &&
                   (field == WORKFLOW_NOWHERE) == (old->timer.field == WORKFLOW_NOWHERE) &&
                   old->way_count == new->way_count;
    for (size_t i = 0; i < old->way_count && is_same; i++) {
        is_same = takes_the_same(crossing, &old->ways[i].takes, &new->ways[i].takes);
    }
    return is_same;
}

static enum status clear_gone(struct since *since, const struct case_record *old)
{
    const struct workflow *from = since->crossing->from->workflow;
    const struct workflow *to = since->crossing->to->workflow;
    const struct bit_set *marking = &since->step->record->marking;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < from->transition_count && status == STATUS_OK; i++) {
        const struct transition *rules = &from->transitions[i];
        if (is_clock(rules) && could_go(rules, &old->marking) &&
            find_clock(to, rules->name, marking) == NULL) {
            status = case_time_put(since->step, rules->name, 0);
        }
    }
    return status;
}

static enum status set_timer(struct since *since, const struct case_record *old,
                             const struct transition *rules)
{
    const struct transition *before =
        find_clock(since->crossing->from->workflow, rules->name, &old->marking);
    if (before != NULL && is_same_clock(since->crossing, before, rules)) {
        return STATUS_OK;
    }
    enum status status = since->is_known ? STATUS_OK : learn(since);
    if (status != STATUS_OK) {
        return status;
    }
    int64_t due_ms = case_time_due(since->step, &rules->timer, came_for(since, rules));
    return due_ms == 0 && before == NULL ? STATUS_OK
                                         : case_time_put(since->step, rules->name, due_ms);
}

static enum status set_timers(struct since *since, const struct case_record *old)
{
    const struct workflow *to = since->crossing->to->workflow;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < to->transition_count && status == STATUS_OK; i++) {
        const struct transition *rules = &to->transitions[i];
        if (is_clock(rules) && could_go(rules, &since->step->record->marking)) {
            status = set_timer(since, old, rules);
        }
    }
    return status;
}

/* ---- deadlines ---- */

static enum status set_deadline(struct step *step, const struct crossing *crossing, int stage)
{
    struct stage_row row;
    const struct transition *new = &crossing->to->workflow->transitions[stage];
    int index = workflow_transition(crossing->from->workflow, new->name);
    MUST(index != WORKFLOW_NOWHERE); /* it is under way since then */
    int64_t before_ms = crossing->from->workflow->transitions[index].stage.deadline_ms;
    int64_t now_ms = new->stage.deadline_ms;
    if (before_ms == now_ms) {
        return STATUS_OK;
    }
    struct call *call = step->call;
    enum status status = stage_find(call->store, call->arena, step->record->id, new->name, &row);
    if (status != STATUS_OK || text_equals(row.state, stage_incident)) {
        return status; /* an incident waits for a person, as long as that takes */
    }
    return case_time_put(step, text_format(call->arena, "%.*s/deadline", TEXT_ARGS(new->name)),
                         now_ms == 0 ? 0 : row.begun_at + now_ms);
}

static enum status set_deadlines(struct step *step, const struct crossing *crossing)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < crossing->to->workflow->transition_count && status == STATUS_OK; i++) {
        if (step->record->is_waiting[i]) {
            status = set_deadline(step, crossing, (int)i);
        }
    }
    return status;
}

enum status case_cross_times(struct step *step, const struct crossing *crossing,
                             const struct case_record *old)
{
    struct since since = begin_since(step, crossing);
    enum status status = clear_gone(&since, old);
    status = status == STATUS_OK ? set_timers(&since, old) : status;
    return status == STATUS_OK ? set_deadlines(step, crossing) : status;
}
