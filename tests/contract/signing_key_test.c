/* signing_key_test.c - one signing key for each schema, made once, on both stores. */
#include "engine/operations/signing_key_store.h"

#include "engine/run/case_store.h"
#include "store/migrate.h"
#include "store/postgres.h"
#include "store/sqlite.h"
#include "tests/lib/check.h"
#include "tests/lib/postgres_server.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 4 * 1024 * 1024, RACERS = 8 };

static struct postgres_server *server;
static struct arena *arena;
static struct store_source *source;
static struct store *store;

static void begin(const char *schema, bool is_postgres)
{
    struct text error = NO_TEXT;
    const struct sqlite_options sqlite = {.directory = test_directory(), .schema = schema};
    const struct postgres_options postgres = {.address = postgres_server_address(server),
                                              .schema = schema};
    enum status status = is_postgres ? postgres_source(&postgres, &source, &error)
                                     : sqlite_source(&sqlite, &source, &error);
    CHECK_STATUS(status, STATUS_OK);
    arena = arena_create("signing key", ARENA_BYTES_MAX);
    CHECK_STATUS(source->open(source, STORE_WRITE, &store), STATUS_OK);
    CHECK_STATUS(migrate(store, "engine", engine_migrations, engine_migration_count, arena, &error),
                 STATUS_OK);
}

static void end(void)
{
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

static struct signing_key open_key(void)
{
    struct signing_key key;
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(signing_key_open(store, arena, &key), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    return key;
}

static bool is_same(struct signing_key left, struct signing_key right)
{
    return memcmp(left.bytes, right.bytes, SIGNING_KEY_BYTES) == 0;
}

static bool is_none(struct signing_key key)
{
    static const struct signing_key none;
    return is_same(key, none);
}

static void is_made_once(bool is_postgres)
{
    begin("made_once", is_postgres);
    struct signing_key first = open_key();
    CHECK(!is_none(first));
    CHECK(is_same(open_key(), first));
    store_destroy(&store); /* and after a restart */
    CHECK_STATUS(source->open(source, STORE_WRITE, &store), STATUS_OK);
    CHECK(is_same(open_key(), first));
    signing_key_forget(&first);
    CHECK(is_none(first));
    end();
    begin("made_elsewhere", is_postgres);
    CHECK(!is_same(open_key(), first)); /* another schema has one of its own */
    end();
}

/* Without its commit there is none: the next start makes another. */
static void is_kept_by_its_commit(bool is_postgres)
{
    struct signing_key lost;
    begin("rolled_back", is_postgres);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(signing_key_open(store, arena, &lost), STATUS_OK);
    CHECK(!is_none(lost));
    store_rollback(store);
    CHECK(!is_same(open_key(), lost));
    end();
}

static void put_secret(const char *secret, size_t bytes)
{
    static const struct statement put = {
        .sql = "INSERT INTO engine_secret (name, secret) VALUES ($1, $2)"
               " ON CONFLICT (name) DO UPDATE SET secret = excluded.secret"};
    const struct text value = {secret, bytes};
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(
        store_exec(store, &put, VALUES(value_text(TEXT("signing")), value_bytes(value)), NULL),
        STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
}

static void is_not_taken_when_damaged(bool is_postgres)
{
    static const char bytes[SIGNING_KEY_BYTES + 1]; /* zeros */
    static const size_t lengths[] = {0, 1, SIGNING_KEY_BYTES - 1, SIGNING_KEY_BYTES,
                                     SIGNING_KEY_BYTES + 1};
    begin("damaged", is_postgres);
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        struct signing_key key;
        memset(key.bytes, 7, sizeof key.bytes);
        put_secret(bytes, lengths[i]);
        CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
        CHECK_STATUS(signing_key_open(store, arena, &key), STATUS_CORRUPT);
        CHECK(is_none(key));
        store_rollback(store);
    }
    put_secret("01234567890123456789012345678901", SIGNING_KEY_BYTES);
    CHECK(memcmp(open_key().bytes, "01234567890123456789012345678901", SIGNING_KEY_BYTES) == 0);
    end();
}

static void on_sqlite(void)
{
    is_made_once(false);
    is_kept_by_its_commit(false);
    is_not_taken_when_damaged(false);
}

static void on_postgres(void)
{
    is_made_once(true);
    is_kept_by_its_commit(true);
    is_not_taken_when_damaged(true);
}

/* ---- processes that come first together ---- */

struct racer {
    pthread_t thread;
    struct store *store;
    struct arena *arena;
    struct signing_key key;
    enum status status;
};
static pthread_barrier_t line;

static void *race(void *context)
{
    struct racer *racer = context;
    racer->status = store_begin(racer->store, STORE_WRITE);
    pthread_barrier_wait(&line);
    if (racer->status == STATUS_OK) {
        racer->status = signing_key_open(racer->store, racer->arena, &racer->key);
    }
    if (racer->status == STATUS_OK) {
        racer->status = store_commit(racer->store);
    }
    return NULL;
}

static void race_once(const char *schema)
{
    struct racer racers[RACERS] = {{.status = STATUS_OK}};
    begin(schema, true);
    CHECK_INT(pthread_barrier_init(&line, NULL, RACERS), 0);
    for (size_t i = 0; i < RACERS; i++) {
        racers[i].arena = arena_create("racer", ARENA_BYTES_MAX);
        CHECK_STATUS(source->open(source, STORE_WRITE, &racers[i].store), STATUS_OK);
        CHECK_INT(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < RACERS; i++) {
        CHECK_INT(pthread_join(racers[i].thread, NULL), 0);
        CHECK_STATUS(racers[i].status, STATUS_OK);
        CHECK(is_same(racers[i].key, racers[0].key));
        store_destroy(&racers[i].store);
        arena_destroy(&racers[i].arena);
    }
    pthread_barrier_destroy(&line);
    CHECK(is_same(open_key(), racers[0].key));
    end();
}

static void is_one_for_all_who_come_together(void)
{
    for (int i = 0; i < test_scale(5); i++) {
        char schema[32];
        snprintf(schema, sizeof schema, "race_%d", i);
        race_once(schema);
    }
}

static const struct test tests[] = {
    {"on_sqlite", on_sqlite, 0},
    {"on_postgres", on_postgres, 0},
    {"is_one_for_all_who_come_together", is_one_for_all_who_come_together, 0},
};

int main(int argc, char **argv)
{
    server = postgres_server_start();
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    postgres_server_stop(&server);
    return result;
}
