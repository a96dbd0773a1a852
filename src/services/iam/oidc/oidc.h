/* oidc.h - single sign-on both ways: other programs let people sign in here, and we let them sign
 * in elsewhere. A part of the service iam; docs/single_sign_on.md tells it from outside.
 */
#ifndef SERVICES_IAM_OIDC_OIDC_H
#define SERVICES_IAM_OIDC_OIDC_H

#include "runtime/service.h"

extern const struct service_part oidc_part;

enum { OIDC_MIGRATION_COUNT = 2 };
extern const struct migration oidc_migrations[OIDC_MIGRATION_COUNT];

#endif
