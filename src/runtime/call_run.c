/* call_run.c - one call, from transaction to answer. */
#include "runtime/call_run.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/log.h"
#include "runtime/idempotency_store.h"
#include "runtime/problem.h"
#include "runtime/router.h"
#include "runtime/waiting_room.h"

#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

enum { KEY_BYTES_MAX = 255, HASH_BYTES = 32 };

_Static_assert(sizeof(((struct call *)0)->body_hash) == HASH_BYTES, "the hash fits the call");

static void hash_text(crypto_generichash_state *state, struct text text)
{
    uint64_t bytes = text.bytes; /* the length first, so that no two requests run together */
    crypto_generichash_update(state, (const unsigned char *)&bytes, sizeof bytes);
    if (text.bytes > 0) {
        crypto_generichash_update(state, (const unsigned char *)text.data, text.bytes);
    }
}

enum status call_read_idempotency_key(struct call *call)
{
    const struct http_request *request = &call->exchange->request;
    struct text key = http_header_value(request, "Idempotency-Key");
    if (key.data == NULL) {
        return STATUS_OK;
    }
    bool is_plain = key.bytes > 0 && key.bytes <= KEY_BYTES_MAX;
    for (size_t i = 0; is_plain && i < key.bytes; i++) {
        is_plain = key.data[i] > ' ' && key.data[i] < 0x7F;
    }
    if (!is_plain) {
        problem_say(call->exchange, 400, "bad_idempotency_key",
                    "Idempotency-Key must be 1 to 255 visible ASCII characters.");
        return STATUS_REFUSED;
    }
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    hash_text(&state, request->method_name);
    hash_text(&state, request->target);
    hash_text(&state, http_header_value(request, "If-Match"));
    hash_text(&state, request->body);
    crypto_generichash_final(&state, call->body_hash, HASH_BYTES);
    call->idempotency_key = key;
    return STATUS_OK;
}

static void answer_kept(struct call *call, const struct reply *reply)
{
    struct http_answer *answer = &call->exchange->answer;
    *answer = (struct http_answer){
        .status = (int)reply->http_status,
        .content_type = reply->body.bytes == 0      ? NO_TEXT
                        : reply->http_status >= 400 ? TEXT("application/problem+json")
                                                    : TEXT("application/json"),
        .body = reply->body,
    };
    if (reply->etag.data != NULL) {
        http_answer_header(answer, "ETag", reply->etag);
    }
    http_answer_header(answer, "Idempotent-Replayed", TEXT("true"));
}

/* OK or REFUSED when the kept reply has been given, ABSENT when there is none. */
static enum status try_kept(struct call *call, struct store *store)
{
    struct reply reply;
    enum status status =
        reply_find(store, call->arena, call->caller.name, call->idempotency_key, &reply);
    if (status != STATUS_OK) {
        return status;
    }
    if (!text_equals(reply.hash, encode_hex(call->arena, call->body_hash, HASH_BYTES))) {
        problem_say(call->exchange, 422, "idempotency_key_reused",
                    "This Idempotency-Key was used for another request. Use a new key for a new "
                    "request.");
        return STATUS_REFUSED;
    }
    answer_kept(call, &reply);
    return STATUS_OK;
}

static enum status keep(struct call *call, struct store *store)
{
    const struct http_answer *answer = &call->exchange->answer;
    struct reply reply = {
        .hash = encode_hex(call->arena, call->body_hash, HASH_BYTES),
        .http_status = answer->status,
        .body = answer->body.data ? answer->body : TEXT(""),
    };
    for (size_t i = 0; i < answer->header_count; i++) {
        if (text_equals(answer->headers[i].name, TEXT("ETag"))) {
            reply.etag = answer->headers[i].value;
        }
    }
    return reply_keep(store, call->caller.name, call->idempotency_key, &reply, call->now_ms);
}

/* What a handler may return unhandled; anything else it should have dealt with. */
static bool is_fault(enum status status)
{
    switch (status) {
    case STATUS_BUSY:
    case STATUS_TIMEOUT:
    case STATUS_UNAVAILABLE:
    case STATUS_FULL:
    case STATUS_CORRUPT:
    case STATUS_NEWER:
    case STATUS_UNCERTAIN:
        return true;
    case STATUS_OK:
    case STATUS_ABSENT:
    case STATUS_EXISTS:
    case STATUS_CONFLICT:
    case STATUS_REFUSED:
    case STATUS_MALFORMED:
    case STATUS_TOO_LARGE:
    case STATUS_COUNT:
        break;
    }
    return false;
}

static enum status handle(struct call *call)
{
    if (call->is_refused) {
        return STATUS_REFUSED;
    }
    call->exchange->answer = (struct http_answer){.status = 0};
    call->effects = (struct work_effects){0};
    call->hold_until_ms = 0;
    log_trace(problem_trace_id(call->exchange));
    enum status status = call->route->handle(call);
    log_trace(NO_TEXT);
    if (status == STATUS_OK || status == STATUS_REFUSED) {
        MUST(call->exchange->answer.status != 0); /* it said something */
        return status;
    }
    if (is_fault(status) || status == STATUS_CONFLICT) {
        return status;
    }
    log_line(LOG_ERROR, "runtime", "a handler left a status unhandled",
             LOG_TEXT("operation", text_of(call->route->operation)),
             LOG_TEXT("status", text_of(status_name(status))),
             LOG_TEXT("trace", problem_trace_id(call->exchange)));
    problem_fault(call->exchange, status);
    return STATUS_REFUSED;
}

/* OK when the store is as it was before this call. ABSENT: that would need the mark it lacks. */
static enum status undo(struct call *call)
{
    if (SEEDED_BUG("undo_missing")) {
        return STATUS_OK;
    }
    if (call->has_mark) {
        return store_undo(call->store);
    }
    return store_is_untouched(call->store, call->writes_before) ? STATUS_OK : STATUS_ABSENT;
}

/* A refusal is kept too: the same key gives the same answer, even if it could succeed by now. */
static enum status keep_if_keyed(struct call *call, enum status status, bool *wrote)
{
    bool is_keyed = call->idempotency_key.data != NULL;
    if (!is_keyed || call->exchange->answer.status >= 500 || SEEDED_BUG("reply_not_kept")) {
        return status;
    }
    enum status kept = keep(call, call->store);
    *wrote = *wrote || kept == STATUS_OK;
    return kept == STATUS_OK ? status : kept;
}

static struct work_outcome outcome_of(const struct call *call, enum status status, bool wrote)
{
    if (status == STATUS_OK || status == STATUS_REFUSED) {
        return (struct work_outcome){.result = WORK_DONE, .wrote = wrote, .effects = call->effects};
    }
    return (struct work_outcome){.result = status == STATUS_CONFLICT ? WORK_AGAIN : WORK_FAULT,
                                 .fault = status};
}

/* True when the store is as it was before the call; else outcome_out says what that means. */
static bool has_undone(struct call *call, struct work_outcome *outcome_out)
{
    enum status undone = undo(call);
    *outcome_out = (struct work_outcome){
        .result = undone == STATUS_ABSENT ? WORK_NEEDS_MARK : WORK_FAULT,
        .fault = undone,
    };
    return undone == STATUS_OK;
}

/* Handles the call; what was refused or lost a race is undone. */
static struct work_outcome handle_and_keep(struct call *call)
{
    struct work_outcome outcome;
    enum status status = handle(call);
    bool wrote = status == STATUS_OK;
    bool is_undone = status == STATUS_REFUSED || status == STATUS_CONFLICT;
    if (is_undone && !has_undone(call, &outcome)) {
        return outcome;
    }
    if (is_undone) {
        call->effects = (struct work_effects){0};
    }
    if (status == STATUS_OK || status == STATUS_REFUSED) {
        status = keep_if_keyed(call, status, &wrote);
        if (status == STATUS_CONFLICT && !has_undone(call, &outcome)) {
            return outcome;
        }
    }
    return outcome_of(call, status, wrote);
}

static struct call *call_of(struct work *work)
{
    return (struct call *)(void *)((char *)work - offsetof(struct call, work));
}

static struct work_outcome run_write(struct work *work, struct store *store, bool with_mark)
{
    struct call *call = call_of(work);
    struct work_outcome outcome = {.result = WORK_FAULT};
    call->store = store;
    call->has_mark = with_mark;
    call->writes_before = store->writes;
    enum status status = with_mark ? store_mark(store) : STATUS_OK;
    if (status != STATUS_OK) { /* without its mark nothing can be undone, not even a lost race */
        outcome.fault = status;
        return outcome;
    }
    FAULT_POINT("call_begun");
    if (call->idempotency_key.data != NULL) {
        status = try_kept(call, store);
        if (status == STATUS_CONFLICT && !has_undone(call, &outcome)) {
            return outcome;
        }
        if (status != STATUS_ABSENT) {
            return outcome_of(call, status, false);
        }
    }
    outcome = handle_and_keep(call);
    FAULT_POINT("call_ran");
    return outcome;
}

void call_run_read(struct call *call, struct store *store)
{
    call->store = store;
    enum status status = handle(call);
    if (status != STATUS_OK && status != STATUS_REFUSED) {
        problem_fault(call->exchange, status);
    }
}

static atomic_bool logs_requests;

void call_log_requests(bool logs)
{
    atomic_store(&logs_requests, logs);
}

static void log_request(const struct call *call, int64_t ns)
{
    char person[ID_TEXT_BYTES + 1] = "";
    if (!id_is_none(call->caller.person)) {
        id_write(call->caller.person, person);
    }
    log_line(LOG_INFO, call->service->name, "a request was answered",
             LOG_TEXT("operation", text_of(call->route->operation)),
             LOG_NUMBER("http_status", call->exchange->answer.status),
             LOG_NUMBER("took_us", ns / 1000), LOG_TEXT("person", text_of(person)),
             LOG_TEXT("who", call->caller.name), LOG_TEXT("address", call->exchange->request.peer),
             LOG_TEXT("trace", problem_trace_id(call->exchange)));
}

void call_count(struct call *call)
{
    struct bound_route *bound = call->bound;
    int64_t ns = clock_monotonic_ns() - call->exchange->started_ns;
    unsigned bucket = 0;
    while (bucket < LATENCY_BUCKETS - 1 && ns > ((int64_t)100000 << bucket)) {
        bucket++;
    }
    unsigned class = (unsigned)call->exchange->answer.status / 100;
    MUST(class < ROUTE_CLASSES);
    atomic_fetch_add_explicit(&bound->answers[class], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&bound->latencies[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&bound->latency_ns_sum, (unsigned long)ns, memory_order_relaxed);
    if (atomic_load_explicit(&logs_requests, memory_order_relaxed)) {
        log_request(call, ns);
    }
}

/* If-None-Match on a read: the client has this revision already. */
static void answer_not_modified(struct http_exchange *exchange)
{
    struct http_answer *answer = &exchange->answer;
    struct text wanted = http_header_value(&exchange->request, "If-None-Match");
    if (wanted.data == NULL || answer->status != 200) {
        return;
    }
    for (size_t i = 0; i < answer->header_count; i++) {
        if (text_equals(answer->headers[i].name, TEXT("ETag")) &&
            text_equals(answer->headers[i].value, wanted)) {
            answer->status = 304;
            answer->body = NO_TEXT;
            answer->content_type = NO_TEXT;
        }
    }
}

void call_finish(struct call *call)
{
    bool is_service = call->caller.kind == CALLER_SERVICE && id_is_none(call->caller.person);
    if (is_service) { /* so that nobody else's 404 is taken for ours */
        http_answer_header(&call->exchange->answer, "Kontora-Operation",
                           text_of(call->route->operation));
    }
    if (call->route->kind != ROUTE_WRITES) {
        answer_not_modified(call->exchange);
    }
    call_count(call);
    http_finish(call->exchange);
}

static void finish_write(struct work *work, enum status status)
{
    struct call *call = call_of(work);
    if (status == STATUS_OK && waiting_room_keep(call)) {
        return;
    }
    if (status != STATUS_OK) {
        problem_fault(call->exchange, status);
    }
    call_finish(call);
}

const struct work_ops call_work_ops = {
    .name = "request", .run = run_write, .finish = finish_write, .is_impatient = true};
