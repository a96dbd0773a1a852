/* bench_events_services.h - the two services whose messages `kontora bench events` measures.
 *
 *   POST /api/teller/tell {lane, first, count}   tells `count` events in one transaction
 *   listener                                     hears each, and writes one row
 *   GET /api/listener/effects                    how many rows there are
 *   GET /api/listener/summary                    and how often one is twice there, or out of order
 *
 * Within a lane event n is about subject n % BENCH_SUBJECTS and has its next revision: a lane whose
 * requests go one after the other tells each of its subjects in order.
 */
#ifndef CLI_BENCH_BENCH_EVENTS_SERVICES_H
#define CLI_BENCH_BENCH_EVENTS_SERVICES_H

#include "runtime/service.h"

enum { BENCH_LANES_MAX = 64, BENCH_SUBJECTS = 250, BENCH_TOLD_MAX = 1000 };

extern const struct service bench_teller;
extern const struct service bench_listener;

/* How long one of these events is as a broker gets it. */
size_t bench_message_bytes(struct arena *arena);

#endif
