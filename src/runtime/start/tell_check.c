/* tell_check.c - a listener to an event that nobody tells would wait for ever: so it is said. */
#include "runtime/start/tell_check.h"

#include <string.h>

enum { NAMES_MAX = 512, NAME_BYTES_MAX = 64 };

struct checking {
    struct arena *arena;
    const struct service *const *services;
    size_t service_count;
    const struct service *service; /* whose turn it is */
    struct text complaint;
};

#define COMPLAIN(checking, ...)                                                                    \
    do {                                                                                           \
        if ((checking)->complaint.data == NULL) {                                                  \
            struct text what = text_format((checking)->arena, __VA_ARGS__);                        \
            (checking)->complaint = text_format((checking)->arena, "%s: %.*s",                     \
                                                (checking)->service->name, TEXT_ARGS(what));       \
        }                                                                                          \
    } while (0)

/* "users.created", "crm.deal.payment.updated": words and dots. */
static bool is_dotted_name(const char *name)
{
    size_t bytes = name ? strlen(name) : 0;
    bool good = bytes > 0 && bytes <= NAME_BYTES_MAX && name[0] != '.' && name[bytes - 1] != '.';
    bool has_dot = false;
    for (size_t i = 0; good && i < bytes; i++) {
        has_dot = has_dot || name[i] == '.';
        good = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
               name[i] == '_' || (name[i] == '.' && name[i + 1] != '.');
    }
    return good && has_dot;
}

/* ---- what there is ---- */

/* The other one's tables may not have been looked at yet. */
static bool is_called(const char *name, const char *wanted)
{
    return name != NULL && strcmp(name, wanted) == 0;
}

static const struct event *find_event(const struct checking *checking, const char *name)
{
    for (size_t i = 0; i < checking->service_count; i++) {
        const struct service *service = checking->services[i];
        for (size_t j = 0; j < service->event_count; j++) {
            if (is_called(service->events[j].name, name)) {
                return &service->events[j];
            }
        }
    }
    return NULL;
}

static const struct service *find_service(const struct checking *checking, const char *name)
{
    for (size_t i = 0; i < checking->service_count; i++) {
        if (strcmp(checking->services[i]->name, name) == 0) {
            return checking->services[i];
        }
    }
    return NULL;
}

static const char *nearest_event(const struct checking *checking, const char *name)
{
    const char *known[NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < checking->service_count; i++) {
        const struct service *service = checking->services[i];
        for (size_t j = 0; j < service->event_count && count < NAMES_MAX; j++) {
            const char *told = service->events[j].name;
            if (told != NULL) {
                known[count++] = told;
            }
        }
    }
    return text_nearest(text_of(name), known, count);
}

/* ---- what is said against what is read ---- */

static bool is_text_kind(enum field_kind kind)
{
    return kind == FIELD_TEXT || kind == FIELD_CHOICE || kind == FIELD_EMAIL ||
           kind == FIELD_PHONE || kind == FIELD_ID || kind == FIELD_TIME;
}

static const struct field *find_field(const struct shape *shape, const char *name)
{
    for (size_t i = 0; shape != NULL && i < shape->field_count; i++) {
        if (strcmp(shape->fields[i].name, name) == 0) {
            return &shape->fields[i];
        }
    }
    return NULL;
}

/* Whoever reads `takes` must find in `said` what it requires, in a kind it can read. */
static void check_readable(struct checking *checking, const char *name, const struct shape *said,
                           const struct shape *takes)
{
    for (size_t i = 0; takes != NULL && i < takes->field_count; i++) {
        const struct field *wanted = &takes->fields[i];
        const struct field *given = find_field(said, wanted->name);
        if (given == NULL && wanted->required) {
            COMPLAIN(checking, "'%s' requires the field '%s', which is not said", name,
                     wanted->name);
        }
        if (given != NULL && given->kind != wanted->kind &&
            !(is_text_kind(given->kind) && is_text_kind(wanted->kind))) {
            COMPLAIN(checking, "'%s' reads the field '%s' as something else than is said", name,
                     wanted->name);
        }
    }
}

static void check_limits(struct checking *checking, const char *name, const struct shape *takes)
{
    for (size_t i = 0; takes != NULL && i < takes->field_count; i++) {
        const struct field *field = &takes->fields[i];
        bool is_text = field->kind == FIELD_TEXT || field->kind == FIELD_EMAIL ||
                       field->kind == FIELD_PHONE || field->kind == FIELD_TEXTS ||
                       field->kind == FIELD_OBJECT || field->kind == FIELD_JSON;
        if (is_text && field->bytes_max == 0) {
            COMPLAIN(checking, "'%s': text field '%s' has no bytes_max", name, field->name);
        }
    }
}

static void check_retry(struct checking *checking, const char *name, const struct retry *retry)
{
    if (retry->attempts_max < 0 || retry->first_ms < 0 || retry->longest_ms < 0) {
        COMPLAIN(checking, "'%s' is to be tried again a negative number of times or ms", name);
    }
}

/* ---- the rows ---- */

static void check_events(struct checking *checking)
{
    const struct service *service = checking->service;
    for (size_t i = 0; i < service->event_count; i++) {
        const struct event *event = &service->events[i];
        if (!is_dotted_name(event->name) || event->version == 0 || event->summary == NULL) {
            COMPLAIN(checking,
                     "event %zu has no name like 'users.created', no version, or no "
                     "summary",
                     i);
            return;
        }
        if (find_event(checking, event->name) != event) {
            COMPLAIN(checking, "the event '%s' is told by somebody else too", event->name);
        }
    }
}

static void check_subscriptions(struct checking *checking)
{
    const struct service *service = checking->service;
    for (size_t i = 0; i < service->subscription_count; i++) {
        const struct subscription *row = &service->subscriptions[i];
        if (row->event == NULL || row->handle == NULL || row->version == 0) {
            COMPLAIN(checking, "subscription %zu has no event, no version, or no handler", i);
            return;
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(service->subscriptions[j].event, row->event) == 0) {
                COMPLAIN(checking, "'%s' is listened to twice", row->event);
            }
        }
        if (strcmp(row->event, SUBSCRIPTION_ALL) == 0) {
            if (row->takes != NULL) {
                COMPLAIN(checking, "what hears all events takes no fields of them");
            }
            check_retry(checking, row->event, &row->retry);
            continue;
        }
        const struct event *event = find_event(checking, row->event);
        if (event == NULL) {
            const char *nearest = nearest_event(checking, row->event);
            COMPLAIN(checking, "nobody tells '%s'%s%s%s", row->event,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?" : "");
            return;
        }
        if (row->version < event->version) {
            COMPLAIN(checking, "'%s' is told in version %u and understood up to version %u",
                     row->event, event->version, row->version);
        }
        check_retry(checking, row->event, &row->retry);
        check_limits(checking, row->event, row->takes);
        check_readable(checking, row->event, event->data, row->takes);
    }
}

static void check_commands(struct checking *checking)
{
    const struct service *service = checking->service;
    for (size_t i = 0; i < service->command_count; i++) {
        const struct command *row = &service->commands[i];
        if (!is_dotted_name(row->name) || row->handle == NULL || row->summary == NULL) {
            COMPLAIN(checking,
                     "command %zu has no name like 'till.charge', no handler, or no "
                     "summary",
                     i);
            return;
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(service->commands[j].name, row->name) == 0) {
                COMPLAIN(checking, "the command '%s' stands there twice", row->name);
            }
        }
        check_retry(checking, row->name, &row->retry);
        check_limits(checking, row->name, row->takes);
    }
}

static const struct command *find_command(const struct service *service, const char *name)
{
    for (size_t i = 0; i < service->command_count; i++) {
        if (is_called(service->commands[i].name, name)) {
            return &service->commands[i];
        }
    }
    return NULL;
}

static void check_errands(struct checking *checking)
{
    const struct service *service = checking->service;
    for (size_t i = 0; i < service->errand_count; i++) {
        const struct errand *row = &service->errands[i];
        const struct service *other = row->service ? find_service(checking, row->service) : NULL;
        if (other == NULL || row->command == NULL) {
            COMPLAIN(checking, "errand %zu goes to '%s', which is no service", i,
                     row->service ? row->service : "");
            return;
        }
        for (size_t j = 0; j < i; j++) { /* a reply is known by its command alone */
            if (strcmp(service->errands[j].command, row->command) == 0) {
                COMPLAIN(checking, "the errand '%s' stands there twice", row->command);
            }
        }
        const struct command *accepted = find_command(other, row->command);
        if (accepted == NULL) {
            COMPLAIN(checking, "%s knows no command '%s'", other->name, row->command);
            return;
        }
        if (row->deadline_ms < 0) {
            COMPLAIN(checking, "the errand '%s' has a negative deadline", row->command);
        }
        check_retry(checking, row->command, &row->retry);
        check_limits(checking, row->command, row->takes);
        check_readable(checking, row->command, row->data, accepted->takes);
        check_readable(checking, row->command, accepted->gives, row->takes);
    }
}

struct text tell_check(struct arena *arena, const struct service *const *services,
                       size_t service_count)
{
    struct checking checking = {
        .arena = arena, .services = services, .service_count = service_count};
    for (size_t i = 0; i < service_count && checking.complaint.data == NULL; i++) {
        checking.service = services[i];
        check_events(&checking);
        check_subscriptions(&checking);
        check_commands(&checking);
        check_errands(&checking);
    }
    return checking.complaint;
}
