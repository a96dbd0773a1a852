/* role_operations.c - roles are listed, made, changed and taken away.
 *
 * By whom has the permission iam.roles, who can so give himself any other. The owner's permissions
 * are built in; as whom he comes in may be changed.
 */
#include "services/iam/roles/role.h"

#include "runtime/spokesman.h"
#include "services/iam/iam_events.h"

static bool is_good(const struct role *role)
{
    bool good = true;
    for (size_t i = 0; i < role->permissions.count; i++) {
        good = good && spokesman_is_permission(role->permissions.items[i]);
    }
    for (size_t i = 0; i < role->participants.count; i++) {
        good = good && spokesman_is_role(role->participants.items[i]);
    }
    return good;
}

enum status role_list_handle(struct call *call)
{
    struct rows rows;
    enum status status = role_list(call->store, call->arena, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    return answer_list(
        call, &(struct list){.items = rows.items, .count = rows.count, .total = FIELD_NONE});
}

enum status role_get_handle(struct call *call)
{
    const struct role *input = call->input;
    struct role role;
    enum status status = role_find(call->store, call->arena, input->name, &role);
    if (status == STATUS_ABSENT) {
        return refuse(call, &role_not_found);
    }
    return status == STATUS_OK ? answer(call, &role) : status;
}

enum status role_create_handle(struct call *call)
{
    struct role role = *(const struct role *)call->input;
    role.revision = 1;
    role.changed_at = call->now_ms;
    if (!is_good(&role)) {
        return refuse(call, &role_bad_name);
    }
    enum status status = role_insert(call->store, call->arena, &role);
    if (status == STATUS_EXISTS) {
        return refuse_field(call, &role_exists, "name");
    }
    if (status == STATUS_OK) {
        status = iam_tell_role_changed(call, role.name);
    }
    return status == STATUS_OK ? answer(call, &role) : status;
}

static void apply_given(const struct call *call, struct role *role)
{
    const struct role *input = call->input;
    if (input_has(call, "meaning")) {
        role->meaning = input->meaning;
    }
    if (input_has(call, "permissions")) {
        role->permissions = input->permissions;
    }
    if (input_has(call, "participants")) {
        role->participants = input->participants;
    }
}

enum status role_change_handle(struct call *call)
{
    const struct role *input = call->input;
    struct role role;
    enum status status = role_find(call->store, call->arena, input->name, &role);
    if (status == STATUS_ABSENT) {
        return refuse(call, &role_not_found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (call->expected_revision != FIELD_NONE && call->expected_revision != role.revision) {
        return refuse(call, &role_revision_changed);
    }
    if (text_equals(role.name, role_owner) && input_has(call, "permissions")) {
        return refuse_field(call, &role_is_built_in, "permissions");
    }
    apply_given(call, &role);
    if (!is_good(&role)) {
        return refuse(call, &role_bad_name);
    }
    role.revision++;
    role.changed_at = call->now_ms;
    status = role_update(call->store, call->arena, &role);
    if (status == STATUS_OK) {
        status = iam_tell_role_changed(call, role.name);
    }
    return status == STATUS_OK ? answer(call, &role) : status;
}

enum status role_delete_handle(struct call *call)
{
    const struct role *input = call->input;
    if (text_equals(input->name, role_owner)) {
        return refuse(call, &role_is_built_in);
    }
    enum status status = role_delete(call->store, input->name);
    if (status == STATUS_ABSENT) {
        return refuse(call, &role_not_found);
    }
    if (status == STATUS_OK) {
        status = iam_tell_role_changed(call, input->name);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}
