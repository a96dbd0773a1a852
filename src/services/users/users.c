/* users.c - the directory of people, on one page. */
#include "services/users/users.h"

#include "services/users/user_events.h"
#include "services/users/user_operations.h"
#include "services/users/user_store.h"

static const struct refusal *const create_refusals[] = {
    &user_exists, &user_external_id_taken, &user_roles_forbidden, &user_telegram_id_taken};
static const struct refusal *const change_refusals[] = {
    &user_not_found, &user_exists, &user_telegram_id_taken, &user_revision_changed,
    &user_roles_forbidden};
static const struct refusal *const block_refusals[] = {&user_not_found, &user_revision_changed};
static const struct refusal *const forget_refusals[] = {&user_not_found, &user_revision_changed,
                                                        &user_not_blocked};
static const struct refusal *const get_refusals[] = {&user_not_found};
static const struct refusal *const list_refusals[] = {&user_bad_cursor};

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/api/users",
        .operation = "list_users",
        .permission = "users.read",
        .summary = "A page of the directory",
        .kind = ROUTE_READS,
        .handle = user_list_handle,
        .takes = &user_list_takes,
        .gives = &user_shape,
        .gives_list = true,
        .refusals = list_refusals,
        .refusal_count = COUNT_OF(list_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/users",
        .operation = "create_user",
        .permission = "users.create",
        .summary = "Add a person",
        .kind = ROUTE_WRITES,
        .handle = user_create_handle,
        .takes = &user_create_takes,
        .gives = &user_shape,
        .success_status = 201,
        .other_status = 200,
        .refusals = create_refusals,
        .refusal_count = COUNT_OF(create_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/users/{user_id}",
        .operation = "get_user",
        .permission = "users.read",
        .summary = "One person",
        .kind = ROUTE_READS_POINT,
        .handle = user_get_handle,
        .takes = &user_id_takes,
        .gives = &user_shape,
        .refusals = get_refusals,
        .refusal_count = COUNT_OF(get_refusals),
    },
    {
        .method = HTTP_PATCH,
        .path = "/api/users/{user_id}",
        .operation = "change_user",
        .permission = "users.change",
        .summary = "Change what is known of a person",
        .kind = ROUTE_WRITES,
        .handle = user_change_handle,
        .takes = &user_change_takes,
        .gives = &user_shape,
        .revision = REVISION_MAY,
        .refusals = change_refusals,
        .refusal_count = COUNT_OF(change_refusals),
    },
    {
        .method = HTTP_DELETE,
        .path = "/api/users/{user_id}",
        .operation = "delete_user",
        .permission = "users.block",
        .summary = "Block a person; nothing is removed",
        .kind = ROUTE_WRITES,
        .handle = user_block_handle,
        .takes = &user_id_takes,
        .gives = &user_shape,
        .revision = REVISION_MAY,
        .refusals = block_refusals,
        .refusal_count = COUNT_OF(block_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/users/{user_id}/block",
        .operation = "block_user",
        .permission = "users.block",
        .summary = "Keep a person out, and say why",
        .kind = ROUTE_WRITES,
        .handle = user_block_handle,
        .takes = &user_block_takes,
        .gives = &user_shape,
        .revision = REVISION_MAY,
        .refusals = block_refusals,
        .refusal_count = COUNT_OF(block_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/users/{user_id}/unblock",
        .operation = "unblock_user",
        .permission = "users.block",
        .summary = "Let a person in again",
        .kind = ROUTE_WRITES,
        .handle = user_unblock_handle,
        .takes = &user_id_takes,
        .gives = &user_shape,
        .revision = REVISION_MAY,
        .refusals = block_refusals,
        .refusal_count = COUNT_OF(block_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/users/{user_id}/forget",
        .operation = "forget_user",
        .permission = "users.forget",
        .summary = "Forget a person who is kept out, for good",
        .kind = ROUTE_WRITES,
        .handle = user_forget_handle,
        .takes = &user_id_takes,
        .success_status = 204,
        .revision = REVISION_MAY,
        .refusals = forget_refusals,
        .refusal_count = COUNT_OF(forget_refusals),
    },
};

static const struct stream streams[] = {
    {
        .path = "/api/users/events",
        .operation = "watch_users",
        .permission = "users.read",
        .summary = "What happens in the directory, as it happens",
        .shows = user_shows,
    },
    {
        .path = "/api/v1/streams/users",
        .operation = "channel_users",
        .permission = "users.read",
        .summary = "The same by the name of its channel",
        .shows = user_shows,
    },
};

const struct service users_service = {
    .name = "users",
    .purpose = "The directory of people: who there is, how to reach them, who may come in",
    .migrations = user_migrations,
    .migration_count = USER_MIGRATION_COUNT,
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .events = user_events,
    .event_count = USER_EVENT_COUNT,
    .commands = user_commands,
    .command_count = USER_COMMAND_COUNT,
    .streams = streams,
    .stream_count = COUNT_OF(streams),
};
