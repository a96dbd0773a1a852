/* rule_store.c - the SQL of rules, and of who has which role. */
#include "services/notifications/rules/rule_store.h"

#include "services/notifications/templates/template.h"
#include "store/json_texts.h"

#define COLUMNS                                                                                    \
    "id, name, event, template, channels, to_path, to_role, to_person, status, origin, revision, " \
    "created_at, changed_at"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM notifications.rule WHERE id = $1",
    .gives = &rule_shape,
};

static const struct statement find_by_name = {
    .sql = "SELECT " COLUMNS " FROM notifications.rule WHERE name = $1",
    .gives = &rule_shape,
};

static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM notifications.rule ORDER BY name LIMIT 500",
    .gives = &rule_shape,
    .rows_max = RULES_MAX,
};

static const struct statement list_of_event = {
    .sql = "SELECT " COLUMNS " FROM notifications.rule WHERE event = $1 AND status = 'active'"
           " ORDER BY name LIMIT 50",
    .gives = &rule_shape,
    .rows_max = RULES_OF_EVENT_MAX,
};

static const struct statement insert = {
    .sql = "INSERT INTO notifications.rule (" COLUMNS ")"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
           " ON CONFLICT DO NOTHING",
};

static const struct statement update = {
    .sql = "UPDATE notifications.rule SET event = $3, template = $4, channels = $5, to_path = $6,"
           " to_role = $7, to_person = $8, status = $9, revision = $2 + 1, changed_at = $10"
           " WHERE id = $1 AND revision = $2",
};

static const struct statement delete_one = {
    .sql = "DELETE FROM notifications.rule WHERE id = $1",
};

enum status rule_find(struct store *store, struct arena *arena, struct id id, struct rule *rule_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), rule_out);
}

enum status rule_list(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list, NO_VALUES, rows_out);
}

/* A row of its name, for whatever event, takes the place of a shipped one. */
static enum status add_shipped(struct store *store, struct arena *arena, const struct rule *shipped,
                               struct rows *rows)
{
    struct rule instead;
    struct rule *items = ARENA_ARRAY(arena, struct rule, rows->count + 1);
    enum status status =
        store_one(store, arena, &find_by_name, VALUES(value_text(shipped->name)), &instead);
    if (status != STATUS_ABSENT) {
        return status;
    }
    for (size_t i = 0; i < rows->count; i++) {
        items[i] = ((const struct rule *)rows->items)[i];
    }
    items[rows->count] = *shipped;
    rows->items = items;
    rows->count++;
    return STATUS_OK;
}

enum status rule_list_of_event(struct store *store, struct arena *arena, struct text event,
                               struct rows *rows_out)
{
    enum status status =
        store_query(store, arena, &list_of_event, VALUES(value_text(event)), rows_out);
    for (size_t i = 0; status == STATUS_OK && i < rules_shipped_count; i++) {
        if (text_equals(rules_shipped[i].event, event)) {
            status = add_shipped(store, arena, &rules_shipped[i], rows_out);
        }
    }
    return status;
}

enum status rule_insert(struct store *store, struct arena *arena, const struct rule *rule)
{
    int64_t inserted = 0;
    enum status status = store_exec(
        store, &insert,
        VALUES(value_id(rule->id), value_text(rule->name), value_text(rule->event),
               value_text(rule->template), value_text(json_texts(arena, rule->channels)),
               value_text(rule->to_path), value_text(rule->to_role), value_id(rule->to_person),
               value_text(rule->status), value_text(rule->origin), value_integer(rule->revision),
               value_time(rule->created_at), value_time(rule->changed_at)),
        &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

enum status rule_update(struct store *store, struct arena *arena, const struct rule *rule)
{
    int64_t updated = 0;
    enum status status = store_exec(
        store, &update,
        VALUES(value_id(rule->id), value_integer(rule->revision - 1), value_text(rule->event),
               value_text(rule->template), value_text(json_texts(arena, rule->channels)),
               value_text(rule->to_path), value_text(rule->to_role), value_id(rule->to_person),
               value_text(rule->status), value_time(rule->changed_at)),
        &updated);
    return status == STATUS_OK && updated == 0 ? STATUS_CONFLICT : status;
}

enum status rule_delete(struct store *store, struct id id)
{
    int64_t deleted = 0;
    enum status status = store_exec(store, &delete_one, VALUES(value_id(id)), &deleted);
    return status == STATUS_OK && deleted == 0 ? STATUS_ABSENT : status;
}

/* ---- roles ---- */

static const struct field holder_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct role_holder, id)},
};
static const struct shape holder_shape = {
    .name = "RoleHolder",
    .fields = holder_fields,
    .field_count = COUNT_OF(holder_fields),
    .bytes = sizeof(struct role_holder),
};

static const struct statement forget_roles = {
    .sql = "DELETE FROM notifications.role_holder WHERE person_id = $1",
};

static const struct statement add_role = {
    .sql = "INSERT INTO notifications.role_holder (role, person_id) VALUES ($1, $2)"
           " ON CONFLICT DO NOTHING",
};

static const struct statement holders = {
    .sql = "SELECT person_id FROM notifications.role_holder"
           " JOIN notifications.recipient ON recipient.id = role_holder.person_id"
           " WHERE role = $1 AND status = 'active' ORDER BY person_id LIMIT 501",
    .gives = &holder_shape,
    .rows_max = RULE_PEOPLE_MAX + 1,
};

enum status role_keep(struct store *store, struct id person, struct texts roles)
{
    int64_t changed = 0;
    enum status status = store_exec(store, &forget_roles, VALUES(value_id(person)), &changed);
    for (size_t i = 0; status == STATUS_OK && i < roles.count; i++) {
        status = store_exec(store, &add_role, VALUES(value_text(roles.items[i]), value_id(person)),
                            &changed);
    }
    return status;
}

enum status role_holders(struct store *store, struct arena *arena, struct text role,
                         struct rows *rows_out)
{
    return store_query(store, arena, &holders, VALUES(value_text(role)), rows_out);
}
