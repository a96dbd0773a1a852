/* ask_for.c - the handler of a read is called for a person, on a snapshot of its rows. */
#include "runtime/ask/ask_for.h"

#include "base/clock.h"
#include "base/log.h"
#include "runtime/ask/ask_inside.h"

static enum status run_handler(const struct ask_for *asked, struct call *call)
{
    log_trace(asked->trace);
    enum status status = input_read(call, &asked->path);
    if (status == STATUS_OK) {
        status = asked->route->handle(call);
    }
    log_trace(NO_TEXT);
    if (status == STATUS_REFUSED) {
        status = STATUS_OK; /* that is an answer too */
    }
    MUST(status != STATUS_OK || call->exchange->answer.status != 0);
    return status;
}

static enum status run_on(struct ask_desk *desk, const struct ask_for *asked,
                          struct http_answer *answer_out)
{
    struct http_exchange exchange = {
        .arena = desk->arena,
        .started_ns = clock_monotonic_ns(),
        .trace_id = asked->trace,
        .request = {.method = HTTP_GET,
                    .method_name = TEXT("GET"),
                    .query = asked->query,
                    .peer_user = UINT32_MAX},
    };
    struct call call = {
        .arena = desk->arena,
        .store = desk->store,
        .service = asked->host->service,
        .caller = *asked->caller,
        .now_ms = asked->now_ms,
        .expected_revision = FIELD_NONE,
        .route = asked->route,
        .host = asked->host,
        .exchange = &exchange,
        .takes = asked->route->takes,
        .gives = asked->route->gives,
        .give_up_at_ms = asked->give_up_at_ms,
    };
    enum status status = run_handler(asked, &call);
    *answer_out = exchange.answer;
    return status;
}

static enum status begin_reading(struct ask_desk *desk, struct host *host)
{
    enum status status = STATUS_OK;
    if (desk->store == NULL) {
        status = host->source->open(host->source, STORE_READ, &desk->store);
    }
    return status == STATUS_OK ? store_begin(desk->store, STORE_READ) : status;
}

static enum status keep(struct arena *arena, struct http_answer *answer)
{
    if (!arena_has_room(arena, answer->body.bytes + 1)) {
        return STATUS_TOO_LARGE;
    }
    struct text body = answer->body.data ? text_copy(arena, answer->body) : NO_TEXT;
    *answer = (struct http_answer){.status = answer->status, .body = body};
    return STATUS_OK;
}

enum status ask_for(const struct ask_for *asked, struct arena *arena,
                    struct http_answer *answer_out)
{
    MUST(asked->route->kind != ROUTE_WRITES && asked->host->asker != NULL);
    struct ask_shelf *shelf = &asked->host->asker->shelves[asked->host->index];
    if (clock_monotonic_ms() >= asked->give_up_at_ms) {
        return STATUS_TIMEOUT;
    }
    struct ask_desk *desk = ask_desk_take(shelf);
    enum status status = begin_reading(desk, asked->host);
    if (status == STATUS_OK) {
        status = run_on(desk, asked, answer_out);
        store_rollback(desk->store); /* nothing to commit in a read */
    }
    if (status == STATUS_OK) {
        status = keep(arena, answer_out);
    }
    ask_desk_give(shelf, desk);
    return status;
}
