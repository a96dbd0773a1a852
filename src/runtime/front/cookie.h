/* cookie.h - what a browser keeps for us, and sends with each request.
 *
 * Over TLS a cookie is called __Host-NAME and is Secure, so no other host or plain connection can
 * set it; without TLS it is NAME alone, since not every browser keeps a Secure one then. Cookies of
 * one kind are never read as the other. All are HttpOnly: scripts see none.
 */
#ifndef RUNTIME_FRONT_COOKIE_H
#define RUNTIME_FRONT_COOKIE_H

#include "runtime/call.h"

/* The cookie by which a person is known: its value is his credential, "gws_...". */
#define COOKIE_SESSION "kontora"

/* The value of a cookie that this request carries; NO_TEXT: it does not, or carries two. */
struct text cookie_read(const struct http_request *request, const char *name);

struct cookie {
    const char *name;  /* without the prefix */
    struct text value; /* visible ASCII without , ; " and \ */
    int64_t seconds;   /* 0: until the browser is closed; below: it is taken away */
    bool is_strict;    /* SameSite=Strict; else Lax */
};

/* Added to the answer that the handler has given already (answer() begins a new one). Under an
 * Idempotency-Key it is not kept: a repetition brings the answer without it. */
void cookie_give(struct call *call, const struct cookie *cookie);

/* The same for whoever has no call. */
void cookie_give_with(struct http_exchange *exchange, const struct cookie *cookie);

#endif
