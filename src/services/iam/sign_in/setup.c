/* setup.c - POST /api/setup: the first owner.
 *
 * Only while nobody is owner, and once: a row that only one can insert. From this machine itself it
 * needs nothing more; from elsewhere the setup code, which `kontora serve` prints at the first
 * start and `kontora setup` later. Refused: setup_is_done, setup_code_needed, weak_password.
 */
#include "services/iam/sign_in/setup.h"

#include "base/password.h"
#include "services/iam/iam.h"
#include "services/iam/roles/role.h"
#include "services/iam/sign_in/enter.h"
#include "services/iam/sign_in/login.h"
#include "services/iam/sign_in/password_store.h"

const struct refusal setup_is_done = {"setup_is_done", 409,
                                      "There is an owner already. Sign in, or ask the owner."};
const struct refusal setup_needs_code = {
    "setup_code_needed", 403,
    "From another machine the setup code is needed: `kontora setup` prints it."};

static const struct throttle_rule setup_rule = {
    .name = "setup", .free_tries = 10, .first_ms = 1000, .longest_ms = 60 * 1000};

struct setup_input {
    struct text full_name;
    struct text email;
    struct text password;
    struct text locale;
    struct text setup_code;
};

static const char *const locales[] = {"ru", "en"};

#define AT(member) .offset = offsetof(struct setup_input, member)
static const struct field setup_fields[] = {
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name), .required = true, .bytes_max = 400},
    {.name = "email", .kind = FIELD_EMAIL, AT(email), .required = true, .bytes_max = 254},
    {.name = "password",
     .kind = FIELD_TEXT,
     AT(password),
     .required = true,
     .bytes_max = PASSWORD_BYTES_MAX},
    {.name = "locale",
     .kind = FIELD_CHOICE,
     AT(locale),
     .bytes_max = 8,
     .choices = locales,
     .choice_count = COUNT_OF(locales)},
    {.name = "setup_code",
     .kind = FIELD_TEXT,
     AT(setup_code),
     .may_be_empty = true,
     .bytes_max = 32,
     .meaning = "From another machine: what `kontora setup` prints"},
};
#undef AT
const struct shape setup_takes = {
    .name = "Setup",
    .fields = setup_fields,
    .field_count = COUNT_OF(setup_fields),
    .bytes = sizeof(struct setup_input),
};

struct setup_state {
    bool needed;
    bool code_needed;
};

static const struct field state_fields[] = {
    {.name = "needed",
     .kind = FIELD_FLAG,
     .offset = offsetof(struct setup_state, needed),
     .meaning = "Is there no owner yet?"},
    {.name = "code_needed",
     .kind = FIELD_FLAG,
     .offset = offsetof(struct setup_state, code_needed),
     .meaning = "Is the setup code needed from where you are?"},
};
const struct shape setup_state_shape = {
    .name = "SetupState",
    .fields = state_fields,
    .field_count = COUNT_OF(state_fields),
    .bytes = sizeof(struct setup_state),
};

static const char purpose[] = "iam setup";

static struct text code_of(struct arena *arena, const struct digest_key *key)
{
    struct text digest = digest_keyed(arena, key, TEXT("code"));
    return text_format(arena, "%.5s-%.5s", digest.data, digest.data + 5);
}

struct text iam_setup_code(struct arena *arena, const struct digest_key *installation)
{
    struct digest_key key = digest_key_for(installation, purpose);
    return code_of(arena, &key);
}

static enum status is_needed(struct call *call, bool *needed_out)
{
    bool is_taken = false;
    bool has_owner = false;
    enum status status = setup_is_taken(call->store, call->arena, &is_taken);
    if (status == STATUS_OK && !is_taken) {
        status = person_role_is_taken(call->store, call->arena, role_owner, &has_owner);
    }
    *needed_out = !is_taken && !has_owner;
    return status;
}

enum status setup_get_handle(struct call *call)
{
    struct setup_state state = {.code_needed = !client_is_here(call)};
    enum status status = is_needed(call, &state.needed);
    state.code_needed = state.code_needed && state.needed;
    return status == STATUS_OK ? answer(call, &state) : status;
}

bool setup_is_slow(const struct call *call)
{
    (void)call;
    return true;
}

/* The same in small letters, with its dash or without. */
static struct text plain_code(struct arena *arena, struct text code)
{
    struct text folded = text_fold(arena, code);
    char *plain = arena_take(arena, folded.bytes + 1);
    size_t bytes = 0;
    for (size_t i = 0; i < folded.bytes; i++) {
        if (folded.data[i] != '-' && folded.data[i] != ' ') {
            plain[bytes++] = folded.data[i];
        }
    }
    return (struct text){plain, bytes};
}

static bool has_code(struct call *call)
{
    const struct setup_input *input = call->input;
    struct digest_key key = call_key(call, purpose);
    struct text right = code_of(call->arena, &key);
    return client_is_here(call) || digest_equals(plain_code(call->arena, input->setup_code),
                                                 plain_code(call->arena, right));
}

static const char *complaint_of(struct call *call)
{
    const struct setup_input *input = call->input;
    struct text own[] = {input->email, input->full_name};
    return password_complaint(call->arena, input->password, (struct texts){own, COUNT_OF(own)});
}

enum status setup_gather(struct call *call)
{
    const struct setup_input *input = call->input;
    bool needed = false;
    enum status status = is_needed(call, &needed);
    if (status == STATUS_OK && !needed) {
        return refuse(call, &setup_is_done);
    }
    if (status != STATUS_OK || !has_code(call)) {
        return status; /* the handler counts a wrong code */
    }
    const char *complaint = complaint_of(call);
    if (complaint != NULL) {
        return password_refuse(call, complaint);
    }
    struct text *hash = ARENA_NEW(call->arena, struct text);
    call->gathered = hash;
    return password_hash(call->arena, input->password, hash);
}

static enum status check_code(struct call *call, bool *right_out)
{
    struct throttle throttle = throttle_of(call, &setup_rule, TEXT("everybody"));
    int64_t wait_ms = 0;
    *right_out = false;
    enum status status = throttle_look(call, &throttle, &wait_ms);
    if (status == STATUS_OK && wait_ms > 0 && !client_is_here(call)) {
        return answer_no(call, &login_too_often, throttle_seconds(wait_ms));
    }
    if (status == STATUS_OK && !has_code(call)) {
        status = throttle_count(call, &throttle);
        return status == STATUS_OK ? answer_no(call, &setup_needs_code, 0) : status;
    }
    *right_out = status == STATUS_OK;
    return status;
}

/* Somebody of this address may be known already: then he becomes the owner. */
static enum status make_owner(struct call *call, struct person *owner_out)
{
    const struct setup_input *input = call->input;
    struct person person;
    enum status status = person_find_by_email(call->store, call->arena, input->email, &person);
    if (status == STATUS_ABSENT) {
        person = (struct person){.id = id_new(), .status = TEXT("active"), .revision = 0};
        status = STATUS_OK;
    }
    if (status != STATUS_OK) {
        return status;
    }
    person.email = input->email;
    person.full_name = input->full_name;
    person.locale = input->locale.data ? input->locale : TEXT("ru");
    struct text *roles = ARENA_ARRAY(call->arena, struct text, person.roles.count + 1);
    for (size_t i = 0; i < person.roles.count; i++) {
        roles[i] = person.roles.items[i];
    }
    roles[person.roles.count] = role_owner;
    person.roles = (struct texts){roles, person.roles.count + 1};
    *owner_out = person;
    return person_keep(call->store, call->arena, &person, call->now_ms);
}

static enum status make_first(struct call *call, const struct text *hash)
{
    struct person owner;
    struct client client = client_of(call);
    enum status status = make_owner(call, &owner);
    if (status == STATUS_OK) {
        status = setup_take(call->store, owner.id, call->now_ms);
    }
    if (status == STATUS_EXISTS) {
        return refuse(call, &setup_is_done);
    }
    if (status == STATUS_OK) {
        status = password_keep(call->store, owner.id, *hash, call->now_ms);
    }
    if (status == STATUS_OK) {
        status = person_make(call, &owner, NO_TEXT);
    }
    return status == STATUS_OK ? enter(call, &owner, &client, TEXT("setup")) : status;
}

enum status setup_handle(struct call *call)
{
    bool needed = false;
    bool is_right = false;
    enum status status = is_needed(call, &needed);
    if (status == STATUS_OK && !needed) {
        return refuse(call, &setup_is_done);
    }
    if (status == STATUS_OK) {
        status = check_code(call, &is_right);
    }
    if (status != STATUS_OK || !is_right) {
        return status;
    }
    MUST(call->gathered != NULL);
    return make_first(call, call->gathered);
}
