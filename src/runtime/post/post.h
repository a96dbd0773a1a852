/* post.h - what a service hands to programs outside over a broker, and what they answer.
 *
 *   a row that waits --collect--> leased, a letter --commit--> sent --confirmed--> a program
 * outside
 *        ^                           |                  \
 *        +------- give back, or its lease ends ----------+ lost
 *
 *   an answer --receive, commit--> acknowledged
 *
 * The rows of the service are the truth, and the broker only carries: a letter leaves after the
 * commit of its lease, an answer is acknowledged after the commit of its effect, and both may come
 * twice. So the service leases (nobody else has the row meanwhile), and gives each letter a name by
 * which whoever gets it twice knows it. One process takes from the broker what all of them sent, or
 * several do: they share the rows.
 */
#ifndef RUNTIME_POST_POST_H
#define RUNTIME_POST_POST_H

#include "bus/outside.h"
#include "runtime/runtime.h"

struct host;
struct post;
struct post_office;

/* ---- what a service has for programs outside: service.post ---- */

struct post_letter {
    struct text queue; /* as the service calls it: "feeder" */
    struct text id;    /* for the broker's own lists, at most 255 bytes */
    struct text mark;  /* what it is given back by */
    struct text body;  /* JSON */
};

struct post_terms {
    const struct text *queues;
    size_t queue_count;
    size_t each_max;  /* of each queue so much may be outside at once */
    int64_t until_ms; /* wall: the end of the lease */
};

struct post_letters {
    const struct post_letter *items; /* in the arena of the call */
    size_t count;
    bool is_full; /* more waits, but each_max is reached */
};

/* All of them are called in a transaction, on an executor, and may be called again. */
struct post_table {
    struct texts queues;
    const struct shape *letter; /* of the body of a letter, and of an answer: for /asyncapi.json */
    const struct shape *answer;

    enum status (*collect)(struct call *call, const struct post_terms *terms,
                           struct post_letters *letters_out);

    /* It was not sent, or nobody knows: it may be collected again at once. */
    enum status (*give_back)(struct call *call, struct text mark);

    /* One answer. OK: it counts, or it is too late and that is noted; accepted_out says which.
     * REFUSED, MALFORMED: it never will, and why_out is a sentence. UNAVAILABLE, CORRUPT while the
     * store is well: not here or not now, and it comes again. */
    enum status (*receive)(struct call *call, struct text body, bool *accepted_out,
                           struct text *why_out);
};

/* ---- all posts of a process ---- */

/* OK with NULL when the settings name no queue. MALFORMED: error_out is a sentence. The hosts are
 * open, and stay where they are. */
NODISCARD enum status post_office_create(const struct runtime_options *options, struct arena *arena,
                                         struct host *hosts, size_t host_count,
                                         struct post_office **office_out, struct text *error_out);

/* Connects, and goes on by itself from here. */
NODISCARD enum status post_office_start(struct post_office *office, struct text *error_out);

/* Nothing more is collected or received; the executors still run. */
void post_office_stop(struct post_office *office);

/* When the executors have ended: what was sent has a moment to be confirmed. */
void post_office_destroy(struct post_office **office);

/* ---- the post of one host; NULL is a host that has none ---- */

/* From any thread: something for one of these topics (waiting_room.h) was committed. */
void post_stir(struct post *post, uint64_t topics);

/* Once a second: looks what is there to be sent, and what the broker still has. */
void post_tend(struct post *post);

/* The lease of a letter of this queue has ended at this wall ms: is that the fault of who had it?
 */
enum post_lease {
    POST_LEASE_ENDED, /* nothing waits in the broker, neither work nor answers; or it has no post */
    POST_LEASE_HOLDS, /* something waits there: it may be this one; or there is no broker now */
    POST_LEASE_UNKNOWN, /* it is being asked; in a second it will be known */
};
enum post_lease post_judge_lease(const struct post *post, struct text queue, int64_t ended_at);

/* How long letters are leased for. */
int64_t post_lease_ms(const struct post *post);

struct post_counts {
    unsigned long sent;     /* and confirmed */
    unsigned long unsent;   /* and given back */
    unsigned long accepted; /* answers */
    unsigned long late;
    unsigned long refused; /* forged, foreign, or no answer at all */
    unsigned long put_off; /* could not be looked at; they come again */
};
void post_count(const struct post *post, struct post_counts *counts_out);

#endif
