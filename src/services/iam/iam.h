/* iam.h - the door of sign-in: who people are, and how they come in. */
#ifndef SERVICES_IAM_IAM_H
#define SERVICES_IAM_IAM_H

#include "base/secret.h"
#include "runtime/service.h"

extern const struct service iam_service;

/* What whoever has the machine tells who sets it up from elsewhere: "3fa91-c07d2". The same for
 * the life of an installation, and good for nothing once there is an owner. */
struct text iam_setup_code(struct arena *arena, const struct digest_key *installation);

#endif
