/* message_trace.h - the steps of a message, told to a checker; see base/trace.h.
 *
 * Only the `fault` variant of the build has it, and it does nothing unless it was asked for. What a
 * step may do stands in tests/model/bus_rules.pml.
 */
#ifndef BUS_MESSAGE_TRACE_H
#define BUS_MESSAGE_TRACE_H

#include "base/trace.h"
#include "bus/bus.h"

#ifdef FAULTS

/* A message has got its position in the journal: when it is written, on a store that is ours alone;
 * when it is settled, on a shared one, and then it is one of the newest `count`. */
void message_trace_appended(struct store *store, const struct message *message);
void message_trace_settled(struct store *store, struct text source, int64_t count);

/* What is done with a message at a consumer, or for one. `store` NULL: outside of transactions. A
 * message that comes from no journal is not told of. */
void message_trace(struct store *store, const char *step, const char *consumer,
                   const struct message *message);

/* The same of what is only looked at: told at once, but not before what the look has seen. */
void message_trace_look(struct store *store, const char *step, const char *consumer,
                        const struct message *message);
/* The same of a handler that failed, and whether that was the end of trying. */
void message_trace_failed(struct store *store, const char *step, const char *consumer,
                          const struct message *message, bool is_dead);
/* Outside of transactions, each message of a batch. */
void message_trace_batch(const char *step, const char *consumer, const struct bus_batch *batch);
/* The same for a message that was kept as message_write gives it. */
void message_trace_kept(struct store *store, const char *step, const char *consumer,
                        struct text json);

/* A source that sends: this message, to all or once more to one follower; or what it does with its
 * place. */
void message_trace_sent(const struct message *message, const char *follower);
void message_trace_relay(struct store *store, const char *step, struct text source,
                         int64_t position);

/* Only events of these names are for this consumer, if at least one is said. */
void message_trace_wants(const char *consumer, const char *event);

#endif
#endif
