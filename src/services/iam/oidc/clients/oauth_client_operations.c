/* oauth_client_operations.c - an administrator says which programs let people sign in here.
 *
 * Refused: a place to go back to that is no absolute address, is not encrypted on its way to
 * another machine, or has a fragment; a scope that there is not.
 */
#include "services/iam/oidc/clients/oauth_client.h"
#include "services/iam/oidc/oauth_grant.h"

#include <string.h>

const struct refusal oauth_client_not_found = {"client_not_found", 404,
                                               "There is no such program."};
const struct refusal oauth_client_bad_uri = {
    "bad_uri", 422,
    "An address to go back to begins with https:// (http:// on this machine alone), or with a "
    "scheme of the program's own that has a dot in it, and has neither a fragment nor a space."};
const struct refusal oauth_client_bad_scope = {
    "bad_scope", 422, "There are openid, profile, email, offline_access and api."};
const struct refusal oauth_client_revision_changed = {
    "revision_changed", 412,
    "Somebody has changed this program since you looked. Read it again before you change it."};
const struct refusal oauth_client_has_no_secret = {
    "no_secret", 409, "This program was made without a secret, and has none to be changed."};
const struct refusal oauth_client_too_many = {"too_many_clients", 409,
                                              "There are 500 programs already."};

static const char *const algorithms[] = {"RS256", "EdDSA"};

struct client_input {
    struct id client_id;
    struct text name;
    struct texts redirect_uris;
    struct texts logout_uris;
    struct texts scopes;
    bool is_trusted;
    bool is_public;
    struct text algorithm;
};

#define AT(member) .offset = offsetof(struct client_input, member)
#define SETTABLE                                                                                   \
    {.name = "redirect_uris",                                                                      \
     .kind = FIELD_TEXTS,                                                                          \
     AT(redirect_uris),                                                                            \
     .bytes_max = OAUTH_URI_BYTES_MAX,                                                             \
     .items_max = OAUTH_URIS_MAX,                                                                  \
     .meaning = "Where people may be sent back to; compared letter by letter"},                    \
        {.name = "post_logout_redirect_uris",                                                      \
         .kind = FIELD_TEXTS,                                                                      \
         AT(logout_uris),                                                                          \
         .bytes_max = OAUTH_URI_BYTES_MAX,                                                         \
         .items_max = OAUTH_URIS_MAX,                                                              \
         .meaning = "Where they may be sent when they have signed out"},                           \
        {.name = "scopes",                                                                         \
         .kind = FIELD_TEXTS,                                                                      \
         AT(scopes),                                                                               \
         .bytes_max = OAUTH_SCOPE_BYTES_MAX,                                                       \
         .items_max = OAUTH_SCOPES_MAX,                                                            \
         .meaning = "What it may ask for: openid, profile, email, offline_access, api"},           \
        {.name = "is_trusted",                                                                     \
         .kind = FIELD_FLAG,                                                                       \
         AT(is_trusted),                                                                           \
         .meaning = "People are not asked whether they want it"},                                  \
    {                                                                                              \
        .name = "id_token_algorithm", .kind = FIELD_CHOICE, AT(algorithm), .bytes_max = 8,         \
        .choices = algorithms, .choice_count = COUNT_OF(algorithms)                                \
    }

static const struct field create_fields[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     AT(name),
     .required = true,
     .bytes_max = OAUTH_NAME_BYTES_MAX,
     .meaning = "What people are told that they sign in to"},
    {.name = "is_public",
     .kind = FIELD_FLAG,
     AT(is_public),
     .meaning = "It can keep no secret, and gets none"},
    SETTABLE,
};

static const struct field change_fields[] = {
    {.name = "client_id",
     .kind = FIELD_ID,
     AT(client_id),
     .place = FIELD_IN_PATH,
     .required = true},
    {.name = "name", .kind = FIELD_TEXT, AT(name), .bytes_max = OAUTH_NAME_BYTES_MAX},
    SETTABLE,
};

static const struct field id_fields[] = {
    {.name = "client_id",
     .kind = FIELD_ID,
     AT(client_id),
     .place = FIELD_IN_PATH,
     .required = true},
};
#undef AT
#undef SETTABLE

const struct shape oauth_client_create_takes = {
    .name = "CreateOauthClient",
    .fields = create_fields,
    .field_count = COUNT_OF(create_fields),
    .bytes = sizeof(struct client_input),
};
const struct shape oauth_client_change_takes = {
    .name = "ChangeOauthClient",
    .fields = change_fields,
    .field_count = COUNT_OF(change_fields),
    .bytes = sizeof(struct client_input),
};
const struct shape oauth_client_id_takes = {
    .name = "OauthClientId",
    .fields = id_fields,
    .field_count = COUNT_OF(id_fields),
    .bytes = sizeof(struct client_input),
};

/* What is shown of one; the secret only when it was just made. */
struct shown {
    struct oauth_client client;
    bool is_public;
    struct text secret;
};

#define AT(member) .offset = offsetof(struct shown, member)
#define SHOWN                                                                                      \
    {.name = "client_id", .kind = FIELD_ID, AT(client.id), .required = true},                      \
        {.name = "name", .kind = FIELD_TEXT, AT(client.name), .required = true},                   \
        {.name = "redirect_uris", .kind = FIELD_TEXTS, AT(client.redirect_uris)},                  \
        {.name = "post_logout_redirect_uris", .kind = FIELD_TEXTS, AT(client.logout_uris)},        \
        {.name = "scopes", .kind = FIELD_TEXTS, AT(client.scopes)},                                \
        {.name = "is_trusted", .kind = FIELD_FLAG, AT(client.is_trusted)},                         \
        {.name = "is_public", .kind = FIELD_FLAG, AT(is_public)},                                  \
        {.name = "id_token_algorithm", .kind = FIELD_TEXT, AT(client.algorithm)},                  \
        {.name = "revision", .kind = FIELD_INTEGER, AT(client.revision), .is_revision = true},     \
        {.name = "created_at", .kind = FIELD_TIME, AT(client.created_at)},                         \
    {                                                                                              \
        .name = "changed_at", .kind = FIELD_TIME, AT(client.changed_at)                            \
    }

static const struct field shown_fields[] = {SHOWN};
static const struct field made_fields[] = {
    SHOWN,
    {.name = "client_secret",
     .kind = FIELD_TEXT,
     AT(secret),
     .meaning = "Shown this once; null of a program that is public"},
};
#undef AT
#undef SHOWN

const struct shape oauth_client_shape = {
    .name = "OauthClient",
    .fields = shown_fields,
    .field_count = COUNT_OF(shown_fields),
    .bytes = sizeof(struct shown),
};
const struct shape oauth_client_made_shape = {
    .name = "OauthClientMade",
    .fields = made_fields,
    .field_count = COUNT_OF(made_fields),
    .bytes = sizeof(struct shown),
};

static struct shown shown_of(const struct oauth_client *client, struct text secret)
{
    return (struct shown){
        .client = *client,
        .is_public = client->secret_hash.data == NULL,
        .secret = secret,
    };
}

/* ---- rules ---- */

static bool is_loopback(struct text uri)
{
    static const struct text starts[] = {
        {"http://127.0.0.1", 16}, {"http://localhost", 16}, {"http://[::1]", 12}};
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        struct text rest = text_slice(uri, starts[i].bytes, uri.bytes);
        if (text_starts_with(uri, starts[i]) &&
            (rest.bytes == 0 || rest.data[0] == ':' || rest.data[0] == '/')) {
            return true;
        }
    }
    return false;
}

/* "com.example.app:/callback": only who has the name has the scheme. */
static bool is_own_scheme(struct text uri)
{
    struct text scheme;
    struct text rest;
    bool has_dot = false;
    if (!text_cut(uri, ':', &scheme, &rest) || rest.bytes == 0) {
        return false;
    }
    for (size_t i = 0; i < scheme.bytes; i++) {
        char letter = scheme.data[i];
        bool is_plain = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
        has_dot = has_dot || letter == '.';
        if (!is_plain && letter != '.' && letter != '-') {
            return false;
        }
    }
    return has_dot;
}

static bool is_fine_uri(struct text uri)
{
    for (size_t i = 0; i < uri.bytes; i++) {
        if (uri.data[i] <= ' ' || uri.data[i] >= 0x7F || memchr("#\"<>\\^`{|}*", uri.data[i], 11)) {
            return false;
        }
    }
    bool is_tls = text_starts_with(uri, TEXT("https://")) && uri.bytes > 8 && uri.data[8] != '/';
    return is_tls || is_loopback(uri) || is_own_scheme(uri);
}

static bool all_are(struct texts texts, bool (*is_fine)(struct text))
{
    bool all = true;
    for (size_t i = 0; i < texts.count; i++) {
        all = all && is_fine(texts.items[i]);
    }
    return all;
}

static enum status check(struct call *call, const struct oauth_client *client)
{
    if (!all_are(client->redirect_uris, is_fine_uri)) {
        return refuse_field(call, &oauth_client_bad_uri, "redirect_uris");
    }
    if (!all_are(client->logout_uris, is_fine_uri)) {
        return refuse_field(call, &oauth_client_bad_uri, "post_logout_redirect_uris");
    }
    if (!all_are(client->scopes, oauth_scope_is_known)) {
        return refuse_field(call, &oauth_client_bad_scope, "scopes");
    }
    return STATUS_OK;
}

/* ---- operations ---- */

enum status oauth_client_list_handle(struct call *call)
{
    struct rows rows;
    enum status status = oauth_client_list(call->store, call->arena, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct oauth_client *clients = rows.items;
    struct shown *items = ARENA_ARRAY(call->arena, struct shown, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        items[i] = shown_of(&clients[i], NO_TEXT);
    }
    return answer_list(call,
                       &(struct list){.items = items, .count = rows.count, .total = FIELD_NONE});
}

enum status oauth_client_create_handle(struct call *call)
{
    static const struct text usual[] = {{"openid", 6}, {"profile", 7}, {"email", 5}};
    const struct client_input *input = call->input;
    struct rows others;
    struct text secret = input->is_public ? NO_TEXT : secret_new(call->arena, OAUTH_SECRET_PREFIX);
    struct oauth_client client = {
        .id = id_new(),
        .name = input->name,
        .secret_hash = secret.data != NULL ? digest_hex(call->arena, secret) : NO_TEXT,
        .redirect_uris = input->redirect_uris,
        .logout_uris = input->logout_uris,
        .scopes =
            input_has(call, "scopes") ? input->scopes : (struct texts){usual, COUNT_OF(usual)},
        .is_trusted = input->is_trusted,
        .algorithm = input->algorithm.data != NULL ? input->algorithm : TEXT("RS256"),
        .revision = 1,
        .created_at = call->now_ms,
        .changed_at = call->now_ms,
    };
    enum status status = check(call, &client);
    if (status == STATUS_OK) {
        status = oauth_client_list(call->store, call->arena, &others);
    }
    if (status == STATUS_OK && others.count >= OAUTH_CLIENTS_MAX) {
        return refuse(call, &oauth_client_too_many);
    }
    if (status == STATUS_OK) {
        status = oauth_client_insert(call->store, call->arena, &client);
    }
    struct shown shown = shown_of(&client, secret);
    return status == STATUS_OK ? answer(call, &shown) : status;
}

/* OK with the client as it is, and as it may be changed. */
static enum status find_for_change(struct call *call, struct oauth_client *client_out)
{
    const struct client_input *input = call->input;
    enum status status = oauth_client_find(call->store, call->arena, input->client_id, client_out);
    if (status == STATUS_ABSENT) {
        return refuse(call, &oauth_client_not_found);
    }
    if (status == STATUS_OK && call->expected_revision != FIELD_NONE &&
        call->expected_revision != client_out->revision) {
        return refuse(call, &oauth_client_revision_changed);
    }
    return status;
}

static enum status keep_change(struct call *call, struct oauth_client *client, struct text secret)
{
    client->revision++;
    client->changed_at = call->now_ms;
    enum status status = oauth_client_update(call->store, call->arena, client);
    struct shown shown = shown_of(client, secret);
    return status == STATUS_OK ? answer(call, &shown) : status;
}

enum status oauth_client_change_handle(struct call *call)
{
    const struct client_input *input = call->input;
    struct oauth_client client;
    enum status status = find_for_change(call, &client);
    if (status != STATUS_OK) {
        return status;
    }
    client.name = input_has(call, "name") ? input->name : client.name;
    client.redirect_uris =
        input_has(call, "redirect_uris") ? input->redirect_uris : client.redirect_uris;
    client.logout_uris =
        input_has(call, "post_logout_redirect_uris") ? input->logout_uris : client.logout_uris;
    client.scopes = input_has(call, "scopes") ? input->scopes : client.scopes;
    client.is_trusted = input_has(call, "is_trusted") ? input->is_trusted : client.is_trusted;
    client.algorithm = input_has(call, "id_token_algorithm") ? input->algorithm : client.algorithm;
    status = check(call, &client);
    return status == STATUS_OK ? keep_change(call, &client, NO_TEXT) : status;
}

enum status oauth_client_secret_handle(struct call *call)
{
    struct oauth_client client;
    enum status status = find_for_change(call, &client);
    if (status != STATUS_OK) {
        return status;
    }
    if (client.secret_hash.data == NULL) {
        return refuse(call, &oauth_client_has_no_secret);
    }
    struct text secret = secret_new(call->arena, OAUTH_SECRET_PREFIX);
    client.secret_hash = digest_hex(call->arena, secret);
    return keep_change(call, &client, secret);
}

enum status oauth_client_delete_handle(struct call *call)
{
    const struct client_input *input = call->input;
    int64_t deleted = 0;
    enum status status = oauth_client_delete(call->store, input->client_id, &deleted);
    if (status == STATUS_OK && deleted == 0) {
        return refuse(call, &oauth_client_not_found);
    }
    if (status == STATUS_OK) {
        status = oauth_grant_end_client(call->store, input->client_id, call->now_ms);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}
