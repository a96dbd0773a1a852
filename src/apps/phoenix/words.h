/* words.h - what people are told of requests, in Russian and in English: the templates that this
 * service brings to notifications.
 */
#ifndef APPS_PHOENIX_WORDS_H
#define APPS_PHOENIX_WORDS_H

#include "runtime/service.h"

extern const struct shape words_shape; /* one template, as notifications.define takes it */

/* Tells notifications.define all of them, once for each wording. Whoever sends a notice calls it
 * first, so the words are in the journal before it. */
NODISCARD enum status words_ensure(struct call *call);

/* The same at the start, so that people find the words before the first notice. */
NODISCARD enum status words_chore(struct chore_run *run);

/* Was this wording told? ABSENT: not yet. */
NODISCARD enum status wording_find(struct store *store, struct arena *arena, int64_t wording);
NODISCARD enum status wording_note(struct store *store, int64_t wording);

#endif
