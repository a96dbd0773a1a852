/* fsck_journal.c - a journal, and everybody who counts in it. */
#include "runtime/fsck/fsck_parts.h"
#include "runtime/fsck/fsck_store.h"

#include <string.h>

#define NUMBER(value) (long long)(value)

enum status fsck__journal(struct checking *checking)
{
    struct journal_ends ends;
    struct fsck_count found;
    enum status status = journal_ends(checking->store, checking->arena, &ends);
    if (status == STATUS_OK) {
        status = fsck_count_positions(checking->store, checking->arena, &found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    int64_t expected = ends.last == 0 ? 0 : ends.last - ends.first + 1;
    if (found.count != expected) {
        fsck__say(checking, FSCK_ERROR,
                  "%lld of %lld positions from %lld to %lld are missing, the first is %lld: "
                  "somebody has deleted rows. What they told is lost to whoever had not taken it; "
                  "restore a backup, or find out from the positions of its followers.",
                  NUMBER(expected - found.count), NUMBER(expected), NUMBER(ends.first),
                  NUMBER(ends.last), NUMBER(found.first));
    } else if (ends.last == 0) {
        fsck__say(checking, FSCK_OK, "nothing was told yet");
    } else {
        fsck__say(checking, FSCK_OK, "positions %lld to %lld, none is missing", NUMBER(ends.first),
                  NUMBER(ends.last));
    }
    return STATUS_OK;
}

enum status fsck__settled(struct checking *checking)
{
    struct fsck_count found;
    if (!store_has(checking->store, STORE_IS_SHARED)) {
        fsck__say(checking, FSCK_OK, "positions are given when a row is written");
        return STATUS_OK;
    }
    enum status status = fsck_count_unsettled(checking->store, checking->arena,
                                              checking->fsck->now_ms - FSCK_UNSETTLED_MS, &found);
    if (status == STATUS_OK && found.count > 0) {
        fsck__say(checking, checking->fsck->is_live ? FSCK_ERROR : FSCK_WARNING,
                  "%lld rows have no position yet. A process that serves %.*s gives them; is one "
                  "running?",
                  NUMBER(found.count), TEXT_ARGS(checking->name));
    }
    return status;
}

/* ---- what this service has taken of others ---- */

static enum status ends_of(struct checking *checking, struct fsck_place *source,
                           struct journal_ends *ends_out)
{
    struct store *store;
    enum status status = fsck__enter(checking, source, &store);
    if (status == STATUS_OK) {
        status = journal_ends(store, checking->arena, ends_out);
        fsck__leave(checking, store);
    }
    return status;
}

static enum status check_cursor(struct checking *checking, const struct fsck_cursor *cursor)
{
    struct journal_ends ends;
    struct fsck_place *source = fsck__place_of(checking->fsck, cursor->source);
    if (source == NULL) {
        return STATUS_OK; /* its journal is kept elsewhere */
    }
    enum status status = ends_of(checking, source, &ends);
    if (status != STATUS_OK) {
        return status;
    }
    if (cursor->position > ends.last) {
        fsck__say(checking, FSCK_ERROR,
                  "It has taken the %.*s of %.*s up to %lld, but that journal ends at %lld: %.*s "
                  "is older than this service, and what it tells next will be passed over. "
                  "Restore both from the same moment.",
                  TEXT_ARGS(cursor->channel), TEXT_ARGS(cursor->source), NUMBER(cursor->position),
                  NUMBER(ends.last), TEXT_ARGS(cursor->source));
    } else if (cursor->position + 1 < ends.first) {
        fsck__say(checking, checking->fsck->is_live ? FSCK_WARNING : FSCK_ERROR,
                  "It has taken the %.*s of %.*s up to %lld, but that journal begins at %lld: what "
                  "is between was forgotten. Restore both from the same moment.",
                  TEXT_ARGS(cursor->channel), TEXT_ARGS(cursor->source), NUMBER(cursor->position),
                  NUMBER(ends.first));
    }
    return STATUS_OK;
}

enum status fsck__cursors(struct checking *checking)
{
    struct rows rows;
    enum status status = fsck_list_cursors(checking->store, checking->arena, &rows);
    const struct fsck_cursor *cursors = rows.items;
    for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
        status = check_cursor(checking, &cursors[i]);
    }
    return status;
}

/* ---- what others have taken of this service ---- */

static enum bus_channel channel_of(struct text name)
{
    return text_equals(name, bus_channel_name(BUS_EVENTS)) ? BUS_EVENTS : BUS_COMMANDS;
}

/* A source also moves a follower over what is not for him, before he says so himself. */
static enum status check_follower(struct checking *checking, const struct fsck_follower *follower,
                                  int64_t last)
{
    enum bus_channel channel = channel_of(follower->channel);
    int64_t cursor = 0, missed = 0;
    if (follower->position > last) {
        fsck__say(checking, FSCK_ERROR,
                  "%.*s is said to have taken the %.*s up to %lld, but this journal ends at %lld: "
                  "it was put back to an earlier moment. Restore both from the same one.",
                  TEXT_ARGS(follower->follower), TEXT_ARGS(follower->channel),
                  NUMBER(follower->position), NUMBER(last));
    }
    struct fsck_place *place = fsck__place_of(checking->fsck, follower->follower);
    if (place == NULL) {
        return STATUS_OK;
    }
    enum status status = fsck__cursor(checking, place, channel, &cursor);
    if (status == STATUS_OK && cursor < follower->position) {
        status = journal_next_for(checking->store, checking->arena,
                                  channel == BUS_EVENTS ? NO_TEXT : follower->follower, cursor,
                                  follower->position, &missed);
    }
    if (status == STATUS_OK && missed > 0) {
        fsck__say(checking, FSCK_ERROR,
                  "%.*s is said to have taken the %.*s up to %lld, but says itself %lld: it was "
                  "put back to an earlier moment, and what is between may be forgotten here. "
                  "Restore both from the same one.",
                  TEXT_ARGS(follower->follower), TEXT_ARGS(follower->channel),
                  NUMBER(follower->position), NUMBER(cursor));
    }
    return status;
}

enum status fsck__followers(struct checking *checking)
{
    struct rows rows;
    struct journal_ends ends;
    enum status status = journal_ends(checking->store, checking->arena, &ends);
    if (status == STATUS_OK) {
        status = fsck_list_followers(checking->store, checking->arena, &rows);
    }
    if (status != STATUS_OK) {
        return status;
    }
    const struct fsck_follower *followers = rows.items;
    for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
        status = check_follower(checking, &followers[i], ends.last);
    }
    return status;
}

/* ---- what nobody has taken yet ---- */

static bool tells(const struct service *service, const struct subscription *to)
{
    for (size_t i = 0; i < service->event_count; i++) {
        if (subscription_hears(to, service->events[i].name)) {
            return true;
        }
    }
    return false;
}

static bool listens_to(const struct service *listener, const struct service *teller)
{
    for (size_t i = 0; i < listener->subscription_count; i++) {
        if (tells(teller, &listener->subscriptions[i])) {
            return true;
        }
    }
    return false;
}

struct taken {
    struct text follower;
    enum bus_channel channel;
    int64_t position;
    int64_t at_ms; /* when that was known to be so */
};

static enum status check_untaken(struct checking *checking, const struct taken *taken)
{
    struct fsck_count found;
    enum status status = fsck_count_untaken(
        checking->store, checking->arena, taken->channel == BUS_EVENTS ? NO_TEXT : taken->follower,
        taken->position, taken->at_ms - FSCK_LATE_MS, &found);
    if (status == STATUS_OK && found.count > 0) {
        struct text channel = bus_channel_name(taken->channel);
        fsck__say(checking, FSCK_WARNING,
                  "%.*s has not taken %lld %.*s that were told more than ten minutes ago, from "
                  "position %lld on. Is it running, and is there a broker between?",
                  TEXT_ARGS(taken->follower), NUMBER(found.count), TEXT_ARGS(channel),
                  NUMBER(found.first));
    }
    return status;
}

static enum status check_untaken_by(struct checking *checking, struct fsck_place *place,
                                    enum bus_channel channel)
{
    struct taken taken = {
        .follower = text_of(place->service->name),
        .channel = channel,
        .at_ms = checking->fsck->now_ms,
    };
    enum status status = fsck__cursor(checking, place, channel, &taken.position);
    return status == STATUS_OK ? check_untaken(checking, &taken) : status;
}

/* Of a follower whose rows are elsewhere only the last word that came from it is known. A relay
 * takes everything, whomever it is for; its events stand for all. */
static enum status check_untaken_elsewhere(struct checking *checking)
{
    struct rows rows;
    enum status status = fsck_list_followers(checking->store, checking->arena, &rows);
    for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
        const struct fsck_follower *follower = (const struct fsck_follower *)rows.items + i;
        if (fsck__place_of(checking->fsck, follower->follower) == NULL) {
            status = check_untaken(checking, &(struct taken){
                                                 .follower = follower->follower,
                                                 .channel = channel_of(follower->channel),
                                                 .position = follower->position,
                                                 .at_ms = follower->seen_at,
                                             });
        }
    }
    return status;
}

enum status fsck__outbox(struct checking *checking)
{
    struct fsck *fsck = checking->fsck;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < fsck->place_count && status == STATUS_OK; i++) {
        const struct service *other = fsck->places[i].service;
        struct fsck_place *place = fsck__place_of(fsck, text_of(other->name));
        if (place != NULL && listens_to(other, checking->place->service)) {
            status = check_untaken_by(checking, place, BUS_EVENTS);
        }
        if (status == STATUS_OK && place != NULL &&
            (other->command_count > 0 || other->errand_count > 0)) {
            status = check_untaken_by(checking, place, BUS_COMMANDS);
        }
    }
    return status == STATUS_OK ? check_untaken_elsewhere(checking) : status;
}
