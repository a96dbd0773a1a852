/* net_text.h - nets for tests, written as a person would on paper.
 *
 *   start: i                     places that are marked at the start, then those that are an end
 *   ends: o p
 *   create: i > new              what it is called, what it takes, what it gives
 *   split: new > left right
 *   yes ?1: a > b                an alternative with a condition, of choice 1
 *   no else1: a > c              the else of choice 1
 *   maybe ?: a > b               a condition that is no alternative
 *   fails ~: a > b               may be chosen by code
 *   cancel ^1: a > o             yields to the one line before it
 *   wait @person: a > b          who takes it: person, event, time
 */
#ifndef TESTS_UNIT_ENGINE_SOUNDNESS_NET_TEXT_H
#define TESTS_UNIT_ENGINE_SOUNDNESS_NET_TEXT_H

#include "base/arena.h"
#include "engine/net.h"

struct net_writer {
    struct net_place *places;
    struct net_transition *transitions;
    struct net net;
};

static inline size_t net_place_of(struct net_writer *writer, struct text name)
{
    for (size_t i = 0; i < writer->net.place_count; i++) {
        if (text_equals(writer->places[i].name, name)) {
            return i;
        }
    }
    MUST(writer->net.place_count < NET_PLACES_MAX);
    writer->places[writer->net.place_count].name = name;
    return writer->net.place_count++;
}

static inline struct bit_set net_places_of(struct net_writer *writer, struct text words)
{
    struct bit_set set = {0};
    struct text word;
    struct text rest = text_trim(words);
    while (rest.bytes > 0) {
        text_cut(rest, ' ', &word, &rest);
        if (word.bytes > 0) {
            bit_set_add(&set, net_place_of(writer, word));
        }
    }
    return set;
}

static inline void net_read_mark(struct net_transition *transition, struct text mark)
{
    static const char *const takers[] = {"@system", "@person", "@event", "@time"};
    for (size_t i = 0; i < COUNT_OF(takers); i++) {
        if (text_equals(mark, text_of(takers[i]))) {
            transition->taken_by = (enum net_taker)i;
            return;
        }
    }
    struct text number = text_slice(mark, 1, mark.bytes);
    if (text_starts_with(mark, TEXT("else"))) {
        transition->when = NET_ELSE;
        number = text_slice(mark, 4, mark.bytes);
    } else if (mark.data[0] == '?') {
        transition->when = NET_IF;
    } else if (mark.data[0] == '~') {
        transition->when = NET_MAYBE;
    }
    int64_t value = 0;
    MUST(number.bytes == 0 || text_to_integer(number, &value));
    if (mark.data[0] == '^') {
        transition->yields_to = (int)value;
    } else {
        transition->choice = (int)value;
    }
}

static inline void net_read_line(struct net_writer *writer, struct text line)
{
    struct text head;
    struct text tail;
    struct text takes;
    struct text gives;
    MUST(text_cut(line, ':', &head, &tail));
    if (text_equals(head, TEXT("start"))) {
        writer->net.start = net_places_of(writer, tail);
        return;
    }
    if (text_equals(head, TEXT("ends"))) {
        struct bit_set ends = net_places_of(writer, tail);
        for (int i = net_next(&ends, 0); i >= 0; i = net_next(&ends, i + 1)) {
            writer->places[i].is_end = true;
        }
        return;
    }
    MUST(writer->net.transition_count < NET_TRANSITIONS_MAX);
    struct net_transition *transition = &writer->transitions[writer->net.transition_count++];
    struct text mark;
    text_cut(head, ' ', &transition->name, &mark);
    if (mark.data != NULL && mark.bytes > 0) {
        net_read_mark(transition, mark);
    }
    MUST(text_cut(tail, '>', &takes, &gives));
    transition->takes = net_places_of(writer, takes);
    transition->gives = net_places_of(writer, gives);
}

static inline const struct net *net_of(struct arena *arena, const char *lines)
{
    struct net_writer *writer = ARENA_NEW(arena, struct net_writer);
    writer->places = ARENA_ARRAY(arena, struct net_place, NET_PLACES_MAX);
    writer->transitions = ARENA_ARRAY(arena, struct net_transition, NET_TRANSITIONS_MAX);
    writer->net.name = TEXT("net");
    struct text rest = text_copy(arena, text_of(lines));
    while (rest.bytes > 0) {
        struct text line;
        text_cut(rest, '\n', &line, &rest);
        line = text_trim(line);
        if (line.bytes > 0) {
            net_read_line(writer, line);
        }
    }
    writer->net.places = writer->places;
    writer->net.transitions = writer->transitions;
    net_must_be_whole(&writer->net);
    return &writer->net;
}

/* The order of a service, whose worker and supplies are looked for at the same time. */
#define ORDER_NET                                                                                  \
    "start: start\n"                                                                               \
    "ends: SuccessPaid FailedPaid Cancelled\n"                                                     \
    "create @person: start > New\n"                                                                \
    "ask_estimate: New > RateForExample\n"                                                         \
    "set_example_rate @person: RateForExample > NeedExecutor NeedSupply\n"                         \
    "set_executor @person: NeedExecutor > Executor\n"                                              \
    "set_value @person: Executor > Valued\n"                                                       \
    "set_supplied @person: NeedSupply > Supplied\n"                                                \
    "join: Valued Supplied > Pending\n"                                                            \
    "arrive @event: Pending > PreReport\n"                                                         \
    "begin_work @event: PreReport > InWork\n"                                                      \
    "finish @event: InWork > Report\n"                                                             \
    "approve @person: Report > SendSuccessInvoice\n"                                               \
    "decline @person: Report > SendFailedInvoice\n"                                                \
    "paid @event: SendSuccessInvoice > SuccessPaid\n"                                              \
    "failed_paid @event: SendFailedInvoice > FailedPaid\n"                                         \
    "no_show @time: Pending > Cancelled\n"

#endif
