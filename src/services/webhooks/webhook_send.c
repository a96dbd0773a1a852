/* webhook_send.c - each event to each endpoint that wants it: signed, tried again, once too often
 * rather than never. The receiver knows a second time by the webhook-id.
 */
#include "services/webhooks/webhook_send.h"

#include "services/webhooks/webhook_store.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/crypto/seal.h"
#include "base/json.h"
#include "net/http_client.h"
#include "runtime/host.h"
#include "runtime/message_run.h"

enum {
    SEND_MS_MAX = 20 * 1000,
    LEASE_MS = 3 * SEND_MS_MAX,
    RETRY_MS_MAX = 12 * 60 * 60 * 1000,
    ANSWER_BYTES_MAX = 64 * 1024,
    SECOND_MS = 1000,
};

/* ---- secrets ---- */

static struct text place_of(struct arena *arena, struct id endpoint)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(endpoint, id);
    return text_format(arena, "webhooks.endpoint:%s", id);
}

struct text webhook_seal(struct call *call, struct id endpoint, struct text secret)
{
    struct digest_key key = call_key(call, "webhooks.secrets");
    struct text sealed = seal(call->arena, &key, place_of(call->arena, endpoint), secret);
    return proof_base64(call->arena, sealed.data, sealed.bytes);
}

static struct text unsealed(struct call *call, struct id endpoint, struct text kept)
{
    struct digest_key key = call_key(call, "webhooks.secrets");
    struct text secret = NO_TEXT;
    if (!text_is_given(kept)) {
        return NO_TEXT;
    }
    char *bytes = arena_take_raw(call->arena, kept.bytes);
    size_t count = 0;
    bool is_whole = proof_read_base64(kept, bytes, kept.bytes, &count) &&
                    unseal(call->arena, &key, place_of(call->arena, endpoint),
                           (struct text){bytes, count}, &secret);
    return is_whole ? secret : NO_TEXT;
}

/* ---- an event is heard ---- */

struct told {
    struct text type;
    int64_t told_at;
    struct text data; /* JSON */
};

static struct text body_of(struct arena *arena, const struct told *told)
{
    char when[CLOCK_TEXT_BYTES + 1];
    struct json_writer writer;
    clock_write(told->told_at, when);
    json_writer_init(&writer, arena, told->data.bytes + 256);
    json_begin_object(&writer);
    json_key(&writer, "type");
    json_put_text(&writer, told->type);
    json_key(&writer, "timestamp");
    json_put_text(&writer, text_of(when));
    json_key(&writer, "data");
    json_put_raw(&writer, told->data);
    json_end_object(&writer);
    return json_written(&writer);
}

struct delivery webhook_test_delivery(struct call *call, struct id endpoint)
{
    struct told told = {
        .type = TEXT("webhooks.test"),
        .told_at = call->now_ms,
        .data = TEXT("{\"is_test\":true}"),
    };
    call_alarm(call, call->now_ms);
    return (struct delivery){
        .id = id_new(),
        .endpoint_id = endpoint,
        .message_id = id_new(),
        .event_type = told.type,
        .payload = body_of(call->arena, &told),
        .status = delivery_waiting,
        .due_at = call->now_ms,
        .created_at = call->now_ms,
        .changed_at = call->now_ms,
    };
}

enum status webhook_hear(struct call *call)
{
    struct rows rows;
    struct text body = NO_TEXT;
    const struct message *message = call->message;
    struct told told = {message->name, message->told_at, message->data};
    enum status status = endpoint_list(call->store, call->arena, &rows);
    for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
        const struct endpoint *endpoint = &((const struct endpoint *)rows.items)[i];
        if (!text_equals(endpoint->status, endpoint_active) ||
            !endpoint_wants(endpoint, call->message->name)) {
            continue;
        }
        body = text_is_given(body) ? body : body_of(call->arena, &told);
        status = delivery_insert(call->store, &(struct delivery){
                                                  .id = id_new(),
                                                  .endpoint_id = endpoint->id,
                                                  .message_id = call->message->id,
                                                  .event_type = call->message->name,
                                                  .payload = body,
                                                  .status = delivery_waiting,
                                                  .due_at = call->now_ms,
                                                  .created_at = call->now_ms,
                                                  .changed_at = call->now_ms,
                                              });
        call_alarm(call, call->now_ms);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* ---- lease ---- */

struct sending {
    struct delivery delivery;
    struct endpoint endpoint;
    bool is_public_only;
    struct text webhook_id;
    struct text timestamp;
    struct text signature;     /* NO_TEXT: there is nothing to send */
    struct text bot_signature; /* of what came in by a hook; else NO_TEXT */

    enum status status;
    int code;
};

static struct text signatures(struct chore_run *run, const struct sending *sending)
{
    const struct endpoint *endpoint = &sending->endpoint;
    struct text body = sending->delivery.payload;
    struct text secret = unsealed(run->call, endpoint->id, endpoint->secret);
    struct text signature =
        webhook_signature(run->arena, secret, sending->webhook_id, sending->timestamp, body);
    if (endpoint->old_until > run->now_ms && text_is_given(signature)) {
        struct text old = unsealed(run->call, endpoint->id, endpoint->old_secret);
        struct text second =
            webhook_signature(run->arena, old, sending->webhook_id, sending->timestamp, body);
        if (text_is_given(second)) {
            signature =
                text_format(run->arena, "%.*s %.*s", TEXT_ARGS(signature), TEXT_ARGS(second));
        }
    }
    return signature;
}

static enum status prepare(struct chore_run *run, struct sending *sending)
{
    char id[ID_TEXT_BYTES + 1];
    enum status status =
        endpoint_find(run->store, run->arena, sending->delivery.endpoint_id, &sending->endpoint);
    if (status == STATUS_ABSENT) {
        return STATUS_OK; /* it is gone, and so will be its deliveries */
    }
    if (status != STATUS_OK || !text_equals(sending->endpoint.status, endpoint_active)) {
        return status;
    }
    id_write(sending->delivery.message_id, id);
    sending->webhook_id = text_format(run->arena, "msg_%s", id);
    sending->timestamp = text_format(run->arena, "%lld", (long long)(run->now_ms / SECOND_MS));
    sending->is_public_only = !config_flag(run->host->config, "webhooks.private");
    sending->signature = signatures(run, sending);
    if (text_equals(sending->delivery.event_type, TEXT("gateway.hook_received"))) {
        sending->bot_signature = webhook_bot_signature(
            run->arena, unsealed(run->call, sending->endpoint.id, sending->endpoint.secret),
            sending->delivery.payload);
    }
    return STATUS_OK;
}

static enum status lease(struct chore_run *run, void **job_out)
{
    struct sending *sending = ARENA_NEW(run->arena, struct sending);
    struct delivery *delivery = &sending->delivery;
    enum status status =
        delivery_next(run->store, run->arena, run->now_ms, delivery, &run->next_at);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    delivery->due_at = run->now_ms + LEASE_MS;
    delivery->changed_at = run->now_ms;
    status = delivery_update(run->store, delivery);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_CONFLICT : status;
    }
    delivery->lease++;
    delivery->attempts++;
    status = prepare(run, sending);
    *job_out = status == STATUS_OK ? sending : NULL;
    return status;
}

/* ---- work ---- */

static void work(struct sideline_work *work)
{
    struct sending *sending = work->job;
    struct http_answer answer = {.status = 0};
    if (!text_is_given(sending->signature)) {
        sending->status = STATUS_REFUSED;
        return;
    }
    const struct http_header headers[] = {
        {TEXT("Content-Type"), TEXT("application/json")},
        {TEXT("webhook-id"), sending->webhook_id},
        {TEXT("webhook-timestamp"), sending->timestamp},
        {TEXT("webhook-signature"), sending->signature},
        {TEXT("X-Telegram-Signature"), sending->bot_signature}, /* the last: it may be none */
    };
    size_t header_count = COUNT_OF(headers) - !text_is_given(sending->bot_signature);
    sending->status = http_client_ask(work->context, work->arena,
                                      &(struct http_client_request){
                                          .method = "POST",
                                          .url = text_copy(work->arena, sending->endpoint.url).data,
                                          .headers = headers,
                                          .header_count = header_count,
                                          .body = sending->delivery.payload,
                                          .deadline_ms = SEND_MS_MAX,
                                          .answer_bytes_max = ANSWER_BYTES_MAX,
                                          .is_public_only = sending->is_public_only,
                                      },
                                      &answer);
    sending->code = sending->status == STATUS_OK ? answer.status : 0;
}

static void *open_client(struct host *host)
{
    (void)host;
    return http_client_create();
}

static void close_client(void *context)
{
    struct http_client *client = context;
    http_client_destroy(&client);
}

/* ---- note ---- */

static struct text detail_of(const struct sending *sending)
{
    if (sending->status == STATUS_REFUSED) {
        return TEXT("the endpoint is disabled or gone");
    }
    return sending->status == STATUS_OK ? NO_TEXT : text_of(status_text(sending->status));
}

static void decide(struct chore_run *run, const struct sending *sending, struct delivery *delivery)
{
    const struct config *config = run->host->config;
    bool is_taken = sending->code >= 200 && sending->code < 300;
    bool is_hopeless = sending->status == STATUS_REFUSED || sending->code == 410;
    delivery->code = sending->code;
    delivery->detail = detail_of(sending);
    delivery->changed_at = run->now_ms;
    delivery->due_at = 0;
    if (is_taken) {
        delivery->status = delivery_delivered;
    } else if (is_hopeless || delivery->attempts > config_integer(config, "webhooks.retries")) {
        delivery->status = delivery_failed;
    } else {
        delivery->due_at =
            run->now_ms + retry_wait_ms(config_integer(config, "webhooks.retry_after"),
                                        RETRY_MS_MAX, delivery->attempts);
    }
}

/* 410 Gone: nobody wants to hear of it there any more. */
static enum status disable(struct chore_run *run, struct id id)
{
    struct endpoint endpoint;
    enum status status = endpoint_find(run->store, run->arena, id, &endpoint);
    if (status != STATUS_OK || !text_equals(endpoint.status, endpoint_active)) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    endpoint.status = endpoint_disabled;
    endpoint.reason = TEXT("It has answered 410 Gone.");
    endpoint.revision++;
    endpoint.changed_at = run->now_ms;
    return endpoint_update(run->store, run->arena, &endpoint);
}

static enum status note(struct chore_run *run, void *job)
{
    const struct sending *sending = job;
    struct delivery delivery = sending->delivery;
    decide(run, sending, &delivery);
    enum status status = delivery_update(run->store, &delivery);
    if (status == STATUS_ABSENT) {
        return STATUS_OK; /* it is gone, or another has it in hand */
    }
    return status == STATUS_OK && sending->code == 410 ? disable(run, delivery.endpoint_id)
                                                       : status;
}

const struct sideline webhook_sender = {
    .name = "webhooks",
    .threads = 2,
    .lease = lease,
    .work = work,
    .note = note,
    .open = open_client,
    .close = close_client,
};
