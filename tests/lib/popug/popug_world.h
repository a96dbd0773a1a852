/* popug_world.h - a company of popugs in one thread, by a seed: thirty days in which everything
 * goes wrong, and then peace, in which everything must come right.
 *
 * Board, accounts and payments are those of the program, on the simulator's clock, network and
 * stores: messages come late, twice, mixed up or not at all, stores refuse, the process dies in the
 * middle of a transaction, somebody sets the clock. The directory and the letters are played, and
 * so is the bank: it loses what is said to it and what it says, answers late, and refuses.
 */
#ifndef TESTS_LIB_POPUG_POPUG_WORLD_H
#define TESTS_LIB_POPUG_POPUG_WORLD_H

#include "apps/popug/payments/payment_job.h"
#include "sim/sim_world.h"

enum { POPUGS_MAX = 6, JOBS_MAX = 4, BANK_MAX = 1000, TASKS_MAX = 1000, POPUG_DAYS = 30 };

/* What the bank knows of one payment. */
struct bank_entry {
    struct id id;
    int64_t amount_minor;
    unsigned paid; /* how often */
    bool is_refused;
    bool is_late;    /* it is on its way, or thought over, and will be paid */
    bool is_unknown; /* its sender has heard nothing, and has not asked */
};

/* Answered with yes: it must be so for ever. */
struct told_task {
    struct id id;
    struct id finished_by; /* none: it was not said to be done */
};

struct popug_world {
    struct world world;
    const struct config *config;
    struct id boss;
    struct id popugs[POPUGS_MAX];
    size_t popug_count;
    struct told_task tasks[TASKS_MAX];
    size_t task_count;

    struct payment_job jobs[JOBS_MAX]; /* in the hands of threads; lost when the process dies */
    size_t job_count;
    unsigned crashes_seen;
    struct bank_entry bank[BANK_MAX];
    size_t bank_count;
};

struct popug_report {
    struct text violation; /* a sentence; NO_TEXT: every promise was kept */
    struct texts last;     /* the steps just before it */
    uint64_t trace_hash;
    unsigned steps;
    unsigned crashes;
    size_t tasks;
    size_t paid; /* payouts */
};

/* The same seed gives the same days, in a process that has not run a higher one. The report lives
 * as long as the arena. */
void popug_world_run(struct arena *arena, uint64_t seed, struct popug_report *report_out);

/* ---- inside ---- */

struct member *popug_member(struct popug_world *popugs, const char *service);

/* Played: popug_played.c. */
extern const struct service popug_users;
extern const struct service popug_letters;
NODISCARD enum status popug_hire(struct call *call, struct id who, bool is_boss);

/* The bank: popug_bank.c. */
void popug_pay(struct popug_world *popugs);
bool popug_pay_all(struct popug_world *popugs); /* true: there was something */

/* What must be true: popug_promises.c. */
void popug_watch(struct popug_world *popugs);     /* at any moment */
void popug_watch_end(struct popug_world *popugs); /* when all has come to rest */
bool popug_rests(struct popug_world *popugs);     /* nothing is under way any more */

#endif
