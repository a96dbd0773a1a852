/* fake_link.h - a link to a broker that is played: what was asked of it is written down, and the
 * test answers when and as it likes.
 *
 * It stands in the place of amqp_link.c and its neighbours: a program that defines what amqp_link.h
 * declares is linked with these and not with the library's.
 */
#ifndef TESTS_UNIT_BUS_FAKE_LINK_H
#define TESTS_UNIT_BUS_FAKE_LINK_H

#include "bus/rabbitmq/amqp_link.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

enum { FAKE_LINKS = 2, FAKE_SAID_BYTES = 4096, FAKE_LETTERS_MAX = 400, FAKE_LOOKS_MAX = 16 };

struct fake_look {
    char queue[AMQP_NAME_BYTES_MAX + 1];
    struct amqp_reply reply;
};

struct amqp_link {
    struct amqp_link_options options;
    char said[FAKE_SAID_BYTES]; /* "declare a; consume b 7; " */
    struct amqp_consumer consumer;
    struct fake_look looks[FAKE_LOOKS_MAX]; /* that are not answered yet */
    size_t look_count;
    uint64_t references[FAKE_LETTERS_MAX];
    char keys[FAKE_LETTERS_MAX][64];
    size_t letter_count;
    size_t packets; /* calls that published */
    amqp_published_fn *published;
    void *published_context;
    int grace_ms; /* it was destroyed with so much; -1: it lives */
};

static struct {
    struct amqp_link links[FAKE_LINKS];
    size_t count;
    size_t refuses_from;  /* no link is made any more, from this one on */
    enum status declares; /* what it says to each declaration */
    char last_letter[1024];
} fake;

static inline void fake_begin(void)
{
    memset(&fake, 0, sizeof fake);
    fake.refuses_from = FAKE_LINKS;
}

static inline void fake_say(struct amqp_link *link, const char *words)
{
    size_t bytes = strlen(link->said);
    CHECK(bytes + strlen(words) < sizeof link->said);
    snprintf(link->said + bytes, sizeof link->said - bytes, "%s", words);
}

/* What was asked since the last look at it. */
static inline struct text fake_said(struct amqp_link *link)
{
    static char said[FAKE_SAID_BYTES];
    memcpy(said, link->said, sizeof said);
    link->said[0] = '\0';
    return text_of(said);
}

/* ---- amqp_link.h ---- */

struct amqp_link *amqp_link_create(const struct amqp_link_options *options, const char **error_out)
{
    if (fake.count >= fake.refuses_from) {
        *error_out = "this is no address";
        return NULL;
    }
    CHECK(fake.count < FAKE_LINKS);
    struct amqp_link *link = &fake.links[fake.count++];
    link->options = *options;
    link->grace_ms = -1;
    return link;
}

void amqp_link_destroy(struct amqp_link **link, int grace_ms)
{
    (*link)->grace_ms = grace_ms;
    *link = NULL;
}

void amqp_link_declare_exchange(struct amqp_link *link, struct text name,
                                enum amqp_exchange_kind kind, struct amqp_reply reply)
{
    (void)name;
    (void)kind;
    (void)reply;
    fake_say(link, "exchange; ");
}

void amqp_link_declare_queue(struct amqp_link *link, struct text name, struct amqp_fields arguments,
                             struct amqp_reply reply)
{
    char words[400];
    snprintf(words, sizeof words, "declare %.*s", TEXT_ARGS(name));
    for (size_t i = 0; i < arguments.count; i++) {
        const struct amqp_field *field = &arguments.items[i];
        size_t at = strlen(words);
        if (field->is_number) {
            snprintf(words + at, sizeof words - at, " %.*s=%lld", TEXT_ARGS(field->name),
                     (long long)field->number);
        } else {
            snprintf(words + at, sizeof words - at, " %.*s=%.*s", TEXT_ARGS(field->name),
                     TEXT_ARGS(field->text));
        }
    }
    fake_say(link, words);
    fake_say(link, "; ");
    reply.answered(reply.context, fake.declares, &(struct amqp_answer){.reason = TEXT("differs")});
}

void amqp_link_bind(struct amqp_link *link, struct text queue, struct text exchange,
                    struct text routing_key, struct amqp_reply reply)
{
    (void)queue;
    (void)exchange;
    (void)routing_key;
    (void)reply;
    fake_say(link, "bind; ");
}

void amqp_link_look(struct amqp_link *link, struct text queue, struct amqp_reply reply)
{
    CHECK(link->look_count < FAKE_LOOKS_MAX);
    struct fake_look *look = &link->looks[link->look_count++];
    snprintf(look->queue, sizeof look->queue, "%.*s", TEXT_ARGS(queue));
    look->reply = reply;
}

void amqp_link_publish(struct amqp_link *link, const struct amqp_message *messages, size_t count,
                       amqp_published_fn *published, void *context)
{
    link->packets++;
    link->published = published;
    link->published_context = context;
    for (size_t i = 0; i < count; i++) {
        CHECK(link->letter_count < FAKE_LETTERS_MAX);
        CHECK_INT(messages[i].exchange.bytes, 0);
        CHECK(!messages[i].may_be_unheard);
        link->references[link->letter_count] = messages[i].reference;
        snprintf(link->keys[link->letter_count], sizeof link->keys[0], "%.*s",
                 TEXT_ARGS(messages[i].routing_key));
        link->letter_count++;
        snprintf(fake.last_letter, sizeof fake.last_letter, "%.*s|%.*s|%.*s|%.*s|%.*s",
                 TEXT_ARGS(messages[i].routing_key), TEXT_ARGS(messages[i].message_id),
                 TEXT_ARGS(messages[i].reply_to), TEXT_ARGS(messages[i].content_type),
                 TEXT_ARGS(messages[i].body));
    }
}

size_t amqp_link_waiting(const struct amqp_link *link)
{
    return link->letter_count;
}

void amqp_link_consume(struct amqp_link *link, const struct amqp_consumer *consumer)
{
    char words[400];
    snprintf(words, sizeof words, "consume %.*s %u; ", TEXT_ARGS(consumer->queue),
             (unsigned)consumer->prefetch);
    fake_say(link, words);
    link->consumer = *consumer;
}

static inline void fake_say_receipt(struct amqp_link *link, const char *verb,
                                    struct amqp_receipt receipt, bool flag)
{
    char words[200];
    snprintf(words, sizeof words, "%s %llu/%llu/%u%s; ", verb,
             (unsigned long long)receipt.generation, (unsigned long long)receipt.tag,
             (unsigned)receipt.channel, flag ? " yes" : "");
    fake_say(link, words);
}

void amqp_link_ack(struct amqp_link *link, struct amqp_receipt receipt, bool is_multiple)
{
    fake_say_receipt(link, "ack", receipt, is_multiple);
}

void amqp_link_reject(struct amqp_link *link, struct amqp_receipt receipt, bool requeue)
{
    fake_say_receipt(link, "reject", receipt, requeue);
}

/* ---- what the broker does ---- */

static inline void fake_up(struct amqp_link *link)
{
    link->options.listener.up(link->options.listener.context, link);
}

/* What was asked and is not answered is answered so, as amqp_link.h promises. */
static inline void fake_down(struct amqp_link *link)
{
    size_t count = link->look_count;
    link->options.listener.down(link->options.listener.context, link, "cut");
    link->look_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct amqp_reply reply = link->looks[i].reply;
        reply.answered(reply.context, STATUS_UNAVAILABLE, &(struct amqp_answer){.reason = NO_TEXT});
    }
}

/* Answers the look at this queue; false: nobody has asked. */
static inline bool fake_answer_look(struct amqp_link *link, const char *queue, enum status status,
                                    uint32_t count)
{
    for (size_t i = 0; i < link->look_count; i++) {
        if (strcmp(link->looks[i].queue, queue) == 0) {
            struct amqp_reply reply = link->looks[i].reply;
            link->looks[i] = link->looks[--link->look_count];
            reply.answered(reply.context, status, &(struct amqp_answer){.message_count = count});
            return true;
        }
    }
    return false;
}

#endif
