/* rabbitmq_depth.c - how much waits, as far as can be told in this process. */
#include "bus/rabbitmq/rabbitmq_parts.h"

static const struct rabbit_feed *find_feed(const struct rabbit_member *member, struct text source,
                                           enum bus_channel channel)
{
    for (const struct rabbit_feed *feed = member->feeds; feed != NULL; feed = feed->next) {
        if (feed->channel == channel && text_equals(feed->source, source)) {
            return feed;
        }
    }
    return NULL;
}

/* What was published of one member's journal for another one, and has not come to an end. */
static uint64_t on_the_way(const struct rabbit_member *source, const struct rabbit_member *member)
{
    uint64_t waiting = 0;
    for (size_t i = 0; i < source->relay.destination_count; i++) {
        const struct rabbit_destination *destination = &source->relay.destinations[i];
        bool is_event = !text_is_given(destination->addressee);
        const struct rabbit_feed *feed =
            find_feed(member, source->name, is_event ? BUS_EVENTS : BUS_COMMANDS);
        if (!is_event && !text_equals(destination->addressee, member->name)) {
            continue;
        }
        if (feed == NULL) {
            waiting += !is_event; /* its first one is not here yet */
            continue;
        }
        int64_t done = member->in_flight == 0 ? feed->scanned : feed->committed;
        waiting += destination->newest > done ? (uint64_t)(destination->newest - done) : 0;
    }
    return waiting;
}

static uint64_t waiting_of(const struct rabbit_member *member)
{
    uint64_t waiting = member->in_flight + member->is_held;
    waiting += member->reader.settle.is_running || member->reader.wants_settling;
    waiting += !member->relay.is_placed || !member->relay.is_level;
    for (const struct rabbit_sending *sending = member->relay.first; sending != NULL;
         sending = sending->next) {
        waiting += sending->count;
    }
    for (size_t i = 0; i < member->rabbit->options.member_count; i++) {
        waiting += on_the_way(&member->rabbit->members[i], member);
    }
    return waiting;
}

void rabbit__publish_depth(struct rabbit *rabbit)
{
    uint64_t waiting = 0;
    for (size_t i = 0; i < rabbit->options.member_count; i++) {
        waiting += waiting_of(&rabbit->members[i]);
    }
    atomic_store(&rabbit->waiting, waiting);
}
