/* upstream_login.c - there and back: a person signs in here with what he has elsewhere.
 *
 * The way back comes as a GET, which changes nothing: its page sends what it was given once more,
 * as a POST of our own. Only then is the provider asked, before the transaction; in it the way is
 * used up and he comes in. Refused: a way that is none of this browser's, or was used; what the
 * provider says and cannot prove; a person who is not known here.
 */
#include "base/crypto/sha256.h"
#include "base/encode.h"
#include "base/json.h"
#include "base/log.h"
#include "services/iam/oidc/oauth_write.h"
#include "services/iam/oidc/upstream/upstream.h"
#include "services/iam/sign_in/enter.h"
#include "services/iam/sign_in/login.h"

#define STATE_PREFIX "gwj_"

enum { CODE_BYTES_MAX = 4000, STATE_BYTES_MAX = 200, NEXT_BYTES_MAX = 2000 };

const struct refusal upstream_no_answer = {
    "provider_unavailable", 409, "The other side does not answer now. Try again, or another way."};
const struct refusal upstream_not_accepted = {
    "provider_not_accepted", 401,
    "This sign-in was not accepted. Begin again in the same browser, or try another way."};
const struct refusal upstream_not_known = {
    "not_known_here", 403,
    "The other side knows you, but nobody here has the e-mail address that it vouches for."};

struct journey_input {
    struct text provider;
    struct text next;
    struct text code;
    struct text state;
    struct text iss;
    struct text error;
};

#define AT(member) .offset = offsetof(struct journey_input, member)
#define PROVIDER                                                                                   \
    {                                                                                              \
        .name = "provider", .kind = FIELD_TEXT, AT(provider), .place = FIELD_IN_PATH,              \
        .required = true, .is_name = true, .bytes_max = UPSTREAM_NAME_BYTES_MAX                    \
    }
#define SAID(in)                                                                                   \
    {.name = "code", .kind = FIELD_TEXT, AT(code), .place = (in), .bytes_max = CODE_BYTES_MAX},    \
        {.name = "state",                                                                          \
         .kind = FIELD_TEXT,                                                                       \
         AT(state),                                                                                \
         .place = (in),                                                                            \
         .bytes_max = STATE_BYTES_MAX},                                                            \
        {.name = "iss",                                                                            \
         .kind = FIELD_TEXT,                                                                       \
         AT(iss),                                                                                  \
         .place = (in),                                                                            \
         .bytes_max = UPSTREAM_URL_BYTES_MAX},                                                     \
    {                                                                                              \
        .name = "error", .kind = FIELD_TEXT, AT(error), .place = (in),                             \
        .bytes_max = UPSTREAM_TEXT_BYTES_MAX                                                       \
    }
static const struct field begin_fields[] = {
    PROVIDER,
    {.name = "next",
     .kind = FIELD_TEXT,
     AT(next),
     .bytes_max = NEXT_BYTES_MAX,
     .meaning = "Where to go on to afterwards, here: /app/"},
};
static const struct field page_fields[] = {PROVIDER, SAID(FIELD_IN_QUERY)};
static const struct field back_fields[] = {PROVIDER, SAID(FIELD_IN_BODY)};
#undef AT
#undef PROVIDER
#undef SAID

#define SHAPE(called, title, rows)                                                                 \
    const struct shape called = {                                                                  \
        .name = (title),                                                                           \
        .fields = (rows),                                                                          \
        .field_count = COUNT_OF(rows),                                                             \
        .bytes = sizeof(struct journey_input),                                                     \
    }
SHAPE(upstream_begin_takes, "BeginSignInElsewhere", begin_fields);
SHAPE(upstream_page_takes, "BackFromElsewhere", page_fields);
SHAPE(upstream_back_takes, "SignInFromElsewhere", back_fields);
#undef SHAPE

struct way {
    struct text redirect;
};
static const struct field way_fields[] = {
    {.name = "redirect",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct way, redirect),
     .required = true,
     .meaning = "Where the browser goes to"},
};
const struct shape upstream_begin_gives = {
    .name = "WayElsewhere",
    .fields = way_fields,
    .field_count = COUNT_OF(way_fields),
    .bytes = sizeof(struct way),
};

/* ---- there ---- */

bool upstream_is_slow(const struct call *call)
{
    (void)call;
    return true; /* the other side may be slow, and must not hold those who read here */
}

/* A secret that follows from the state: who has the rows has it not. */
static struct text secret_of(const struct call *call, const char *purpose, struct text state)
{
    const struct digest_key key = call_key(call, purpose);
    return digest_keyed(call->arena, &key, state);
}

static struct text nonce_of(const struct call *call, struct text state)
{
    return secret_of(call, "iam.oidc_nonce", state);
}

static struct text verifier_of(const struct call *call, struct text state)
{
    return secret_of(call, "iam.oidc_verifier", state);
}

static struct text return_to(const struct call *call, struct text provider)
{
    return text_format(call->arena, "%.*s/api/login/oidc/%.*s/callback",
                       TEXT_ARGS(call_public_address(call)), TEXT_ARGS(provider));
}

/* "/app/x" of our own, and nowhere else: "//evil" and "/\evil" are other places to a browser. */
static struct text own_place(struct text next)
{
    bool is_own = next.bytes > 0 && next.data[0] == '/';
    for (size_t i = 0; is_own && i < next.bytes; i++) {
        is_own = next.data[i] > ' ' && next.data[i] != '\\' && next.data[i] < 0x7F;
    }
    return is_own && !text_starts_with(next, TEXT("//")) ? next : TEXT("/");
}

struct begun {
    struct text state;
    struct text redirect;
};

static struct text way_there(const struct call *call, const struct upstream_provider *provider,
                             const struct upstream_places *places, struct text state)
{
    struct arena *arena = call->arena;
    struct text digest = sha256_of(arena, verifier_of(call, state));
    struct text way = oauth_with(arena, places->authorization, "response_type", TEXT("code"));
    way = oauth_with(arena, way, "client_id", provider->client_id);
    way = oauth_with(arena, way, "redirect_uri", return_to(call, provider->name));
    way = oauth_with(arena, way, "scope", TEXT("openid email profile"));
    way = oauth_with(arena, way, "state", state);
    way = oauth_with(arena, way, "nonce", nonce_of(call, state));
    way = oauth_with(arena, way, "code_challenge",
                     encode_base64url(arena, digest.data, digest.bytes));
    return oauth_with(arena, way, "code_challenge_method", TEXT("S256"));
}

enum status upstream_begin_gather(struct call *call)
{
    const struct journey_input *input = call->input;
    struct upstream_provider provider;
    struct upstream_places places;
    if (call_public_address(call).data == NULL) {
        return refuse(call, &upstream_not_found);
    }
    enum status status = upstream_find(call->store, call->arena, input->provider, &provider);
    if (status == STATUS_ABSENT) {
        return refuse(call, &upstream_not_found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    call_stop_reading(call);
    status = upstream_discover(call, &provider, &places);
    if (status != STATUS_OK) {
        log_line(LOG_WARNING, "iam", "an outside provider does not answer as it should",
                 LOG_TEXT("provider", provider.name),
                 LOG_TEXT("status", text_of(status_name(status))));
        return refuse(call, &upstream_no_answer);
    }
    struct begun *begun = ARENA_NEW(call->arena, struct begun);
    begun->state = secret_new(call->arena, STATE_PREFIX);
    begun->redirect = way_there(call, &provider, &places, begun->state);
    call->gathered = begun;
    return STATUS_OK;
}

enum status upstream_begin_handle(struct call *call)
{
    const struct journey_input *input = call->input;
    const struct begun *begun = call->gathered;
    struct client client = client_of(call);
    client_introduce(call, &client);
    enum status status =
        upstream_journey_insert(call->store, &(struct upstream_journey){
                                                 .hash = digest_hex(call->arena, begun->state),
                                                 .provider = input->provider,
                                                 .device = client.device,
                                                 .next = own_place(input->next),
                                                 .expires_at = call->now_ms + UPSTREAM_JOURNEY_MS,
                                             });
    if (status == STATUS_OK) {
        status = answer(call, &(struct way){.redirect = begun->redirect});
    }
    if (status == STATUS_OK) {
        client_keep(call, &client);
    }
    return status;
}

/* ---- back ---- */

static void put(struct json_writer *writer, const char *key, struct text text)
{
    if (text.data != NULL) {
        json_key(writer, key);
        json_put_text(writer, text);
    }
}

/* OK or ABSENT: the way that this browser has begun, and not used yet. */
static enum status find_journey(struct call *call, struct upstream_journey *journey_out)
{
    const struct journey_input *input = call->input;
    const struct client client = client_of(call);
    if (input->state.data == NULL || client.device.data == NULL) {
        return STATUS_ABSENT;
    }
    enum status status = upstream_journey_find(call->store, call->arena,
                                               digest_hex(call->arena, input->state), journey_out);
    bool is_his = status == STATUS_OK && digest_equals(journey_out->device, client.device) &&
                  text_equals(journey_out->provider, input->provider) &&
                  journey_out->expires_at > call->now_ms;
    return status == STATUS_OK && !is_his ? STATUS_ABSENT : status;
}

static enum status show(struct call *call, const char *mode, struct text path, struct text next)
{
    const struct journey_input *input = call->input;
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 512);
    json_begin_object(&writer);
    put(&writer, "mode", text_of(mode));
    put(&writer, "path", path);
    put(&writer, "next", next);
    put(&writer, "code", input->code);
    put(&writer, "state", input->state);
    put(&writer, "iss", input->iss);
    put(&writer, "error", input->error);
    json_end_object(&writer);
    return oauth_page(call, json_written(&writer));
}

enum status upstream_begin_page_handle(struct call *call)
{
    const struct journey_input *input = call->input;
    return show(call, "begin",
                text_format(call->arena, "/api/login/oidc/%.*s/start", TEXT_ARGS(input->provider)),
                NO_TEXT);
}

enum status upstream_back_page_handle(struct call *call)
{
    const struct journey_input *input = call->input;
    struct upstream_journey journey;
    enum status status = find_journey(call, &journey);
    if (status == STATUS_ABSENT) {
        return oauth_error_page(call, 400, upstream_not_accepted.text);
    }
    return status == STATUS_OK ? show(call, "come_back",
                                      text_format(call->arena, "/api/login/oidc/%.*s/callback",
                                                  TEXT_ARGS(input->provider)),
                                      journey.next)
                               : status;
}

struct known {
    struct upstream_provider provider;
    struct upstream_person person;
};

static enum status refuse_back(struct call *call, const char *why)
{
    log_line(LOG_WARNING, "iam", "what an outside provider says was not accepted",
             LOG_TEXT("why", text_of(why)));
    return refuse(call, &upstream_not_accepted);
}

static enum status ask_who(struct call *call, struct known *known)
{
    const struct journey_input *input = call->input;
    const char *why = NULL;
    struct upstream_exchange exchange = {
        .code = input->code,
        .verifier = verifier_of(call, input->state),
        .nonce = nonce_of(call, input->state),
        .return_to = return_to(call, input->provider),
    };
    if (!upstream_unseal(call, &known->provider, &exchange.secret)) {
        return STATUS_CORRUPT;
    }
    enum status status = upstream_ask_who(call, &known->provider, &exchange, &known->person, &why);
    if (status == STATUS_UNAVAILABLE) {
        return refuse(call, &upstream_no_answer);
    }
    return status == STATUS_REFUSED ? refuse_back(call, why) : status;
}

enum status upstream_back_gather(struct call *call)
{
    const struct journey_input *input = call->input;
    struct known *known = ARENA_NEW(call->arena, struct known);
    struct upstream_journey journey;
    enum status status = find_journey(call, &journey);
    if (status == STATUS_ABSENT) {
        return refuse_back(call, "the way back is none of this browser's");
    }
    if (status == STATUS_OK) {
        status = upstream_find(call->store, call->arena, input->provider, &known->provider);
    }
    if (status == STATUS_ABSENT) {
        return refuse(call, &upstream_not_found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (input->code.data == NULL || input->error.data != NULL) {
        return refuse_back(call, "the provider says no");
    }
    if (input->iss.data != NULL && !text_equals(input->iss, known->provider.issuer)) {
        return refuse_back(call, "another provider has answered");
    }
    call->gathered = known;
    call_stop_reading(call);
    return ask_who(call, known);
}

/* By what was linked before, or by an address that the provider has verified. */
static enum status find_person(struct call *call, const struct known *known,
                               struct person *person_out)
{
    struct id id;
    enum status status = upstream_identity_find(call->store, call->arena, known->provider.issuer,
                                                known->person.subject, &id);
    if (status == STATUS_OK) {
        return person_find(call->store, call->arena, id, person_out);
    }
    if (status != STATUS_ABSENT || known->person.email.data == NULL) {
        return status;
    }
    status = person_find_by_email(call->store, call->arena, known->person.email, person_out);
    return status == STATUS_OK
               ? upstream_identity_insert(call->store, known->provider.issuer,
                                          known->person.subject, person_out->id, call->now_ms)
               : status;
}

enum status upstream_back_handle(struct call *call)
{
    const struct journey_input *input = call->input;
    const struct known *known = call->gathered;
    struct person person;
    struct client client = client_of(call);
    bool was_there = false;
    enum status status =
        upstream_journey_take(call->store, digest_hex(call->arena, input->state), &was_there);
    if (status == STATUS_OK && !was_there) {
        return refuse(call, &upstream_not_accepted);
    }
    if (status == STATUS_OK) {
        status = find_person(call, known, &person);
    }
    if (status == STATUS_ABSENT) {
        return answer_no(call, &upstream_not_known, 0);
    }
    if (status == STATUS_OK && person_is_blocked(&person)) {
        return answer_no(call, &login_blocked, 0);
    }
    return status == STATUS_OK
               ? enter(call, &person, &client,
                       text_format(call->arena, "oidc:%.*s", TEXT_ARGS(input->provider)))
               : status;
}
