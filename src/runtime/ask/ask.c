/* ask.c - one ask from beginning to end. */
#include "runtime/ask.h"

#include "base/clock.h"
#include "runtime/ask/ask_inside.h"
#include "runtime/problem.h"

enum { DESK_BYTES_MAX = 128 * 1024 * 1024 };

/* ---- the desk ---- */

struct ask_desk *ask_desk_take(struct ask_shelf *shelf)
{
    pthread_mutex_lock(&shelf->lock);
    struct ask_desk *desk = shelf->free;
    if (desk != NULL) {
        shelf->free = desk->next;
    }
    pthread_mutex_unlock(&shelf->lock);
    if (desk == NULL) {
        desk = memory_take(sizeof *desk);
        desk->arena = arena_create("ask", DESK_BYTES_MAX);
    }
    return desk;
}

void ask_desk_give(struct ask_shelf *shelf, struct ask_desk *desk)
{
    arena_reset(desk->arena);
    pthread_mutex_lock(&shelf->lock);
    desk->next = shelf->free;
    shelf->free = desk;
    pthread_mutex_unlock(&shelf->lock);
}

/* ---- the ask ---- */

static struct ask_plan *find_plan(const struct call *call, const struct ask *ask)
{
    const struct service *service = call->host->service;
    MUST(ask >= service->asks && ask < service->asks + service->ask_count); /* a row of its table */
    return &call->host->asker->plans[call->host->index][ask - service->asks];
}

static struct text trace_of(const struct call *call)
{
    if (call->exchange != NULL) {
        return problem_trace_id(call->exchange);
    }
    return call->message != NULL ? call->message->trace : NO_TEXT;
}

static int64_t give_up_at(const struct call *call)
{
    int64_t at_ms = clock_monotonic_ms() + call->host->asker->options.deadline_ms;
    bool is_in_haste = call->give_up_at_ms != 0 && call->give_up_at_ms < at_ms;
    return is_in_haste ? call->give_up_at_ms : at_ms;
}

/* A handler that has nothing to add just returns REFUSED: then this is its answer. */
static void refuse_for_it(struct call *call)
{
    static const struct refusal refused = {"other_service_refused", 409,
                                           "Another service that is needed here has refused."};
    call->refusal = &refused;
    if (call->exchange != NULL) {
        problem_say(call->exchange, refused.http_status, refused.code, refused.text);
    }
}

static enum status ask_and_read(struct ask_run *run, const void *sends, void *answer_out)
{
    enum status status = ask_write(run, sends);
    if (status == STATUS_OK) {
        status = run->plan->host != NULL ? ask_run_here(run) : ask_run_there(run);
    }
    return status == STATUS_OK ? ask_read(run, answer_out) : status;
}

enum status ask(struct call *call, const struct ask *ask, const void *sends, void *answer_out)
{
    /* It waits: in a transaction that writes, everybody else would wait with it. */
    MUST(call->store == NULL || call->store->state == STORE_READING);
    MUST(call->host != NULL && call->host->asker != NULL);
    struct ask_plan *plan = find_plan(call, ask);
    struct ask_run run = {
        .asker = call->host->asker,
        .plan = plan,
        .call = call,
        .desk = ask_desk_take(plan->shelf),
        .give_up_at_ms = give_up_at(call),
        .trace = trace_of(call),
    };
    enum status status = ask_and_read(&run, sends, answer_out);
    ask_desk_give(plan->shelf, run.desk);
    if (status == STATUS_REFUSED) {
        refuse_for_it(call);
    }
    return status;
}
