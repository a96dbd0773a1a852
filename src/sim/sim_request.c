/* sim_request.c - runs the handler of a route as the executor does, without a server around it. */
#include "sim/sim_request.h"

enum { BODY_VALUES_MAX = 50000 };

struct asking {
    struct request *request;
    const struct route *route;
};

static const struct route *find_route(struct world *world, enum http_method method,
                                      const struct request *request)
{
    const struct service *service = world_cases(world)->host.service;
    for (size_t i = 0; i < service->route_count; i++) {
        if (service->routes[i].method == method &&
            text_equals(text_of(service->routes[i].path), request->path)) {
            return &service->routes[i];
        }
    }
    return NULL;
}

static enum status handle(struct world *world, struct member *member, const struct asking *asking)
{
    struct http_exchange *exchange = ARENA_NEW(world->turn, struct http_exchange);
    struct request *request = asking->request;
    struct call call = world_call(world, member, "nobody");
    exchange->arena = world->turn;
    exchange->request.method = asking->route->method;
    exchange->request.path = request->path;
    call.caller = (struct caller){.kind = CALLER_ROOT,
                                  .name = TEXT("root key"),
                                  .person = request->person,
                                  .roles = request->roles};
    call.message = NULL;
    call.exchange = exchange;
    call.route = asking->route;
    call.input = request->input;
    call.given = UINT64_MAX;
    call.takes = asking->route->takes;
    call.gives = asking->route->gives;
    request->status = asking->route->handle(&call);
    request->code = exchange->answer.status;
    request->body = exchange->answer.body.data != NULL
                        ? text_copy(world->look, exchange->answer.body)
                        : TEXT("");
    return request->status;
}

static enum status write_it(struct world *world, struct member *member, void *context)
{
    return handle(world, member, context);
}

bool request_write(struct world *world, struct request *request)
{
    struct asking asking = {request, find_route(world, HTTP_POST, request)};
    if (asking.route == NULL) {
        return false;
    }
    request->status = world_write(world, world_cases(world), write_it, &asking);
    return true;
}

bool request_read(struct world *world, struct request *request)
{
    struct asking asking = {request, find_route(world, HTTP_GET, request)};
    if (asking.route == NULL) {
        return false;
    }
    struct store *store = world_look(world_cases(world));
    request->status = handle(world, world_cases(world), &asking);
    world_looked(store);
    return true;
}

const struct json *request_json(struct world *world, const struct request *request)
{
    static const struct json nothing = {.kind = JSON_NULL};
    const struct json *root = NULL;
    struct json_error error;
    if (request->body.bytes == 0) {
        return &nothing;
    }
    enum status status = json_read(world->look, request->body, BODY_VALUES_MAX, &root, &error);
    return status == STATUS_OK ? root : &nothing;
}
