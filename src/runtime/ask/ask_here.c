/* ask_here.c - asks a service of this process: its handler is called, on a snapshot of its rows. */
#include "base/clock.h"
#include "base/log.h"
#include "runtime/ask/ask_inside.h"

/* What the handler thinks is a request. */
static struct http_exchange *make_exchange(struct ask_run *run)
{
    struct http_exchange *exchange = ARENA_NEW(run->desk->arena, struct http_exchange);
    exchange->arena = run->desk->arena;
    exchange->started_ns = clock_monotonic_ns();
    exchange->trace_id = run->trace;
    exchange->request = (struct http_request){
        .method = HTTP_GET,
        .method_name = TEXT("GET"),
        .query = run->query,
        .peer_user = UINT32_MAX,
    };
    return exchange;
}

static struct call make_call(struct ask_run *run, struct http_exchange *exchange)
{
    const struct ask_plan *plan = run->plan;
    return (struct call){
        .arena = run->desk->arena,
        .store = run->desk->store,
        .service = plan->host->service,
        .caller = {.kind = CALLER_SERVICE, .name = text_of(plan->asking->name)},
        .now_ms = run->call->now_ms,
        .expected_revision = FIELD_NONE,
        .route = plan->route,
        .host = plan->host,
        .exchange = exchange,
        .takes = plan->route->takes,
        .gives = plan->route->gives,
        .give_up_at_ms = run->give_up_at_ms,
    };
}

/* Anything but OK and REFUSED, as it looks from outside. */
static enum status fault_of(struct ask_run *run, enum status status)
{
    if (status == STATUS_BUSY || status == STATUS_TIMEOUT || status == STATUS_UNAVAILABLE) {
        return status;
    }
    ask_complain(run, "a handler that was asked left a fault", text_of(status_name(status)));
    return STATUS_UNAVAILABLE;
}

static enum status run_handler(struct ask_run *run)
{
    struct http_exchange *exchange = make_exchange(run);
    struct call call = make_call(run, exchange);
    enum status status = input_read(&call, &run->path);
    if (status == STATUS_OK) {
        status = run->plan->route->handle(&call);
    }
    if (status != STATUS_OK && status != STATUS_REFUSED) {
        return fault_of(run, status);
    }
    MUST(exchange->answer.status != 0); /* it said something */
    run->answer = exchange->answer;
    return STATUS_OK;
}

enum status ask_run_here(struct ask_run *run)
{
    struct store_source *source = run->plan->host->source;
    struct ask_desk *desk = run->desk;
    if (clock_monotonic_ms() >= run->give_up_at_ms) {
        return STATUS_TIMEOUT;
    }
    enum status status = STATUS_OK;
    if (desk->store == NULL) {
        status = source->open(source, STORE_READ, &desk->store);
    }
    if (status == STATUS_OK) {
        status = store_begin(desk->store, STORE_READ);
    }
    if (status != STATUS_OK) {
        return fault_of(run, status);
    }
    status = run_handler(run);
    store_rollback(desk->store); /* nothing to commit in a read */
    return status;
}
