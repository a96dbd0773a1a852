/* rabbitmq_control.c - small words between the buses of processes, over the same queues.
 *
 *   {"say":"taken", follower, queue, channel, position}   to a source: I am here
 *   {"say":"here", follower, queue}                        to all: commands for me go there
 *   {"say":"again", follower, queue, channel, position}    to a source: I miss what is behind it
 *   {"say":"upto", source, channel, previous, position}    to a follower: behind `previous` there
 *                                                          is nothing for you up to `position`
 *
 * A source that hears less than it has published answers with the newest: that stands in the queue
 * behind all that was published, so who comes to it and has not that message misses something. None
 * of these words is needed twice, and each may be lost: they are said again.
 */
#include "bus/rabbitmq/rabbitmq_parts.h"

#include "base/json.h"
#include "base/log.h"

#include <stdio.h>

/* ---- said ---- */

static void heard(void *context, uint64_t reference, enum status status, struct text reason)
{
    (void)context;
    (void)reference;
    (void)status;
    (void)reason;
}

static void say(struct rabbit *rabbit, struct text exchange, struct text key, struct text body)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(id_new(), id);
    struct amqp_message message = {
        .exchange = exchange,
        .routing_key = key,
        .message_id = text_of(id),
        .may_be_unheard = true,
        .content_type = RABBIT_CONTROL_CONTENT,
        .body = body,
    };
    amqp_link_publish(rabbit->publisher.link, &message, 1, heard, rabbit);
}

static void begin(struct json_writer *writer, struct rabbit *rabbit, const char *word)
{
    enum { USUAL_BYTES = 300 };
    arena_reset(rabbit->arena);
    json_writer_init(writer, rabbit->arena, USUAL_BYTES);
    json_begin_object(writer);
    json_key(writer, "say");
    json_put_text(writer, text_of(word));
}

static void put_text(struct json_writer *writer, const char *key, struct text text)
{
    json_key(writer, key);
    json_put_text(writer, text);
}

static void put_number(struct json_writer *writer, const char *key, int64_t number)
{
    json_key(writer, key);
    json_put_integer(writer, number);
}

static void put_queue(struct json_writer *writer, const struct rabbit_feed *feed)
{
    char name[2 * RABBIT_NAME_ROOM];
    struct text self = feed->member->name;
    if (feed->channel == BUS_EVENTS) {
        snprintf(name, sizeof name, "%.*s.%.*s", TEXT_ARGS(self), TEXT_ARGS(feed->source));
    } else {
        snprintf(name, sizeof name, "%.*s.commands", TEXT_ARGS(self));
    }
    put_text(writer, "queue", text_of(name));
}

static void say_of(struct rabbit_feed *feed, const char *word)
{
    struct rabbit *rabbit = feed->member->rabbit;
    struct json_writer writer;
    begin(&writer, rabbit, word);
    put_text(&writer, "follower", feed->member->name);
    put_queue(&writer, feed);
    put_text(&writer, "channel", bus_channel_name(feed->channel));
    put_number(&writer, "position", feed->committed);
    json_end_object(&writer);
    char key[RABBIT_NAME_ROOM];
    snprintf(key, sizeof key, "%.*s.commands", TEXT_ARGS(feed->source));
    say(rabbit, TEXT(""), text_of(key), json_written(&writer));
}

void rabbit__say_taken(struct rabbit_feed *feed)
{
    say_of(feed, "taken");
}

void rabbit__say_again(struct rabbit_feed *feed)
{
    say_of(feed, "again");
}

void rabbit__say_here(struct rabbit_member *member)
{
    struct json_writer writer;
    char queue[RABBIT_NAME_ROOM];
    snprintf(queue, sizeof queue, "%s.commands", member->member->name);
    begin(&writer, member->rabbit, "here");
    put_text(&writer, "follower", member->name);
    put_text(&writer, "queue", text_of(queue));
    json_end_object(&writer);
    say(member->rabbit, RABBIT_CONTROL, TEXT(""), json_written(&writer));
}

void rabbit__say_newest(struct rabbit_member *member, struct text queue, enum bus_channel channel,
                        int64_t previous, int64_t position)
{
    struct json_writer writer;
    begin(&writer, member->rabbit, "upto");
    put_text(&writer, "source", member->name);
    put_text(&writer, "channel", bus_channel_name(channel));
    put_number(&writer, "previous", previous);
    put_number(&writer, "position", position);
    json_end_object(&writer);
    say(member->rabbit, TEXT(""), queue, json_written(&writer));
}

/* ---- heard ---- */

struct word {
    struct text say;
    struct text queue;
    struct rabbit_mark mark;
};

static struct text member_text(const struct json *object, const char *key)
{
    const struct json *value = json_member(object, text_of(key));
    return value != NULL && value->kind == JSON_STRING ? value->text : TEXT("");
}

static bool read_word(const struct json *control, struct word *word)
{
    const struct json *position = json_member(control, TEXT("position"));
    struct text follower = member_text(control, "follower");
    struct text channel = member_text(control, "channel");
    *word = (struct word){.say = member_text(control, "say"),
                          .queue = member_text(control, "queue"),
                          .mark = {.channel = BUS_COMMANDS}};
    if (text_equals(channel, bus_channel_name(BUS_EVENTS))) {
        word->mark.channel = BUS_EVENTS;
    }
    if (position != NULL && !json_to_integer(position, &word->mark.position)) {
        return false;
    }
    snprintf(word->mark.follower, sizeof word->mark.follower, "%.*s", TEXT_ARGS(follower));
    return follower.bytes > 0 && follower.bytes < RABBIT_NAME_ROOM && word->queue.bytes > 0 &&
           word->queue.bytes < RABBIT_NAME_ROOM && word->mark.position >= 0;
}

/* What of all that was published he has not got, as far as he says; 0: nothing was for him. */
static enum status find_newest(struct rabbit_member *member, struct arena *arena,
                               const struct rabbit_mark *mark, int64_t upto, int64_t *newest_out)
{
    struct text addressee = mark->channel == BUS_EVENTS ? NO_TEXT : text_of(mark->follower);
    struct store *store = member->reader.store;
    int64_t next = 0;
    *newest_out = 0;
    enum status status = store_begin(store, STORE_READ);
    if (status != STATUS_OK) {
        return status;
    }
    status = journal_next_for(store, arena, addressee, mark->position, upto, &next);
    if (status == STATUS_OK && next > 0) {
        status = journal_newest(store, arena, addressee, upto, newest_out);
    }
    if (status != STATUS_OK) {
        store_rollback(store);
        return status;
    }
    return store_commit(store);
}

static bool has_published(const struct rabbit_member *member)
{
    return member->relay.is_placed && !member->relay.has_failed &&
           atomic_load(&member->rabbit->publisher.is_up) && member->reader.store != NULL;
}

static void answer_with_newest(struct rabbit_member *member, struct arena *arena,
                               const struct word *word)
{
    int64_t upto = member->relay.read;
    int64_t newest = 0;
    if (!has_published(member)) {
        return;
    }
    enum status status = find_newest(member, arena, &word->mark, upto, &newest);
    if (status != STATUS_OK) {
        journal_reader_failed(&member->reader, member->rabbit->now_ms, "journal", status);
    } else if (newest > 0) {
        rabbit__say_newest(member, word->queue, word->mark.channel, newest, newest);
    } else if (word->mark.position > 0 && upto > word->mark.position) {
        /* So the cursor he has does not stay behind rows that are forgotten and were not for him.
         */
        rabbit__say_newest(member, word->queue, word->mark.channel, word->mark.position, upto);
    }
}

static void find_mark(struct rabbit_member *member, struct arena *arena, struct rabbit_mark *mark)
{
    if (member->reader.store != NULL &&
        journal_reader_follower(&member->reader, arena, text_of(mark->follower), mark->channel,
                                &mark->position) != STATUS_OK) {
        mark->position = 0;
    }
}

void rabbit__obey(struct rabbit_member *member, struct arena *arena, const struct json *control)
{
    struct word word;
    if (!read_word(control, &word)) {
        log_line(LOG_WARNING, "bus", "Another bus said something that is not understood here.",
                 LOG_TEXT("service", member->name), LOG_TEXT("say", word.say));
        return;
    }
    if (text_equals(word.say, TEXT("taken"))) {
        rabbit__mark(member, &word.mark);
        answer_with_newest(member, arena, &word);
    } else if (text_equals(word.say, TEXT("again"))) {
        rabbit__mark(member, &word.mark);
        rabbit__resend(member, &word.mark, word.queue);
    } else if (text_equals(word.say, TEXT("here"))) {
        find_mark(member, arena, &word.mark);
        answer_with_newest(member, arena, &word);
    }
}
