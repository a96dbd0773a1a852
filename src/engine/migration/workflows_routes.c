/* workflows_routes.c - the rows by which people ask about versions. */
#include "engine/migration/workflows.h"
#include "engine/migration/workflows_handle.h"

static const struct refusal *const show_refusals[] = {&workflows_no_workflow,
                                                      &workflows_no_version};
static const struct refusal *const plan_refusals[] = {&workflows_no_workflow, &workflows_no_version,
                                                      &workflows_stands_still,
                                                      &workflows_bad_cursor, &workflows_no_field};
static const struct refusal *const move_refusals[] = {&workflows_no_workflow, &workflows_no_version,
                                                      &workflows_stands_still, &workflows_no_field,
                                                      &workflows_no_case};

#define REFUSES(list) .refusals = (list), .refusal_count = COUNT_OF(list)

/* The service's name goes between the two parts of the path, and into the operation. */
struct pattern {
    const char *path_end;
    const char *operation_start;
    struct route route;
};

static const struct pattern patterns[] = {
    {"",
     "list_workflows_of_",
     {.method = HTTP_GET,
      .permission = "workflows.read",
      .summary = "The workflows that are known here, each of their versions, and its open cases",
      .kind = ROUTE_READS,
      .handle = workflows_list_handle,
      .takes = &workflows_list_takes,
      .gives = &version_entry_shape,
      .gives_list = true}},
    {"/{workflow}",
     "get_workflow_of_",
     {.method = HTTP_GET,
      .permission = "workflows.read",
      .summary = "One version, with the file as it was written",
      .kind = ROUTE_READS,
      .handle = workflows_show_handle,
      .takes = &workflows_show_takes,
      .gives = &version_text_shape,
      REFUSES(show_refusals)}},
    {"/{workflow}/plan",
     "plan_workflow_of_",
     {.method = HTTP_GET,
      .permission = "workflows.read",
      .summary = "Of each open case of another version: whether it could move, and why not",
      .kind = ROUTE_READS,
      .handle = workflows_plan_handle,
      .takes = &workflows_plan_takes,
      .gives = &crossing_entry_shape,
      .gives_list = true,
      REFUSES(plan_refusals)}},
    {"/{workflow}/move",
     "move_to_version_of_",
     {.method = HTTP_POST,
      .permission = "workflows.write",
      .summary = "Move one case to another version, if it can; again it changes nothing",
      .kind = ROUTE_WRITES,
      .handle = workflows_move_handle,
      .takes = &workflows_move_takes,
      .gives = &crossing_entry_shape,
      REFUSES(move_refusals)}},
};

const struct route *workflows_routes(struct arena *arena, const struct service *service,
                                     size_t *count_out)
{
    struct route *routes = ARENA_ARRAY(arena, struct route, COUNT_OF(patterns));
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        routes[i] = patterns[i].route;
        routes[i].path =
            text_format(arena, "/api/workflows/%s%s", service->name, patterns[i].path_end).data;
        routes[i].operation =
            text_format(arena, "%s%s", patterns[i].operation_start, service->name).data;
    }
    *count_out = COUNT_OF(patterns);
    return routes;
}
