/* intake_retry.c - what is due: parked messages, errands whose deadline has passed. */
#include "base/fault.h"
#include "base/log.h"
#include "bus/message_trace.h"
#include "runtime/host.h"
#include "runtime/intake/errand_store.h"
#include "runtime/intake/intake.h"
#include "runtime/intake/intake_apply.h"
#include "runtime/intake/parked_store.h"

enum { PIECE = 32, ARENA_BYTES_MAX = 16 * 1024 * 1024 };

/* Undone alone, and dead or due later. */
static enum status fail(struct chore_run *run, const struct parked *parked,
                        const struct applying *applying)
{
    int64_t due_at =
        applying->is_hopeless ? 0 : retry_due(&applying->retry, applying->attempt, run->now_ms);
    log_line(due_at ? LOG_WARNING : LOG_ERROR, run->host->service->name,
             due_at ? "a parked message has failed again"
                    : "a message is dead: see kontora dead list",
             LOG_TEXT("handler", parked->handler), LOG_TEXT("source", parked->source),
             LOG_TEXT("subject", parked->subject), LOG_NUMBER("attempt", applying->attempt),
             LOG_TEXT("reason", applying->reason), LOG_TEXT("trace", applying->message->trace));
    work_add_effects(&run->effects, &(struct work_effects){.alarm_at = due_at});
    TRACE(message_trace_failed(run->store, "retry_failed", run->host->service->name,
                               applying->message, due_at == 0));
    return parked_failed(run->store, parked, applying->reason, due_at, run->now_ms);
}

static enum status retry_one(struct chore_run *run, struct arena *arena,
                             const struct parked *parked)
{
    struct message message = {.trace = NO_TEXT};
    struct applying applying = {
        .host = run->host,
        .store = run->store,
        .arena = arena,
        .message = &message,
        .parked = parked,
        .attempt = (unsigned)parked->attempts + 1,
        .now_ms = run->now_ms,
        .has_mark = true,
    };
    enum status status = message_read(arena, parked->message, &message, &applying.reason);
    if (status != STATUS_OK) {
        applying.is_hopeless = true;
        return fail(run, parked, &applying);
    }
    status = store_mark(run->store);
    if (status != STATUS_OK) {
        return status;
    }
    status = intake_apply(&applying);
    if (status == STATUS_OK) {
        work_add_effects(&run->effects, &applying.effects);
        TRACE(message_trace(run->store, "retry", run->host->service->name, &message));
        FAULT_POINT("retry_applied");
        return parked_remove(run->store, parked, run->now_ms);
    }
    enum status undone = store_undo(run->store);
    return undone == STATUS_OK ? fail(run, parked, &applying) : undone;
}

/* ABSENT: nothing is due now. */
static enum status retry_next(struct chore_run *run, struct arena *arena)
{
    struct parked parked;
    enum status status = parked_next_due(run->store, arena, run->now_ms, &parked, &run->next_at);
    return status == STATUS_OK ? retry_one(run, arena, &parked) : status;
}

/* A piece of what is due; each has the arena to itself. */
static enum status run_piece(struct chore_run *run,
                             enum status (*run_next)(struct chore_run *run, struct arena *arena))
{
    struct arena *arena = arena_create("what is due", ARENA_BYTES_MAX);
    enum status status = STATUS_OK;
    for (int i = 0; i < PIECE && status == STATUS_OK; i++) {
        arena_reset(arena);
        status = run_next(run, arena);
    }
    arena_destroy(&arena);
    run->more = status == STATUS_OK;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status intake_retry(struct chore_run *run)
{
    return run_piece(run, retry_next);
}

enum status intake_free_orphans(struct chore_run *run)
{
    int64_t freed = 0;
    enum status status = parked_promote(run->store, run->now_ms, &freed);
    if (freed > 0) {
        work_add_effects(&run->effects, &(struct work_effects){.alarm_at = run->now_ms});
    }
    return status;
}

/* It is over whatever its handler says; what that has failed at is parked. */
static enum status expire_one(struct chore_run *run, struct arena *arena,
                              const struct errand_row *errand)
{
    struct errand_row settled;
    struct message message = intake_expiry(run->host, errand, run->now_ms);
    struct applying applying = {
        .host = run->host,
        .store = run->store,
        .arena = arena,
        .message = &message,
        .attempt = 1,
        .now_ms = run->now_ms,
        .has_mark = true,
    };
    const struct errand_end end = {
        .id = errand->id, .state = outcome_expired, .now_ms = run->now_ms};
    enum status status = errand_settle(run->store, arena, &end, &settled);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status; /* its reply has just come */
    }
    status = store_mark(run->store);
    if (status != STATUS_OK) {
        return status;
    }
    status = intake_apply(&applying);
    if (status != STATUS_OK) {
        enum status undone = store_undo(run->store);
        status = undone == STATUS_OK ? intake_park(&applying) : undone;
    }
    work_add_effects(&run->effects, &applying.effects);
    return status;
}

static enum status expire_next(struct chore_run *run, struct arena *arena)
{
    struct errand_row errand;
    enum status status =
        errand_next_expired(run->store, arena, run->now_ms, &errand, &run->next_at);
    return status == STATUS_OK ? expire_one(run, arena, &errand) : status;
}

enum status intake_expire(struct chore_run *run)
{
    return run_piece(run, expire_next);
}

enum status intake_forget(struct chore_run *run)
{
    int64_t forgotten = 0;
    enum status status = errand_forget_old(run->store, run->now_ms, &forgotten);
    run->more = forgotten > 0;
    return status;
}
