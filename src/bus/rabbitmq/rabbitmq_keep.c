/* rabbitmq_keep.c - what is written in the schema of a source: how far the broker has everything,
 * where followers are, and which rows may be forgotten. The member's executor does it.
 *
 * A follower says where it is only at times, and nothing at all while nothing is for it. So before
 * rows are forgotten each follower is moved to where the next message for it stands.
 */
#include "bus/rabbitmq/rabbitmq_parts.h"

#include "base/clock.h"
#include "base/fault.h"
#include "bus/message_trace.h"

#include <stdio.h>

enum { FORGET_MAX = 500 }; /* what journal_forget takes at a time */

static struct rabbit_member *member_of(const struct bus_write *write)
{
    return ((const struct journal_job *)(const void *)write)->owner;
}

/* ---- on the executor's thread ---- */

static bool is_known(struct followers followers, const struct rabbit_mark *mark)
{
    for (size_t i = 0; i < followers.count; i++) {
        if (text_equals(followers.items[i].name, text_of(mark->follower)) &&
            text_equals(followers.items[i].channel, bus_channel_name(mark->channel))) {
            return true;
        }
    }
    return false;
}

static enum status keep_marks(const struct rabbit_member *member, struct store *store,
                              struct arena *arena)
{
    struct followers followers = {0};
    enum status status = STATUS_OK;
    if (member->keeping.count > 0) {
        status = follower_list(store, arena, &followers);
    }
    for (size_t i = 0; i < member->keeping.count && status == STATUS_OK; i++) {
        const struct rabbit_mark *mark = &member->keeping.items[i];
        if (!mark->only_if_new || !is_known(followers, mark)) {
            status = follower_move(store, text_of(mark->follower), mark->channel, mark->position,
                                   member->keep_now_ms);
        }
    }
    return status;
}

static enum status move_on(const struct rabbit_member *member, struct store *store,
                           struct arena *arena, const struct follower *follower)
{
    bool is_events = text_equals(follower->channel, bus_channel_name(BUS_EVENTS));
    int64_t next = 0;
    enum status status = journal_next_for(store, arena, is_events ? NO_TEXT : follower->name,
                                          follower->position, member->keep_place, &next);
    int64_t position = next > 0 ? next - 1 : member->keep_place;
    if (status != STATUS_OK || position <= follower->position) {
        return status;
    }
    return follower_move(store, follower->name, is_events ? BUS_EVENTS : BUS_COMMANDS, position,
                         member->keep_now_ms);
}

static enum status forget(const struct rabbit_member *member, struct store *store,
                          struct arena *arena, int64_t *forgotten_out)
{
    struct followers followers = {0};
    int64_t slowest = 0;
    enum status status = follower_list(store, arena, &followers);
    for (size_t i = 0; i < followers.count && status == STATUS_OK; i++) {
        if (!text_equals(followers.items[i].name, TEXT("relay"))) {
            status = move_on(member, store, arena, &followers.items[i]);
        }
    }
    if (status == STATUS_OK) {
        status = follower_slowest(store, arena, &slowest);
    }
    if (SEEDED_BUG("bus_forgets_untaken")) {
        slowest = INT64_MAX;
    }
    if (status == STATUS_OK) {
        status = journal_forget(store, member->keep_now_ms - member->rabbit->options.keep_ms,
                                slowest, forgotten_out);
    }
    return status;
}

static enum status run_keep(struct bus_write *write, struct store *store, struct arena *arena)
{
    struct rabbit_member *member = member_of(write);
    member->keep.changed = 0;
    enum status status = keep_marks(member, store, arena);
    if (status == STATUS_OK && member->keep_place > 0) {
        TRACE(message_trace_relay(store, "cursor_moved", member->name, member->keep_place));
        status = follower_move(store, TEXT("relay"), BUS_EVENTS, member->keep_place,
                               member->keep_now_ms);
    }
    if (status == STATUS_OK && member->keeps_retention) {
        status = forget(member, store, arena, &member->keep.changed);
    }
    return status;
}

static void finished(struct journal_job *job)
{
    struct rabbit_member *member = job->owner;
    mailbox_put(&member->rabbit->mailbox, &member->kept.node);
}

/* ---- on the thread of the bus ---- */

static void add_mark(struct rabbit_marks *marks, const struct rabbit_mark *mark)
{
    for (size_t i = 0; i < marks->count; i++) {
        struct rabbit_mark *other = &marks->items[i];
        if (other->channel == mark->channel &&
            text_equals(text_of(other->follower), text_of(mark->follower))) {
            *other = mark->only_if_new ? *other : *mark;
            return;
        }
    }
    if (marks->count == marks->room) {
        marks->room = marks->room * 2 + 8;
        marks->items = memory_resize(marks->items, marks->room * sizeof *marks->items);
    }
    marks->items[marks->count++] = *mark;
}

void rabbit__mark(struct rabbit_member *member, const struct rabbit_mark *mark)
{
    int64_t now_ms = member->rabbit->now_ms;
    add_mark(&member->marks, mark);
    if (member->retain_due_ms > now_ms + RABBIT_RETAIN_AGAIN_MS) {
        member->retain_due_ms = now_ms + RABBIT_RETAIN_AGAIN_MS;
    }
}

static bool has_something(const struct rabbit_member *member)
{
    return member->marks.count > 0 || member->relay.confirmed > member->kept_place;
}

static bool may_forget(const struct rabbit_member *member)
{
    return member->rabbit->options.keep_ms > 0 && !member->rabbit->stops;
}

int64_t rabbit__keep_due(const struct rabbit_member *member)
{
    int64_t due_ms = may_forget(member) ? member->retain_due_ms : INT64_MAX;
    if (member->keep.is_running) {
        return INT64_MAX;
    }
    if (has_something(member) && member->keep_due_ms < due_ms) {
        due_ms = member->keep_due_ms;
    }
    return due_ms;
}

void rabbit__keep(struct rabbit_member *member)
{
    struct rabbit *rabbit = member->rabbit;
    bool is_due = rabbit__keep_due(member) <= rabbit->now_ms;
    bool is_last = rabbit->stops && has_something(member) && !member->keep.is_running;
    if (!is_due && !is_last) {
        return;
    }
    member->keeps_retention = may_forget(member) && member->retain_due_ms <= rabbit->now_ms &&
                              member->relay.confirmed > 0;
    if (member->retain_due_ms <= rabbit->now_ms) {
        member->retain_due_ms = rabbit->now_ms + RABBIT_RETAIN_EVERY_MS;
    }
    for (size_t i = 0; i < member->marks.count; i++) {
        add_mark(&member->keeping, &member->marks.items[i]);
    }
    member->marks.count = 0;
    member->keep_place = member->relay.confirmed;
    member->keep_now_ms = clock_wall_ms();
    member->keep_due_ms = rabbit->now_ms + RABBIT_PLACE_MS;
    journal_job_submit(&member->keep, member->member);
}

static void kept(struct rabbit *rabbit, struct rabbit_note *note)
{
    struct rabbit_member *member =
        (struct rabbit_member *)(void *)((char *)note - offsetof(struct rabbit_member, kept));
    member->keep.is_running = false;
    if (member->keep.status != STATUS_OK) { /* the marks stay for the next time */
        member->keep_due_ms = rabbit->now_ms + journal_pause(3);
        for (size_t i = 0; i < member->keeping.count; i++) {
            struct rabbit_mark mark = member->keeping.items[i];
            add_mark(&member->marks, &mark);
        }
    } else {
        FAULT_POINT("rabbit_place_kept");
        member->kept_place = member->keep_place;
    }
    member->keeping.count = 0;
    if (member->keep.status == STATUS_OK && member->keep.changed == FORGET_MAX) {
        member->retain_due_ms = rabbit->now_ms;
    }
}

void rabbit__init_keep(struct rabbit_member *member)
{
    member->kept.act = kept;
    member->retain_due_ms = member->rabbit->now_ms + RABBIT_RETAIN_FIRST_MS;
    journal_job_init(&member->keep, member, finished, run_keep);
}

void rabbit__finish_keep(struct rabbit_member *member)
{
    memory_free(member->marks.items);
    memory_free(member->keeping.items);
}
