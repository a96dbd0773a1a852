/* spokesman.h - for whom somebody calls: he has signed a person in, and says who it is.
 *
 *   Kontora-Person: 018f6e2a-0000-7000-8000-00000000a11a
 *   Kontora-Roles: b2b, admin.moderator
 *   Kontora-May: users.read, board.*
 *   Kontora-Session: 018f6e2a-0000-7000-8000-0000000005e5
 *
 * The person is one id; the roles are names of participant kinds and of roles within them (KIND or
 * KIND.ROLE), what he may come in as. Kontora-May lists his permissions (access_may), and the
 * session is the one by which he has signed in; both go with a person only.
 */
#ifndef RUNTIME_SPOKESMAN_H
#define RUNTIME_SPOKESMAN_H

#include "runtime/call.h"

enum {
    CALLER_ROLES_MAX = 32,
    CALLER_PERMISSIONS_MAX = 256,
    ROLE_BYTES_MAX = 129, /* KIND.ROLE, 64 each */
    PERMISSION_BYTES_MAX = 129,
};

/* Words with dots between them, of which the last may be a star: "users.read", "users.*", "*". */
bool spokesman_is_permission(struct text text);

/* KIND or KIND.ROLE, of a person: no role of services. */
bool spokesman_is_role(struct text text);

/* How far somebody's word goes. */
enum spokesman {
    SPEAKS_FOR_HIMSELF, /* with one of the headers it is REFUSED */
    SPEAKS_FOR_PEOPLE,  /* there must be a person when there are roles */
    SPEAKS_FOR_ALL,     /* root: also roles without a person, as a service has them */
};

/* Completes the caller with what they say, which lives as long as the arena and the request do;
 * his name then says both: "gateway for 018f...". Without the headers he calls for himself.
 * REFUSED, or MALFORMED and a sentence that names the header. */
NODISCARD enum status spokesman_read(struct arena *arena, const struct http_request *request,
                                     enum spokesman spokesman, struct caller *caller,
                                     struct text *error_out);

#endif
