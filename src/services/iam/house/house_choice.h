/* house_choice.h - what is chosen for the whole house: which apps nobody is shown.
 *
 * One row, made when something is chosen first. Hidden is not forbidden: what somebody may do is
 * said by his roles, and nothing stops or starts by it; the web client shows neither the screens of
 * a hidden app nor the ways into its cases.
 */
#ifndef SERVICES_IAM_HOUSE_HOUSE_CHOICE_H
#define SERVICES_IAM_HOUSE_HOUSE_CHOICE_H

#include "runtime/service.h"

struct house {
    struct texts hidden;
    int64_t revision; /* 0: nobody has chosen yet */
    int64_t changed_at;
};
extern const struct shape house_shape;

/* Without a row nothing is hidden. */
NODISCARD enum status house_find(struct store *store, struct arena *arena, struct house *house_out);

/* Over the revision before; CONFLICT. */
NODISCARD enum status house_keep(struct store *store, struct arena *arena,
                                 const struct house *house);

extern const struct service_part house_part;

#endif
