/* postgres_setup.c - schema and role of a service: made once, looked at on every start.
 *
 * The owner connects, owns the schema and its tables, and changes them by migrations. Services work
 * as the role <database>_<schema>, which may read and write rows and nothing else. Whatever exists
 * already is used as it is, so that an administrator may make all of it beforehand and give the
 * owner no right to create roles (docs/decisions/0004).
 */
#include "store/postgres/postgres_inside.h"

#include "base/log.h"

#include <string.h>

/* One conversation; `trouble` is the sentence for the person who runs the program. */
struct setup {
    struct postgres_link *link;
    struct arena *arena;
    struct text trouble;
    const char *owner;
    const char *database;
    const char *role;
    const char *schema;
    bool role_exists;
    bool schema_exists;
    bool is_granted;
};

/* Any number will do, as long as every version of the program uses the same. */
#define LOCK "SELECT pg_advisory_xact_lock(7566047373982433)"

static const char about_owner[] =
    "SELECT session_user, current_database(), me.rolsuper, me.rolbypassrls,"
    " coalesce((SELECT min(rolname) FROM pg_roles WHERE (rolsuper OR rolbypassrls)"
    "  AND pg_has_role(session_user, oid, 'MEMBER')), ''),"
    " current_setting('server_encoding'), current_setting('fsync'),"
    " current_setting('full_page_writes')"
    " FROM pg_roles AS me WHERE me.rolname = session_user";

static const char about_service[] = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1),"
                                    " EXISTS (SELECT FROM pg_namespace WHERE nspname = $2)";

/* Membership, ownership and what the role must not be able to do, once everything exists. */
static const char about_rights[] =
    "SELECT pg_has_role(session_user, role.oid, 'MEMBER'),"
    " schema.nspowner = me.oid,"
    " role.rolsuper OR role.rolbypassrls OR role.rolcreaterole OR role.rolcreatedb"
    "  OR role.rolreplication OR pg_has_role(role.oid, me.oid, 'MEMBER')"
    "  OR has_schema_privilege(role.oid, schema.oid, 'CREATE')"
    "  OR EXISTS (SELECT FROM pg_auth_members WHERE member = role.oid),"
    " has_schema_privilege(role.oid, schema.oid, 'USAGE') AND 6 ="
    "  (SELECT count(*) FROM pg_default_acl AS later, aclexplode(later.defaclacl) AS given"
    "   WHERE later.defaclrole = me.oid AND later.defaclnamespace = schema.oid"
    "   AND given.grantee = role.oid"
    "   AND CAST(later.defaclobjtype AS text) || given.privilege_type IN"
    "   ('rSELECT', 'rINSERT', 'rUPDATE', 'rDELETE', 'SUSAGE', 'SSELECT'))"
    " FROM pg_roles AS role, pg_namespace AS schema, pg_roles AS me"
    " WHERE role.rolname = $1 AND schema.nspname = $2 AND me.rolname = session_user";

static enum status refuse(struct setup *setup, struct text trouble)
{
    MUST(text_is_given(trouble));
    setup->trouble = trouble;
    return STATUS_REFUSED;
}

static const char *quoted(struct arena *arena, const char *name)
{
    size_t bytes = strlen(name);
    char *place = arena_take(arena, 2 * bytes + 3);
    char *next = place;
    *next++ = '"';
    for (size_t i = 0; i < bytes; i++) {
        if (name[i] == '"') {
            *next++ = '"';
        }
        *next++ = name[i];
    }
    *next = '"';
    return place;
}

/* The server's own words are shown: no values of a service are in these statements. */
static enum status judge(struct setup *setup, const PGresult *answer, const char *sql)
{
    const struct libpq *pq = setup->link->pq;
    if (answer != NULL && !postgres__is_refused(pq, answer)) {
        return STATUS_OK;
    }
    const char *reason =
        answer == NULL ? NULL : pq->PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
    setup->trouble =
        text_format(setup->arena, "PostgreSQL refused to set up schema \"%s\": %s (%s, in: %s)",
                    setup->schema, reason == NULL ? "the connection was lost" : reason,
                    answer == NULL ? "08006" : postgres__sqlstate(pq, answer), sql);
    return STATUS_UNAVAILABLE;
}

static enum status tell(struct setup *setup, const char *sql)
{
    if (setup->link->connection == NULL) {
        return judge(setup, NULL, sql);
    }
    PGresult *answer = postgres__link_run(setup->link, sql, POSTGRES_ANSWER_LIMIT_MS);
    enum status status = judge(setup, answer, sql);
    setup->link->pq->PQclear(answer);
    return status;
}

/* One row; the answer is the caller's to clear, and it has the row when the status is OK. */
static enum status ask(struct setup *setup, const char *sql, int parameter_count,
                       PGresult **answer_out)
{
    const char *const parameters[] = {setup->role, setup->schema};
    if (setup->link->connection == NULL) {
        return judge(setup, NULL, sql);
    }
    *answer_out = postgres__link_ask(setup->link, sql, parameters, parameter_count);
    enum status status = judge(setup, *answer_out, sql);
    MUST(status != STATUS_OK || setup->link->pq->PQntuples(*answer_out) == 1);
    return status;
}

static const char *word(const struct setup *setup, const PGresult *answer, int column)
{
    return text_copy(setup->arena, text_of(setup->link->pq->PQgetvalue(answer, 0, column))).data;
}

static bool is_true(const struct setup *setup, const PGresult *answer, int column)
{
    return strcmp(setup->link->pq->PQgetvalue(answer, 0, column), "t") == 0;
}

/* ---- the owner ---- */

static enum status refuse_power(struct setup *setup, const char *power)
{
    return refuse(setup, text_format(setup->arena,
                                     "the PostgreSQL role \"%s\" %s; services must not be able to "
                                     "pass row security. Make an owner role and use it: CREATE "
                                     "ROLE kontora_owner LOGIN CREATEROLE PASSWORD '...'; GRANT "
                                     "CREATE ON DATABASE %s TO kontora_owner;",
                                     setup->owner, power, quoted(setup->arena, setup->database)));
}

static enum status judge_owner(struct setup *setup, const PGresult *answer)
{
    setup->owner = word(setup, answer, 0);
    setup->database = word(setup, answer, 1);
    if (is_true(setup, answer, 2)) {
        return refuse_power(setup, "is a superuser");
    }
    if (is_true(setup, answer, 3)) {
        return refuse_power(setup, "has BYPASSRLS");
    }
    const char *through = word(setup, answer, 4);
    if (through[0] != '\0') {
        return refuse(setup, text_format(setup->arena,
                                         "the PostgreSQL role \"%s\" is a member of \"%s\", which "
                                         "is a superuser or has BYPASSRLS. As an administrator: "
                                         "REVOKE %s FROM %s;",
                                         setup->owner, through, quoted(setup->arena, through),
                                         quoted(setup->arena, setup->owner)));
    }
    if (strcmp(word(setup, answer, 5), "UTF8") != 0) {
        return refuse(setup, text_format(setup->arena,
                                         "the database \"%s\" has the encoding %s; make one with: "
                                         "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0",
                                         setup->database, word(setup, answer, 5)));
    }
    if (strcmp(word(setup, answer, 6), "on") != 0 || strcmp(word(setup, answer, 7), "on") != 0) {
        log_line(LOG_WARNING, "store",
                 "fsync or full_page_writes is off in PostgreSQL: a power loss there may lose "
                 "what was acknowledged here",
                 LOG_TEXT("database", text_of(setup->database)));
    }
    return STATUS_OK;
}

static enum status look_at_owner(struct setup *setup)
{
    if (setup->link->pq->PQserverVersion(setup->link->connection) < POSTGRES_SERVER_VERSION_MIN) {
        return refuse(setup, TEXT("the PostgreSQL server is older than version 14"));
    }
    PGresult *answer = NULL;
    enum status status = ask(setup, about_owner, 0, &answer);
    if (status == STATUS_OK) {
        status = judge_owner(setup, answer);
    }
    setup->link->pq->PQclear(answer);
    if (status != STATUS_OK) {
        return status;
    }
    setup->role = text_format(setup->arena, "%s_%s", setup->database, setup->schema).data;
    if (strlen(setup->role) > POSTGRES_NAME_BYTES_MAX) {
        return refuse(setup, text_format(setup->arena,
                                         "the role name \"%s\" is longer than %d bytes; use a "
                                         "database with a shorter name",
                                         setup->role, POSTGRES_NAME_BYTES_MAX));
    }
    return STATUS_OK;
}

/* ---- the service ---- */

static enum status look_at_service(struct setup *setup)
{
    PGresult *answer = NULL;
    enum status status = ask(setup, about_service, 2, &answer);
    if (status == STATUS_OK) {
        setup->role_exists = is_true(setup, answer, 0);
        setup->schema_exists = is_true(setup, answer, 1);
    }
    setup->link->pq->PQclear(answer);
    return status;
}

static enum status make_role(struct setup *setup)
{
    const char *role = quoted(setup->arena, setup->role);
    const char *owner = quoted(setup->arena, setup->owner);
    enum status status =
        tell(setup,
             text_format(setup->arena, "CREATE ROLE %s NOLOGIN; GRANT %s TO %s", role, role, owner)
                 .data);
    if (status == STATUS_OK || setup->link->connection == NULL) {
        return status;
    }
    return refuse(setup, text_format(setup->arena,
                                     "the role \"%s\" does not exist and \"%s\" could not make it. "
                                     "As an administrator: CREATE ROLE %s NOLOGIN; GRANT %s TO %s;",
                                     setup->role, setup->owner, role, role, owner));
}

static enum status make_schema(struct setup *setup)
{
    const char *schema = quoted(setup->arena, setup->schema);
    const char *owner = quoted(setup->arena, setup->owner);
    enum status status = tell(setup, text_format(setup->arena, "CREATE SCHEMA %s", schema).data);
    if (status == STATUS_OK || setup->link->connection == NULL) {
        return status;
    }
    return refuse(setup, text_format(setup->arena,
                                     "the schema \"%s\" does not exist and \"%s\" could not make "
                                     "it. As an administrator: CREATE SCHEMA %s AUTHORIZATION %s;",
                                     setup->schema, setup->owner, schema, owner));
}

static enum status judge_rights(struct setup *setup, const PGresult *answer)
{
    const char *role = quoted(setup->arena, setup->role);
    const char *owner = quoted(setup->arena, setup->owner);
    if (!is_true(setup, answer, 0)) {
        return refuse(setup, text_format(setup->arena,
                                         "\"%s\" is not a member of the role \"%s\". As an "
                                         "administrator: GRANT %s TO %s;",
                                         setup->owner, setup->role, role, owner));
    }
    if (!is_true(setup, answer, 1)) {
        return refuse(setup, text_format(setup->arena,
                                         "the schema \"%s\" belongs to somebody else than \"%s\". "
                                         "As an administrator: ALTER SCHEMA %s OWNER TO %s;",
                                         setup->schema, setup->owner,
                                         quoted(setup->arena, setup->schema), owner));
    }
    if (is_true(setup, answer, 2)) {
        return refuse(setup, text_format(setup->arena,
                                         "the role \"%s\" may do more than read and write rows: "
                                         "it has an attribute such as SUPERUSER, BYPASSRLS or "
                                         "CREATEROLE, is a member of another role, or may create "
                                         "in its schema. Take that away, or drop the role so that "
                                         "it is made anew",
                                         setup->role));
    }
    return STATUS_OK;
}

static enum status look_at_rights(struct setup *setup)
{
    PGresult *answer = NULL;
    enum status status = ask(setup, about_rights, 2, &answer);
    if (status == STATUS_OK) {
        setup->is_granted = is_true(setup, answer, 3);
        status = judge_rights(setup, answer);
    }
    setup->link->pq->PQclear(answer);
    return status;
}

/* Only for tables that are made later: what a migration has taken away stays away. */
static enum status grant(struct setup *setup)
{
    const char *schema = quoted(setup->arena, setup->schema);
    const char *role = quoted(setup->arena, setup->role);
    return tell(setup, text_format(setup->arena,
                                   "GRANT USAGE ON SCHEMA %s TO %s;"
                                   " ALTER DEFAULT PRIVILEGES IN SCHEMA %s"
                                   "  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %s;"
                                   " ALTER DEFAULT PRIVILEGES IN SCHEMA %s"
                                   "  GRANT USAGE, SELECT ON SEQUENCES TO %s",
                                   schema, role, schema, role, schema, role)
                           .data);
}

/* In one transaction under one lock, because several processes may start at once. */
static enum status make_what_is_missing(struct setup *setup)
{
    enum status status = tell(setup, "BEGIN; " LOCK);
    if (status == STATUS_OK) {
        status = look_at_service(setup);
    }
    if (status == STATUS_OK && !setup->role_exists) {
        status = make_role(setup);
    }
    if (status == STATUS_OK && !setup->schema_exists) {
        status = make_schema(setup);
    }
    if (status == STATUS_OK) {
        status = look_at_rights(setup);
    }
    if (status == STATUS_OK && !setup->is_granted) {
        status = grant(setup);
    }
    if (status == STATUS_OK) {
        status = tell(setup, "COMMIT");
    }
    return status;
}

/* What could weaken the promise is set here and not left to the settings of role or database: a
 * commit that does not wait for the disk, and a warning that is not sent. */
static const char *session_of(const struct setup *setup)
{
    return text_format(setup->arena,
                       "SET ROLE %s; SET search_path TO %s, pg_temp;"
                       " SET client_min_messages TO warning;"
                       " SET statement_timeout TO %d; SET lock_timeout TO %d;"
                       " SET idle_in_transaction_session_timeout TO %d;"
                       " SELECT set_config('synchronous_commit',"
                       "  CASE current_setting('synchronous_commit') WHEN 'remote_apply'"
                       "  THEN 'remote_apply' ELSE 'on' END, false)",
                       quoted(setup->arena, setup->role), quoted(setup->arena, setup->schema),
                       POSTGRES_STATEMENT_LIMIT_MS, POSTGRES_LOCK_LIMIT_MS, POSTGRES_IDLE_LIMIT_MS)
        .data;
}

enum status postgres__setup(struct postgres_link *link, struct arena *arena,
                            const char **session_out, struct text *error_out)
{
    MUST(link->connection != NULL && link->place->session == NULL);
    struct setup setup = {.link = link, .arena = arena, .schema = link->place->schema};
    enum status status = look_at_owner(&setup);
    if (status == STATUS_OK) {
        status = make_what_is_missing(&setup);
    }
    if (status == STATUS_OK) {
        *session_out = session_of(&setup);
    } else {
        *error_out = setup.trouble;
    }
    return status;
}
