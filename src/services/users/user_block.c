/* user_block.c - a person may no longer come in, or may again.
 *
 * Nothing is removed: DELETE blocks too. Doing it twice is fine and changes nothing the second
 * time.
 */
#include "services/users/user_events.h"
#include "services/users/user_operations.h"
#include "services/users/user_store.h"

/* Reads, checks the revision, lets `turn` decide, writes. */
static enum status turn_status(struct call *call, bool blocks)
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
    struct user before = user;
    bool changed =
        blocks ? user_block(&user, input->reason, call->now_ms) : user_unblock(&user, call->now_ms);
    if (changed) {
        user.revision++;
        status = user_update(call->store, call->arena, &user);
        if (status == STATUS_OK) {
            status = user_tell_changed(call, &before, &user);
        }
    }
    return status == STATUS_OK ? answer(call, &user) : status;
}

enum status user_block_handle(struct call *call)
{
    return turn_status(call, true);
}

enum status user_unblock_handle(struct call *call)
{
    return turn_status(call, false);
}
