/* circuit.c - counts failures in a row, and the pauses after them. */
#include "runtime/ask/circuit.h"

void circuit_init(struct circuit *circuit)
{
    *circuit = (struct circuit){.failures = 0};
    pthread_mutex_init(&circuit->lock, NULL);
}

void circuit_destroy(struct circuit *circuit)
{
    pthread_mutex_destroy(&circuit->lock);
}

bool circuit_lets_pass(struct circuit *circuit, int64_t now_ms)
{
    pthread_mutex_lock(&circuit->lock);
    bool is_closed = circuit->pause_ms == 0;
    bool may_try = !is_closed && !circuit->is_tried && now_ms >= circuit->open_until_ms;
    circuit->is_tried = circuit->is_tried || may_try;
    pthread_mutex_unlock(&circuit->lock);
    return is_closed || may_try;
}

/* Whoever passed while it was still closed may fail after it has opened: that is not the trial, and
 * makes the pause no longer. */
static enum circuit_change fail(struct circuit *circuit, int64_t now_ms)
{
    bool was_closed = circuit->pause_ms == 0;
    bool was_trial = circuit->is_tried && now_ms >= circuit->open_until_ms;
    circuit->failures++;
    if (was_closed && circuit->failures >= CIRCUIT_FAILURES_MAX) {
        circuit->pause_ms = CIRCUIT_PAUSE_MS_MIN;
        circuit->open_until_ms = now_ms + circuit->pause_ms;
        return CIRCUIT_OPENED;
    }
    if (was_trial) {
        circuit->pause_ms = circuit->pause_ms * 2 > CIRCUIT_PAUSE_MS_MAX ? CIRCUIT_PAUSE_MS_MAX
                                                                         : circuit->pause_ms * 2;
        circuit->open_until_ms = now_ms + circuit->pause_ms;
        circuit->is_tried = false;
    }
    return CIRCUIT_AS_BEFORE;
}

enum circuit_change circuit_report(struct circuit *circuit, bool answered, int64_t now_ms)
{
    pthread_mutex_lock(&circuit->lock);
    enum circuit_change change;
    if (answered) {
        change = circuit->pause_ms > 0 ? CIRCUIT_CLOSED : CIRCUIT_AS_BEFORE;
        circuit->failures = 0;
        circuit->pause_ms = 0;
        circuit->is_tried = false;
    } else {
        change = fail(circuit, now_ms);
    }
    pthread_mutex_unlock(&circuit->lock);
    return change;
}

void circuit_report_nothing(struct circuit *circuit)
{
    pthread_mutex_lock(&circuit->lock);
    circuit->is_tried = false;
    pthread_mutex_unlock(&circuit->lock);
}

bool circuit_is_open(struct circuit *circuit)
{
    pthread_mutex_lock(&circuit->lock);
    bool is_open = circuit->pause_ms > 0;
    pthread_mutex_unlock(&circuit->lock);
    return is_open;
}
