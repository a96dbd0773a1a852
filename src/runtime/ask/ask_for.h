/* ask_for.h - reading from a service that runs here in the name of whoever has come, as if he had
 * sent the request himself: his rights, his things.
 */
#ifndef RUNTIME_ASK_ASK_FOR_H
#define RUNTIME_ASK_ASK_FOR_H

#include "runtime/host.h"
#include "runtime/input.h"

struct ask_for {
    struct host *host;
    const struct route *route; /* that reads JSON; whether he may has been looked at */
    struct path_values path;
    struct text query; /* NO_TEXT: none */
    const struct caller *caller;
    struct text trace;
    int64_t now_ms;
    int64_t give_up_at_ms; /* monotonic */
};

/* OK: answer_out is what the handler has said, whatever it is, with a copy of its body in the
 * arena. Else nobody has answered in time, or the arena has no room for it (TOO_LARGE). It waits
 * for the store, so it is called where that is allowed. */
NODISCARD enum status ask_for(const struct ask_for *asked, struct arena *arena,
                              struct http_answer *answer_out);

#endif
