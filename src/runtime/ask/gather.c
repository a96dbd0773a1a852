/* gather.c - runs the gather of a route, and decides who goes on with the call. */
#include "runtime/ask/gather.h"

#include "base/log.h"
#include "runtime/idempotency_store.h"
#include "runtime/problem.h"
#include "runtime/service.h"

/* Then nobody is asked: the answer is there, even if the others are not. */
static bool is_kept(struct call *call)
{
    struct reply reply;
    return call->idempotency_key.data != NULL &&
           reply_find(call->store, call->arena, call->caller.name, call->idempotency_key, &reply) ==
               STATUS_OK;
}

static enum status gather(struct call *call)
{
    call->exchange->answer = (struct http_answer){.status = 0};
    log_trace(problem_trace_id(call->exchange));
    enum status status = call->route->gather(call);
    log_trace(NO_TEXT);
    return status;
}

void call_stop_reading(struct call *call)
{
    MUST(call->store != NULL && call->store->state == STORE_READING);
    store_rollback(call->store);
    call->store = NULL;
}

bool gather_run(struct call *call, struct store *store)
{
    call->store = store;
    enum status status = is_kept(call) ? STATUS_OK : gather(call);
    call->store = NULL; /* the executor brings its own */
    if (status == STATUS_OK) {
        return true;
    }
    if (status != STATUS_REFUSED) {
        problem_fault(call->exchange, status);
        return false;
    }
    MUST(call->exchange->answer.status != 0); /* it said something */
    call->is_refused = call->idempotency_key.data != NULL;
    return call->is_refused;
}
