/* sim.h - a world in one thread, in which workflows run and everything goes wrong, by a seed.
 *
 * The engine, the journal, the intake, timers and the store are those of the program. Around them
 * everything is played: people, other services, workers, functions, the network between services,
 * the clock and chance. At each step a seed decides who does what, and what fails: messages come
 * late, twice, out of order or not at all, a disk refuses, the process dies between two writes, and
 * begins again with other versions of the workflows.
 * After each step the rows must be what the program promises; at the end nothing goes wrong any
 * more, and whatever can go on without people must have done so.
 *
 * The same seed gives the same world, step by step. It takes the clock and the chance of the
 * process while it runs, so there is one world at a time, and no other thread.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum { SIM_FILES_MAX = 64, SIM_STEPS_OTHERWISE = 150 };

struct sim_file {
    struct text name; /* "order.yaml", as errors call it */
    struct text yaml;
};

typedef void sim_line_fn(void *context, struct text line);

/* Where the rows of a service are kept, in a directory of the world's own. */
struct store_source;
typedef enum status sim_open_fn(const char *directory, const char *service,
                                struct store_source **source_out, struct text *error_out);

struct sim_options {
    const struct sim_file *files; /* each other's events are heard */
    size_t file_count;
    uint64_t seed;
    unsigned steps;
    sim_open_fn *open;
    sim_line_fn *on_line; /* each step as it happens; NULL: nobody looks */
    void *context;
};

struct sim_report {
    struct text violation; /* a sentence; NO_TEXT: every promise was kept */
    unsigned steps;        /* that were taken */
    struct texts last;     /* the steps just before it */
    uint64_t trace_hash;   /* of all steps: the same for the same seed */
    int64_t case_count;
    int64_t closed_count;
    int64_t revision_count;
    unsigned moved_count; /* cases that came to another version of their workflow */
    unsigned crash_count;
};

/* OK: the report says what came of it. MALFORMED: a file is wrong; UNAVAILABLE: there is no place
 * for the rows. error_out is a sentence then. The report lives as long as the arena. */
NODISCARD enum status sim_run(struct arena *arena, const struct sim_options *options,
                              struct sim_report *report_out, struct text *error_out);

#endif
