/* fsck_told.c - commands, their replies, and who waits for them. */
#include "runtime/fsck/fsck_parts.h"
#include "runtime/fsck/fsck_store.h"

#define NUMBER(value) (long long)(value)

/* Both are written in one transaction, and an errand outlives its command by a week. */
enum status fsck__commands(struct checking *checking)
{
    struct journal_ends ends;
    struct fsck_count found;
    enum status status = journal_ends(checking->store, checking->arena, &ends);
    if (status == STATUS_OK) {
        status =
            fsck_count_lost_errands(checking->store, checking->arena, ends.last - FSCK_LOOK_BACK,
                                    checking->fsck->now_ms - FSCK_KEPT_MS, &found);
    }
    if (status == STATUS_OK && found.count > 0) {
        fsck__say(checking, FSCK_ERROR,
                  "%lld commands have no errand, the first at position %lld: rows were deleted, "
                  "and their replies will be strays. Look what became of them where they were "
                  "sent.",
                  NUMBER(found.count), NUMBER(found.first));
    }
    return status;
}

/* ---- replies ---- */

struct unknown {
    int64_t count;
    int64_t first;
};

static enum status count_unknown(struct checking *checking, struct fsck_place *place,
                                 const struct rows *rows, struct unknown *unknown_out)
{
    const struct fsck_reply *replies = rows->items;
    struct store *store;
    *unknown_out = (struct unknown){0};
    enum status status = fsck__enter(checking, place, &store);
    if (status != STATUS_OK) {
        return status;
    }
    for (size_t i = 0; i < rows->count && status == STATUS_OK; i++) {
        bool knows = true;
        status = fsck_knows_reply(store, checking->arena, &replies[i], &knows);
        unknown_out->count += !knows;
        unknown_out->first = knows ? unknown_out->first : replies[i].position;
    }
    fsck__leave(checking, store);
    return status;
}

/* Only what it has taken: the rest is on its way. */
static enum status check_replies_to(struct checking *checking, struct fsck_place *place,
                                    int64_t last)
{
    struct rows rows;
    struct unknown unknown;
    struct fsck_reply_filter filter = {
        .addressee = text_of(place->service->name),
        .after = last - FSCK_LOOK_BACK,
        .since_ms = checking->fsck->now_ms - FSCK_KEPT_MS,
    };
    enum status status = fsck__cursor(checking, place, BUS_COMMANDS, &filter.upto);
    if (status == STATUS_OK) {
        status = fsck_list_replies(checking->store, checking->arena, &filter, &rows);
    }
    if (status == STATUS_OK) {
        status = count_unknown(checking, place, &rows, &unknown);
    }
    if (status == STATUS_OK && unknown.count > 0) {
        fsck__say(checking, FSCK_ERROR,
                  "%s has taken %lld replies of which it knows nothing, the first at position "
                  "%lld: neither an errand nor a stray. Rows were deleted there, or it was put "
                  "back to an earlier moment.",
                  place->service->name, NUMBER(unknown.count), NUMBER(unknown.first));
    }
    return status;
}

enum status fsck__replies(struct checking *checking)
{
    struct fsck *fsck = checking->fsck;
    struct journal_ends ends;
    enum status status = journal_ends(checking->store, checking->arena, &ends);
    for (size_t i = 0; i < fsck->place_count && status == STATUS_OK; i++) {
        struct fsck_place *place = fsck__place_of(fsck, text_of(fsck->places[i].service->name));
        if (place != NULL && place->service->errand_count > 0) {
            status = check_replies_to(checking, place, ends.last);
        }
    }
    return status;
}

/* ---- who waits ---- */

enum status fsck__errands(struct checking *checking)
{
    struct fsck_count found;
    enum status status = fsck_count_stuck_errands(checking->store, checking->arena,
                                                  checking->fsck->now_ms - FSCK_LATE_MS, &found);
    if (status == STATUS_OK && found.count > 0 && checking->fsck->is_live) {
        fsck__say(checking, FSCK_ERROR,
                  "%lld errands wait although their deadline passed more than ten minutes ago. Is "
                  "%.*s served by the running program? Its log tells what its chores do.",
                  NUMBER(found.count), TEXT_ARGS(checking->name));
    } else if (status == STATUS_OK && found.count > 0) {
        fsck__say(checking, FSCK_WARNING,
                  "the deadline of %lld errands passed while nobody was running; they expire at "
                  "the next start",
                  NUMBER(found.count));
    }
    return status;
}

enum status fsck__strays(struct checking *checking)
{
    struct fsck_count found;
    enum status status = fsck_count_unknown_strays(checking->store, checking->arena, &found);
    if (status == STATUS_OK && found.count > 0) {
        fsck__say(checking, FSCK_WARNING,
                  "%lld replies answer commands that nobody here knows. Look at them with: kontora "
                  "dead strays --service %.*s",
                  NUMBER(found.count), TEXT_ARGS(checking->name));
    }
    return status;
}
