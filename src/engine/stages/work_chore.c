/* work_chore.c - once a second: whose lease has ended has failed, and who waits hears of what is
 * due.
 *
 * A commit of this process runs those who wait at once; what comes due later, or was put there by
 * another process, is found here. Without anybody who waits this is one look at an index.
 */
#include "engine/stages/work_parts.h"

#include "base/log.h"
#include "engine/run/case_move.h"
#include "runtime/host.h"
#include "runtime/waiting_room.h"

enum {
    LOOK_EVERY_MS = 1000,
    ENDED_AT_ONCE = 20,          /* cases moved in one transaction */
    PUT_OFF_MS = 10 * 60 * 1000, /* of what cannot be moved here now */
};

static enum status fail_one(struct chore_run *run, const struct work_row *row)
{
    struct step step = {.call = run->call, .actor = TEXT("lease")};
    enum status status = case_move_begin(&step, row->case_id);
    bool is_of_the_case = run->store->state == STORE_WRITING; /* and not of the store */
    if (is_of_the_case && (status == STATUS_UNAVAILABLE || status == STATUS_CORRUPT)) {
        status = work_put_off(run->store, row, run->now_ms + PUT_OFF_MS);
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    if (status == STATUS_OK) {
        status = work_take_back(run->store, row);
    }
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status; /* he has answered just now */
    }
    int transition = workflow_transition(step.record->recipe->workflow, row->stage);
    MUST(transition != WORKFLOW_NOWHERE && step.record->is_waiting[transition]);
    status = stage_settle(&step, transition,
                          &(struct stage_result){
                              .has_failed = true,
                              .code = TEXT("no_answer"),
                              .message = TEXT("Whoever had it did not answer in time."),
                          });
    return status == STATUS_OK ? case_move_end(&step) : status;
}

static enum status end_leases(struct chore_run *run)
{
    struct rows rows = {.count = 0};
    enum status status = work_list_ended(run->store, run->arena, run->now_ms, &rows);
    const struct work_row *row = rows.items;
    for (size_t i = 0; i < rows.count && i < ENDED_AT_ONCE && status == STATUS_OK; i++) {
        status = fail_one(run, &row[i]);
    }
    run->more = rows.count > ENDED_AT_ONCE;
    return status;
}

static enum status look_for_waiting(struct chore_run *run)
{
    struct waiting_room *room = run->host->waiting_room;
    uint64_t topics = room != NULL ? waiting_room_tick(room) : 0;
    struct texts queues = {.count = 0};
    if (topics != 0) {
        queues = work_queues(run->arena, run->host->service->catalog);
    }
    for (size_t i = 0; i < queues.count; i++) {
        int64_t count = 0;
        if ((topics & waiting_room_topic(queues.items[i])) == 0) {
            continue;
        }
        enum status status =
            work_count_due(run->store, run->arena, queues.items[i], run->now_ms, &count);
        if (status != STATUS_OK) {
            return status;
        }
        for (int64_t k = 0; k < count; k++) {
            call_stir(run->call, queues.items[i]);
        }
    }
    return STATUS_OK;
}

static enum status look_after_work(struct chore_run *run)
{
    enum status status = end_leases(run);
    return status == STATUS_OK ? look_for_waiting(run) : status;
}

const struct chore work_chore = {
    .name = "look_after_work", .run = look_after_work, .every_ms = LOOK_EVERY_MS};
