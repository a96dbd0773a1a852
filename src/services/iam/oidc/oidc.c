/* oidc.c - single sign-on, on one page: what can be asked, and what is done by itself. */
#include "services/iam/oidc/oidc.h"

#include "runtime/access.h"
#include "services/iam/oidc/oauth_authorize.h"
#include "services/iam/oidc/oauth_device.h"
#include "services/iam/oidc/oauth_given.h"
#include "services/iam/oidc/oauth_token.h"
#include "services/iam/oidc/oidc_discovery.h"
#include "services/iam/oidc/signing/signing.h"

#define REFUSALS(list) .refusals = (list), .refusal_count = COUNT_OF(list)

static const struct refusal *const discovery_no[] = {&oidc_no_address};
static const struct refusal *const consent_no[] = {&oauth_unknown_client, &oauth_unknown_return,
                                                   &oauth_needs_session};
static const struct refusal *const token_no[] = {
    &oauth_invalid_client,    &oauth_invalid_request, &oauth_invalid_grant, &oauth_invalid_scope,
    &oauth_unsupported_grant, &oauth_pending,         &oauth_slow_down,     &oauth_denied,
    &oauth_expired,
};
static const struct refusal *const client_auth_no[] = {&oauth_invalid_client};
static const struct refusal *const userinfo_no[] = {&oauth_invalid_token};
static const struct refusal *const device_no[] = {&oauth_invalid_client, &oauth_invalid_scope,
                                                  &oauth_invalid_request};
static const struct refusal *const word_no[] = {&oauth_device_unknown, &oauth_needs_session};
static const struct refusal *const look_no[] = {&oauth_device_unknown};
static const struct refusal *const given_no[] = {&oauth_nothing_given};
static const struct refusal *const create_no[] = {&oauth_client_bad_uri, &oauth_client_bad_scope,
                                                  &oauth_client_too_many};
static const struct refusal *const change_no[] = {&oauth_client_not_found, &oauth_client_bad_uri,
                                                  &oauth_client_bad_scope,
                                                  &oauth_client_revision_changed};
static const struct refusal *const secret_no[] = {
    &oauth_client_not_found, &oauth_client_has_no_secret, &oauth_client_revision_changed};
static const struct refusal *const delete_no[] = {&oauth_client_not_found};

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/.well-known/openid-configuration",
        .operation = "discover_sign_on",
        .summary = "What a program must know to let people sign in here",
        .kind = ROUTE_READS_POINT,
        .handle = oidc_discovery_handle,
        .answer_schema = oidc_discovery_answer,
        REFUSALS(discovery_no),
    },
    {
        .method = HTTP_GET,
        .path = "/oauth/jwks.json",
        .operation = "list_signing_keys",
        .summary = "The keys that id tokens are signed with",
        .kind = ROUTE_READS_POINT,
        .handle = oidc_keys_handle,
        .answer_schema = oidc_keys_answer,
    },
    {
        .method = HTTP_GET,
        .path = "/oauth/authorize",
        .operation = "authorize_client",
        .summary = "A page on which a person lets a program know who he is",
        .kind = ROUTE_READS_POINT,
        .handle = oauth_authorize_handle,
        .takes = &oauth_authorize_takes,
        .answer_type = "text/html",
        .other_status = 303,
        .is_foreign = true,
    },
    {
        .method = HTTP_POST,
        .path = "/api/oauth/consent",
        .operation = "give_consent",
        .permission = PERMISSION_PERSON,
        .summary = "The person's word on that page, and where the browser goes on to",
        .kind = ROUTE_WRITES,
        .handle = oauth_consent_handle,
        .takes = &oauth_consent_takes,
        .gives = &oauth_consent_gives,
        REFUSALS(consent_no),
    },
    {
        .method = HTTP_POST,
        .path = "/oauth/token",
        .operation = "get_oauth_token",
        .summary = "A program changes a code, a refresh or a device code into tokens",
        .kind = ROUTE_WRITES,
        .handle = oauth_token_handle,
        .takes = &oauth_token_takes,
        .answer_schema = oauth_token_answer,
        .is_foreign = true,
        REFUSALS(token_no),
    },
    {
        .method = HTTP_POST,
        .path = "/oauth/revoke",
        .operation = "revoke_oauth_token",
        .summary = "A program gives up a token",
        .kind = ROUTE_WRITES,
        .handle = oauth_revoke_handle,
        .takes = &oauth_one_takes,
        .success_status = 200,
        .is_foreign = true,
        REFUSALS(client_auth_no),
    },
    {
        .method = HTTP_POST,
        .path = "/oauth/introspect",
        .operation = "introspect_oauth_token",
        .summary = "A program asks what a token is worth",
        .kind = ROUTE_WRITES,
        .handle = oauth_introspect_handle,
        .takes = &oauth_one_takes,
        .answer_schema = oauth_introspect_answer,
        .is_foreign = true,
        REFUSALS(client_auth_no),
    },
    {
        .method = HTTP_GET,
        .path = "/oauth/userinfo",
        .operation = "get_userinfo",
        .summary = "Who has let the program have this access",
        .kind = ROUTE_READS_POINT,
        .handle = oauth_userinfo_handle,
        .answer_schema = oauth_userinfo_answer,
        .is_foreign = true,
        REFUSALS(userinfo_no),
    },
    {
        .method = HTTP_GET,
        .path = "/oauth/logout",
        .operation = "show_logout",
        .summary = "A page on which a person signs out, and goes back to the program",
        .kind = ROUTE_READS_POINT,
        .handle = oidc_logout_handle,
        .takes = &oidc_logout_takes,
        .answer_type = "text/html",
        .is_foreign = true,
    },
    {
        .method = HTTP_POST,
        .path = "/oauth/device_authorization",
        .operation = "authorize_device",
        .summary = "A program without a browser asks for a code to show",
        .kind = ROUTE_WRITES,
        .handle = oauth_device_begin_handle,
        .takes = &oauth_device_takes,
        .answer_schema = oauth_device_answer,
        .is_foreign = true,
        REFUSALS(device_no),
    },
    {
        .method = HTTP_GET,
        .path = "/oauth/device",
        .operation = "show_device",
        .summary = "A page on which a person types the code of a device",
        .kind = ROUTE_READS_POINT,
        .handle = oauth_device_page_handle,
        .takes = &oauth_device_page_takes,
        .answer_type = "text/html",
        .is_foreign = true,
    },
    {
        .method = HTTP_GET,
        .path = "/api/oauth/device",
        .operation = "look_at_device",
        .permission = PERMISSION_PERSON,
        .summary = "Which program waits with this code, and what it asks for",
        .kind = ROUTE_READS_POINT,
        .handle = oauth_device_look_handle,
        .takes = &oauth_device_look_takes,
        .gives = &oauth_device_look_gives,
        REFUSALS(look_no),
    },
    {
        .method = HTTP_POST,
        .path = "/api/oauth/device",
        .operation = "answer_device",
        .permission = PERMISSION_PERSON,
        .summary = "The person's word on the program that waits with this code",
        .kind = ROUTE_WRITES,
        .handle = oauth_device_word_handle,
        .takes = &oauth_device_word_takes,
        REFUSALS(word_no),
    },
    {
        .method = HTTP_GET,
        .path = "/api/oauth/given",
        .operation = "list_given_to_programs",
        .permission = PERMISSION_PERSON,
        .summary = "Which programs act for whoever asks",
        .kind = ROUTE_READS,
        .handle = oauth_given_list_handle,
        .gives = &oauth_given_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_DELETE,
        .path = "/api/oauth/given/{client_id}",
        .operation = "take_back_from_program",
        .permission = PERMISSION_PERSON,
        .summary = "Take back all that a program was given",
        .kind = ROUTE_WRITES,
        .handle = oauth_given_end_handle,
        .takes = &oauth_given_takes,
        REFUSALS(given_no),
    },
    {
        .method = HTTP_GET,
        .path = "/api/oauth/clients",
        .operation = "list_oauth_clients",
        .permission = "iam.clients",
        .summary = "The programs that let people sign in here",
        .kind = ROUTE_READS,
        .handle = oauth_client_list_handle,
        .gives = &oauth_client_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_POST,
        .path = "/api/oauth/clients",
        .operation = "create_oauth_client",
        .permission = "iam.clients",
        .summary = "Let a program's people sign in here; its secret is shown this once",
        .kind = ROUTE_WRITES,
        .handle = oauth_client_create_handle,
        .takes = &oauth_client_create_takes,
        .gives = &oauth_client_made_shape,
        .success_status = 201,
        .keeps_no_reply = true,
        REFUSALS(create_no),
    },
    {
        .method = HTTP_PATCH,
        .path = "/api/oauth/clients/{client_id}",
        .operation = "change_oauth_client",
        .permission = "iam.clients",
        .summary = "Change what is known of a program",
        .kind = ROUTE_WRITES,
        .handle = oauth_client_change_handle,
        .takes = &oauth_client_change_takes,
        .gives = &oauth_client_made_shape,
        .revision = REVISION_MAY,
        REFUSALS(change_no),
    },
    {
        .method = HTTP_POST,
        .path = "/api/oauth/clients/{client_id}/secret",
        .operation = "renew_oauth_client_secret",
        .permission = "iam.clients",
        .summary = "A new secret, shown this once; the one before is good for nothing",
        .kind = ROUTE_WRITES,
        .handle = oauth_client_secret_handle,
        .takes = &oauth_client_id_takes,
        .gives = &oauth_client_made_shape,
        .revision = REVISION_MAY,
        .keeps_no_reply = true,
        REFUSALS(secret_no),
    },
    {
        .method = HTTP_DELETE,
        .path = "/api/oauth/clients/{client_id}",
        .operation = "delete_oauth_client",
        .permission = "iam.clients",
        .summary = "Nobody signs in to the program any more, and what it was given ends",
        .kind = ROUTE_WRITES,
        .handle = oauth_client_delete_handle,
        .takes = &oauth_client_id_takes,
        REFUSALS(delete_no),
    },
    {
        .method = HTTP_POST,
        .path = "/api/oauth/keys",
        .operation = "renew_signing_keys",
        .permission = "iam.clients",
        .summary =
            "Sign with new keys at once; what the ones before have signed is believed no more",
        .kind = ROUTE_WRITES,
        .gather = signing_rotate_gather,
        .handle = signing_rotate_handle,
    },
};

/* What is over opens nothing any more; a day later it takes no room either. */
static enum status sweep(struct chore_run *run)
{
    enum { MANY = 200 };
    int64_t deleted = 0;
    enum status status = oauth_delete_over(run->store, run->now_ms, &deleted);
    run->more = deleted >= MANY;
    return status;
}

static const struct chore chores[] = {
    {.name = "signing_keys", .run = signing_keep_keys, .every_ms = 3600 * 1000},
    {.name = "oauth_sweep", .run = sweep, .every_ms = 60 * 1000},
};

static const struct series series[] = {
    {.name = "oidc", .migrations = oidc_migrations, .count = OIDC_MIGRATION_COUNT},
};

const struct service_part oidc_part = {
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .chores = chores,
    .chore_count = COUNT_OF(chores),
    .series = series,
    .series_count = COUNT_OF(series),
};
