/* shelf_routes.c - the rows of the shelf, for each service with workflows. */
#include "engine/migration/workflows_handle.h"
#include "engine/operations/fail_reasons.h"
#include "engine/shelf/shelf.h"
#include "engine/shelf/shelf_parts.h"
#include "runtime/service.h"

static const struct refusal *const door_refusals[] = {&flow_unauthorized};
static const struct refusal *const picture_refusals[] = {&workflows_no_workflow,
                                                         &workflows_no_case};
static const struct refusal *const places_refusals[] = {&workflows_no_workflow};

static const struct refusal *const view_refusals[] = {&flow_case_not_found, &shelf_no_participant,
                                                      &shelf_has_no_part};

#define REFUSES(list) .refusals = (list), .refusal_count = COUNT_OF(list)

/* The service's name goes between the two parts of the path, and behind the operation. */
static const struct {
    const char *start;
    const char *ending;
    const char *operation;
    struct route route;
} patterns[] = {
    {"/api/doors/",
     "",
     "list_doors_of_",
     {.method = HTTP_GET,
      .summary = "Which workflows the caller may enter, and how much waits for him there",
      .kind = ROUTE_READS,
      .handle = shelf_doors_handle,
      .answer_schema = shelf_doors_schema,
      REFUSES(door_refusals)}},
    {"/api/workflows/",
     "/{workflow}/picture",
     "draw_workflow_of_",
     {.method = HTTP_GET,
      .permission = "workflows.read",
      .summary = "A workflow drawn, and where a case is in it",
      .kind = ROUTE_READS,
      .handle = shelf_picture_handle,
      .takes = &shelf_picture_takes,
      .answer_type = "image/svg+xml",
      REFUSES(picture_refusals)}},
    {"/api/workflows/",
     "/{workflow}/places",
     "count_places_of_",
     {.method = HTTP_GET,
      .permission = "workflows.read",
      .summary = "How many cases are in each place of a workflow",
      .kind = ROUTE_READS,
      .handle = shelf_places_handle,
      .takes = &shelf_places_takes,
      .answer_schema = shelf_places_schema,
      REFUSES(places_refusals)}},
    {"/api/cases/",
     "/{case_id}/view_as",
     "view_case_as_of_",
     {.method = HTTP_POST,
      .permission = "cases.view_as",
      .summary = "A case as another participant would see it; who has looked is recorded",
      .kind = ROUTE_WRITES,
      .handle = shelf_view_as_handle,
      .takes = &shelf_view_as_takes,
      .answer_schema = shelf_view_as_schema,
      REFUSES(view_refusals)}},
    {"/api/checks/",
     "",
     "check_workflow_of_",
     {.method = HTTP_POST,
      .permission = "workflows.read",
      .summary = "What would be wrong with a definition here; nothing is kept",
      .kind = ROUTE_WRITES,
      .gather = shelf_check_gather,
      .handle = shelf_check_handle,
      .takes = &shelf_check_takes,
      .answer_schema = shelf_check_schema}},
};

const struct route *shelf_routes(struct arena *arena, const struct service *service,
                                 size_t *count_out)
{
    struct route *routes = ARENA_ARRAY(arena, struct route, COUNT_OF(patterns));
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        routes[i] = patterns[i].route;
        routes[i].path =
            text_format(arena, "%s%s%s", patterns[i].start, service->name, patterns[i].ending).data;
        routes[i].operation = text_format(arena, "%s%s", patterns[i].operation, service->name).data;
    }
    *count_out = COUNT_OF(patterns);
    return routes;
}
