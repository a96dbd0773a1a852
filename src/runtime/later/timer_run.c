/* timer_run.c - timers and delayed commands whose time has come.
 *
 * A row is taken away first, in the transaction of its effect. Who looks at the same row in another
 * process waits for that, and then finds nothing: so each runs once.
 */
#include "runtime/later/timer_run.h"

#include "base/fault.h"
#include "runtime/host.h"
#include "runtime/later/later_batch.h"
#include "runtime/later/timer_store.h"
#include "runtime/telling.h"

enum { TRIES_MAX = 3 };

/* ABSENT: somebody else has it, or it was cleared, or moved. */
static enum status take(struct later_batch *batch, const struct timer_key *key,
                        struct message *message_out)
{
    struct timer_row row;
    arena_reset(batch->arena);
    batch->has_failed = false;
    enum status status = timer_take(batch->run->store, batch->arena, key, &row);
    if (status == STATUS_OK) {
        FAULT_POINT("timer_taken");
        *message_out = later__message(batch, &(struct later_message){.id = row.id,
                                                                     .name = row.name,
                                                                     .subject = row.subject,
                                                                     .data = row.data,
                                                                     .actor = row.actor,
                                                                     .trace = row.trace,
                                                                     .due_at = row.due_at});
    } else if (status == STATUS_ABSENT) {
        later__was_overtaken(batch);
    }
    return status;
}

static enum status run_one(struct later_batch *batch, const struct timer_key *key)
{
    struct message message;
    enum status status = take(batch, key, &message);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    status = later__run(batch, &message);
    FAULT_POINT("timer_ran");
    return status;
}

/* Takes it once more, after the undo, and parks it. */
static enum status park_one(struct later_batch *batch, const struct timer_key *key)
{
    struct message message;
    enum status status = take(batch, key, &message);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    status = later__park(batch, &message);
    FAULT_POINT("timer_parked");
    return status;
}

/* Behind a mark of its own. A handler that has lost a race sees the winner's rows when it runs
 * again; only who loses always has failed. */
static enum status run_or_park_one(struct later_batch *batch, const struct timer_key *key)
{
    struct store *store = batch->run->store;
    enum status status = store_mark(store);
    if (status != STATUS_OK) {
        return status;
    }
    enum status ran = run_one(batch, key);
    for (int i = 1; i < TRIES_MAX && ran == STATUS_CONFLICT; i++) {
        status = store_undo(store);
        if (status != STATUS_OK) {
            return status;
        }
        ran = run_one(batch, key);
    }
    if (ran == STATUS_OK || !batch->has_failed) { /* or it could not even be taken */
        return ran;
    }
    status = store_undo(store);
    return status == STATUS_OK ? park_one(batch, key) : status;
}

static enum status run_or_park_each(struct later_batch *batch, const struct rows *due)
{
    const struct timer_key *keys = due->items;
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < due->count; i++) {
        status = run_or_park_one(batch, &keys[i]);
    }
    return status;
}

/* A mark costs as much as a small write, and few timers need theirs: so all of them run behind one,
 * and only when one fails are they run again, each behind its own. */
static enum status run_all(struct later_batch *batch, const struct rows *due)
{
    const struct timer_key *keys = due->items;
    enum status status = store_mark(batch->run->store);
    if (status != STATUS_OK) {
        return status;
    }
    for (size_t i = 0; status == STATUS_OK && i < due->count; i++) {
        status = run_one(batch, &keys[i]);
    }
    if (status == STATUS_OK) {
        return STATUS_OK;
    }
    status = store_undo(batch->run->store);
    batch->effects = (struct work_effects){0};
    return status == STATUS_OK ? run_or_park_each(batch, due) : status;
}

static enum status run_timers(struct chore_run *run)
{
    struct rows due;
    struct later_batch batch;
    enum status status =
        timer_list_due(run->store, run->arena, run->now_ms, later__piece(run->store), &due);
    if (status != STATUS_OK || due.count == 0) {
        return status;
    }
    later__begin(&batch, run);
    status = run_all(&batch, &due);
    later__end(&batch);
    return status;
}

/* The row says all of it: it is told even when the errand is no longer in the table. */
static enum status tell_now(struct chore_run *run, const struct delayed *delayed)
{
    const struct errand errand = {
        .service = text_copy(run->arena, delayed->service).data,
        .command = text_copy(run->arena, delayed->command).data,
        .deadline_ms = delayed->deadline_ms,
    };
    const struct message behind = {.actor = delayed->actor, .trace = delayed->trace};
    struct call call = {
        .arena = run->arena,
        .store = run->store,
        .service = run->host->service,
        .host = run->host,
        .caller = {.kind = CALLER_SERVICE, .name = text_of(run->host->service->name)},
        .now_ms = run->now_ms,
        .expected_revision = FIELD_NONE,
        .message = &behind,
    };
    enum status status = telling_errand(&call, &errand, delayed->subject, delayed->data, NULL);
    work_add_effects(&run->effects, &call.effects);
    return status;
}

/* Only the store can make this fail, and then all of it is tried again. */
static enum status tell_one(struct chore_run *run, const struct delayed_key *key)
{
    struct delayed delayed;
    enum status status = delayed_take(run->store, run->arena, key, &delayed);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    FAULT_POINT("delayed_taken");
    return tell_now(run, &delayed);
}

static enum status tell_commands(struct chore_run *run)
{
    struct rows due;
    enum status status =
        delayed_list_due(run->store, run->arena, run->now_ms, later__piece(run->store), &due);
    const struct delayed_key *keys = due.items;
    for (size_t i = 0; status == STATUS_OK && i < due.count; i++) {
        status = tell_one(run, &keys[i]);
    }
    return status;
}

enum status later_run_timers(struct chore_run *run)
{
    int64_t soonest_at = 0;
    enum status status = timer_soonest(run->store, run->arena, &soonest_at);
    if (status != STATUS_OK || soonest_at == 0 || soonest_at > run->now_ms) {
        run->next_at = soonest_at;
        return status;
    }
    status = tell_commands(run);
    if (status == STATUS_OK) {
        status = run_timers(run);
    }
    if (status == STATUS_OK) {
        status = timer_soonest(run->store, run->arena, &soonest_at);
    }
    run->more = soonest_at != 0 && soonest_at <= run->now_ms;
    run->next_at = soonest_at;
    return status;
}
