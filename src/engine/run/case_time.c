/* case_time.c - when something is due in a case. */
#include "engine/run/case_time.h"

#include "base/date.h"
#include "base/zone.h"
#include "runtime/host.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

enum status case_time_put_for(struct call *call, struct id case_id, struct text what, int64_t at_ms)
{
    const struct timer *timer = catalog_of(call)->case_timer;
    char id[ID_TEXT_BYTES + 1];
    id_write(case_id, id);
    struct text subject = text_format(call->arena, "%s/%.*s", id, TEXT_ARGS(what));
    return at_ms == 0 ? timer_clear(call, timer, subject)
                      : timer_set(call, timer, subject, at_ms, NULL);
}

enum status case_time_put(struct step *step, struct text what, int64_t at_ms)
{
    return case_time_put_for(step->call, step->record->id, what, at_ms);
}

bool case_time_read(struct text subject, struct id *case_out, struct text *what_out)
{
    struct text id;
    return text_cut(subject, '/', &id, what_out) && id_read(id, case_out);
}

/* The beginning of that day, where the business is. */
static int64_t day_begins(const struct step *step, int64_t days)
{
    const struct host *host = step->call->host;
    if (host == NULL || host->later == NULL) {
        return days * DAY_MS;
    }
    struct date date = date_of_days(days);
    struct civil civil = {.year = date.year, .month = date.month, .day = date.day};
    return zone_when(later_zone(host->later), civil).first_ms;
}

int64_t case_time_due(const struct step *step, const struct timer_rules *rules, int64_t came_at)
{
    if (rules->field == WORKFLOW_NOWHERE) {
        return came_at + rules->after_ms;
    }
    const struct value *value = &step->record->values[rules->field];
    if (value->kind != VALUE_INTEGER) {
        return 0;
    }
    bool is_date = step->record->recipe->workflow->fields[rules->field].kind == CASE_DATE;
    int64_t at_ms = is_date ? day_begins(step, value->integer) : value->integer;
    int64_t due_ms = at_ms + rules->after_ms;
    return due_ms < 1 ? 1 : due_ms;
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

/* It left and came back, or it came in the first place. */
static bool has_entered(const struct step *step, const struct transition *rules)
{
    for (size_t i = 0; i < rules->way_count; i++) {
        if (bit_set_contains(&step->record->marking, &rules->ways[i].takes) &&
            bit_set_meets(&step->entered, &rules->ways[i].takes)) {
            return true;
        }
    }
    return false;
}

static bool field_has_changed(const struct step *step, int field)
{
    const struct value none = {.kind = VALUE_NULL};
    const struct value *then = step->before != NULL ? &step->before->values[field] : &none;
    return !case_value_equals(then, &step->record->values[field]);
}

static enum status set_one(struct step *step, const struct transition *rules)
{
    bool could = step->before != NULL && could_go(rules, &step->before->marking);
    bool can = could_go(rules, &step->record->marking);
    int field = rules->timer.field;
    bool is_news = can && (has_entered(step, rules) ||
                           (field != WORKFLOW_NOWHERE && field_has_changed(step, field)));
    if (!is_news && can == could) {
        return STATUS_OK;
    }
    int64_t due_ms = can ? case_time_due(step, &rules->timer, step->call->now_ms) : 0;
    return due_ms == 0 && !could ? STATUS_OK : case_time_put(step, rules->name, due_ms);
}

enum status case_time_set(struct step *step)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < workflow->transition_count && status == STATUS_OK; i++) {
        const struct transition *rules = &workflow->transitions[i];
        if (rules->kind == TRANSITION_TIMER && !rules->timer.has_schedule) {
            status = set_one(step, rules);
        }
    }
    return status;
}
