/* user_store.c - the SQL of people, one at a time. Lists are in user_list_store.c. */
#include "services/users/user_store.h"

#include "store/json_texts.h"

#define COLUMNS                                                                                    \
    "id, external_id, email, full_name, type, roles, status, activated, spec, phone, "             \
    "telegram_id, contacts, requisite, locale, revision, created_at, changed_at, blocked_at, "     \
    "block_reason, last_login_at"

/* In a file people stand at the numbers of their ids; the id says whether it is really him. */
#define PERSON_IN_FILE "number = id_number($1) AND id = $1"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM users.person WHERE id = $1",
    .sql_in_file = "SELECT " COLUMNS " FROM users.person WHERE " PERSON_IN_FILE,
    .gives = &user_shape,
};

static const struct statement find_by_email = {
    .sql = "SELECT " COLUMNS " FROM users.person WHERE email_key = $1",
    .gives = &user_shape,
};

static const struct statement find_by_external_id = {
    .sql = "SELECT " COLUMNS " FROM users.person WHERE external_id = $1",
    .gives = &user_shape,
};

static const struct statement find_by_telegram_id = {
    .sql = "SELECT " COLUMNS " FROM users.person WHERE telegram_id = $1",
    .gives = &user_shape,
};

/* Whoever stands where this id would. */
static const struct statement find_in_place = {
    .sql = "SELECT " COLUMNS " FROM users.person WHERE id = $1",
    .sql_in_file = "SELECT " COLUMNS " FROM users.person WHERE number = id_number($1)",
    .gives = &user_shape,
};

#define INSERTED                                                                                   \
    "id, external_id, email, email_key, full_name, name_key, type, roles, status, activated,"      \
    " spec, phone, telegram_id, contacts, requisite, locale, revision, created_at, changed_at"
#define INSERTED_VALUES                                                                            \
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19"

/* One statement tries and tells: on conflict nothing is inserted and nothing has to be undone. */
static const struct statement insert = {
    .sql = "INSERT INTO users.person (" INSERTED ") VALUES (" INSERTED_VALUES
           ") ON CONFLICT DO NOTHING",
    .sql_in_file = "INSERT INTO users.person (" INSERTED ", number) VALUES (" INSERTED_VALUES
                   ", id_number($1)) ON CONFLICT DO NOTHING",
};

#define UPDATE                                                                                     \
    "UPDATE users.person SET email = $3, email_key = $4, full_name = $5, name_key = $6,"           \
    " type = $7, roles = $8, status = $9, activated = $10, spec = $11, phone = $12,"               \
    " telegram_id = $13, contacts = $14, requisite = $15, locale = $16, revision = $17,"           \
    " changed_at = $18, blocked_at = $19, block_reason = $20"

static const struct statement update = {
    .sql = UPDATE " WHERE id = $1 AND revision = $2",
    .sql_in_file = UPDATE " WHERE " PERSON_IN_FILE " AND revision = $2",
};

#define SAW_LOGIN  "UPDATE users.person SET last_login_at = $2 WHERE "
#define IS_EARLIER " AND (last_login_at IS NULL OR last_login_at < $2)"

static const struct statement saw_login = {
    .sql = SAW_LOGIN "id = $1" IS_EARLIER,
    .sql_in_file = SAW_LOGIN PERSON_IN_FILE IS_EARLIER,
};

static const struct statement insert_role = {
    .sql = "INSERT INTO users.person_role (role, person_id) VALUES ($1, $2)"
           " ON CONFLICT DO NOTHING",
    .goes_along = true,
};

static const struct statement delete_role = {
    .sql = "DELETE FROM users.person_role WHERE role = $1 AND person_id = $2",
    .goes_along = true,
};

static const struct statement delete_user = {
    .sql = "DELETE FROM users.person WHERE id = $1 AND revision = $2",
    .sql_in_file = "DELETE FROM users.person WHERE " PERSON_IN_FILE " AND revision = $2",
};

enum status user_find(struct store *store, struct arena *arena, struct id id, struct user *user_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), user_out);
}

enum status user_find_by_email(struct store *store, struct arena *arena, struct text email,
                               struct user *user_out)
{
    return store_one(store, arena, &find_by_email, VALUES(value_text(user_email_key(arena, email))),
                     user_out);
}

enum status user_find_by_external_id(struct store *store, struct arena *arena,
                                     struct text external_id, struct user *user_out)
{
    return store_one(store, arena, &find_by_external_id, VALUES(value_text(external_id)), user_out);
}

enum status user_find_by_telegram_id(struct store *store, struct arena *arena,
                                     struct text telegram_id, struct user *user_out)
{
    return store_one(store, arena, &find_by_telegram_id, VALUES(value_text(telegram_id)), user_out);
}

static enum status run_for_each_role(struct store *store, const struct statement *statement,
                                     struct texts roles, struct id person)
{
    for (size_t i = 0; i < roles.count; i++) {
        enum status status = store_exec(store, statement,
                                        VALUES(value_text(roles.items[i]), value_id(person)), NULL);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

/* Nothing was inserted: was it for what he says of himself, or for his place? Two processes, one
 * after the other with the clock set back between them, might give ids of one number. */
static enum status why_not_inserted(struct store *store, struct arena *arena, struct id id)
{
    struct user other;
    enum status status = store_one(store, arena, &find_in_place, VALUES(value_id(id)), &other);
    if (status == STATUS_ABSENT) {
        return STATUS_EXISTS;
    }
    return status == STATUS_OK ? STATUS_CONFLICT : status;
}

enum status user_insert(struct store *store, struct arena *arena, const struct user *user)
{
    int64_t inserted = 0;
    enum status status = store_exec(
        store, &insert,
        VALUES(value_id(user->id), value_text(user->external_id), value_text(user->email),
               value_text(user_email_key(arena, user->email)), value_text(user->full_name),
               value_text(user_name_key(arena, user->full_name)), value_text(user->type),
               value_text(json_texts(arena, user->roles)), value_text(user->status),
               value_flag(user->activated), value_text(user->spec), value_text(user->phone),
               value_text(user->telegram_id), value_text(user->contacts),
               value_text(user->requisite), value_text(user->locale), value_integer(user->revision),
               value_time(user->created_at), value_time(user->changed_at)),
        &inserted);
    if (status != STATUS_OK) {
        return status;
    }
    if (inserted == 0) {
        return why_not_inserted(store, arena, user->id);
    }
    return run_for_each_role(store, &insert_role, user->roles, user->id);
}

/* The roles that are in `from` and not in `other`. */
static struct texts difference(struct arena *arena, struct texts from, struct texts other)
{
    struct text *items = ARENA_ARRAY(arena, struct text, from.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < from.count; i++) {
        bool found = false;
        for (size_t j = 0; j < other.count && !found; j++) {
            found = text_equals(from.items[i], other.items[j]);
        }
        if (!found) {
            items[count++] = from.items[i];
        }
    }
    return (struct texts){items, count};
}

static enum status replace_roles(struct store *store, struct arena *arena, struct texts before,
                                 const struct user *user)
{
    enum status status =
        run_for_each_role(store, &delete_role, difference(arena, before, user->roles), user->id);
    if (status == STATUS_OK) {
        status = run_for_each_role(store, &insert_role, difference(arena, user->roles, before),
                                   user->id);
    }
    return status;
}

enum status user_saw_login(struct store *store, struct id id, int64_t at)
{
    return store_exec(store, &saw_login, VALUES(value_id(id), value_time(at)), NULL);
}

enum status user_update(struct store *store, struct arena *arena, const struct user *user)
{
    struct user before;
    enum status status = user_find(store, arena, user->id, &before);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_CONFLICT : status;
    }
    int64_t updated = 0;
    status = store_exec(
        store, &update,
        VALUES(value_id(user->id), value_integer(user->revision - 1), value_text(user->email),
               value_text(user_email_key(arena, user->email)), value_text(user->full_name),
               value_text(user_name_key(arena, user->full_name)), value_text(user->type),
               value_text(json_texts(arena, user->roles)), value_text(user->status),
               value_flag(user->activated), value_text(user->spec), value_text(user->phone),
               value_text(user->telegram_id), value_text(user->contacts),
               value_text(user->requisite), value_text(user->locale), value_integer(user->revision),
               value_time(user->changed_at), value_time(user->blocked_at),
               value_text(user->block_reason)),
        &updated);
    if (status != STATUS_OK) {
        return status;
    }
    return updated == 0 ? STATUS_CONFLICT : replace_roles(store, arena, before.roles, user);
}

enum status user_delete(struct store *store, const struct user *user)
{
    int64_t deleted = 0;
    enum status status = store_exec(
        store, &delete_user, VALUES(value_id(user->id), value_integer(user->revision)), &deleted);
    if (status == STATUS_OK && deleted == 0) {
        return STATUS_CONFLICT;
    }
    return status == STATUS_OK ? run_for_each_role(store, &delete_role, user->roles, user->id)
                               : status;
}
