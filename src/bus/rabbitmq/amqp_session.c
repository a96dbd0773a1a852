/* amqp_session.c - the connection as a whole: connecting, logging in, blocked, closed, lost. */
#include "bus/rabbitmq/amqp_inside.h"

#include "base/chance.h"
#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum {
    RETRY_MS = 100,
    STEADY_MS = 5000, /* a connection that lived as long begins with short pauses again */
    CAPABILITY_COUNT = 5,
    REPLY_SUCCESS = 200,
    REPLY_INTERNAL_ERROR = 541,
};

/* ---- lost, and tried again ---- */

/* Said once: a broker that is away for a night is one line, not thousands. */
static void log_trouble(struct amqp_link *link)
{
    if (strcmp(link->logged, link->reason) != 0) {
        log_line(
            LOG_WARNING, "bus", "RabbitMQ is out of reach",
            LOG_TEXT("host", text_of(link->address.host)), LOG_NUMBER("port", link->address.port),
            LOG_TEXT("connection", text_of(link->name)), LOG_TEXT("reason", text_of(link->reason)));
        memcpy(link->logged, link->reason, sizeof link->logged);
    }
}

/* Growing pauses of a random length, so that many do not come back at the same moment. */
static int pause_ms(const struct amqp_link *link)
{
    int doubled = link->attempt_count > 16 ? 16 : link->attempt_count;
    int64_t pause = (int64_t)RETRY_MS << doubled;
    pause = pause > link->retry_ms_max ? link->retry_ms_max : pause;
    return (int)(pause / 2 + (int64_t)(chance_number() % (uint64_t)(pause / 2 + 1)));
}

void amqp__go_down(struct amqp_link *link)
{
    MUST(link->is_broken && link->stage != AMQP__PAUSED);
    char reason[AMQP__REASON_BYTES];
    int64_t now_ms = clock_monotonic_ms();
    memcpy(reason, link->reason, sizeof reason);
    if (link->stage == AMQP__UP && now_ms - link->up_at_ms >= STEADY_MS) {
        link->attempt_count = 0;
        link->logged[0] = '\0';
    }
    amqp__socket_close(&link->socket);
    link->stage = AMQP__PAUSED;
    link->is_broken = false;
    link->is_blocked = false;
    link->heartbeat_ms = 0;
    link->retry_at_ms = now_ms + pause_ms(link);
    link->attempt_count++;
    for (int i = 0; i < AMQP__CHANNELS; i++) {
        amqp__forget_arrival(link, (uint16_t)i);
        link->channels[i].is_used = false;
        link->channels[i].is_closing = false;
    }
    if (!link->ends) {
        log_trouble(link);
        link->listener.down(link->listener.context, link, reason);
    }
    amqp__forget_flying(link, text_of(reason));
    amqp__forget_controls(link);
    amqp__forget_batches(link);
}

/* ---- connecting ---- */

void amqp__connect(struct amqp_link *link)
{
    MUST(link->stage == AMQP__PAUSED);
    link->stage = AMQP__CONNECTING;
    const char *trouble = amqp__socket_open(&link->socket, link->address.host, link->address.port);
    link->progress_at_ms = clock_monotonic_ms();
    if (trouble != NULL) {
        amqp__break(link, "%s", trouble);
    }
}

void amqp__greet(struct amqp_link *link)
{
    static const uint8_t greeting[] = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};
    amqp__buffer_add(&link->socket.out, greeting, sizeof greeting);
    link->stage = AMQP__GREETING;
    link->progress_at_ms = clock_monotonic_ms();
}

/* What RabbitMQ does only for those who say that they understand it. */
static const char *const capabilities[CAPABILITY_COUNT] = {
    "publisher_confirms", "basic.nack", "consumer_cancel_notify", "connection.blocked",
    "authentication_failure_close"};

static amqp_table_entry_t text_entry(const char *name, const char *value)
{
    return (amqp_table_entry_t){
        .key = amqp__bytes(text_of(name)),
        .value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp__bytes(text_of(value))}};
}

static void handle_start(struct amqp_link *link, void *method)
{
    (void)method;
    amqp_table_entry_t able[CAPABILITY_COUNT];
    for (size_t i = 0; i < CAPABILITY_COUNT; i++) {
        able[i] =
            (amqp_table_entry_t){.key = amqp__bytes(text_of(capabilities[i])),
                                 .value = {.kind = AMQP_FIELD_KIND_BOOLEAN, .value.boolean = 1}};
    }
    amqp_table_entry_t entries[] = {
        text_entry("product", "Kontora"),
        text_entry("connection_name", link->name),
        {.key = amqp__bytes(TEXT("capabilities")),
         .value = {.kind = AMQP_FIELD_KIND_TABLE,
                   .value.table = {.num_entries = CAPABILITY_COUNT, .entries = able}}},
    };
    char secret[2 * AMQP_PART_BYTES + 2];
    int bytes = snprintf(secret, sizeof secret, "%c%s%c%s", '\0', link->address.user, '\0',
                         link->address.password);
    amqp_connection_start_ok_t answer = {
        .client_properties = {.num_entries = COUNT_OF(entries), .entries = entries},
        .mechanism = amqp__bytes(TEXT("PLAIN")),
        .response = {.len = (size_t)bytes, .bytes = secret},
        .locale = amqp__bytes(TEXT("en_US")),
    };
    amqp__send(link, AMQP__CHANNEL_WHOLE, AMQP_CONNECTION_START_OK_METHOD, &answer);
    explicit_bzero(secret, sizeof secret);
}

static void handle_tune(struct amqp_link *link, void *method)
{
    const amqp_connection_tune_t *offered = method;
    if (offered->frame_max != 0 && offered->frame_max < AMQP__FRAME_BYTES_MAX) {
        amqp__break(link, "RabbitMQ's frame_max is %u; it must be %d or more",
                    (unsigned)offered->frame_max, AMQP__FRAME_BYTES_MAX);
        return;
    }
    if (offered->channel_max != 0 && offered->channel_max < AMQP__CHANNELS) {
        amqp__break(link, "RabbitMQ's channel_max is %u; it must be %d or more",
                    (unsigned)offered->channel_max, AMQP__CHANNELS);
        return;
    }
    amqp_connection_tune_ok_t answer = {.channel_max = AMQP__CHANNELS,
                                        .frame_max = AMQP__FRAME_BYTES_MAX,
                                        .heartbeat = (uint16_t)link->heartbeat_seconds};
    amqp_connection_open_t open = {.virtual_host =
                                       amqp__bytes(text_of(link->address.virtual_host))};
    amqp__send(link, AMQP__CHANNEL_WHOLE, AMQP_CONNECTION_TUNE_OK_METHOD, &answer);
    amqp__send(link, AMQP__CHANNEL_WHOLE, AMQP_CONNECTION_OPEN_METHOD, &open);
    link->received_at_ms = clock_monotonic_ms();
    link->sent_at_ms = link->received_at_ms;
    link->heartbeat_ms = link->heartbeat_seconds * 1000;
}

static void handle_open_ok(struct amqp_link *link, void *method)
{
    (void)method;
    amqp__reopen(link, AMQP__CHANNEL_CONTROL);
    amqp__reopen(link, AMQP__CHANNEL_PUBLISH);
}

/* The last answer of the greeting; later ones come after a channel was opened again. */
static void handle_confirms_on(struct amqp_link *link, void *method)
{
    (void)method;
    if (link->stage != AMQP__GREETING) {
        return;
    }
    link->stage = AMQP__UP;
    link->up_at_ms = clock_monotonic_ms();
    log_line(LOG_INFO, "bus", "RabbitMQ is reached", LOG_TEXT("host", text_of(link->address.host)),
             LOG_NUMBER("port", link->address.port), LOG_TEXT("connection", text_of(link->name)));
    link->listener.up(link->listener.context, link);
}

/* ---- blocked and closed ---- */

static void set_blocked(struct amqp_link *link, bool is_blocked)
{
    if (link->is_blocked == is_blocked) {
        return;
    }
    link->is_blocked = is_blocked;
    link->progress_at_ms = clock_monotonic_ms();
    if (is_blocked) {
        log_line(LOG_WARNING, "bus", "RabbitMQ takes nothing more for now",
                 LOG_TEXT("connection", text_of(link->name)));
    }
    if (link->listener.blocked != NULL) {
        link->listener.blocked(link->listener.context, link, is_blocked);
    }
}

static void handle_blocked(struct amqp_link *link, void *method)
{
    (void)method;
    set_blocked(link, true);
}

static void handle_unblocked(struct amqp_link *link, void *method)
{
    (void)method;
    set_blocked(link, false);
}

static void handle_close(struct amqp_link *link, void *method)
{
    const amqp_connection_close_t *close = method;
    amqp_connection_close_ok_t answer = {.dummy = 0};
    size_t ignored;
    if (close->reply_code == REPLY_INTERNAL_ERROR) {
        amqp__broker_failed(link);
    }
    amqp__send(link, AMQP__CHANNEL_WHOLE, AMQP_CONNECTION_CLOSE_OK_METHOD, &answer);
    (void)amqp__socket_send(&link->socket, &ignored); /* the last word; it may be lost */
    amqp__break(link, "RabbitMQ said: %.*s", TEXT_ARGS(amqp__text(close->reply_text)));
}

static void handle_close_ok(struct amqp_link *link, void *method)
{
    (void)method;
    amqp__break(link, "closed");
}

void amqp__close(struct amqp_link *link)
{
    amqp_connection_close_t close = {.reply_code = REPLY_SUCCESS,
                                     .reply_text = amqp__bytes(TEXT("the link was ended"))};
    amqp__send(link, AMQP__CHANNEL_WHOLE, AMQP_CONNECTION_CLOSE_METHOD, &close);
    link->stage = AMQP__CLOSING;
}

bool amqp__handle_session(struct amqp_link *link, amqp_method_number_t number, void *method)
{
    static const struct {
        amqp_method_number_t number;
        void (*handle)(struct amqp_link *link, void *method);
    } rows[] = {
        {AMQP_CONNECTION_START_METHOD, handle_start},
        {AMQP_CONNECTION_TUNE_METHOD, handle_tune},
        {AMQP_CONNECTION_OPEN_OK_METHOD, handle_open_ok},
        {AMQP_CONFIRM_SELECT_OK_METHOD, handle_confirms_on},
        {AMQP_CONNECTION_BLOCKED_METHOD, handle_blocked},
        {AMQP_CONNECTION_UNBLOCKED_METHOD, handle_unblocked},
        {AMQP_CONNECTION_CLOSE_METHOD, handle_close},
        {AMQP_CONNECTION_CLOSE_OK_METHOD, handle_close_ok},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].number == number) {
            rows[i].handle(link, method);
            return true;
        }
    }
    return false;
}
