/* throttle.h - whoever guesses wrong waits, each time twice as long.
 *
 * Counted in rows, in the transaction of the answer: neither a restart nor a cache that forgets
 * gives anybody new tries. A subject is what the guesses have in common: the person they are at,
 * the address they come from. It is kept as a digest, so the rows name nobody. A known browser of
 * the person is a subject of its own, so guesses from elsewhere never keep him out.
 */
#ifndef SERVICES_IAM_SIGN_IN_THROTTLE_H
#define SERVICES_IAM_SIGN_IN_THROTTLE_H

#include "runtime/service.h"

/* After free_tries wrong ones the next may come after first_ms, then after twice as long each time,
 * up to longest_ms. Forgotten after a day without. */
struct throttle_rule {
    const char *name;
    int64_t free_tries;
    int64_t first_ms;
    int64_t longest_ms;
};

struct throttle {
    const struct throttle_rule *rule;
    struct text subject; /* a digest, with the rule's name in front */
};

struct throttle throttle_of(const struct call *call, const struct throttle_rule *rule,
                            struct text who);

/* For how long it is closed, ms; 0: it is open. */
NODISCARD enum status throttle_look(struct call *call, const struct throttle *throttle,
                                    int64_t *wait_ms_out);
NODISCARD enum status throttle_count(struct call *call, const struct throttle *throttle);
NODISCARD enum status throttle_clear(struct call *call, const struct throttle *throttle);

/* In whole seconds, at least one; for Retry-After. */
int throttle_seconds(int64_t wait_ms);

/* Forgets what is old; so many rows at once. */
NODISCARD enum status throttle_forget(struct store *store, int64_t now_ms, int64_t *forgotten_out);

#endif
