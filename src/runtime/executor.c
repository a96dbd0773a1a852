/* executor.c - group commit: begin, run all that wait, commit once, answer. */
#include "runtime/executor.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/thread.h"
#include "runtime/dead/dead.h"
#include "runtime/host.h"
#include "runtime/idempotency_store.h"
#include "runtime/intake/intake.h"
#include "runtime/post/post.h"
#include "runtime/telling.h"
#include "runtime/waiting_room.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CHORES_MAX = 16,
    READY_RETRY_MS = 1000,
    LOOK_AT_START_MS = 100,
    FORGET_EVERY_MS = 10 * 60 * 1000,
    COUNT_EVERY_MS = 5 * 1000,
    LOOK_EVERY_MS = 30 * 1000, /* for what another process may have left */
    CHORE_ARENA_BYTES = 16 * 1024 * 1024,
};

struct executor {
    const struct service *service;
    struct host *host;
    struct store_source *source;
    struct store *store; /* NULL until somebody needs it */
    size_t waiting_max;
    int waiting_ms_max;
    size_t batch_max;

    struct mailbox mailbox;
    atomic_size_t waiting;
    atomic_bool stops;
    pthread_t thread;
    bool has_ended; /* of who stops it */

    /* The thread's own. */
    struct work *oldest; /* taken out of the mailbox, not run yet */
    struct work *newest;
    struct arena *chore_arena;
    struct chore chores[CHORES_MAX];
    int64_t chore_due_ms[CHORES_MAX];
    size_t chore_count;
    const atomic_bool *chores_may_run;

    atomic_llong alarm_at; /* wall ms: the soonest that somebody has asked for; 0: nobody */
    atomic_bool ready;
    atomic_ulong commits;
    atomic_ulong batches;
    atomic_ulong calls;
    atomic_ulong commit_ns_sum;
    atomic_ulong faults;
};

struct batch {
    struct work *works[EXECUTOR_BATCH_MAX];
    bool again[EXECUTOR_BATCH_MAX]; /* someone was faster than this one */
    size_t count;
    bool wrote;
    struct work_effects effects;
};

static struct work *work_of(struct mailbox_node *node)
{
    return (struct work *)(void *)((char *)node - offsetof(struct work, node));
}

static void queue(struct executor *executor, struct work *work)
{
    work->node.next = NULL;
    if (executor->newest == NULL) {
        executor->oldest = work;
    } else {
        executor->newest->node.next = &work->node;
    }
    executor->newest = work;
}

static void collect(struct executor *executor)
{
    struct mailbox_node *node = mailbox_take_all(&executor->mailbox);
    while (node != NULL) {
        struct mailbox_node *next = node->next;
        queue(executor, work_of(node));
        node = next;
    }
}

static struct work *next_work(struct executor *executor)
{
    struct work *work = executor->oldest;
    if (work != NULL) {
        executor->oldest = work->node.next ? work_of(work->node.next) : NULL;
        executor->newest = executor->oldest ? executor->newest : NULL;
    }
    return work;
}

static void finish(struct executor *executor, struct work *work, enum status status)
{
    atomic_fetch_sub_explicit(&executor->waiting, 1, memory_order_relaxed);
    work->ops->finish(work, status);
}

/* Up to batch_max pieces; the impatient that have waited too long are finished here. */
static void take_batch(struct executor *executor, struct batch *batch)
{
    int64_t now_ms = clock_monotonic_ms();
    batch->count = 0;
    while (batch->count < executor->batch_max) {
        struct work *work = next_work(executor);
        if (work == NULL) {
            break;
        }
        if (work->ops->is_impatient && now_ms - work->waiting_since_ms > executor->waiting_ms_max) {
            finish(executor, work, STATUS_BUSY);
        } else {
            batch->works[batch->count++] = work;
        }
    }
}

/* Nothing of the batch has happened: every piece of it hears so. */
static void fail_batch(struct executor *executor, struct batch *batch, enum status status)
{
    log_line(LOG_ERROR, executor->service->name, "a batch was not committed",
             LOG_TEXT("status", text_of(status_name(status))), LOG_NUMBER("calls", batch->count));
    atomic_fetch_add_explicit(&executor->faults, 1, memory_order_relaxed);
    if (status == STATUS_UNAVAILABLE || status == STATUS_UNCERTAIN) {
        atomic_store_explicit(&executor->ready, false, memory_order_relaxed); /* until it begins */
    }
    for (size_t i = 0; i < batch->count; i++) {
        finish(executor, batch->works[i], status);
    }
}

/* OK, or the fault that ended the transaction. needs_marks_out: the batch must be run again, each
 * piece behind a mark. */
static enum status run_works(struct executor *executor, struct batch *batch, bool with_marks,
                             bool *needs_marks_out)
{
    batch->wrote = false;
    batch->effects = (struct work_effects){0};
    *needs_marks_out = false;
    for (size_t i = 0; i < batch->count; i++) {
        struct work *work = batch->works[i];
        struct work_outcome outcome = work->ops->run(work, executor->store, with_marks);
        if (outcome.result == WORK_NEEDS_MARK) {
            MUST(!with_marks); /* with a mark every piece can be undone */
            *needs_marks_out = true;
            return STATUS_OK;
        }
        if (outcome.result == WORK_FAULT) {
            return outcome.fault;
        }
        batch->wrote = batch->wrote || outcome.wrote;
        batch->again[i] = outcome.result == WORK_AGAIN;
        if (outcome.result == WORK_DONE) {
            work_add_effects(&batch->effects, &outcome.effects);
        }
        if (SEEDED_BUG("reply_before_commit") && !batch->again[i]) {
            finish(executor, work, STATUS_OK);
        }
    }
    return STATUS_OK;
}

/* Has the store to recover before anyone may hear anything? */
static bool is_fatal(const struct executor *executor, enum status status)
{
    return status == STATUS_UNCERTAIN && executor->store != NULL &&
           store_has(executor->store, STORE_UNCERTAIN_IS_FATAL);
}

_Noreturn static void exit_to_recover(const struct executor *executor)
{
    log_line(
        LOG_ERROR, executor->service->name,
        "a commit met an I/O error: nobody is answered, the process exits to recover; start it "
        "again, clients may repeat with the same Idempotency-Key",
        LOG_NUMBER("exit_code", EXIT_IO));
    _exit(EXIT_IO);
}

/* What the commit sets in motion, before anybody hears of it. */
static void take_effect(struct executor *executor, const struct work_effects *effects)
{
    if (effects->alarm_at != 0) {
        host_alarm(executor->host, effects->alarm_at);
    }
    if (effects->told) {
        host_announce(executor->host);
    }
    if (effects->stir_count > 0) {
        waiting_room_stir(executor->host->waiting_room, effects->stirred, effects->stir_count);
        post_stir(atomic_load(&executor->host->post), effects->stirred);
    }
}

static void answer_batch(struct executor *executor, struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct work *work = batch->works[i];
        if (!batch->again[i]) {
            if (!SEEDED_BUG("reply_before_commit")) {
                finish(executor, work, STATUS_OK);
            }
        } else if (++work->tries >= WORK_TRIES_MAX) {
            finish(executor, work, STATUS_CONFLICT);
        } else {
            queue(executor, work); /* someone was faster: run the whole of it again */
        }
        FAULT_POINT("executor_answered_one");
    }
}

static enum status end_transaction(struct executor *executor, struct batch *batch)
{
    if (!batch->wrote) {
        store_rollback(executor->store); /* only refusals and kept replies: nothing to flush */
        return STATUS_OK;
    }
    FAULT_POINT("executor_before_commit");
    int64_t started_ns = clock_monotonic_ns();
    enum status status = store_commit(executor->store);
    FAULT_POINT("executor_after_commit");
    atomic_fetch_add_explicit(&executor->commit_ns_sum,
                              (unsigned long)(clock_monotonic_ns() - started_ns),
                              memory_order_relaxed);
    if (status == STATUS_OK) {
        atomic_fetch_add(&executor->commits, 1);
        take_effect(executor, &batch->effects);
    }
    if (SEEDED_BUG("commit_ignored")) {
        return STATUS_OK;
    }
    return status;
}

static enum status begin(struct executor *executor)
{
    enum status status = STATUS_OK;
    if (executor->store == NULL) {
        status = executor->source->open(executor->source, STORE_WRITE, &executor->store);
    }
    if (status == STATUS_OK) {
        status = store_begin(executor->store, STORE_WRITE);
    }
    atomic_store_explicit(&executor->ready, status == STATUS_OK, memory_order_relaxed);
    return status;
}

/* Runs the whole batch in one transaction and ends it. */
static enum status try_batch(struct executor *executor, struct batch *batch, bool with_marks)
{
    enum status status = begin(executor);
    if (status != STATUS_OK) {
        return status;
    }
    FAULT_POINT("executor_begun");
    bool needs_marks;
    status = run_works(executor, batch, with_marks, &needs_marks);
    if (needs_marks) {
        store_rollback(executor->store);
        return try_batch(executor, batch, true);
    }
    if (status == STATUS_OK) {
        status = end_transaction(executor, batch);
    } else {
        store_rollback(executor->store);
    }
    if (status == STATUS_CONFLICT && !with_marks && batch->count > 1) { /* who is to blame? */
        return try_batch(executor, batch, true);
    }
    if (status == STATUS_CONFLICT) { /* the transaction as a whole lost a race: all run again */
        for (size_t i = 0; i < batch->count; i++) {
            batch->again[i] = true;
        }
        status = STATUS_OK;
    }
    return status;
}

static void run_batch(struct executor *executor, struct batch *batch)
{
    enum status status = try_batch(executor, batch, false);
    if (is_fatal(executor, status)) {
        exit_to_recover(executor);
    }
    /* Counted before anybody is answered: who then looks finds himself among them. */
    atomic_fetch_add_explicit(&executor->batches, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&executor->calls, batch->count, memory_order_relaxed);
    if (status == STATUS_OK) {
        answer_batch(executor, batch);
    } else {
        fail_batch(executor, batch, status);
    }
}

static void note_chore(struct executor *executor, size_t index, const struct chore_run *run)
{
    int64_t wait_ms = run->more ? 0 : executor->chores[index].every_ms;
    if (run->next_at != 0 && run->next_at - clock_wall_ms() < wait_ms) {
        wait_ms = run->next_at - clock_wall_ms();
    }
    executor->chore_due_ms[index] = clock_monotonic_ms() + (wait_ms < 0 ? 0 : wait_ms);
}

static void run_chore(struct executor *executor, size_t index)
{
    const struct chore *chore = &executor->chores[index];
    struct chore_run run = {
        .host = executor->host,
        .store = executor->store,
        .arena = executor->chore_arena,
        .now_ms = clock_wall_ms(),
    };
    run.call = telling_call(&run);
    enum status status = begin(executor);
    if (status == STATUS_OK) {
        status = chore->run(&run);
        work_add_effects(&run.effects, &run.call->effects);
        if (status == STATUS_OK) {
            FAULT_POINT("chore_before_commit");
            status = store_commit(executor->store);
        } else {
            store_rollback(executor->store);
        }
    }
    arena_reset(executor->chore_arena);
    if (is_fatal(executor, status)) {
        exit_to_recover(executor);
    }
    if (status == STATUS_OK) {
        atomic_fetch_add(&executor->commits, 1);
        take_effect(executor, &run.effects);
    } else {
        log_line(LOG_WARNING, executor->service->name,
                 "a chore did not finish; it runs again later",
                 LOG_TEXT("chore", text_of(chore->name)),
                 LOG_TEXT("status", text_of(status_name(status))));
        run = (struct chore_run){.next_at = clock_wall_ms() + READY_RETRY_MS};
    }
    note_chore(executor, index, &run);
}

/* An alarm is for chores that wait for a time: all of them look. */
static void heed_alarm(struct executor *executor)
{
    int64_t at_ms = atomic_exchange(&executor->alarm_at, 0);
    if (at_ms == 0) {
        return;
    }
    int64_t due_ms = clock_monotonic_ms() + (at_ms - clock_wall_ms());
    for (size_t i = 0; i < executor->chore_count; i++) {
        if (executor->chores[i].heeds_alarms && due_ms < executor->chore_due_ms[i]) {
            executor->chore_due_ms[i] = due_ms;
        }
    }
}

/* Runs each chore that is due, a bounded piece of it, so that waiting calls come between; the
 * milliseconds until the next is due. */
static int run_due_chores(struct executor *executor)
{
    int64_t wait_ms = 60000;
    if (executor->chores_may_run != NULL && !atomic_load(executor->chores_may_run)) {
        return LOOK_AT_START_MS; /* what they work with is still being put together */
    }
    heed_alarm(executor);
    for (size_t i = 0; i < executor->chore_count; i++) {
        if (executor->chore_due_ms[i] <= clock_monotonic_ms()) {
            run_chore(executor, i);
        }
        int64_t left_ms = executor->chore_due_ms[i] - clock_monotonic_ms();
        wait_ms = left_ms < wait_ms ? left_ms : wait_ms;
    }
    return wait_ms < 0 ? 0 : (int)wait_ms;
}

/* A store that could not be reached is tried every second, so that readiness comes back by itself.
 */
static int try_again(struct executor *executor, int wait_ms)
{
    if (atomic_load_explicit(&executor->ready, memory_order_relaxed)) {
        return wait_ms;
    }
    if (begin(executor) == STATUS_OK) {
        store_rollback(executor->store);
        return wait_ms;
    }
    return wait_ms < READY_RETRY_MS ? wait_ms : READY_RETRY_MS;
}

static void *executor_main(void *argument)
{
    struct executor *executor = argument;
    struct batch *batch = memory_take(sizeof *batch);
    for (;;) {
        collect(executor);
        if (executor->oldest != NULL) {
            take_batch(executor, batch);
            if (batch->count > 0) {
                run_batch(executor, batch);
            }
            run_due_chores(executor); /* between batches too: there may always be one waiting */
        } else if (atomic_load(&executor->stops)) {
            if (atomic_load(&executor->waiting) == 0) {
                break;
            }
            sched_yield(); /* somebody is between being counted and being put */
        } else {
            int wait_ms = run_due_chores(executor);
            mailbox_wait(&executor->mailbox, try_again(executor, wait_ms));
        }
    }
    memory_free(batch);
    return NULL;
}

static void add_chore(struct executor *executor, const struct chore *chore)
{
    MUST(executor->chore_count < CHORES_MAX);
    executor->chores[executor->chore_count] = *chore;
    executor->chore_due_ms[executor->chore_count] = clock_monotonic_ms() + 1000;
    executor->chore_count++;
}

static const struct chore own_chores[] = {
    {.name = "forget_old_replies", .run = reply_forget_old, .every_ms = FORGET_EVERY_MS},
    {.name = "retry_parked", .run = intake_retry, .every_ms = LOOK_EVERY_MS, .heeds_alarms = true},
    {.name = "free_orphans", .run = intake_free_orphans, .every_ms = LOOK_EVERY_MS},
    {.name = "expire_errands",
     .run = intake_expire,
     .every_ms = LOOK_EVERY_MS,
     .heeds_alarms = true},
    {.name = "forget_errands", .run = intake_forget, .every_ms = FORGET_EVERY_MS},
    {.name = "count_parked", .run = dead_count, .every_ms = COUNT_EVERY_MS},
};

static void add_chores(struct executor *executor)
{
    for (size_t i = 0; i < COUNT_OF(own_chores); i++) {
        add_chore(executor, &own_chores[i]);
    }
    for (size_t i = 0; i < later_chore_count; i++) {
        add_chore(executor, &later_chores[i]);
    }
    for (size_t i = 0; i < executor->service->chore_count; i++) {
        add_chore(executor, &executor->service->chores[i]);
    }
}

struct executor *executor_start(const struct executor_options *options)
{
    MUST((options->store != NULL || options->source != NULL) && options->host != NULL);
    MUST(options->batch_max > 0 && options->batch_max <= EXECUTOR_BATCH_MAX);
    struct executor *executor = memory_take(sizeof *executor);
    executor->service = options->service;
    executor->host = options->host;
    executor->source = options->source;
    executor->store = options->store;
    executor->waiting_max = options->waiting_max;
    executor->waiting_ms_max = options->waiting_ms_max;
    executor->chores_may_run = options->chores_may_run;
    executor->batch_max = options->batch_max;
    executor->chore_arena = arena_create("chore", CHORE_ARENA_BYTES);
    mailbox_init(&executor->mailbox);
    atomic_init(&executor->ready, true);
    if (options->runs_chores) {
        add_chores(executor);
    }
    thread_start(&executor->thread, executor_main, executor, executor->service->name);
    return executor;
}

enum status executor_submit(struct executor *executor, struct work *work)
{
    /* Counted first, looked second: who sees that it has not stopped was seen waiting. */
    size_t waiting = atomic_fetch_add(&executor->waiting, 1);
    if (waiting >= executor->waiting_max || atomic_load(&executor->stops)) {
        atomic_fetch_sub_explicit(&executor->waiting, 1, memory_order_relaxed);
        return STATUS_BUSY;
    }
    work->waiting_since_ms = clock_monotonic_ms();
    mailbox_put(&executor->mailbox, &work->node);
    return STATUS_OK;
}

bool executor_is_busy(const struct executor *executor)
{
    return atomic_load_explicit(&executor->waiting, memory_order_relaxed) > 0;
}

void executor_alarm(struct executor *executor, int64_t at_ms)
{
    MUST(at_ms > 0);
    long long known = atomic_load(&executor->alarm_at);
    while (known == 0 || at_ms < known) {
        if (atomic_compare_exchange_weak(&executor->alarm_at, &known, at_ms)) {
            if (!pthread_equal(pthread_self(), executor->thread)) {
                mailbox_ring(&executor->mailbox);
            }
            return;
        }
    }
}

bool executor_is_ready(const struct executor *executor)
{
    return atomic_load_explicit(&executor->ready, memory_order_relaxed);
}

unsigned long executor_commits(const struct executor *executor)
{
    return atomic_load(&executor->commits);
}

void executor_count(const struct executor *executor, struct executor_counts *counts_out)
{
    counts_out->batches = atomic_load(&executor->batches);
    counts_out->calls = atomic_load(&executor->calls);
    counts_out->waiting = atomic_load(&executor->waiting);
    counts_out->commit_ns_sum = atomic_load(&executor->commit_ns_sum);
    counts_out->faults = atomic_load(&executor->faults);
}

void executor_finish_waiting(struct executor *executor)
{
    if (executor->has_ended) {
        return;
    }
    atomic_store(&executor->stops, true);
    mailbox_ring(&executor->mailbox);
    pthread_join(executor->thread, NULL);
    executor->has_ended = true;
}

void executor_stop(struct executor **place)
{
    struct executor *executor = *place;
    if (executor == NULL) {
        return;
    }
    executor_finish_waiting(executor);
    store_destroy(&executor->store);
    arena_destroy(&executor->chore_arena);
    mailbox_finish(&executor->mailbox);
    memory_free(executor);
    *place = NULL;
}
