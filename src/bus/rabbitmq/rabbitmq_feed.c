/* rabbitmq_feed.c - what came in of one channel of one source, and what did not. */
#include "bus/rabbitmq/rabbitmq_parts.h"

#include "base/fault.h"

enum { GAP_SHIFT_MAX = 9, PLACE_AGAIN_MS = 50 };

struct rabbit_feed *rabbit__feed(struct rabbit_member *member, struct text source,
                                 enum bus_channel channel)
{
    for (struct rabbit_feed *feed = member->feeds; feed != NULL; feed = feed->next) {
        if (feed->channel == channel && text_equals(feed->source, source)) {
            return feed;
        }
    }
    struct rabbit_feed *feed = memory_take(sizeof *feed + source.bytes);
    char *name = (char *)(feed + 1);
    for (size_t i = 0; i < source.bytes; i++) {
        name[i] = source.data[i];
    }
    *feed = (struct rabbit_feed){.next = member->feeds,
                                 .member = member,
                                 .channel = channel,
                                 .source = {name, source.bytes},
                                 .reported = -1};
    member->feeds = feed;
    return feed;
}

bool rabbit__place_feed(struct rabbit_feed *feed)
{
    struct rabbit_member *member = feed->member;
    struct rabbit *rabbit = member->rabbit;
    int64_t position = 0;
    if (!journal_reader_open(&member->reader, rabbit->now_ms)) {
        return false;
    }
    arena_reset(rabbit->arena);
    enum status status = journal_reader_cursor(&member->reader, rabbit->arena, feed->source,
                                               feed->channel, &position);
    if (status != STATUS_OK) {
        journal_reader_failed(&member->reader, rabbit->now_ms, "cursor", status);
        return false;
    }
    journal_reader_worked(&member->reader);
    feed->committed = feed->sent = feed->scanned = position;
    feed->is_placed = true;
    feed->placed_ms = rabbit->now_ms;
    return true;
}

/* Another process may have moved the cursor, as long as nothing of ours is under way. */
static void look_again(struct rabbit_feed *feed)
{
    struct rabbit_feed before = *feed;
    bool is_fresh = feed->member->rabbit->now_ms - feed->placed_ms < PLACE_AGAIN_MS;
    if (!is_fresh && feed->member->in_flight == 0 && rabbit__place_feed(feed) &&
        feed->scanned < before.scanned) {
        feed->scanned = before.scanned; /* what nobody wants moves no cursor */
        feed->sent = before.sent > feed->sent ? before.sent : feed->sent;
    }
}

bool rabbit__fits(struct rabbit_feed *feed, int64_t previous, int64_t position)
{
    MUST(feed->is_placed);
    if (previous > feed->scanned) {
        look_again(feed);
    }
    if (previous > feed->scanned && !SEEDED_BUG("rabbit_ignores_gaps")) {
        if (feed->missed <= feed->scanned) {
            feed->asked = 0;
            feed->ask_due_ms = feed->member->rabbit->now_ms + RABBIT_GAP_MS;
        }
        feed->missed = position > feed->missed ? position : feed->missed;
        return false;
    }
    if (position <= feed->scanned) {
        return false;
    }
    feed->scanned = position;
    if (feed->asked > 0 || feed->missed > feed->scanned) { /* it comes: no reason to ask again */
        feed->asked = 1;
        feed->ask_due_ms = feed->member->rabbit->now_ms + RABBIT_GAP_MS * 10;
    }
    return true;
}

/* ---- asking and reporting ---- */

static bool has_gap(const struct rabbit_feed *feed)
{
    return feed->is_placed && feed->missed > feed->scanned;
}

static void ask(struct rabbit_feed *feed)
{
    unsigned shift = feed->asked < GAP_SHIFT_MAX ? feed->asked : GAP_SHIFT_MAX;
    int64_t pause = (int64_t)(RABBIT_GAP_MS * 10) << shift;
    feed->asked++;
    feed->ask_due_ms =
        feed->member->rabbit->now_ms + (pause < RABBIT_GAP_MS_MAX ? pause : RABBIT_GAP_MS_MAX);
    rabbit__say_again(feed);
}

static void report(struct rabbit_feed *feed)
{
    int64_t now_ms = feed->member->rabbit->now_ms;
    if (rabbit__say_upto(feed)) {
        feed->report_due_ms = now_ms + RABBIT_GAP_MS; /* when that is written */
        return;
    }
    if (feed->committed == feed->reported && now_ms < feed->report_anyway_ms) {
        feed->report_due_ms = now_ms + RABBIT_REPORT_MS;
        return;
    }
    feed->reported = feed->committed;
    feed->report_due_ms = now_ms + RABBIT_REPORT_MS;
    feed->report_anyway_ms = now_ms + RABBIT_REPORT_ANYWAY_MS;
    rabbit__say_taken(feed);
}

void rabbit__report_all(struct rabbit_member *member)
{
    member->here_due_ms = 0;
    for (struct rabbit_feed *feed = member->feeds; feed != NULL; feed = feed->next) {
        feed->report_due_ms = 0;
        feed->report_anyway_ms = 0;
    }
}

void rabbit__ask_and_report(struct rabbit_member *member)
{
    int64_t now_ms = member->rabbit->now_ms;
    if (!rabbit__is_listening(member->rabbit) || member->is_held) {
        return;
    }
    if (member->here_due_ms <= now_ms) {
        member->here_due_ms = now_ms + RABBIT_REPORT_ANYWAY_MS;
        rabbit__say_here(member);
    }
    for (struct rabbit_feed *feed = member->feeds; feed != NULL; feed = feed->next) {
        if (!feed->is_placed && (member->in_flight > 0 || !rabbit__place_feed(feed))) {
            continue;
        }
        if (has_gap(feed) && feed->ask_due_ms <= now_ms) {
            ask(feed);
        }
        if (feed->report_due_ms <= now_ms) {
            report(feed);
        }
    }
}

int64_t rabbit__feeds_due(const struct rabbit_member *member)
{
    int64_t due_ms = INT64_MAX;
    if (!rabbit__is_listening(member->rabbit) || member->is_held) {
        return due_ms;
    }
    due_ms = member->here_due_ms;
    for (const struct rabbit_feed *feed = member->feeds; feed != NULL; feed = feed->next) {
        int64_t feed_due_ms = feed->report_due_ms;
        if (!feed->is_placed) {
            feed_due_ms = member->in_flight > 0 ? INT64_MAX : member->reader.due_ms;
        } else if (has_gap(feed) && feed->ask_due_ms < feed_due_ms) {
            feed_due_ms = feed->ask_due_ms;
        }
        due_ms = feed_due_ms < due_ms ? feed_due_ms : due_ms;
    }
    return due_ms;
}
