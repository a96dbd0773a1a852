/* notices.c - what sign-in writes to people. */
#include "services/iam/sign_in/notices.h"

#include "base/json.h"
#include "services/iam/codes/code.h"
#include "services/iam/iam_errands.h"
#include "services/iam/invitations/invitation.h"

struct notice {
    struct text template;
    struct id person_id;
    struct text address;
    struct text channel;
    struct text locale;
    struct text payload;
    struct text dedup_key;
};

#define AT(member) .offset = offsetof(struct notice, member), .is_optional = true
static const struct field notice_fields[] = {
    {.name = "template", .kind = FIELD_TEXT, AT(template), .required = true, .bytes_max = 100},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "address", .kind = FIELD_TEXT, AT(address), .bytes_max = 254},
    {.name = "channel", .kind = FIELD_TEXT, AT(channel), .bytes_max = 16},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale), .bytes_max = 35},
    {.name = "payload", .kind = FIELD_OBJECT, AT(payload), .bytes_max = 4096},
    {.name = "dedup_key", .kind = FIELD_TEXT, AT(dedup_key), .bytes_max = 100},
};
#undef AT
const struct shape notice_shape = {
    .name = "Notice",
    .fields = notice_fields,
    .field_count = COUNT_OF(notice_fields),
    .bytes = sizeof(struct notice),
};

struct hole {
    const char *name;
    struct text value;
};

static struct text payload(struct arena *arena, const struct hole *holes, size_t count)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    json_begin_object(&writer);
    for (size_t i = 0; i < count; i++) {
        json_key(&writer, holes[i].name);
        json_put_text(&writer, holes[i].value);
    }
    json_end_object(&writer);
    return json_written(&writer);
}

static enum status send(struct call *call, const struct person *person, struct notice notice)
{
    bool is_mail = text_equals(notice.channel, TEXT("email"));
    notice.person_id = person->id;
    notice.address = is_mail ? person->email : person->telegram_id;
    notice.locale = person->locale;
    notice.dedup_key = person_subject(call->arena, id_new());
    return tell_to(call, &iam_errands[ERRAND_SEND_NOTICE], person_subject(call->arena, person->id),
                   &notice, NULL);
}

enum status notice_of_code(struct call *call, const struct person *person, struct text channel,
                           struct text code)
{
    const struct hole holes[] = {
        {"code", code},
        {"minutes", text_format(call->arena, "%d", CODE_MINUTES)},
    };
    return send(call, person,
                (struct notice){.template = TEXT("iam.login_code"),
                                .channel = channel,
                                .payload = payload(call->arena, holes, COUNT_OF(holes))});
}

enum status notice_of_invitation(struct call *call, const struct person *person,
                                 struct text invited_by, struct text link)
{
    const struct hole holes[] = {
        {"organisation", TEXT("Kontora")},
        {"invited_by", invited_by},
        {"link", link},
        {"days", text_format(call->arena, "%d", INVITATION_DAYS)},
    };
    return send(call, person,
                (struct notice){.template = TEXT("iam.invite"),
                                .channel = TEXT("email"),
                                .payload = payload(call->arena, holes, COUNT_OF(holes))});
}
