/* oauth_given.h - what a person has given to programs. */
#ifndef SERVICES_IAM_OIDC_OAUTH_GIVEN_H
#define SERVICES_IAM_OIDC_OAUTH_GIVEN_H

#include "runtime/service.h"

extern const struct shape oauth_given_shape;
extern const struct shape oauth_given_takes;
enum status oauth_given_list_handle(struct call *call);
enum status oauth_given_end_handle(struct call *call);
extern const struct refusal oauth_nothing_given;

#endif
