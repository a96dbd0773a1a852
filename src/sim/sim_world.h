/* sim_world.h - one world: its services with their stores, its people, its dice, its trace. Inside
 * the room only.
 */
#ifndef SIM_SIM_WORLD_H
#define SIM_SIM_WORLD_H

#include "bus/journal.h"
#include "engine/run/case_record.h"
#include "runtime/host.h"
#include "sim/sim_cast.h"
#include "sim/sim_ports.h"
#include "store/store_fault.h"

enum {
    WORLD_CASES_MAX = 400,
    WORLD_PEOPLE = 3,
    WORLD_LAST_LINES = 24,
    WORLD_LINE_BYTES = 400,
    WORLD_USED_MAX = 16,
    WORLD_SENT_MAX = 24,
    WORLD_CHANNELS = 2,
};

/* How often what happens, in percent. Each world draws its own, and leaves some out. */
struct rates {
    unsigned crash;   /* the process dies in the middle of a transaction */
    unsigned trouble; /* the store refuses once, or somebody was faster */
    unsigned lost;    /* a message of a batch does not come */
    unsigned doubled; /* what was taken comes again */
    unsigned mixed;   /* messages come in another order */
    unsigned refuses; /* a function, a command or a worker fails for good */
    unsigned retries; /* it cannot do it now */
    unsigned halves;  /* it has written something, and then it cannot */
    unsigned waits;   /* its result comes later */
    unsigned misfits; /* its result or a form is not what it should be */
    unsigned jumps;   /* somebody sets the clock */
};

/* A service of the world. */
struct member {
    const struct service *service; /* as it was cast, or extended; host.service runs */
    struct host host;
    struct store_source *source;
    struct store *store;
    struct store_fault fault;
    int64_t seen_position; /* of its journal; sim_watch.c */
    unsigned write_count;  /* transactions that may have changed its rows */
};

/* What is known of the road from one member to another, for as long as neither has written. */
struct road {
    unsigned from_writes;
    unsigned to_writes;
    bool is_known;
    bool waits; /* something is on it */
};

/* What is known of a case from its history alone. */
struct watched_case {
    struct id id;
    struct text workflow_name;
    int64_t version;
    const struct recipe *recipe; /* of the process that runs now */
    int64_t revision;
    struct bit_set marking;
    struct value *values;
    bool is_closed;
    int64_t told_revision; /* by the newest case_changed */
};

/* A work id that was handed out: it may come again. */
struct used {
    struct text text;
    struct id case_id;
    struct text queue; /* through whose door; NO_TEXT: none */
};

/* A form that was sent with its token, or that somebody keeps for later. */
struct sent {
    struct text path;
    struct text permit; /* the token */
    struct text form;
    struct id person;
    struct texts roles;
    struct id operation; /* that it has done; none: nobody knows */
};

struct world {
    const struct sim_options *options;
    struct arena *arena; /* of the whole run */
    struct arena *life;  /* of the process: ends with a crash */
    struct arena *turn;  /* of a step */
    struct arena *look;  /* of what is looked at after it */
    struct cast cast;
    const char *directory;
    struct member members[CAST_SERVICES_MAX];
    size_t member_count;
    struct road roads[CAST_SERVICES_MAX][CAST_SERVICES_MAX][WORLD_CHANNELS];
    struct dice dice;
    struct rates rates;
    bool is_friendly; /* nothing goes wrong any more */
    unsigned step;
    struct id people[WORLD_PEOPLE];

    struct watched_case *cases[WORLD_CASES_MAX];
    size_t case_count;
    int64_t revision_count;
    unsigned moved_count; /* cases that came to another version */
    unsigned crash_count;
    struct rows operations; /* as they were seen last; in the world's arena */
    struct used used[WORLD_USED_MAX];
    size_t used_count;
    struct sent sent[WORLD_SENT_MAX];
    size_t sent_count;

    uint64_t hash;
    char lines[WORLD_LAST_LINES][WORLD_LINE_BYTES];
    size_t line_count;
    struct text violation;
};

/* The one there is: handlers are given a call, not a world. */
struct world *world_now(void);

NODISCARD enum status world_open(struct world *world, struct text *error_out);
void world_close(struct world *world);

/* The process ends without a word, and begins again: what was not committed is gone. */
void world_crash(struct world *world);

static inline struct member *world_cases(struct world *world) /* the service that has them */
{
    return &world->members[0];
}
const struct catalog *world_catalog(struct world *world);

/* One line of the trace. */
void world_say(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A promise is broken; the first one counts. */
void world_violated(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "case 3": the same name in every run. */
struct text world_case_name(struct world *world, struct id case_id);

/* ---- transactions ---- */

/* What is written; OK: it is to be committed. */
typedef enum status write_fn(struct world *world, struct member *member, void *context);

/* In a transaction of its own, with whatever may go wrong around it: the store may refuse, somebody
 * may be faster, the process may die before, in the midst of, or right after it. Says what came of
 * it: OK, in the store. UNCERTAIN: it has died, and nobody knows. */
NODISCARD enum status world_write(struct world *world, struct member *member, write_fn *write,
                                  void *context);

/* To read, where nothing goes wrong. MUST be ended. */
struct store *world_look(struct member *member);
void world_looked(struct store *store);

/* A call as the runtime makes it for somebody who is no service. */
struct call world_call(struct world *world, struct member *member, const char *actor);

/* ---- the moves of a step; each says in the trace what it did ---- */

void move_person(struct world *world);
void move_worker(struct world *world);
void move_message(struct world *world);
void move_event(struct world *world);
void move_time(struct world *world);
void move_mend(struct world *world);
void move_version(struct world *world);

/* Everything that waits is delivered; true: something was. */
bool deliver_all(struct world *world);
/* Every worker does what there is; true: there was something. */
bool work_all(struct world *world);
/* Of an outside worker: takes what there is, and deals with it; true: there was something. */
bool queue_visit(struct world *world, struct text queue);
/* True: it was accepted. */
bool queue_answer(struct world *world, struct text queue, struct text work_id);
void world_remember_work(struct world *world, struct text work_id, struct id case_id,
                         struct text queue);
/* What is due by now is done. */
void run_chores(struct world *world);
/* Of all services, wall ms; 0: nothing is due at any time. */
int64_t soonest_due(struct world *world);

/* ---- watching ---- */

/* What has changed since the last look. */
void world_watch(struct world *world);
/* All there is. */
void world_watch_all(struct world *world);
/* At the end, when nothing more happens by itself. */
void world_watch_end(struct world *world);

/* ---- values ---- */

/* A value of the field, JSON; a misfit when the dice say so. */
struct text world_value(struct world *world, const struct case_field *field);
/* The form of an operation: what it asks, sometimes what it accepts, sometimes wrong. */
struct text world_form(struct world *world, const struct recipe *recipe, int transition);

#endif
