/* service_check.c - reads the tables of the services against each other before the port opens.
 *
 * A misspelt name is a sentence at start, not a surprise at night.
 */
#include "runtime/ask/ask_check.h"
#include "runtime/compose/dashboard.h"
#include "runtime/front/decision.h"
#include "runtime/front/dropped.h"
#include "runtime/later/later_check.h"
#include "runtime/router.h"
#include "runtime/runtime.h"
#include "runtime/start/stream_check.h"
#include "runtime/start/tell_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIELDS_MAX = 64, NAME_BYTES_MAX = 32, OPERATION_BYTES_MAX = 255, RATED_BYTES_MAX = 48 };

struct checking {
    struct arena *arena;
    const struct service *service;
    const struct route *route; /* NULL: of the service itself */
    struct text complaint;     /* the first one; NO_TEXT while all is well */
};

__attribute__((format(printf, 2, 3))) static void complain(struct checking *checking,
                                                           const char *format, ...)
{
    if (checking->complaint.data != NULL) {
        return;
    }
    char what[400];
    va_list values;
    va_start(values, format);
    vsnprintf(what, sizeof what, format, values);
    va_end(values);
    const char *operation =
        checking->route && checking->route->operation ? checking->route->operation : NULL;
    const char *service = checking->service->name ? checking->service->name : "a service";
    checking->complaint = text_format(checking->arena, "%s%s%s: %s", service, operation ? ", " : "",
                                      operation ? operation : "", what);
}

static bool is_plain_name(const char *name)
{
    size_t bytes = name ? strlen(name) : 0;
    bool plain = bytes > 0 && bytes <= NAME_BYTES_MAX && name[0] >= 'a' && name[0] <= 'z';
    for (size_t i = 0; plain && i < bytes; i++) {
        plain = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
                name[i] == '_';
    }
    return plain;
}

/* What a workflow is called may stand in it. */
static bool is_operation_name(const char *name)
{
    size_t bytes = name ? strlen(name) : 0;
    bool is_name = bytes > 0 && bytes <= OPERATION_BYTES_MAX;
    for (size_t i = 0; is_name && i < bytes; i++) {
        char letter = name[i];
        bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
        is_name = is_letter || (i > 0 && ((letter >= '0' && letter <= '9') || letter == '_'));
    }
    return is_name;
}

/* As somebody else writes it: businessCaseName. */
static bool is_foreign_name(const char *name)
{
    return is_operation_name(name) && strlen(name) <= NAME_BYTES_MAX;
}

static void check_field(struct checking *checking, const struct shape *shape, size_t index)
{
    const struct field *field = &shape->fields[index];
    bool is_text = field->kind == FIELD_TEXT || field->kind == FIELD_EMAIL ||
                   field->kind == FIELD_PHONE || field->kind == FIELD_TEXTS ||
                   field->kind == FIELD_OBJECT || field->kind == FIELD_JSON ||
                   field->kind == FIELD_CHOICE;
    if (!is_plain_name(field->name) &&
        !(shape->has_foreign_names && is_foreign_name(field->name))) {
        complain(checking, "field %zu of %s has no plain name", index, shape->name);
        return;
    }
    for (size_t i = 0; i < index; i++) {
        if (shape->fields[i].place == field->place &&
            strcmp(shape->fields[i].name, field->name) == 0) {
            complain(checking, "field '%s' of %s stands there twice", field->name, shape->name);
        }
    }
    if (field->offset >= shape->bytes) {
        complain(checking, "field '%s' lies outside of its struct", field->name);
    }
    if (is_text && field->bytes_max == 0) {
        complain(checking, "text field '%s' has no bytes_max", field->name);
    }
    if (field->kind == FIELD_TEXTS && field->items_max == 0) {
        complain(checking, "list field '%s' has no items_max", field->name);
    }
    if (field->kind == FIELD_CHOICE && field->choice_count == 0) {
        complain(checking, "field '%s' has no choices", field->name);
    }
    if (field->place == FIELD_IN_PATH && !field->required) {
        complain(checking, "field '%s' is in the path, so it must be required", field->name);
    }
}

static bool path_names(const char *path, const char *name)
{
    char parameter[NAME_BYTES_MAX + 3];
    snprintf(parameter, sizeof parameter, "{%s}", name);
    return strstr(path, parameter) != NULL;
}

/* The router knows whole segments: "/users/{user_id}", not "/users/{user_id}.json". */
static void check_segments(struct checking *checking, const char *path)
{
    size_t segments = 0;
    size_t parameters = 0;
    for (const char *letter = path; *letter; letter++) {
        const char *end = *letter == '{' ? strchr(letter, '}') : NULL;
        segments += *letter == '/';
        parameters += *letter == '{';
        if (*letter == '{' &&
            (letter[-1] != '/' || end == NULL || (end[1] != '/' && end[1] != '\0'))) {
            complain(checking, "a parameter of %s is not a whole segment", path);
        }
    }
    if (segments > SEGMENTS_MAX) {
        complain(checking, "the path %s has more than %d segments", path, SEGMENTS_MAX);
    }
    if (parameters > PATH_VALUES_MAX) {
        complain(checking, "the path %s has more than %d parameters", path, PATH_VALUES_MAX);
    }
}

static void check_takes(struct checking *checking, const struct route *route)
{
    size_t in_path = 0;
    bool has_body = false;
    for (size_t i = 0; route->takes && i < route->takes->field_count; i++) {
        const struct field *field = &route->takes->fields[i];
        check_field(checking, route->takes, i);
        if (checking->complaint.data != NULL) {
            return;
        }
        if (field->place == FIELD_IN_PATH) {
            in_path++;
            if (!path_names(route->path, field->name)) {
                complain(checking, "field '%s' is not in the path %s", field->name, route->path);
            }
        }
        has_body = has_body || field->place == FIELD_IN_BODY;
    }
    size_t parameters = 0;
    for (const char *letter = route->path; *letter; letter++) {
        parameters += *letter == '{';
    }
    if (parameters != in_path) {
        complain(checking, "the path %s has %zu parameters, its table has %zu", route->path,
                 parameters, in_path);
    }
    if (has_body && route->kind != ROUTE_WRITES) {
        complain(checking, "a read takes no body: put its fields into the query");
    }
    if (route->takes && route->takes->field_count > FIELDS_MAX) {
        complain(checking, "takes more than %d fields", FIELDS_MAX);
    }
}

static void check_route(struct checking *checking, const struct route *route)
{
    bool changes = route->method == HTTP_POST || route->method == HTTP_PUT ||
                   route->method == HTTP_PATCH || route->method == HTTP_DELETE;
    checking->route = route;
    if (!is_operation_name(route->operation)) {
        complain(checking, "the route %s has no plain operation name", route->path);
    } else if (route->path == NULL || route->path[0] != '/') {
        complain(checking, "the path must begin with '/'");
    } else if (route->handle == NULL) {
        complain(checking, "there is no handler");
    } else if (route->summary == NULL) {
        complain(checking, "there is no summary");
    } else if (route->kind == ROUTE_WRITES && !changes) {
        complain(checking, "a GET never changes anything");
    } else if (route->kind != ROUTE_WRITES && changes) {
        complain(checking, "a read is asked with GET");
    } else if (route->gathers_slowly != NULL && route->gather == NULL) {
        complain(checking, "gathers slowly, but gathers nothing");
    } else if (route->rate < 0 || (route->rate > 0 && strlen(route->operation) > RATED_BYTES_MAX)) {
        complain(checking, "its rate is below 0, or its name is too long to be counted by");
    } else if (route->gives_list && route->gives == NULL) {
        complain(checking, "gives a list of nothing");
    } else {
        check_segments(checking, route->path);
        check_takes(checking, route);
    }
    for (size_t i = 0; i < route->refusal_count; i++) {
        const struct refusal *refusal = route->refusals[i];
        if (!is_plain_name(refusal->code) || refusal->text == NULL || refusal->http_status < 400 ||
            refusal->http_status > 499) {
            complain(checking, "refusal %zu has no code, no text, or no status from 400 to 499", i);
        }
    }
}

static bool is_same_path(const char *left, const char *right)
{
    while (*left && *right) { /* parameters are equal whatever their names */
        if (*left == '{' && *right == '{') {
            left = strchr(left, '}');
            right = strchr(right, '}');
            if (left == NULL || right == NULL) {
                return true;
            }
        } else if (*left != *right) {
            return false;
        }
        left++;
        right++;
    }
    return *left == *right;
}

static void check_twins(struct checking *checking, const struct route *route,
                        const struct service *const *services, size_t service_count)
{
    size_t same_route = 0;
    size_t same_operation = 0;
    const struct route *renamed = NULL;
    for (size_t i = 0; i < service_count; i++) {
        for (size_t j = 0; j < services[i]->route_count; j++) {
            const struct route *other = &services[i]->routes[j];
            bool same_path = is_same_path(other->path, route->path);
            same_route += other->method == route->method && same_path;
            same_operation += strcmp(other->operation, route->operation) == 0;
            renamed = same_path && strcmp(other->path, route->path) != 0 ? other : renamed;
        }
    }
    if (same_route > 1) {
        complain(checking, "another route has the same method and path %s", route->path);
    }
    if (same_operation > 1) {
        complain(checking, "another route is called '%s' too", route->operation);
    }
    if (renamed != NULL) { /* the router would keep the two apart, each with its own methods */
        complain(checking, "the parameters of %s have other names in %s", route->path,
                 renamed->operation);
    }
}

static void check_migrations(struct checking *checking)
{
    const struct service *service = checking->service;
    for (size_t i = 0; i < service->migration_count; i++) {
        const struct migration *migration = &service->migrations[i];
        if (migration->version != i + 1) {
            complain(checking, "migration %zu has the number %u", i + 1, migration->version);
        }
        if (migration->name == NULL || migration->sqlite == NULL || migration->postgres == NULL) {
            complain(checking, "migration %zu lacks its name or one of its two texts", i + 1);
        }
    }
}

static void check_chores(struct checking *checking)
{
    for (size_t i = 0; i < checking->service->chore_count; i++) {
        const struct chore *chore = &checking->service->chores[i];
        if (!is_plain_name(chore->name) || chore->run == NULL || chore->every_ms <= 0) {
            complain(checking, "chore %zu has no plain name, nothing to run, or no time between",
                     i);
        }
    }
}

static void check_service(struct checking *checking, const struct service *const *services,
                          size_t index)
{
    checking->service = services[index];
    checking->route = NULL;
    if (!is_plain_name(checking->service->name)) {
        complain(checking, "service %zu has no plain name", index);
        return;
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(services[i]->name, checking->service->name) == 0) {
            complain(checking, "two services have this name");
        }
    }
    check_migrations(checking);
    check_chores(checking);
    for (size_t i = 0; i < checking->service->route_count; i++) {
        check_route(checking, &checking->service->routes[i]);
    }
}

/* Who stands at the door asks with the fields that are read there. */
static void check_front(struct checking *checking, const struct service *const *services,
                        size_t service_count)
{
    const struct service *service = checking->service;
    const struct ask *decides = service->decides;
    if (decides == NULL) {
        return;
    }
    bool is_own = decides >= service->asks && decides < service->asks + service->ask_count;
    if (!is_own || decides->sends != &decision_sends || decides->takes != &decision_takes) {
        complain(checking, "decides must be a row of its asks, with the shapes of decision.h");
    }
    const struct event *drops = service->drops;
    bool is_own_event = drops == NULL || (drops >= service->events &&
                                          drops < service->events + service->event_count);
    if (!is_own_event || (drops != NULL && drops->data != &dropped_shape)) {
        complain(checking, "drops must be a row of its events, with the shape of dropped.h");
    }
    for (size_t i = 0; i < service_count; i++) {
        if (services[i] != service && services[i]->decides != NULL) {
            complain(checking, "%s stands at the door already", services[i]->name);
        }
    }
}

struct text runtime_check(struct arena *arena, const struct service *const *services,
                          size_t service_count)
{
    struct checking checking = {.arena = arena};
    for (size_t i = 0; i < service_count && checking.complaint.data == NULL; i++) {
        check_service(&checking, services, i);
    }
    /* Against each other only when each is sound: a path that is not there cannot be compared. */
    for (size_t i = 0; i < service_count; i++) {
        checking.service = services[i];
        checking.route = NULL;
        check_front(&checking, services, service_count);
        for (size_t j = 0; checking.complaint.data == NULL && j < services[i]->route_count; j++) {
            checking.route = &services[i]->routes[j];
            check_twins(&checking, checking.route, services, service_count);
        }
    }
    if (checking.complaint.data == NULL) {
        checking.complaint = tell_check(arena, services, service_count);
    }
    if (checking.complaint.data == NULL) {
        checking.complaint = later_check(arena, services, service_count);
    }
    if (checking.complaint.data == NULL) {
        checking.complaint = ask_check(arena, services, service_count);
    }
    if (checking.complaint.data == NULL) {
        checking.complaint = dashboard_check(arena, services, service_count);
    }
    return checking.complaint.data == NULL ? stream_check(arena, services, service_count)
                                           : checking.complaint;
}
