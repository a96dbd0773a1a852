/* user_migrations_test.c - people of an older program are all there after the tables have changed,
 * and a migration that ends in its middle begins anew. */
#include "services/users/user_store.h"

#include "store/sqlite.h"
#include "tests/lib/check.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* A cache of 64 KiB: most of what a migration writes is in the WAL before its commit. */
enum { ARENA_BYTES_MAX = 32 * 1024 * 1024, CACHE_KIB = 64, MANY = 500, BEFORE_NUMBERS = 2 };

static struct arena *arena;
static struct store_source *source;
static struct store *store;
static struct id ids[MANY];

/* As the program did it then. */
static const struct statement insert_before = {
    .sql = "INSERT INTO users.person (id, external_id, email, email_key, full_name, name_key, type,"
           " roles, status, activated, locale, revision, created_at, changed_at, telegram_id,"
           " blocked_at, block_reason, last_login_at)"
           " VALUES ($1, $2, $3, $3, 'Anna', 'anna', 'worker', '[\"boss\"]', $4, 1, 'ru', 3, 1000,"
           " 2000, $2, $5, $6, 4000)"};
static const struct statement insert_role_before = {
    .sql = "INSERT INTO users.person_role (role, person_id) VALUES ('boss', $1)"};

static enum status migrate_to(size_t version)
{
    struct text error = NO_TEXT;
    return migrate(store, "users", user_migrations, version, arena, &error);
}

static void begin(const char *directory)
{
    const struct sqlite_options options = {
        .directory = directory, .schema = "users", .cache_kib = CACHE_KIB};
    struct text error = NO_TEXT;
    arena = arena_create("users", ARENA_BYTES_MAX);
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    CHECK_STATUS(source->open(source, STORE_WRITE, &store), STATUS_OK);
}

static void end(void)
{
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

static struct text key_of(int number)
{
    return text_format(arena, "crm-%03d", number);
}

static struct text address_of(int number)
{
    return text_format(arena, "u%03d@example.com", number);
}

static bool is_blocked(int number)
{
    return number % 10 == 0;
}

static void fill_as_before(void)
{
    CHECK_STATUS(migrate_to(BEFORE_NUMBERS), STATUS_OK);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    for (int i = 0; i < MANY; i++) {
        bool blocked = is_blocked(i);
        ids[i] = id_new();
        CHECK_STATUS(
            store_exec(store, &insert_before,
                       VALUES(value_id(ids[i]), value_text(key_of(i)), value_text(address_of(i)),
                              value_text(blocked ? user_blocked : user_active),
                              value_time(blocked ? 3000 : 0),
                              value_text(blocked ? TEXT("away") : NO_TEXT)),
                       NULL),
            STATUS_OK);
        CHECK_STATUS(store_exec(store, &insert_role_before, VALUES(value_id(ids[i])), NULL),
                     STATUS_OK);
    }
    CHECK_STATUS(store_commit(store), STATUS_OK);
}

static void must_be_himself(int number)
{
    struct user user;
    CHECK_STATUS(user_find(store, arena, ids[number], &user), STATUS_OK);
    CHECK(id_equals(user.id, ids[number]));
    CHECK_TEXT(user.email, address_of(number).data);
    CHECK_TEXT(user.external_id, key_of(number).data);
    CHECK_TEXT(user.telegram_id, key_of(number).data);
    CHECK_TEXT(user.full_name, "Anna");
    CHECK_TEXT(user.type, "worker");
    CHECK_TEXT(user.locale, "ru");
    CHECK_INT(user.roles.count, 1);
    CHECK_INT(user.revision, 3);
    CHECK_INT(user.created_at, 1000);
    CHECK_INT(user.changed_at, 2000);
    CHECK_INT(user.last_login_at, 4000);
    CHECK_INT(user.blocked_at, is_blocked(number) ? 3000 : 0);
    CHECK_TEXT(user.block_reason, is_blocked(number) ? "away" : NULL);
    CHECK_STATUS(user_find_by_email(store, arena, address_of(number), &user), STATUS_OK);
    CHECK(id_equals(user.id, ids[number]));
    CHECK_STATUS(user_find_by_external_id(store, arena, key_of(number), &user), STATUS_OK);
    CHECK(id_equals(user.id, ids[number]));
    CHECK_STATUS(user_find_by_telegram_id(store, arena, key_of(number), &user), STATUS_OK);
    CHECK(id_equals(user.id, ids[number]));
}

/* Page by page, in the order of creation, whoever the filter lets through. */
static int count_listed(struct user_filter filter)
{
    int count = 0;
    struct rows rows;
    filter.activated = -1;
    filter.limit = 60;
    do {
        CHECK_STATUS(user_list(store, arena, &filter, &rows), STATUS_OK);
        const struct user *users = rows.items;
        for (size_t i = 0; i < rows.count; i++) {
            CHECK(memcmp(filter.after_id.bytes, users[i].id.bytes, ID_BYTES) < 0);
            filter.after_id = users[i].id;
            filter.after_key = filter.name_start.data != NULL ? TEXT("anna") : NO_TEXT;
        }
        count += (int)rows.count;
    } while (rows.count > 0 && count <= MANY);
    return count;
}

static void must_be_complete(void)
{
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    for (int i = 0; i < MANY; i++) {
        must_be_himself(i);
    }
    CHECK_INT(count_listed((struct user_filter){0}), MANY);
    CHECK_INT(count_listed((struct user_filter){.type = TEXT("worker")}), MANY);
    CHECK_INT(count_listed((struct user_filter){.role = TEXT("boss")}), MANY);
    CHECK_INT(count_listed((struct user_filter){.name_start = TEXT("an")}), MANY);
    CHECK_INT(count_listed((struct user_filter){.status = user_blocked}), MANY / 10);
    CHECK_STATUS(store_commit(store), STATUS_OK);
}

static void everybody_is_still_there(void)
{
    begin(test_directory());
    fill_as_before();
    CHECK_STATUS(migrate_to(USER_MIGRATION_COUNT), STATUS_OK);
    must_be_complete();
    CHECK_STATUS(migrate_to(USER_MIGRATION_COUNT), STATUS_OK); /* once is enough */
    must_be_complete();
    end();
}

/* In another process: everything is written but the commit, and then it is killed. */
static void die_in_the_middle(const char *directory)
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        begin(directory);
        CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
        CHECK_STATUS(store_script(store, user_migrations[BEFORE_NUMBERS].sqlite), STATUS_OK);
        (void)raise(SIGKILL);
    }
    int how = 0;
    CHECK(waitpid(child, &how, 0) == child);
    CHECK(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
}

static void an_unfinished_one_begins_anew(void)
{
    const char *directory = test_directory();
    begin(directory);
    fill_as_before();
    end();
    die_in_the_middle(directory);
    begin(directory);
    CHECK_STATUS(migrate_to(USER_MIGRATION_COUNT), STATUS_OK);
    must_be_complete();
    end();
}

static const struct test tests[] = {
    {"everybody_is_still_there", everybody_is_still_there, 0},
    {"an_unfinished_one_begins_anew", an_unfinished_one_begins_anew, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
