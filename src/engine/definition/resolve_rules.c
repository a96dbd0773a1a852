/* resolve_rules.c - what only operations, only stages, only events and only timers have. */
#include "engine/definition/resolve.h"

#include "base/must.h"

static bool takes_start(const struct transition *transition)
{
    return transition->way_count > 0 && bit_set_has(&transition->ways[0].takes, WORKFLOW_START);
}

/* ---- operations ---- */

static uint64_t read_who(struct resolver *resolver, const struct words *written)
{
    uint64_t who = 0;
    for (size_t i = 0; i < written->count; i++) {
        int party = resolve__name(resolver, &resolver->parties, written->items[i]);
        if (party != WORKFLOW_NOWHERE && party < WORKFLOW_PARTIES_MAX) {
            who |= (uint64_t)1 << party;
        }
    }
    return who;
}

struct asking {
    struct asked *items;
    size_t count;
    struct bit_set seen;
};

static void add_asked(struct resolver *resolver, struct asking *asking, const struct words *written,
                      bool is_required)
{
    for (size_t i = 0; i < written->count; i++) {
        int field = resolve__name(resolver, &resolver->fields, written->items[i]);
        if (field == WORKFLOW_NOWHERE) {
            continue;
        }
        if (bit_set_has(&asking->seen, (size_t)field)) {
            complain(resolver->complaints, written->items[i].at, "\"%.*s\" is asked for twice",
                     TEXT_ARGS(written->items[i].text));
        }
        bit_set_add(&asking->seen, (size_t)field);
        asking->items[asking->count++] = (struct asked){field, is_required};
    }
}

static void refuse_set_and_asked(struct resolver *resolver, const struct asking *asking,
                                 const struct transition *transition)
{
    for (size_t i = 0; i < transition->set_count; i++) {
        int field = transition->sets[i].field;
        if (bit_set_has(&asking->seen, (size_t)field)) {
            complain(resolver->complaints, transition->sets[i].value.at,
                     "\"%.*s\" is asked for, and set as well",
                     TEXT_ARGS(resolver->workflow->fields[field].name));
        }
    }
}

void resolve__operation(struct resolver *resolver, const struct written_transition *written,
                        struct transition *transition)
{
    size_t room = written->asks.count + written->accepts.count;
    struct asking asking = {.items = ARENA_ARRAY(resolver->arena, struct asked, room)};
    add_asked(resolver, &asking, &written->asks, true);
    add_asked(resolver, &asking, &written->accepts, false);
    refuse_set_and_asked(resolver, &asking, transition);
    transition->run = written->run.text;
    if (written->with.at.line != 0 && !word_is_written(written->run)) {
        complain(resolver->complaints, written->with.at,
                 "\"with\" needs \"run\": this operation hands it to nobody");
    }
    transition->operation = (struct operation_rules){
        .who = read_who(resolver, &written->who),
        .asks = asking.items,
        .ask_count = asking.count,
        .because = resolve__because(resolver, &written->because, written->when, "when"),
    };
}

/* ---- stages ---- */

static void refuse_second_work(struct resolver *resolver, const struct written_transition *written)
{
    const struct word *works[] = {&written->run, &written->call, &written->worker};
    static const char *const names[] = {"run", "call", "worker"};
    const char *first = NULL;
    for (size_t i = 0; i < COUNT_OF(works); i++) {
        if (!word_is_written(*works[i])) {
            continue;
        }
        if (first != NULL) {
            complain(resolver->complaints, works[i]->at,
                     "\"%s\" and \"%s\" cannot both be given: a stage does one thing", first,
                     names[i]);
        }
        first = names[i];
    }
}

/* Of a stage that does nothing. */
static void refuse_rules_of_work(struct resolver *resolver,
                                 const struct written_transition *written)
{
    const struct {
        const char *entry;
        struct spot at;
    } rules[] = {
        {"with", written->with.at},         {"result", written->result.at},
        {"store", written->store.at},       {"skip_when", written->skip_when.at},
        {"next", written->next.at},         {"retry", written->retry.name.at},
        {"deadline", written->deadline.at}, {"catch", written->caught.at},
        {"undo", written->undo.at},
    };
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (rules[i].at.line != 0) {
            complain(resolver->complaints, rules[i].at,
                     "\"%s\" needs \"run\", \"call\" or \"worker\": this stage does nothing",
                     rules[i].entry);
            return; /* the others for the same reason */
        }
    }
}

static struct stage_retry read_retry(struct resolver *resolver, const struct written_retry *written)
{
    struct stage_retry retry = {STAGE_RETRY_TIMES, STAGE_RETRY_FIRST_MS, STAGE_RETRY_MOST_MS};
    if (written->times.text.data != NULL) {
        retry.times = word_integer(written->times);
    }
    if (written->first.text.data != NULL) {
        retry.first_ms = word_duration_ms(written->first);
    }
    if (written->most.text.data != NULL) {
        retry.most_ms = word_duration_ms(written->most);
    } else if (retry.most_ms < retry.first_ms) {
        retry.most_ms = retry.first_ms;
    }
    if (retry.first_ms > retry.most_ms) {
        complain(resolver->complaints, written->most.at, "\"most\" is shorter than \"first\"");
    }
    return retry;
}

static enum stage_work read_work(const struct written_transition *written, struct text *target_out)
{
    static const enum stage_work works[] = {STAGE_RUNS, STAGE_CALLS, STAGE_EMPLOYS};
    const struct word *words[] = {&written->run, &written->call, &written->worker};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (word_is_written(*words[i])) {
            *target_out = words[i]->text;
            return works[i];
        }
    }
    *target_out = NO_TEXT;
    return STAGE_PASSES;
}

void resolve__stage(struct resolver *resolver, const struct written_transition *written,
                    struct transition *transition)
{
    struct text target;
    enum stage_work work = read_work(written, &target);
    refuse_second_work(resolver, written);
    if (work == STAGE_PASSES) {
        refuse_rules_of_work(resolver, written);
    }
    resolve__service_name(resolver, "call", written->call);
    resolver->has_undo = resolver->has_undo || word_is_written(written->undo);
    if (takes_start(transition)) {
        complain(resolver->complaints, transition->at,
                 "a stage cannot begin a case: an operation, an event or a timer with a schedule "
                 "can");
    }
    transition->stage = (struct stage_rules){
        .work = work,
        .target = target,
        .undo = written->undo.text,
        .skip_when = resolve__expression(written->skip_when),
        .result = resolve__name(resolver, &resolver->fields, written->result),
        .is_stored = !text_equals(written->store.text, TEXT("false")),
        .retry = read_retry(resolver, &written->retry),
        .deadline_ms = word_duration_ms(written->deadline),
    };
}

/* ---- events ---- */

void resolve__event(struct resolver *resolver, const struct written_transition *written,
                    struct transition *transition)
{
    const struct pairs *pairs = &written->match;
    struct match *matches = ARENA_ARRAY(resolver->arena, struct match, pairs->count);
    size_t count = 0;
    for (size_t i = 0; i < pairs->count; i++) {
        bool is_case = text_equals(pairs->items[i].name.text, TEXT("case_id"));
        int field = is_case ? WORKFLOW_NOWHERE
                            : resolve__name(resolver, &resolver->fields, pairs->items[i].name);
        if (is_case || field != WORKFLOW_NOWHERE) {
            matches[count++] = (struct match){field, pairs->items[i].value.text};
        }
    }
    if (pairs->count > 0 && takes_start(transition)) {
        complain(resolver->complaints, pairs->at,
                 "\"match\" finds a case, but from start there is none yet");
    }
    bool keeps_early = text_equals(written->early.text, TEXT("keep"));
    if (keeps_early && takes_start(transition)) {
        complain(resolver->complaints, written->early.at,
                 "\"early: keep\" waits for a case, but from start there is none yet");
        keeps_early = false;
    }
    transition->event = (struct event_rules){
        .keeps_early = keeps_early,
        .event = resolve__service_name(resolver, "event", written->event),
        .matches = matches,
        .match_count = count,
    };
}

/* ---- timers ---- */

static void refuse_timer(struct resolver *resolver, struct spot at, const char *sentence)
{
    complain(resolver->complaints, at, "%s", sentence);
}

static void check_timer(struct resolver *resolver, const struct written_transition *written,
                        const struct transition *transition)
{
    bool has_at = word_is_written(written->at);
    bool has_after = word_is_written(written->after);
    bool has_before = word_is_written(written->before);
    bool has_schedule = word_is_written(written->schedule);
    if (!has_at && !has_after && !has_before && !has_schedule) {
        refuse_timer(resolver, transition->at,
                     "a timer needs \"after\", \"at\" or \"schedule\": when it comes");
    }
    if (has_schedule && (has_at || has_after || has_before)) {
        refuse_timer(resolver, written->schedule.at,
                     "\"schedule\" stands alone: \"at\", \"after\" and \"before\" cannot be given");
    }
    if (has_after && has_before) {
        refuse_timer(resolver, written->before.at, "\"after\" and \"before\" cannot both be given");
    }
    if (has_before && !has_at) {
        refuse_timer(resolver, written->before.at, "\"before\" needs \"at\": before what time");
    }
    if (!has_schedule && takes_start(transition)) {
        refuse_timer(resolver, transition->at,
                     "from start a timer needs \"schedule\": no case is there that could wait");
    }
}

void resolve__timer(struct resolver *resolver, const struct written_transition *written,
                    struct transition *transition)
{
    struct text error;
    struct timer_rules *timer = &transition->timer;
    check_timer(resolver, written, transition);
    timer->field = resolve__name(resolver, &resolver->fields, written->at);
    if (timer->field != WORKFLOW_NOWHERE) {
        enum case_kind kind = resolver->workflow->fields[timer->field].kind;
        if (kind != CASE_TIME && kind != CASE_DATE) {
            complain(resolver->complaints, written->at.at,
                     "\"at\" names field \"%.*s\", which must be of kind time or date",
                     TEXT_ARGS(written->at.text));
        }
    }
    timer->after_ms = word_duration_ms(written->after) - word_duration_ms(written->before);
    if (written->schedule.text.data != NULL) {
        timer->has_schedule = true;
        MUST(schedule_read(resolver->arena, written->schedule.text, &timer->schedule, &error) ==
             STATUS_OK);
    }
}
