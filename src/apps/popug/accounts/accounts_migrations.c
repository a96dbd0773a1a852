/* accounts_migrations.c - how the tables beside the books came to be. */
#include "apps/popug/accounts/purse.h"

const struct migration accounts_migrations[] = {
    {
        .version = 1,
        .name = "accounts",
        .sqlite = "CREATE TABLE accounts.holder ("
                  " person_id BLOB NOT NULL PRIMARY KEY,"
                  " opened_at INTEGER NOT NULL"
                  ") STRICT, WITHOUT ROWID;"
                  "CREATE TABLE accounts.priced ("
                  " id BLOB NOT NULL PRIMARY KEY,"
                  " title TEXT NOT NULL,"
                  " fee_minor INTEGER NOT NULL,"
                  " reward_minor INTEGER NOT NULL,"
                  " currency TEXT NOT NULL,"
                  " created_at INTEGER NOT NULL,"
                  " finished_at INTEGER,"
                  " finished_by BLOB"
                  ") STRICT, WITHOUT ROWID;"
                  "CREATE INDEX accounts.priced_finished ON priced (finished_at)"
                  " WHERE finished_at IS NOT NULL;"
                  "CREATE TABLE accounts.day ("
                  " day INTEGER NOT NULL PRIMARY KEY,"
                  " is_over INTEGER NOT NULL,"
                  " last_person BLOB NOT NULL,"
                  " began_at INTEGER NOT NULL"
                  ") STRICT;"
                  "CREATE TABLE accounts.payout ("
                  " id BLOB NOT NULL PRIMARY KEY,"
                  " person_id BLOB NOT NULL,"
                  " day INTEGER NOT NULL,"
                  " amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),"
                  " currency TEXT NOT NULL,"
                  " status TEXT NOT NULL,"
                  " reason TEXT,"
                  " created_at INTEGER NOT NULL,"
                  " changed_at INTEGER NOT NULL,"
                  " UNIQUE (person_id, day)"
                  ") STRICT, WITHOUT ROWID;",
        .postgres = "CREATE TABLE accounts.holder ("
                    " person_id uuid NOT NULL PRIMARY KEY,"
                    " opened_at bigint NOT NULL);"
                    "CREATE TABLE accounts.priced ("
                    " id uuid NOT NULL PRIMARY KEY,"
                    " title text NOT NULL,"
                    " fee_minor bigint NOT NULL,"
                    " reward_minor bigint NOT NULL,"
                    " currency text NOT NULL,"
                    " created_at bigint NOT NULL,"
                    " finished_at bigint,"
                    " finished_by uuid);"
                    "CREATE INDEX priced_finished ON accounts.priced (finished_at)"
                    " WHERE finished_at IS NOT NULL;"
                    "CREATE TABLE accounts.day ("
                    " day bigint NOT NULL PRIMARY KEY,"
                    " is_over smallint NOT NULL,"
                    " last_person uuid NOT NULL,"
                    " began_at bigint NOT NULL);"
                    "CREATE TABLE accounts.payout ("
                    " id uuid NOT NULL PRIMARY KEY,"
                    " person_id uuid NOT NULL,"
                    " day bigint NOT NULL,"
                    " amount_minor bigint NOT NULL CHECK (amount_minor > 0),"
                    " currency text NOT NULL,"
                    " status text NOT NULL,"
                    " reason text,"
                    " created_at bigint NOT NULL,"
                    " changed_at bigint NOT NULL,"
                    " UNIQUE (person_id, day));",
    },
    {
        .version = 2,
        .name = "payouts of a day",
        .sqlite = "CREATE INDEX accounts.payout_of_day ON payout (day, status);",
        .postgres = "CREATE INDEX payout_of_day ON accounts.payout (day, status);",
    },
};
