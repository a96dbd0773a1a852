/* oauth_device.c - a program without a browser, and a person with one. */
#include "services/iam/oidc/oauth_device.h"

#include "base/json.h"
#include "services/iam/oidc/oauth_authorize.h"
#include "services/iam/oidc/oauth_write.h"

enum {
    USER_CODE_LETTERS = 8,
    USER_CODE_BYTES_MAX = 32,
    PAUSE_MORE_MS = 5000,
    PAUSE_MAX_MS = 60000
};

static const struct text waiting = {"waiting", 7};
static const struct text approved = {"approved", 8};
static const struct text denied = {"denied", 6};
static const struct text used = {"used", 4};

const struct refusal oauth_pending = {"authorization_pending", 400,
                                      "The person has not said anything yet."};
const struct refusal oauth_slow_down = {"slow_down", 400, "Ask less often."};
const struct refusal oauth_denied = {"access_denied", 400, "The person has said no."};
const struct refusal oauth_expired = {"expired_token", 400, "The time for this code is over."};
const struct refusal oauth_device_unknown = {
    "unknown_code", 404, "There is no such code, or its time is over. Look at the device again."};

/* ---- the program begins ---- */

struct begin_input {
    struct oauth_credentials credentials;
    struct text scope;
};

#define AT(member) .offset = offsetof(struct begin_input, member)
static const struct field begin_fields[] = {
    {.name = "client_id", .kind = FIELD_TEXT, AT(credentials.client_id), .bytes_max = 64},
    {.name = "client_secret", .kind = FIELD_TEXT, AT(credentials.client_secret), .bytes_max = 200},
    {.name = "scope", .kind = FIELD_TEXT, AT(scope), .bytes_max = 1000},
};
#undef AT
const struct shape oauth_device_takes = {
    .name = "OauthDevice",
    .fields = begin_fields,
    .field_count = COUNT_OF(begin_fields),
    .bytes = sizeof(struct begin_input),
};

const char oauth_device_answer[] =
    "{\"type\":\"object\",\"required\":[\"device_code\",\"user_code\",\"verification_uri\","
    "\"expires_in\",\"interval\"],\"properties\":{\"device_code\":{\"type\":\"string\"},"
    "\"user_code\":{\"type\":\"string\"},\"verification_uri\":{\"type\":\"string\"},"
    "\"verification_uri_complete\":{\"type\":\"string\"},\"expires_in\":{\"type\":\"integer\"},"
    "\"interval\":{\"type\":\"integer\"}}}";

/* The form in which codes are compared: capital letters and digits alone. */
static struct text user_code_hash(const struct call *call, struct text typed)
{
    char plain[USER_CODE_BYTES_MAX];
    size_t bytes = 0;
    for (size_t i = 0; i < typed.bytes && bytes < sizeof plain; i++) {
        char letter = typed.data[i];
        bool is_small = letter >= 'a' && letter <= 'z';
        if (is_small || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9')) {
            plain[bytes++] = is_small ? (char)(letter - 'a' + 'A') : letter;
        }
    }
    const struct digest_key key = call_key(call, "iam.device_code");
    return digest_keyed(call->arena, &key, (struct text){plain, bytes});
}

struct begun {
    struct text device_code;
    struct text user_code;
};

static enum status answer_begun(struct call *call, const struct begun *begun)
{
    struct arena *arena = call->arena;
    struct json_writer writer;
    struct text page =
        text_format(arena, "%.*s/oauth/device", TEXT_ARGS(call_public_address(call)));
    json_writer_init(&writer, arena, 512);
    json_begin_object(&writer);
    json_key(&writer, "device_code");
    json_put_text(&writer, begun->device_code);
    json_key(&writer, "user_code");
    json_put_text(&writer, begun->user_code);
    json_key(&writer, "verification_uri");
    json_put_text(&writer, page);
    json_key(&writer, "verification_uri_complete");
    json_put_text(&writer, oauth_with(arena, page, "user_code", begun->user_code));
    json_key(&writer, "expires_in");
    json_put_integer(&writer, OAUTH_DEVICE_MS / 1000);
    json_key(&writer, "interval");
    json_put_integer(&writer, OAUTH_DEVICE_PAUSE_MS / 1000);
    json_end_object(&writer);
    enum status status = answer_json(call, json_written(&writer), NO_TEXT);
    http_answer_header(&call->exchange->answer, "Cache-Control", TEXT("no-store"));
    return status;
}

enum status oauth_device_begin_handle(struct call *call)
{
    const struct begin_input *input = call->input;
    struct oauth_client client;
    struct text scopes;
    enum status status = oauth_client_of(call, &input->credentials, &client);
    if (status != STATUS_OK) {
        return status;
    }
    if (!oauth_scopes_read(call->arena, &client, input->scope, &scopes) || scopes.bytes == 0) {
        return refuse(call, &oauth_invalid_scope);
    }
    if (call_public_address(call).data == NULL) {
        return refuse(call, &oauth_invalid_request);
    }
    struct text letters = secret_letters(call->arena, USER_CODE_LETTERS);
    const struct begun begun = {
        .device_code = secret_new(call->arena, OAUTH_DEVICE_PREFIX),
        .user_code = text_format(call->arena, "%.4s-%.4s", letters.data, letters.data + 4),
    };
    status =
        oauth_device_insert(call->store, &(struct oauth_device){
                                             .hash = digest_hex(call->arena, begun.device_code),
                                             .user_hash = user_code_hash(call, begun.user_code),
                                             .client_id = client.id,
                                             .scopes = scopes,
                                             .state = waiting,
                                             .pause_ms = OAUTH_DEVICE_PAUSE_MS,
                                             .expires_at = call->now_ms + OAUTH_DEVICE_MS,
                                         });
    return status == STATUS_OK ? answer_begun(call, &begun) : status;
}

/* ---- the program asks again and again ---- */

static enum status wait_longer(struct call *call, struct oauth_device *device)
{
    bool is_hasty = device->polled_at != 0 && call->now_ms < device->polled_at + device->pause_ms;
    if (is_hasty && device->pause_ms < PAUSE_MAX_MS) {
        device->pause_ms += PAUSE_MORE_MS;
    }
    device->polled_at = call->now_ms;
    enum status status = oauth_device_polled(call->store, device);
    return status == STATUS_OK ? answer_no(call, is_hasty ? &oauth_slow_down : &oauth_pending, 0)
                               : status;
}

static enum status give_once(struct call *call, const struct oauth_client *client,
                             struct oauth_device *device)
{
    struct oauth_given given = {.client = *client, .has_id_token = true};
    bool turned = false;
    bool is_live = false;
    device->state = used;
    enum status status = oauth_device_turn(call->store, device, approved, &turned);
    if (status == STATUS_OK && !turned) {
        return refuse(call, &oauth_invalid_grant);
    }
    if (status == STATUS_OK) {
        status = oauth_grant_find(call->store, call->arena, device->grant_id, &given.grant);
    }
    if (status == STATUS_OK) {
        status =
            oauth_grant_is_live(call->store, call->arena, &given.grant, call->now_ms, &is_live);
    }
    if (status == STATUS_ABSENT || (status == STATUS_OK && !is_live)) {
        return refuse(call, &oauth_invalid_grant);
    }
    return status == STATUS_OK ? oauth_give(call, &given) : status;
}

enum status oauth_token_by_device(struct call *call, const struct oauth_client *client)
{
    const struct oauth_token_input *input = call->input;
    struct oauth_device device;
    if (input->device_code.data == NULL) {
        return refuse(call, &oauth_invalid_request);
    }
    enum status status = oauth_device_find(call->store, call->arena,
                                           digest_hex(call->arena, input->device_code), &device);
    if (status == STATUS_ABSENT ||
        (status == STATUS_OK &&
         (!id_equals(device.client_id, client->id) || text_equals(device.state, used)))) {
        return refuse(call, &oauth_invalid_grant);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (device.expires_at <= call->now_ms) {
        return refuse(call, &oauth_expired);
    }
    if (text_equals(device.state, denied)) {
        return refuse(call, &oauth_denied);
    }
    return text_equals(device.state, approved) ? give_once(call, client, &device)
                                               : wait_longer(call, &device);
}

/* ---- the person ---- */

struct word_input {
    struct text user_code;
    bool approved;
};

#define AT(member) .offset = offsetof(struct word_input, member)
#define USER_CODE(in, must)                                                                        \
    {                                                                                              \
        .name = "user_code", .kind = FIELD_TEXT, AT(user_code), .place = (in), .required = (must), \
        .bytes_max = USER_CODE_BYTES_MAX, .meaning = "As the device shows it"                      \
    }
static const struct field page_fields[] = {USER_CODE(FIELD_IN_QUERY, false)};
static const struct field look_fields[] = {USER_CODE(FIELD_IN_QUERY, true)};
static const struct field word_fields[] = {
    USER_CODE(FIELD_IN_BODY, true),
    {.name = "approved",
     .kind = FIELD_FLAG,
     AT(approved),
     .required = true,
     .meaning = "What the person has said"},
};
#undef AT
#undef USER_CODE

#define SHAPE(called, title, rows)                                                                 \
    const struct shape called = {                                                                  \
        .name = (title),                                                                           \
        .fields = (rows),                                                                          \
        .field_count = COUNT_OF(rows),                                                             \
        .bytes = sizeof(struct word_input),                                                        \
    }
SHAPE(oauth_device_page_takes, "DevicePage", page_fields);
SHAPE(oauth_device_look_takes, "DeviceLook", look_fields);
SHAPE(oauth_device_word_takes, "DeviceWord", word_fields);
#undef SHAPE

struct look {
    struct text client;
    struct text scopes;
};
static const struct field shown_fields[] = {
    {.name = "client",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct look, client),
     .required = true,
     .meaning = "What the program is called"},
    {.name = "scopes",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct look, scopes),
     .required = true,
     .meaning = "What it asks for, with spaces between"},
};
const struct shape oauth_device_look_gives = {
    .name = "DeviceShown",
    .fields = shown_fields,
    .field_count = COUNT_OF(shown_fields),
    .bytes = sizeof(struct look),
};

enum status oauth_device_page_handle(struct call *call)
{
    const struct word_input *input = call->input;
    bool is_in = !id_is_none(call->caller.person);
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "mode");
    json_put_text(&writer, is_in ? TEXT("device") : TEXT("sign_in"));
    json_key(&writer, "user_code");
    json_put_text(&writer, input->user_code);
    json_end_object(&writer);
    return oauth_page(call, json_written(&writer));
}

/* OK, or REFUSED: a code that nobody waits with. */
static enum status find_waiting(struct call *call, struct text user_code,
                                struct oauth_device *device_out)
{
    enum status status = oauth_device_find_by_user(call->store, call->arena,
                                                   user_code_hash(call, user_code), device_out);
    bool is_over = status == STATUS_OK && (device_out->expires_at <= call->now_ms ||
                                           !text_equals(device_out->state, waiting));
    return status == STATUS_ABSENT || is_over ? refuse(call, &oauth_device_unknown) : status;
}

enum status oauth_device_look_handle(struct call *call)
{
    const struct word_input *input = call->input;
    struct oauth_device device;
    struct oauth_client client;
    enum status status = find_waiting(call, input->user_code, &device);
    if (status == STATUS_OK) {
        status = oauth_client_get(call->store, call->arena, device.client_id, &client);
    }
    if (status == STATUS_ABSENT) {
        return refuse(call, &oauth_device_unknown);
    }
    return status == STATUS_OK
               ? answer(call, &(struct look){.client = client.name, .scopes = device.scopes})
               : status;
}

static enum status agree(struct call *call, struct oauth_device *device)
{
    int64_t began = 0;
    enum status status =
        oauth_session_began(call->store, call->arena, call->caller.session, call->now_ms, &began);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? refuse(call, &oauth_needs_session) : status;
    }
    const struct oauth_grant grant = {
        .id = id_new(),
        .client_id = device->client_id,
        .person_id = call->caller.person,
        .session_id = call->caller.session,
        .scopes = device->scopes,
        .signed_in_at = began,
        .created_at = call->now_ms,
        .expires_at = call->now_ms + OAUTH_GRANT_MS,
    };
    device->grant_id = grant.id;
    return oauth_grant_insert(call->store, &grant);
}

enum status oauth_device_word_handle(struct call *call)
{
    const struct word_input *input = call->input;
    struct oauth_device device;
    bool turned = false;
    if (id_is_none(call->caller.person) || id_is_none(call->caller.session)) {
        return refuse(call, &oauth_needs_session);
    }
    enum status status = find_waiting(call, input->user_code, &device);
    if (status == STATUS_OK && input->approved) {
        status = agree(call, &device);
    }
    if (status != STATUS_OK) {
        return status;
    }
    device.state = input->approved ? approved : denied;
    status = oauth_device_turn(call->store, &device, waiting, &turned);
    if (status == STATUS_OK && !turned) {
        return refuse(call, &oauth_device_unknown);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}
