/* session.c - sessions are opened and ended. */
#include "services/iam/sessions/session.h"

#include "base/secret.h"
#include "services/iam/iam_events.h"
#include "services/iam/oidc/oauth_grant.h"
#include "services/iam/programs/pair.h"
#include "services/iam/sign_in/client.h"

const struct refusal session_needed = {"needs_session", 403,
                                       "Only a person who has signed in himself may do this."};

int64_t session_ends_at(const struct session *session)
{
    int64_t idle = session->seen_at + SESSION_IDLE_MS;
    return idle < session->expires_at ? idle : session->expires_at;
}

enum status session_open_for(struct call *call, struct id person, const struct client *client,
                             const struct session_terms *terms, struct session *session_out,
                             struct text *secret_out)
{
    struct text secret = secret_new(call->arena, SESSION_PREFIX);
    *session_out = (struct session){
        .id = id_new(),
        .hash = digest_hex(call->arena, secret),
        .person_id = person,
        .method = terms->method,
        .user_agent = client->user_agent,
        .address = client->address,
        .device = client->device,
        .context = terms->context,
        .scopes = terms->scopes,
        .created_at = call->now_ms,
        .seen_at = call->now_ms,
        .expires_at = call->now_ms + (terms->lasts_ms > 0 ? terms->lasts_ms : SESSION_AGE_MS),
    };
    *secret_out = secret;
    enum status status = session_delete_oldest(call->store, person, SESSIONS_PER_PERSON_MAX - 1);
    if (status == STATUS_OK) {
        status = session_insert(call->store, call->arena, session_out);
    }
    if (status != STATUS_OK || terms->is_renewed) {
        return status;
    }
    status = person_note_login(call, person);
    return status == STATUS_OK ? iam_tell_login(call, session_out) : status;
}

enum status session_open(struct call *call, struct id person, const struct client *client,
                         struct text method, struct session *session_out, struct text *secret_out)
{
    return session_open_for(call, person, client, &(struct session_terms){.method = method},
                            session_out, secret_out);
}

enum status session_end(struct call *call, struct id person, struct id session, struct text reason)
{
    int64_t deleted = 0;
    enum status status = session_delete(call->store, person, session, &deleted);
    if (status != STATUS_OK) {
        return status;
    }
    return deleted == 0 ? STATUS_ABSENT : iam_tell_logout(call, person, session, reason);
}

enum status session_suspend_all(struct call *call, struct id person, struct text reason)
{
    enum status status = refresh_end_all(call->store, person);
    if (status == STATUS_OK) { /* and what programs were given, also for when he is away */
        status = oauth_grant_end_person(call->store, person, call->now_ms);
    }
    return status == STATUS_OK ? iam_tell_logout(call, person, (struct id){{0}}, reason) : status;
}

enum status session_end_all(struct call *call, struct id person, struct text reason)
{
    enum status status = session_delete_all(call->store, person, NULL);
    return status == STATUS_OK ? session_suspend_all(call, person, reason) : status;
}

enum status session_end_secret(struct call *call, struct text secret)
{
    struct session session;
    if (!secret_is_whole(secret, SESSION_PREFIX)) {
        return STATUS_OK;
    }
    enum status status =
        session_find(call->store, call->arena, digest_hex(call->arena, secret), &session);
    if (status == STATUS_OK) {
        status = session_end(call, session.person_id, session.id, TEXT("renewed"));
    }
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status session_is_his_own(struct call *call)
{
    struct session session;
    if (call->caller.kind == CALLER_ROOT) {
        return STATUS_OK;
    }
    enum status status =
        id_is_none(call->caller.session)
            ? STATUS_ABSENT
            : session_find_id(call->store, call->arena, call->caller.session, &session);
    bool is_less = status == STATUS_OK && session.scopes.count > 0;
    return status == STATUS_ABSENT || is_less ? refuse(call, &session_needed) : status;
}
