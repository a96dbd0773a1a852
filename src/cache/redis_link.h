/* redis_link.h - one connection to a Redis: a command goes out, an answer comes back, in time.
 *
 * Used by one thread at a time. Every call has a deadline on the monotonic clock; after anything
 * but OK the connection can only be closed.
 */
#ifndef CACHE_REDIS_LINK_H
#define CACHE_REDIS_LINK_H

#include "base/status.h"
#include "cache/redis_address.h"
#include "cache/redis_resp.h"

struct redis_link {
    int descriptor;
    unsigned generation; /* the pool's */
    char *input;
    size_t input_bytes;
};

enum { REDIS_TROUBLE_BYTES = 128 };

/* Connects, is let in, chooses the database, and is answered to a PING within the deadline of the
 * address. NULL: trouble_out is the end of a sentence that begins with the name of the server.
 * Resolving a name may take as long as the system's resolver wants: not for callers of a cache. */
struct redis_link *redis_link_open(const struct redis_address *address,
                                   char trouble_out[REDIS_TROUBLE_BYTES]);
void redis_link_close(struct redis_link **link);

/* False when the server has hung up while nobody looked. */
bool redis_link_is_alive(const struct redis_link *link);

/* OK: an answer, which may be an error; its text lives until the next call. TOO_LARGE: the answer
 * is longer than any of ours. UNAVAILABLE: *trouble_out is as above. */
NODISCARD enum status redis_link_ask(struct redis_link *link, const struct text *words,
                                     size_t count, int64_t deadline_ns,
                                     struct resp_answer *answer_out, const char **trouble_out);

/* "WRONGPASS" of "-WRONGPASS invalid ...". The rest may repeat what we have sent, even a secret. */
struct text redis_error_code(const struct resp_answer *answer);

#endif
