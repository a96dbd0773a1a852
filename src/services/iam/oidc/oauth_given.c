/* oauth_given.c - a person looks at what he has given to programs, and takes it back. */
#include "services/iam/oidc/oauth_given.h"

#include "services/iam/oidc/clients/oauth_client.h"
#include "services/iam/oidc/oauth_grant.h"

const struct refusal oauth_nothing_given = {"nothing_given", 404,
                                            "This program has nothing that you have given it."};

struct shown {
    struct text client_id;
    struct text client;
    struct text scopes;
    int64_t given_at;
    int64_t expires_at;
};

#define AT(member) .offset = offsetof(struct shown, member)
static const struct field shown_fields[] = {
    {.name = "client_id", .kind = FIELD_TEXT, AT(client_id), .required = true},
    {.name = "client", .kind = FIELD_TEXT, AT(client), .required = true, .meaning = "Its name"},
    {.name = "scopes", .kind = FIELD_TEXT, AT(scopes), .required = true},
    {.name = "given_at", .kind = FIELD_TIME, AT(given_at), .required = true},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at), .required = true},
};
#undef AT
const struct shape oauth_given_shape = {
    .name = "GivenToProgram",
    .fields = shown_fields,
    .field_count = COUNT_OF(shown_fields),
    .bytes = sizeof(struct shown),
};

struct given_input {
    struct text client_id;
};
static const struct field takes_fields[] = {
    {.name = "client_id",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct given_input, client_id),
     .place = FIELD_IN_PATH,
     .required = true,
     .bytes_max = 64},
};
const struct shape oauth_given_takes = {
    .name = "GivenClientId",
    .fields = takes_fields,
    .field_count = COUNT_OF(takes_fields),
    .bytes = sizeof(struct given_input),
};

enum status oauth_given_list_handle(struct call *call)
{
    struct rows rows;
    size_t count = 0;
    enum status status =
        oauth_grant_list(call->store, call->arena, call->caller.person, call->now_ms, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct oauth_grant *grants = rows.items;
    struct shown *items = ARENA_ARRAY(call->arena, struct shown, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        struct oauth_client client;
        bool is_live = false;
        status = oauth_grant_is_live(call->store, call->arena, &grants[i], call->now_ms, &is_live);
        if (status == STATUS_OK && is_live) {
            status = oauth_client_get(call->store, call->arena, grants[i].client_id, &client);
        }
        if (status == STATUS_OK && is_live) {
            items[count++] = (struct shown){
                .client_id = oauth_client_name(call->arena, client.id),
                .client = client.name,
                .scopes = grants[i].scopes,
                .given_at = grants[i].created_at,
                .expires_at = grants[i].expires_at,
            };
        }
        if (status != STATUS_OK && status != STATUS_ABSENT) {
            return status;
        }
    }
    return answer_list(call, &(struct list){.items = items, .count = count, .total = FIELD_NONE});
}

enum status oauth_given_end_handle(struct call *call)
{
    const struct given_input *input = call->input;
    struct oauth_client client;
    int64_t ended = 0;
    enum status status = oauth_client_named(call->store, call->arena, input->client_id, &client);
    if (status == STATUS_OK) {
        status = oauth_grant_end_between(call->store, call->caller.person, client.id, call->now_ms,
                                         &ended);
    }
    if (status == STATUS_ABSENT || (status == STATUS_OK && ended == 0)) {
        return refuse(call, &oauth_nothing_given);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}
