/* ledger_scenario.h - a small service on a memory disk whose books show every lost or half step.
 *
 * Step n (1, 2, 3 ...) is one commit of several requests behind marks, one of them refused and
 * undone: 1 + n % 3 transfers, each between two balances and with a line in the outbox whose length
 * follows from its number. So from the newest step everything else can be computed, and whatever
 * a crash left can be held against it.
 */
#ifndef TESTS_LIB_LEDGER_SCENARIO_H
#define TESTS_LIB_LEDGER_SCENARIO_H

#include "base/arena.h"
#include "store/store.h"
#include "tests/lib/disk/memory_disk.h"

enum { LEDGER_CHECKPOINT_PAGES = 60 };

#define LEDGER_DAMAGE "integrity_check finds damage"

/* Mistakes of a service or a back end that the attacks must find. */
enum ledger_mistake {
    LEDGER_NO_MISTAKE,
    LEDGER_SYNCHRONOUS_NORMAL,
    LEDGER_SYNCHRONOUS_OFF,
    LEDGER_ACKNOWLEDGES_BEFORE_COMMIT,
    LEDGER_IGNORES_COMMIT,
    LEDGER_MARKS_BEFORE_COMMIT,
};

struct ledger {
    struct disk *disk;
    enum ledger_mistake mistake;
    int weight; /* messages are so many times longer; 60 makes a step larger than 120 KiB */
    struct arena *arena;
    struct store_source *source;
    struct store *store;
    int64_t acknowledged; /* the newest step whose commit answered OK, or that was read back */
    bool is_uncertain;    /* the step after it may be there as well */
};

void ledger_init(struct ledger *ledger, struct disk *disk); /* weight 1, no mistake */
void ledger_finish(struct ledger *ledger);

/* Opens and migrates; whatever has been created is closed again when it fails. */
NODISCARD enum status ledger_open(struct ledger *ledger);
void ledger_close(struct ledger *ledger);
bool ledger_is_open(const struct ledger *ledger);

/* One step. Anything but OK: it was rolled back, or nobody knows (UNCERTAIN). */
NODISCARD enum status ledger_step(struct ledger *ledger);

/* The process ends without a word, with everything it wrote still in the page cache. */
void ledger_kill(struct ledger *ledger);

/* Reads the newest step back; what is seen is promised from now on. */
void ledger_believe(struct ledger *ledger);

/* The newest step, or -1 and a complaint when the books do not balance. `least` and `most` say
 * which steps may be the newest. */
int64_t ledger_check(struct ledger *ledger, int64_t least, int64_t most,
                     const char **complaint_out);

#endif
