/* enter.h - somebody has shown who he is, in whichever way: now he is in.
 *
 * The last step of every way of signing in, in the transaction that has used up what he has shown:
 * the session of before is over, a new one is opened and told, the browser is remembered, and the
 * answer has both the secret (for programs) and the cookie (for browsers).
 */
#ifndef SERVICES_IAM_SIGN_IN_ENTER_H
#define SERVICES_IAM_SIGN_IN_ENTER_H

#include "services/iam/people/person.h"
#include "services/iam/sign_in/client.h"

/* What is answered: {"token", "expires_at", "session_id", "user"}. */
extern const struct shape entered_shape;

/* Answers, with the route's success_status. The route must list user_blocked. */
NODISCARD enum status enter(struct call *call, const struct person *person, struct client *client,
                            struct text method);

/* {"id", "email", "full_name", "locale", "roles"} */
struct text enter_user(struct arena *arena, const struct person *person);

/* ---- browsers that were here before ---- */

NODISCARD enum status device_is_known(struct store *store, struct arena *arena, struct id person,
                                      const struct client *client, bool *known_out);
NODISCARD enum status device_remember(struct store *store, struct id person,
                                      const struct client *client, int64_t now_ms);
NODISCARD enum status device_count(struct store *store, struct arena *arena, struct id person,
                                   int64_t *count_out);
NODISCARD enum status device_forget(struct store *store, struct id person);

#endif
