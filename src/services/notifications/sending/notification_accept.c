/* notification_accept.c - somebody is to be told something: by which ways, and with which words.
 *
 * Whoever asks hears at once what would keep it from being sent: no such template, a hole without a
 * value, nobody who could be reached. With a channel only that one is used. Without, it stands in
 * the inbox of a person, and the first of telegram and mail that reaches him is tried.
 */
#include "services/notifications/inbox/inbox.h"
#include "services/notifications/sending/notification_store.h"
#include "services/notifications/templates/template_store.h"

#include "base/json.h"
#include "net/mail.h"
#include "runtime/sideline.h"

struct accepting {
    struct call *call;
    const struct notification_wish *wish;
    struct recipient recipient; /* its id none: nobody is known */
    struct text locale;
    struct notification *notification;
    bool is_secret;
    bool is_urgent;
    bool found_template;
    struct texts missing;
    bool stands_in_inbox;
    struct rendered in_inbox;
    struct text mode; /* of the first channel out of the house that is not muted */
};

static bool reaches(const struct accepting *accepting, struct text channel)
{
    const struct notification *notification = accepting->notification;
    if (text_equals(channel, channel_email)) {
        return text_is_given(notification->address);
    }
    if (text_equals(channel, channel_telegram)) {
        return text_is_given(notification->telegram_id);
    }
    return text_equals(channel, channel_inbox) && !id_is_none(notification->person_id);
}

/* OK: there are words for it and all their holes are filled. ABSENT: there is no template. */
static enum status try_words(struct accepting *accepting, struct text channel,
                             struct rendered *rendered_out)
{
    struct call *call = accepting->call;
    struct template template;
    struct rendering rendering;
    enum status status = template_choose(call->store, call->arena, accepting->wish->template,
                                         channel, accepting->locale, &template);
    if (status == STATUS_ABSENT && text_equals(channel, channel_inbox)) {
        /* The inbox can say what a letter says. */
        status = template_choose(call->store, call->arena, accepting->wish->template, channel_email,
                                 accepting->locale, &template);
        if (status == STATUS_OK && template.is_secret) {
            status = STATUS_ABSENT;
        }
    }
    if (status != STATUS_OK) {
        return status;
    }
    accepting->found_template = true;
    accepting->is_secret = accepting->is_secret || template.is_secret;
    accepting->is_urgent = accepting->is_urgent || template.is_urgent;
    status = template_render(call->arena, &template, accepting->notification->payload, &rendering);
    if (status == STATUS_ABSENT) {
        accepting->missing = rendering.missing;
        return STATUS_REFUSED;
    }
    *rendered_out = rendering.rendered;
    return status;
}

static enum status refuse_missing(struct accepting *accepting)
{
    struct json_writer writer;
    json_writer_init(&writer, accepting->call->arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "missing");
    json_begin_array(&writer);
    for (size_t i = 0; i < accepting->missing.count; i++) {
        json_put_text(&writer, accepting->missing.items[i]);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    return refuse_with(accepting->call, &template_values_missing, json_written(&writer));
}

/* ---- which ways ---- */

static enum status add_channel(struct accepting *accepting, struct text channel,
                               struct text *channels)
{
    struct call *call = accepting->call;
    struct notification *notification = accepting->notification;
    struct rendered rendered;
    struct text mode = preference_on;
    if (!reaches(accepting, channel)) {
        return STATUS_OK;
    }
    enum status status = try_words(accepting, channel, &rendered);
    if (status == STATUS_OK && !accepting->is_urgent && !id_is_none(notification->person_id)) {
        status = preference_of(call->store, call->arena, notification->person_id,
                               accepting->wish->template, channel, &mode);
    }
    if (status != STATUS_OK || text_equals(mode, preference_off)) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    channels[notification->channels.count++] = channel;
    if (text_equals(channel, channel_inbox)) {
        accepting->stands_in_inbox = true;
        accepting->in_inbox = rendered;
    } else if (accepting->mode.data == NULL) {
        accepting->mode = mode;
    }
    return STATUS_OK;
}

/* The inbox first, wherever it is named: what stands there has arrived. */
static enum status choose_channels(struct accepting *accepting)
{
    struct text wanted = channel_of(accepting->wish->channel);
    const struct text all[] = {channel_inbox, channel_telegram, channel_email};
    const struct texts any = {all, COUNT_OF(all)};
    const struct texts *order =
        accepting->wish->channels.count > 0 ? &accepting->wish->channels : &any;
    struct text *channels = ARENA_ARRAY(accepting->call->arena, struct text, COUNT_OF(all));
    enum status status = STATUS_OK;
    MUST(order->count <= COUNT_OF(all));
    accepting->notification->channels = (struct texts){channels, 0};
    for (size_t i = 0; i < 2 * order->count && status == STATUS_OK; i++) {
        struct text channel = order->items[i % order->count];
        bool is_its_turn = text_equals(channel, channel_inbox) == (i < order->count);
        if (is_its_turn && (!text_is_given(wanted) || text_equals(wanted, channel))) {
            status = add_channel(accepting, channel, channels);
        }
    }
    return status;
}

/* Nobody is told, and that may be as he has wished. */
static enum status explain_no_channel(struct accepting *accepting)
{
    struct call *call = accepting->call;
    if (accepting->found_template) {
        return STATUS_OK;
    }
    if (text_is_given(accepting->wish->channel)) {
        struct template template;
        enum status status =
            template_choose(call->store, call->arena, accepting->wish->template,
                            channel_of(accepting->wish->channel), accepting->locale, &template);
        if (status != STATUS_OK && status != STATUS_ABSENT) {
            return status;
        }
        return refuse(call, status == STATUS_OK ? &notification_unreachable : &template_not_found);
    }
    bool is_known = false;
    enum status status =
        template_is_known(call->store, call->arena, accepting->wish->template, &is_known);
    if (status != STATUS_OK) {
        return status;
    }
    return refuse(call, is_known ? &notification_unreachable : &template_not_found);
}

/* ---- who ---- */

static enum status find_recipient(struct accepting *accepting)
{
    struct call *call = accepting->call;
    const struct notification_wish *wish = accepting->wish;
    if (id_is_none(wish->person_id)) {
        bool has_address = text_is_given(wish->address) || text_is_given(wish->telegram_id);
        return has_address ? STATUS_OK : refuse(call, &notification_no_recipient);
    }
    enum status status =
        recipient_find(call->store, call->arena, wish->person_id, &accepting->recipient);
    if (status == STATUS_ABSENT) { /* the directory's event may be on its way */
        accepting->recipient = (struct recipient){.id = wish->person_id};
        return STATUS_OK;
    }
    return status;
}

static struct text or_else(struct text first, struct text second)
{
    return text_is_given(first) && first.bytes > 0 ? first : second.bytes > 0 ? second : NO_TEXT;
}

static void begin(struct accepting *accepting)
{
    const struct notification_wish *wish = accepting->wish;
    const struct recipient *recipient = &accepting->recipient;
    bool is_telegram = text_equals(wish->channel, channel_telegram);
    accepting->locale = or_else(wish->locale, or_else(recipient->locale, TEXT("en")));
    *accepting->notification = (struct notification){
        .id = id_new(),
        .template = wish->template,
        .person_id = wish->person_id,
        .address = or_else(is_telegram ? NO_TEXT : wish->address, recipient->email),
        .telegram_id =
            or_else(is_telegram ? wish->address : wish->telegram_id, recipient->telegram_id),
        .locale = accepting->locale,
        .payload = text_is_given(wish->payload) ? wish->payload : TEXT("{}"),
        .dedup_key = wish->dedup_key,
        .status = notification_pending,
        .actor = accepting->call->caller.name,
        .created_at = accepting->call->now_ms,
        .changed_at = accepting->call->now_ms,
    };
}

/* ---- written ---- */

static void settle(struct accepting *accepting)
{
    struct notification *notification = accepting->notification;
    size_t skipped = accepting->stands_in_inbox ? 1 : 0;
    notification->is_secret = accepting->is_secret;
    if (notification->channels.count > skipped) {
        notification->channel = notification->channels.items[skipped];
        notification->waits_for_digest = text_equals(accepting->mode, preference_daily);
        notification->due_at = notification->waits_for_digest ? 0 : accepting->call->now_ms;
        notification->status =
            notification->waits_for_digest ? notification_queued : notification_pending;
        return;
    }
    notification->channel = accepting->stands_in_inbox ? channel_inbox : NO_TEXT;
    notification->status =
        accepting->stands_in_inbox ? notification_delivered : notification_processed;
    notification->delivered_at = accepting->stands_in_inbox ? accepting->call->now_ms : 0;
    notification->reason =
        accepting->stands_in_inbox ? NO_TEXT : TEXT("The recipient has muted this.");
}

static enum status write(struct accepting *accepting)
{
    struct call *call = accepting->call;
    struct notification *notification = accepting->notification;
    enum status status = notification_insert(call->store, call->arena, notification);
    if (status == STATUS_OK && accepting->stands_in_inbox) {
        status = inbox_put(call, notification, &accepting->in_inbox);
    }
    if (status == STATUS_OK && notification_is_over(notification)) {
        status = notification_tell_sent(call, notification);
    }
    if (status == STATUS_OK && notification->due_at != 0) {
        call_alarm(call, notification->due_at);
    }
    return status;
}

/* OK: it is new, and may be written. EXISTS: notification_out is the old one. */
static enum status look_for_old(struct call *call, const struct notification_wish *wish,
                                struct notification *notification_out)
{
    if (!text_is_given(wish->dedup_key)) {
        return STATUS_OK;
    }
    enum status status =
        notification_find_by_key(call->store, call->arena, wish->dedup_key, notification_out);
    return status == STATUS_OK ? STATUS_EXISTS : status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status notification_accept(struct call *call, const struct notification_wish *wish,
                                struct notification *notification_out, bool *is_old_out)
{
    struct accepting accepting = {.call = call, .wish = wish, .notification = notification_out};
    enum status status = look_for_old(call, wish, notification_out);
    *is_old_out = status == STATUS_EXISTS;
    if (status != STATUS_OK) {
        return *is_old_out ? STATUS_OK : status;
    }
    status = find_recipient(&accepting);
    if (status != STATUS_OK) {
        return status;
    }
    begin(&accepting);
    if (text_is_given(notification_out->address) && !mail_is_address(notification_out->address)) {
        return refuse_field(call, &notification_bad_address, "address");
    }
    status = choose_channels(&accepting);
    if (accepting.missing.count > 0) {
        return refuse_missing(&accepting);
    }
    if (status == STATUS_OK && notification_out->channels.count == 0) {
        status = explain_no_channel(&accepting);
    }
    if (status != STATUS_OK) {
        return status == STATUS_MALFORMED ? refuse(call, &template_malformed) : status;
    }
    settle(&accepting);
    return write(&accepting);
}
