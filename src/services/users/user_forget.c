/* user_forget.c - a person goes for good.
 *
 * His row and what he is found by go; users.forgotten has whoever keeps something of him drop it.
 * What he did stays under his id: cases, accounts and their entries, the audit. Only who is kept
 * out is forgotten by hand, so that it takes two steps; a service that has made somebody up takes
 * him back in one.
 */
#include "services/users/user_events.h"
#include "services/users/user_operations.h"
#include "services/users/user_store.h"

#include "base/fault.h"

static enum status forget(struct call *call, const struct user *user)
{
    enum status status = user_delete(call->store, user);
    FAULT_POINT("user_gone");
    status = status == STATUS_OK ? user_tell_forgotten(call, user) : status;
    return status == STATUS_OK ? answer_empty(call) : status;
}

enum status user_forget_handle(struct call *call)
{
    const struct user_input *input = call->input;
    struct user user;
    enum status status = user_find(call->store, call->arena, input->user_id, &user);
    if (status == STATUS_ABSENT) {
        return refuse(call, &user_not_found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (call->expected_revision != FIELD_NONE && call->expected_revision != user.revision) {
        return refuse(call, &user_revision_changed);
    }
    return user_is_blocked(&user) ? forget(call, &user) : refuse(call, &user_not_blocked);
}

/* Told again it is so already. */
enum status user_forget_order_handle(struct call *call)
{
    struct user user;
    enum status status = user_find(call->store, call->arena, user_of_order(call->input), &user);
    if (status == STATUS_ABSENT) {
        return answer_empty(call);
    }
    return status == STATUS_OK ? forget(call, &user) : status;
}
