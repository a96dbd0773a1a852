/* bus_contract_rig.h - a few small services on a bus, for the contract suite and for measuring.
 *
 * Each has a store, a thread that writes into it as an executor does (all that waits in one
 * transaction), and a table of effects: one row for each message it has handled.
 */
#ifndef TESTS_LIB_BUS_BUS_CONTRACT_RIG_H
#define TESTS_LIB_BUS_BUS_CONTRACT_RIG_H

#include "base/mailbox.h"
#include "store/store_fault.h"
#include "tests/lib/bus_contract.h"
#include "tests/lib/check.h"

#include <pthread.h>
#include <stdatomic.h>

enum { RIG_MEMBERS_MAX = 4, RIG_FOLLOWS_MAX = 4 };

/* A source whose readers can be counted and made to fail. */
struct rig_source {
    struct store_source source; /* must be first */
    struct store_source *inner;
    struct store_fault fault; /* not to be touched while a bus runs */
};

struct rig_options {
    const char *name;
    const char *follows[RIG_FOLLOWS_MAX];
    bool is_addressed;
    bool replies;         /* to commands */
    const char *answers;  /* events of this name are answered by an event of its own, */
    int answers_max;      /* so many times */
    const char *wants;    /* only events of this name */
    unsigned fails_every; /* this many transactions with effects */
    bool is_naive;        /* believes everything the bus brings */
};

struct rig_member {
    struct rig *rig;
    struct rig_options options;
    char exchange[64];
    size_t index;
    struct rig_source stores;
    struct store *store; /* of the thread */
    struct arena *arena; /* of the thread */
    struct mailbox mailbox;
    pthread_t thread;
    bool has_thread;
    unsigned transactions;
    int answered;
    bool has_told; /* in this transaction */
    atomic_int effects;
    atomic_int batches;
    atomic_ullong conflicts;
};

struct rig {
    const struct bus_contract *contract;
    struct rig_member members[RIG_MEMBERS_MAX];
    struct bus_member bus_members[RIG_MEMBERS_MAX];
    size_t count;
    struct bus_options bus_options;
    struct bus *bus;
};

/* Members are opened, their tables made. */
void rig_open(struct rig *rig, const struct bus_contract *contract,
              const struct rig_options *options, size_t count);
void rig_start(struct rig *rig);
/* The same, but without the last member: it comes later. */
void rig_start_some(struct rig *rig, size_t count);
/* Ends the bus, then the executors. */
void rig_stop(struct rig *rig);
/* The bus has no time to end in order. */
void rig_stop_at_once(struct rig *rig);
void rig_close(struct rig *rig);

struct rig_telling {
    size_t member;
    int count;
    const char *addressee; /* NULL: events */
    const char *name;      /* NULL: "thing.happened" */
    size_t data_bytes;     /* of each; 0: few */
};
/* By the thread of the member; returns when it is committed and announced. */
void rig_tell(struct rig *rig, struct rig_telling telling);
/* The same while nothing runs. */
void rig_fill(struct rig *rig, struct rig_telling telling);
/* In a transaction of the caller's. */
void rig_append(struct store *store, struct arena *arena, struct rig_telling telling);

/* Does its `wants` name this event? */
bool rig_wants(const struct rig_member *member, const struct message *message);

/* Until this member has had so many effects; ends the test when it takes too long. */
void rig_wait(struct rig *rig, size_t member, int effects);
/* Has each member handled what it follows and what is addressed to it, once and in order? Says
 * what is wrong. For a stopped or a running rig. */
bool rig_is_exact(struct rig *rig);
/* The same, but what was told may still come. For a running rig to which nobody tells anything. */
bool rig_is_exact_so_far(struct rig *rig);
int64_t rig_cursor(struct rig *rig, size_t member, const char *source, enum bus_channel channel);
struct journal_ends rig_ends(struct rig *rig, size_t member);

#endif
