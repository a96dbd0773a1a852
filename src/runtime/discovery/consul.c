/* consul.c - a blocking query for each upstream, again and again. */
#include "runtime/discovery/consul.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/must.h"
#include "runtime/front/upstreams_found.h"

#include <stdio.h>
#include <string.h>

enum {
    WAIT_S = 30,
    DEADLINE_MS = 40000, /* Consul adds up to a sixteenth to the wait */
    CONNECT_MS = 2000,
    ANSWER_BYTES_MAX = 4 * 1024 * 1024,
    ARENA_BYTES_MAX = 32 * 1024 * 1024,
    VALUES_MAX = 100000,
    AT_ONCE_MS =
        500, /* an answer that comes sooner and says nothing new is not asked for at once */
};

/* One for each upstream; answers come on the client's thread, one at a time. */
struct question {
    struct consul *consul;
    struct http_client *client;
    struct upstream *upstream;
    struct arena *arena;
    int64_t index;
    int64_t generation; /* of what was found */
    int64_t sent_at_ms; /* monotonic */
    atomic_bool is_asked;
    atomic_bool is_away; /* and the log knows */
};

struct consul {
    struct consul_options options;
    char address[UPSTREAM_URL_BYTES_MAX + 1];
    char secret[256];
    atomic_bool ends;
    size_t count;
    struct question questions[UPSTREAMS_MAX];
};

/* ---- what an answer says ---- */

static struct text text_member(const struct json *object, struct text key)
{
    const struct json *member = object != NULL ? json_member(object, key) : NULL;
    return member != NULL && member->kind == JSON_STRING ? member->text : NO_TEXT;
}

static bool has_tag(const struct json *service, struct text tag)
{
    const struct json *tags = json_member(service, TEXT("Tags"));
    for (const struct json *one = tags ? tags->first : NULL; one != NULL; one = one->next) {
        if (one->kind == JSON_STRING && text_equals(one->text, tag)) {
            return true;
        }
    }
    return false;
}

static bool read_entry(struct arena *arena, const struct json *entry, struct consul_found *found)
{
    const struct json *service = json_member(entry, TEXT("Service"));
    const struct json *number = service != NULL ? json_member(service, TEXT("Port")) : NULL;
    int64_t port = 0;
    struct text host = text_member(service, TEXT("Address"));
    if (host.bytes == 0) { /* it is where its node is */
        host = text_member(json_member(entry, TEXT("Node")), TEXT("Address"));
    }
    if (host.bytes == 0 || number == NULL || !json_to_integer(number, &port) || port <= 0 ||
        port > 65535) {
        return false;
    }
    bool is_ipv6 = memchr(host.data, ':', host.bytes) != NULL;
    found->url =
        text_format(arena, "%s://%s%.*s%s:%d", has_tag(service, TEXT("https")) ? "https" : "http",
                    is_ipv6 ? "[" : "", TEXT_ARGS(host), is_ipv6 ? "]" : "", (int)port);
    found->versions = text_member(json_member(service, TEXT("Meta")), TEXT("api_versions"));
    return true;
}

bool consul_read(struct arena *arena, struct text json,
                 struct consul_found found_out[CONSUL_FOUND_MAX], size_t *count_out)
{
    const struct json *root;
    struct json_error error;
    *count_out = 0;
    if (json_read(arena, json, VALUES_MAX, &root, &error) != STATUS_OK ||
        root->kind != JSON_ARRAY) {
        return false;
    }
    for (const struct json *one = root->first; one != NULL && *count_out < CONSUL_FOUND_MAX;
         one = one->next) {
        *count_out += read_entry(arena, one, &found_out[*count_out]);
    }
    return true;
}

/* ---- asking ---- */

static void take(struct question *question, const struct consul_found *found, size_t count)
{
    question->generation++;
    for (size_t i = 0; i < count; i++) {
        upstream_hear(question->upstream, &(struct heard_address){
                                              .by = FOUND_BY_CONSUL,
                                              .url = found[i].url,
                                              .versions = found[i].versions,
                                              .until_ms = question->generation,
                                          });
    }
    upstream_let_go(question->upstream, FOUND_BY_CONSUL, question->generation - 1);
}

static int64_t index_of(const struct http_answer *answer)
{
    int64_t index = 0;
    for (size_t i = 0; i < answer->header_count; i++) {
        if (text_equals_ignoring_case(answer->headers[i].name, TEXT("X-Consul-Index")) &&
            !text_to_integer(answer->headers[i].value, &index)) {
            index = 0;
        }
    }
    return index;
}

static bool read_answer(struct question *question, enum status status,
                        const struct http_answer *answer)
{
    struct consul_found found[CONSUL_FOUND_MAX];
    size_t count = 0;
    bool is_answer = status == STATUS_OK && answer->status == 200 &&
                     consul_read(question->arena, answer->body, found, &count);
    if (is_answer) {
        int64_t index = index_of(answer);
        take(question, found, count);
        question->index = index < question->index ? 0 : index; /* it has begun anew */
    } else {
        question->index = 0; /* it may begin anew, and would wait until it is there again */
    }
    arena_reset(question->arena);
    return is_answer;
}

static void complain(struct question *question, bool is_answer, enum status status)
{
    if (atomic_exchange(&question->is_away, !is_answer) == !is_answer) {
        return;
    }
    log_line(is_answer ? LOG_INFO : LOG_WARNING, "gateway",
             is_answer ? "Consul answers again"
                       : "Consul does not answer: what it has said of addresses stays",
             LOG_TEXT("service", text_of(question->upstream->name)),
             LOG_TEXT("status", text_of(status_name(status))));
}

static void ask(struct question *question);

static void on_answer(void *context, enum status status, const struct http_answer *answer)
{
    struct question *question = context;
    bool ends = atomic_load(&question->consul->ends);
    int64_t index_before = question->index;
    bool is_answer = !ends && read_answer(question, status, answer);
    if (!ends) {
        complain(question, is_answer, status);
    }
    bool has_waited = clock_monotonic_ms() - question->sent_at_ms >= AT_ONCE_MS;
    if (is_answer && (has_waited || question->index > index_before)) {
        ask(question);
    } else {
        atomic_store(&question->is_asked, false); /* again with the next look */
    }
}

static void ask(struct question *question)
{
    const struct consul *consul = question->consul;
    char url[UPSTREAM_URL_BYTES_MAX + 256];
    struct http_header secret = {TEXT("X-Consul-Token"), text_of(consul->secret)};
    int bytes =
        snprintf(url, sizeof url, "%s/v1/health/service/%s?passing=true&index=%lld&wait=%ds",
                 consul->address, question->upstream->name, (long long)question->index, WAIT_S);
    MUST(bytes > 0 && (size_t)bytes < sizeof url);
    question->sent_at_ms = clock_monotonic_ms();
    http_client_send(question->client,
                     &(struct http_client_request){
                         .method = "GET",
                         .url = url,
                         .headers = &secret,
                         .header_count = consul->secret[0] != '\0',
                         .deadline_ms = DEADLINE_MS,
                         .connect_ms = CONNECT_MS,
                         .answer_bytes_max = ANSWER_BYTES_MAX,
                     },
                     on_answer, question);
}

void consul_look(struct consul *consul, struct http_client *client)
{
    for (size_t i = 0; i < consul->count; i++) {
        struct question *question = &consul->questions[i];
        if (!atomic_load(&consul->ends) && !atomic_exchange(&question->is_asked, true)) {
            question->client = client;
            ask(question);
        }
    }
}

bool consul_is_away(const struct consul *consul)
{
    bool is_away = false;
    for (size_t i = 0; i < consul->count; i++) {
        is_away = is_away || atomic_load(&consul->questions[i].is_away);
    }
    return is_away;
}

/* ---- beginning and end ---- */

static bool is_address(struct text address)
{
    bool is =
        text_starts_with(address, TEXT("http://")) || text_starts_with(address, TEXT("https://"));
    size_t start = text_starts_with(address, TEXT("https://")) ? 8 : 7;
    is = is && address.bytes > start && address.bytes <= UPSTREAM_URL_BYTES_MAX;
    for (size_t i = start; is && i < address.bytes; i++) {
        is = address.data[i] > ' ' && address.data[i] < 0x7F &&
             strchr("/?#@\\", address.data[i]) == NULL;
    }
    return is;
}

/* A name that would have to be escaped is none of a service. */
static bool can_be_asked(const char *name)
{
    size_t bytes = strlen(name);
    bool can = bytes > 0 && bytes <= 128;
    for (size_t i = 0; can && i < bytes; i++) {
        char letter = name[i];
        can = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
              (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.';
    }
    return can;
}

enum status consul_create(const struct consul_options *options, struct consul **consul_out,
                          struct text *error_out)
{
    struct upstream *upstream;
    if (!is_address(options->address) || options->secret.bytes >= sizeof(*consul_out)->secret) {
        *error_out = TEXT("gateway.consul is not http://HOST:PORT with nothing behind, or its "
                          "token is too long.");
        return STATUS_MALFORMED;
    }
    struct consul *consul = memory_take(sizeof *consul);
    consul->options = *options;
    memcpy(consul->address, options->address.data, options->address.bytes);
    if (options->secret.bytes > 0) {
        memcpy(consul->secret, options->secret.data, options->secret.bytes);
    }
    for (size_t i = 0; (upstream = upstreams_at(options->upstreams, i)) != NULL; i++) {
        if (can_be_asked(upstream->name)) {
            struct question *question = &consul->questions[consul->count++];
            question->consul = consul;
            question->upstream = upstream;
            question->arena = arena_create("consul", ARENA_BYTES_MAX);
        }
    }
    *consul_out = consul;
    return STATUS_OK;
}

void consul_end(struct consul *consul)
{
    atomic_store(&consul->ends, true);
}

void consul_destroy(struct consul **place)
{
    struct consul *consul = *place;
    if (consul == NULL) {
        return;
    }
    MUST(atomic_load(&consul->ends));
    for (size_t i = 0; i < consul->count; i++) {
        arena_destroy(&consul->questions[i].arena);
    }
    explicit_bzero(consul->secret, sizeof consul->secret);
    memory_free(consul);
    *place = NULL;
}
