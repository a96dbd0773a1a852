/* intake_retry.c - what is due: parked messages, errands whose deadline has passed. */
#include "base/fault.h"
#include "base/log.h"
#include "runtime/host.h"
#include "runtime/intake/errand_store.h"
#include "runtime/intake/intake.h"
#include "runtime/intake/intake_apply.h"
#include "runtime/intake/parked_store.h"

enum { PIECE = 32 };

/* Undone alone, and dead or due later. */
static enum status fail(struct chore_run *run, const struct parked *parked,
                        const struct applying *applying)
{
    int64_t due_at =
        applying->is_hopeless ? 0 : retry_due(&applying->retry, applying->attempt, run->now_ms);
    log_line(due_at ? LOG_WARNING : LOG_ERROR, run->host->service->name,
             due_at ? "a parked message has failed again"
                    : "a message is dead: see kontora dead list",
             LOG_TEXT("message", parked->handler), LOG_TEXT("subject", parked->subject),
             LOG_NUMBER("attempt", applying->attempt), LOG_TEXT("reason", applying->reason));
    if (due_at != 0) {
        work_add_effects(&run->effects, &(struct work_effects){.alarm_at = due_at});
    }
    return parked_failed(run->store, parked, applying->reason, due_at, run->now_ms);
}

static enum status retry_one(struct chore_run *run, const struct parked *parked)
{
    struct message message;
    struct applying applying = {
        .host = run->host,
        .store = run->store,
        .arena = run->arena,
        .message = &message,
        .attempt = (unsigned)parked->attempts + 1,
        .now_ms = run->now_ms,
        .has_mark = true,
    };
    enum status status = message_read(run->arena, parked->message, &message, &applying.reason);
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
        FAULT_POINT("retry_applied");
        return parked_remove(run->store, parked, run->now_ms);
    }
    enum status undone = store_undo(run->store);
    return undone == STATUS_OK ? fail(run, parked, &applying) : undone;
}

enum status intake_retry(struct chore_run *run)
{
    enum status status = parked_promote(run->store, run->now_ms);
    for (int i = 0; i < PIECE && status == STATUS_OK; i++) {
        struct parked parked;
        int64_t due_at;
        status = parked_next_due(run->store, run->arena, run->now_ms, &parked, &due_at);
        if (status == STATUS_ABSENT) {
            run->next_at = due_at;
            return STATUS_OK;
        }
        if (status == STATUS_OK) {
            status = retry_one(run, &parked);
        }
    }
    run->more = status == STATUS_OK;
    return status;
}

/* The reply that nobody sent. It goes the way of all replies, so it counts once like them. */
static struct message expiry_of(const struct chore_run *run, const struct errand_row *errand)
{
    return (struct message){
        .id = id_new(),
        .kind = message_reply,
        .source = text_of(run->host->service->name),
        .addressee = text_of(run->host->service->name),
        .name = errand->command,
        .version = 1,
        .subject = errand->subject,
        .revision = FIELD_NONE,
        .answers = errand->id,
        .outcome = outcome_expired,
        .actor = errand->actor,
        .trace = errand->trace,
        .told_at = run->now_ms,
        .data = TEXT("{}"),
    };
}

static enum status expire_one(struct chore_run *run, const struct errand_row *errand)
{
    struct message message = expiry_of(run, errand);
    struct applying applying = {
        .host = run->host,
        .store = run->store,
        .arena = run->arena,
        .message = &message,
        .attempt = 1,
        .now_ms = run->now_ms,
        .has_mark = true,
    };
    enum status status = store_mark(run->store);
    if (status == STATUS_OK) {
        status = intake_apply(&applying);
    }
    if (status == STATUS_OK) {
        work_add_effects(&run->effects, &applying.effects);
        return STATUS_OK;
    }
    enum status undone = store_undo(run->store);
    if (undone != STATUS_OK) {
        return undone;
    }
    struct errand_row settled; /* it is over whatever its handler says; the handler is parked */
    status =
        errand_settle(run->store, run->arena, errand->id, outcome_expired, run->now_ms, &settled);
    return status == STATUS_OK ? intake_park(&applying) : status;
}

enum status intake_expire(struct chore_run *run)
{
    for (int i = 0; i < PIECE; i++) {
        struct errand_row errand;
        int64_t due_at;
        enum status status =
            errand_next_expired(run->store, run->arena, run->now_ms, &errand, &due_at);
        if (status == STATUS_ABSENT) {
            run->next_at = due_at;
            return STATUS_OK;
        }
        if (status == STATUS_OK) {
            status = expire_one(run, &errand);
        }
        if (status != STATUS_OK) {
            return status;
        }
    }
    run->more = true;
    return STATUS_OK;
}

enum status intake_forget(struct chore_run *run)
{
    int64_t forgotten = 0;
    enum status status = errand_forget_old(run->store, run->now_ms, &forgotten);
    run->more = forgotten > 0;
    return status;
}
