/* decision.h - what is asked about a credential, and what is answered.
 *
 * The other side is a read of the service that signs people in: GET .../decisions/{hash}, where the
 * hash is the lower-case hexadecimal SHA-256 of the credential. 404: nobody is known by it, or not
 * any more. 403: the person it belongs to is kept out.
 */
#ifndef RUNTIME_FRONT_DECISION_H
#define RUNTIME_FRONT_DECISION_H

#include "base/field.h"
#include "base/id.h"
#include "base/text.h"

struct decision_question {
    struct text hash;
};

struct decision {
    struct id person_id;
    struct id session_id;     /* none: it is no session but a key */
    struct texts roles;       /* what he may come in as: "b2b", "admin.moderator" */
    struct texts permissions; /* "users.read", "users.*", "*" */
    struct text locale;
    struct text full_name;
    int64_t expires_at; /* wall ms; 0: it does not */
    struct text kind;   /* "session", "key", "oauth" */
};

extern const struct shape decision_sends;
extern const struct shape decision_takes;

#endif
