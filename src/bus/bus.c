/* bus.c - checks both sides of the contract of a bus, once for every implementation. */
#include "bus/bus.h"

#include <string.h>

static void check_member(const struct bus_member *member)
{
    MUST(member->name != NULL && member->name[0] != '\0');
    MUST(member->stores != NULL && member->stores->open != NULL);
    MUST(member->deliver != NULL && member->write != NULL);
    MUST(member->follow_count == 0 || member->follows != NULL);
    for (size_t i = 1; i < member->follow_count; i++) {
        MUST(strcmp(member->follows[i - 1], member->follows[i]) < 0); /* sorted, none twice */
    }
}

void bus_init(struct bus *bus, const struct bus_ops *ops, const struct bus_options *options)
{
    MUST(ops != NULL && ops->name != NULL);
    MUST(ops->start != NULL && ops->stop != NULL && ops->destroy != NULL);
    MUST(ops->announce != NULL && ops->taken != NULL && ops->depth != NULL);
    MUST(options != NULL && (options->member_count == 0 || options->members != NULL));
    MUST(options->keep_ms >= 0);
    for (size_t i = 0; i < options->member_count; i++) {
        check_member(&options->members[i]);
        for (size_t j = 0; j < i; j++) {
            MUST(strcmp(options->members[i].name, options->members[j].name) != 0);
        }
    }
    bus->ops = ops;
    bus->options = options;
}

/* What every message owes, from a careless bus too. */
static void check_message(const struct bus_batch *batch, const struct message *message)
{
    MUST(!id_is_none(message->id) && message->source.bytes > 0);
    MUST(message->previous >= 0 && message->previous < message->position);
    MUST(text_is_given(message->addressee) == (batch->channel == BUS_COMMANDS));
    MUST(batch->upto == 0 || text_equals(message->source, batch->source));
    MUST(batch->upto == 0 || message->position <= batch->upto);
}

void bus_deliver(struct bus *bus, struct bus_batch *batch)
{
    MUST(batch->member < bus->options->member_count);
    MUST(batch->arena != NULL);
    MUST(batch->upto == 0 || batch->source.bytes > 0);
    MUST(batch->count > 0 ? batch->messages != NULL : batch->upto > 0);
    for (size_t i = 0; i < batch->count; i++) {
        check_message(batch, &batch->messages[i]);
    }
    const struct bus_member *member = &bus->options->members[batch->member];
    member->deliver(member->context, batch);
}

enum status bus_start(struct bus *bus, struct text *error_out)
{
    *error_out = NO_TEXT;
    enum status status = bus->ops->start(bus, error_out);
    MUST((status == STATUS_OK) == !text_is_given(*error_out));
    return status;
}

void bus_announce(struct bus *bus, size_t member)
{
    MUST(member < bus->options->member_count);
    bus->ops->announce(bus, member);
}

void bus_taken(struct bus *bus, struct bus_batch *batch, enum status status)
{
    MUST(batch != NULL && batch->member < bus->options->member_count);
    MUST((int)status >= 0 && status < STATUS_COUNT);
    bus->ops->taken(bus, batch, status);
}

void bus_depth(struct bus *bus, struct bus_depth *depth_out)
{
    *depth_out = (struct bus_depth){0};
    bus->ops->depth(bus, depth_out);
    MUST(depth_out->again <= depth_out->delivered);
}

bool bus_stop(struct bus *bus, int timeout_ms)
{
    MUST(timeout_ms >= 0);
    return bus->ops->stop(bus, timeout_ms);
}

void bus_destroy(struct bus **bus)
{
    struct bus *ending = *bus;
    *bus = NULL;
    if (ending != NULL) {
        ending->ops->destroy(ending);
    }
}
