/* front.c - from a credential to a person. */
#include "runtime/front/front.h"

#include "base/clock.h"
#include "base/encode.h"
#include "runtime/ask.h"
#include "runtime/front/badge.h"
#include "runtime/front/cookie.h"
#include "runtime/front/decision.h"
#include "runtime/front/visitors.h"
#include "runtime/problem.h"
#include "runtime/spokesman.h"

struct front {
    struct front_options options;
    struct visitors *visitors;
};

struct front *front_create(const struct front_options *options)
{
    MUST(options->host->service->decides != NULL && options->decision_ms > 0);
    struct front *front = memory_take(sizeof *front);
    front->options = *options;
    front->visitors = visitors_create();
    return front;
}

void front_destroy(struct front **place)
{
    if (*place != NULL) {
        visitors_destroy(&(*place)->visitors);
        memory_free(*place);
        *place = NULL;
    }
}

void front_drop(struct front *front, struct id person, struct id session)
{
    visitors_drop(front->visitors, person, session);
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

static void release(void *visitor)
{
    visitor_release(visitor);
}

/* The visitor is held, and given back when the request is over. */
static enum front_word let_in(struct http_exchange *exchange, const struct badge *badge,
                              struct visitor *visitor, struct caller *caller_out)
{
    arena_on_end(exchange->arena, release, visitor);
    switch (visitor->kind) {
    case VISITOR_PERSON:
        *caller_out = *visitor->caller;
        return FRONT_LETS_IN;
    case VISITOR_BLOCKED:
        return refuse_blocked(exchange, badge);
    case VISITOR_UNKNOWN:
        break;
    }
    return FRONT_LETS_IN;
}

enum front_word front_look(struct front *front, struct http_exchange *exchange,
                           struct caller *caller_out)
{
    unsigned char hash[BADGE_HASH_BYTES];
    struct badge badge = badge_read(&exchange->request);
    if (badge.kind == BADGE_NONE) {
        return FRONT_LETS_IN;
    }
    if (badge.kind == BADGE_COOKIE && !badge_is_from_here(&exchange->request)) {
        problem_say(exchange, 403, "cross_site",
                    "This was sent by a page of another site, so it is not done.");
        return FRONT_ANSWERED;
    }
    badge_hash(badge.secret, hash);
    struct visitor *visitor = visitors_find(front->visitors, hash, clock_monotonic_ms());
    return visitor != NULL ? let_in(exchange, &badge, visitor, caller_out) : FRONT_ASKS;
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

enum front_word front_ask(struct front *front, struct http_exchange *exchange,
                          struct caller *caller_out)
{
    unsigned char hash[BADGE_HASH_BYTES];
    struct badge badge = badge_read(&exchange->request);
    struct decision decision = {0};
    struct visitor *visitor = NULL;
    MUST(badge.kind != BADGE_NONE);
    badge_hash(badge.secret, hash);
    unsigned long drops = visitors_drops(front->visitors);
    int64_t now_ms = clock_monotonic_ms();
    enum status status = find_out(front, exchange, hash, &decision);
    if (status == STATUS_OK) {
        visitor = person_of(front, exchange->arena, &decision);
    } else if (status == STATUS_ABSENT) {
        visitor = visitor_create(VISITOR_UNKNOWN, NULL);
    } else if (status == STATUS_REFUSED) {
        visitor = visitor_create(VISITOR_BLOCKED, NULL);
    } else {
        problem_fault(exchange, status);
        return FRONT_ANSWERED;
    }
    visitors_keep(front->visitors, hash, visitor, good_until(front, now_ms, decision.expires_at),
                  drops);
    return let_in(exchange, &badge, visitor, caller_out);
}
