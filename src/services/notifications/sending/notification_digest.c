/* notification_digest.c - one letter a day in the place of many.
 *
 * Once a day a timer is set for each person for whom something waits; each then writes one letter,
 * in a transaction of its own, and what stood in it has been processed.
 */
#include "services/notifications/sending/notification_digest.h"

#include "services/notifications/sending/notification_store.h"
#include "services/notifications/templates/template_store.h"

#include "base/json.h"

/* What waits, a line for each; the notifications have been processed with it. */
static enum status gather_lines(struct call *call, struct id person, struct text *lines_out,
                                size_t *count_out)
{
    struct rows rows;
    *lines_out = TEXT("");
    enum status status = digest_list(call->store, call->arena, person, &rows);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        struct notification waiting = ((const struct notification *)rows.items)[i];
        struct template template;
        struct rendering rendering;
        status = template_choose(call->store, call->arena, waiting.template, waiting.channel,
                                 waiting.locale, &template);
        bool has_words =
            status == STATUS_OK &&
            template_render(call->arena, &template, waiting.payload, &rendering) == STATUS_OK;
        struct text line = has_words && rendering.rendered.subject.bytes > 0
                               ? rendering.rendered.subject
                               : waiting.template;
        *lines_out =
            text_format(call->arena, "%.*s- %.*s\n", TEXT_ARGS(*lines_out), TEXT_ARGS(line));
        if (status == STATUS_OK || status == STATUS_ABSENT) {
            waiting.waits_for_digest = false;
            waiting.status = notification_processed;
            waiting.changed_at = call->now_ms;
            status = notification_update(call->store, call->arena, &waiting);
        }
        status = status == STATUS_ABSENT ? STATUS_CONFLICT : status;
    }
    return status;
}

static struct text payload_of(struct arena *arena, size_t count, struct text lines)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 256 + lines.bytes);
    json_begin_object(&writer);
    json_key(&writer, "count");
    json_put_integer(&writer, (int64_t)count);
    json_key(&writer, "lines");
    json_put_text(&writer, lines);
    json_end_object(&writer);
    return json_written(&writer);
}

static enum status digest_of_person(struct call *call)
{
    struct notification digest;
    struct notification_wish wish = {.template = TEXT("notifications.digest"),
                                     .channel = channel_email};
    struct text lines;
    size_t count;
    bool is_old = false;
    if (!id_read(call->message->subject, &wish.person_id)) {
        return STATUS_MALFORMED;
    }
    enum status status = gather_lines(call, wish.person_id, &lines, &count);
    if (status != STATUS_OK || count == 0) {
        return status == STATUS_OK ? answer_empty(call) : status;
    }
    wish.payload = payload_of(call->arena, count, lines);
    status = notification_accept(call, &wish, &digest, &is_old);
    return status == STATUS_OK ? answer_empty(call) : status;
}

const struct timer notification_digest_timer = {
    .name = "send_digest",
    .handle = digest_of_person,
};

enum status notification_digests_handle(struct call *call)
{
    struct rows rows;
    enum status status = digest_people(call->store, call->arena, &rows);
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        char id[ID_TEXT_BYTES + 1];
        id_write(((const struct notification *)rows.items)[i].person_id, id);
        status = timer_set(call, &notification_digest_timer, text_of(id), call->now_ms, NULL);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}
