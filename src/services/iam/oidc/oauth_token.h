/* oauth_token.h - what a program does by itself: it changes a code into tokens, a refresh into
 * newer ones, asks what one is worth, and gives them up.
 */
#ifndef SERVICES_IAM_OIDC_OAUTH_TOKEN_H
#define SERVICES_IAM_OIDC_OAUTH_TOKEN_H

#include "services/iam/oidc/clients/oauth_client.h"
#include "services/iam/oidc/oauth_grant.h"

/* ---- which program is it? ---- */

struct oauth_credentials {
    struct text client_id;
    struct text client_secret;
};

/* By Basic or by the form; a public one shows its name alone. OK, or REFUSED with
 * `invalid_client`, which the route must list. */
NODISCARD enum status oauth_client_of(struct call *call, const struct oauth_credentials *form,
                                      struct oauth_client *client_out);
extern const struct refusal oauth_invalid_client;

/* ---- what is given ---- */

struct oauth_given {
    struct oauth_client client;
    struct oauth_grant grant;
    bool has_id_token; /* not of a refresh */
};

/* Makes an access, a refresh where it is for longer, an id token where he is asked for, and answers
 * with them. */
NODISCARD enum status oauth_give(struct call *call, const struct oauth_given *given);
extern const char oauth_token_answer[]; /* its schema */

/* The claims about the person that these scopes are for, into the object that is being written. */
struct person; /* people/person.h */
struct json_writer;
void oauth_put_claims(struct json_writer *writer, const struct person *person, struct text scopes);

/* ---- operations ---- */

extern const struct shape oauth_token_takes;
enum status oauth_token_handle(struct call *call);

/* What it says: "code" of the form, and which client. */
struct oauth_token_input {
    struct oauth_credentials credentials;
    struct text grant_type;
    struct text code;
    struct text redirect_uri;
    struct text code_verifier;
    struct text refresh_token;
    struct text device_code;
    struct text scope;
};
NODISCARD enum status oauth_token_by_code(struct call *call, const struct oauth_client *client);
NODISCARD enum status oauth_token_by_refresh(struct call *call, const struct oauth_client *client);
NODISCARD enum status oauth_token_by_device(struct call *call, const struct oauth_client *client);

extern const struct refusal oauth_invalid_request;
extern const struct refusal oauth_invalid_grant;
extern const struct refusal oauth_invalid_scope;
extern const struct refusal oauth_unsupported_grant;
extern const struct refusal oauth_pending;
extern const struct refusal oauth_slow_down;
extern const struct refusal oauth_denied;
extern const struct refusal oauth_expired;

extern const struct shape oauth_one_takes;
enum status oauth_revoke_handle(struct call *call);
enum status oauth_introspect_handle(struct call *call);
extern const char oauth_introspect_answer[];
enum status oauth_userinfo_handle(struct call *call);
extern const char oauth_userinfo_answer[];
extern const struct refusal oauth_invalid_token;

/* ---- at our own door ---- */

/* Whose access this is, with the scope `api`: OK or ABSENT. */
NODISCARD enum status oauth_decide(struct call *call, struct text hash, struct id *person_out,
                                   int64_t *expires_at_out);

#endif
