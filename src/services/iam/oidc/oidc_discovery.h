/* oidc_discovery.h - what programs must know of us before they ask anything, and the way out. */
#ifndef SERVICES_IAM_OIDC_OIDC_DISCOVERY_H
#define SERVICES_IAM_OIDC_OIDC_DISCOVERY_H

#include "runtime/service.h"

enum status oidc_discovery_handle(struct call *call);
enum status oidc_keys_handle(struct call *call);
extern const char oidc_discovery_answer[];
extern const char oidc_keys_answer[];
extern const struct refusal oidc_no_address;

extern const struct shape oidc_logout_takes;
enum status oidc_logout_handle(struct call *call);

#endif
