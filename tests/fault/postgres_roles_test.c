/* postgres_roles_test.c - who may do what in PostgreSQL, and how it comes to be. */
#include "tests/lib/check.h"
#include "tests/lib/postgres_entries.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct postgres_server *server;

static void use_own_database(void)
{
    char name[32];
    snprintf(name, sizeof name, "roles_%d", (int)getpid());
    postgres_server_use_database(server, name);
}

static bool says(struct text error, const char *what)
{
    bool found = memmem(error.data, error.bytes, what, strlen(what)) != NULL;
    if (!found) {
        printf("#   it said: %.*s\n", TEXT_ARGS(error));
    }
    return found;
}

/* The address of another role in the database of the server. */
static const char *address_of(const char *role)
{
    static char address[512];
    const char *admin = postgres_server_admin_address(server);
    snprintf(address, sizeof address, "%.*s user=%s", (int)(strstr(admin, " user=") - admin), admin,
             role);
    return address;
}

static void refuse(const char *address, const char *first, const char *second)
{
    struct store_source *source = NULL;
    struct text error;
    CHECK_STATUS(entries_try(address, "entries", &source, &error), STATUS_REFUSED);
    CHECK(source == NULL);
    CHECK(says(error, first));
    CHECK(says(error, second));
}

static void the_powerful_are_refused(void)
{
    use_own_database();
    refuse(postgres_server_admin_address(server), "\"admin\" is a superuser",
           "CREATE ROLE kontora_owner LOGIN CREATEROLE");
    postgres_server_run(server, "CREATE ROLE passes_by LOGIN CREATEROLE BYPASSRLS");
    refuse(address_of("passes_by"), "\"passes_by\" has BYPASSRLS", "GRANT CREATE ON DATABASE");
    postgres_server_run(server, "CREATE ROLE climbs LOGIN CREATEROLE IN ROLE admin");
    refuse(address_of("climbs"), "\"climbs\" is a member of \"admin\"",
           "REVOKE \"admin\" FROM \"climbs\"");
    CHECK_TEXT(text_of(postgres_server_run(
                   server, "SELECT count(*) FROM pg_namespace WHERE nspname = 'entries'")),
               "0");
}

static void a_weak_owner_is_told_what_is_missing(void)
{
    use_own_database();
    char role[64];
    snprintf(role, sizeof role, "roles_%d_entries", (int)getpid());
    postgres_server_run(server, "CREATE ROLE weak LOGIN");
    refuse(address_of("weak"), "does not exist and \"weak\" could not make it", "CREATE ROLE");
    postgres_server_run(server, "CREATE ROLE %s NOLOGIN", role);
    refuse(address_of("weak"), "the schema \"entries\" does not exist", "AUTHORIZATION \"weak\"");
    postgres_server_run(server, "CREATE SCHEMA entries");
    refuse(address_of("weak"), "\"weak\" is not a member of the role", "GRANT");
    postgres_server_run(server, "GRANT %s TO weak", role);
    refuse(address_of("weak"), "belongs to somebody else than \"weak\"", "ALTER SCHEMA");
    postgres_server_run(server, "ALTER SCHEMA entries OWNER TO weak");
    postgres_server_run(server, "ALTER ROLE %s CREATEDB", role);
    refuse(address_of("weak"), "may do more than read and write rows", role);
    postgres_server_run(server, "ALTER ROLE %s NOCREATEDB", role);
    struct store_source *source;
    struct text error;
    CHECK_STATUS(entries_try(address_of("weak"), "entries", &source, &error), STATUS_OK);
    source->destroy(source);
}

static void nobody_there_is_a_sentence(void)
{
    struct store_source *source;
    struct text error;
    CHECK_STATUS(entries_try("host=/nowhere dbname=kontora", "entries", &source, &error),
                 STATUS_UNAVAILABLE);
    CHECK(says(error, "PostgreSQL cannot be reached"));
    CHECK(says(error, "/nowhere"));
}

/* ---- what a service's role may do ---- */

static void is_not_allowed(struct store *store, const char *sql)
{
    const struct statement statement = {.sql = sql};
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    enum status status = store_exec(store, &statement, NO_VALUES, NULL);
    if (status == STATUS_OK) {
        printf("#   it was allowed: %s\n", sql);
    }
    CHECK_STATUS(status, STATUS_UNAVAILABLE);
    store_rollback(store);
}

static void a_service_changes_rows_only(void)
{
    use_own_database();
    struct arena *arena = arena_create("roles", 1024 * 1024);
    struct store_source *source;
    struct store *store = entries_open(server, &source);
    postgres_server_run(server, "CREATE SCHEMA others; CREATE TABLE others.secret (word text)");
    static const char *const forbidden[] = {
        "DROP TABLE entries.entry",
        "ALTER TABLE entries.entry ADD COLUMN more text",
        "CREATE TABLE entries.more (number bigint)",
        "CREATE INDEX entry_note ON entries.entry (note)",
        "TRUNCATE entries.entry",
        "DROP SCHEMA entries CASCADE",
        "CREATE SCHEMA more",
        "CREATE TABLE public.more (number bigint)",
        "CREATE ROLE more",
        "ALTER TABLE entries.entry DISABLE ROW LEVEL SECURITY",
        "INSERT INTO others.secret VALUES ('word')",
        "DELETE FROM others.secret",
        "COPY entries.entry TO '/tmp/kontora-must-not-be-there'",
        "ALTER SYSTEM SET fsync = off",
    };
    for (size_t i = 0; i < COUNT_OF(forbidden); i++) {
        is_not_allowed(store, forbidden[i]);
    }
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(entries_put(store, 1), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    CHECK_INT(entries_count(store, arena), 1);
    CHECK_TEXT(text_of(postgres_server_run(
                   server, "SELECT tableowner FROM pg_tables WHERE tablename = 'entry'")),
               "kontora_owner");
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

static void services_do_not_meet(void)
{
    use_own_database();
    struct store_source *source;
    struct store_source *other_source;
    struct store *store = entries_open(server, &source);
    struct store *other = NULL;
    struct text error;
    CHECK_STATUS(entries_try(postgres_server_address(server), "others", &other_source, &error),
                 STATUS_OK);
    CHECK_STATUS(other_source->open(other_source, STORE_WRITE, &other), STATUS_OK);
    is_not_allowed(other, "DELETE FROM entries.entry");
    is_not_allowed(other, "INSERT INTO entries.entry (number) VALUES (1)");
    store_destroy(&other);
    other_source->destroy(other_source);
    store_destroy(&store);
    source->destroy(source);
}

/* Row security holds for the role of a service, and with FORCE for the owner too. */
static void row_security_holds(void)
{
    use_own_database();
    struct arena *arena = arena_create("roles", 1024 * 1024);
    struct store_source *source;
    struct store *store = entries_open(server, &source);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_script(store, "ALTER TABLE entry ENABLE ROW LEVEL SECURITY;"
                                     "ALTER TABLE entry FORCE ROW LEVEL SECURITY;"
                                     "CREATE POLICY small ON entry USING (number < 10)"),
                 STATUS_OK);
    CHECK_STATUS(entries_put(store, 1), STATUS_OK);
    CHECK_STATUS(store_mark(store), STATUS_OK);
    CHECK_STATUS(entries_put(store, 10), STATUS_UNAVAILABLE);
    CHECK_STATUS(store_undo(store), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    postgres_server_run(server, "INSERT INTO entries.entry (number) VALUES (11)");
    CHECK_INT(entries_count(store, arena), 1);
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

/* After a script, done or failed, the session is again the service's. */
static void a_script_gives_its_power_back(void)
{
    use_own_database();
    struct store_source *source;
    struct store *store = entries_open(server, &source);
    static const struct statement drop = {.sql = "DROP TABLE entries.entry"};
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_script(store, "CREATE TABLE more (number bigint)"), STATUS_OK);
    CHECK_STATUS(store_exec(store, &drop, NO_VALUES, NULL), STATUS_UNAVAILABLE);
    store_rollback(store);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(entries_put(store, 1), STATUS_OK);
    CHECK_STATUS(store_mark(store), STATUS_OK);
    CHECK_STATUS(store_script(store, "CREATE TABLE more (number bigint); SELECT no_such_thing"),
                 STATUS_MALFORMED);
    CHECK_STATUS(store_undo(store), STATUS_OK);
    CHECK_STATUS(store_exec(store, &drop, NO_VALUES, NULL), STATUS_UNAVAILABLE);
    CHECK_STATUS(store_undo(store), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    is_not_allowed(store, "DROP TABLE entries.entry");
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_script(store, "CREATE TABLE entry (number bigint)"), STATUS_CONFLICT);
    store_rollback(store);
    store_destroy(&store);
    source->destroy(source);
}

/* ---- several at once ---- */

static void *open_first(void *address)
{
    struct store_source *source = NULL;
    struct store *store = NULL;
    struct text error;
    enum status status = entries_try(address, "entries", &source, &error);
    if (status != STATUS_OK) {
        printf("#   %.*s\n", TEXT_ARGS(error));
    }
    CHECK_STATUS(status, STATUS_OK);
    CHECK_STATUS(source->open(source, STORE_READ, &store), STATUS_OK);
    store_destroy(&store);
    source->destroy(source);
    return NULL;
}

enum { THREADS = 8, PROCESSES = 4 };

static void many_may_be_first(void)
{
    use_own_database();
    char address[512];
    snprintf(address, sizeof address, "%s", postgres_server_address(server));
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        fflush(stdout);
        children[i] = fork();
        if (children[i] == 0) {
            open_first(address);
            _exit(0);
        }
    }
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, open_first, address), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int result = 1;
        CHECK_INT(waitpid(children[i], &result, 0), children[i]);
        CHECK_INT(result, 0);
    }
}

static const struct test tests[] = {
    {.name = "the powerful are refused", .run = the_powerful_are_refused},
    {.name = "a weak owner is told what is missing", .run = a_weak_owner_is_told_what_is_missing},
    {.name = "nobody there is a sentence", .run = nobody_there_is_a_sentence},
    {.name = "a service changes rows only", .run = a_service_changes_rows_only},
    {.name = "services do not meet", .run = services_do_not_meet},
    {.name = "row security holds", .run = row_security_holds},
    {.name = "a script gives its power back", .run = a_script_gives_its_power_back},
    {.name = "many may be first", .run = many_may_be_first},
};

int main(int argc, char **argv)
{
    server = postgres_server_start();
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    postgres_server_stop(&server);
    return result;
}
