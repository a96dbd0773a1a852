/* journal_reader.h - what a bus does with the journal of one member: reads it, and has it settled.
 *
 * A reader has a connection of its own, opened when it is needed. A store that cannot be read is
 * said so once, and tried again with growing pauses. All of it belongs to the thread of the bus.
 */
#ifndef BUS_JOURNAL_READER_H
#define BUS_JOURNAL_READER_H

#include "bus/bus.h"

#include <stdatomic.h>

/* What is to be written in the schema of a member, by its executor. */
struct journal_job {
    struct bus_write write; /* must be first */
    void *owner;
    void (*finished)(struct journal_job *job); /* on the executor's thread */
    bool is_running;
    enum status status;
    int64_t changed;
};

struct journal_reader {
    const struct bus_member *member;
    struct text name;
    atomic_uint *down_count; /* of all readers of the bus */
    struct store *store;     /* NULL until needed */
    bool is_down;
    unsigned failures;
    int64_t due_ms; /* not before this */
    unsigned reach; /* 0: many rows at a time; more while they are too large for that */

    /* Only a shared store needs it: positions are given after the commit, by us. */
    bool wants_settling;
    int64_t settle_due_ms;
    int64_t tick_due_ms; /* other processes commit too, and tell nobody here */
    struct journal_job settle;
};

/* 50 ms, then twice as long each time up to 5 s; between half of it and all of it, so that many
 * that fail together do not come back together. */
int64_t journal_pause(unsigned failures);

/* Who settles sets settle.owner and settle.finished afterwards. */
void journal_reader_init(struct journal_reader *reader, const struct bus_member *member,
                         atomic_uint *down_count);
void journal_reader_finish(struct journal_reader *reader);

/* False: it is not there, and is tried again when it is due. */
bool journal_reader_open(struct journal_reader *reader, int64_t now_ms);
void journal_reader_failed(struct journal_reader *reader, int64_t now_ms, const char *what,
                           enum status status);
void journal_reader_worked(struct journal_reader *reader);
bool journal_reader_is_shared(const struct journal_reader *reader); /* false: not yet known */

/* Rows after a position. Those that are too large to be held many at a time come by few, or one by
 * one. */
NODISCARD enum status journal_reader_rows(struct journal_reader *reader, struct arena *arena,
                                          int64_t after, struct messages *rows_out,
                                          bool *is_end_out);

/* In a transaction of their own. */
NODISCARD enum status journal_reader_cursor(struct journal_reader *reader, struct arena *arena,
                                            struct text source, enum bus_channel channel,
                                            int64_t *position_out);
NODISCARD enum status journal_reader_follower(struct journal_reader *reader, struct arena *arena,
                                              struct text follower, enum bus_channel channel,
                                              int64_t *position_out);
NODISCARD enum status journal_reader_newest(struct journal_reader *reader, struct arena *arena,
                                            struct text addressee, int64_t upto,
                                            int64_t *position_out);
NODISCARD enum status journal_reader_ends(struct journal_reader *reader, struct arena *arena,
                                          struct journal_ends *ends_out);

/* ---- jobs ---- */

void journal_job_init(struct journal_job *job, void *owner,
                      void (*finished)(struct journal_job *job),
                      enum status (*run)(struct bus_write *write, struct store *store,
                                         struct arena *arena));
void journal_job_submit(struct journal_job *job, const struct bus_member *member);

/* ---- settling ---- */

enum { JOURNAL_SETTLE_MAX = 1000, JOURNAL_TICK_MS = 500 };

/* Gives out what is due. True: the time for a look has come, so there may be new rows. */
bool journal_reader_settle(struct journal_reader *reader, struct arena *arena, int64_t now_ms);
/* The job has finished. True: there may be new rows. */
bool journal_reader_settled(struct journal_reader *reader, int64_t now_ms);
/* When journal_reader_settle is needed again. */
int64_t journal_reader_due(const struct journal_reader *reader);

#endif
