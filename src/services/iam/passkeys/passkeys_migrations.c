/* passkeys_migrations.c - the tables of passkeys. */
#include "services/iam/passkeys/passkeys_migrations.h"

const struct migration passkeys_migrations[PASSKEYS_MIGRATION_COUNT] = {
    {
        .version = 1,
        .name = "passkey",
        .sqlite = "CREATE TABLE iam.passkey ("
                  " id BLOB NOT NULL PRIMARY KEY, credential_id TEXT NOT NULL UNIQUE,"
                  " person_id BLOB NOT NULL, public_key TEXT NOT NULL,"
                  " sign_count INTEGER NOT NULL, label TEXT NOT NULL,"
                  " is_synced INTEGER NOT NULL, created_at INTEGER NOT NULL, used_at INTEGER"
                  ") STRICT, WITHOUT ROWID;"
                  "CREATE INDEX iam.passkey_by_person ON passkey (person_id);"
                  "CREATE TABLE iam.passkey_challenge ("
                  " hash TEXT NOT NULL PRIMARY KEY, person_id BLOB, session_id BLOB, device TEXT,"
                  " expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
                  "CREATE INDEX iam.passkey_challenge_by_end ON passkey_challenge (expires_at);",
        .postgres = "CREATE TABLE iam.passkey ("
                    " id uuid NOT NULL PRIMARY KEY, credential_id text NOT NULL UNIQUE,"
                    " person_id uuid NOT NULL, public_key text NOT NULL,"
                    " sign_count bigint NOT NULL, label text NOT NULL,"
                    " is_synced smallint NOT NULL, created_at bigint NOT NULL, used_at bigint);"
                    "CREATE INDEX passkey_by_person ON iam.passkey (person_id);"
                    "CREATE TABLE iam.passkey_challenge ("
                    " hash text NOT NULL PRIMARY KEY, person_id uuid, session_id uuid,"
                    " device text, expires_at bigint NOT NULL);"
                    "CREATE INDEX passkey_challenge_by_end ON iam.passkey_challenge"
                    " (expires_at);",
    },
};
