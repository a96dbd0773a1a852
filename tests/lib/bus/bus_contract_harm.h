/* bus_contract_harm.h - the faulty bus as the contract suite runs it: a bit of every harm. */
#ifndef TESTS_LIB_BUS_BUS_CONTRACT_HARM_H
#define TESTS_LIB_BUS_BUS_CONTRACT_HARM_H

#include "bus/bus_fault.h"

/* Each bus of a test has another seed; KONTORA_BUS_SEED=n is the first. */
struct bus *bus_contract_harmful(const struct bus_options *options);

#endif
