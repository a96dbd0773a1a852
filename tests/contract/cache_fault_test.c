/* cache_fault_test.c - the faulty cache keeps the contract while it has nothing to fail. */
#include "cache/cache_fault.h"
#include "tests/lib/cache_contract.h"

static struct cache *open_cache(void)
{
    static struct cache_fault fault;
    return cache_fault_create(cache_memory_create(CACHE_MEMORY_BYTES_MIN), &fault);
}

int main(int argc, char **argv)
{
    return cache_contract_main(argc, argv, open_cache);
}
