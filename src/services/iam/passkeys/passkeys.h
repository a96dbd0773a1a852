/* passkeys.h - signing in with what a device keeps; a part of the service iam. docs/passkeys.md. */
#ifndef SERVICES_IAM_PASSKEYS_PASSKEYS_H
#define SERVICES_IAM_PASSKEYS_PASSKEYS_H

#include "runtime/service.h"

extern const struct service_part passkeys_part;

#endif
