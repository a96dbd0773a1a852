/* casebook_why.c - says in sentences why a case stands where it stands.
 *
 * Whoever asks sits before a case that does not move: each sentence names whom or what it waits
 * for, since when, and when something happens next.
 */
#include "engine/casebook/casebook_parts.h"

#include "base/clock.h"
#include "engine/net.h"
#include "engine/run/case_time.h"
#include "engine/stages/work_queue.h"
#include "runtime/later/timer_store.h"

#include <stdarg.h>
#include <stdio.h>

enum { EARLY_SAID_MAX = 3 }; /* `kontora case show` lists all of them */

#define AT_BYTES (CLOCK_TEXT_BYTES + 1)

struct telling {
    struct call *call;
    const struct casebook_case *known;
    struct text said;
    enum status status; /* of the store */
};

__attribute__((format(printf, 2, 3))) static void say(struct telling *telling, const char *format,
                                                      ...)
{
    char sentence[1200];
    va_list values;
    va_start(values, format);
    vsnprintf(sentence, sizeof sentence, format, values);
    va_end(values);
    struct arena *arena = telling->call->arena;
    telling->said = text_is_given(telling->said)
                        ? text_format(arena, "%.*s %s", TEXT_ARGS(telling->said), sentence)
                        : text_format(arena, "%s", sentence);
}

/* 2026-11-21T14:12:45Z: nobody counts milliseconds here. */
static const char *moment(struct telling *telling, int64_t wall_ms)
{
    char written[AT_BYTES];
    clock_write(wall_ms, written);
    return text_format(telling->call->arena, "%.19sZ", written).data;
}

/* ---- stages ---- */

/* {"code": ..., "message": ...} as a person says it. */
static struct text reason_words(struct arena *arena, struct text reason)
{
    const struct json *json = NULL;
    struct json_error error;
    if (!text_is_given(reason) || json_read(arena, reason, 100, &json, &error) != STATUS_OK) {
        return TEXT("nobody has said why");
    }
    const struct json *code = json_member(json, TEXT("code"));
    const struct json *message = json_member(json, TEXT("message"));
    bool has_message = message != NULL && message->kind == JSON_STRING && message->text.bytes > 0;
    struct text first = code != NULL && code->kind == JSON_STRING ? code->text : TEXT("unknown");
    struct text words = has_message ? message->text : NO_TEXT;
    if (has_message && words.data[words.bytes - 1] == '.') {
        words.bytes--; /* it stands inside a sentence */
    }
    return has_message ? text_format(arena, "%.*s (%.*s)", TEXT_ARGS(words), TEXT_ARGS(first))
                       : first;
}

static const struct transition *rules_of(const struct telling *telling, struct text stage)
{
    if (telling->known->recipe == NULL) {
        return NULL;
    }
    const struct workflow *workflow = telling->known->recipe->workflow;
    int transition = workflow_transition(workflow, stage);
    return transition != WORKFLOW_NOWHERE ? &workflow->transitions[transition] : NULL;
}

static void say_queued(struct telling *telling, const struct stage_row *row)
{
    struct text why = reason_words(telling->call->arena, row->reason);
    if (text_equals(row->worker, work_sent_away)) {
        say(telling,
            "'%.*s' waits for a worker over AMQP, since %s; it was sent to the queue 'work.%.*s' "
            "(try %lld), and the answer should come until %s.",
            TEXT_ARGS(row->stage), moment(telling, row->begun_at), TEXT_ARGS(row->queue),
            (long long)row->attempt, moment(telling, row->due_at));
    } else if (row->worker.data != NULL) {
        say(telling, "'%.*s' is being done by the worker '%.*s', who must answer until %s.",
            TEXT_ARGS(row->stage), TEXT_ARGS(row->worker), moment(telling, row->due_at));
    } else if (row->due_at > telling->known->now_ms) {
        say(telling, "'%.*s' is tried again (try %lld) from %s on; it has failed before: %.*s.",
            TEXT_ARGS(row->stage), (long long)row->attempt, moment(telling, row->due_at),
            TEXT_ARGS(why));
    } else {
        say(telling, "'%.*s' waits for a worker to take it from the queue '%.*s', since %s.",
            TEXT_ARGS(row->stage), TEXT_ARGS(row->queue), moment(telling, row->due_at));
    }
}

static void say_incident(struct telling *telling, const struct stage_row *row)
{
    const struct casebook_case *known = telling->known;
    int transition = known->recipe != NULL
                         ? workflow_transition(known->recipe->workflow, row->stage)
                         : WORKFLOW_NOWHERE;
    bool is_undo = known->record != NULL && transition != WORKFLOW_NOWHERE &&
                   !known->record->is_waiting[transition];
    struct text why = reason_words(telling->call->arena, row->reason);
    if (is_undo) {
        say(telling, "What '%.*s' did could not be taken back: %.*s. Retry or skip it.",
            TEXT_ARGS(row->stage), TEXT_ARGS(why));
    } else {
        say(telling,
            "'%.*s' has failed for good, tried %lld %s since %s: %.*s. It waits for a person to "
            "retry or skip it, or to edit, move or cancel the case.",
            TEXT_ARGS(row->stage), (long long)row->attempt, row->attempt == 1 ? "time" : "times",
            moment(telling, row->begun_at), TEXT_ARGS(why));
    }
}

static void say_stage(struct telling *telling, const struct stage_row *row)
{
    const struct transition *rules = rules_of(telling, row->stage);
    if (text_equals(row->state, stage_incident)) {
        say_incident(telling, row);
        return;
    }
    if (text_equals(row->state, stage_queued)) {
        say_queued(telling, row);
    } else if (text_equals(row->state, stage_retries)) {
        struct text why = reason_words(telling->call->arena, row->reason);
        say(telling, "'%.*s' is tried again (try %lld) at %s; it has failed before: %.*s.",
            TEXT_ARGS(row->stage), (long long)row->attempt, moment(telling, row->due_at),
            TEXT_ARGS(why));
    } else if (text_equals(row->state, stage_asked)) {
        struct text target = rules != NULL ? rules->stage.target : TEXT("a service");
        say(telling, "'%.*s' waits for the reply to %.*s, since %s.", TEXT_ARGS(row->stage),
            TEXT_ARGS(target), moment(telling, row->begun_at));
    } else {
        say(telling, "'%.*s' waits for somebody to answer, since %s.", TEXT_ARGS(row->stage),
            moment(telling, row->begun_at));
    }
    if (rules != NULL && rules->stage.deadline_ms > 0) {
        say(telling, "Its deadline is %s.",
            moment(telling, row->begun_at + rules->stage.deadline_ms));
    }
}

/* ---- at rest ---- */

static bool could_go(const struct telling *telling, const struct transition *rules)
{
    for (size_t i = 0; i < rules->way_count; i++) {
        if (rules->ways[i].kind == WAY_ON &&
            bit_set_contains(&telling->known->record->marking, &rules->ways[i].takes)) {
            return true;
        }
    }
    return false;
}

static struct text who_may(const struct telling *telling, const struct transition *rules)
{
    const struct workflow *workflow = telling->known->recipe->workflow;
    struct arena *arena = telling->call->arena;
    struct text names = TEXT("");
    for (size_t i = 0; i < workflow->party_count; i++) {
        if ((rules->operation.who >> i & 1) != 0) {
            names = text_format(arena, "%.*s%s%.*s", TEXT_ARGS(names), names.bytes > 0 ? ", " : "",
                                TEXT_ARGS(workflow->parties[i].name));
        }
    }
    return names;
}

static void say_timer(struct telling *telling, const struct transition *rules)
{
    char id[ID_TEXT_BYTES + 1];
    int64_t due_at = 0;
    struct call *call = telling->call;
    if (rules->timer.has_schedule) {
        say(telling, "'%.*s' comes by the calendar.", TEXT_ARGS(rules->name));
        return;
    }
    id_write(telling->known->entry.case_id, id);
    struct text subject = text_format(call->arena, "%s/%.*s", id, TEXT_ARGS(rules->name));
    enum status status = timer_due_at(
        call->store, call->arena, text_of(catalog_of(call)->case_timer->name), subject, &due_at);
    if (status == STATUS_OK) {
        say(telling, "'%.*s' comes at %s.", TEXT_ARGS(rules->name), moment(telling, due_at));
    } else if (status == STATUS_ABSENT) {
        say(telling, "'%.*s' has no time.", TEXT_ARGS(rules->name));
    } else {
        telling->status = status; /* the store is away, and can be asked nothing more */
    }
}

static void say_what_could_move_it(struct telling *telling)
{
    const struct workflow *workflow = telling->known->recipe->workflow;
    for (size_t i = 0; i < workflow->transition_count && telling->status == STATUS_OK; i++) {
        const struct transition *rules = &workflow->transitions[i];
        if (!could_go(telling, rules)) {
            continue;
        }
        if (rules->kind == TRANSITION_OPERATION) {
            struct text who = who_may(telling, rules);
            say(telling, "'%.*s' may be done by %.*s.", TEXT_ARGS(rules->name),
                TEXT_ARGS(who.bytes > 0 ? who : TEXT("nobody")));
        } else if (rules->kind == TRANSITION_EVENT) {
            say(telling, "'%.*s' happens with the event %.*s.", TEXT_ARGS(rules->name),
                TEXT_ARGS(rules->event.event));
        } else if (rules->kind == TRANSITION_TIMER) {
            say_timer(telling, rules);
        }
    }
}

static struct text places_of(const struct telling *telling)
{
    struct text names = TEXT("");
    const struct texts *places = &telling->known->entry.places;
    for (size_t i = 0; i < places->count; i++) {
        names = text_format(telling->call->arena, "%.*s%s'%.*s'", TEXT_ARGS(names),
                            i > 0 ? " and " : "", TEXT_ARGS(places->items[i]));
    }
    return names;
}

static void say_early(struct telling *telling, const struct early_row *row)
{
    say(telling,
        "The event %.*s came early, at %s: '%.*s' happens when the case comes to where it "
        "can.",
        TEXT_ARGS(row->event), moment(telling, row->came_at), TEXT_ARGS(row->transition));
}

enum status casebook_why(struct call *call, const struct casebook_case *known, struct text *why_out)
{
    struct telling telling = {.call = call, .known = known};
    const struct case_entry *entry = &known->entry;
    struct text places = places_of(&telling);
    if (entry->closed_at != 0) {
        say(&telling, "It has ended in %.*s, at %s.", TEXT_ARGS(places),
            moment(&telling, entry->closed_at));
    } else {
        say(&telling, "It is in %.*s, and has not changed since %s.", TEXT_ARGS(places),
            moment(&telling, entry->changed_at));
    }
    if (known->recipe == NULL) {
        say(&telling, "It stands still: version %lld of '%.*s' is not loaded here.",
            (long long)entry->version, TEXT_ARGS(entry->workflow));
    } else if (text_is_given(known->recipe->held_up)) {
        say(&telling, "It stands still: its definition cannot be run here: %.*s.",
            TEXT_ARGS(known->recipe->held_up));
    }
    for (size_t i = 0; i < known->stage_count; i++) {
        say_stage(&telling, &known->stages[i]);
    }
    for (size_t i = 0; i < known->early_count && i < EARLY_SAID_MAX; i++) {
        say_early(&telling, &known->early[i]);
    }
    if (known->record != NULL && entry->closed_at == 0) {
        say_what_could_move_it(&telling);
    }
    *why_out = telling.said;
    return telling.status;
}
