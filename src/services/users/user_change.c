/* user_change.c - somebody changes what is known of a person.
 *
 * Only what was given changes; null takes a value away, roles are replaced as a whole, an empty
 * telegram_id unlinks. With If-Match the change is refused when somebody else was there before. A
 * change that changes nothing keeps the revision.
 */
#include "runtime/access.h"
#include "services/users/user_events.h"
#include "services/users/user_operations.h"
#include "services/users/user_store.h"

static void apply_given(const struct call *call, struct user *user)
{
    const struct user_input *input = call->input;
    const struct {
        const char *field;
        struct text *to;
        struct text from;
    } texts[] = {
        {"email", &user->email, input->email},
        {"full_name", &user->full_name, input->full_name},
        {"type", &user->type, input->type},
        {"spec", &user->spec, input->spec},
        {"phone", &user->phone, input->phone},
        {"contacts", &user->contacts, input->contacts},
        {"requisite", &user->requisite, input->requisite},
        {"locale", &user->locale, input->locale},
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (input_has(call, texts[i].field)) {
            *texts[i].to = texts[i].from;
        }
    }
    if (input_has(call, "telegram_id")) {
        user->telegram_id = input->telegram_id.bytes > 0 ? input->telegram_id : NO_TEXT;
    }
    if (input_has(call, "roles")) {
        user->roles = input->roles;
    }
    if (input_has(call, "activated")) {
        user->activated = input->activated;
    }
    if (input_has(call, "status")) {
        if (text_equals(input->status, user_blocked)) {
            user_block(user, NO_TEXT, call->now_ms);
        } else {
            user_unblock(user, call->now_ms);
        }
    }
}

static bool same_text(struct text left, struct text right)
{
    return (left.data == NULL) == (right.data == NULL) && text_equals(left, right);
}

static bool same_roles(struct texts left, struct texts right)
{
    bool same = left.count == right.count;
    for (size_t i = 0; same && i < left.count; i++) {
        same = text_equals(left.items[i], right.items[i]);
    }
    return same;
}

static bool is_same(const struct user *left, const struct user *right)
{
    return same_text(left->email, right->email) && same_text(left->full_name, right->full_name) &&
           same_text(left->type, right->type) && same_text(left->spec, right->spec) &&
           same_text(left->phone, right->phone) && same_text(left->contacts, right->contacts) &&
           same_text(left->requisite, right->requisite) && same_text(left->locale, right->locale) &&
           same_text(left->telegram_id, right->telegram_id) &&
           same_text(left->status, right->status) && same_roles(left->roles, right->roles) &&
           left->activated == right->activated;
}

/* Asked before the write, because after a failed one the store answers nothing more. OK when both
 * are free, or belong to this person. */
static enum status check_free(struct call *call, const struct user *user)
{
    struct user other;
    enum status status = STATUS_ABSENT;
    if (input_has(call, "email")) {
        status = user_find_by_email(call->store, call->arena, user->email, &other);
        if (status == STATUS_OK && !id_equals(other.id, user->id)) {
            return refuse_field(call, &user_exists, "email");
        }
    }
    if ((status == STATUS_OK || status == STATUS_ABSENT) && user->telegram_id.data != NULL &&
        input_has(call, "telegram_id")) {
        status = user_find_by_telegram_id(call->store, call->arena, user->telegram_id, &other);
        if (status == STATUS_OK && !id_equals(other.id, user->id)) {
            return refuse_field(call, &user_telegram_id_taken, "telegram_id");
        }
    }
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status user_change_handle(struct call *call)
{
    const struct user_input *input = call->input;
    struct user before;
    enum status status = user_find(call->store, call->arena, input->user_id, &before);
    if (status == STATUS_ABSENT) {
        return refuse(call, &user_not_found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (call->expected_revision != FIELD_NONE && call->expected_revision != before.revision) {
        return refuse(call, &user_revision_changed);
    }
    struct user user = before;
    apply_given(call, &user);
    if (!same_roles(user.roles, before.roles) && !access_may(&call->caller, "users.roles")) {
        return refuse_field(call, &user_roles_forbidden, "roles");
    }
    if (is_same(&user, &before)) {
        return answer(call, &before);
    }
    user.revision++;
    user.changed_at = call->now_ms;
    status = check_free(call, &user);
    if (status == STATUS_OK) {
        status = user_update(call->store, call->arena, &user);
    }
    if (status == STATUS_EXISTS) {
        return STATUS_CONFLICT; /* another process took it in between: look again */
    }
    if (status == STATUS_OK) {
        status = user_tell_changed(call, &before, &user);
    }
    return status == STATUS_OK ? answer(call, &user) : status;
}
