/* cache_memory_test.c - the memory of this process keeps the contract of the cache. */
#include "tests/lib/cache_contract.h"

static struct cache *open_cache(void)
{
    return cache_memory_create(4 * CACHE_MEMORY_BYTES_MIN);
}

int main(int argc, char **argv)
{
    return cache_contract_main(argc, argv, open_cache);
}
