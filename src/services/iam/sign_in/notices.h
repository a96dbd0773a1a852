/* notices.h - what sign-in writes to people: codes, invitations, that somebody has come in. */
#ifndef SERVICES_IAM_SIGN_IN_NOTICES_H
#define SERVICES_IAM_SIGN_IN_NOTICES_H

#include "services/iam/people/person.h"
#include "services/iam/sign_in/client.h"

NODISCARD enum status notice_of_new_device(struct call *call, const struct person *person,
                                           const struct client *client);

#endif
