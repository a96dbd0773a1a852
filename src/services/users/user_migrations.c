/* user_migrations.c - how the tables of the directory came to be. */
#include "services/users/user_store.h"

/* Ids grow, so the table is written at its end. Lists are read by one of the indexes: type and role
 * also grow at the end of each name.
 *
 * In SQLite a person stands at the number of his id. A table by number keeps rows in its leaves
 * only and numbers above them, two hundred and more in a page; by id, rows stand in all of its
 * pages, a dozen in each, and with ten million people there are six of them above one another. */
const struct migration user_migrations[USER_MIGRATION_COUNT] = {
    {
        .version = 1,
        .name = "person",
        .sqlite = "CREATE TABLE users.person ("
                  " id BLOB NOT NULL PRIMARY KEY,"
                  " external_id TEXT,"
                  " email TEXT NOT NULL,"
                  " email_key TEXT NOT NULL,"
                  " full_name TEXT,"
                  " name_key TEXT,"
                  " type TEXT NOT NULL,"
                  " roles TEXT NOT NULL,"
                  " status TEXT NOT NULL CHECK (status IN ('active', 'blocked')),"
                  " activated INTEGER NOT NULL,"
                  " spec TEXT,"
                  " phone TEXT,"
                  " telegram_id TEXT,"
                  " contacts TEXT,"
                  " requisite TEXT,"
                  " locale TEXT NOT NULL,"
                  " revision INTEGER NOT NULL,"
                  " created_at INTEGER NOT NULL,"
                  " changed_at INTEGER NOT NULL,"
                  " blocked_at INTEGER,"
                  " block_reason TEXT"
                  ") STRICT, WITHOUT ROWID;"
                  "CREATE UNIQUE INDEX users.person_email ON person (email_key);"
                  "CREATE UNIQUE INDEX users.person_external_id ON person (external_id)"
                  " WHERE external_id IS NOT NULL;"
                  "CREATE UNIQUE INDEX users.person_telegram_id ON person (telegram_id)"
                  " WHERE telegram_id IS NOT NULL;"
                  "CREATE INDEX users.person_name ON person (name_key, id)"
                  " WHERE name_key IS NOT NULL;"
                  "CREATE INDEX users.person_type ON person (type, id);"
                  "CREATE INDEX users.person_blocked ON person (id) WHERE status = 'blocked';"
                  "CREATE TABLE users.person_role ("
                  " role TEXT NOT NULL,"
                  " person_id BLOB NOT NULL,"
                  " PRIMARY KEY (role, person_id)"
                  ") STRICT, WITHOUT ROWID;",
        .postgres = "CREATE TABLE users.person ("
                    " id uuid NOT NULL PRIMARY KEY,"
                    " external_id text,"
                    " email text NOT NULL,"
                    " email_key text COLLATE \"C\" NOT NULL,"
                    " full_name text,"
                    " name_key text COLLATE \"C\","
                    " type text NOT NULL,"
                    " roles text NOT NULL,"
                    " status text NOT NULL CHECK (status IN ('active', 'blocked')),"
                    " activated smallint NOT NULL,"
                    " spec text,"
                    " phone text,"
                    " telegram_id text,"
                    " contacts text,"
                    " requisite text,"
                    " locale text NOT NULL,"
                    " revision bigint NOT NULL,"
                    " created_at bigint NOT NULL,"
                    " changed_at bigint NOT NULL,"
                    " blocked_at bigint,"
                    " block_reason text"
                    ");"
                    "CREATE UNIQUE INDEX person_email ON users.person (email_key);"
                    "CREATE UNIQUE INDEX person_external_id ON users.person (external_id)"
                    " WHERE external_id IS NOT NULL;"
                    "CREATE UNIQUE INDEX person_telegram_id ON users.person (telegram_id)"
                    " WHERE telegram_id IS NOT NULL;"
                    "CREATE INDEX person_name ON users.person (name_key, id)"
                    " WHERE name_key IS NOT NULL;"
                    "CREATE INDEX person_type ON users.person (type, id);"
                    "CREATE INDEX person_blocked ON users.person (id) WHERE status = 'blocked';"
                    "CREATE TABLE users.person_role ("
                    " role text NOT NULL,"
                    " person_id uuid NOT NULL,"
                    " PRIMARY KEY (role, person_id)"
                    ");",
    },
    {
        .version = 2,
        .name = "last_login",
        .sqlite = "ALTER TABLE users.person ADD COLUMN last_login_at INTEGER;",
        .postgres = "ALTER TABLE users.person ADD COLUMN last_login_at bigint;",
    },
    {
        .version = 3,
        .name = "person_by_number",
        .sqlite = "CREATE TABLE users.numbered ("
                  " number INTEGER NOT NULL PRIMARY KEY," /* id_number(id) */
                  " id BLOB NOT NULL,"
                  " external_id TEXT,"
                  " email TEXT NOT NULL,"
                  " email_key TEXT NOT NULL,"
                  " full_name TEXT,"
                  " name_key TEXT,"
                  " type TEXT NOT NULL,"
                  " roles TEXT NOT NULL,"
                  " status TEXT NOT NULL CHECK (status IN ('active', 'blocked')),"
                  " activated INTEGER NOT NULL,"
                  " spec TEXT,"
                  " phone TEXT,"
                  " telegram_id TEXT,"
                  " contacts TEXT,"
                  " requisite TEXT,"
                  " locale TEXT NOT NULL,"
                  " revision INTEGER NOT NULL,"
                  " created_at INTEGER NOT NULL,"
                  " changed_at INTEGER NOT NULL,"
                  " blocked_at INTEGER,"
                  " block_reason TEXT,"
                  " last_login_at INTEGER"
                  ") STRICT;"
                  "INSERT INTO users.numbered SELECT id_number(id), id, external_id, email,"
                  " email_key, full_name, name_key, type, roles, status, activated, spec, phone,"
                  " telegram_id, contacts, requisite, locale, revision, created_at, changed_at,"
                  " blocked_at, block_reason, last_login_at FROM users.person ORDER BY id;"
                  "DROP TABLE users.person;"
                  "ALTER TABLE users.numbered RENAME TO person;"
                  "CREATE UNIQUE INDEX users.person_email ON person (email_key);"
                  "CREATE UNIQUE INDEX users.person_external_id ON person (external_id)"
                  " WHERE external_id IS NOT NULL;"
                  "CREATE UNIQUE INDEX users.person_telegram_id ON person (telegram_id)"
                  " WHERE telegram_id IS NOT NULL;"
                  "CREATE INDEX users.person_name ON person (name_key)"
                  " WHERE name_key IS NOT NULL;"
                  "CREATE INDEX users.person_type ON person (type);"
                  "CREATE INDEX users.person_blocked ON person (status) WHERE status = 'blocked';",
        .postgres = "",
    },
};
