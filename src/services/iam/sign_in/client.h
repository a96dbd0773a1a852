/* client.h - who knocks: the browser or program that a request comes from.
 *
 * A browser is known again by a cookie of its own ("gwd_...", for 400 days): by it a code is bound
 * to the browser that has asked for it, a new device is told from a known one, and whoever guesses
 * passwords from elsewhere does not keep the owner out. It opens nothing by itself.
 */
#ifndef SERVICES_IAM_SIGN_IN_CLIENT_H
#define SERVICES_IAM_SIGN_IN_CLIENT_H

#include "runtime/service.h"

#define CLIENT_COOKIE "kontora_browser"
#define CLIENT_PREFIX "gwd_"

struct client {
    struct text address;    /* "192.0.2.7" */
    struct text user_agent; /* as it says; cut */
    struct text secret;     /* of its cookie; NO_TEXT: it has none */
    struct text device;     /* the digest of that; NO_TEXT: it has none */
};

struct client client_of(const struct call *call);

/* The address, or the network that one subscriber has: what is counted together. */
struct text client_network(const struct call *call);

/* A program that keeps no cookies sends back what it was given. */
void client_claim(const struct call *call, struct text secret, struct client *client);

/* Does the request come from this machine itself, through nobody's hands? */
bool client_is_here(const struct call *call);

/* Gives it a secret when it has none; client_keep puts it into the answer that was given. */
void client_introduce(struct call *call, struct client *client);
void client_keep(struct call *call, const struct client *client);

/* The session of a browser, in the answer that was given, and out of it again. */
void client_give_session(struct call *call, struct text secret, int64_t seconds);
void client_take_session(struct call *call);

/* The secret of the session that comes with the request; NO_TEXT: none does. */
struct text client_session(const struct call *call);

#endif
