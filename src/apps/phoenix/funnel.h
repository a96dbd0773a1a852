/* funnel.h - where requests stand, how long they stay, how many get to the end: for who leads.
 *
 * Nobody counts requests when asked: each step of each request is counted once, when it is heard
 * of, into rows of a day and a place. So a look costs the same with ten requests and with a
 * million.
 *
 * A request is counted from its own history, from the step behind the last one that was counted.
 * What says that there is something new (the event of a change, the chore that goes through
 * requests that began before anybody counted) may come late, twice or mixed.
 */
#ifndef APPS_PHOENIX_FUNNEL_H
#define APPS_PHOENIX_FUNNEL_H

#include "runtime/service.h"

/* ---- the places of the funnel, in their order; stages of setting up count as one ---- */

enum funnel_place {
    FUNNEL_COMPANY_FORM,
    FUNNEL_CONTACT_FORM,
    FUNNEL_MODERATION,
    FUNNEL_PROVISIONING,
    FUNNEL_COMPLETED,
    FUNNEL_REJECTED,
    FUNNEL_ABANDONED,
    FUNNEL_PLACE_COUNT
};
extern const char *const funnel_places[FUNNEL_PLACE_COUNT];
enum funnel_place funnel_place_of(struct texts places); /* of a case, that is in these */

/* ---- how long somebody stays: counted in buckets, each wider than the one before ---- */

enum { FUNNEL_BUCKET_COUNT = 320 };
int64_t funnel_bucket(int64_t ms);
/* The middle of it: at most a sixteenth wrong. */
int64_t funnel_bucket_ms(int64_t bucket);
/* The duration that so many of a hundred do not pass; FIELD_NONE: nobody was there. */
int64_t funnel_percentile(const int64_t *counts, int percent);

/* ---- counting ---- */

extern const struct shape funnel_heard; /* of phoenix.case_changed */
NODISCARD enum status funnel_hear(struct call *call);
NODISCARD enum status funnel_chore(struct chore_run *run);
/* A request is about to be forgotten: it was never counted. */
NODISCARD enum status funnel_forget(struct call *call, struct id case_id);

/* The day of the business, counted as in base/date.h. */
int64_t funnel_day(const struct call *call, int64_t wall_ms);

/* ---- looking: GET /api/phoenix/funnel ---- */

extern const struct shape funnel_takes;
extern const char funnel_answer[];
extern const struct refusal funnel_bad_day;
NODISCARD enum status funnel_handle(struct call *call);

/* ---- rows ---- */

struct funnel_case {
    struct id case_id;
    int64_t revision; /* counted up to here */
    struct text place;
    int64_t since;
    int64_t opened_day;
    int64_t reached; /* bits of enum funnel_place */
};
struct funnel_day_row {
    int64_t day;
    struct text place;
    int64_t entered;
    int64_t gone;
};
struct funnel_stay_row {
    struct text place;
    int64_t bucket;
    int64_t count;
};
struct funnel_now_row {
    struct text place;
    int64_t count;
    int64_t oldest; /* since when the first of them is there; 0: nobody is */
};
/* Of requests by the day they began on. */
struct funnel_cohort_row {
    int64_t day;
    struct text place; /* that so many of them came to, at least once */
    int64_t count;
};

/* ABSENT: nothing of it was counted yet. */
NODISCARD enum status funnel_case_find(struct store *store, struct arena *arena, struct id case_id,
                                       struct funnel_case *row_out);
/* CONFLICT: somebody else has counted it meanwhile. `before` is 0 of a new one. */
NODISCARD enum status funnel_case_keep(struct store *store, const struct funnel_case *row,
                                       int64_t before);
/* It was somewhere, left on this day, and had been there for so long. */
struct funnel_stay {
    int64_t day;
    struct text place;
    int64_t bucket;
};
/* `by` is 1, or -1 to take back what was counted. */
NODISCARD enum status funnel_enter(struct store *store, int64_t day, struct text place, int64_t by);
NODISCARD enum status funnel_leave(struct store *store, const struct funnel_stay *stayed,
                                   int64_t by);
NODISCARD enum status funnel_reach(struct store *store, int64_t opened_day, struct text place,
                                   int64_t by);
/* When all of it was taken back. CONFLICT: somebody has counted it on meanwhile. */
NODISCARD enum status funnel_case_drop(struct store *store, const struct funnel_case *row);

/* Both days are among them. */
NODISCARD enum status funnel_list_days(struct store *store, struct arena *arena, int64_t from,
                                       int64_t to, struct rows *rows_out);
NODISCARD enum status funnel_list_stays(struct store *store, struct arena *arena, int64_t from,
                                        int64_t to, struct rows *rows_out);
NODISCARD enum status funnel_list_cohorts(struct store *store, struct arena *arena, int64_t from,
                                          int64_t to, struct rows *rows_out);
NODISCARD enum status funnel_list_now(struct store *store, struct arena *arena,
                                      struct rows *rows_out);

/* How far the chore has gone through the requests there are. ABSENT: it has not begun. */
struct funnel_walk {
    struct id last;
    bool is_over;
};
NODISCARD enum status funnel_walk_find(struct store *store, struct arena *arena,
                                       struct funnel_walk *walk_out);
NODISCARD enum status funnel_walk_keep(struct store *store, const struct funnel_walk *walk);

#endif
