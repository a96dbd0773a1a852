/* telegram_delivery.c - the bot says whether a message has reached its reader.
 *
 * Signed by the bot: X-Telegram-Signature is the HMAC-SHA-256, in hexadecimal digits, of the bytes
 * of the body as they came, under the secret of the setting telegram.delivery_secret. Without that
 * setting nobody is believed.
 */
#include "services/notifications/sending/notification_routes.h"

#include "services/notifications/sending/notification_store.h"

#include "base/config.h"
#include "base/encode.h"
#include "base/proof.h"
#include "runtime/host.h"

const struct refusal telegram_invalid_signature = {
    "invalid_signature", 401, "X-Telegram-Signature does not fit the body and the secret."};

struct delivery_input {
    struct id message_id;
    struct text status;
    struct text reason;
    int64_t occurred_at;
};

static const char *const statuses[] = {"delivered", "failed"};

#define AT(member) .offset = offsetof(struct delivery_input, member)

static const struct field delivery_fields[] = {
    {.name = "messageId",
     .kind = FIELD_ID,
     AT(message_id),
     .required = true,
     .meaning = "The notification's id"},
    {.name = "status",
     .kind = FIELD_CHOICE,
     AT(status),
     .required = true,
     .bytes_max = 16,
     .choices = statuses,
     .choice_count = COUNT_OF(statuses)},
    {.name = "reason", .kind = FIELD_TEXT, AT(reason), .bytes_max = REASON_BYTES_MAX},
    {.name = "occurredAt", .kind = FIELD_TIME, AT(occurred_at)},
};
#undef AT

const struct shape telegram_delivery_takes = {
    .name = "TelegramDelivery",
    .fields = delivery_fields,
    .field_count = COUNT_OF(delivery_fields),
    .bytes = sizeof(struct delivery_input),
    .has_foreign_names = true,
};

static bool is_signed(const struct call *call)
{
    unsigned char expected[PROOF_HASH_BYTES];
    unsigned char given[PROOF_HASH_BYTES];
    struct text secret = config_text(call->host->config, "telegram.delivery_secret");
    struct text header = http_header_alone(&call->exchange->request, "X-Telegram-Signature");
    if (!text_is_given(secret) || header.bytes != 2 * sizeof given ||
        !decode_hex(header, given, sizeof given)) {
        return false;
    }
    proof_hmac(secret, &call->exchange->request.body, 1, expected);
    return proof_equals(expected, given);
}

/* Told twice it changes nothing the second time. */
static enum status write_delivery(struct call *call, struct notification *notification)
{
    const struct delivery_input *input = call->input;
    bool is_delivered = text_equals(input->status, notification_delivered);
    int64_t when = input->occurred_at != 0 ? input->occurred_at : call->now_ms;
    const struct attempt attempt = {
        .id = id_new(),
        .notification_id = notification->id,
        .channel = channel_telegram,
        .number = notification->attempts,
        .at = when,
        .outcome = is_delivered ? TEXT("delivered") : TEXT("refused"),
        .detail = input->reason,
    };
    notification->channel = channel_telegram;
    notification->status = is_delivered ? notification_delivered : notification_failed;
    notification->reason = is_delivered ? NO_TEXT : input->reason;
    notification->delivered_at = is_delivered ? when : 0;
    notification->due_at = 0;
    notification->changed_at = call->now_ms;
    enum status status = notification_update(call->store, call->arena, notification);
    if (status == STATUS_OK) {
        status = attempt_insert(call->store, &attempt);
    }
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_CONFLICT : status;
    }
    return is_delivered ? notification_tell_sent(call, notification)
                        : notification_tell_failed(call, notification);
}

static bool is_by_telegram(const struct notification *notification)
{
    bool is_found = false;
    for (size_t i = 0; i < notification->channels.count; i++) {
        is_found = is_found || text_equals(notification->channels.items[i], channel_telegram);
    }
    return is_found;
}

enum status telegram_delivery_handle(struct call *call)
{
    const struct delivery_input *input = call->input;
    struct notification notification;
    if (!is_signed(call)) {
        return refuse(call, &telegram_invalid_signature);
    }
    enum status status =
        notification_find(call->store, call->arena, input->message_id, &notification);
    if (status == STATUS_ABSENT || (status == STATUS_OK && !is_by_telegram(&notification))) {
        return refuse(call, &notification_not_found);
    }
    if (status == STATUS_OK && !text_equals(notification.status, input->status)) {
        status = write_delivery(call, &notification);
    }
    return status == STATUS_OK ? answer(call, &notification) : status;
}
