/* fsck_parts.h - what the files of fsck share; nobody else includes it. */
#ifndef RUNTIME_FSCK_FSCK_PARTS_H
#define RUNTIME_FSCK_FSCK_PARTS_H

#include "bus/journal.h"
#include "runtime/fsck/fsck.h"

enum {
    FSCK_LATE_MS = 10 * 60 * 1000,          /* what should have happened long ago */
    FSCK_UNSETTLED_MS = 60 * 1000,          /* a row without its position */
    FSCK_KEPT_MS = 6 * 24 * 60 * 60 * 1000, /* errands and strays are kept a day longer */
    FSCK_LOOK_BACK = 100000,                /* rows of a journal that are looked at */
};

/* One check of one place, inside a READ transaction of its store. */
struct checking {
    struct fsck *fsck;
    struct fsck_place *place;
    struct store *store;
    struct arena *arena;
    struct text name; /* the service's */
    enum fsck_verdict verdict;
    struct text detail;
};

/* OK: it was looked at, and fsck__say has told what there is to tell. */
typedef enum status fsck_check_fn(struct checking *checking);

struct fsck_check {
    const char *name;
    const char *meaning;
    fsck_check_fn *run;
};

/* What was found; the worst verdict stands, all sentences stay. */
void fsck__say(struct checking *checking, enum fsck_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Where a service is that others speak of; NULL: not known, or it cannot be looked at. */
struct fsck_place *fsck__place_of(const struct fsck *fsck, struct text service);

/* The other's rows, as they are now, until fsck__leave. */
NODISCARD enum status fsck__enter(struct checking *checking, struct fsck_place *other,
                                  struct store **store_out);
void fsck__leave(struct checking *checking, struct store *store);

/* How far the other has come in the journal of this place. */
NODISCARD enum status fsck__cursor(struct checking *checking, struct fsck_place *other,
                                   enum bus_channel channel, int64_t *position_out);

/* fsck_journal.c */
fsck_check_fn fsck__journal;
fsck_check_fn fsck__settled;
fsck_check_fn fsck__cursors;
fsck_check_fn fsck__followers;
fsck_check_fn fsck__outbox;

/* fsck_told.c */
fsck_check_fn fsck__commands;
fsck_check_fn fsck__replies;
fsck_check_fn fsck__errands;
fsck_check_fn fsck__strays;

/* fsck_parked.c */
fsck_check_fn fsck__lines;
fsck_check_fn fsck__due;
fsck_check_fn fsck__later;
fsck_check_fn fsck__dead;

#endif
