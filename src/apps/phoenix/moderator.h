/* moderator.h - who is told that a request waits: people of the directory with the role
 * "moderator" who may come in. A copy, kept from the directory's events.
 */
#ifndef APPS_PHOENIX_MODERATOR_H
#define APPS_PHOENIX_MODERATOR_H

#include "runtime/service.h"

enum { MODERATORS_MAX = 500 };

/* Any event of the directory about a person. */
extern const struct shape moderator_heard;
NODISCARD enum status moderator_hear(struct call *call);
/* Of users.forgotten. */
extern const struct shape moderator_forgotten;
NODISCARD enum status moderator_forget(struct call *call);

struct moderator {
    struct id person_id;
};

/* All of them, MODERATORS_MAX at most. */
NODISCARD enum status moderator_list(struct store *store, struct arena *arena,
                                     struct rows *rows_out);
NODISCARD enum status moderator_keep(struct store *store, struct id person);
NODISCARD enum status moderator_drop(struct store *store, struct id person);

#endif
