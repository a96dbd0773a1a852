/* dispatch.c - route, who is it, may he, is the input right; then to a thread that may answer. */
#include "runtime/dispatch.h"

#include "base/clock.h"
#include "runtime/call_run.h"
#include "runtime/problem.h"

enum { DEADLINE_MS_MAX = 600000, SLOW_RETRY_S = 5 };

/* A request on its way; it may wait at the front until it is known whose it is. */
struct passage {
    struct call call;
    struct dispatch *dispatch;
    const struct page *page;   /* NULL: a route is asked for */
    struct upstream *upstream; /* NULL: it is answered here */
    struct path_values path;
};

static bool page_is_at(const struct page *page, struct text path)
{
    struct text own = text_of(page->path);
    return page->has_more ? text_starts_with(path, own) : text_equals(path, own);
}

static const struct page *find_page(const struct dispatch *dispatch, struct text path)
{
    for (size_t i = 0; i < dispatch->page_count; i++) {
        if (page_is_at(&dispatch->pages[i], path)) {
            return &dispatch->pages[i];
        }
    }
    return NULL;
}

/* 401 to nobody, 403 to somebody. */
static void answer_no_access(struct http_exchange *exchange, const struct caller *caller)
{
    if (caller->kind == CALLER_NOBODY) {
        problem_say(exchange, 401, "unauthorized",
                    "Say who you are: sign in, or send a key as Authorization: Bearer ..., or use "
                    "the admin socket in the data directory.");
        http_answer_header(&exchange->answer, "WWW-Authenticate", TEXT("Bearer"));
    } else {
        problem_say(exchange, 403, "forbidden", "You may not do this.");
    }
}

static void answer_page(struct passage *passage)
{
    const struct dispatch *dispatch = passage->dispatch;
    const struct page *page = passage->page;
    struct http_exchange *exchange = passage->call.exchange;
    if (access_may(&passage->call.caller, page->permission)) {
        page->answer(dispatch->page_context, exchange);
    } else {
        answer_no_access(exchange, &passage->call.caller);
    }
    http_finish(exchange);
}

static void answer_no_route(struct http_exchange *exchange, const struct router_match *match)
{
    if (!match->path_is_known) {
        problem_say(exchange, 404, "not_found", "There is nothing at this address.");
    } else if (exchange->request.method == HTTP_OPTIONS) {
        exchange->answer = (struct http_answer){.status = 204};
        http_answer_header(&exchange->answer, "Allow", match->allow);
    } else {
        problem_answer(exchange,
                       &(struct problem){
                           .http_status = 405,
                           .code = "method_not_allowed",
                           .message = text_format(exchange->arena, "This address answers: %.*s.",
                                                  TEXT_ARGS(match->allow)),
                       });
        http_answer_header(&exchange->answer, "Allow", match->allow);
    }
    http_finish(exchange);
}

/* If-Match: "7", or * for "whatever is there". */
static enum status read_expected_revision(struct call *call)
{
    struct text header = http_header_value(&call->exchange->request, "If-Match");
    call->expected_revision = FIELD_NONE;
    if (header.data == NULL) {
        if (call->route->revision != REVISION_MUST) {
            return STATUS_OK;
        }
        problem_say(call->exchange, 428, "precondition_required",
                    "Send If-Match with the ETag you have read, so that nobody's change is "
                    "overwritten unseen.");
        return STATUS_REFUSED;
    }
    if (call->route->revision == REVISION_NONE || text_equals(header, TEXT("*"))) {
        return STATUS_OK;
    }
    bool is_quoted =
        header.bytes > 2 && header.data[0] == '"' && header.data[header.bytes - 1] == '"';
    if (is_quoted &&
        text_to_integer(text_slice(header, 1, header.bytes - 1), &call->expected_revision)) {
        return STATUS_OK;
    }
    problem_say(call->exchange, 400, "bad_if_match",
                "If-Match must be one ETag as it was answered, such as \"7\".");
    return STATUS_REFUSED;
}

static enum status prepare(struct call *call, const struct path_values *path)
{
    enum status status = input_read(call, path);
    if (status == STATUS_OK && call->route->kind == ROUTE_WRITES) {
        status = read_expected_revision(call);
    }
    if (status == STATUS_OK && call->route->kind == ROUTE_WRITES && !call->route->is_foreign &&
        !call->route->keeps_no_reply) {
        status = call_read_idempotency_key(call);
    }
    return status;
}

/* What a write is about: the first thing its path names, or the key it must not repeat under. */
static struct text concerns(const struct call *call, const struct path_values *path)
{
    return path->count > 0 ? path->items[0].value : call->idempotency_key;
}

static bool gathers_slowly(const struct call *call)
{
    return call->route->gathers_slowly != NULL && call->route->gathers_slowly(call);
}

static void answer_too_many(struct http_exchange *exchange)
{
    problem_answer(exchange, &(struct problem){
                                 .http_status = 429,
                                 .code = "too_many_requests",
                                 .message = TEXT("Too many are waiting for the same. Try again in "
                                                 "a few seconds."),
                                 .retry_after_s = SLOW_RETRY_S,
                             });
}

static void send_on(struct dispatch *dispatch, struct call *call)
{
    struct host *host = call->bound->host;
    enum status status;
    if (call->route->kind == ROUTE_WRITES && call->route->gather == NULL) {
        status = host_submit(host, &call->work, call->concerns);
    } else if (call->route->kind == ROUTE_READS_POINT && host->reads_at_once) {
        readers_run_at_once(call);
        return;
    } else if (call->route->answers_later != NULL) {
        call->before = call->route->answers_later;
        status = readers_submit(dispatch->readers, call);
    } else if (gathers_slowly(call)) {
        status = readers_submit(dispatch->slow_readers, call);
    } else {
        status = readers_submit(dispatch->readers, call);
    }
    if (status != STATUS_OK) {
        atomic_fetch_add_explicit(&dispatch->shed, 1, memory_order_relaxed);
        if (gathers_slowly(call)) {
            answer_too_many(call->exchange);
        } else {
            problem_fault(call->exchange, status);
        }
        call_finish(call);
    }
}

/* Where people sign in, what goes on is for somebody: nobody would hold it for as long as he likes.
 */
static bool check_access(const struct dispatch *dispatch, struct call *call)
{
    bool is_watching = dispatch->front != NULL && call->bound->stream != NULL;
    if (is_watching && call->caller.kind == CALLER_NOBODY) {
        answer_no_access(call->exchange, &call->caller);
        return false;
    }
    bool may =
        access_may(&call->caller, call->route->permission) ||
        access_is_listed(&call->caller, call->route) ||
        access_may_ask(dispatch->access, &call->caller, call->service, call->route->operation);
    if (!may) {
        answer_no_access(call->exchange, &call->caller);
    }
    return may;
}

/* The time that is left to whoever asks; what is no number of milliseconds is no deadline. */
static int64_t read_give_up_at(const struct http_exchange *exchange)
{
    struct text header = http_header_value(&exchange->request, "Kontora-Deadline-Ms");
    int64_t left_ms;
    bool is_given = header.data != NULL && text_to_integer(header, &left_ms) && left_ms >= 0 &&
                    left_ms <= DEADLINE_MS_MAX;
    return is_given ? exchange->started_ns / 1000000 + left_ms : 0;
}

/* False: he has been told why not. */
static bool read_for_whom(const struct dispatch *dispatch, struct call *call)
{
    struct text error = NO_TEXT;
    enum status status =
        spokesman_read(call->arena, &call->exchange->request,
                       access_spokesman(dispatch->access, &call->caller), &call->caller, &error);
    if (status == STATUS_MALFORMED) {
        problem_answer(
            call->exchange,
            &(struct problem){.http_status = 400, .code = "bad_person", .message = error});
    } else if (status != STATUS_OK && call->caller.kind == CALLER_NOBODY) {
        answer_no_access(call->exchange, &call->caller);
    } else if (status != STATUS_OK) {
        problem_say(call->exchange, 403, "may_not_speak",
                    "You may not call for others: leave Kontora-Person and what goes with it out.");
    }
    return status == STATUS_OK;
}

static struct passage *make_passage(struct dispatch *dispatch, struct http_exchange *exchange)
{
    struct passage *passage = ARENA_NEW(exchange->arena, struct passage);
    passage->dispatch = dispatch;
    passage->call.arena = exchange->arena;
    passage->call.exchange = exchange;
    passage->call.work.ops = &call_work_ops;
    passage->call.now_ms = clock_wall_ms();
    passage->call.give_up_at_ms = read_give_up_at(exchange);
    return passage;
}

/* True: what is left to do is done by a thread that may wait, or on this one when it is one. */
static bool is_ready_to_run(struct passage *passage)
{
    struct call *call = &passage->call;
    const struct dispatch *dispatch = passage->dispatch;
    if (!read_for_whom(dispatch, call) || !check_access(dispatch, call) ||
        prepare(call, &passage->path) != STATUS_OK) {
        call_finish(call);
        return false;
    }
    if (call->bound->stream != NULL) {
        streams_open(dispatch->streams, call, call->bound->stream);
        return false;
    }
    call->concerns = concerns(call, &passage->path);
    return true;
}

/* Whether he may is decided there. Root may call for somebody there as here. */
static void send_elsewhere(struct passage *passage)
{
    struct call *call = &passage->call;
    if (call->caller.kind == CALLER_ROOT && !read_for_whom(passage->dispatch, call)) {
        http_finish(call->exchange);
        return;
    }
    elsewhere_send(passage->dispatch->elsewhere, call->exchange, &call->caller, passage->upstream);
}

/* On a loop's thread. */
static void go_on(struct passage *passage)
{
    if (passage->page != NULL) {
        answer_page(passage);
    } else if (passage->upstream != NULL) {
        send_elsewhere(passage);
    } else if (is_ready_to_run(passage)) {
        send_on(passage->dispatch, &passage->call);
    }
}

static void end_at_front(struct passage *passage)
{
    if (passage->page != NULL || passage->upstream != NULL) {
        http_finish(passage->call.exchange);
    } else {
        call_finish(&passage->call);
    }
}

static struct knock knock_of(const struct passage *passage)
{
    const struct route *route = passage->call.route;
    return (struct knock){
        .exchange = passage->call.exchange,
        .route = route,
        .is_open_write = route != NULL && route->kind == ROUTE_WRITES && route->permission == NULL,
    };
}

/* On a reader's thread, which goes on with what reads, or asks others. */
static bool ask_at_front(struct call *call)
{
    struct passage *passage = (struct passage *)(void *)call;
    struct knock knock = knock_of(passage);
    enum front_word word = front_ask(passage->dispatch->front, &knock, &call->caller);
    MUST(word != FRONT_ASKS);
    if (word == FRONT_ANSWERED) {
        end_at_front(passage);
        return false;
    }
    if (passage->page != NULL || passage->upstream != NULL) {
        go_on(passage);
        return false;
    }
    bool is_ready = is_ready_to_run(passage);
    bool waits_here = is_ready && !gathers_slowly(call) && call->route->answers_later == NULL &&
                      (call->route->kind != ROUTE_WRITES || call->route->gather != NULL);
    if (is_ready && !waits_here) {
        send_on(passage->dispatch, call);
    }
    return waits_here;
}

static void wait_at_front(struct passage *passage)
{
    struct dispatch *dispatch = passage->dispatch;
    struct call *call = &passage->call;
    call->before = ask_at_front;
    enum status status = readers_submit(dispatch->readers, call);
    if (status != STATUS_OK) {
        atomic_fetch_add_explicit(&dispatch->shed, 1, memory_order_relaxed);
        problem_fault(call->exchange, status);
        end_at_front(passage);
    }
}

/* Who has not said it in another way is asked by the front, if there is one. */
static void come_in(struct passage *passage, const char *permission)
{
    struct call *call = &passage->call;
    struct front *front = passage->dispatch->front;
    bool is_asked = front != NULL && call->caller.kind == CALLER_NOBODY &&
                    (passage->page == NULL || permission != NULL);
    struct knock knock = knock_of(passage);
    switch (is_asked ? front_look(front, &knock, &call->caller) : FRONT_LETS_IN) {
    case FRONT_LETS_IN:
        go_on(passage);
        break;
    case FRONT_ASKS:
        wait_at_front(passage);
        break;
    case FRONT_ANSWERED:
        end_at_front(passage);
        break;
    }
}

static void arrive_at_page(struct passage *passage)
{
    struct call *call = &passage->call;
    enum http_method method = call->exchange->request.method;
    if (method != HTTP_GET && method != HTTP_HEAD) {
        problem_say(call->exchange, 405, "method_not_allowed",
                    "Only GET and HEAD are answered here.");
        http_answer_header(&call->exchange->answer, "Allow", TEXT("GET, HEAD"));
        http_finish(call->exchange);
        return;
    }
    call->caller = access_identify(passage->dispatch->access, &call->exchange->request);
    come_in(passage, passage->page->permission);
}

static void arrive_at_route(struct passage *passage, const struct router_match *match)
{
    struct call *call = &passage->call;
    call->bound = match->bound;
    call->host = match->bound->host;
    call->service = match->bound->host->service;
    call->route = match->bound->route;
    call->takes = call->route->takes;
    call->gives = call->route->gives;
    call->caller =
        access_identify_at(passage->dispatch->access, &call->exchange->request, call->service);
    passage->path = match->path;
    come_in(passage, call->route->permission);
}

static bool is_answered_elsewhere(struct passage *passage)
{
    const struct elsewhere *elsewhere = passage->dispatch->elsewhere;
    struct http_exchange *exchange = passage->call.exchange;
    if (elsewhere != NULL) {
        passage->upstream = elsewhere_find(elsewhere, exchange->arena, exchange->request.method,
                                           exchange->request.path);
    }
    return passage->upstream != NULL;
}

void dispatch_request(void *context, struct http_exchange *exchange)
{
    struct dispatch *dispatch = context;
    if (dispatch->proxies != NULL) {
        forwarded_see_through(dispatch->proxies, exchange);
    }
    struct passage *passage = make_passage(dispatch, exchange);
    passage->page = find_page(dispatch, exchange->request.path);
    if (passage->page != NULL) {
        arrive_at_page(passage);
        return;
    }
    struct router_match match;
    enum status status = router_find(dispatch->router, exchange->arena, exchange->request.method,
                                     exchange->request.path, &match);
    if (status != STATUS_OK) {
        problem_say(exchange, 400, "bad_path", "The path has a bad %-escape.");
        http_finish(exchange);
    } else if (!match.path_is_known && is_answered_elsewhere(passage)) {
        passage->call.caller = access_identify(dispatch->access, &exchange->request);
        come_in(passage, NULL);
    } else if (match.bound == NULL) {
        answer_no_route(exchange, &match);
    } else {
        arrive_at_route(passage, &match);
    }
}

void dispatch_end_turn(void *context, unsigned loop_index)
{
    struct dispatch *dispatch = context;
    readers_end_turn(dispatch->hosts, dispatch->host_count, loop_index);
}
