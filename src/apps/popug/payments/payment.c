/* payment.c - what is known of a payment, and the ways in which somebody can be paid. */
#include "apps/popug/payments/payment.h"

#include "base/json.h"

const struct text payment_asked = {"asked", 5};
const struct text payment_stuck = {"stuck", 5};
const struct text payment_pending = {"pending", 7};
const struct text payment_sending = {"sending", 7};
const struct text payment_unknown = {"unknown", 7};
const struct text payment_done = {"done", 4};
const struct text payment_failed = {"failed", 6};
const char *const payment_statuses[PAYMENT_STATUS_COUNT] = {
    "asked", "stuck", "pending", "sending", "unknown", "done", "failed"};

const struct refusal payment_not_found = {"payment_not_found", 404, "There is no such payment."};
const struct refusal payment_is_over = {"payment_is_over", 409,
                                        "The payment is over; there is nothing to try."};

#define ROW(name_, kind_)                                                                          \
    {                                                                                              \
        .name = #name_, .kind = (kind_), .offset = offsetof(struct payment, name_)                 \
    }
#define SEEN                                                                                       \
    ROW(id, FIELD_ID), ROW(person_id, FIELD_ID), ROW(amount_minor, FIELD_INTEGER),                 \
        ROW(currency, FIELD_TEXT), ROW(channel, FIELD_TEXT), ROW(status, FIELD_TEXT),              \
        ROW(attempts, FIELD_INTEGER), ROW(reference, FIELD_TEXT), ROW(reason, FIELD_TEXT),         \
        ROW(created_at, FIELD_TIME), ROW(changed_at, FIELD_TIME)
static const struct field fields[] = {SEEN, ROW(destination, FIELD_TEXT), ROW(due_at, FIELD_TIME),
                                      ROW(lease, FIELD_INTEGER)};
static const struct field seen_fields[] = {SEEN};
const struct shape payment_shape = {
    .name = "PaymentRow",
    .fields = fields,
    .field_count = COUNT_OF(fields),
    .bytes = sizeof(struct payment),
};
const struct shape payment_seen_shape = {
    .name = "Payment",
    .fields = seen_fields,
    .field_count = COUNT_OF(seen_fields),
    .bytes = sizeof(struct payment),
};

/* ---- events ---- */

#define TELLS(name_, kind_, member_)                                                               \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .offset = offsetof(struct payment, member_),             \
        .bytes_max = 400                                                                           \
    }
static const struct field told_fields[] = {
    TELLS("payment_id", FIELD_ID, id),
    TELLS("user_id", FIELD_ID, person_id),
    TELLS("amount_minor", FIELD_INTEGER, amount_minor),
    TELLS("currency", FIELD_TEXT, currency),
    TELLS("reason", FIELD_TEXT, reason),
};
static const struct shape told_shape = {
    .name = "PaymentTold",
    .fields = told_fields,
    .field_count = COUNT_OF(told_fields),
    .bytes = sizeof(struct payment),
};
const struct event payment_events[PAYMENT_EVENT_COUNT] = {
    [TELLS_TRANSFERRED] = {.name = "payments.earning_transferred",
                           .version = 1,
                           .data = &told_shape,
                           .summary = "Somebody was paid",
                           .alias = "EarningTransferred"},
    [TELLS_FAILED] = {.name = "payments.transfer_failed",
                      .version = 1,
                      .data = &told_shape,
                      .summary = "The provider has refused a payment for good"},
};

bool payment_shows(const struct stream *stream, const struct caller *reader,
                   const struct message *message, struct arena *arena, struct text *data_out)
{
    (void)stream;
    (void)reader;
    (void)arena;
    *data_out = message->data;
    return text_equals(message->name, text_of(payment_events[TELLS_TRANSFERRED].name)) ||
           text_equals(message->name, text_of(payment_events[TELLS_FAILED].name));
}

enum status payment_tell(struct call *call, size_t event, const struct payment *payment)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(payment->id, id);
    return tell(call, &payment_events[event], text_of(id), FIELD_NONE, payment);
}

/* ---- channels ---- */

static bool is_of(struct text text, const char *letters_more, size_t min, size_t max)
{
    bool is = text.bytes >= min && text.bytes <= max;
    for (size_t i = 0; i < text.bytes && is; i++) {
        char letter = text.data[i];
        bool is_more = false;
        for (const char *more = letters_more; *more != '\0'; more++) {
            is_more = is_more || *more == letter;
        }
        is = (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') || is_more;
    }
    return is;
}

static bool accepts_bank_account(struct text destination)
{
    return is_of(destination, "", 8, 34);
}

static bool accepts_phone(struct text destination)
{
    return text_starts_with(destination, TEXT("+")) && is_of(destination, "+", 8, 16);
}

static bool accepts_wallet(struct text destination)
{
    return is_of(destination, "abcdefghijklmnopqrstuvwxyz-_.", 4, 64);
}

static const struct payment_channel channels[] = {
    {"bank_account", accepts_bank_account},
    {"phone", accepts_phone},
    {"wallet", accepts_wallet},
};

bool payment_choose_channel(struct arena *arena, struct text requisite, struct payment *payment)
{
    enum { VALUES_MAX = 200 };
    const struct json *object = NULL;
    struct json_error error;
    if (!text_is_given(requisite) ||
        json_read(arena, requisite, VALUES_MAX, &object, &error) != STATUS_OK ||
        object->kind != JSON_OBJECT) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        const struct json *member = json_member(object, text_of(channels[i].name));
        if (member != NULL && member->kind == JSON_STRING && channels[i].accepts(member->text)) {
            payment->channel = text_of(channels[i].name);
            payment->destination = member->text;
            return true;
        }
    }
    return false;
}
