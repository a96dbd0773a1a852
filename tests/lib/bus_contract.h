/* bus_contract.h - what every bus must do, whatever carries the messages.
 *
 * A test program says how stores are opened and how its bus is made, and runs the suite:
 *
 *   static const struct bus_contract contract = {.open = open_source, .create = bus_local_create};
 *   int main(int argc, char **argv) { return bus_contract_main(argc, argv, &contract); }
 *
 * Each test is a process of its own; `open` gives sources in a place that was empty when it began.
 * The consumers of the suite apply the rule of bus.h in a store of their own, and afterwards what
 * they did is compared with the journals, row by row and in order: nothing missing, nothing twice.
 */
#ifndef TESTS_LIB_BUS_CONTRACT_H
#define TESTS_LIB_BUS_CONTRACT_H

#include "bus/bus.h"

struct bus_contract {
    struct store_source *(*open)(const char *schema);
    struct bus *(*create)(const struct bus_options *options);
    /* Reads cursors and journals itself and delivers only what is wanted, each message once when
     * nothing fails; its reads can be counted. False for what goes through a broker or fails. */
    bool is_exact;
    bool may_be_slow; /* fails on purpose: fewer messages */
};

int bus_contract_main(int argc, char **argv, const struct bus_contract *contract);

#endif
