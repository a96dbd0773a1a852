/* user_commands.c - what sign-in tells the directory to do: it may have met a person first.
 *
 * Both may come twice, and after changes by others: there shall be such a person, with at least
 * these roles; he shall be called so.
 */
#include "services/users/user_events.h"
#include "services/users/user_operations.h"
#include "services/users/user_store.h"

struct user_order {
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

#define AT(member) .offset = offsetof(struct user_order, member)
static const struct field make_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "email", .kind = FIELD_EMAIL, AT(email), .required = true, .bytes_max = 254},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name), .bytes_max = 400},
    {.name = "type",
     .kind = FIELD_TEXT,
     AT(type),
     .required = true,
     .is_name = true,
     .bytes_max = 32},
    {.name = "roles",
     .kind = FIELD_TEXTS,
     AT(roles),
     .is_role = true,
     .bytes_max = 64,
     .items_max = 32},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale), .bytes_max = 8},
    {.name = "phone", .kind = FIELD_PHONE, AT(phone), .bytes_max = 16},
};

static const struct field change_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name), .bytes_max = 400},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale), .bytes_max = 8},
    {.name = "telegram_id",
     .kind = FIELD_TEXT,
     AT(telegram_id),
     .may_be_empty = true,
     .bytes_max = 64,
     .meaning = "Empty: unlinked"},
};

static const struct field login_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "occurred_at", .kind = FIELD_TIME, AT(occurred_at), .required = true},
};

static const struct field made_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
};
#undef AT

static const struct shape make_takes = {
    .name = "MakePerson",
    .fields = make_fields,
    .field_count = COUNT_OF(make_fields),
    .bytes = sizeof(struct user_order),
};
static const struct shape change_takes = {
    .name = "ChangePerson",
    .fields = change_fields,
    .field_count = COUNT_OF(change_fields),
    .bytes = sizeof(struct user_order),
};
static const struct shape login_takes = {
    .name = "PersonSignedIn",
    .fields = login_fields,
    .field_count = COUNT_OF(login_fields),
    .bytes = sizeof(struct user_order),
};
static const struct shape made_gives = {
    .name = "PersonMade",
    .fields = made_fields,
    .field_count = COUNT_OF(made_fields),
    .bytes = sizeof(struct user_order),
};

static const struct shape id_takes = {
    .name = "PersonOrdered",
    .fields = made_fields,
    .field_count = COUNT_OF(made_fields),
    .bytes = sizeof(struct user_order),
};

static const struct field requisite_fields[] = {
    {.name = "requisite",
     .kind = FIELD_OBJECT,
     .offset = offsetof(struct user, requisite),
     .bytes_max = 4096},
};
static const struct shape requisite_gives = {
    .name = "PersonRequisite",
    .fields = requisite_fields,
    .field_count = COUNT_OF(requisite_fields),
    .bytes = sizeof(struct user),
};

struct id user_of_order(const void *order)
{
    return ((const struct user_order *)order)->person_id;
}

static bool has_role(struct texts roles, struct text role)
{
    bool has = false;
    for (size_t i = 0; i < roles.count; i++) {
        has = has || text_equals(roles.items[i], role);
    }
    return has;
}

static struct texts both(struct arena *arena, struct texts roles, struct texts more)
{
    struct text *items = ARENA_ARRAY(arena, struct text, roles.count + more.count + 1);
    struct texts sum = {items, 0};
    for (size_t i = 0; i < roles.count; i++) {
        items[sum.count++] = roles.items[i];
    }
    for (size_t i = 0; i < more.count; i++) {
        if (!has_role(sum, more.items[i])) {
            items[sum.count++] = more.items[i];
        }
    }
    return sum;
}

static enum status change(struct call *call, const struct user *before, struct user *user)
{
    user->revision++;
    user->changed_at = call->now_ms;
    enum status status = user_update(call->store, call->arena, user);
    return status == STATUS_OK ? user_tell_changed(call, before, user) : status;
}

static enum status give_roles(struct call *call, const struct user *before)
{
    const struct user_order *order = call->input;
    struct user user = *before;
    user.roles = both(call->arena, before->roles, order->roles);
    return user.roles.count == before->roles.count ? STATUS_OK : change(call, before, &user);
}

static enum status insert(struct call *call)
{
    const struct user_order *order = call->input;
    struct user user = user_new(
        &(struct user_input){
            .email = order->email,
            .full_name = order->full_name,
            .type = order->type,
            .roles = order->roles,
            .phone = order->phone,
            .locale = order->locale,
        },
        order->person_id, call->now_ms);
    enum status status = user_insert(call->store, call->arena, &user);
    return status == STATUS_OK ? user_tell_created(call, &user) : status;
}

static enum status make_handle(struct call *call)
{
    const struct user_order *order = call->input;
    struct user user = {.id = order->person_id};
    enum status status = user_find(call->store, call->arena, order->person_id, &user);
    if (status == STATUS_ABSENT) {
        status = user_find_by_email(call->store, call->arena, order->email, &user);
    }
    if (status == STATUS_OK) {
        status = give_roles(call, &user);
    } else if (status == STATUS_ABSENT) {
        user.id = order->person_id;
        status = insert(call);
    }
    if (status == STATUS_EXISTS) {
        return STATUS_CONFLICT; /* another process was faster: look again */
    }
    return status == STATUS_OK ? answer(call, &(struct user_order){.person_id = user.id}) : status;
}

static enum status change_handle(struct call *call)
{
    const struct user_order *order = call->input;
    struct user before;
    enum status status = user_find(call->store, call->arena, order->person_id, &before);
    if (status == STATUS_ABSENT) {
        return refuse(call, &user_not_found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct user user = before;
    user.full_name = order->full_name.data ? order->full_name : user.full_name;
    user.locale = order->locale.data ? order->locale : user.locale;
    if (order->telegram_id.data != NULL) {
        user.telegram_id = order->telegram_id.bytes > 0 ? order->telegram_id : NO_TEXT;
    }
    status = change(call, &before, &user);
    if (status == STATUS_EXISTS) {
        return refuse(call, &user_telegram_id_taken);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

static enum status login_handle(struct call *call)
{
    const struct user_order *order = call->input;
    enum status status = user_saw_login(call->store, order->person_id, order->occurred_at);
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* What he needs is there: work may be given to him. Told again it is so already. */
static enum status activate_handle(struct call *call)
{
    const struct user_order *order = call->input;
    struct user before;
    enum status status = user_find(call->store, call->arena, order->person_id, &before);
    if (status == STATUS_ABSENT) {
        return refuse(call, &user_not_found);
    }
    struct user user = before;
    user.activated = true;
    if (status == STATUS_OK && !before.activated) {
        status = change(call, &before, &user);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* Where to pay a person stands in no event: it is told to who has to pay him. */
static enum status requisite_handle(struct call *call)
{
    const struct user_order *order = call->input;
    struct user user;
    enum status status = user_find(call->store, call->arena, order->person_id, &user);
    if (status == STATUS_ABSENT) {
        return refuse(call, &user_not_found);
    }
    return status == STATUS_OK ? answer(call, &user) : status;
}

static const struct refusal *const find_refusals[] = {&user_not_found};
static const struct refusal *const change_refusals[] = {&user_not_found, &user_telegram_id_taken};

const struct command user_commands[USER_COMMAND_COUNT] = {
    {.name = "users.make_person",
     .summary = "There shall be such a person, with at least these roles",
     .takes = &make_takes,
     .gives = &made_gives,
     .handle = make_handle},
    {.name = "users.change_person",
     .summary = "What a person has changed of himself",
     .takes = &change_takes,
     .handle = change_handle,
     .refusals = change_refusals,
     .refusal_count = COUNT_OF(change_refusals)},
    {.name = "users.note_login",
     .summary = "A person has signed in",
     .takes = &login_takes,
     .handle = login_handle},
    {.name = "users.activate_person",
     .summary = "What the person needs is there: work may be given to him",
     .takes = &id_takes,
     .handle = activate_handle,
     .refusals = find_refusals,
     .refusal_count = COUNT_OF(find_refusals)},
    {.name = "users.tell_requisite",
     .summary = "Where a person is paid",
     .takes = &id_takes,
     .gives = &requisite_gives,
     .handle = requisite_handle,
     .refusals = find_refusals,
     .refusal_count = COUNT_OF(find_refusals)},
    {.name = "users.forget_person",
     .summary = "Somebody who was made up goes for good",
     .takes = &id_takes,
     .handle = user_forget_order_handle},
};
