/* schedule_run.c - schedules that are due, by their policy, and each time once.
 *
 * The row moves to its next time in the transaction of the handler, and only from the time that was
 * seen: of two processes that see the same one, the second finds it moved.
 */
#include "runtime/later/schedule_run.h"

#include "base/fault.h"
#include "runtime/host.h"
#include "runtime/later/later_batch.h"
#include "runtime/later/schedule_store.h"

#include <sodium.h>

static const struct later_schedule *find_schedule(const struct later *later,
                                                  const struct schedule_state *state)
{
    for (size_t i = 0; i < later->schedule_count; i++) {
        const struct later_schedule *schedule = &later->schedules[i];
        /* Another text is of another version of the program, which will see to it. */
        if (text_equals(text_of(schedule->row->name), state->name) &&
            text_equals(schedule->written, state->written)) {
            return schedule;
        }
    }
    return NULL;
}

struct firing {
    struct later_batch *batch;
    const struct schedule_state *state;
    struct schedule_plan plan;
};

/* One time of one schedule is one message, whoever runs it and however often it is tried: a UUID of
 * version 8, made of what it stands for. */
static struct id id_of(const struct firing *firing)
{
    const char *service = firing->batch->run->host->service->name;
    struct text stands_for =
        text_format(firing->batch->arena, "%s %.*s %lld", service, TEXT_ARGS(firing->state->name),
                    (long long)firing->plan.told_at);
    struct id id;
    crypto_generichash(id.bytes, sizeof id.bytes, (const unsigned char *)stands_for.data,
                       stands_for.bytes, NULL, 0);
    id.bytes[6] = (uint8_t)(0x80 | (id.bytes[6] & 0x0F));
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3F));
    return id;
}

static struct message message_of(const struct firing *firing)
{
    return later__message(firing->batch,
                          &(struct later_message){
                              .id = id_of(firing),
                              .name = firing->state->name,
                              .subject = firing->state->name,
                              .data = TEXT("{}"),
                              .actor = text_of(firing->batch->run->host->service->name),
                              .due_at = firing->plan.told_at,
                          });
}

static enum status move(const struct firing *firing)
{
    enum status status = schedule_move(firing->batch->run->store, firing->state,
                                       firing->plan.next_at, firing->plan.told_at);
    FAULT_POINT("schedule_moved");
    return status;
}

static enum status run_or_park(const struct firing *firing)
{
    struct message message = message_of(firing);
    enum status status = later__run(firing->batch, &message);
    FAULT_POINT("schedule_ran");
    if (status == STATUS_OK) {
        return STATUS_OK;
    }
    status = store_undo(firing->batch->run->store);
    if (status == STATUS_OK) {
        status = move(firing);
    }
    return status == STATUS_OK ? later__park(firing->batch, &message) : status;
}

/* ABSENT: another process has it. */
static enum status fire(const struct firing *firing)
{
    arena_reset(firing->batch->arena);
    enum status status = store_mark(firing->batch->run->store);
    if (status == STATUS_OK) {
        status = move(firing);
    }
    if (status == STATUS_OK && firing->plan.runs) {
        status = run_or_park(firing);
    }
    return status;
}

/* Fires this one until it is no longer due, or the piece is full. */
static enum status run_one(struct later_batch *batch, const struct later_schedule *schedule,
                           struct schedule_state *state, int64_t *left)
{
    struct chore_run *run = batch->run;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && *left > 0 && state->due_at != 0 && state->due_at <= run->now_ms) {
        struct firing firing = {
            .batch = batch,
            .state = state,
            .plan = schedule_plan(schedule, run->host->later->zone, state->due_at, run->now_ms),
        };
        status = fire(&firing);
        if (status == STATUS_OK) {
            state->due_at = firing.plan.next_at;
            state->last_at = firing.plan.told_at;
        }
        (*left)--;
    }
    if (status == STATUS_ABSENT) { /* look at it again */
        later__was_overtaken(batch);
        run->more = true;
        state->due_at = 0;
        status = STATUS_OK;
    }
    return status;
}

static void note_next(struct chore_run *run, int64_t due_at)
{
    if (due_at == 0) {
        return;
    }
    if (due_at <= run->now_ms) {
        run->more = true;
    } else if (run->next_at == 0 || due_at < run->next_at) {
        run->next_at = due_at;
    }
}

static enum status run_all(struct later_batch *batch, const struct rows *rows)
{
    struct schedule_state *states = rows->items;
    int64_t left = later__piece(batch->run->store);
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < rows->count; i++) {
        const struct later_schedule *schedule = find_schedule(batch->run->host->later, &states[i]);
        if (schedule != NULL) {
            status = run_one(batch, schedule, &states[i], &left);
            note_next(batch->run, states[i].due_at);
        }
    }
    return status;
}

enum status later_run_schedules(struct chore_run *run)
{
    struct rows rows;
    struct later_batch batch;
    MUST(run->host->later != NULL);
    if (run->host->later->schedule_count == 0) {
        return STATUS_OK;
    }
    enum status status = schedule_list(run->store, run->arena, &rows);
    if (status != STATUS_OK || rows.count == 0) {
        return status;
    }
    later__begin(&batch, run);
    status = run_all(&batch, &rows);
    later__end(&batch);
    return status;
}
