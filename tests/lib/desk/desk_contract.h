/* desk_contract.h - what the intake promises, whatever keeps its rows: on SQLite, or on the
 * PostgreSQL that desk_server names.
 */
#ifndef TESTS_LIB_DESK_DESK_CONTRACT_H
#define TESTS_LIB_DESK_DESK_CONTRACT_H

int batch_contract_main(int argc, char **argv);
int errand_contract_main(int argc, char **argv);
int retry_contract_main(int argc, char **argv);

#endif
