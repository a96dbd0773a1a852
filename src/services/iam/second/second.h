/* second.h - the second factor: a code of an authenticator app (RFC 6238), or a recovery code.
 *
 *            begin               confirm with a code           remove with a code
 *   (none) --------> waiting ------------------------> on ------------------------> (none)
 *
 * The app's secret must be known to compute with, so it is sealed under a key that is not in the
 * store. A code is good once: the step it is of must be later than the last one that was used.
 */
#ifndef SERVICES_IAM_SECOND_SECOND_H
#define SERVICES_IAM_SECOND_SECOND_H

#include "services/iam/codes/code.h"
#include "services/iam/people/person.h"

enum second_word { SECOND_NOT_NEEDED, SECOND_MISSING, SECOND_WRONG, SECOND_RIGHT };

/* Looks at what was shown, and uses it up when it is right. */
NODISCARD enum status second_check(struct call *call, struct id person, struct text shown,
                                   enum second_word *word_out);

/* Where a code stands that was sent in the place of one of the app. */
struct code_place second_challenge(struct id person);

extern const struct refusal second_required;
extern const struct refusal second_invalid;
extern const struct refusal second_is_on;
extern const struct refusal second_is_off;

/* ---- the store ---- */

struct second {
    struct text sealed; /* the app's secret */
    int64_t confirmed_at;
    int64_t last_step;
};

NODISCARD enum status second_find(struct store *store, struct arena *arena, struct id person,
                                  struct second *second_out);
NODISCARD enum status second_keep(struct store *store, struct id person, struct text sealed,
                                  int64_t now_ms);
NODISCARD enum status second_forget(struct store *store, struct id person);
/* False: this step, or a later one, was used before. Confirms it too. */
NODISCARD enum status second_use_step(struct store *store, struct id person, int64_t step,
                                      int64_t now_ms, bool *used_out);
NODISCARD enum status second_add_recovery(struct store *store, struct id person,
                                          struct text digest);
NODISCARD enum status second_use_recovery(struct store *store, struct id person, struct text digest,
                                          bool *used_out);

/* ---- the routes ---- */

extern const struct shape second_begun_shape;
extern const struct shape second_code_takes;
extern const struct shape second_recovery_shape;
enum status second_begin_handle(struct call *call);
enum status second_confirm_handle(struct call *call);
enum status second_remove_handle(struct call *call);

#endif
