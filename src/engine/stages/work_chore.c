/* work_chore.c - once a second: whose lease has ended has failed, and who waits hears of what is
 * due. What was sent away over a broker has not failed as long as something waits there: then
 * nobody may have seen it yet.
 *
 * A commit of this process runs those who wait at once; what comes due later, or was put there by
 * another process, is found here. Without anybody who waits this is one look at an index.
 */
#include "engine/stages/work_parts.h"

#include "base/log.h"
#include "engine/run/case_move.h"
#include "runtime/host.h"
#include "runtime/post/post.h"
#include "runtime/waiting_room.h"

enum {
    LOOK_EVERY_MS = 1000,
    ENDED_AT_ONCE = 20,          /* cases moved in one transaction */
    PUT_OFF_MS = 10 * 60 * 1000, /* of what cannot be moved here now */
};

/* Has he had his time? What was sent away may still wait in the broker, unseen. */
static enum post_lease judge(const struct chore_run *run, const struct work_row *row)
{
    return text_equals(row->worker, work_sent_away)
               ? post_judge_lease(atomic_load(&run->host->post), row->queue, row->due_at)
               : POST_LEASE_ENDED;
}

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

static enum status hold_on(struct chore_run *run, const struct work_row *row)
{
    const struct post *post = atomic_load(&run->host->post);
    enum status status = work_put_off(run->store, row, run->now_ms + post_lease_ms(post));
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

static enum status end_leases(struct chore_run *run)
{
    struct rows rows = {.count = 0};
    enum status status = work_list_ended(run->store, run->arena, run->now_ms, &rows);
    const struct work_row *row = rows.items;
    size_t ended = 0;
    for (size_t i = 0; i < rows.count && ended < ENDED_AT_ONCE && status == STATUS_OK; i++) {
        switch (judge(run, &row[i])) {
        case POST_LEASE_ENDED:
            status = fail_one(run, &row[i]);
            ended++;
            break;
        case POST_LEASE_HOLDS:
            status = hold_on(run, &row[i]);
            break;
        case POST_LEASE_UNKNOWN:
            break;
        }
    }
    run->more = ended == ENDED_AT_ONCE;
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
    post_tend(atomic_load(&run->host->post));
    enum status status = end_leases(run);
    return status == STATUS_OK ? look_for_waiting(run) : status;
}

const struct chore work_chore = {
    .name = "look_after_work", .run = look_after_work, .every_ms = LOOK_EVERY_MS};
