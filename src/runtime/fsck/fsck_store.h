/* fsck_store.h - the questions that only fsck asks. All read; all positions are of this journal. */
#ifndef RUNTIME_FSCK_FSCK_STORE_H
#define RUNTIME_FSCK_FSCK_STORE_H

#include "store/store.h"

enum { FSCK_ROWS_MAX = 1000 };

/* How many, and one of them to begin with; count 0: none. */
struct fsck_count {
    int64_t count;
    int64_t first;
};

/* Of the tables that every service has: how many there are, and how many there should be. */
enum { FSCK_TABLE_COUNT = 10 };
NODISCARD enum status fsck_count_tables(struct store *store, struct arena *arena,
                                        int64_t *count_out);

/* Rows that have a position; first: the lowest position that is missing behind another. */
NODISCARD enum status fsck_count_positions(struct store *store, struct arena *arena,
                                           struct fsck_count *count_out);
NODISCARD enum status fsck_count_unsettled(struct store *store, struct arena *arena,
                                           int64_t before_ms, struct fsck_count *count_out);

/* Told before before_ms, with position > after; addressee NO_TEXT: events. */
NODISCARD enum status fsck_count_untaken(struct store *store, struct arena *arena,
                                         struct text addressee, int64_t after, int64_t before_ms,
                                         struct fsck_count *count_out);

struct fsck_cursor {
    struct text source;
    struct text channel;
    int64_t position;
};
NODISCARD enum status fsck_list_cursors(struct store *store, struct arena *arena,
                                        struct rows *rows_out);

struct fsck_follower {
    struct text follower;
    struct text channel;
    int64_t position;
    int64_t seen_at;
};
NODISCARD enum status fsck_list_followers(struct store *store, struct arena *arena,
                                          struct rows *rows_out);

/* Commands with position > after, told since_ms or later, that have no errand. */
NODISCARD enum status fsck_count_lost_errands(struct store *store, struct arena *arena,
                                              int64_t after, int64_t since_ms,
                                              struct fsck_count *count_out);

/* Replies to this addressee, after < position <= upto, told since_ms or later; the newest. */
struct fsck_reply {
    int64_t position;
    struct id id;
    struct id answers;
};
struct fsck_reply_filter {
    struct text addressee;
    int64_t after;
    int64_t upto;
    int64_t since_ms;
};
NODISCARD enum status fsck_list_replies(struct store *store, struct arena *arena,
                                        const struct fsck_reply_filter *filter,
                                        struct rows *rows_out);
/* In the schema of whom it came to: is there its errand, or was it kept as a stray? */
NODISCARD enum status fsck_knows_reply(struct store *store, struct arena *arena,
                                       const struct fsck_reply *reply, bool *knows_out);

/* Waiting though the deadline was before before_ms; first: that deadline. */
NODISCARD enum status fsck_count_stuck_errands(struct store *store, struct arena *arena,
                                               int64_t before_ms, struct fsck_count *count_out);
NODISCARD enum status fsck_count_unknown_strays(struct store *store, struct arena *arena,
                                                struct fsck_count *count_out);

/* Behind, but nothing is before it; first: its number. */
NODISCARD enum status fsck_count_orphans(struct store *store, struct arena *arena,
                                         int64_t before_ms, struct fsck_count *count_out);
/* Waiting with no time to be tried. */
NODISCARD enum status fsck_count_timeless(struct store *store, struct arena *arena,
                                          struct fsck_count *count_out);
/* Waiting, and due before before_ms. */
NODISCARD enum status fsck_count_overdue(struct store *store, struct arena *arena,
                                         int64_t before_ms, struct fsck_count *count_out);
/* Timers, delayed commands and schedules that were due before before_ms; first: when. */
NODISCARD enum status fsck_count_late(struct store *store, struct arena *arena, int64_t before_ms,
                                      struct fsck_count *count_out);

#endif
