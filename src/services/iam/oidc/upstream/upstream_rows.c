/* upstream_rows.c - an administrator says with which outside providers people may sign in. */
#include "services/iam/oidc/upstream/upstream.h"

const struct refusal upstream_not_found = {"provider_not_found", 404,
                                           "There is no such provider, or not at this address."};
const struct refusal upstream_bad_issuer = {
    "bad_issuer", 422, "An issuer begins with https://, or with http:// on this machine."};
const struct refusal upstream_too_many = {"too_many_providers", 409,
                                          "There are twenty providers already."};

struct provider_input {
    struct text provider;
    struct text label;
    struct text issuer;
    struct text client_id;
    struct text client_secret;
};

#define AT(member) .offset = offsetof(struct provider_input, member)
#define PROVIDER                                                                                   \
    {                                                                                              \
        .name = "provider", .kind = FIELD_TEXT, AT(provider), .place = FIELD_IN_PATH,              \
        .required = true, .is_name = true, .bytes_max = UPSTREAM_NAME_BYTES_MAX,                   \
        .meaning = "A short name, which stands in addresses: google"                               \
    }
static const struct field name_fields[] = {PROVIDER};
static const struct field put_fields[] = {
    PROVIDER,
    {.name = "label",
     .kind = FIELD_TEXT,
     AT(label),
     .required = true,
     .bytes_max = UPSTREAM_TEXT_BYTES_MAX,
     .meaning = "What stands on the button"},
    {.name = "issuer",
     .kind = FIELD_TEXT,
     AT(issuer),
     .required = true,
     .bytes_max = UPSTREAM_URL_BYTES_MAX,
     .meaning = "https://accounts.example, as its discovery document says it"},
    {.name = "client_id",
     .kind = FIELD_TEXT,
     AT(client_id),
     .required = true,
     .bytes_max = UPSTREAM_TEXT_BYTES_MAX,
     .meaning = "What we are called there"},
    {.name = "client_secret",
     .kind = FIELD_TEXT,
     AT(client_secret),
     .bytes_max = UPSTREAM_TEXT_BYTES_MAX,
     .meaning = "Kept sealed and never shown; without it the one before stays"},
};
#undef AT
#undef PROVIDER
const struct shape upstream_name_takes = {
    .name = "SignInProviderName",
    .fields = name_fields,
    .field_count = COUNT_OF(name_fields),
    .bytes = sizeof(struct provider_input),
};
const struct shape upstream_put_takes = {
    .name = "PutSignInProvider",
    .fields = put_fields,
    .field_count = COUNT_OF(put_fields),
    .bytes = sizeof(struct provider_input),
};

struct shown {
    struct upstream_provider provider;
    bool has_secret;
    struct text start;
};

#define AT(member) .offset = offsetof(struct shown, member)
static const struct field shown_fields[] = {
    {.name = "provider", .kind = FIELD_TEXT, AT(provider.name), .required = true},
    {.name = "label", .kind = FIELD_TEXT, AT(provider.label), .required = true},
    {.name = "issuer", .kind = FIELD_TEXT, AT(provider.issuer), .required = true},
    {.name = "client_id", .kind = FIELD_TEXT, AT(provider.client_id), .required = true},
    {.name = "has_secret", .kind = FIELD_FLAG, AT(has_secret)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(provider.revision), .is_revision = true},
    {.name = "created_at", .kind = FIELD_TIME, AT(provider.created_at)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(provider.changed_at)},
};
static const struct field choice_fields[] = {
    {.name = "provider", .kind = FIELD_TEXT, AT(provider.name), .required = true},
    {.name = "label", .kind = FIELD_TEXT, AT(provider.label), .required = true},
    {.name = "start",
     .kind = FIELD_TEXT,
     AT(start),
     .required = true,
     .meaning = "Where the button leads"},
};
#undef AT
const struct shape upstream_shape = {
    .name = "SignInProvider",
    .fields = shown_fields,
    .field_count = COUNT_OF(shown_fields),
    .bytes = sizeof(struct shown),
};
const struct shape upstream_choice_shape = {
    .name = "SignInChoice",
    .fields = choice_fields,
    .field_count = COUNT_OF(choice_fields),
    .bytes = sizeof(struct shown),
};

static struct shown shown_of(const struct call *call, const struct upstream_provider *provider)
{
    return (struct shown){
        .provider = *provider,
        .has_secret = provider->sealed.data != NULL,
        .start = text_format(call->arena, "/api/login/oidc/%.*s/start", TEXT_ARGS(provider->name)),
    };
}

enum status upstream_list_handle(struct call *call)
{
    struct rows rows;
    enum status status = upstream_list(call->store, call->arena, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct upstream_provider *providers = rows.items;
    struct shown *items = ARENA_ARRAY(call->arena, struct shown, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        items[i] = shown_of(call, &providers[i]);
    }
    return answer_list(call,
                       &(struct list){.items = items, .count = rows.count, .total = FIELD_NONE});
}

enum status upstream_choices_handle(struct call *call)
{
    return upstream_list_handle(call); /* the same rows; the route shows less of them */
}

/* OK or ABSENT: the row as it will be. */
static enum status read_row(struct call *call, struct upstream_provider *provider_out)
{
    const struct provider_input *input = call->input;
    struct upstream_provider before;
    enum status status = upstream_find(call->store, call->arena, input->provider, &before);
    bool is_new = status == STATUS_ABSENT;
    *provider_out = (struct upstream_provider){
        .name = input->provider,
        .label = input->label,
        .issuer = input->issuer,
        .client_id = input->client_id,
        .sealed = is_new ? NO_TEXT : before.sealed,
        .revision = is_new ? 1 : before.revision + 1,
        .created_at = is_new ? call->now_ms : before.created_at,
        .changed_at = call->now_ms,
    };
    if (input->client_secret.data != NULL) {
        provider_out->sealed = upstream_seal(call, input->provider, input->client_secret);
    }
    return status;
}

enum status upstream_put_handle(struct call *call)
{
    struct upstream_provider provider;
    struct rows rows;
    enum status status = read_row(call, &provider);
    bool is_new = status == STATUS_ABSENT;
    if (!upstream_is_fine_url(provider.issuer)) {
        return refuse_field(call, &upstream_bad_issuer, "issuer");
    }
    if (status == STATUS_OK || is_new) {
        status = upstream_list(call->store, call->arena, &rows);
    }
    if (status == STATUS_OK && is_new && rows.count >= UPSTREAM_PROVIDERS_MAX) {
        return refuse(call, &upstream_too_many);
    }
    if (status == STATUS_OK) {
        status = upstream_put(call->store, &provider);
    }
    struct shown shown = shown_of(call, &provider);
    return status == STATUS_OK ? answer(call, &shown) : status;
}

enum status upstream_delete_handle(struct call *call)
{
    const struct provider_input *input = call->input;
    int64_t deleted = 0;
    enum status status = upstream_delete(call->store, input->provider, &deleted);
    if (status == STATUS_OK && deleted == 0) {
        return refuse(call, &upstream_not_found);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}
