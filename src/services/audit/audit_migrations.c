/* audit_migrations.c - the tables of the record, and what keeps them from being changed. */
#include "services/audit/audit_store.h"

#define SQLITE_REFUSES(table, verb)                                                                \
    "CREATE TRIGGER audit." table "_no_" verb " BEFORE " verb " ON " table                         \
    " BEGIN SELECT RAISE(ABORT, 'the record is only ever added to'); END;"

#define POSTGRES_REFUSES(table)                                                                    \
    "CREATE TRIGGER " table "_is_only_added_to BEFORE UPDATE OR DELETE ON audit." table            \
    " FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();"                                        \
    "CREATE TRIGGER " table "_is_not_emptied BEFORE TRUNCATE ON audit." table                      \
    " FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();"

/* audit_end is the one row that moves, and only ever forward by one. */
const struct migration audit_migrations[] = {
    {
        .version = 1,
        .name = "audit_events",
        .sqlite =
            "CREATE TABLE audit.audit_events ("
            " position INTEGER NOT NULL PRIMARY KEY,"
            " id BLOB NOT NULL,"
            " message_id BLOB NOT NULL,"
            " event_id TEXT,"
            " event_type TEXT NOT NULL,"
            " event_version INTEGER NOT NULL,"
            " event_source TEXT NOT NULL,"
            " source_position INTEGER NOT NULL,"
            " subject TEXT,"
            " actor TEXT,"
            " trace TEXT,"
            " occurred_at INTEGER NOT NULL,"
            " received_at INTEGER NOT NULL,"
            " payload TEXT NOT NULL,"
            " hash TEXT NOT NULL,"
            " seal TEXT NOT NULL"
            ") STRICT;"
            "CREATE UNIQUE INDEX audit.audit_events_id ON audit_events (id);"
            "CREATE UNIQUE INDEX audit.audit_events_message ON audit_events (message_id);"
            "CREATE INDEX audit.audit_events_event ON audit_events (event_id)"
            " WHERE event_id IS NOT NULL;"
            "CREATE INDEX audit.audit_events_time ON audit_events (occurred_at, position);"
            "CREATE INDEX audit.audit_events_type"
            " ON audit_events (event_type, occurred_at, position);"
            "CREATE TABLE audit.audit_event_tags ("
            " event_id BLOB NOT NULL,"
            " tag_key TEXT NOT NULL,"
            " tag_value TEXT NOT NULL,"
            " PRIMARY KEY (tag_key, tag_value, event_id)"
            ") STRICT, WITHOUT ROWID;"
            "CREATE TABLE audit.audit_heads ("
            " position INTEGER NOT NULL PRIMARY KEY,"
            " hash TEXT NOT NULL,"
            " signed_at INTEGER NOT NULL,"
            " public_key TEXT NOT NULL,"
            " signature TEXT NOT NULL"
            ") STRICT;"
            "CREATE TABLE audit.audit_end ("
            " one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),"
            " position INTEGER NOT NULL,"
            " hash TEXT NOT NULL"
            ") STRICT;"
            "INSERT INTO audit.audit_end (one, position, hash) VALUES (1, 0, "
            "'0000000000000000000000000000000000000000000000000000000000000000');" SQLITE_REFUSES(
                "audit_events", "UPDATE") SQLITE_REFUSES("audit_events", "DELETE")
                SQLITE_REFUSES("audit_event_tags", "UPDATE") SQLITE_REFUSES(
                    "audit_event_tags", "DELETE") SQLITE_REFUSES("audit_heads", "UPDATE")
                    SQLITE_REFUSES("audit_heads", "DELETE") SQLITE_REFUSES("audit_end", "DELETE"),
        .postgres =
            "CREATE TABLE audit.audit_events ("
            " position bigint NOT NULL PRIMARY KEY,"
            " id uuid NOT NULL,"
            " message_id uuid NOT NULL,"
            " event_id text,"
            " event_type text COLLATE \"C\" NOT NULL,"
            " event_version bigint NOT NULL,"
            " event_source text NOT NULL,"
            " source_position bigint NOT NULL,"
            " subject text,"
            " actor text,"
            " trace text,"
            " occurred_at bigint NOT NULL,"
            " received_at bigint NOT NULL,"
            " payload text NOT NULL,"
            " hash text NOT NULL,"
            " seal text NOT NULL"
            ");"
            "CREATE UNIQUE INDEX audit_events_id ON audit.audit_events (id);"
            "CREATE UNIQUE INDEX audit_events_message ON audit.audit_events (message_id);"
            "CREATE INDEX audit_events_event ON audit.audit_events (event_id)"
            " WHERE event_id IS NOT NULL;"
            "CREATE INDEX audit_events_time ON audit.audit_events (occurred_at, position);"
            "CREATE INDEX audit_events_type"
            " ON audit.audit_events (event_type, occurred_at, position);"
            "CREATE TABLE audit.audit_event_tags ("
            " event_id uuid NOT NULL,"
            " tag_key text COLLATE \"C\" NOT NULL,"
            " tag_value text COLLATE \"C\" NOT NULL,"
            " PRIMARY KEY (tag_key, tag_value, event_id)"
            ");"
            "CREATE TABLE audit.audit_heads ("
            " position bigint NOT NULL PRIMARY KEY,"
            " hash text NOT NULL,"
            " signed_at bigint NOT NULL,"
            " public_key text NOT NULL,"
            " signature text NOT NULL"
            ");"
            "CREATE TABLE audit.audit_end ("
            " one smallint NOT NULL PRIMARY KEY CHECK (one = 1),"
            " position bigint NOT NULL,"
            " hash text NOT NULL"
            ");"
            "INSERT INTO audit.audit_end (one, position, hash) VALUES (1, 0, "
            "'0000000000000000000000000000000000000000000000000000000000000000');"
            "CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RAISE EXCEPTION ''the record is only ever added to''; END';" POSTGRES_REFUSES(
                "audit_events") POSTGRES_REFUSES("audit_event_tags")
                POSTGRES_REFUSES("audit_heads"),
    },
};
const size_t audit_migration_count = COUNT_OF(audit_migrations);
