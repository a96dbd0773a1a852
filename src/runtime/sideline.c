/* sideline.c - threads that lease, work and note; the executor does what concerns the store. */
#include "runtime/sideline.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "runtime/host.h"
#include "runtime/telling.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum {
    ARENA_BYTES_MAX = 16 * 1024 * 1024,
    LOOK_EVERY_MS = 2000, /* other processes commit too, and alarm nobody here */
    FAILURE_PAUSE_MS = 1000,
    THREADS_MAX = 8,
};

struct sideline_thread {
    struct sidelines *all;
    const struct sideline *sideline;
    pthread_t thread;
};

struct sidelines {
    struct host *host;
    pthread_mutex_t lock;
    pthread_cond_t stirred;
    unsigned long alarms;
    atomic_bool stops;
    struct sideline_thread threads[THREADS_MAX];
    size_t count;
};

void call_alarm(struct call *call, int64_t at_ms)
{
    MUST(at_ms > 0);
    work_add_effects(&call->effects, &(struct work_effects){.alarm_at = at_ms});
}

/* ---- one transaction on the executor, waited for ---- */

struct piece {
    struct work work;
    struct sideline_thread *thread;
    struct arena *arena;
    bool notes; /* else it leases */
    void *job;
    int64_t next_at;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool has_ended;
    enum status status;
};

static struct piece *piece_of(struct work *work)
{
    return (struct piece *)(void *)((char *)work - offsetof(struct piece, work));
}

static enum status run_inside(struct piece *piece, struct store *store,
                              struct work_effects *effects_out)
{
    const struct sideline *sideline = piece->thread->sideline;
    struct chore_run run = {
        .host = piece->thread->all->host,
        .store = store,
        .arena = piece->arena,
        .now_ms = clock_wall_ms(),
    };
    run.call = telling_call(&run);
    enum status status = STATUS_OK;
    if (piece->notes) {
        status = sideline->note(&run, piece->job);
    } else {
        piece->job = NULL;
        status = sideline->lease(&run, &piece->job);
        piece->next_at = run.next_at;
    }
    work_add_effects(&run.effects, &run.call->effects);
    *effects_out = run.effects;
    return status;
}

static struct work_outcome run_piece(struct work *work, struct store *store, bool with_mark)
{
    struct piece *piece = piece_of(work);
    struct work_outcome outcome = {.result = WORK_DONE};
    unsigned long writes_before = store->writes;
    enum status status = with_mark ? store_mark(store) : STATUS_OK;
    if (status == STATUS_OK) {
        status = run_inside(piece, store, &outcome.effects);
    }
    if (status == STATUS_OK) {
        outcome.wrote = !store_is_untouched(store, writes_before);
        return outcome;
    }
    if (status != STATUS_CONFLICT) {
        return (struct work_outcome){.result = WORK_FAULT, .fault = status};
    }
    if (with_mark) {
        status = store_undo(store);
        return (struct work_outcome){.result = status == STATUS_OK ? WORK_AGAIN : WORK_FAULT,
                                     .fault = status};
    }
    bool is_clean = store->state != STORE_FAILED && store_is_untouched(store, writes_before);
    return (struct work_outcome){.result = is_clean ? WORK_AGAIN : WORK_NEEDS_MARK};
}

static void finish_piece(struct work *work, enum status status)
{
    struct piece *piece = piece_of(work);
    pthread_mutex_lock(&piece->lock);
    piece->status = status;
    piece->has_ended = true;
    pthread_cond_signal(&piece->ended);
    pthread_mutex_unlock(&piece->lock);
}

static const struct work_ops piece_ops = {
    .name = "sideline", .run = run_piece, .finish = finish_piece};

static enum status in_transaction(struct piece *piece)
{
    piece->work = (struct work){.ops = &piece_ops};
    piece->has_ended = false;
    enum status status = host_submit(piece->thread->all->host, &piece->work, NO_TEXT);
    if (status != STATUS_OK) {
        return status;
    }
    pthread_mutex_lock(&piece->lock);
    while (!piece->has_ended) {
        pthread_cond_wait(&piece->ended, &piece->lock);
    }
    status = piece->status;
    pthread_mutex_unlock(&piece->lock);
    return status;
}

/* ---- the thread ---- */

static bool stops(const struct sideline_thread *thread)
{
    return atomic_load(&thread->all->stops);
}

/* Until this wall ms, or until somebody alarms who had not when `alarms` was read. */
static void sleep_until(struct sideline_thread *thread, int64_t at_ms, unsigned long alarms)
{
    struct sidelines *all = thread->all;
    pthread_mutex_lock(&all->lock);
    int64_t now_ms = clock_wall_ms();
    while (!stops(thread) && now_ms < at_ms && all->alarms == alarms) {
        int64_t when_ns = clock_monotonic_ns() + (at_ms - now_ms) * 1000000;
        struct timespec when = {.tv_sec = (time_t)(when_ns / 1000000000),
                                .tv_nsec = (long)(when_ns % 1000000000)};
        (void)pthread_cond_timedwait(&all->stirred, &all->lock, &when);
        now_ms = clock_wall_ms();
    }
    pthread_mutex_unlock(&all->lock);
}

static unsigned long alarms_of(struct sidelines *all)
{
    pthread_mutex_lock(&all->lock);
    unsigned long alarms = all->alarms;
    pthread_mutex_unlock(&all->lock);
    return alarms;
}

static void note_until_it_stands(struct piece *piece)
{
    piece->notes = true;
    while (in_transaction(piece) != STATUS_OK && !stops(piece->thread)) {
        sleep_until(piece->thread, clock_wall_ms() + FAILURE_PAUSE_MS,
                    alarms_of(piece->thread->all));
    }
}

/* When to look again, wall ms; 0: at once. */
static int64_t turn(struct piece *piece, void *context)
{
    struct sideline_thread *thread = piece->thread;
    piece->notes = false;
    if (in_transaction(piece) != STATUS_OK) {
        return clock_wall_ms() + FAILURE_PAUSE_MS;
    }
    if (piece->job == NULL) {
        int64_t latest = clock_wall_ms() + LOOK_EVERY_MS;
        return piece->next_at != 0 && piece->next_at < latest ? piece->next_at : latest;
    }
    struct sideline_work work = {
        .arena = piece->arena, .job = piece->job, .context = context, .stops = &thread->all->stops};
    thread->sideline->work(&work);
    note_until_it_stands(piece);
    return 0;
}

static void *thread_main(void *argument)
{
    struct sideline_thread *thread = argument;
    const struct sideline *sideline = thread->sideline;
    void *context = sideline->open != NULL ? sideline->open(thread->all->host) : NULL;
    struct piece piece = {
        .thread = thread, .lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};
    piece.arena = arena_create(sideline->name, ARENA_BYTES_MAX);
    while (!stops(thread)) {
        unsigned long alarms = alarms_of(thread->all);
        int64_t next_at = turn(&piece, context);
        arena_reset(piece.arena);
        if (next_at != 0) {
            sleep_until(thread, next_at, alarms);
        }
    }
    arena_destroy(&piece.arena);
    if (sideline->close != NULL) {
        sideline->close(context);
    }
    return NULL;
}

/* ---- from outside ---- */

static void start_thread(struct sidelines *all, const struct sideline *sideline)
{
    MUST(all->count < THREADS_MAX);
    struct sideline_thread *thread = &all->threads[all->count++];
    *thread = (struct sideline_thread){.all = all, .sideline = sideline};
    thread_start(&thread->thread, thread_main, thread, sideline->name);
}

struct sidelines *sidelines_start(struct host *host)
{
    const struct service *service = host->service;
    if (service->sideline_count == 0) {
        return NULL;
    }
    struct sidelines *all = memory_take(sizeof *all);
    pthread_condattr_t monotonic;
    all->host = host;
    pthread_mutex_init(&all->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&all->stirred, &monotonic);
    pthread_condattr_destroy(&monotonic);
    for (size_t i = 0; i < service->sideline_count; i++) {
        const struct sideline *sideline = service->sidelines[i];
        MUST(sideline->lease != NULL && sideline->work != NULL && sideline->note != NULL);
        for (unsigned j = 0; j < (sideline->threads ? sideline->threads : 1); j++) {
            start_thread(all, sideline);
        }
    }
    return all;
}

void sidelines_alarm(struct sidelines *all, int64_t at_ms)
{
    if (all == NULL || at_ms > clock_wall_ms() + LOOK_EVERY_MS) {
        return; /* they look by themselves before that */
    }
    pthread_mutex_lock(&all->lock);
    all->alarms++;
    pthread_cond_broadcast(&all->stirred);
    pthread_mutex_unlock(&all->lock);
}

void sidelines_stop(struct sidelines *all)
{
    if (all == NULL) {
        return;
    }
    pthread_mutex_lock(&all->lock);
    atomic_store(&all->stops, true);
    pthread_cond_broadcast(&all->stirred);
    pthread_mutex_unlock(&all->lock);
    for (size_t i = 0; i < all->count; i++) {
        pthread_join(all->threads[i].thread, NULL);
    }
}

void sidelines_destroy(struct sidelines *all)
{
    if (all == NULL) {
        return;
    }
    MUST(atomic_load(&all->stops));
    pthread_cond_destroy(&all->stirred);
    pthread_mutex_destroy(&all->lock);
    memory_free(all);
}
