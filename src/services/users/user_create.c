/* user_create.c - somebody adds a person to the directory.
 *
 * Repeating it is safe in two ways: with an Idempotency-Key, as everywhere, and with an
 * external_id, for as long as the person is there: the same key for the same address and type
 * answers 200 with the person as he is now. Refused: user_exists, external_id_taken,
 * telegram_id_taken, roles_forbidden.
 */
#include "runtime/access.h"
#include "services/users/user_events.h"
#include "services/users/user_operations.h"
#include "services/users/user_store.h"

static enum status answer_repeated(struct call *call, const struct user_input *input,
                                   const struct user *user)
{
    if (!user_is_same_creation(call->arena, user, input)) {
        return refuse_field(call, &user_external_id_taken, "external_id");
    }
    return answer_other(call, user);
}

/* Which of the unique fields was it? */
static enum status explain_taken(struct call *call, const struct user_input *input)
{
    struct user other;
    enum status status = STATUS_ABSENT;
    if (input->external_id.data != NULL) {
        status = user_find_by_external_id(call->store, call->arena, input->external_id, &other);
        if (status == STATUS_OK) {
            return answer_repeated(call, input, &other);
        }
    }
    if (status == STATUS_ABSENT) {
        status = user_find_by_email(call->store, call->arena, input->email, &other);
    }
    if (status == STATUS_ABSENT) {
        return refuse_field(call, &user_telegram_id_taken, "telegram_id");
    }
    return status == STATUS_OK ? refuse_field(call, &user_exists, "email") : status;
}

enum status user_create_handle(struct call *call)
{
    const struct user_input *input = call->input;
    if (input->roles.count > 0 && !access_may(&call->caller, "users.roles")) {
        return refuse_field(call, &user_roles_forbidden, "roles");
    }
    struct user user = user_new(input, id_new(), call->now_ms);
    enum status status = user_insert(call->store, call->arena, &user);
    if (status == STATUS_EXISTS) {
        return explain_taken(call, input);
    }
    if (status == STATUS_OK) {
        status = user_tell_created(call, &user);
    }
    return status == STATUS_OK ? answer(call, &user) : status;
}
