/* cache_contract.h - what every cache must do, whoever keeps the values.
 *
 * A test program names how a cache is opened and runs the suite:
 *
 *   int main(int argc, char **argv) { return cache_contract_main(argc, argv, open_cache); }
 *
 * open_cache gives a cache that is empty when the test (a process of its own) begins. It ends the
 * test itself when it cannot.
 */
#ifndef TESTS_LIB_CACHE_CONTRACT_H
#define TESTS_LIB_CACHE_CONTRACT_H

#include "cache/cache.h"

typedef struct cache *cache_contract_open_fn(void);

int cache_contract_main(int argc, char **argv, cache_contract_open_fn *open);

#endif
