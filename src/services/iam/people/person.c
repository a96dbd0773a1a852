/* person.c - the noun, and what the directory is told of him. */
#include "services/iam/people/person.h"

#include "services/iam/iam_errands.h"
#include "services/iam/iam_events.h"
#include "services/iam/sessions/session.h"

bool person_is_blocked(const struct person *person)
{
    return text_equals(person->status, TEXT("blocked"));
}

bool person_has_role(const struct person *person, struct text role)
{
    bool has = false;
    for (size_t i = 0; i < person->roles.count; i++) {
        has = has || text_equals(person->roles.items[i], role);
    }
    return has;
}

struct text person_subject(struct arena *arena, struct id person)
{
    char subject[ID_TEXT_BYTES + 1];
    id_write(person, subject);
    return text_copy(arena, text_of(subject));
}

#define AT(member) .offset = offsetof(struct person, member)
static const struct field heard_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true},
    {.name = "email", .kind = FIELD_TEXT, AT(email), .required = true, .bytes_max = 254},
    {.name = "full_name",
     .kind = FIELD_TEXT,
     AT(full_name),
     .may_be_null = true,
     .may_be_empty = true,
     .bytes_max = 400},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale), .may_be_null = true, .bytes_max = 35},
    {.name = "status", .kind = FIELD_TEXT, AT(status), .required = true, .bytes_max = 16},
    {.name = "roles", .kind = FIELD_TEXTS, AT(roles), .bytes_max = 64, .items_max = 32},
    {.name = "telegram_id",
     .kind = FIELD_TEXT,
     AT(telegram_id),
     .may_be_null = true,
     .bytes_max = 64},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .required = true},
};
#undef AT

const struct shape person_heard = {
    .name = "PersonHeard",
    .fields = heard_fields,
    .field_count = COUNT_OF(heard_fields),
    .bytes = sizeof(struct person),
};

static enum status is_kept_out(struct call *call, struct id person, bool *is_out)
{
    struct person known;
    enum status status = person_find(call->store, call->arena, person, &known);
    *is_out = status == STATUS_OK && person_is_blocked(&known);
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

/* While he is blocked his sessions stay, so that the door can say why they open nothing; when he is
 * not any more, they are gone, and he signs in anew. What is heard late may be older than what is
 * known: then he was blocked and is so no more. */
enum status person_hear(struct call *call)
{
    struct person person = *(const struct person *)call->input;
    struct person kept = {.revision = 0};
    bool was_blocked = false;
    person.locale = person.locale.data ? person.locale : TEXT("ru");
    enum status status = is_kept_out(call, person.id, &was_blocked);
    if (status == STATUS_OK) {
        status = person_keep(call->store, call->arena, &person, call->now_ms);
    }
    if (status == STATUS_OK) {
        status = person_find(call->store, call->arena, person.id, &kept);
    }
    bool is_blocked = person_is_blocked(&kept);
    if (status == STATUS_OK && person_is_blocked(&person)) {
        status = session_suspend_all(call, person.id, TEXT("blocked"));
    }
    if (status == STATUS_OK && !is_blocked && (was_blocked || person_is_blocked(&person))) {
        status = session_delete_all(call->store, person.id, NULL);
    }
    bool is_new = text_equals(call->message->name, TEXT("users.created"));
    return status == STATUS_OK && !is_new ? iam_tell_person_changed(call, person.id) : status;
}

#define AT(member) .offset = offsetof(struct person, member)
static const struct field forgotten_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true},
};
#undef AT
const struct shape person_forgotten_heard = {
    .name = "PersonForgottenHeard",
    .fields = forgotten_fields,
    .field_count = COUNT_OF(forgotten_fields),
    .bytes = sizeof(struct person),
};

enum status person_hear_forgotten(struct call *call)
{
    const struct person *heard = call->input;
    enum status status = session_end_all(call, heard->id, TEXT("forgotten"));
    return status == STATUS_OK ? person_forget(call->store, heard->id) : status;
}

/* ---- what the directory is told ---- */

struct person_order {
    struct id person_id;
    struct text email;
    struct text full_name;
    struct text type;
    struct texts roles;
    struct text locale;
    struct text phone;
    struct text telegram_id;
    int64_t occurred_at;
};

#define AT(member) .offset = offsetof(struct person_order, member), .is_optional = true
static const struct field make_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "email", .kind = FIELD_TEXT, AT(email), .required = true, .bytes_max = 254},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name), .bytes_max = 400},
    {.name = "type", .kind = FIELD_TEXT, AT(type), .required = true, .bytes_max = 32},
    {.name = "roles", .kind = FIELD_TEXTS, AT(roles), .bytes_max = 64, .items_max = 32},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale), .bytes_max = 8},
    {.name = "phone", .kind = FIELD_TEXT, AT(phone), .bytes_max = 16},
};

static const struct field signed_in_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "occurred_at", .kind = FIELD_TIME, AT(occurred_at), .required = true},
};

static const struct field change_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name), .bytes_max = 400},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale), .bytes_max = 8},
    {.name = "telegram_id",
     .kind = FIELD_TEXT,
     AT(telegram_id),
     .may_be_empty = true,
     .bytes_max = 64},
};
#undef AT

const struct shape person_make_data = {
    .name = "MakePerson",
    .fields = make_fields,
    .field_count = COUNT_OF(make_fields),
    .bytes = sizeof(struct person_order),
};

const struct shape person_signed_in = {
    .name = "PersonSignedIn",
    .fields = signed_in_fields,
    .field_count = COUNT_OF(signed_in_fields),
    .bytes = sizeof(struct person_order),
};

const struct shape person_change_data = {
    .name = "ChangePerson",
    .fields = change_fields,
    .field_count = COUNT_OF(change_fields),
    .bytes = sizeof(struct person_order),
};

static const struct field made_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct person_order, person_id)},
};
const struct shape person_made_takes = {
    .name = "PersonMade",
    .fields = made_fields,
    .field_count = COUNT_OF(made_fields),
    .bytes = sizeof(struct person_order),
};

/* Somebody with this address was there already, and we had not heard of him: then he is the one,
 * with the password and the sessions that we have given to the id that nobody has. */
enum status person_hear_made(struct call *call)
{
    const struct person_order *made = call->input;
    struct id meant;
    if (!text_equals(call->message->outcome, outcome_done) ||
        !id_read(call->message->subject, &meant) || id_equals(made->person_id, meant)) {
        return STATUS_OK;
    }
    return person_rename(call->store, meant, made->person_id);
}

enum status person_make(struct call *call, const struct person *person, struct text phone)
{
    return tell_to(call, &iam_errands[ERRAND_MAKE_PERSON], person_subject(call->arena, person->id),
                   &(struct person_order){
                       .person_id = person->id,
                       .email = person->email,
                       .full_name = person->full_name,
                       .type = TEXT("employee"),
                       .roles = person->roles,
                       .locale = person->locale,
                       .phone = phone,
                   },
                   NULL);
}

enum status person_note_login(struct call *call, struct id person)
{
    return tell_to(call, &iam_errands[ERRAND_NOTE_LOGIN], person_subject(call->arena, person),
                   &(struct person_order){.person_id = person, .occurred_at = call->now_ms}, NULL);
}

enum status person_change(struct call *call, struct id person, struct text full_name,
                          struct text locale, struct text telegram_id)
{
    return tell_to(call, &iam_errands[ERRAND_CHANGE_PERSON], person_subject(call->arena, person),
                   &(struct person_order){
                       .person_id = person,
                       .full_name = full_name,
                       .locale = locale,
                       .telegram_id = telegram_id,
                   },
                   NULL);
}
