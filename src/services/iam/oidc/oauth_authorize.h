/* oauth_authorize.h - a program sends a person here, and the person says yes or no. */
#ifndef SERVICES_IAM_OIDC_OAUTH_AUTHORIZE_H
#define SERVICES_IAM_OIDC_OAUTH_AUTHORIZE_H

#include "services/iam/oidc/clients/oauth_client.h"
#include "services/iam/oidc/oauth_grant.h"

extern const struct shape oauth_authorize_takes; /* of the address */
extern const struct shape oauth_consent_takes;   /* the same from our page, with the word */
extern const struct shape oauth_consent_gives;
enum status oauth_authorize_handle(struct call *call);
enum status oauth_consent_handle(struct call *call);

extern const struct refusal oauth_unknown_client;
extern const struct refusal oauth_unknown_return;
extern const struct refusal oauth_needs_session;

#endif
