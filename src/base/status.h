/* status.h - the one list of how a call on the world can end.
 *
 * A bug stops the process (MUST), a fault is a status, a refusal is a value (refusal.h in runtime).
 * Every port answers with one of these; nobody above an adapter looks at errno or at a driver's
 * error text. UNCERTAIN is a first-class answer: it says that nobody knows whether the change
 * happened, so it must never be retried blindly.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include <stdbool.h>

#define NODISCARD __attribute__((warn_unused_result))

/* X(name, may the whole operation be tried again, what it means) */
#define STATUS_LIST(X)                                                                             \
    X(OK, false, "done")                                                                           \
    X(ABSENT, false, "there is no such thing")                                                     \
    X(EXISTS, false, "a thing with this key exists already")                                       \
    X(CONFLICT, true, "someone was faster; the whole operation may be tried again")                \
    X(REFUSED, false, "the answer is no, and the call says why")                                   \
    X(MALFORMED, false, "the input is not what was agreed")                                        \
    X(TOO_LARGE, false, "the input or the answer passes its limit")                                \
    X(BUSY, true, "too much work is waiting already")                                              \
    X(TIMEOUT, true, "the time for this is over, and nothing was changed")                         \
    X(UNAVAILABLE, true, "the other side cannot be reached, and nothing was changed")              \
    X(FULL, true, "there is no room left on the disk, and nothing was changed")                    \
    X(CORRUPT, false, "what is stored is damaged")                                                 \
    X(NEWER, false, "what is stored was written by a newer program")                               \
    X(UNCERTAIN, false, "nobody knows whether the change happened")

enum status {
#define X(name, retry, text) STATUS_##name,
    STATUS_LIST(X)
#undef X
        STATUS_COUNT
};

/* The name as it stands in the list: "UNCERTAIN". */
const char *status_name(enum status status);

/* One sentence for a person. */
const char *status_text(enum status status);

/* True when the whole operation may be run again as if it had never been tried. */
bool status_may_retry(enum status status);

#endif
