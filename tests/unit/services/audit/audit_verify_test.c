/* audit_verify_test.c - a chain is written and followed: heads, keys, and how long a million takes.
 */
#include "services/audit/audit_verify.h"

#include "services/audit/audit_store.h"
#include "store/sqlite.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 64 * 1024 * 1024, MANY = 3000, PER_COMMIT = 500, HEAD_EVERY = 1000 };

static struct arena *arena;
static struct store_source *source;
static struct store *store;
static struct digest_key key = {{7}};

static void begin(void)
{
    const struct sqlite_options options = {.directory = test_directory(), .schema = "audit"};
    struct text error = NO_TEXT;
    arena = arena_create("audit", ARENA_BYTES_MAX);
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    CHECK_STATUS(source->open(source, STORE_WRITE, &store), STATUS_OK);
    CHECK_STATUS(migrate(store, "audit", audit_migrations, audit_migration_count, arena, &error),
                 STATUS_OK);
}

static void end(void)
{
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

static void append(struct arena *batch, char hash[AUDIT_HASH_DIGITS], int64_t position)
{
    struct digest_key seal_key = audit_seal_key(&key);
    struct audit_record record = {
        .position = position,
        .id = id_new(),
        .message_id = id_new(),
        .event_type = TEXT("users.changed"),
        .event_version = 1,
        .event_source = TEXT("users"),
        .source_position = position,
        .subject = TEXT("018f6e2a-0000-7000-8000-00000000a11a"),
        .actor = TEXT("gateway for 018f6e2a-0000-7000-8000-00000000b0b0"),
        .trace = TEXT("4bf92f3577b34da6a3ce929d0e0e4736"),
        .occurred_at = 1790000000000 + position,
        .received_at = 1790000000001 + position,
        .payload = TEXT("{\"id\":\"018f6e2a-0000-7000-8000-00000000a11a\",\"email\":\"anna@"
                        "example.com\",\"full_name\":\"Anna\",\"type\":\"worker\",\"roles\":["
                        "\"worker\"],\"status\":\"active\",\"activated\":true,\"revision\":7}"),
    };
    record.hash = audit_hash(batch, (struct text){hash, AUDIT_HASH_DIGITS}, &record);
    record.seal = audit_seal(batch, &seal_key, record.hash);
    CHECK_STATUS(audit_append(store, &record), STATUS_OK);
    memcpy(hash, record.hash.data, AUDIT_HASH_DIGITS);
    if (position % HEAD_EVERY == 0) {
        struct proof_key signing_key = audit_signing_key(&key);
        struct audit_head head = audit_sign(batch, &signing_key, position, record.hash, position);
        CHECK_STATUS(audit_head_insert(store, &head), STATUS_OK);
    }
}

static void write_chain(int64_t count)
{
    struct arena *batch = arena_create("batch", ARENA_BYTES_MAX);
    char hash[AUDIT_HASH_DIGITS];
    memcpy(hash, audit_hash_of_nothing.data, AUDIT_HASH_DIGITS);
    for (int64_t i = 1; i <= count; i++) {
        if (i % PER_COMMIT == 1) {
            CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
        }
        append(batch, hash, i);
        if (i % PER_COMMIT == 0 || i == count) {
            CHECK_STATUS(store_commit(store), STATUS_OK);
            arena_reset(batch);
        }
    }
    arena_destroy(&batch);
}

static struct audit_report verify(const struct audit_verify_options *options)
{
    struct audit_report report;
    CHECK_STATUS(audit_verify(store, arena, options, &report), STATUS_OK);
    return report;
}

/* What was written once must be read for ever, so the bytes that are hashed are these:
 *
 *   "7,018f...01,018f...02,-,13:users.changed,1,5:users,-7,0:,4:root,-,1790000000007,0,10:{...},"
 *
 * behind the hash of the record before, and sha256sum says the same. */
static void the_bytes_of_a_record_never_change(void)
{
    begin();
    struct audit_record record = {
        .position = 7,
        .event_type = TEXT("users.changed"),
        .event_version = 1,
        .event_source = TEXT("users"),
        .source_position = -7,
        .subject = TEXT(""),
        .actor = TEXT("root"),
        .occurred_at = 1790000000007,
        .payload = TEXT("{\"a\":\"я\"}"),
    };
    CHECK(id_read(TEXT("018f6e2a-0000-7000-8000-000000000001"), &record.id));
    CHECK(id_read(TEXT("018f6e2a-0000-7000-8000-000000000002"), &record.message_id));
    CHECK_TEXT(audit_hash(arena, audit_hash_of_nothing, &record),
               "670a00662ac2a566bed7fdc25e1030265641021d57e7d730724cbd7ab5fbee67");
    end();
}

static void an_empty_one_is_sound(void)
{
    begin();
    struct audit_report report = verify(&(struct audit_verify_options){.key = &key});
    CHECK(report.is_sound);
    CHECK_INT(report.records, 0);
    end();
}

static void many_are_followed_with_their_heads(void)
{
    begin();
    int64_t count = test_scale(MANY);
    write_chain(count);
    int64_t began_ms = clock_monotonic_ms();
    struct audit_report report = verify(&(struct audit_verify_options){.key = &key});
    printf("# %lld records in %lld ms\n", (long long)count,
           (long long)(clock_monotonic_ms() - began_ms));
    CHECK(report.is_sound);
    CHECK_INT(report.records, count);
    CHECK_INT(report.heads, count / HEAD_EVERY);
    CHECK(verify(&(struct audit_verify_options){.key = NULL}).is_sound);
    end();
}

static void another_installation_has_not_written_it(void)
{
    begin();
    struct digest_key other = {{8}};
    write_chain(10);
    struct audit_report report = verify(&(struct audit_verify_options){.key = &other});
    CHECK(!report.is_sound);
    CHECK_INT(report.broken_at, 1);
    CHECK_TEXT(report.complaint, "Record 1 was not written by this installation.");
    end();
}

static void a_noted_head_must_be_in_it(void)
{
    begin();
    write_chain(10);
    struct text hash = verify(&(struct audit_verify_options){.key = &key}).hash;
    struct audit_verify_options options = {.key = &key, .noted_position = 10, .noted_hash = hash};
    CHECK(verify(&options).is_sound);
    options.noted_position = 9;
    CHECK_INT(verify(&options).broken_at, 9);
    options.noted_position = 11;
    CHECK_TEXT(verify(&options).complaint, "It ends with record 10, and there were 11.");
    end();
}

static void nobody_writes_the_same_place_twice(void)
{
    begin();
    write_chain(10);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
    struct audit_record again = {.position = 10,
                                 .id = id_new(),
                                 .message_id = id_new(),
                                 .event_type = TEXT("a.b"),
                                 .event_source = TEXT("a"),
                                 .payload = TEXT("{}"),
                                 .occurred_at = 1,
                                 .received_at = 1,
                                 .hash = audit_hash_of_nothing,
                                 .seal = audit_hash_of_nothing};
    CHECK_STATUS(audit_append(store, &again), STATUS_CONFLICT);
    store_rollback(store);
    end();
}

static const struct test tests[] = {
    {"the_bytes_of_a_record_never_change", the_bytes_of_a_record_never_change, 0},
    {"an_empty_one_is_sound", an_empty_one_is_sound, 0},
    {"many_are_followed_with_their_heads", many_are_followed_with_their_heads, 600},
    {"another_installation_has_not_written_it", another_installation_has_not_written_it, 0},
    {"a_noted_head_must_be_in_it", a_noted_head_must_be_in_it, 0},
    {"nobody_writes_the_same_place_twice", nobody_writes_the_same_place_twice, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
