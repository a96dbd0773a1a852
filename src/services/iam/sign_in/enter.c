/* enter.c - somebody has shown who he is: now he is in. */
#include "services/iam/sign_in/enter.h"

#include "base/json.h"
#include "services/iam/iam_events.h"
#include "services/iam/sessions/session.h"
#include "services/iam/sign_in/client.h"

struct entered {
    struct text token;
    int64_t expires_at;
    struct id session_id;
    struct text user;
};

#define AT(member) .offset = offsetof(struct entered, member)
static const struct field entered_fields[] = {
    {.name = "token",
     .kind = FIELD_TEXT,
     AT(token),
     .required = true,
     .meaning = "For programs: Authorization: Bearer ...; a browser has it as a cookie"},
    {.name = "expires_at",
     .kind = FIELD_TIME,
     AT(expires_at),
     .required = true,
     .meaning = "At the latest; sooner when it is not used for half an hour"},
    {.name = "session_id", .kind = FIELD_ID, AT(session_id), .required = true},
    {.name = "user",
     .kind = FIELD_OBJECT,
     AT(user),
     .required = true,
     .meaning = "id, email, full_name, locale and roles"},
};
#undef AT
const struct shape entered_shape = {
    .name = "SignedIn",
    .fields = entered_fields,
    .field_count = COUNT_OF(entered_fields),
    .bytes = sizeof(struct entered),
};

struct text enter_user(struct arena *arena, const struct person *person)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "id");
    json_put_text(&writer, person_subject(arena, person->id));
    json_key(&writer, "email");
    json_put_text(&writer, person->email);
    json_key(&writer, "full_name");
    json_put_text(&writer, person->full_name);
    json_key(&writer, "locale");
    json_put_text(&writer, person->locale);
    json_key(&writer, "roles");
    json_begin_array(&writer);
    for (size_t i = 0; i < person->roles.count; i++) {
        json_put_text(&writer, person->roles.items[i]);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    return json_written(&writer);
}

/* A browser that he has never come with is worth a letter, if he has a mailbox, unless it is his
 * first one at all. */
static enum status greet_device(struct call *call, const struct person *person,
                                const struct client *client)
{
    bool is_known = false;
    int64_t count = 0;
    enum status status = device_is_known(call->store, call->arena, person->id, client, &is_known);
    if (status == STATUS_OK && !is_known) {
        status = device_count(call->store, call->arena, person->id, &count);
    }
    if (status == STATUS_OK && !is_known && count > 0 && text_is_given(person->email)) {
        status = iam_tell_new_device(call, person->id, client);
    }
    return status == STATUS_OK ? device_remember(call->store, person->id, client, call->now_ms)
                               : status;
}

enum status enter(struct call *call, const struct person *person, struct client *client,
                  struct text method)
{
    struct session session;
    struct text secret;
    client_introduce(call, client);
    enum status status = session_end_secret(call, client_session(call));
    if (status == STATUS_OK) {
        status = greet_device(call, person, client);
    }
    if (status == STATUS_OK) {
        status = session_open(call, person->id, client, method, &session, &secret);
    }
    if (status == STATUS_OK) {
        status = answer(call, &(struct entered){
                                  .token = secret,
                                  .expires_at = session.expires_at,
                                  .session_id = session.id,
                                  .user = enter_user(call->arena, person),
                              });
    }
    if (status == STATUS_OK) {
        client_keep(call, client);
        client_give_session(call, secret, SESSION_AGE_MS / 1000);
    }
    return status;
}
