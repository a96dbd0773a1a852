/* fsck.h - holds what is stored against what the program promises, and changes nothing.
 *
 * Each check is one function with a name and a sentence, run for each service in one snapshot of
 * its rows; a service may bring more of them. What two services must agree on (a cursor and the
 * journal it counts in) is read first here and then there: both only ever grow, so a running system
 * is never accused of being busy. docs/reliability.md tells what to do about what is found.
 */
#ifndef RUNTIME_FSCK_FSCK_H
#define RUNTIME_FSCK_FSCK_H

#include "runtime/service.h"

enum fsck_verdict { FSCK_OK, FSCK_WARNING, FSCK_ERROR };
const char *fsck_verdict_word(enum fsck_verdict verdict); /* "ok", "warning", "error" */

struct fsck_finding {
    const char *service;
    const char *check;
    enum fsck_verdict verdict;
    struct text detail; /* and what to do next */
};

/* Where the rows of a service are. */
struct fsck_place {
    const struct service *service;
    struct store_source *source; /* NULL: they cannot be read from here */
    struct store *store;         /* fsck's own */
    bool is_fit;                 /* its tables are there; fsck's own */
};

struct fsck {
    struct arena *arena;
    struct fsck_place *places;
    size_t place_count;
    bool is_live; /* a server runs: what waits for one is late, not asleep */
    int64_t now_ms;

    struct fsck_finding *findings; /* in the arena; fsck_init makes room */
    size_t finding_count;
    size_t findings_max;

    /* NULL, or told how many of the places were looked at. */
    void (*tell)(void *context, size_t places, size_t place_count);
    void *tell_context;
};

/* Takes room for the findings of all checks and of one more for each place. */
void fsck_init(struct fsck *fsck);
void fsck_run(struct fsck *fsck);

/* A finding of the caller's own. */
void fsck_find(struct fsck *fsck, const struct fsck_finding *finding);

/* ---- checks of the floors above (service.checks) ---- */

/* One look at the rows of one service, inside a READ transaction of its store. */
struct fsck_look {
    const struct service *service;
    struct store *store;
    struct arena *arena;
    int64_t now_ms;
    enum fsck_verdict verdict; /* the worst of what was said */
    struct text detail;        /* all of it, a line for each; empty: all is well */
};

/* OK: it was looked at, and fsck_say has told what there is to tell. */
typedef enum status fsck_look_fn(struct fsck_look *look);

struct own_check {
    const char *name;
    const char *meaning;
    fsck_look_fn *run;
};

void fsck_say(struct fsck_look *look, enum fsck_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

bool fsck_is_sound(const struct fsck *fsck); /* no error was found */

#endif
