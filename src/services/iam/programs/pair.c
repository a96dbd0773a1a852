/* pair.c - a pair of tokens is opened, and the next one comes for its second half. */
#include "services/iam/programs/pair.h"

#include "services/iam/iam_events.h"
#include "services/iam/sessions/session.h"
#include "services/iam/sign_in/enter.h"

const struct refusal pair_bad_refresh = {
    "invalid_grant", 401, "This refresh token is over, or was used before. Sign in again."};
const struct refusal pair_no_person = {"user_not_found", 404, "There is no such person."};

#define AT(member) .offset = offsetof(struct pair, member)
static const struct field pair_fields[] = {
    {.name = "access_token", .kind = FIELD_TEXT, AT(access_token), .required = true},
    {.name = "expires_in",
     .kind = FIELD_INTEGER,
     AT(expires_in),
     .required = true,
     .meaning = "Seconds"},
    {.name = "refresh_token", .kind = FIELD_TEXT, AT(refresh_token), .required = true},
    {.name = "refresh_expires_in", .kind = FIELD_INTEGER, AT(refresh_expires_in), .required = true},
    {.name = "user",
     .kind = FIELD_OBJECT,
     AT(user),
     .required = true,
     .meaning = "id, email, full_name, locale and roles"},
};
#undef AT
const struct shape pair_shape = {
    .name = "TokenPair",
    .fields = pair_fields,
    .field_count = COUNT_OF(pair_fields),
    .bytes = sizeof(struct pair),
};

enum status pair_open(struct call *call, const struct person *person,
                      const struct pair_terms *terms, struct pair *pair_out)
{
    struct session session;
    struct text access;
    struct client client = client_of(call);
    struct text refresh = secret_new(call->arena, REFRESH_PREFIX);
    enum status status =
        session_open_for(call, person->id, &client,
                         &(struct session_terms){.method = TEXT("program"),
                                                 .context = terms->context,
                                                 .scopes = terms->scopes,
                                                 .lasts_ms = terms->seconds * 1000,
                                                 .is_renewed = !id_is_none(terms->family)},
                         &session, &access);
    if (status == STATUS_OK) {
        status =
            refresh_insert(call->store, call->arena,
                           &(struct refresh){
                               .digest = digest_hex(call->arena, refresh),
                               .family = id_is_none(terms->family) ? session.id : terms->family,
                               .person_id = person->id,
                               .session_id = session.id,
                               .expires_at = call->now_ms + (int64_t)REFRESH_SECONDS * 1000,
                               .context = terms->context,
                               .scopes = terms->scopes,
                           });
    }
    *pair_out = (struct pair){
        .access_token = access,
        .expires_in = terms->seconds,
        .refresh_token = refresh,
        .refresh_expires_in = REFRESH_SECONDS,
        .user = enter_user(call->arena, person),
    };
    return status;
}

/* ---- POST /session/refresh ---- */

struct refresh_input {
    struct text refresh_token;
};

static const struct field refresh_fields[] = {
    {.name = "refresh_token",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct refresh_input, refresh_token),
     .required = true,
     .bytes_max = SECRET_BYTES_MAX},
};
const struct shape refresh_takes = {
    .name = "Refresh",
    .fields = refresh_fields,
    .field_count = COUNT_OF(refresh_fields),
    .bytes = sizeof(struct refresh_input),
};

/* Whoever has the newer one may be the thief or not: both sign in again. */
static enum status end_family(struct call *call, const struct refresh *refresh)
{
    enum status status = refresh_end_family(call->store, refresh->family);
    if (status == STATUS_OK) {
        status = iam_tell_logout(call, refresh->person_id, (struct id){{0}}, TEXT("reused"));
    }
    return status == STATUS_OK ? answer_no(call, &pair_bad_refresh, 0) : status;
}

static enum status renew(struct call *call, const struct refresh *refresh)
{
    struct person person;
    struct pair pair;
    enum status status = person_find(call->store, call->arena, refresh->person_id, &person);
    if (status == STATUS_ABSENT || (status == STATUS_OK && person_is_blocked(&person))) {
        return refuse(call, &pair_bad_refresh);
    }
    if (status == STATUS_OK) {
        status = session_end(call, person.id, refresh->session_id, TEXT("renewed"));
    }
    if (status == STATUS_OK || status == STATUS_ABSENT) {
        status = pair_open(call, &person,
                           &(struct pair_terms){.seconds = ACCESS_SECONDS,
                                                .family = refresh->family,
                                                .context = refresh->context,
                                                .scopes = refresh->scopes},
                           &pair);
    }
    return status == STATUS_OK ? answer(call, &pair) : status;
}

enum status refresh_handle(struct call *call)
{
    const struct refresh_input *input = call->input;
    struct refresh refresh;
    bool is_used = false;
    if (!secret_is_whole(input->refresh_token, REFRESH_PREFIX)) {
        return refuse(call, &pair_bad_refresh);
    }
    struct text digest = digest_hex(call->arena, input->refresh_token);
    enum status status = refresh_use(call->store, digest, call->now_ms, &is_used);
    if (status == STATUS_OK) {
        status = refresh_find(call->store, call->arena, digest, &refresh);
    }
    if (status == STATUS_ABSENT) {
        return refuse(call, &pair_bad_refresh);
    }
    if (status == STATUS_OK && !is_used) {
        return end_family(call, &refresh);
    }
    return status == STATUS_OK ? renew(call, &refresh) : status;
}
