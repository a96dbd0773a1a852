/* person_store.c - the SQL of people as sign-in knows them. */
#include "services/iam/people/person.h"

#include "store/json_texts.h"

#define AT(member) .offset = offsetof(struct person, member)
static const struct field person_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "email", .kind = FIELD_TEXT, AT(email)},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name)},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale)},
    {.name = "status", .kind = FIELD_TEXT, AT(status)},
    {.name = "roles", .kind = FIELD_TEXTS, AT(roles)},
    {.name = "telegram_id", .kind = FIELD_TEXT, AT(telegram_id)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
};
#undef AT
static const struct shape person_shape = {
    .name = "KnownPerson",
    .fields = person_fields,
    .field_count = COUNT_OF(person_fields),
    .bytes = sizeof(struct person),
};

#define COLUMNS "id, email, full_name, locale, status, roles, telegram_id, revision"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM iam.person WHERE id = $1",
    .gives = &person_shape,
};

static const struct statement find_by_email = {
    .sql = "SELECT " COLUMNS " FROM iam.person WHERE email_key = $1"
           " ORDER BY heard_at DESC, id DESC LIMIT 1",
    .gives = &person_shape,
};

static const struct statement find_by_telegram = {
    .sql = "SELECT " COLUMNS " FROM iam.person WHERE telegram_id = $1"
           " ORDER BY heard_at DESC, id DESC LIMIT 1",
    .gives = &person_shape,
};

static const struct statement keep = {
    .sql = "INSERT INTO iam.person AS known (id, email, email_key, full_name, locale, status,"
           " roles, telegram_id, revision, heard_at)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
           " ON CONFLICT (id) DO UPDATE SET email = excluded.email,"
           " email_key = excluded.email_key, full_name = excluded.full_name,"
           " locale = excluded.locale, status = excluded.status, roles = excluded.roles,"
           " telegram_id = excluded.telegram_id, revision = excluded.revision,"
           " heard_at = excluded.heard_at WHERE excluded.revision >= known.revision",
};

static const struct statement drop_roles = {
    .sql = "DELETE FROM iam.person_role WHERE person_id = $1",
};

static const struct statement keep_role = {
    .sql = "INSERT INTO iam.person_role (role, person_id) VALUES ($1, $2)"
           " ON CONFLICT (role, person_id) DO NOTHING",
};

static const struct statement find_with_role = {
    .sql = "SELECT p.id, p.email, p.full_name, p.locale, p.status, p.roles, p.telegram_id,"
           " p.revision FROM iam.person_role r JOIN iam.person p ON p.id = r.person_id"
           " WHERE r.role = $1 AND p.status = 'active' LIMIT 1",
    .gives = &person_shape,
};

enum status person_find(struct store *store, struct arena *arena, struct id id,
                        struct person *person_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), person_out);
}

enum status person_find_by_email(struct store *store, struct arena *arena, struct text email,
                                 struct person *person_out)
{
    return store_one(store, arena, &find_by_email, VALUES(value_text(text_fold(arena, email))),
                     person_out);
}

enum status person_find_by_telegram(struct store *store, struct arena *arena,
                                    struct text telegram_id, struct person *person_out)
{
    return store_one(store, arena, &find_by_telegram, VALUES(value_text(telegram_id)), person_out);
}

static enum status keep_roles(struct store *store, const struct person *person)
{
    enum status status = store_exec(store, &drop_roles, VALUES(value_id(person->id)), NULL);
    for (size_t i = 0; status == STATUS_OK && i < person->roles.count; i++) {
        status = store_exec(store, &keep_role,
                            VALUES(value_text(person->roles.items[i]), value_id(person->id)), NULL);
    }
    return status;
}

enum status person_keep(struct store *store, struct arena *arena, const struct person *person,
                        int64_t now_ms)
{
    int64_t changed = 0;
    enum status status = store_exec(
        store, &keep,
        VALUES(value_id(person->id), value_text(person->email),
               value_text(text_fold(arena, person->email)), value_text(person->full_name),
               value_text(person->locale), value_text(person->status),
               value_text(json_texts(arena, person->roles)), value_text(person->telegram_id),
               value_integer(person->revision), value_time(now_ms)),
        &changed);
    return status == STATUS_OK && changed > 0 ? keep_roles(store, person) : status;
}

enum status person_role_is_taken(struct store *store, struct arena *arena, struct text role,
                                 bool *taken_out)
{
    struct person person;
    enum status status =
        store_one(store, arena, &find_with_role, VALUES(value_text(role)), &person);
    *taken_out = status == STATUS_OK;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

/* ---- an id that the directory does not know ---- */

static const struct statement rename_statements[] = {
    {.sql = "UPDATE iam.session SET person_id = $2 WHERE person_id = $1"},
    {.sql = "UPDATE iam.device SET person_id = $2 WHERE person_id = $1 AND NOT EXISTS"
            " (SELECT 1 FROM iam.device d WHERE d.person_id = $2 AND d.digest = device.digest)"},
    {.sql = "UPDATE iam.setup SET person_id = $2 WHERE person_id = $1"},
    {.sql = "UPDATE iam.password SET person_id = $2 WHERE person_id = $1 AND NOT EXISTS"
            " (SELECT 1 FROM iam.password p WHERE p.person_id = $2)"},
    {.sql = "UPDATE iam.invitation SET person_id = $2 WHERE person_id = $1"},
};

static const struct statement forget_statements[] = {
    {.sql = "DELETE FROM iam.device WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.password WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.person_role WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.person WHERE id = $1"},
};

enum status person_rename(struct store *store, struct id from, struct id to)
{
    enum status status = STATUS_OK;
    MUST(!id_is_none(from) && !id_is_none(to) && !id_equals(from, to));
    for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(rename_statements); i++) {
        status =
            store_exec(store, &rename_statements[i], VALUES(value_id(from), value_id(to)), NULL);
    }
    for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(forget_statements); i++) {
        status = store_exec(store, &forget_statements[i], VALUES(value_id(from)), NULL);
    }
    return status;
}

/* ---- for good ---- */

/* Grants that were given to programs have ended, and are swept away. That the first owner was made
 * stays known for ever. */
static const struct statement drop_statements[] = {
    {.sql = "DELETE FROM iam.device WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.password WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.invitation WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.code WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.totp WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.recovery WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.api_key WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.passkey WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.passkey_challenge WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.oidc_identity WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.person_role WHERE person_id = $1"},
    {.sql = "DELETE FROM iam.person WHERE id = $1"},
};

enum status person_forget(struct store *store, struct id person)
{
    enum status status = STATUS_OK;
    MUST(!id_is_none(person));
    for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(drop_statements); i++) {
        status = store_exec(store, &drop_statements[i], VALUES(value_id(person)), NULL);
    }
    return status;
}
