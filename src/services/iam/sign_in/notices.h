/* notices.h - what sign-in writes to people: codes and invitations.
 *
 * Told to notifications, in the transaction of what it is about.
 */
#ifndef SERVICES_IAM_SIGN_IN_NOTICES_H
#define SERVICES_IAM_SIGN_IN_NOTICES_H

#include "services/iam/people/person.h"
#include "services/iam/sign_in/client.h"

extern const struct shape notice_shape; /* of what is told; iam_errands.c */

/* Over "email" or "telegram". */
NODISCARD enum status notice_of_code(struct call *call, const struct person *person,
                                     struct text channel, struct text code);

/* The link is a path of the web client; what opens stands behind its #, which no server sees. */
NODISCARD enum status notice_of_invitation(struct call *call, const struct person *person,
                                           struct text invited_by, struct text link);

#endif
