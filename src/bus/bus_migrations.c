/* bus_migrations.c - the tables journal, cursor and follower, in every schema. */
#include "bus/journal.h"

/* One writer at a time: the row's own number is the position. The newest row is never forgotten,
 * so the next number is always greater than all that were given before.
 *
 * On a shared store `number` is the order of writing and `position` is given after the commit. The
 * second index holds only what still waits for its position. */
const struct migration bus_migrations[] = {
    {
        .version = 1,
        .name = "journal",
        .sqlite = "CREATE TABLE journal ("
                  " position INTEGER PRIMARY KEY,"
                  " id BLOB NOT NULL,"
                  " kind TEXT NOT NULL,"
                  " addressee TEXT,"
                  " name TEXT NOT NULL,"
                  " version INTEGER,"
                  " subject TEXT,"
                  " revision INTEGER,"
                  " answers BLOB,"
                  " outcome TEXT,"
                  " actor TEXT,"
                  " trace TEXT,"
                  " told_at INTEGER,"
                  " deadline INTEGER,"
                  " data TEXT"
                  ") STRICT;",
        .postgres = "CREATE TABLE journal ("
                    " number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                    " position bigint,"
                    " id uuid NOT NULL,"
                    " kind text NOT NULL,"
                    " addressee text,"
                    " name text NOT NULL,"
                    " version bigint,"
                    " subject text,"
                    " revision bigint,"
                    " answers uuid,"
                    " outcome text,"
                    " actor text,"
                    " trace text,"
                    " told_at bigint,"
                    " deadline bigint,"
                    " data text"
                    ");"
                    "CREATE UNIQUE INDEX journal_position ON journal (position);"
                    "CREATE INDEX journal_unsettled ON journal (number) WHERE position IS NULL;",
    },
    {
        .version = 2,
        .name = "cursor",
        .sqlite = "CREATE TABLE cursor ("
                  " source TEXT NOT NULL,"
                  " channel TEXT NOT NULL,"
                  " position INTEGER NOT NULL,"
                  " PRIMARY KEY (source, channel)"
                  ") STRICT, WITHOUT ROWID;",
        .postgres = "CREATE TABLE cursor ("
                    " source text NOT NULL,"
                    " channel text NOT NULL,"
                    " position bigint NOT NULL,"
                    " PRIMARY KEY (source, channel)"
                    ") WITH (fillfactor = 50);",
    },
    {
        .version = 3,
        .name = "follower",
        .sqlite = "CREATE TABLE follower ("
                  " follower TEXT NOT NULL,"
                  " channel TEXT NOT NULL,"
                  " position INTEGER NOT NULL,"
                  " seen_ms INTEGER NOT NULL,"
                  " PRIMARY KEY (follower, channel)"
                  ") STRICT, WITHOUT ROWID;",
        .postgres = "CREATE TABLE follower ("
                    " follower text NOT NULL,"
                    " channel text NOT NULL,"
                    " position bigint NOT NULL,"
                    " seen_ms bigint NOT NULL,"
                    " PRIMARY KEY (follower, channel)"
                    ");",
    },
};
const size_t bus_migration_count = COUNT_OF(bus_migrations);
