/* idempotency_store_test.c - kept replies: found, unique, forgotten in pieces after a day. */
#include "runtime/idempotency_store.h"
#include "runtime/service.h"

#include "store/sqlite.h"
#include "tests/lib/check.h"

enum { ARENA_BYTES_MAX = 16 * 1024 * 1024, DAY_MS = 24 * 60 * 60 * 1000, MANY = 1200 };

static struct arena *arena;
static struct store_source *source;
static struct store *store;

static void begin(void)
{
    const struct sqlite_options options = {.directory = test_directory(), .schema = "kept"};
    struct text error = NO_TEXT;
    arena = arena_create("kept", ARENA_BYTES_MAX);
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    CHECK_STATUS(source->open(source, STORE_WRITE, &store), STATUS_OK);
    CHECK_STATUS(
        migrate(store, "runtime", runtime_migrations, runtime_migration_count, arena, &error),
        STATUS_OK);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
}

static void end(void)
{
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

static const struct reply made = {
    .hash = {"abc", 3}, .http_status = 201, .etag = {"\"7\"", 3}, .body = {"{\"a\":1}", 7}};

static void finds_what_was_kept(void)
{
    struct reply found;
    begin();
    CHECK_STATUS(reply_keep(store, TEXT("root"), TEXT("k"), &made, 1000), STATUS_OK);
    CHECK_STATUS(reply_find(store, arena, TEXT("root"), TEXT("k"), &found), STATUS_OK);
    CHECK_TEXT(found.hash, "abc");
    CHECK_INT(found.http_status, 201);
    CHECK_TEXT(found.etag, "\"7\"");
    CHECK_TEXT(found.body, "{\"a\":1}");
    end();
}

static void tells_no_etag_from_an_empty_body(void)
{
    const struct reply bare = {.hash = TEXT("abc"), .http_status = 204, .body = TEXT("")};
    struct reply found;
    begin();
    CHECK_STATUS(reply_keep(store, TEXT("root"), TEXT("k"), &bare, 1000), STATUS_OK);
    CHECK_STATUS(reply_find(store, arena, TEXT("root"), TEXT("k"), &found), STATUS_OK);
    CHECK_TEXT(found.etag, NULL);
    CHECK_TEXT(found.body, "");
    end();
}

static void finds_by_caller_and_key(void)
{
    struct reply found;
    begin();
    CHECK_STATUS(reply_keep(store, TEXT("root"), TEXT("k"), &made, 1000), STATUS_OK);
    CHECK_STATUS(reply_find(store, arena, TEXT("root"), TEXT("K"), &found), STATUS_ABSENT);
    CHECK_STATUS(reply_find(store, arena, TEXT("roo"), TEXT("tk"), &found), STATUS_ABSENT);
    CHECK_STATUS(reply_find(store, arena, TEXT("anna"), TEXT("k"), &found), STATUS_ABSENT);
    CHECK_STATUS(reply_keep(store, TEXT("anna"), TEXT("k"), &made, 1000), STATUS_OK);
    CHECK_STATUS(reply_keep(store, TEXT("root"), TEXT("l"), &made, 1000), STATUS_OK);
    end();
}

/* Another process was faster with this key: the whole call is run again, and finds its reply. */
static void is_a_lost_race_when_the_key_is_taken(void)
{
    begin();
    CHECK_STATUS(reply_keep(store, TEXT("root"), TEXT("k"), &made, 1000), STATUS_OK);
    CHECK_STATUS(reply_keep(store, TEXT("root"), TEXT("k"), &made, 1000), STATUS_CONFLICT);
    end();
}

static void keep_many(int count, int64_t kept_ms)
{
    for (int i = 0; i < count; i++) {
        struct text key = text_format(arena, "%lld-%d", (long long)kept_ms, i);
        CHECK_STATUS(reply_keep(store, TEXT("root"), key, &made, kept_ms), STATUS_OK);
    }
}

static bool is_there(int64_t kept_ms, int number)
{
    struct reply found;
    struct text key = text_format(arena, "%lld-%d", (long long)kept_ms, number);
    enum status status = reply_find(store, arena, TEXT("root"), key, &found);
    CHECK(status == STATUS_OK || status == STATUS_ABSENT);
    return status == STATUS_OK;
}

static enum status forget(struct store *from, int64_t now_ms, bool *more_out)
{
    struct chore_run run = {.store = from, .arena = arena, .now_ms = now_ms};
    enum status status = reply_forget_old(&run);
    *more_out = run.more;
    return status;
}

static int count_kept(int64_t kept_ms, int count)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        kept += is_there(kept_ms, i);
    }
    return kept;
}

static void forgets_the_oldest_in_bounded_pieces(void)
{
    bool more = false;
    begin();
    keep_many(MANY, 1000);
    keep_many(100, 2000);
    int before = MANY;
    for (int piece = 0; piece < 3; piece++) {
        CHECK_STATUS(forget(store, 1000 + DAY_MS + 1, &more), STATUS_OK);
        int left = count_kept(1000, MANY);
        CHECK(before - left <= 500);
        CHECK_INT(more, piece < 2);
        before = left;
    }
    CHECK_INT(before, 0);
    CHECK_INT(count_kept(2000, 100), 100);
    end();
}

static void keeps_for_a_whole_day(void)
{
    bool more = true;
    begin();
    keep_many(3, 1000);
    CHECK_STATUS(forget(store, 1000 + DAY_MS, &more), STATUS_OK);
    CHECK(!more);
    CHECK_INT(count_kept(1000, 3), 3);
    CHECK_STATUS(forget(store, 1000 + DAY_MS + 1, &more), STATUS_OK);
    CHECK_INT(count_kept(1000, 3), 0);
    end();
}

static const struct test tests[] = {
    {"finds_what_was_kept", finds_what_was_kept, 0},
    {"tells_no_etag_from_an_empty_body", tells_no_etag_from_an_empty_body, 0},
    {"finds_by_caller_and_key", finds_by_caller_and_key, 0},
    {"is_a_lost_race_when_the_key_is_taken", is_a_lost_race_when_the_key_is_taken, 0},
    {"forgets_the_oldest_in_bounded_pieces", forgets_the_oldest_in_bounded_pieces, 0},
    {"keeps_for_a_whole_day", keeps_for_a_whole_day, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
