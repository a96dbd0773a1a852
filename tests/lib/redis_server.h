/* redis_server.h - a real Redis for tests, in a directory of its own.
 *
 * It listens on a unix socket and on a port of the loopback, and keeps nothing on the disk. It ends
 * with the process that started it, also when that one is killed; so a whole binary may share one
 * that main() starts, and a test may have its own.
 */
#ifndef TESTS_LIB_REDIS_SERVER_H
#define TESTS_LIB_REDIS_SERVER_H

#include <stdbool.h>

struct redis_server;

struct redis_server_options {
    const char *secret;    /* NULL: anybody is let in */
    const char *maxmemory; /* NULL: no limit; with one, it refuses what would pass it */
};

/* Ends the process with a sentence when there is no Redis to start. NULL: all defaults. */
struct redis_server *redis_server_start(const struct redis_server_options *options);
void redis_server_stop(struct redis_server **server);

/* SIGKILL; the other one starts it again, empty, in the same place, and waits for it. */
void redis_server_kill(struct redis_server *server);
void redis_server_start_again(struct redis_server *server);

/* SIGSTOP and SIGCONT: it neither answers nor hangs up. */
void redis_server_pause(struct redis_server *server);
void redis_server_go_on(struct redis_server *server);

/* For cache_redis_create, without settings behind a "?"; the secret is in it. */
const char *redis_server_address(const struct redis_server *server);     /* unix socket */
const char *redis_server_tcp_address(const struct redis_server *server); /* 127.0.0.1 */
const char *redis_server_socket(const struct redis_server *server);      /* its path alone */
int redis_server_port(const struct redis_server *server);

/* One command, words apart by spaces; the first line of the answer ("+OK", ":1", "hello"), which
 * lives until this thread's next call. Ends the test when there is none. */
const char *redis_server_run(struct redis_server *server, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same, without waiting for an answer: "DEBUG SLEEP 2". */
void redis_server_tell(struct redis_server *server, const char *command);

#endif
