/* front.c - from a credential to a person. */
#include "runtime/front/front.h"

#include "base/clock.h"
#include "base/encode.h"
#include "cache/cache.h"
#include "runtime/ask.h"
#include "runtime/front/badge.h"
#include "runtime/front/cookie.h"
#include "runtime/front/decision.h"
#include "runtime/front/dropped.h"
#include "runtime/front/elsewhere.h"
#include "runtime/front/limits.h"
#include "runtime/front/visitors.h"
#include "runtime/problem.h"
#include "runtime/spokesman.h"
#include "runtime/streams/streams.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* Who has been told to be kept out is kept out, also while the service that is asked about him has
 * not heard of it yet. */
enum { KEPT_OUT_MAX = 256, KEPT_OUT_MS = 10 * 60 * 1000 };
struct kept_out {
    struct id person;
    int64_t until_ms; /* monotonic; 0: the place is free */
};

struct front {
    struct front_options options;
    struct visitors *visitors;
    struct limits *limits;
    struct limit address_limit;
    struct limit sign_in_limit;
    struct limit person_limit;
    /* NULL until it is started, or where nothing is told; executors announce from the first. */
    _Atomic(struct tail *) tail;

    pthread_mutex_t lock; /* of what follows */
    struct kept_out kept_out[KEPT_OUT_MAX];
    size_t next_kept_out;
    struct id seen[SEEN_MAX];
    size_t seen_count;
};

/* A few seconds' worth may come at once: a page of the web client asks for much when it opens. */
static struct limit limit_of(const char *name, int64_t per_minute)
{
    enum { PER_MINUTE_MAX = 60000000, BURST_PART = 6, BURST_MIN = 5 };
    int64_t rate = per_minute > PER_MINUTE_MAX ? PER_MINUTE_MAX : per_minute;
    int64_t burst = rate / BURST_PART;
    return (struct limit){name, rate, burst < BURST_MIN ? BURST_MIN : burst};
}

struct front *front_create(const struct front_options *options)
{
    MUST(options->host->service->decides != NULL && options->decision_ms > 0);
    struct front *front = memory_take(sizeof *front);
    front->options = *options;
    front->visitors = visitors_create();
    front->limits = limits_create(options->shared);
    front->address_limit = limit_of("address", options->address_per_minute);
    front->sign_in_limit = limit_of("sign_in", options->sign_in_per_minute);
    front->person_limit = limit_of("person", options->person_per_minute);
    pthread_mutex_init(&front->lock, NULL);
    options->host->front = front;
    return front;
}

struct composer *front_composer(const struct front *front)
{
    return front->options.composer;
}

void front_destroy(struct front **place)
{
    struct front *front = *place;
    if (front != NULL) {
        struct tail *tail = atomic_load(&front->tail);
        tail_destroy(&tail);
        front->options.host->front = NULL;
        visitors_destroy(&front->visitors);
        limits_destroy(&front->limits);
        pthread_mutex_destroy(&front->lock);
        memory_free(front);
        *place = NULL;
    }
}

void front_look_at_health(const struct front *front, struct arena *arena,
                          struct front_health *health_out)
{
    const struct front_options *options = &front->options;
    *health_out = (struct front_health){
        .cache_is_shared = options->shared != NULL,
        .cache_is_away =
            options->cache != NULL && cache_trouble(options->cache, arena).data != NULL,
    };
    if (options->elsewhere != NULL) {
        elsewhere_look_at_consul(options->elsewhere, &health_out->consul_is_asked,
                                 &health_out->consul_is_away);
    }
}

/* ---- who is dropped ---- */

static struct kept_out *find_kept_out(struct front *front, struct id person)
{
    for (size_t i = 0; i < KEPT_OUT_MAX; i++) {
        if (front->kept_out[i].until_ms != 0 && id_equals(front->kept_out[i].person, person)) {
            return &front->kept_out[i];
        }
    }
    return NULL;
}

static void keep_out(struct front *front, const struct dropped *dropped)
{
    pthread_mutex_lock(&front->lock);
    struct kept_out *place = find_kept_out(front, dropped->person_id);
    if (place == NULL && dropped->keeps_out) {
        place = &front->kept_out[front->next_kept_out++ % KEPT_OUT_MAX];
    }
    if (place != NULL) {
        place->person = dropped->person_id;
        place->until_ms = dropped->keeps_out ? clock_monotonic_ms() + KEPT_OUT_MS : 0;
    }
    pthread_mutex_unlock(&front->lock);
}

static bool is_kept_out(struct front *front, struct id person)
{
    pthread_mutex_lock(&front->lock);
    const struct kept_out *place = find_kept_out(front, person);
    bool is = place != NULL && clock_monotonic_ms() < place->until_ms;
    pthread_mutex_unlock(&front->lock);
    return is;
}

/* On the thread of the tail. */
static void on_dropped(void *context, const struct dropped *dropped)
{
    struct front *front = context;
    if (dropped->keeps_out || dropped->lets_in) {
        keep_out(front, dropped);
    }
    visitors_drop(front->visitors, dropped->person_id, dropped->session_id);
    if ((dropped->ends_streams || dropped->is_over) && front->options.streams != NULL) {
        streams_send_out(front->options.streams, dropped->person_id, dropped->session_id,
                         dropped->is_over);
    }
    if ((dropped->ends_streams || dropped->is_over) && front->options.elsewhere != NULL) {
        elsewhere_send_out(front->options.elsewhere, dropped->person_id, dropped->session_id);
    }
}

void front_start(struct front *front)
{
    limits_start(front->limits);
    if (front->options.host->service->drops != NULL) {
        atomic_store(&front->tail, tail_start(front->options.host, on_dropped, front));
    }
}

void front_announce(struct front *front, size_t host_index)
{
    struct tail *tail = atomic_load(&front->tail);
    if (tail != NULL && front->options.host->index == host_index) {
        tail_announce(tail);
    }
}

void front_stop(struct front *front)
{
    limits_stop(front->limits);
    struct tail *tail = atomic_load(&front->tail);
    if (tail != NULL) {
        tail_stop(tail);
    }
}

/* ---- who was here ---- */

static void note_seen(struct front *front, struct id session)
{
    bool is_new = !id_is_none(session);
    pthread_mutex_lock(&front->lock);
    for (size_t i = 0; is_new && i < front->seen_count; i++) {
        is_new = !id_equals(front->seen[i], session);
    }
    if (is_new && front->seen_count < SEEN_MAX) {
        front->seen[front->seen_count++] = session;
    }
    pthread_mutex_unlock(&front->lock);
}

size_t front_take_seen(struct front *front, struct id seen_out[SEEN_MAX])
{
    pthread_mutex_lock(&front->lock);
    size_t count = front->seen_count;
    memcpy(seen_out, front->seen, count * sizeof front->seen[0]);
    front->seen_count = 0;
    pthread_mutex_unlock(&front->lock);
    return count;
}

/* ---- what is known already ---- */

static enum front_word refuse_blocked(struct http_exchange *exchange, const struct badge *badge)
{
    problem_say(exchange, 403, "user_blocked",
                "You are kept out for now. Ask whoever looks after this system.");
    if (badge->kind == BADGE_COOKIE) { /* so that he may sign in as somebody else */
        cookie_give_with(exchange, &(struct cookie){COOKIE_SESSION, TEXT(""), -1, false});
    }
    return FRONT_ANSWERED;
}

static enum front_word refuse_for_now(struct http_exchange *exchange, const struct limit *limit,
                                      const struct limit_answer *answer)
{
    problem_answer(exchange, &(struct problem){
                                 .http_status = 429,
                                 .code = "too_many_requests",
                                 .message = TEXT("Too many requests. Wait a little, then go on."),
                                 .retry_after_s = answer->retry_s > 0 ? answer->retry_s : 1,
                             });
    http_answer_header(&exchange->answer, "RateLimit-Limit",
                       text_format(exchange->arena, "%lld", (long long)limit->burst));
    http_answer_header(&exchange->answer, "RateLimit-Remaining", TEXT("0"));
    http_answer_header(&exchange->answer, "RateLimit-Reset",
                       text_format(exchange->arena, "%d", answer->full_in_s));
    return FRONT_ANSWERED;
}

/* Its name is the route's own, so that it lasts as long as that does. */
static enum front_word count_for_route(struct front *front, const struct knock *knock,
                                       struct text who)
{
    struct limit limit = limit_of(knock->route->operation, knock->route->rate);
    struct limit_answer answer = limits_take(front->limits, &limit, who, clock_monotonic_ms());
    return answer.may ? FRONT_LETS_IN : refuse_for_now(knock->exchange, &limit, &answer);
}

/* Known or not, he may have come too often. */
static enum front_word count(struct front *front, const struct knock *knock,
                             const struct caller *caller)
{
    char room[ADDRESS_PART_BYTES];
    bool is_person = !id_is_none(caller->person);
    const struct limit *limit = is_person              ? &front->person_limit
                                : knock->is_open_write ? &front->sign_in_limit
                                                       : &front->address_limit;
    struct text who = is_person ? (struct text){(const char *)caller->person.bytes, ID_BYTES}
                                : limits_address(knock->exchange->request.peer, room);
    struct limit_answer answer = limits_take(front->limits, limit, who, clock_monotonic_ms());
    if (!answer.may) {
        return refuse_for_now(knock->exchange, limit, &answer);
    }
    bool has_rate = knock->route != NULL && knock->route->rate > 0;
    return has_rate ? count_for_route(front, knock, who) : FRONT_LETS_IN;
}

static void release(void *visitor)
{
    visitor_release(visitor);
}

/* The visitor is held, and given back when the request is over. */
static enum front_word let_in(struct front *front, const struct knock *knock,
                              const struct badge *badge, struct visitor *visitor,
                              struct caller *caller_out)
{
    struct http_exchange *exchange = knock->exchange;
    arena_on_end(exchange->arena, release, visitor);
    switch (visitor->kind) {
    case VISITOR_PERSON:
        *caller_out = *visitor->caller;
        break;
    case VISITOR_BLOCKED:
        return refuse_blocked(exchange, badge);
    case VISITOR_UNKNOWN:
        break;
    }
    return count(front, knock, caller_out);
}

enum front_word front_look(struct front *front, const struct knock *knock,
                           struct caller *caller_out)
{
    unsigned char hash[BADGE_HASH_BYTES];
    struct http_exchange *exchange = knock->exchange;
    struct badge badge = badge_read(&exchange->request);
    if (badge.kind == BADGE_NONE) {
        return count(front, knock, caller_out);
    }
    if (badge.kind == BADGE_COOKIE && !badge_is_from_here(&exchange->request)) {
        problem_say(exchange, 403, "cross_site",
                    "This was sent by a page of another site, so it is not done.");
        return FRONT_ANSWERED;
    }
    badge_hash(badge.secret, hash);
    struct visitor *visitor = visitors_find(front->visitors, hash, clock_monotonic_ms());
    if (visitor != NULL) {
        return let_in(front, knock, &badge, visitor, caller_out);
    }
    return badge_may_be_known(&badge) ? FRONT_ASKS : count(front, knock, caller_out);
}

/* ---- what must be asked ---- */

static bool all_are(struct texts texts, bool (*is_one)(struct text), size_t count_max)
{
    bool all = texts.count <= count_max;
    for (size_t i = 0; all && i < texts.count; i++) {
        all = is_one(texts.items[i]);
    }
    return all;
}

/* What could not be said in the headers of spokesman.h is not believed here either. */
static bool is_sound(const struct decision *decision)
{
    return !id_is_none(decision->person_id) &&
           all_are(decision->roles, spokesman_is_role, CALLER_ROLES_MAX) &&
           all_are(decision->permissions, spokesman_is_permission, CALLER_PERMISSIONS_MAX);
}

static struct visitor *person_of(struct front *front, struct arena *arena,
                                 const struct decision *decision)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(decision->person_id, id);
    return visitor_create(
        VISITOR_PERSON,
        &(struct caller){
            .kind = CALLER_SERVICE,
            .name = text_format(arena, "%s for %s", front->options.host->service->name, id),
            .person = decision->person_id,
            .roles = decision->roles,
            .permissions = decision->permissions,
            .session = decision->session_id,
        });
}

static enum status find_out(struct front *front, struct http_exchange *exchange,
                            const unsigned char *hash, struct decision *decision_out)
{
    struct host *host = front->options.host;
    struct call call = {
        .arena = exchange->arena,
        .service = host->service,
        .host = host,
        .exchange = exchange,
        .now_ms = clock_wall_ms(),
    };
    const struct decision_question question = {
        .hash = encode_hex(exchange->arena, hash, BADGE_HASH_BYTES),
    };
    enum status status = ask(&call, host->service->decides, &question, decision_out);
    exchange->answer = (struct http_answer){0}; /* what a refused ask has said is not for him */
    return status == STATUS_OK && !is_sound(decision_out) ? STATUS_UNAVAILABLE : status;
}

/* Until when the answer is good, monotonic. */
static int64_t good_until(const struct front *front, int64_t now_ms, int64_t expires_at)
{
    int64_t left_ms = expires_at != 0 ? expires_at - clock_wall_ms() : INT64_MAX;
    int64_t longest_ms = front->options.decision_ms;
    return now_ms + (left_ms < longest_ms ? left_ms : longest_ms);
}

/* NULL: it could not be found out, and the exchange has the fault. */
static struct visitor *ask_about(struct front *front, struct http_exchange *exchange,
                                 const unsigned char *hash)
{
    struct decision decision = {0};
    struct visitor *visitor = NULL;
    unsigned long drops = visitors_drops(front->visitors);
    int64_t now_ms = clock_monotonic_ms();
    enum status status = find_out(front, exchange, hash, &decision);
    bool is_kept = status == STATUS_OK && is_kept_out(front, decision.person_id);
    if (status == STATUS_REFUSED || is_kept) {
        visitor = visitor_create(VISITOR_BLOCKED, NULL);
    } else if (status == STATUS_OK) {
        note_seen(front, decision.session_id);
        visitor = person_of(front, exchange->arena, &decision);
    } else if (status == STATUS_ABSENT) {
        visitor = visitor_create(VISITOR_UNKNOWN, NULL);
    } else {
        problem_fault(exchange, status);
        return NULL;
    }
    visitors_keep(front->visitors, hash, visitor, good_until(front, now_ms, decision.expires_at),
                  drops);
    return visitor;
}

enum front_word front_ask(struct front *front, const struct knock *knock, struct caller *caller_out)
{
    unsigned char hash[BADGE_HASH_BYTES];
    struct badge badge = badge_read(&knock->exchange->request);
    MUST(badge.kind != BADGE_NONE);
    badge_hash(badge.secret, hash);
    struct visitor *visitor = ask_about(front, knock->exchange, hash);
    return visitor != NULL ? let_in(front, knock, &badge, visitor, caller_out) : FRONT_ANSWERED;
}
