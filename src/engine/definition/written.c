/* written.c - what may be written in a definition: the tables of all forms. */
#include "engine/definition/written.h"

#include "base/must.h"
#include "engine/workflow.h"

#include <assert.h>

enum {
    SECOND_MS = 1000,
    YEAR_DAYS = 366,
    PLACES_MAX = WORKFLOW_PLACES_MAX - 1,
    SET_MAX = 64, /* of places in one `from` or `to` */
    WAYS_MAX = 64,
    PAIRS_MAX = 64,
    ASKS_MAX = 64,
    CHOICES_MAX = 200,
    KINDS_MAX = 32,
    NEXT_MAX = 16,
    TELLS_MAX = 8,
    WAS_MAX = 8,
    TYPES_MAX = 16,
};
#define DAY_MS      (24 * 3600 * (int64_t)SECOND_MS)
#define LONG_MAX_MS (20 * YEAR_DAYS * DAY_MS)

static const char *const kinds[] = {
#define X(constant, name, meaning) name,
    CASE_KIND_LIST(X)
#undef X
};
static_assert(COUNT_OF(kinds) == CASE_KIND_COUNT, "every kind has a word");

/* ---- labels ---- */

#define AT(member) .offset = offsetof(struct written_label, member)
static const struct entry label_entries[] = {
    {.name = "ru", .kind = ENTRY_LABEL, AT(ru), .meaning = "what people are shown in Russian"},
    {.name = "en", .kind = ENTRY_LABEL, AT(en), .meaning = "what people are shown in English"},
};
#undef AT

static const struct form label_form = {
    .name = "label",
    .article = "a",
    .meaning = "What people are shown, in both languages",
    .entries = label_entries,
    .entry_count = COUNT_OF(label_entries),
    .bytes = sizeof(struct written_label),
};

static const struct form choice_form = {
    .name = "choice",
    .article = "a",
    .meaning = "One of the values of a choice",
    .also = &label_form,
    .bytes = sizeof(struct written_label),
};

/* ---- fields ---- */

#define AT(member) .offset = offsetof(struct written_field, member)
static const struct entry field_entries[] = {
    {.name = "kind",
     .kind = ENTRY_CHOICE,
     AT(kind),
     .is_required = true,
     .choices = kinds,
     .choice_count = COUNT_OF(kinds),
     .meaning = "what may be in it"},
    {.name = "min",
     .kind = ENTRY_VALUE,
     AT(min),
     .meaning = "the fewest letters of a text, the least number or amount"},
    {.name = "max",
     .kind = ENTRY_VALUE,
     AT(max),
     .meaning =
         "the most letters of a text or of each of texts, bytes of a file, the greatest number or "
         "amount"},
    {.name = "max_items",
     .kind = ENTRY_INTEGER,
     AT(max_items),
     .minimum = 1,
     .maximum = 1000,
     .meaning = "how many texts or files there may be (20)"},
    {.name = "currency",
     .kind = ENTRY_NAME,
     AT(currency),
     .meaning = "of money: the code of its currency, like RUB"},
    {.name = "choices",
     .kind = ENTRY_FORMS,
     AT(choices),
     .form = &choice_form,
     .may_be_list = true,
     .items_max = CHOICES_MAX,
     .meaning = "of a choice: what may be chosen"},
    {.name = "types",
     .kind = ENTRY_NAMES,
     AT(types),
     .items_max = TYPES_MAX,
     .meaning = "of files: which there may be, like pdf or png (all that are known)"},
    {.name = "secret",
     .kind = ENTRY_FLAG,
     AT(secret),
     .meaning = "true: it is shown as *** everywhere"},
    {.name = "found",
     .kind = ENTRY_FLAG,
     AT(found),
     .meaning = "true: cases are looked for by its value, whole"},
    {.name = "default",
     .kind = ENTRY_VALUE,
     AT(otherwise),
     .meaning = "what a new case has in it (null)"},
    {.name = "must",
     .kind = ENTRY_EXPRESSION,
     AT(must),
     .meaning = "what must be so when a form fills it in"},
    {.name = "because",
     .kind = ENTRY_FORM,
     AT(because),
     .form = &label_form,
     .meaning = "said to whoever has filled in what `must` does not allow"},
    {.name = "was",
     .kind = ENTRY_NAMES,
     AT(was),
     .items_max = WAS_MAX,
     .meaning = "what it was called in versions before, for cases that move to this one"},
};
#undef AT

static const struct form field_form = {
    .name = "field",
    .article = "a",
    .meaning = "Something that is known of a case. A word alone is the kind",
    .entries = field_entries,
    .entry_count = COUNT_OF(field_entries),
    .also = &label_form,
    .bytes = sizeof(struct written_field),
    .short_for = "kind",
};

/* ---- participants ---- */

#define AT(member) .offset = offsetof(struct written_party, member)
static const struct entry role_entries[] = {
    {.name = "is",
     .kind = ENTRY_NAME,
     AT(is),
     .meaning = "a field of kind id: only who stands in it"},
    {.name = "sees",
     .kind = ENTRY_SIGHTS,
     AT(sees),
     .items_max = PLACES_MAX,
     .meaning = "the fields it sees, always or by place; what is not named is not seen"},
};

static const struct form role_form = {
    .name = "role",
    .article = "a",
    .meaning = "What somebody of this kind may be",
    .entries = role_entries,
    .entry_count = COUNT_OF(role_entries),
    .also = &label_form,
    .bytes = sizeof(struct written_party),
};

static const struct entry participant_entries[] = {
    {.name = "roles",
     .kind = ENTRY_FORMS,
     AT(roles),
     .form = &role_form,
     .items_max = KINDS_MAX,
     .meaning = "what somebody of this kind may be; written kind.role in `who`"},
};
#undef AT

static const struct form participant_form = {
    .name = "participant",
    .article = "a",
    .meaning = "How somebody comes in: /flow/KIND/...",
    .entries = participant_entries,
    .entry_count = COUNT_OF(participant_entries),
    .also = &role_form,
    .bytes = sizeof(struct written_party),
};

/* ---- places ---- */

#define AT(member) .offset = offsetof(struct written_place, member)
static const struct entry place_entries[] = {
    {.name = "end", .kind = ENTRY_FLAG, AT(end), .meaning = "true: a case that is here has ended"},
    {.name = "hidden",
     .kind = ENTRY_FLAG,
     AT(hidden),
     .meaning = "true: a place of the net that is no status to show"},
    {.name = "undoes",
     .kind = ENTRY_FLAG,
     AT(undoes),
     .meaning = "true: what stages with `undo` did is taken back first, the last one first"},
    {.name = "was",
     .kind = ENTRY_NAMES,
     AT(was),
     .items_max = WAS_MAX,
     .meaning = "what it was called in versions before, for cases that move to this one"},
};
#undef AT

static const struct form place_form = {
    .name = "place",
    .article = "a",
    .meaning = "Where a case can be",
    .entries = place_entries,
    .entry_count = COUNT_OF(place_entries),
    .also = &label_form,
    .bytes = sizeof(struct written_place),
};

/* ---- transitions ---- */

#define AT(member) .offset = offsetof(struct written_transition, member)
static const struct entry common_entries[] = {
    {.name = "from",
     .kind = ENTRY_NAMES,
     AT(from),
     .items_max = SET_MAX,
     .meaning = "the place it leaves; of several the case must be in all (a join)"},
    {.name = "from_any",
     .kind = ENTRY_NAME_SETS,
     AT(from_any),
     .items_max = WAYS_MAX,
     .meaning = "places of which one is enough; a list within the list is left together"},
    {.name = "to",
     .kind = ENTRY_NAMES,
     AT(to),
     .items_max = SET_MAX,
     .meaning = "the place it leads to; several are entered together (a fork)"},
    {.name = "when", .kind = ENTRY_EXPRESSION, AT(when), .meaning = "only if this is true"},
    {.name = "sets",
     .kind = ENTRY_EXPRESSIONS,
     AT(sets),
     .items_max = PAIRS_MAX,
     .meaning = "fields and what they become"},
    {.name = "tells",
     .kind = ENTRY_DOTTEDS,
     AT(tells),
     .items_max = TELLS_MAX,
     .meaning = "the events it tells"},
};

static const struct form common_form = {
    .name = "transition",
    .article = "a",
    .entries = common_entries,
    .entry_count = COUNT_OF(common_entries),
    .also = &label_form,
    .bytes = sizeof(struct written_transition),
};

#define IN_PLACE                                                                                   \
    {                                                                                              \
        .name = "in", .kind = ENTRY_NAMES, AT(in), .items_max = WAYS_MAX,                          \
        .meaning = "instead of from and to: in any of these places, and it stays there"            \
    }
#define OTHERWISE                                                                                  \
    {                                                                                              \
        .name = "else", .kind = ENTRY_FLAG, AT(is_else),                                           \
        .meaning = "true: only if no other out of the same places has its `when`"                  \
    }

static const struct entry operation_entries[] = {
    {.name = "who",
     .kind = ENTRY_DOTTEDS,
     AT(who),
     .is_required = true,
     .items_max = WORKFLOW_PARTIES_MAX,
     .meaning = "a participant kind, or kind.role, or a list of them"},
    IN_PLACE,
    {.name = "asks",
     .kind = ENTRY_NAMES,
     AT(asks),
     .items_max = ASKS_MAX,
     .meaning = "the fields of its form that must be filled in"},
    {.name = "accepts",
     .kind = ENTRY_NAMES,
     AT(accepts),
     .items_max = ASKS_MAX,
     .meaning = "the fields of its form that may be left empty"},
    {.name = "because",
     .kind = ENTRY_FORM,
     AT(because),
     .form = &label_form,
     .meaning = "said to whoever finds that `when` is not so"},
    {.name = "run",
     .kind = ENTRY_DOTTED,
     AT(run),
     .meaning = "a function that runs in the same transaction"},
    {.name = "with",
     .kind = ENTRY_EXPRESSIONS,
     AT(with),
     .items_max = PAIRS_MAX,
     .meaning = "what is handed to the function"},
};

static const struct form operation_form = {
    .name = "operation",
    .article = "an",
    .meaning = "A change that somebody asks for",
    .entries = operation_entries,
    .entry_count = COUNT_OF(operation_entries),
    .also = &common_form,
    .bytes = sizeof(struct written_transition),
};

#define RETRY(member) .offset = offsetof(struct written_retry, member)
static const struct entry retry_entries[] = {
    {.name = "times",
     .kind = ENTRY_INTEGER,
     RETRY(times),
     .minimum = 0,
     .maximum = 1000,
     .meaning = "how often it is tried again (10)"},
    {.name = "first",
     .kind = ENTRY_DURATION,
     RETRY(first),
     .minimum = 1,
     .maximum = DAY_MS,
     .meaning = "the wait before the second try (1s); each further wait is twice as long"},
    {.name = "most",
     .kind = ENTRY_DURATION,
     RETRY(most),
     .minimum = 1,
     .maximum = 30 * DAY_MS,
     .meaning = "the longest wait (10m)"},
};
#undef RETRY

static const struct form retry_form = {
    .name = "retry",
    .article = "a",
    .meaning = "How often, and when, a stage is tried again",
    .entries = retry_entries,
    .entry_count = COUNT_OF(retry_entries),
    .bytes = sizeof(struct written_retry),
};

static const struct entry stage_entries[] = {
    {.name = "run", .kind = ENTRY_DOTTED, AT(run), .meaning = "the function it runs"},
    {.name = "call",
     .kind = ENTRY_DOTTED,
     AT(call),
     .meaning = "the command it sends to a service, SERVICE.COMMAND; it waits for the reply"},
    {.name = "worker",
     .kind = ENTRY_DOTTED,
     AT(worker),
     .meaning = "the queue from which an outside worker takes it"},
    {.name = "with",
     .kind = ENTRY_EXPRESSIONS,
     AT(with),
     .items_max = PAIRS_MAX,
     .meaning = "what is handed to the function, the service or the worker"},
    {.name = "result",
     .kind = ENTRY_NAME,
     AT(result),
     .meaning = "the field that keeps its result"},
    {.name = "store",
     .kind = ENTRY_FLAG,
     AT(store),
     .meaning = "false: the result is handed to the next stage and kept nowhere"},
    {.name = "skip_when",
     .kind = ENTRY_EXPRESSION,
     AT(skip_when),
     .meaning = "if this is true the case goes on without it"},
    OTHERWISE,
    {.name = "next",
     .kind = ENTRY_NAMES,
     AT(next),
     .items_max = NEXT_MAX,
     .meaning = "stages or places that it may choose to go to instead"},
    {.name = "retry",
     .kind = ENTRY_FORM,
     AT(retry),
     .form = &retry_form,
     .meaning = "how often, and when, it is tried again"},
    {.name = "deadline",
     .kind = ENTRY_DURATION,
     AT(deadline),
     .minimum = SECOND_MS,
     .maximum = LONG_MAX_MS,
     .meaning = "how long it may take, all tries and waits together"},
    {.name = "catch",
     .kind = ENTRY_NAMES,
     AT(caught),
     .items_max = SET_MAX,
     .meaning = "where the case goes when it has failed for good; without it a person is called"},
    {.name = "undo",
     .kind = ENTRY_DOTTED,
     AT(undo),
     .meaning = "the function that takes it back when the case comes to a place that undoes"},
};

static const struct form stage_form = {
    .name = "stage",
    .article = "a",
    .meaning = "Something the engine does by itself. Without `from` it has a place of its own "
               "name, without `to` the next stage follows",
    .entries = stage_entries,
    .entry_count = COUNT_OF(stage_entries),
    .also = &common_form,
    .bytes = sizeof(struct written_transition),
};

static const char *const early_choices[] = {"keep", "drop"};

static const struct entry event_entries[] = {
    {.name = "event",
     .kind = ENTRY_DOTTED,
     AT(event),
     .is_required = true,
     .meaning = "the event it waits for, SERVICE.WHAT"},
    {.name = "match",
     .kind = ENTRY_MEMBERS,
     AT(match),
     .items_max = PAIRS_MAX,
     .meaning = "a field of the case, or case_id, and the member of the event that must be the "
                "same; without it the subject of the event is the case"},
    {.name = "early",
     .kind = ENTRY_CHOICE,
     AT(early),
     .choices = early_choices,
     .choice_count = COUNT_OF(early_choices),
     .meaning = "keep: one that comes before the case is there waits for it; drop, as when nothing "
                "is said: it passes by"},
    IN_PLACE,
    OTHERWISE,
};

static const struct form event_form = {
    .name = "event",
    .article = "an",
    .meaning = "Something a service tells",
    .entries = event_entries,
    .entry_count = COUNT_OF(event_entries),
    .also = &common_form,
    .bytes = sizeof(struct written_transition),
};

static const struct entry timer_entries[] = {
    {.name = "after",
     .kind = ENTRY_DURATION,
     AT(after),
     .minimum = SECOND_MS,
     .maximum = LONG_MAX_MS,
     .meaning = "so long after the case came there, or after `at`"},
    {.name = "before",
     .kind = ENTRY_DURATION,
     AT(before),
     .minimum = SECOND_MS,
     .maximum = LONG_MAX_MS,
     .meaning = "so long before `at`"},
    {.name = "at", .kind = ENTRY_NAME, AT(at), .meaning = "a field of kind time or date"},
    {.name = "schedule",
     .kind = ENTRY_SCHEDULE,
     AT(schedule),
     .meaning = "by the calendar: daily 18:00, monthly last 23:59, every 10m, or cron"},
    IN_PLACE,
    OTHERWISE,
};
#undef IN_PLACE
#undef OTHERWISE

static const struct form timer_form = {
    .name = "timer",
    .article = "a",
    .meaning = "A time that comes",
    .entries = timer_entries,
    .entry_count = COUNT_OF(timer_entries),
    .also = &common_form,
    .bytes = sizeof(struct written_transition),
};
#undef AT

/* ---- the whole ---- */

#define AT(member) .offset = offsetof(struct written_workflow, member)
static const struct entry workflow_entries[] = {
    {.name = "workflow",
     .kind = ENTRY_NAME,
     AT(workflow),
     .is_required = true,
     .meaning = "its name"},
    {.name = "version",
     .kind = ENTRY_INTEGER,
     AT(version),
     .is_required = true,
     .minimum = 1,
     .maximum = 1000000,
     .meaning = "a whole number, one more with each change"},
    {.name = "ru", .kind = ENTRY_LABEL, AT(ru), .meaning = "what people are shown in Russian"},
    {.name = "en", .kind = ENTRY_LABEL, AT(en), .meaning = "what people are shown in English"},
    {.name = "one_open_per",
     .kind = ENTRY_NAMES,
     AT(one_open_per),
     .items_max = NEXT_MAX,
     .meaning = "fields: there is one open case at most with the same values in them"},
    {.name = "max_steps_without_waiting",
     .kind = ENTRY_INTEGER,
     AT(max_steps_without_waiting),
     .minimum = 10,
     .maximum = 1000000,
     .meaning =
         "so many steps a case may take without waiting for anybody; then a person is called"},
    {.name = "participants",
     .kind = ENTRY_FORMS,
     AT(participants),
     .form = &participant_form,
     .items_max = KINDS_MAX,
     .meaning = "who takes part, by the way they come in"},
    {.name = "fields",
     .kind = ENTRY_FORMS,
     AT(fields),
     .form = &field_form,
     .items_max = WORKFLOW_FIELDS_MAX,
     .meaning = "what is known of a case"},
    {.name = "places",
     .kind = ENTRY_FORMS,
     AT(places),
     .is_required = true,
     .form = &place_form,
     .items_max = PLACES_MAX,
     .meaning = "where a case can be; start is there already"},
    {.name = "operations",
     .kind = ENTRY_FORMS,
     AT(operations),
     .form = &operation_form,
     .items_max = WORKFLOW_TRANSITIONS_MAX,
     .meaning = "what people and services ask for"},
    {.name = "stages",
     .kind = ENTRY_FORMS,
     AT(stages),
     .form = &stage_form,
     .items_max = PLACES_MAX,
     .meaning = "what the engine does by itself, in the order it is done"},
    {.name = "events",
     .kind = ENTRY_FORMS,
     AT(events),
     .form = &event_form,
     .items_max = WORKFLOW_TRANSITIONS_MAX,
     .meaning = "what the case waits for others to tell"},
    {.name = "timers",
     .kind = ENTRY_FORMS,
     AT(timers),
     .form = &timer_form,
     .items_max = WORKFLOW_TRANSITIONS_MAX,
     .meaning = "what happens at a time"},
};
#undef AT

const struct form written_workflow_form = {
    .name = "workflow",
    .article = "a",
    .meaning = "The recipe of a case: docs/workflow.md is the manual",
    .entries = workflow_entries,
    .entry_count = COUNT_OF(workflow_entries),
    .bytes = sizeof(struct written_workflow),
};
