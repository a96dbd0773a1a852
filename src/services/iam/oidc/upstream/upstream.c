/* upstream.c - signing in with what people have elsewhere, on one page. */
#include "services/iam/oidc/upstream/upstream.h"

#include "services/iam/sign_in/enter.h"
#include "services/iam/sign_in/login.h"

#define REFUSALS(list) .refusals = (list), .refusal_count = COUNT_OF(list)

static const struct refusal *const put_no[] = {&upstream_bad_issuer, &upstream_too_many};
static const struct refusal *const delete_no[] = {&upstream_not_found};
static const struct refusal *const begin_no[] = {&upstream_not_found, &upstream_no_answer};
static const struct refusal *const back_no[] = {&upstream_not_found, &upstream_no_answer,
                                                &upstream_not_accepted, &upstream_not_known,
                                                &login_blocked};

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/api/login/oidc",
        .operation = "list_sign_in_choices",
        .summary = "Where else people may sign in from",
        .kind = ROUTE_READS_POINT,
        .handle = upstream_choices_handle,
        .gives = &upstream_choice_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_GET,
        .path = "/api/login/oidc/{provider}/start",
        .operation = "show_way_elsewhere",
        .summary = "A page that leads a browser to the provider",
        .kind = ROUTE_READS_POINT,
        .handle = upstream_begin_page_handle,
        .takes = &upstream_page_takes,
        .answer_type = "text/html",
        .is_foreign = true,
    },
    {
        .method = HTTP_POST,
        .path = "/api/login/oidc/{provider}/start",
        .operation = "begin_sign_in_elsewhere",
        .summary = "Begin to sign in at a provider, in this browser",
        .kind = ROUTE_WRITES,
        .gather = upstream_begin_gather,
        .gathers_slowly = upstream_is_slow,
        .handle = upstream_begin_handle,
        .takes = &upstream_begin_takes,
        .gives = &upstream_begin_gives,
        .keeps_no_reply = true,
        REFUSALS(begin_no),
    },
    {
        .method = HTTP_GET,
        .path = "/api/login/oidc/{provider}/callback",
        .operation = "show_way_back",
        .summary = "A page to which the provider sends the browser back; it changes nothing",
        .kind = ROUTE_READS_POINT,
        .handle = upstream_back_page_handle,
        .takes = &upstream_page_takes,
        .answer_type = "text/html",
        .is_foreign = true,
    },
    {
        .method = HTTP_POST,
        .path = "/api/login/oidc/{provider}/callback",
        .operation = "sign_in_from_elsewhere",
        .summary = "Sign in with what the provider has said",
        .kind = ROUTE_WRITES,
        .gather = upstream_back_gather,
        .gathers_slowly = upstream_is_slow,
        .handle = upstream_back_handle,
        .takes = &upstream_back_takes,
        .gives = &entered_shape,
        .keeps_no_reply = true,
        REFUSALS(back_no),
    },
    {
        .method = HTTP_GET,
        .path = "/api/oauth/providers",
        .operation = "list_sign_in_providers",
        .permission = "iam.providers",
        .summary = "The outside providers that people may sign in with",
        .kind = ROUTE_READS,
        .handle = upstream_list_handle,
        .gives = &upstream_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_PUT,
        .path = "/api/oauth/providers/{provider}",
        .operation = "put_sign_in_provider",
        .permission = "iam.providers",
        .summary = "Let people sign in with an outside provider, or change what is known of it",
        .kind = ROUTE_WRITES,
        .handle = upstream_put_handle,
        .takes = &upstream_put_takes,
        .gives = &upstream_shape,
        REFUSALS(put_no),
    },
    {
        .method = HTTP_DELETE,
        .path = "/api/oauth/providers/{provider}",
        .operation = "delete_sign_in_provider",
        .permission = "iam.providers",
        .summary = "Nobody signs in with it any more",
        .kind = ROUTE_WRITES,
        .handle = upstream_delete_handle,
        .takes = &upstream_name_takes,
        REFUSALS(delete_no),
    },
};

static enum status sweep(struct chore_run *run)
{
    enum { MANY = 200 };
    int64_t deleted = 0;
    enum status status = upstream_delete_over(run->store, run->now_ms, &deleted);
    run->more = deleted >= MANY;
    return status;
}

static const struct chore chores[] = {
    {.name = "upstream_sweep", .run = sweep, .every_ms = 60 * 1000},
};

const struct service_part upstream_part = {
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .chores = chores,
    .chore_count = COUNT_OF(chores),
};
