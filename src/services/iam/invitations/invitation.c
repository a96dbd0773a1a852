/* invitation.c - somebody is asked in, looks, and comes in with a password of his own.
 *
 * By whom has the permission iam.invite; who gives roles too needs users.roles. Refused:
 * user_exists, roles_forbidden; invitation_not_found, weak_password.
 */
#include "services/iam/invitations/invitation.h"

#include "base/password.h"
#include "runtime/access.h"
#include "services/iam/sign_in/enter.h"
#include "services/iam/sign_in/login.h"
#include "services/iam/sign_in/notices.h"
#include "services/iam/sign_in/password_store.h"

const struct refusal invitation_user_exists = {"user_exists", 409,
                                               "A person with this e-mail address exists already."};
const struct refusal invitation_not_found = {
    "invitation_not_found", 404,
    "This invitation is over, or was used. Ask for a new one, or sign in."};
const struct refusal invitation_roles_forbidden = {
    "roles_forbidden", 403, "To give roles you need the permission users.roles."};

struct invitation_input {
    struct text full_name;
    struct text email;
    struct text phone;
    struct texts roles;
    struct text locale;
    struct text invitation;
    struct text password;
};

static const char *const locales[] = {"ru", "en"};

#define AT(member) .offset = offsetof(struct invitation_input, member)
static const struct field create_fields[] = {
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name), .required = true, .bytes_max = 400},
    {.name = "email", .kind = FIELD_EMAIL, AT(email), .required = true, .bytes_max = 254},
    {.name = "phone", .kind = FIELD_PHONE, AT(phone), .bytes_max = 16},
    {.name = "roles",
     .kind = FIELD_TEXTS,
     AT(roles),
     .is_name = true,
     .bytes_max = 64,
     .items_max = 32},
    {.name = "locale",
     .kind = FIELD_CHOICE,
     AT(locale),
     .bytes_max = 8,
     .choices = locales,
     .choice_count = COUNT_OF(locales)},
};

static const struct field look_fields[] = {
    {.name = "invitation",
     .kind = FIELD_TEXT,
     AT(invitation),
     .required = true,
     .bytes_max = SECRET_BYTES_MAX,
     .meaning = "What stands behind the # of the link"},
};

static const struct field accept_fields[] = {
    {.name = "invitation",
     .kind = FIELD_TEXT,
     AT(invitation),
     .required = true,
     .bytes_max = SECRET_BYTES_MAX},
    {.name = "password",
     .kind = FIELD_TEXT,
     AT(password),
     .required = true,
     .bytes_max = PASSWORD_BYTES_MAX},
};
#undef AT

const struct shape invitation_create_takes = {
    .name = "CreateInvitation",
    .fields = create_fields,
    .field_count = COUNT_OF(create_fields),
    .bytes = sizeof(struct invitation_input),
};
const struct shape invitation_look_takes = {
    .name = "LookAtInvitation",
    .fields = look_fields,
    .field_count = COUNT_OF(look_fields),
    .bytes = sizeof(struct invitation_input),
};
const struct shape invitation_accept_takes = {
    .name = "AcceptInvitation",
    .fields = accept_fields,
    .field_count = COUNT_OF(accept_fields),
    .bytes = sizeof(struct invitation_input),
};

struct created {
    struct id id;
    struct text activation_link;
    int64_t expires_at;
};

static const struct field created_fields[] = {
    {.name = "id",
     .kind = FIELD_ID,
     .offset = offsetof(struct created, id),
     .required = true,
     .meaning = "Of the person, who is in the directory a moment later"},
    {.name = "activation_link",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct created, activation_link),
     .required = true,
     .meaning = "A path of the web client; whoever has it may come in as this person"},
    {.name = "expires_at",
     .kind = FIELD_TIME,
     .offset = offsetof(struct created, expires_at),
     .required = true},
};
const struct shape invitation_created_shape = {
    .name = "InvitationCreated",
    .fields = created_fields,
    .field_count = COUNT_OF(created_fields),
    .bytes = sizeof(struct created),
};

static const struct field shown_fields[] = {
    {.name = "email", .kind = FIELD_TEXT, .offset = offsetof(struct person, email)},
    {.name = "full_name", .kind = FIELD_TEXT, .offset = offsetof(struct person, full_name)},
    {.name = "locale", .kind = FIELD_TEXT, .offset = offsetof(struct person, locale)},
};
const struct shape invitation_shown_shape = {
    .name = "InvitationShown",
    .fields = shown_fields,
    .field_count = COUNT_OF(shown_fields),
    .bytes = sizeof(struct person),
};

/* ---- somebody is asked in ---- */

static enum status name_of_host(struct call *call, struct text *name_out)
{
    struct person host;
    *name_out = TEXT("Kontora");
    if (id_is_none(call->caller.person)) {
        return STATUS_OK;
    }
    enum status status = person_find(call->store, call->arena, call->caller.person, &host);
    if (status == STATUS_OK) {
        *name_out = host.full_name.data ? host.full_name : host.email;
    }
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

static enum status invite(struct call *call, const struct person *person)
{
    struct text host;
    struct text secret = secret_new(call->arena, INVITATION_PREFIX);
    struct text link = text_format(call->arena, "/app/invitation#%.*s", TEXT_ARGS(secret));
    enum status status =
        invitation_insert(call->store, person->id, digest_hex(call->arena, secret), call->now_ms);
    if (status == STATUS_OK) {
        status = name_of_host(call, &host);
    }
    if (status == STATUS_OK) {
        status = notice_of_invitation(call, person, host, link);
    }
    int64_t lasts_ms = (int64_t)INVITATION_DAYS * 24 * 3600 * 1000;
    return status == STATUS_OK ? answer(call,
                                        &(struct created){
                                            .id = person->id,
                                            .activation_link = link,
                                            .expires_at = call->now_ms + lasts_ms,
                                        })
                               : status;
}

enum status invitation_create_handle(struct call *call)
{
    const struct invitation_input *input = call->input;
    struct person person;
    if (input->roles.count > 0 && !access_may(&call->caller, "users.roles")) {
        return refuse(call, &invitation_roles_forbidden);
    }
    enum status status = person_find_by_email(call->store, call->arena, input->email, &person);
    if (status == STATUS_OK) {
        return refuse_field(call, &invitation_user_exists, "email");
    }
    if (status != STATUS_ABSENT) {
        return status;
    }
    person = (struct person){
        .id = id_new(),
        .email = input->email,
        .full_name = input->full_name,
        .locale = input->locale.data ? input->locale : TEXT("ru"),
        .status = TEXT("active"),
        .roles = input->roles,
    };
    status = person_keep(call->store, call->arena, &person, call->now_ms);
    if (status == STATUS_OK) {
        status = person_make(call, &person, input->phone);
    }
    return status == STATUS_OK ? invite(call, &person) : status;
}

/* ---- and comes ---- */

static enum status find(struct call *call, struct person *person_out)
{
    const struct invitation_input *input = call->input;
    struct id person;
    if (!secret_is_whole(input->invitation, INVITATION_PREFIX)) {
        return STATUS_ABSENT;
    }
    enum status status =
        invitation_find(call->store, call->arena, digest_hex(call->arena, input->invitation),
                        call->now_ms, &person);
    return status == STATUS_OK ? person_find(call->store, call->arena, person, person_out) : status;
}

enum status invitation_look_handle(struct call *call)
{
    struct person person;
    enum status status = find(call, &person);
    if (status == STATUS_ABSENT) {
        return refuse(call, &invitation_not_found);
    }
    return status == STATUS_OK ? answer(call, &person) : status;
}

bool invitation_is_slow(const struct call *call)
{
    (void)call;
    return true;
}

enum status invitation_gather(struct call *call)
{
    const struct invitation_input *input = call->input;
    struct person person;
    enum status status = find(call, &person);
    if (status == STATUS_ABSENT) {
        return refuse(call, &invitation_not_found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct text own[] = {person.email, person.full_name};
    const char *complaint =
        password_complaint(call->arena, input->password, (struct texts){own, COUNT_OF(own)});
    if (complaint != NULL) {
        return password_refuse(call, complaint);
    }
    struct text *hash = ARENA_NEW(call->arena, struct text);
    call->gathered = hash;
    return password_hash(call->arena, input->password, hash);
}

enum status invitation_accept_handle(struct call *call)
{
    const struct invitation_input *input = call->input;
    const struct text *hash = call->gathered;
    struct client client = client_of(call);
    struct person person;
    bool is_used = false;
    enum status status = find(call, &person);
    if (status == STATUS_OK) {
        status = invitation_use(call->store, digest_hex(call->arena, input->invitation),
                                call->now_ms, &is_used);
    }
    if (status == STATUS_ABSENT || (status == STATUS_OK && !is_used)) {
        return refuse(call, &invitation_not_found);
    }
    if (status == STATUS_OK && person_is_blocked(&person)) {
        return refuse(call, &login_blocked);
    }
    if (status == STATUS_OK) {
        status = password_keep(call->store, person.id, *hash, call->now_ms);
    }
    return status == STATUS_OK ? enter(call, &person, &client, TEXT("invitation")) : status;
}
