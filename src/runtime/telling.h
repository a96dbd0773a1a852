/* telling.h - what telling now and telling later have in common. */
#ifndef RUNTIME_TELLING_H
#define RUNTIME_TELLING_H

#include "runtime/service.h"

/* Who caused what this call tells: the person at the beginning of the chain. */
struct text telling_actor(const struct call *call);
struct text telling_trace(const struct call *call);

/* The struct as a JSON object; {} without a shape. */
struct text telling_data(struct call *call, const struct shape *shape, const void *data);

/* What a chore tells with: caused by its service itself, in a trace of its own. */
struct call *telling_call(const struct chore_run *run);

/* Tells an event whose data is written already. id_out may be NULL. */
NODISCARD enum status telling_event(struct call *call, const struct event *event,
                                    struct text subject, int64_t revision, struct text data,
                                    struct id *id_out);

/* Tells an errand now, whose data is written already. id_out may be NULL. */
NODISCARD enum status telling_errand(struct call *call, const struct errand *errand,
                                     struct text subject, struct text data, struct id *id_out);

#endif
