/* store_contract.h - what every store must do, whoever keeps the rows.
 *
 * A test program names how sources are opened and runs the suite:
 *
 *   int main(int argc, char **argv) { return store_contract_main(argc, argv, open_source); }
 *
 * open_source gives a source for the schema in a place that was empty when the test (a process of
 * its own) began; asked again after the first one was destroyed, it opens the same tables. It ends
 * the test itself when it cannot.
 */
#ifndef TESTS_LIB_STORE_CONTRACT_H
#define TESTS_LIB_STORE_CONTRACT_H

#include "store/store.h"

typedef struct store_source *store_contract_open_fn(const char *schema);

int store_contract_main(int argc, char **argv, store_contract_open_fn *open);

#endif
