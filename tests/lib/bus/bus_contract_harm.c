/* bus_contract_harm.c - makes faulty buses for the contract suite. */
#include "tests/lib/bus/bus_contract_harm.h"

#include <stdio.h>
#include <stdlib.h>

struct bus *bus_contract_harmful(const struct bus_options *options)
{
    static uint64_t seed;
    const char *wanted = getenv("KONTORA_BUS_SEED");
    if (seed == 0) {
        seed = wanted != NULL ? strtoull(wanted, NULL, 10) : 20261121;
        printf("#   KONTORA_BUS_SEED=%llu\n", (unsigned long long)seed);
    }
    struct bus_fault_script script = {
        .seed = seed++,
        .lose = 60,
        .twice = 100,
        .mix = 60,
        .late = 100,
        .withhold = 60,
        .forget = 60,
        .late_ms_max = 10,
    };
    return bus_fault_create(options, &script);
}
