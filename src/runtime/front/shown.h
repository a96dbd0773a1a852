/* shown.h - which credentials a process that requests are relayed to gets to see.
 *
 *   upstream                       Authorization                            our cookies
 *   a service that is not ours     what gateway.authorization says of it    none
 *   a service of ours              this process's own, for whom it knows    none
 *   the one that signs people in   likewise; of nobody also a "Basic ..."   all
 *
 * What was good at this door would be good there once more, in the hands of whoever runs it. So it
 * ends here, whoever showed it: the root key, the credential of a service, a session, a key.
 */
#ifndef RUNTIME_FRONT_SHOWN_H
#define RUNTIME_FRONT_SHOWN_H

#include "runtime/call.h"
#include "runtime/front/upstreams.h"

struct shown_options {
    struct arena *arena;
    const struct service *const *known; /* ours, wherever they run */
    size_t known_count;
    const char *signs_in; /* the one of them that knows people by their credentials */
    struct text setting;  /* gateway.authorization */
};

/* Sets what each upstream is. MALFORMED: error_out is a sentence, without what is secret. */
NODISCARD enum status shown_read(struct upstreams *upstreams, const struct shown_options *options,
                                 struct text *error_out);

/* Of what the client has sent as Authorization, what goes along; NO_TEXT: nothing. For who is
 * spoken for, or is shown something of its own, there is no need to ask. */
struct text shown_of_client(struct arena *arena, const struct upstream *upstream,
                            const struct caller *caller, struct text authorization);

/* The header Cookie without what is ours; NO_TEXT: nothing is left. */
struct text shown_cookies(struct arena *arena, const struct upstream *upstream, struct text header);

/* May it set this cookie in a browser of ours? */
bool shown_may_set(const struct upstream *upstream, struct text set_cookie);

#endif
