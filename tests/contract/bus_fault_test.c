/* bus_fault_test.c - a bus that loses, doubles, mixes and delays keeps the contract: who applies
 * the rule of bus.h counts each message once, in order. */
#include "bus/bus_fault.h"

#include "store/sqlite.h"
#include "tests/lib/bus_contract.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>

static struct store_source *open_source(const char *schema)
{
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    struct sqlite_options options = {.directory = test_directory(), .schema = schema};
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    return source;
}

/* KONTORA_BUS_SEED=n runs it again as it was. */
static struct bus *create(const struct bus_options *options)
{
    static uint64_t seed;
    const char *wanted = getenv("KONTORA_BUS_SEED");
    if (seed == 0) {
        seed = wanted != NULL ? strtoull(wanted, NULL, 10) : 20261121;
        printf("#   seed %llu\n", (unsigned long long)seed);
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

int main(int argc, char **argv)
{
    static const struct bus_contract contract = {
        .open = open_source, .create = create, .may_be_slow = true};
    return bus_contract_main(argc, argv, &contract);
}
