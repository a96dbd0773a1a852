/* passkeys.c - passkeys, on one page. */
#include "services/iam/passkeys/passkeys.h"

#include "runtime/access.h"
#include "services/iam/passkeys/passkey.h"
#include "services/iam/passkeys/passkeys_migrations.h"
#include "services/iam/sessions/session.h"
#include "services/iam/sign_in/enter.h"
#include "services/iam/sign_in/login.h"

#define REFUSALS(list) .refusals = (list), .refusal_count = COUNT_OF(list)

static const struct refusal *const options_no[] = {&passkey_no_place, &session_needed,
                                                   &passkey_too_many};
static const struct refusal *const register_no[] = {&passkey_no_place, &session_needed,
                                                    &passkey_not_accepted, &passkey_is_known,
                                                    &passkey_too_many};
static const struct refusal *const login_options_no[] = {&passkey_no_place};
static const struct refusal *const login_no[] = {&passkey_no_place, &passkey_not_accepted,
                                                 &login_blocked};
static const struct refusal *const rename_no[] = {&passkey_not_found};
static const struct refusal *const delete_no[] = {&passkey_not_found, &session_needed};

static const struct route routes[] = {
    {
        .method = HTTP_POST,
        .path = "/api/passkeys/register_options",
        .operation = "begin_passkey",
        .permission = PERMISSION_PERSON,
        .summary = "What a device needs to make a key",
        .kind = ROUTE_WRITES,
        .handle = passkey_register_options_handle,
        .gives = &passkey_register_options_gives,
        .keeps_no_reply = true,
        REFUSALS(options_no),
    },
    {
        .method = HTTP_POST,
        .path = "/api/passkeys",
        .operation = "create_passkey",
        .permission = PERMISSION_PERSON,
        .summary = "Keep the key that a device has made",
        .kind = ROUTE_WRITES,
        .handle = passkey_register_handle,
        .takes = &passkey_register_takes,
        .gives = &passkey_shape,
        .success_status = 201,
        REFUSALS(register_no),
    },
    {
        .method = HTTP_GET,
        .path = "/api/passkeys",
        .operation = "list_passkeys",
        .permission = PERMISSION_PERSON,
        .summary = "The keys of whoever asks",
        .kind = ROUTE_READS_POINT,
        .handle = passkey_list_handle,
        .gives = &passkey_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_PATCH,
        .path = "/api/passkeys/{passkey_id}",
        .operation = "rename_passkey",
        .permission = PERMISSION_PERSON,
        .summary = "Call it something else",
        .kind = ROUTE_WRITES,
        .handle = passkey_rename_handle,
        .takes = &passkey_rename_takes,
        REFUSALS(rename_no),
    },
    {
        .method = HTTP_DELETE,
        .path = "/api/passkeys/{passkey_id}",
        .operation = "delete_passkey",
        .permission = PERMISSION_PERSON,
        .summary = "It opens nothing here any more",
        .kind = ROUTE_WRITES,
        .handle = passkey_delete_handle,
        .takes = &passkey_id_takes,
        REFUSALS(delete_no),
    },
    {
        .method = HTTP_POST,
        .path = "/api/passkeys/login_options",
        .operation = "begin_passkey_login",
        .summary = "What a device needs to sign in with a key",
        .kind = ROUTE_WRITES,
        .handle = passkey_login_options_handle,
        .gives = &passkey_login_options_gives,
        .keeps_no_reply = true,
        REFUSALS(login_options_no),
    },
    {
        .method = HTTP_POST,
        .path = "/api/passkeys/login",
        .operation = "login_by_passkey",
        .summary = "Sign in with a key; both factors at once",
        .kind = ROUTE_WRITES,
        .handle = passkey_login_handle,
        .takes = &passkey_login_takes,
        .gives = &entered_shape,
        .keeps_no_reply = true,
        REFUSALS(login_no),
    },
};

static enum status sweep(struct chore_run *run)
{
    enum { MANY = 200 };
    int64_t deleted = 0;
    enum status status = passkey_delete_over(run->store, run->now_ms, &deleted);
    run->more = deleted >= MANY;
    return status;
}

static const struct chore chores[] = {
    {.name = "passkey_sweep", .run = sweep, .every_ms = 60 * 1000},
};

static const struct series series[] = {
    {.name = "passkeys", .migrations = passkeys_migrations, .count = PASSKEYS_MIGRATION_COUNT},
};

const struct service_part passkeys_part = {
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .chores = chores,
    .chore_count = COUNT_OF(chores),
    .series = series,
    .series_count = COUNT_OF(series),
};
