/* waiting_room.c - holds calls, runs them again, lets them go. */
#include "runtime/waiting_room.h"

#include "base/clock.h"
#include "runtime/call_run.h"
#include "runtime/host.h"

#include <pthread.h>

enum {
    TOPICS = 64,
    /* What a call takes from its arena each time it runs is not given back. */
    TIMES_MAX = 1000,
    ROOM_BYTES_MIN = 1024 * 1024,
};

struct line {
    struct call *oldest;
    struct call **end;
    unsigned long stirs;
};

struct waiting_room {
    pthread_mutex_t lock;
    bool is_closed;
    struct line lines[TOPICS];
};

struct waiting_room *waiting_room_create(void)
{
    struct waiting_room *room = memory_take(sizeof *room);
    for (size_t i = 0; i < TOPICS; i++) {
        room->lines[i].end = &room->lines[i].oldest;
    }
    pthread_mutex_init(&room->lock, NULL);
    return room;
}

void waiting_room_destroy(struct waiting_room **place)
{
    struct waiting_room *room = *place;
    if (room == NULL) {
        return;
    }
    for (size_t i = 0; i < TOPICS; i++) {
        MUST(room->lines[i].oldest == NULL); /* it was closed */
    }
    pthread_mutex_destroy(&room->lock);
    memory_free(room);
    *place = NULL;
}

/* FNV-1a; see host.c. */
static unsigned line_of(struct text topic)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < topic.bytes; i++) {
        hash = (hash ^ (unsigned char)topic.data[i]) * 16777619u;
    }
    return (hash ^ hash >> 16) % TOPICS;
}

uint64_t waiting_room_topic(struct text topic)
{
    return (uint64_t)1 << line_of(topic);
}

/* ---- of a line; under the lock ---- */

static void add(struct line *line, struct call *call)
{
    call->next_held = NULL;
    *line->end = call;
    line->end = &call->next_held;
}

/* The oldest of the line goes to the end of the list. */
static void move_oldest(struct line *line, struct call ***end)
{
    struct call *call = line->oldest;
    line->oldest = call->next_held;
    if (line->oldest == NULL) {
        line->end = &line->oldest;
    }
    call->next_held = NULL;
    **end = call;
    *end = &call->next_held;
}

static void move_over(struct line *line, int64_t now_ms, struct call ***end)
{
    struct call *rest = line->oldest;
    line->oldest = NULL;
    line->end = &line->oldest;
    while (rest != NULL) {
        struct call *call = rest;
        rest = call->next_held;
        call->next_held = NULL;
        if (call->hold_until_ms > now_ms) {
            add(line, call);
        } else {
            **end = call;
            *end = &call->next_held;
        }
    }
}

/* ---- without it ---- */

static void run_again(struct call *call)
{
    call->now_ms = clock_wall_ms();
    call->work.tries = 0;
    call->times_run++;
    if (http_is_left(call->exchange) ||
        host_submit(call->host, &call->work, call->concerns) != STATUS_OK) {
        call_finish(call); /* with what it has found: nothing */
    }
}

static void run_all_again(struct call *calls)
{
    while (calls != NULL) {
        struct call *next = calls->next_held;
        run_again(calls);
        calls = next;
    }
}

static void finish_all(struct call *calls)
{
    while (calls != NULL) {
        struct call *next = calls->next_held;
        call_finish(calls);
        calls = next;
    }
}

/* ---- the door ---- */

bool waiting_room_keep(struct call *call)
{
    if (call->hold_until_ms <= clock_monotonic_ms() || call->times_run >= TIMES_MAX ||
        !arena_has_room(call->arena, ROOM_BYTES_MIN)) {
        return false;
    }
    struct waiting_room *room = call->host->waiting_room;
    struct line *line = &room->lines[line_of(call->topic)];
    pthread_mutex_lock(&room->lock);
    bool is_closed = room->is_closed;
    bool is_stirred = line->stirs != call->heard;
    if (!is_closed && !is_stirred) {
        add(line, call);
    }
    pthread_mutex_unlock(&room->lock);
    if (!is_closed && is_stirred) {
        run_again(call);
    }
    return !is_closed;
}

void waiting_room_stir(struct waiting_room *room, uint64_t topics, size_t count)
{
    struct call *list = NULL;
    struct call **end = &list;
    pthread_mutex_lock(&room->lock);
    for (size_t i = 0; i < TOPICS; i++) {
        struct line *line = &room->lines[i];
        bool is_meant = (topics >> i & 1) != 0;
        line->stirs += is_meant;
        for (size_t k = 0; k < count && is_meant && line->oldest != NULL; k++) {
            move_oldest(line, &end);
        }
    }
    pthread_mutex_unlock(&room->lock);
    run_all_again(list);
}

uint64_t waiting_room_tick(struct waiting_room *room)
{
    struct call *list = NULL;
    struct call **end = &list;
    uint64_t topics = 0;
    pthread_mutex_lock(&room->lock);
    for (size_t i = 0; i < TOPICS; i++) {
        move_over(&room->lines[i], clock_monotonic_ms(), &end);
        topics |= (uint64_t)(room->lines[i].oldest != NULL) << i;
    }
    pthread_mutex_unlock(&room->lock);
    finish_all(list);
    return topics;
}

void waiting_room_close(struct waiting_room *room)
{
    struct call *list = NULL;
    struct call **end = &list;
    pthread_mutex_lock(&room->lock);
    room->is_closed = true;
    for (size_t i = 0; i < TOPICS; i++) {
        move_over(&room->lines[i], INT64_MAX, &end);
    }
    pthread_mutex_unlock(&room->lock);
    finish_all(list);
}

/* ---- what a handler says; call.h ---- */

void call_listen(struct call *call, struct text topic)
{
    MUST(text_is_given(topic));
    call->topic = topic;
    if (call->host != NULL && call->host->waiting_room != NULL) {
        struct waiting_room *room = call->host->waiting_room;
        pthread_mutex_lock(&room->lock);
        call->heard = room->lines[line_of(topic)].stirs;
        pthread_mutex_unlock(&room->lock);
    }
}

void call_hold(struct call *call, int64_t wait_ms)
{
    MUST(text_is_given(call->topic));
    bool may_wait = call->route != NULL && call->idempotency_key.data == NULL &&
                    call->host != NULL && call->host->waiting_room != NULL;
    if (may_wait && wait_ms > 0) {
        call->hold_until_ms = call->exchange->started_ns / 1000000 + wait_ms;
    }
}

void call_stir(struct call *call, struct text topic)
{
    call->effects.stirred |= waiting_room_topic(topic);
    call->effects.stir_count++;
}
