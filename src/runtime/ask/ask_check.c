/* ask_check.c - a misspelt operation is a sentence at the start, and so is a circle. */
#include "runtime/ask/ask_check.h"

#include <string.h>

enum { NAMES_MAX = 512, SERVICES_MAX = 64 };

struct checking {
    struct arena *arena;
    const struct service *const *services;
    size_t service_count;
    const struct service *service; /* whose turn it is */
    const struct ask *ask;
    struct text complaint; /* the first one; NO_TEXT while all is well */
};

#define COMPLAIN(checking, ...)                                                                    \
    do {                                                                                           \
        if ((checking)->complaint.data == NULL) {                                                  \
            struct text what = text_format((checking)->arena, __VA_ARGS__);                        \
            (checking)->complaint = text_format((checking)->arena, "%s: %.*s",                     \
                                                (checking)->service->name, TEXT_ARGS(what));       \
        }                                                                                          \
    } while (0)

static const struct service *find_service(const struct checking *checking, const char *name)
{
    for (size_t i = 0; i < checking->service_count; i++) {
        if (strcmp(checking->services[i]->name, name) == 0) {
            return checking->services[i];
        }
    }
    return NULL;
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

static bool is_text_kind(enum field_kind kind)
{
    return kind == FIELD_TEXT || kind == FIELD_CHOICE || kind == FIELD_EMAIL ||
           kind == FIELD_PHONE || kind == FIELD_ID || kind == FIELD_TIME;
}

/* On the wire these are all strings. */
static bool fits(enum field_kind given, enum field_kind wanted)
{
    return given == wanted || (is_text_kind(given) && is_text_kind(wanted));
}

/* ---- the row ---- */

static const struct route *find_route(struct checking *checking, const struct service *asked)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    const char *wanted = checking->ask->operation;
    for (size_t i = 0; i < asked->route_count; i++) {
        const struct route *route = &asked->routes[i];
        if (strcmp(route->operation, wanted) == 0) {
            return route;
        }
        if (route->kind != ROUTE_WRITES && count < NAMES_MAX) {
            names[count++] = route->operation;
        }
    }
    const char *nearest = text_nearest(text_of(wanted), names, count);
    COMPLAIN(checking, "asks %s for '%s', which it does not answer%s%s%s", asked->name, wanted,
             nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
    return NULL;
}

static void check_sent(struct checking *checking, const struct route *route)
{
    const struct ask *ask = checking->ask;
    for (size_t i = 0; ask->sends != NULL && i < ask->sends->field_count; i++) {
        const struct field *sent = &ask->sends->fields[i];
        const struct field *taken = find_field(route->takes, sent->name);
        bool is_list = sent->kind == FIELD_TEXTS;
        if (taken == NULL) {
            COMPLAIN(checking, "sends '%s' to %s, which takes no such field", sent->name,
                     ask->operation);
        } else if (!fits(sent->kind, taken->kind)) {
            COMPLAIN(checking, "sends '%s' to %s as something else than it takes", sent->name,
                     ask->operation);
        } else if (sent->kind == FIELD_OBJECT || sent->kind == FIELD_JSON ||
                   (is_list && !taken->is_name && !taken->is_role && taken->choice_count == 0)) {
            COMPLAIN(checking, "sends '%s' to %s, but a query cannot carry it", sent->name,
                     ask->operation);
        }
    }
    for (size_t i = 0; route->takes != NULL && i < route->takes->field_count; i++) {
        const struct field *taken = &route->takes->fields[i];
        if (taken->required && find_field(ask->sends, taken->name) == NULL) {
            COMPLAIN(checking, "does not send '%s', which %s requires", taken->name,
                     ask->operation);
        }
    }
}

static void check_taken(struct checking *checking, const struct route *route)
{
    const struct ask *ask = checking->ask;
    for (size_t i = 0; ask->takes != NULL && i < ask->takes->field_count; i++) {
        const struct field *wanted = &ask->takes->fields[i];
        const struct field *given = find_field(route->gives, wanted->name);
        bool is_text = wanted->kind == FIELD_TEXT || wanted->kind == FIELD_EMAIL ||
                       wanted->kind == FIELD_PHONE || wanted->kind == FIELD_TEXTS ||
                       wanted->kind == FIELD_OBJECT || wanted->kind == FIELD_JSON;
        if (given == NULL) {
            COMPLAIN(checking, "reads '%s' from the answer of %s, which does not give it",
                     wanted->name, ask->operation);
        } else if (!fits(given->kind, wanted->kind)) {
            COMPLAIN(checking, "reads '%s' from the answer of %s as something else than it gives",
                     wanted->name, ask->operation);
        } else if (wanted->required && given->is_optional) {
            COMPLAIN(checking, "requires '%s' in the answer of %s, which may leave it out",
                     wanted->name, ask->operation);
        } else if (wanted->place != FIELD_IN_BODY) {
            COMPLAIN(checking, "reads '%s' of %s from a path or a query", wanted->name,
                     ask->operation);
        } else if (is_text && wanted->bytes_max == 0) {
            COMPLAIN(checking, "'%s' of the answer of %s has no bytes_max", wanted->name,
                     ask->operation);
        } else if (wanted->kind == FIELD_TEXTS && wanted->items_max == 0) {
            COMPLAIN(checking, "'%s' of the answer of %s has no items_max", wanted->name,
                     ask->operation);
        }
    }
}

static void check_row(struct checking *checking)
{
    const struct ask *ask = checking->ask;
    if (ask->service == NULL || ask->operation == NULL) {
        COMPLAIN(checking, "row %td of asks names no service or no operation",
                 ask - checking->service->asks);
        return;
    }
    const struct service *asked = find_service(checking, ask->service);
    if (asked == NULL) {
        COMPLAIN(checking, "asks '%s', which is no service", ask->service);
        return;
    }
    const struct route *route = find_route(checking, asked);
    if (route == NULL) {
        return;
    }
    if (route->kind == ROUTE_WRITES) {
        COMPLAIN(checking, "asks %s for '%s', which changes something: changes are told",
                 ask->service, ask->operation);
        return;
    }
    check_sent(checking, route);
    check_taken(checking, route);
}

static void check_gathers(struct checking *checking)
{
    for (size_t i = 0; i < checking->service->route_count; i++) {
        const struct route *route = &checking->service->routes[i];
        if (route->gather != NULL && route->kind != ROUTE_WRITES) {
            COMPLAIN(checking, "%s is a read: it may ask by itself, and needs no gather",
                     route->operation);
        }
    }
}

/* ---- circles ---- */

struct walk {
    const struct service *path[SERVICES_MAX];
    size_t depth;
    const struct service *seen[SERVICES_MAX];
    size_t seen_count;
};

static void complain_of_circle(struct checking *checking, const struct walk *walk)
{
    struct text path = text_of(walk->path[0]->name);
    for (size_t i = 1; i < walk->depth; i++) {
        path = text_format(checking->arena, "%.*s -> %s", TEXT_ARGS(path), walk->path[i]->name);
    }
    COMPLAIN(checking,
             "asks in a circle: %.*s -> %s. One of them must be told instead, and keep what it "
             "needs",
             TEXT_ARGS(path), checking->service->name);
}

static bool is_new(struct walk *walk, const struct service *service)
{
    for (size_t i = 0; i < walk->seen_count; i++) {
        if (walk->seen[i] == service) {
            return false;
        }
    }
    walk->seen[walk->seen_count++] = service;
    return true;
}

/* Only circles through the service whose turn it is: each has its turn. */
static void walk_from(struct checking *checking, struct walk *walk, const struct service *service)
{
    walk->path[walk->depth++] = service;
    for (size_t i = 0; i < service->ask_count && checking->complaint.data == NULL; i++) {
        const struct service *asked = find_service(checking, service->asks[i].service);
        if (asked == checking->service) {
            complain_of_circle(checking, walk);
        } else if (is_new(walk, asked)) {
            walk_from(checking, walk, asked);
        }
    }
    walk->depth--;
}

struct text ask_check(struct arena *arena, const struct service *const *services,
                      size_t service_count)
{
    struct checking checking = {
        .arena = arena, .services = services, .service_count = service_count};
    MUST(service_count < SERVICES_MAX);
    for (size_t i = 0; i < service_count && checking.complaint.data == NULL; i++) {
        checking.service = services[i];
        check_gathers(&checking);
        for (size_t j = 0; j < services[i]->ask_count; j++) {
            checking.ask = &services[i]->asks[j];
            check_row(&checking);
        }
    }
    for (size_t i = 0; i < service_count && checking.complaint.data == NULL; i++) {
        struct walk walk = {.depth = 0};
        checking.service = services[i];
        walk_from(&checking, &walk, services[i]);
    }
    return checking.complaint;
}
