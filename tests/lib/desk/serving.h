/* serving.h - the desk with an executor of its own, behind a bus that only hands over what a test
 * gives it and keeps what it is told of it.
 */
#ifndef TESTS_LIB_DESK_SERVING_H
#define TESTS_LIB_DESK_SERVING_H

#include "bus/bus.h"
#include "tests/lib/desk/desk.h"

#include <pthread.h>

enum { BATCH_MESSAGES_MAX = 256, BATCH_SECONDS_MAX = 20 };

/* One process in which the desk is served. */
struct serving {
    struct bus bus; /* must be first */
    struct bus_member member;
    struct bus_options options;
    struct arena *arena;
    struct host host;
    struct store_source source;
    struct store_source *inner;
    struct store *reader; /* the test's own */
    pthread_mutex_t lock;
    pthread_cond_t is_taken;
    int taken; /* under the lock: how many batches */
    enum status status;
    atomic_int told; /* announcements */
};

void serving_open_as(struct serving *serving, const struct service *service,
                     struct crash_note *note);

void serving_open(struct serving *serving);

void serving_close(struct serving *serving);

/* ---- handing over ---- */

/* From any thread; it is taken later. */
void serving_hand(struct serving *serving, const struct message *messages, size_t count,
                  int64_t upto);

/* What became of the newest, when all that were handed over so far are taken. */
enum status serving_wait(struct serving *serving, int count);

enum status serving_take_upto(struct serving *serving, const struct message *messages, size_t count,
                              int64_t upto);

enum status serving_take(struct serving *serving, const struct message *messages, size_t count);

/* ---- what came of it ---- */

struct text serving_effects(struct serving *serving);

struct text serving_parked(struct serving *serving);

int64_t serving_cursor(struct serving *serving, const char *source, enum bus_channel channel);

/* Each word is how the next one goes wrong, about a subject of its own: "a", "b" ... */
void serving_messages(struct serving *serving, struct message *messages_out,
                      const char *const *hows, size_t count);

#endif
