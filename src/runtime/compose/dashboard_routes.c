/* dashboard_routes.c - dashboards as routes: what the router, the input and OpenAPI see of them. */
#include "base/field.h"
#include "base/must.h"
#include "runtime/compose/compose.h"
#include "runtime/compose/dashboard.h"
#include "runtime/service.h"

#include <string.h>

enum { PERSON_RATE = 600 }; /* each is several reads */

static const char answer_schema[] =
    "{\"type\":\"object\",\"required\":[\"parts\"],\"properties\":{\"parts\":{\"type\":\"object\","
    "\"additionalProperties\":{\"type\":\"object\",\"properties\":{"
    "\"data\":{\"description\":\"What the read of this part answers\"},"
    "\"stale\":{\"type\":\"boolean\",\"description\":\"Its service does not answer: this is what "
    "it has said last\"},"
    "\"age_seconds\":{\"type\":\"integer\",\"minimum\":0},"
    "\"missing\":{\"type\":\"boolean\",\"description\":\"There is nothing to show\"},"
    "\"why\":{\"type\":\"string\",\"enum\":[\"forbidden\",\"not_found\",\"refused\","
    "\"unavailable\"]}}}}}}";

/* Its struct is a text for each parameter. */
static const struct shape *shape_of(struct arena *arena, const struct dashboard *dashboard)
{
    struct field *fields = ARENA_ARRAY(arena, struct field, dashboard->parameter_count + 1);
    struct shape *shape = ARENA_NEW(arena, struct shape);
    for (size_t i = 0; i < dashboard->parameter_count; i++) {
        const struct dashboard_parameter *parameter = &dashboard->parameters[i];
        fields[i] = (struct field){
            .name = parameter->name,
            .kind = FIELD_CHOICE,
            .offset = i * sizeof(struct text),
            .meaning = parameter->meaning,
            .place = FIELD_IN_QUERY,
            .bytes_max = 64,
            .choices = parameter->choices,
            .choice_count = parameter->choice_count,
        };
    }
    *shape = (struct shape){
        .name = text_format(arena, "DashboardOf_%s", dashboard->name).data,
        .fields = fields,
        .field_count = dashboard->parameter_count,
        .bytes = dashboard->parameter_count * sizeof(struct text),
    };
    return shape;
}

/* Its answer comes later; nobody may run it in another way. */
static enum status never(struct call *call)
{
    (void)call;
    must_failed(__FILE__, __LINE__, "a dashboard is put together by compose_begin");
}

static void add(struct arena *arena, const struct dashboard *dashboard, struct route *route)
{
    bool has_parameters = dashboard->parameter_count > 0;
    *route = (struct route){
        .method = HTTP_GET,
        .path = text_format(arena, "/api/dashboard/%s", dashboard->name).data,
        .operation = text_format(arena, "dashboard_%s", dashboard->name).data,
        .permission = dashboard->permission,
        .summary = dashboard->summary,
        .kind = ROUTE_READS,
        .handle = never,
        .takes = has_parameters ? shape_of(arena, dashboard) : NULL,
        .answers_later = compose_begin,
        .rate = PERSON_RATE,
        .answer_schema = answer_schema,
    };
}

struct dashboard_routes dashboard_routes(struct arena *arena, const struct service *const *services,
                                         size_t count)
{
    struct route *routes = ARENA_ARRAY(arena, struct route, DASHBOARDS_MAX);
    size_t route_count = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < services[i]->dashboard_count; k++) {
            MUST(route_count < DASHBOARDS_MAX);
            add(arena, &services[i]->dashboards[k], &routes[route_count++]);
        }
    }
    return (struct dashboard_routes){routes, route_count};
}

const struct dashboard *dashboard_of(const struct service *const *services, size_t count,
                                     const struct route *route)
{
    static const char start[] = "/api/dashboard/";
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < services[i]->dashboard_count; k++) {
            const struct dashboard *dashboard = &services[i]->dashboards[k];
            if (strcmp(route->path + sizeof start - 1, dashboard->name) == 0) {
                return dashboard;
            }
        }
    }
    return NULL;
}

/* ---- what may be wrong with one ---- */

static bool is_known(const struct dashboard *dashboard, struct text parameter)
{
    for (size_t i = 0; i < dashboard->parameter_count; i++) {
        if (text_equals(text_of(dashboard->parameters[i].name), parameter)) {
            return true;
        }
    }
    return false;
}

/* What stands in braces is a parameter, and stands behind the question mark. */
static bool is_sound_path(const struct dashboard *dashboard, const char *path)
{
    struct text before;
    struct text query;
    bool is_sound = path != NULL && path[0] == '/' && strlen(path) < DASHBOARD_TARGET_BYTES_MAX / 2;
    if (!is_sound) {
        return false;
    }
    text_cut(text_of(path), '?', &before, &query);
    is_sound = memchr(before.data, '{', before.bytes) == NULL;
    while (is_sound && query.data != NULL) {
        struct text literal;
        struct text name;
        if (text_cut(query, '{', &literal, &query)) {
            is_sound = text_cut(query, '}', &name, &query) && is_known(dashboard, name);
        }
    }
    return is_sound;
}

/* With a star there is one of each service with cases. */
static size_t count_parts(const struct dashboard *dashboard, const struct service *const *services,
                          size_t count)
{
    size_t of_cases = 0;
    size_t parts = 0;
    for (size_t i = 0; i < count; i++) {
        of_cases += services[i]->cases != NULL;
    }
    for (size_t i = 0; i < dashboard->part_count; i++) {
        const char *path = dashboard->parts[i].path;
        parts += path != NULL && strchr(path, '*') != NULL ? of_cases : 1;
    }
    return parts;
}

static const char *complaint_of(const struct dashboard *dashboard, size_t part_count)
{
    if (dashboard->name == NULL || dashboard->permission == NULL || dashboard->summary == NULL) {
        return "it lacks its name, its permission or its summary";
    }
    if (dashboard->part_count == 0 || dashboard->part_count > DASHBOARD_PARTS_MAX ||
        part_count > DASHBOARD_PARTS_MAX || dashboard->parameter_count > DASHBOARD_PARAMETERS_MAX) {
        return "it has no parts, or too many parts or parameters";
    }
    for (size_t i = 0; i < dashboard->parameter_count; i++) {
        if (dashboard->parameters[i].choice_count == 0) {
            return "a parameter has no choices";
        }
    }
    for (size_t i = 0; i < dashboard->part_count; i++) {
        const struct dashboard_part *part = &dashboard->parts[i];
        if (part->name == NULL || !is_sound_path(dashboard, part->path)) {
            return "a part has no name, or a path that cannot be asked";
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(part->name, dashboard->parts[k].name) == 0) {
                return "two parts have the same name";
            }
        }
    }
    return NULL;
}

struct text dashboard_check(struct arena *arena, const struct service *const *services,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < services[i]->dashboard_count; k++) {
            const struct dashboard *dashboard = &services[i]->dashboards[k];
            const char *complaint =
                complaint_of(dashboard, count_parts(dashboard, services, count));
            if (complaint != NULL) {
                return text_format(arena, "%s, dashboard %s: %s", services[i]->name,
                                   dashboard->name ? dashboard->name : "without a name", complaint);
            }
        }
    }
    return NO_TEXT;
}
