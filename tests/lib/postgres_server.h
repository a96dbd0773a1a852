/* postgres_server.h - a real PostgreSQL for tests, in a directory of its own.
 *
 * It listens on a unix socket only, keeps fsync on, and has a database `kontora` with an owner role
 * `kontora_owner` as an administrator would make it. It runs as the system user `postgres` when the
 * tests run as root. It ends with the process that started it, also when that one is killed; so a
 * whole binary may share one that main() starts, and a test may have its own.
 */
#ifndef TESTS_LIB_POSTGRES_SERVER_H
#define TESTS_LIB_POSTGRES_SERVER_H

#include <stddef.h>

struct postgres_server;

/* Ends the process with a sentence when there is no PostgreSQL to start. */
struct postgres_server *postgres_server_start(void);
void postgres_server_stop(struct postgres_server **server);

/* SIGKILL for the server and all its children at once, as when the machine loses its power but
 * keeps what was written. The other one starts it again on the same data and waits for it. */
void postgres_server_kill(struct postgres_server *server);
void postgres_server_start_again(struct postgres_server *server);

/* For postgres_options.address; and the same as a superuser. */
const char *postgres_server_address(const struct postgres_server *server);
const char *postgres_server_admin_address(const struct postgres_server *server);

/* Makes an empty database; the two addresses, and what _run does, are about it from now on. */
void postgres_server_use_database(struct postgres_server *server, const char *name);

/* SQL as a superuser, through psql; the first line of the answer, which lives until this thread's
 * next call. Ends the test when it fails. */
const char *postgres_server_run(struct postgres_server *server, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
