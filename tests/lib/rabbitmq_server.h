/* rabbitmq_server.h - a real RabbitMQ for tests, in a directory of its own.
 *
 * It listens on loopback ports of its own, has its own epmd, cookie and node name, and runs as the
 * system user `rabbitmq` when the tests run as root; so many may run side by side. Starting costs
 * seconds: let main() start one for the whole binary, and give each test a virtual host.
 *
 * Most tests neither kill a broker nor change what belongs to all of it: they share the one that
 * tests/run has started, in virtual hosts of their own.
 *
 * A keeper holds it: a small child that every test of the binary may ask to kill it and to start it
 * again. Keeper and broker end with the thread that started them, also when that one is killed.
 */
#ifndef TESTS_LIB_RABBITMQ_SERVER_H
#define TESTS_LIB_RABBITMQ_SERVER_H

#include <stdbool.h>

struct rabbitmq_server;

/* Ends the process with a sentence when there is no RabbitMQ to start. */
struct rabbitmq_server *rabbitmq_server_start(void);
/* The one that others use too: it cannot be killed, and has no alarms. Without tests/run it is one
 * of one's own. */
struct rabbitmq_server *rabbitmq_server_share(void);
void rabbitmq_server_stop(struct rabbitmq_server **server);

/* SIGKILL, as when the machine stops but keeps what was written; and the start on the same data,
 * which waits until the broker takes connections. */
void rabbitmq_server_kill(struct rabbitmq_server *server);
void rabbitmq_server_start_again(struct rabbitmq_server *server);

int rabbitmq_server_port(const struct rabbitmq_server *server);

/* A name for a virtual host that nobody else has, and that tests/run knows as this suite's: it
 * deletes it in the end. Lives until this thread's next call. */
const char *rabbitmq_server_host_name(const char *name);

/* "amqp://guest:guest@127.0.0.1:PORT/HOST" of an empty virtual host, which is made here. Lives
 * until this thread's next call. */
const char *rabbitmq_server_virtual_host(struct rabbitmq_server *server, const char *name);

/* While it is on, the broker takes nothing more from connections that publish. */
void rabbitmq_server_memory_alarm(struct rabbitmq_server *server, bool is_on);

void rabbitmq_server_delete_queue(struct rabbitmq_server *server, const char *virtual_host,
                                  const char *queue);

/* Messages that wait for a consumer; -1 when there is no such queue. */
int rabbitmq_server_ready_count(struct rabbitmq_server *server, const char *virtual_host,
                                const char *queue);

/* An Erlang expression in the broker ("1 + 1."); the value as Erlang prints it, which lives until
 * this thread's next call. Ends the test when it fails. */
const char *rabbitmq_server_run(struct rabbitmq_server *server, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
