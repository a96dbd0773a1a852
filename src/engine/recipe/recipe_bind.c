/* recipe_bind.c - what a workflow names of the program: functions, commands, events. */
#include "base/must.h"
#include "engine/recipe/recipe_maker.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { KNOWN_MAX = 512, EVENT_BYTES_MAX = 64 };

struct binding {
    struct recipe_maker *maker;
    const struct transition *transition;
    struct recipe_transition *made;
};

/* What is handed over, and to whom. */
struct receiver {
    const char *kind; /* "function" */
    const char *name;
    const struct shape *takes;
    const struct shape *gives;
};

const char *recipe__kind_name(const struct transition *transition)
{
    static const char *const names[TRANSITION_KIND_COUNT] = {
        [TRANSITION_OPERATION] = "operation",
        [TRANSITION_STAGE] = "stage",
        [TRANSITION_EVENT] = "event",
        [TRANSITION_TIMER] = "timer",
    };
    MUST(transition->kind < TRANSITION_KIND_COUNT);
    return names[transition->kind];
}

__attribute__((format(printf, 2, 3))) static void complain_here(const struct binding *binding,
                                                                const char *format, ...)
{
    char what[600];
    va_list values;
    va_start(values, format);
    vsnprintf(what, sizeof what, format, values);
    va_end(values);
    complain(binding->maker->complaints, binding->transition->at, "%s \"%.*s\": %s",
             recipe__kind_name(binding->transition), TEXT_ARGS(binding->transition->name), what);
}

/* ---- what is handed over ---- */

static const struct field *find_field(const struct shape *shape, struct text name)
{
    for (size_t i = 0; shape != NULL && i < shape->field_count; i++) {
        if (text_equals(text_of(shape->fields[i].name), name)) {
            return &shape->fields[i];
        }
    }
    return NULL;
}

static bool is_text_kind(enum field_kind kind)
{
    return kind == FIELD_TEXT || kind == FIELD_CHOICE || kind == FIELD_EMAIL || kind == FIELD_PHONE;
}

/* As JSON shows it: an id, a day, a moment and an amount are strings too. */
static bool can_be_read(enum condition_kind given, enum field_kind wanted)
{
    if (wanted == FIELD_JSON) {
        return true;
    }
    switch (given) {
    case CONDITION_FLAG:
        return wanted == FIELD_FLAG;
    case CONDITION_INTEGER:
        return wanted == FIELD_INTEGER;
    case CONDITION_MONEY:
        return wanted == FIELD_INTEGER || is_text_kind(wanted);
    case CONDITION_TEXT:
        return is_text_kind(wanted) || wanted == FIELD_ID || wanted == FIELD_TIME;
    case CONDITION_ID:
        return wanted == FIELD_ID || is_text_kind(wanted);
    case CONDITION_DATE:
        return is_text_kind(wanted);
    case CONDITION_TIME:
        return wanted == FIELD_TIME || is_text_kind(wanted);
    case CONDITION_TEXTS:
        return wanted == FIELD_TEXTS;
    case CONDITION_OBJECT:
        return wanted == FIELD_OBJECT;
    case CONDITION_ANY:
    case CONDITION_KIND_COUNT:
        break;
    }
    return true; /* a member of an object: nobody knows before */
}

static void refuse_parameter(const struct binding *binding, const struct receiver *receiver,
                             const struct parameter *parameter)
{
    struct complaints *complaints = binding->maker->complaints;
    const struct shape *takes = receiver->takes;
    const char *known[KNOWN_MAX];
    size_t count = 0;
    for (size_t i = 0; takes != NULL && i < takes->field_count && count < KNOWN_MAX; i++) {
        known[count++] = takes->fields[i].name;
    }
    struct text hint = complaint_hint(complaints, parameter->name, known, count);
    complain(complaints, parameter->value.at, "%s \"%s\" takes no \"%.*s\"%.*s", receiver->kind,
             receiver->name, TEXT_ARGS(parameter->name), TEXT_ARGS(hint));
}

static void check_parameter(const struct binding *binding, const struct receiver *receiver,
                            size_t index)
{
    const struct parameter *parameter = &binding->transition->with[index];
    const struct condition *value = binding->made->with[index];
    const struct field *wanted = find_field(receiver->takes, parameter->name);
    if (wanted == NULL) {
        refuse_parameter(binding, receiver, parameter);
    } else if (value != NULL && !can_be_read(condition_kind(value), wanted->kind)) {
        complain(binding->maker->complaints, parameter->value.at,
                 "%s \"%s\" reads \"%s\" as something else than this is", receiver->kind,
                 receiver->name, wanted->name);
    }
}

static void check_with(const struct binding *binding, const struct receiver *receiver)
{
    const struct transition *transition = binding->transition;
    const struct shape *takes = receiver->takes;
    for (size_t i = 0; i < transition->with_count; i++) {
        check_parameter(binding, receiver, i);
    }
    for (size_t i = 0; takes != NULL && i < takes->field_count; i++) {
        bool is_given = !takes->fields[i].required;
        for (size_t k = 0; k < transition->with_count; k++) {
            is_given =
                is_given || text_equals(transition->with[k].name, text_of(takes->fields[i].name));
        }
        if (!is_given) {
            complain_here(binding, "%s \"%s\" needs \"%s\": add it to \"with\"", receiver->kind,
                          receiver->name, takes->fields[i].name);
        }
    }
}

/* ---- what comes back ---- */

static bool can_be_kept(enum field_kind given, enum case_kind kept)
{
    static const enum field_kind kinds[CASE_KIND_COUNT] = {
        [CASE_TEXT] = FIELD_TEXT,   [CASE_CHOICE] = FIELD_TEXT,     [CASE_EMAIL] = FIELD_TEXT,
        [CASE_PHONE] = FIELD_TEXT,  [CASE_INTEGER] = FIELD_INTEGER, [CASE_MONEY] = FIELD_TEXT,
        [CASE_FLAG] = FIELD_FLAG,   [CASE_ID] = FIELD_ID,           [CASE_DATE] = FIELD_TEXT,
        [CASE_TIME] = FIELD_TIME,   [CASE_TEXTS] = FIELD_TEXTS,     [CASE_OBJECT] = FIELD_OBJECT,
        [CASE_FILES] = FIELD_TEXTS,
    };
    bool is_text = is_text_kind(given) || given == FIELD_ID || given == FIELD_TIME;
    bool wants_text =
        kinds[kept] == FIELD_TEXT || kinds[kept] == FIELD_ID || kinds[kept] == FIELD_TIME;
    bool is_amount = kept == CASE_MONEY && given == FIELD_INTEGER;
    bool is_any = given == FIELD_JSON; /* what came is looked at */
    return given == kinds[kept] || (is_text && wants_text) || is_amount || is_any;
}

/* An object is kept whole; another field keeps the member that is called like it, or the only one.
 */
static void check_result(const struct binding *binding, const struct receiver *receiver)
{
    const struct workflow *workflow = binding->maker->workflow;
    int index = binding->transition->stage.result;
    const struct shape *gives = receiver->gives;
    if (binding->transition->kind != TRANSITION_STAGE || index == WORKFLOW_NOWHERE) {
        return;
    }
    const struct case_field *field = &workflow->fields[index];
    if (gives == NULL || gives->field_count == 0) {
        complain_here(binding, "%s \"%s\" gives nothing that \"%.*s\" could keep", receiver->kind,
                      receiver->name, TEXT_ARGS(field->name));
        return;
    }
    const struct field *member = find_field(gives, field->name);
    member = member == NULL && gives->field_count == 1 ? &gives->fields[0] : member;
    if (member != NULL && can_be_kept(member->kind, field->kind)) {
        binding->made->keeps = member;
    } else if (field->kind != CASE_OBJECT) {
        complain_here(binding, "%s \"%s\" gives nothing of the kind of \"%.*s\"", receiver->kind,
                      receiver->name, TEXT_ARGS(field->name));
    }
}

/* ---- functions ---- */

static const struct case_function *find_function(const struct binding *binding, struct text name,
                                                 const char *entry)
{
    const struct case_work *cases = binding->maker->source->service->cases;
    const char *known[KNOWN_MAX];
    size_t count = 0;
    for (size_t i = 0; cases != NULL && i < cases->function_count; i++) {
        if (text_equals(name, text_of(cases->functions[i].name))) {
            return &cases->functions[i];
        }
        if (count < KNOWN_MAX) {
            known[count++] = cases->functions[i].name;
        }
    }
    struct text hint = complaint_hint(binding->maker->complaints, name, known, count);
    complain_here(binding, "\"%s\": there is no function \"%.*s\"%.*s", entry, TEXT_ARGS(name),
                  TEXT_ARGS(hint));
    return NULL;
}

static void bind_functions(const struct binding *binding)
{
    const struct transition *transition = binding->transition;
    bool is_stage = transition->kind == TRANSITION_STAGE;
    struct text run = is_stage && transition->stage.work == STAGE_RUNS ? transition->stage.target
                                                                       : transition->run;
    if (run.data != NULL) {
        binding->made->function = find_function(binding, run, "run");
    }
    if (is_stage && transition->stage.undo.data != NULL) {
        binding->made->undo = find_function(binding, transition->stage.undo, "undo");
    }
    const struct case_function *function = binding->made->function;
    if (function != NULL) {
        const struct receiver receiver = {"function", function->name, function->takes,
                                          function->gives};
        check_with(binding, &receiver);
        check_result(binding, &receiver);
    }
}

/* ---- commands ---- */

static const struct service *find_service(const struct recipe_source *source, struct text name)
{
    for (size_t i = 0; i < source->service_count; i++) {
        if (text_equals(name, text_of(source->services[i]->name))) {
            return source->services[i];
        }
    }
    return NULL;
}

static const struct command *find_command(const struct binding *binding, struct text name)
{
    const struct recipe_source *source = binding->maker->source;
    const char *known[KNOWN_MAX];
    size_t count = 0;
    struct text head;
    struct text rest;
    text_cut(name, '.', &head, &rest);
    const struct service *service = find_service(source, head);
    for (size_t i = 0; service != NULL && i < service->command_count; i++) {
        if (text_equals(name, text_of(service->commands[i].name))) {
            return &service->commands[i];
        }
        if (count < KNOWN_MAX) {
            known[count++] = service->commands[i].name;
        }
    }
    for (size_t i = 0; service == NULL && i < source->service_count && count < KNOWN_MAX; i++) {
        known[count++] = source->services[i]->name;
    }
    struct text hint =
        complaint_hint(binding->maker->complaints, service == NULL ? head : name, known, count);
    if (service == NULL) {
        complain_here(binding, "\"call\": there is no service \"%.*s\"%.*s", TEXT_ARGS(head),
                      TEXT_ARGS(hint));
    } else {
        complain_here(binding, "\"call\": there is no command \"%.*s\"%.*s", TEXT_ARGS(name),
                      TEXT_ARGS(hint));
    }
    return NULL;
}

static void bind_errand(const struct binding *binding, const struct command *command)
{
    const struct service *service = binding->maker->source->service;
    for (size_t i = 0; i < service->errand_count; i++) {
        const struct errand *errand = &service->errands[i];
        if (strcmp(errand->command, command->name) != 0) {
            continue;
        }
        binding->made->errand = errand;
        handle_fn *wanted = binding->maker->source->on_reply;
        if (wanted != NULL && errand->on_reply != wanted) { /* it is known by its command alone */
            complain_here(binding, "\"call\": %s takes the replies to \"%s\" itself", service->name,
                          command->name);
        }
    }
}

static void bind_call(const struct binding *binding)
{
    const struct transition *transition = binding->transition;
    if (transition->kind != TRANSITION_STAGE || transition->stage.work != STAGE_CALLS) {
        return;
    }
    const struct command *command = find_command(binding, transition->stage.target);
    if (command != NULL) {
        const struct receiver receiver = {"command", command->name, command->takes, command->gives};
        check_with(binding, &receiver);
        check_result(binding, &receiver);
        bind_errand(binding, command);
    }
}

/* ---- events ---- */

static bool is_event_name(struct text name)
{
    bool good = name.bytes <= EVENT_BYTES_MAX;
    for (size_t i = 0; good && i < name.bytes; i++) {
        char letter = name.data[i];
        good = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
               letter == '_' || (letter == '.' && i > 0 && name.data[i - 1] != '.');
    }
    return good && name.bytes > 0 && name.data[name.bytes - 1] != '.';
}

static const struct service *teller_of(const struct recipe_source *source, struct text event,
                                       const struct event **event_out)
{
    for (size_t i = 0; i < source->service_count; i++) {
        const struct service *service = source->services[i];
        for (size_t k = 0; k < service->event_count; k++) {
            if (text_equals(event, text_of(service->events[k].name))) {
                *event_out = &service->events[k];
                return service;
            }
        }
    }
    return NULL;
}

static void bind_tells(const struct binding *binding)
{
    const struct recipe_source *source = binding->maker->source;
    const struct transition *transition = binding->transition;
    const struct event **tells =
        ARENA_ARRAY(binding->maker->arena, const struct event *, transition->tell_count + 1);
    for (size_t i = 0; i < transition->tell_count; i++) {
        struct text name = transition->tells[i];
        const struct event *event = NULL;
        const struct service *teller =
            source->service != NULL ? teller_of(source, name, &event) : NULL;
        if (!is_event_name(name)) {
            complain_here(binding,
                          "\"tells\": \"%.*s\" is no name of an event: small letters, digits, _ "
                          "and dots, 64 at most",
                          TEXT_ARGS(name));
        } else if (teller != NULL && strcmp(teller->name, source->service->name) != 0) {
            complain_here(binding, "\"tells\": \"%.*s\" is told by %s", TEXT_ARGS(name),
                          teller->name);
        } else {
            tells[i] = event;
        }
    }
    binding->made->tells = tells;
}

/* A service hears of an event once. */
static void check_event(const struct binding *binding)
{
    const struct service *service = binding->maker->source->service;
    struct text event = binding->transition->event.event;
    for (size_t i = 0; i < service->subscription_count; i++) {
        if (binding->transition->kind == TRANSITION_EVENT &&
            text_equals(event, text_of(service->subscriptions[i].event))) {
            complain_here(binding, "%s listens to \"%.*s\" itself", service->name,
                          TEXT_ARGS(event));
        }
    }
}

void recipe__bind(struct recipe_maker *maker)
{
    for (size_t i = 0; i < maker->workflow->transition_count; i++) {
        const struct binding binding = {maker, &maker->workflow->transitions[i],
                                        &maker->transitions[i]};
        bind_tells(&binding);
        if (maker->source->service != NULL) {
            bind_functions(&binding);
            bind_call(&binding);
            check_event(&binding);
        }
    }
}
