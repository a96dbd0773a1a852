/* setup.h - the first owner: as long as there is none, whoever has the machine may become it. */
#ifndef SERVICES_IAM_SIGN_IN_SETUP_H
#define SERVICES_IAM_SIGN_IN_SETUP_H

#include "runtime/service.h"

extern const struct shape setup_takes;
extern const struct shape setup_state_shape;

bool setup_is_slow(const struct call *call);
enum status setup_gather(struct call *call);
enum status setup_handle(struct call *call);
enum status setup_get_handle(struct call *call);

extern const struct refusal setup_is_done;
extern const struct refusal setup_needs_code;

/* ---- the store ---- */

NODISCARD enum status setup_is_taken(struct store *store, struct arena *arena, bool *taken_out);

/* EXISTS: somebody was faster. */
NODISCARD enum status setup_take(struct store *store, struct id person, int64_t now_ms);

#endif
