/* early.c - keeps events that came early, and lets them happen when their time has come. */
#include "engine/run/early.h"

#include "base/fault.h"
#include "base/log.h"
#include "engine/net.h"
#include "engine/run/stage.h"

/* ---- where it could be heard ---- */

bool early_may_come(const struct recipe *recipe, int transition, const struct bit_set *marking)
{
    const struct transition *rules = &recipe->workflow->transitions[transition];
    MUST(recipe->leads_to != NULL);
    for (size_t i = 0; i < rules->way_count; i++) {
        const struct bit_set *takes = &rules->ways[i].takes;
        bool may = true;
        for (int place = net_next(takes, 0); place >= 0 && may;
             place = net_next(takes, place + 1)) {
            may = bit_set_meets(marking, &recipe->leads_to[place]);
        }
        if (may) {
            return true;
        }
    }
    return false;
}

/* ---- keeping ---- */

static enum status refuse_more(struct step *step)
{
    step->fault = text_format(step->call->arena,
                              "The case keeps %d events that came early, and no more.", EARLY_MAX);
    return STATUS_TOO_LARGE;
}

static enum status put_all(struct step *step, const int *transitions, size_t count)
{
    const struct message *message = step->call->message;
    const struct workflow *workflow = step->record->recipe->workflow;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = early_put(step->call->store,
                           &(struct early_row){
                               .case_id = step->record->id,
                               .message = message->id,
                               .transition = workflow->transitions[transitions[i]].name,
                               .event = message->name,
                               .came_at = step->call->now_ms,
                               .data = message->data,
                           });
    }
    return status;
}

enum status early_keep(struct step *step, const int *transitions, size_t count)
{
    struct rows rows = {.count = 0};
    const struct stage_result reason = {.code = TEXT("early"),
                                        .message = step->call->message->name};
    enum status status = early_list(step->call->store, step->call->arena, step->record->id, &rows);
    if (status == STATUS_OK && rows.count + count > EARLY_MAX) {
        return refuse_more(step);
    }
    status = status == STATUS_OK ? put_all(step, transitions, count) : status;
    FAULT_POINT("early_kept");
    return status == STATUS_OK
               ? step_note(step, TEXT("event kept"), stage_reason(step->call->arena, &reason))
               : status;
}

/* ---- taking ---- */

/* Is the case where one of those that keep could happen? Most often it is not, and nothing is
 * read. */
static bool could_take(const struct step *step)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    for (size_t i = 0; i < workflow->transition_count; i++) {
        if (workflow->transitions[i].event.keeps_early && step_way(step, (int)i, WAY_ON) != NULL) {
            return true;
        }
    }
    return false;
}

static enum status fire(struct step *step, const struct early_row *row, int transition,
                        const struct way *way)
{
    struct case_record *record = step->record;
    int64_t revision = record->revision;
    enum status status = step_fire(step, transition, way);
    bool is_fault = status == STATUS_MALFORMED || status == STATUS_TOO_LARGE;
    if (is_fault && record->revision == revision) {
        return STATUS_ABSENT; /* nothing has happened; the log has said why */
    }
    return status == STATUS_OK ? early_remove(step->call->store, row->case_id, row->message)
                               : status;
}

/* OK: it has happened. ABSENT: not now; what cannot be computed stays, to be tried when the case
 * has changed. */
static enum status try_one(struct step *step, const struct early_row *row)
{
    int transition = workflow_transition(step->record->recipe->workflow, row->transition);
    if (transition == WORKFLOW_NOWHERE || step_way(step, transition, WAY_ON) == NULL) {
        return STATUS_ABSENT;
    }
    struct step asked = *step;
    step->event = row->data;
    step->actor = row->event;
    step->person = (struct id){{0}};
    step->party = NO_TEXT;
    const struct way *way = step_may(step, transition);
    bool is_no = way == NULL && step->undecided == NULL;
    enum status status = way != NULL ? fire(step, row, transition, way) : STATUS_ABSENT;
    step->event = asked.event;
    step->actor = asked.actor;
    step->person = asked.person;
    step->party = asked.party;
    if (is_no) {
        step->is_touched = true;
        status = early_remove_one(step->call->store, row);
        return status == STATUS_OK ? STATUS_ABSENT : status;
    }
    return status;
}

enum status early_take(struct step *step, bool *taken_out)
{
    struct rows rows = {.count = 0};
    *taken_out = false;
    if (step->record->recipe->leads_to == NULL || step->before == NULL || !could_take(step) ||
        SEEDED_BUG("early_forgotten")) {
        return STATUS_OK;
    }
    enum status status = early_list(step->call->store, step->call->arena, step->record->id, &rows);
    const struct early_row *items = rows.items;
    for (size_t i = 0; i < rows.count && status == STATUS_OK && !*taken_out; i++) {
        status = try_one(step, &items[i]);
        *taken_out = status == STATUS_OK;
        status = status == STATUS_ABSENT ? STATUS_OK : status;
    }
    return status;
}

/* ---- too late ---- */

static bool is_too_late(const struct step *step, const struct early_row *row)
{
    const struct case_record *record = step->record;
    int transition = workflow_transition(record->recipe->workflow, row->transition);
    return transition == WORKFLOW_NOWHERE ||
           !record->recipe->workflow->transitions[transition].event.keeps_early ||
           !early_may_come(record->recipe, transition, &record->marking);
}

enum status early_forget(struct step *step)
{
    struct rows rows = {.count = 0};
    const struct case_record *record = step->record;
    if (record->recipe->leads_to == NULL || step->before == NULL ||
        bit_set_equals(&record->marking, &step->before->marking)) {
        return STATUS_OK;
    }
    enum status status = early_list(step->call->store, step->call->arena, record->id, &rows);
    const struct early_row *items = rows.items;
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        if (is_too_late(step, &items[i])) {
            log_line(LOG_INFO, "engine", "an event that came early is for nothing any more",
                     LOG_TEXT("workflow", record->recipe->workflow->name),
                     LOG_TEXT("case", id_text(step->call->arena, record->id)),
                     LOG_TEXT("event", items[i].event),
                     LOG_TEXT("transition", items[i].transition));
            status = early_remove_one(step->call->store, &items[i]);
        }
    }
    return status;
}
