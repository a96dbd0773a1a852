/* relay.c - one request on its way to another process and back.
 *
 *   relay_send --> asking --(answer)--> the exchange is finished, the relay freed
 *                    |  \--(not reached)--> the next address, or 503
 *                    \--(it goes on)--> stream --> both sides have ended: freed
 *
 * A stream has two ends, on two threads: the client's loop (on_closed) and the thread of the HTTP
 * client (pieces, and done). One lock guards them all; whoever comes second frees.
 */
#include "runtime/front/relay.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "net/http_server.h"
#include "runtime/front/camel.h"
#include "runtime/front/relay_head.h"
#include "runtime/problem.h"

#include <pthread.h>
#include <string.h>

enum {
    CONNECTIONS = 20000,             /* at once to each address: each stream needs one */
    STREAM_MS = 24 * 60 * 60 * 1000, /* then the reader comes again */
    CONNECT_MS = 3000,
    WAITING_BYTES_MAX = 256 * 1024,
    JSON_VALUES_MAX = 10000,
};

struct relay {
    struct relay *next; /* of those that go on, the newest first */
    struct relay *previous;
    struct relays *relays;
    struct upstream *upstream;
    struct upstream_address *address;
    struct http_exchange *exchange; /* NULL: it has become a stream */
    struct http_stream *stream;     /* NULL: not yet, or its reader has gone */
    const struct caller *caller;    /* in the exchange's arena */
    struct id person;
    struct id session;
    struct text version; /* that it asks for; in the exchange's arena */
    uint32_t tried;
    bool is_stream;
    bool reads;
    bool is_over_there;
    bool has_left;
};

struct relays {
    struct relays_options options;
    struct http_client *client;
    pthread_mutex_t lock; /* of the chain, and of the streams in it */
    struct relay *streams;
    bool ends;
};

struct relays *relays_create(const struct relays_options *options)
{
    struct relays *relays = memory_take(sizeof *relays);
    relays->options = *options;
    relays->client = http_client_create_wide(CONNECTIONS);
    pthread_mutex_init(&relays->lock, NULL);
    return relays;
}

struct http_client *relays_client(struct relays *relays)
{
    return relays->client;
}

/* ---- streams; all of it under the lock ---- */

static void take_out(struct relay *relay)
{
    if (relay->previous != NULL) {
        relay->previous->next = relay->next;
    } else {
        relay->relays->streams = relay->next;
    }
    if (relay->next != NULL) {
        relay->next->previous = relay->previous;
    }
}

static void put_in(struct relay *relay)
{
    struct relays *relays = relay->relays;
    relay->next = relays->streams;
    if (relay->next != NULL) {
        relay->next->previous = relay;
    }
    relays->streams = relay;
}

/* Of one person there are so many at most: the oldest ends. */
static void displace_oldest(struct relays *relays, struct id person)
{
    size_t count = 0;
    struct relay *oldest = NULL;
    for (struct relay *relay = relays->streams; relay != NULL; relay = relay->next) {
        if (relay->stream != NULL && id_equals(relay->person, person)) {
            count++;
            oldest = relay;
        }
    }
    if (!id_is_none(person) && count > relays->options.user_streams_max) {
        http_stream_end(oldest->stream);
    }
}

static void on_closed(void *context, struct http_stream *stream)
{
    struct relay *relay = context;
    struct relays *relays = relay->relays;
    pthread_mutex_lock(&relays->lock);
    MUST(relay->stream == stream);
    relay->stream = NULL;
    relay->has_left = true;
    take_out(relay);
    bool is_over = relay->is_over_there;
    pthread_mutex_unlock(&relays->lock);
    if (is_over) {
        memory_free(relay);
    }
}

static void begin_stream(struct relay *relay, const struct http_answer *head)
{
    struct http_exchange *exchange = relay->exchange;
    relay_copy_head(exchange->arena, relay->upstream, head, &exchange->answer);
    http_answer_header(&exchange->answer, "X-Accel-Buffering", TEXT("no"));
    relay->exchange = NULL;
    put_in(relay);
    relay->stream = http_stream_start(exchange, &(struct http_stream_options){
                                                    .context = relay,
                                                    .on_closed = on_closed,
                                                    .waiting_bytes_max = WAITING_BYTES_MAX,
                                                });
    displace_oldest(relay->relays, relay->person);
}

static bool on_piece(void *context, const struct http_answer *head, struct text piece)
{
    struct relay *relay = context;
    struct relays *relays = relay->relays;
    pthread_mutex_lock(&relays->lock);
    bool goes_on = !relays->ends;
    if (goes_on && relay->exchange != NULL) {
        begin_stream(relay, head);
    }
    if (goes_on && piece.bytes > 0) {
        goes_on = relay->stream != NULL && http_stream_send(relay->stream, piece) == STATUS_OK;
    }
    pthread_mutex_unlock(&relays->lock);
    return goes_on;
}

static void end_stream(struct relay *relay)
{
    struct relays *relays = relay->relays;
    pthread_mutex_lock(&relays->lock);
    relay->is_over_there = true;
    bool is_over = relay->has_left;
    if (relay->stream != NULL) {
        http_stream_end(relay->stream); /* on_closed follows, and frees */
    }
    pthread_mutex_unlock(&relays->lock);
    if (is_over) {
        memory_free(relay);
    }
}

void relays_send_out(struct relays *relays, struct id person, struct id session)
{
    pthread_mutex_lock(&relays->lock);
    for (struct relay *relay = relays->streams; relay != NULL; relay = relay->next) {
        bool is_meant = !id_is_none(relay->person) &&
                        (id_is_none(person) || id_equals(relay->person, person)) &&
                        (id_is_none(session) || id_equals(relay->session, session));
        if (is_meant && relay->stream != NULL) {
            http_stream_end(relay->stream);
        }
    }
    pthread_mutex_unlock(&relays->lock);
}

void relays_end_streams(struct relays *relays)
{
    pthread_mutex_lock(&relays->lock);
    relays->ends = true;
    for (struct relay *relay = relays->streams; relay != NULL; relay = relay->next) {
        if (relay->stream != NULL) {
            http_stream_end(relay->stream);
        }
    }
    pthread_mutex_unlock(&relays->lock);
}

/* ---- requests ---- */

struct text relays_credential(const struct relays *relays, struct arena *arena,
                              const struct caller *caller, const struct upstream *upstream)
{
    const struct relays_options *options = &relays->options;
    if (upstream->kind == UPSTREAM_FOREIGN) {
        return upstream->authorization;
    }
    if (caller->kind != CALLER_ROOT && id_is_none(caller->person)) {
        return NO_TEXT;
    }
    struct text made = credential_write(arena, options->key, text_of(options->gateway),
                                        text_of(upstream->name), clock_wall_ms());
    return text_format(arena, "Bearer %.*s", TEXT_ARGS(made));
}

static void on_done(void *context, enum status status, const struct http_answer *answer);

static void send_to(struct relay *relay, struct upstream_address *address)
{
    struct http_exchange *exchange = relay->exchange;
    struct relay_headers headers;
    const struct relay_way way = {
        .upstream = relay->upstream,
        .caller = relay->caller,
        .credential =
            relays_credential(relay->relays, exchange->arena, relay->caller, relay->upstream),
    };
    relay->address = address;
    relay_write_headers(exchange, &way, &headers);
    http_client_send(
        relay->relays->client,
        &(struct http_client_request){
            .method = text_copy(exchange->arena, exchange->request.method_name).data,
            .url = text_format(exchange->arena, "%s%.*s", address->url,
                               TEXT_ARGS(exchange->request.target))
                       .data,
            .headers = headers.items,
            .header_count = headers.count,
            .body = exchange->request.body,
            .deadline_ms = relay->is_stream ? STREAM_MS : relay->relays->options.deadline_ms,
            .connect_ms = CONNECT_MS,
            .answer_bytes_max = relay->relays->options.body_bytes_max,
            .unix_socket = address->unix_socket,
            .on_piece = relay->is_stream ? on_piece : NULL,
        },
        on_done, relay);
}

static void finish(struct relay *relay)
{
    http_finish(relay->exchange);
    memory_free(relay);
}

static void say_unavailable(struct relay *relay)
{
    problem_answer(relay->exchange,
                   &(struct problem){
                       .http_status = 503,
                       .code = "upstream_unavailable",
                       .message = TEXT("The part of the system that answers this is away. Try "
                                       "again in a moment."),
                       .retry_after_s = 2,
                   });
    finish(relay);
}

static bool ends(struct relays *relays)
{
    pthread_mutex_lock(&relays->lock);
    bool ends = relays->ends;
    pthread_mutex_unlock(&relays->lock);
    return ends;
}

static void try_next(struct relay *relay)
{
    struct upstream_address *address =
        upstream_choose(relay->upstream, relay->version, &relay->tried);
    if (address != NULL && !ends(relay->relays)) {
        send_to(relay, address);
    } else {
        say_unavailable(relay);
    }
}

/* What cannot be read is passed on as it is. */
static void rename_members(struct relay *relay)
{
    struct http_exchange *exchange = relay->exchange;
    struct http_answer *answer = &exchange->answer;
    bool is_wanted = camel_is_wanted(relay->relays->options.camel_paths, exchange->request.path) &&
                     answer->status < 300 &&
                     text_starts_with(answer->content_type, TEXT("application/json"));
    struct text renamed;
    if (is_wanted && camel_write(exchange->arena, answer->body, &renamed) == STATUS_OK) {
        answer->body = renamed;
    }
}

static void pass_on(struct relay *relay, const struct http_answer *from)
{
    struct http_exchange *exchange = relay->exchange;
    relay_copy_head(exchange->arena, relay->upstream, from, &exchange->answer);
    if (arena_has_room(exchange->arena, from->body.bytes + 1)) {
        exchange->answer.body = text_copy(exchange->arena, from->body);
        rename_members(relay);
    } else {
        problem_fault(exchange, STATUS_TOO_LARGE);
    }
    finish(relay);
}

/* On the client's thread. */
static void on_done(void *context, enum status status, const struct http_answer *from)
{
    struct relay *relay = context;
    if (relay->exchange == NULL) {
        end_stream(relay);
        return;
    }
    if (status == STATUS_OK) {
        pass_on(relay, from);
        return;
    }
    bool is_away = status == STATUS_UNAVAILABLE || status == STATUS_TIMEOUT;
    if (is_away) {
        atomic_store(&relay->address->is_up, false); /* until it says that it is ready */
    }
    log_line(LOG_WARNING, "gateway", "a request could not be relayed",
             LOG_TEXT("service", text_of(relay->upstream->name)),
             LOG_TEXT("address", text_of(relay->address->url)),
             LOG_TEXT("status", text_of(status_name(status))));
    if (is_away || (status == STATUS_UNCERTAIN && relay->reads)) {
        try_next(relay);
    } else {
        say_unavailable(relay);
    }
}

static bool wants_stream(const struct http_request *request)
{
    struct text accept = http_header_value(request, "Accept");
    return request->method == HTTP_GET && accept.data != NULL &&
           memmem(accept.data, accept.bytes, "text/event-stream", 17) != NULL;
}

/* A version as JSON has it: "v2", or 2. */
static struct text read_version(const struct json *member)
{
    bool is_one = member != NULL && (member->kind == JSON_STRING || member->kind == JSON_NUMBER);
    return is_one && member->text.bytes > 0 ? member->text : NO_TEXT;
}

/* "feeding.2" where the body says of which business case. */
static struct text version_in(struct arena *arena, const struct relays_options *options,
                              const struct json *root)
{
    struct text version = read_version(json_member(root, options->version_member));
    const struct json *name =
        options->case_member.bytes > 0 ? json_member(root, options->case_member) : NULL;
    bool has_name = name != NULL && name->kind == JSON_STRING && name->text.bytes > 0;
    return version.data != NULL && has_name
               ? text_format(arena, "%.*s.%.*s", TEXT_ARGS(name->text), TEXT_ARGS(version))
               : version;
}

/* By its header, or by a member of its body that a setting names. */
static struct text version_of(const struct relays *relays, struct http_exchange *exchange)
{
    const struct http_request *request = &exchange->request;
    const struct json *root = NULL;
    struct json_error error;
    struct text version = http_header_value(request, "Kontora-Version");
    struct text type = http_header_value(request, "Content-Type");
    struct text member = relays->options.version_member;
    bool is_looked_for = version.data == NULL && member.bytes > 0 && request->body.bytes > 0 &&
                         text_starts_with(type, TEXT("application/json"));
    if (is_looked_for &&
        json_read(exchange->arena, request->body, JSON_VALUES_MAX, &root, &error) == STATUS_OK) {
        version = version_in(exchange->arena, &relays->options, root);
    }
    return version;
}

void relays_send(struct relays *relays, struct http_exchange *exchange, const struct caller *caller,
                 struct upstream *upstream)
{
    struct relay *relay = memory_take(sizeof *relay);
    enum http_method method = exchange->request.method;
    *relay = (struct relay){
        .relays = relays,
        .upstream = upstream,
        .exchange = exchange,
        .caller = caller,
        .person = caller->person,
        .session = caller->session,
        .reads = method == HTTP_GET || method == HTTP_HEAD || method == HTTP_OPTIONS,
        .is_stream = wants_stream(&exchange->request),
        .version = version_of(relays, exchange),
    };
    try_next(relay);
}

void relays_stop(struct relays *relays)
{
    relays_end_streams(relays);
    http_client_destroy(&relays->client);
}

void relays_destroy(struct relays **place)
{
    struct relays *relays = *place;
    if (relays == NULL) {
        return;
    }
    MUST(relays->client == NULL && relays->streams == NULL);
    pthread_mutex_destroy(&relays->lock);
    memory_free(relays);
    *place = NULL;
}
