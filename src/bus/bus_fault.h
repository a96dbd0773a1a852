/* bus_fault.h - a local bus that fails on purpose between the reader and the member, for tests.
 *
 * It loses batches, brings them twice (the second time late), mixes messages inside of a batch,
 * lets one batch overtake another, and keeps back or loses what members say. All of it is drawn
 * from `seed`, so a run can be told apart from others and tried again; threads still race.
 *
 * It keeps the promise of every bus: what was not taken comes again. While it stops nothing is
 * kept back or done twice any more.
 */
#ifndef BUS_BUS_FAULT_H
#define BUS_BUS_FAULT_H

#include "bus/bus.h"

/* Chances, each of a thousand batches. */
struct bus_fault_script {
    uint64_t seed;
    unsigned lose;     /* vanishes, and comes again after a while */
    unsigned twice;    /* comes once more, later */
    unsigned mix;      /* two messages change places */
    unsigned late;     /* later batches overtake it */
    unsigned withhold; /* what the member says arrives later, */
    unsigned forget;   /* or not at all, although it was committed */
    int late_ms_max;   /* 0: 20 ms */
};

/* The script belongs to the caller and is only read here. */
struct bus *bus_fault_create(const struct bus_options *options,
                             const struct bus_fault_script *script);

#endif
