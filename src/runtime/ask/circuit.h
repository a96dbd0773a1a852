/* circuit.h - stops asking whoever does not answer, so that nobody waits for the dead.
 *
 *            5 failures in a row              the pause is over
 *   closed ----------------------> open -----------------------> one tries
 *      ^                            ^  (100 ms, twice as long         |  |
 *      |                            |   each time, at most 5 s)       |  |
 *      |                            +----------------- it fails ------+  |
 *      +----------------------------------------- it is answered -------+
 */
#ifndef RUNTIME_ASK_CIRCUIT_H
#define RUNTIME_ASK_CIRCUIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { CIRCUIT_FAILURES_MAX = 5, CIRCUIT_PAUSE_MS_MIN = 100, CIRCUIT_PAUSE_MS_MAX = 5000 };

struct circuit {
    pthread_mutex_t lock;
    unsigned failures; /* in a row */
    int pause_ms;      /* 0: closed */
    int64_t open_until_ms;
    bool is_tried; /* somebody is finding out whether it is over */
};

enum circuit_change { CIRCUIT_AS_BEFORE, CIRCUIT_OPENED, CIRCUIT_CLOSED };

void circuit_init(struct circuit *circuit);
void circuit_destroy(struct circuit *circuit);

/* True: ask, and report what came of it, whatever it was. now_ms is monotonic. */
bool circuit_lets_pass(struct circuit *circuit, int64_t now_ms);
enum circuit_change circuit_report(struct circuit *circuit, bool answered, int64_t now_ms);

/* Passed, but nothing was learned: the time was too short to tell. */
void circuit_report_nothing(struct circuit *circuit);

bool circuit_is_open(struct circuit *circuit);

#endif
