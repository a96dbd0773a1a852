/* bus_contract_stores.h - where the services of the bus's tests keep their rows: either way a place
 * that is empty when a test (a process of its own) begins.
 */
#ifndef TESTS_LIB_BUS_BUS_CONTRACT_STORES_H
#define TESTS_LIB_BUS_BUS_CONTRACT_STORES_H

#include "store/store.h"

struct postgres_server;

struct store_source *bus_contract_on_sqlite(const char *schema);

/* The server must have been named first, by main(). */
void bus_contract_use_server(struct postgres_server *server);
struct store_source *bus_contract_on_postgres(const char *schema);

#endif
