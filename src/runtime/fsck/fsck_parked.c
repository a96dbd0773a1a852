/* fsck_parked.c - what could not be handled yet, and what is to happen later. */
#include "runtime/fsck/fsck_parts.h"
#include "runtime/fsck/fsck_store.h"
#include "runtime/intake/parked_store.h"

#define NUMBER(value) (long long)(value)

/* Two processes may make one for a moment; the look of every half minute lets it run. */
enum status fsck__lines(struct checking *checking)
{
    struct fsck_count found;
    enum status status = fsck_count_orphans(checking->store, checking->arena,
                                            checking->fsck->now_ms - FSCK_LATE_MS, &found);
    if (status == STATUS_OK && found.count > 0) {
        fsck__say(checking, FSCK_ERROR,
                  "%lld messages wait behind others that are not there, the first is number %lld. "
                  "A running server lets them run within a minute; does one serve %.*s?",
                  NUMBER(found.count), NUMBER(found.first), TEXT_ARGS(checking->name));
    }
    return status;
}

static void say_overdue(struct checking *checking, const struct fsck_count *found)
{
    if (checking->fsck->is_live) {
        fsck__say(checking, FSCK_ERROR,
                  "%lld messages should have been tried more than ten minutes ago, the first is "
                  "number %lld. Is %.*s served by the running program? Its log tells what its "
                  "chores do.",
                  NUMBER(found->count), NUMBER(found->first), TEXT_ARGS(checking->name));
    } else {
        fsck__say(checking, FSCK_OK, "%lld are tried at the next start", NUMBER(found->count));
    }
}

enum status fsck__due(struct checking *checking)
{
    struct fsck_count found;
    enum status status = fsck_count_timeless(checking->store, checking->arena, &found);
    if (status == STATUS_OK && found.count > 0) {
        fsck__say(checking, FSCK_ERROR,
                  "%lld messages wait for no time at all, the first is number %lld. Replay them "
                  "with: kontora dead replay %.*s %lld",
                  NUMBER(found.count), NUMBER(found.first), TEXT_ARGS(checking->name),
                  NUMBER(found.first));
    }
    if (status == STATUS_OK) {
        status = fsck_count_overdue(checking->store, checking->arena,
                                    checking->fsck->now_ms - FSCK_LATE_MS, &found);
    }
    if (status == STATUS_OK && found.count > 0) {
        say_overdue(checking, &found);
    }
    return status;
}

enum status fsck__later(struct checking *checking)
{
    struct fsck_count found;
    enum status status = fsck_count_late(checking->store, checking->arena,
                                         checking->fsck->now_ms - FSCK_LATE_MS, &found);
    if (status != STATUS_OK || found.count == 0) {
        return status;
    }
    if (checking->fsck->is_live) {
        fsck__say(checking, FSCK_ERROR,
                  "%lld were due more than ten minutes ago. Is %.*s served by the running program? "
                  "Its log tells what its chores do.",
                  NUMBER(found.count), TEXT_ARGS(checking->name));
    } else {
        fsck__say(checking, FSCK_OK, "%lld were due while nobody was running", NUMBER(found.count));
    }
    return STATUS_OK;
}

enum status fsck__dead(struct checking *checking)
{
    struct parked_counts counts;
    enum status status = parked_count(checking->store, checking->arena, &counts);
    if (status == STATUS_OK && counts.dead > 0) {
        fsck__say(checking, FSCK_WARNING,
                  "%lld messages wait for a person, the oldest for %lld minutes, and %lld wait "
                  "behind. See: kontora dead list --service %.*s",
                  NUMBER(counts.dead),
                  NUMBER((checking->fsck->now_ms - counts.oldest_dead_at) / 60000),
                  NUMBER(counts.behind), TEXT_ARGS(checking->name));
    }
    return status;
}
