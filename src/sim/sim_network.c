/* sim_network.c - what services tell each other, on its way: late, twice, mixed up, or lost.
 *
 * A link leads from the journal of one service to another, on one channel. What is told is brought
 * from where the receiver's cursor is, so what is lost comes again.
 */
#include "runtime/intake/intake.h"
#include "sim/sim_world.h"

#include <string.h>

enum { LINKS_MAX = 4 * CAST_SERVICES_MAX, PIECE_MOST = 8, BACK_MOST = 6 };

struct link {
    struct member *from;
    struct member *to;
    enum bus_channel channel;
};

struct links {
    struct link items[LINKS_MAX];
    size_t count;
};

static bool listens(const struct service *to, const struct service *from)
{
    for (size_t i = 0; i < to->subscription_count; i++) {
        for (size_t k = 0; k < from->event_count; k++) {
            if (subscription_hears(&to->subscriptions[i], from->events[k].name)) {
                return true;
            }
        }
    }
    return false;
}

static bool tells(const struct service *from, const struct service *to)
{
    for (size_t i = 0; i < from->errand_count; i++) {
        if (strcmp(from->errands[i].service, to->name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_links(struct links *links, struct member *from, struct member *to)
{
    const struct service *teller = from->host.service;
    const struct service *hearer = to->host.service;
    if (listens(hearer, teller) && links->count < LINKS_MAX) {
        links->items[links->count++] = (struct link){from, to, BUS_EVENTS};
    }
    if ((tells(teller, hearer) || tells(hearer, teller)) && links->count < LINKS_MAX) {
        links->items[links->count++] = (struct link){from, to, BUS_COMMANDS};
    }
}

static void find_links(struct world *world, struct links *links_out)
{
    links_out->count = 0;
    for (size_t from = 0; from < world->member_count; from++) {
        for (size_t to = 0; to < world->member_count; to++) {
            add_links(links_out, &world->members[from], &world->members[to]);
        }
    }
}

/* ---- what is on its way ---- */

static bool is_of_channel(const struct link *link, const struct message *message)
{
    if (link->channel == BUS_EVENTS) {
        return message_is(message, message_event);
    }
    return text_equals(message->addressee, text_of(link->to->host.service->name));
}

/* All of the channel behind the position, each with the one before it. */
static struct bus_batch read_channel(struct world *world, const struct link *link, int64_t after)
{
    struct messages messages = {.count = 0};
    struct text source = text_of(link->from->host.service->name);
    struct text addressee =
        link->channel == BUS_EVENTS ? NO_TEXT : text_of(link->to->host.service->name);
    struct store *store = world_look(link->from);
    int64_t previous = 0;
    enum status status = journal_newest(store, world->look, addressee, after, &previous);
    if (status == STATUS_OK) {
        status = journal_read(store, world->look, source, after, &messages);
    }
    MUST(status == STATUS_OK);
    world_looked(store);
    struct message *items = ARENA_ARRAY(world->look, struct message, messages.count + 1);
    struct bus_batch batch = {.messages = items, .channel = link->channel, .source = source};
    for (size_t i = 0; i < messages.count; i++) {
        batch.upto = messages.items[i].position;
        if (is_of_channel(link, &messages.items[i])) {
            items[batch.count] = messages.items[i];
            items[batch.count++].previous = previous;
            previous = messages.items[i].position;
        }
    }
    return batch;
}

static int64_t cursor_of(struct world *world, const struct link *link)
{
    struct store *store = world_look(link->to);
    int64_t cursor = 0;
    enum status status = cursor_find(store, world->look, text_of(link->from->host.service->name),
                                     link->channel, &cursor);
    MUST(status == STATUS_OK);
    world_looked(store);
    return cursor;
}

static bool is_behind(struct world *world, const struct link *link)
{
    struct text addressee =
        link->channel == BUS_EVENTS ? NO_TEXT : text_of(link->to->host.service->name);
    int64_t cursor = cursor_of(world, link);
    struct store *store = world_look(link->from);
    int64_t newest = 0;
    enum status status = journal_newest(store, world->look, addressee, INT64_MAX, &newest);
    MUST(status == STATUS_OK);
    world_looked(store);
    return newest > cursor;
}

/* Looked up again when one of the two has written since. */
static bool waits(struct world *world, const struct link *link)
{
    size_t from = (size_t)(link->from - world->members);
    size_t to = (size_t)(link->to - world->members);
    struct road *road = &world->roads[from][to][link->channel == BUS_COMMANDS];
    if (!road->is_known || road->from_writes != link->from->write_count ||
        road->to_writes != link->to->write_count) {
        *road = (struct road){.from_writes = link->from->write_count,
                              .to_writes = link->to->write_count,
                              .is_known = true,
                              .waits = is_behind(world, link)};
    }
    return road->waits;
}

/* ---- what becomes of it ---- */

/* A batch that is not what it was says nothing about how far it goes. */
static void disturb(struct world *world, struct bus_batch *batch)
{
    struct message *items = (struct message *)(void *)(uintptr_t)batch->messages;
    if (batch->count > 1 && dice_percent(&world->dice, world->rates.lost)) {
        size_t lost = dice_below(&world->dice, batch->count);
        memmove(&items[lost], &items[lost + 1], (batch->count - lost - 1) * sizeof *items);
        batch->count--;
        batch->upto = 0;
    }
    if (batch->count > 1 && dice_percent(&world->dice, world->rates.mixed)) {
        size_t first = dice_below(&world->dice, batch->count - 1);
        struct message other = items[first];
        items[first] = items[first + 1];
        items[first + 1] = other;
        batch->upto = 0;
    }
    size_t piece = 1 + dice_below(&world->dice, PIECE_MOST);
    if (batch->count > piece) {
        batch->count = piece;
        batch->upto = 0;
    }
}

static enum status take(struct world *world, struct member *member, void *context)
{
    (void)world;
    struct bus_batch *batch = context;
    struct work_outcome outcome = intake_take(&member->host, member->store, batch, false);
    if (outcome.result == WORK_NEEDS_MARK) { /* as the executor does: all of it once more */
        store_rollback(member->store);
        enum status status = store_begin(member->store, STORE_WRITE);
        if (status != STATUS_OK) {
            return status;
        }
        outcome = intake_take(&member->host, member->store, batch, true);
    }
    MUST(outcome.result == WORK_DONE || outcome.result == WORK_FAULT);
    return outcome.result == WORK_DONE ? STATUS_OK : outcome.fault;
}

static void deliver(struct world *world, const struct link *link)
{
    int64_t cursor = cursor_of(world, link);
    int64_t after = cursor;
    if (!world->is_friendly && dice_percent(&world->dice, world->rates.doubled)) {
        after -= dice_between(&world->dice, 1, BACK_MOST);
        after = after < 0 ? 0 : after;
    }
    struct bus_batch batch = read_channel(world, link, after);
    if (!world->is_friendly) {
        disturb(world, &batch);
    }
    world_say(world, "%zu %s of %s come to %s%s", batch.count,
              link->channel == BUS_EVENTS ? "events" : "commands or replies",
              link->from->host.service->name, link->to->host.service->name,
              after < cursor ? ", some once more" : "");
    enum status status = world_write(world, link->to, take, &batch);
    if (status != STATUS_OK) {
        world_say(world, "... %s", status_text(status));
    }
}

void move_message(struct world *world)
{
    struct links links;
    struct links waiting = {.count = 0};
    find_links(world, &links);
    for (size_t i = 0; i < links.count; i++) {
        if (waits(world, &links.items[i])) {
            waiting.items[waiting.count++] = links.items[i];
        }
    }
    const struct links *from = waiting.count > 0 ? &waiting : &links;
    if (from->count > 0) {
        deliver(world, &from->items[dice_below(&world->dice, from->count)]);
    }
}

bool deliver_all(struct world *world)
{
    struct links links;
    bool any = false;
    find_links(world, &links);
    for (size_t i = 0; i < links.count; i++) {
        if (waits(world, &links.items[i])) {
            any = true;
            deliver(world, &links.items[i]);
        }
    }
    return any;
}
