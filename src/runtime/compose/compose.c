/* compose.c - asks for the parts, and puts together what came. */
#include "runtime/compose/compose.h"

#include "base/clock.h"
#include "base/json.h"
#include "runtime/ask/ask_for.h"
#include "runtime/call_run.h"
#include "runtime/compose/compose_write.h"
#include "runtime/compose/dashboard.h"
#include "runtime/compose/kept_part.h"
#include "runtime/front/front.h"
#include "runtime/front/relay_ask.h"
#include "runtime/problem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { PART_BYTES_MAX = 256 * 1024, ROOM_BYTES = 64 * 1024, VALUES_MAX = 50000 };

struct composer {
    struct composer_options options;
    pthread_mutex_t lock;
    bool ends;
};

struct composition;

struct part {
    struct composition *composition;
    struct composed_part said;
    struct kept_part kept;
    struct text target; /* "/api/users?limit=5" */
    char key[KEPT_PART_KEY_BYTES];
    bool is_open;                    /* somebody is to be asked */
    bool is_here;                    /* and it is we */
    struct router_match match;       /* of who is asked here */
    struct relay_question *question; /* of who is asked elsewhere */
};

struct composition {
    struct composer *composer;
    struct call *call;
    atomic_int left;      /* parts that somebody is still asked for, and one while they are asked */
    pthread_mutex_t lock; /* of the call's arena, while answers come */
    struct part parts[DASHBOARD_PARTS_MAX];
    size_t part_count;
};

struct composer *composer_create(const struct composer_options *options)
{
    struct composer *composer = memory_take(sizeof *composer);
    composer->options = *options;
    pthread_mutex_init(&composer->lock, NULL);
    return composer;
}

void composer_end(struct composer *composer)
{
    pthread_mutex_lock(&composer->lock);
    composer->ends = true;
    pthread_mutex_unlock(&composer->lock);
}

void composer_destroy(struct composer **place)
{
    if (*place != NULL) {
        pthread_mutex_destroy(&(*place)->lock);
        memory_free(*place);
        *place = NULL;
    }
}

/* ---- the end ---- */

static bool is_json(struct arena *arena, struct text text)
{
    const struct json *root;
    struct json_error error;
    return arena_has_room(arena, text.bytes * 2 + ROOM_BYTES) &&
           json_read(arena, text, VALUES_MAX, &root, &error) == STATUS_OK;
}

/* What he has been told well is kept; what he may not see any more is kept no longer. */
static void keep(const struct composer *composer, struct arena *arena, struct part *part)
{
    const struct composer_options *options = &composer->options;
    if (!part->is_open) {
        return;
    }
    if (part->said.json.data != NULL) {
        kept_part_keep(options->cache, arena, part->key,
                       &(struct kept_part){part->said.json, part->said.said_at}, options->stale_ms);
    } else if (part->said.why != COMPOSED_UNAVAILABLE && part->kept.json.data != NULL) {
        kept_part_forget(options->cache, part->key);
    }
}

static void settle(const struct composition *composition, struct part *part)
{
    const struct composer_options *options = &composition->composer->options;
    struct arena *arena = composition->call->arena;
    int64_t age_ms = clock_wall_ms() - part->kept.said_at;
    if (part->question != NULL && part->said.json.data != NULL &&
        !is_json(arena, part->said.json)) {
        part->said = (struct composed_part){.name = part->said.name, .why = COMPOSED_REFUSED};
    }
    if (part->said.json.data == NULL && part->said.why == COMPOSED_UNAVAILABLE &&
        part->kept.json.data != NULL && age_ms < options->stale_ms) {
        part->said.json = part->kept.json;
        part->said.said_at = part->kept.said_at;
        part->said.is_stale = true;
    }
}

/* On a reader's thread, which may wait for the cache. */
static bool compose_end(struct call *call)
{
    struct composition *composition = (struct composition *)(uintptr_t)call->gathered;
    struct composed_part said[DASHBOARD_PARTS_MAX];
    for (size_t i = 0; i < composition->part_count; i++) {
        struct part *part = &composition->parts[i];
        if (!part->said.is_stale) {
            keep(composition->composer, call->arena, part);
        }
        said[i] = part->said;
    }
    composed_answer(call->exchange, said, composition->part_count);
    pthread_mutex_destroy(&composition->lock);
    call_finish(call);
    return false;
}

/* Back to a thread that may wait; when there is none any more nothing is kept. */
static void go_to_end(struct composition *composition)
{
    struct composer *composer = composition->composer;
    struct call *call = composition->call;
    enum status status = STATUS_UNAVAILABLE;
    for (size_t i = 0; i < composition->part_count; i++) {
        settle(composition, &composition->parts[i]);
    }
    call->before = compose_end;
    pthread_mutex_lock(&composer->lock);
    if (!composer->ends) {
        status = readers_submit(composer->options.dispatch->readers, call);
    }
    pthread_mutex_unlock(&composer->lock);
    if (status != STATUS_OK) {
        for (size_t i = 0; i < composition->part_count; i++) {
            composition->parts[i].is_open = false;
        }
        compose_end(call);
    }
}

static void one_less(struct composition *composition)
{
    if (atomic_fetch_sub(&composition->left, 1) == 1) {
        go_to_end(composition);
    }
}

/* ---- what is said ---- */

static enum composed_why why_of(int http_status)
{
    switch (http_status) {
    case 401:
    case 403:
        return COMPOSED_FORBIDDEN;
    case 404:
        return COMPOSED_NOT_FOUND;
    case 429:
        return COMPOSED_UNAVAILABLE;
    default:
        return http_status < 500 ? COMPOSED_REFUSED : COMPOSED_UNAVAILABLE;
    }
}

static void take(struct part *part, const struct http_answer *answer, struct text body)
{
    part->said.why = why_of(answer->status);
    if (answer->status >= 200 && answer->status < 300 && body.bytes > 0) {
        part->said.json = body;
        part->said.said_at = clock_wall_ms();
    }
}

/* On the thread of the HTTP client. */
static void on_answered(void *context, const struct http_answer *answer)
{
    struct part *part = context;
    struct composition *composition = part->composition;
    struct arena *arena = composition->call->arena;
    pthread_mutex_lock(&composition->lock);
    if (answer == NULL || !arena_has_room(arena, answer->body.bytes + ROOM_BYTES)) {
        part->said.why = COMPOSED_UNAVAILABLE;
    } else {
        take(part, answer, answer->body.bytes > 0 ? text_copy(arena, answer->body) : NO_TEXT);
    }
    pthread_mutex_unlock(&composition->lock);
    one_less(composition);
}

static void read_here(struct part *part)
{
    struct composition *composition = part->composition;
    const struct composer_options *options = &composition->composer->options;
    const struct call *call = composition->call;
    struct text path;
    struct text query;
    struct http_answer answer = {.status = 0};
    text_cut(part->target, '?', &path, &query);
    const struct ask_for asked = {
        .host = part->match.bound->host,
        .route = part->match.bound->route,
        .path = part->match.path,
        .query = query,
        .caller = &call->caller,
        .trace = call->exchange->trace_id,
        .now_ms = call->now_ms,
        .give_up_at_ms = clock_monotonic_ms() + options->deadline_ms,
    };
    struct arena *body_arena = arena_create("a part", PART_BYTES_MAX);
    enum status status = ask_for(&asked, body_arena, &answer);
    pthread_mutex_lock(&composition->lock);
    if (status == STATUS_OK && arena_has_room(call->arena, answer.body.bytes + ROOM_BYTES)) {
        take(part, &answer, answer.body.bytes > 0 ? text_copy(call->arena, answer.body) : NO_TEXT);
    } else {
        part->said.why = COMPOSED_UNAVAILABLE;
    }
    pthread_mutex_unlock(&composition->lock);
    arena_destroy(&body_arena);
}

/* ---- the beginning ---- */

/* A choice is a plain word, so nothing of it has to be escaped. */
static struct text chosen(const struct dashboard *dashboard, const struct text *chosen_texts,
                          struct text name)
{
    for (size_t i = 0; i < dashboard->parameter_count; i++) {
        const struct dashboard_parameter *parameter = &dashboard->parameters[i];
        if (text_equals(text_of(parameter->name), name)) {
            return text_is_given(chosen_texts[i]) ? chosen_texts[i]
                                                  : text_of(parameter->choices[0]);
        }
    }
    must_failed(__FILE__, __LINE__, "dashboard_check has read the path");
}

static struct text target_of(struct arena *arena, const struct dashboard *dashboard,
                             const char *pattern, const void *input)
{
    struct text rest = text_of(pattern);
    struct text target = TEXT("");
    while (rest.data != NULL) {
        struct text literal;
        struct text name;
        bool has_name = text_cut(rest, '{', &literal, &rest);
        target = text_join(arena, target, literal);
        if (has_name) {
            text_cut(rest, '}', &name, &rest);
            target = text_join(arena, target, chosen(dashboard, input, name));
        }
    }
    MUST(target.bytes < DASHBOARD_TARGET_BYTES_MAX);
    return target;
}

static bool can_be_read(const struct bound_route *bound)
{
    return bound != NULL && bound->stream == NULL && bound->route->kind != ROUTE_WRITES &&
           bound->route->answer_type == NULL && bound->route->answers_later == NULL;
}

static void ask_elsewhere(struct part *part, struct upstream *upstream)
{
    struct composition *composition = part->composition;
    const struct composer_options *options = &composition->composer->options;
    struct call *call = composition->call;
    part->question = ARENA_NEW(call->arena, struct relay_question);
    *part->question = (struct relay_question){
        .relays = elsewhere_relays(options->dispatch->elsewhere),
        .upstream = upstream,
        .target = part->target,
        .answered = on_answered,
        .context = part,
        .deadline_ms = options->deadline_ms,
        .body_bytes_max = PART_BYTES_MAX,
    };
    relay_question_prepare(part->question, call->exchange, &call->caller);
}

/* Who answers it, and may this person ask him? */
static void find_who(struct part *part)
{
    const struct composition *composition = part->composition;
    const struct dispatch *dispatch = composition->composer->options.dispatch;
    const struct call *call = composition->call;
    struct upstream *upstream = NULL;
    struct text path;
    struct text query;
    text_cut(part->target, '?', &path, &query);
    enum status status = router_find(dispatch->router, call->arena, HTTP_GET, path, &part->match);
    bool is_here = status == STATUS_OK && can_be_read(part->match.bound);
    if (!part->match.path_is_known && dispatch->elsewhere != NULL) {
        upstream = elsewhere_find(dispatch->elsewhere, call->arena, HTTP_GET, path);
    }
    if (upstream != NULL) {
        ask_elsewhere(part, upstream);
        part->is_open = true;
    } else if (!is_here) {
        part->said.why = COMPOSED_NOT_FOUND;
    } else if (!access_may(&call->caller, part->match.bound->route->permission)) {
        part->said.why = COMPOSED_FORBIDDEN;
    } else {
        part->is_here = true;
        part->is_open = true;
    }
}

static void prepare(struct part *part)
{
    const struct composer_options *options = &part->composition->composer->options;
    struct call *call = part->composition->call;
    kept_part_key(&call->caller, part->target, part->key);
    part->kept = kept_part_find(options->cache, call->arena, part->key);
    if (part->kept.json.data != NULL && !is_json(call->arena, part->kept.json)) {
        part->kept = (struct kept_part){.json = NO_TEXT}; /* somebody else has written there */
    }
    int64_t age_ms = clock_wall_ms() - part->kept.said_at;
    if (part->kept.json.data != NULL && age_ms >= 0 && age_ms < options->fresh_ms) {
        part->said.json = part->kept.json;
        part->said.said_at = part->kept.said_at;
    } else {
        find_who(part);
    }
}

static void add_part(struct composition *composition, const char *name, struct text target)
{
    MUST(composition->part_count < DASHBOARD_PARTS_MAX); /* dashboard_check has counted */
    struct part *part = &composition->parts[composition->part_count++];
    part->composition = composition;
    part->said.name = name;
    part->target = target;
}

static void add_parts(struct composition *composition, const struct dashboard *dashboard,
                      const struct dashboard_part *row)
{
    const struct composer_options *options = &composition->composer->options;
    struct call *call = composition->call;
    struct text target = target_of(call->arena, dashboard, row->path, call->input);
    struct text before;
    struct text behind;
    if (!text_cut(target, '*', &before, &behind)) {
        add_part(composition, row->name, target);
        return;
    }
    for (size_t i = 0; i < options->known_count; i++) {
        const char *service = options->known[i]->name;
        if (options->known[i]->cases != NULL) {
            add_part(composition, text_format(call->arena, "%s%s", row->name, service).data,
                     text_format(call->arena, "%.*s%s%.*s", TEXT_ARGS(before), service,
                                 TEXT_ARGS(behind)));
        }
    }
}

static struct composition *make_composition(struct composer *composer, struct call *call)
{
    struct composition *composition = ARENA_NEW(call->arena, struct composition);
    const struct dashboard *dashboard =
        dashboard_of(composer->options.known, composer->options.known_count, call->route);
    MUST(dashboard != NULL); /* its route was made of it */
    composition->composer = composer;
    composition->call = call;
    pthread_mutex_init(&composition->lock, NULL);
    for (size_t i = 0; i < dashboard->part_count; i++) {
        add_parts(composition, dashboard, &dashboard->parts[i]);
    }
    return composition;
}

/* From the first one that is asked elsewhere on the call's arena is shared: all is prepared before.
 */
bool compose_begin(struct call *call)
{
    struct composer *composer = front_composer(call->host->front);
    struct composition *composition = make_composition(composer, call);
    call->gathered = composition;
    problem_trace_id(call->exchange);
    int open = 1;
    for (size_t i = 0; i < composition->part_count; i++) {
        prepare(&composition->parts[i]);
        open += composition->parts[i].question != NULL;
    }
    atomic_init(&composition->left, open);
    for (size_t i = 0; i < composition->part_count; i++) {
        if (composition->parts[i].question != NULL) {
            relay_ask(composition->parts[i].question);
        }
    }
    for (size_t i = 0; i < composition->part_count; i++) {
        if (composition->parts[i].is_here) {
            read_here(&composition->parts[i]);
        }
    }
    one_less(composition);
    return false;
}
