/* access_test.c - the owner of the machine comes in, and nobody else. */
#include "runtime/access.h"

#include "base/encode.h"
#include "tests/lib/check.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARENA_BYTES_MAX = 1024 * 1024, HASH_DIGITS = 64 };

static struct arena *arena;
static struct text error;

static void begin(void)
{
    CHECK(sodium_init() >= 0);
    arena = arena_create("access", ARENA_BYTES_MAX);
}

static const char *key_file(void)
{
    return text_format(arena, "%s/root.key", test_directory()).data;
}

static struct access *open_again(struct text *key_out)
{
    struct access *access = NULL;
    CHECK_STATUS(access_open(arena, test_directory(), &access, key_out, &error), STATUS_OK);
    return access;
}

static void write_file(const char *content, mode_t mode)
{
    int file = open(key_file(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    CHECK(file >= 0);
    CHECK_INT(write(file, content, strlen(content)), strlen(content));
    CHECK_INT(fchmod(file, mode), 0);
    close(file);
}

static struct text read_file(void)
{
    static char content[256];
    int file = open(key_file(), O_RDONLY | O_CLOEXEC);
    CHECK(file >= 0);
    ssize_t bytes = read(file, content, sizeof content);
    close(file);
    CHECK(bytes >= 0);
    return (struct text){content, (size_t)bytes};
}

static enum caller_kind kind_of(const struct access *access, struct text authorization)
{
    const struct http_header header = {TEXT("authorization"), authorization};
    const struct http_request request = {
        .headers = &header, .header_count = 1, .door = HTTP_DOOR_TCP, .peer_user = UINT32_MAX};
    return access_identify(access, &request).kind;
}

static void makes_a_key_once(void)
{
    begin();
    umask(0);
    struct text key;
    struct access *access = open_again(&key);
    CHECK(text_starts_with(key, TEXT("kontora_root_")));
    CHECK_INT(key.bytes, 13 + 43); /* 32 bytes of chance */
    CHECK_STATUS(access_keep(access, arena, &error), STATUS_OK);
    struct stat seen;
    CHECK_INT(stat(key_file(), &seen), 0);
    CHECK_INT(seen.st_mode & 0777, 0600);
    struct text again;
    struct access *reopened = open_again(&again);
    CHECK_TEXT(again, NULL);
    struct text header = text_join(arena, TEXT("Bearer "), key);
    CHECK_INT(kind_of(reopened, header), CALLER_ROOT);
    arena_destroy(&arena);
}

/* The file holds a hash, and nothing of the key. */
static void keeps_only_a_hash(void)
{
    begin();
    struct text key;
    struct access *access = open_again(&key);
    CHECK_STATUS(access_keep(access, arena, &error), STATUS_OK);
    struct text content = read_file();
    unsigned char hash[HASH_DIGITS / 2];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)key.data, key.bytes, NULL, 0);
    CHECK_TEXT(content, encode_hex(arena, hash, sizeof hash).data);
    char beside[300];
    snprintf(beside, sizeof beside, "%s.new", key_file());
    CHECK_INT(faccessat(AT_FDCWD, beside, F_OK, 0), -1);
    arena_destroy(&arena);
}

/* Whoever is stopped before the key was shown is shown another one. */
static void keeps_no_key_that_was_not_shown(void)
{
    begin();
    struct text first;
    struct text second;
    (void)open_again(&first);
    (void)open_again(&second);
    CHECK(first.bytes > 0 && second.bytes > 0);
    CHECK(!text_equals(first, second));
    arena_destroy(&arena);
}

static void keeps_what_is_kept(void)
{
    begin();
    struct text key;
    struct access *access = open_again(&key);
    CHECK_STATUS(access_keep(access, arena, &error), STATUS_OK);
    struct text before = text_copy(arena, read_file());
    CHECK_STATUS(access_keep(access, arena, &error), STATUS_OK);
    CHECK_STATUS(access_keep(open_again(&key), arena, &error), STATUS_OK);
    CHECK_TEXT(read_file(), before.data);
    arena_destroy(&arena);
}

static void check_refused(enum status status, const char *part)
{
    struct access *access = NULL;
    struct text key;
    error = NO_TEXT;
    CHECK_STATUS(access_open(arena, test_directory(), &access, &key, &error), status);
    CHECK(access == NULL);
    CHECK_TEXT(key, NULL);
    CHECK(memmem(error.data, error.bytes, part, strlen(part)) != NULL);
    CHECK(memmem(error.data, error.bytes, "root.key", 8) != NULL);
}

static void refuses_a_damaged_file(void)
{
    static const char *const contents[] = {
        "",
        "abc",
        "000000000000000000000000000000000000000000000000000000000000000",
        "zz00000000000000000000000000000000000000000000000000000000000000",
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(contents); i++) {
        write_file(contents[i], 0600);
        check_refused(STATUS_CORRUPT, "remove it and start again");
        CHECK_TEXT(read_file(), contents[i]); /* nothing is put right behind the owner's back */
    }
    arena_destroy(&arena);
}

/* Who may write the hash may choose the key. */
static void refuses_a_file_that_others_may_write(void)
{
    static const mode_t modes[] = {0620, 0602, 0666};
    static const char hash[] = "0000000000000000000000000000000000000000000000000000000000000000";
    begin();
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        write_file(hash, modes[i]);
        check_refused(STATUS_MALFORMED, "chmod 600");
    }
    write_file(hash, 0644);
    struct text key;
    CHECK(open_again(&key) != NULL);
    arena_destroy(&arena);
}

static void says_when_it_cannot_be_kept(void)
{
    begin();
    struct text key;
    struct access *access = open_again(&key);
    const char *beside = text_format(arena, "%s.new", key_file()).data;
    CHECK_INT(mkdir(beside, 0700), 0); /* in the way */
    CHECK_STATUS(access_keep(access, arena, &error), STATUS_UNAVAILABLE);
    CHECK(memmem(error.data, error.bytes, "root.key", 8) != NULL);
    CHECK_INT(rmdir(beside), 0);
    CHECK_STATUS(access_keep(access, arena, &error), STATUS_OK);
    arena_destroy(&arena);
}

static void knows_the_key_and_no_other(void)
{
    static const char *const schemes[] = {"Bearer ", "bearer ", "BEARER "};
    begin();
    struct text key;
    struct access *access = open_again(&key);
    CHECK_STATUS(access_keep(access, arena, &error), STATUS_OK);
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        CHECK_INT(kind_of(access, text_join(arena, text_of(schemes[i]), key)), CALLER_ROOT);
    }
    const struct text wrong[] = {
        NO_TEXT,
        TEXT(""),
        TEXT("Bearer"),
        TEXT("Bearer "),
        key,
        text_join(arena, TEXT("Basic "), key),
        text_join(arena, TEXT("Bearer  "), key),
        text_join(arena, TEXT("Bearer "), text_slice(key, 0, key.bytes - 1)),
        text_join(arena, text_join(arena, TEXT("Bearer "), key), TEXT("x")),
        text_join(arena, TEXT("Bearer "), read_file()), /* the hash is no key */
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK_INT(kind_of(access, wrong[i]), CALLER_NOBODY);
    }
    arena_destroy(&arena);
}

static void ignores_a_key_of_absurd_length(void)
{
    begin();
    struct text key;
    struct access *access = open_again(&key);
    char *header = arena_take(arena, 10000);
    memset(header, 'x', 10000);
    memcpy(header, "Bearer ", 7);
    CHECK_INT(kind_of(access, (struct text){header, 10000}), CALLER_NOBODY);
    arena_destroy(&arena);
}

static void knows_its_own_user_at_the_socket(void)
{
    static const struct {
        enum http_door door;
        int64_t user; /* -1: our own */
        enum caller_kind kind;
    } rows[] = {
        {HTTP_DOOR_UNIX, -1, CALLER_ROOT},          {HTTP_DOOR_UNIX, 0, CALLER_ROOT},
        {HTTP_DOOR_UNIX, 12345, CALLER_NOBODY},     {HTTP_DOOR_UNIX, UINT32_MAX, CALLER_NOBODY},
        {HTTP_DOOR_TCP, -1, CALLER_NOBODY},         {HTTP_DOOR_TLS, -1, CALLER_NOBODY},
        {HTTP_DOOR_TCP, UINT32_MAX, CALLER_NOBODY},
    };
    begin();
    struct text key;
    struct access *access = open_again(&key);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint32_t user = rows[i].user < 0 ? (uint32_t)geteuid() : (uint32_t)rows[i].user;
        const struct http_request request = {.door = rows[i].door, .peer_user = user};
        struct caller caller = access_identify(access, &request);
        CHECK_INT(caller.kind, rows[i].kind);
        CHECK_TEXT(caller.name, rows[i].kind == CALLER_ROOT ? "root" : "nobody");
    }
    arena_destroy(&arena);
}

static void says_no_by_default(void)
{
    const struct caller nobody = {.kind = CALLER_NOBODY};
    const struct caller root = {.kind = CALLER_ROOT};
    CHECK(access_may(&root, "users.read"));
    CHECK(access_may(&root, NULL));
    CHECK(!access_may(&nobody, "users.read"));
    CHECK(!access_may(&nobody, ""));
    CHECK(access_may(&nobody, NULL)); /* whoever reaches the door */
    const struct caller root_for_a_person = {.kind = CALLER_ROOT, .person = {{1}}};
    CHECK(!access_may(&root_for_a_person, "users.read"));
    CHECK(access_may(&root_for_a_person, NULL));
}

/* A person may what one of his permissions names, and nothing beside it. */
static void a_person_may_what_he_is_granted(void)
{
    static const struct {
        const char *granted;
        const char *permission;
        bool may;
    } rows[] = {
        {"users.read", "users.read", true},
        {"users.read", "users.create", false},
        {"users.read", "users.readx", false},
        {"users.*", "users.read", true},
        {"users.*", "usersx.read", false},
        {"users.*", "users", false},
        {"*", "users.read", true},
        {".*", "users.read", false},
        {"use*", "users.read", false},
        {"", "users.read", false},
        {"users.read", NULL, true},
        {"users.read", PERMISSION_PERSON, true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct text granted = text_of(rows[i].granted);
        const struct caller person = {
            .kind = CALLER_SERVICE, .person = {{1}}, .permissions = {&granted, 1}};
        const struct caller root_for_him = {
            .kind = CALLER_ROOT, .person = {{1}}, .permissions = {&granted, 1}};
        const struct caller no_person = {.kind = CALLER_SERVICE, .permissions = {&granted, 1}};
        CHECK_INT(access_may(&person, rows[i].permission), rows[i].may);
        CHECK_INT(access_may(&root_for_him, rows[i].permission), rows[i].may);
        CHECK_INT(access_may(&no_person, rows[i].permission), rows[i].permission == NULL);
    }
    const struct caller root = {.kind = CALLER_ROOT};
    CHECK(access_may(&root, PERMISSION_PERSON));
}

static void one_service_speaks_for_people(void)
{
    const struct caller nobody = {.kind = CALLER_NOBODY, .name = TEXT("gateway")};
    const struct caller root = {.kind = CALLER_ROOT, .name = TEXT("gateway")};
    const struct caller gateway = {.kind = CALLER_SERVICE, .name = TEXT("gateway")};
    const struct caller other = {.kind = CALLER_SERVICE, .name = TEXT("gateway2")};
    const struct caller unnamed = {.kind = CALLER_SERVICE, .name = TEXT("")};
    begin();
    struct text key;
    struct access *access = open_again(&key);
    CHECK_INT(access_spokesman(access, &gateway), SPEAKS_FOR_HIMSELF); /* until it is named */
    CHECK_INT(access_spokesman(access, &unnamed), SPEAKS_FOR_HIMSELF);
    access_let_speak(access, TEXT("gateway"));
    CHECK_INT(access_spokesman(access, &gateway), SPEAKS_FOR_PEOPLE);
    CHECK_INT(access_spokesman(access, &other), SPEAKS_FOR_HIMSELF);
    CHECK_INT(access_spokesman(access, &unnamed), SPEAKS_FOR_HIMSELF);
    CHECK_INT(access_spokesman(access, &nobody), SPEAKS_FOR_HIMSELF);
    CHECK_INT(access_spokesman(access, &root), SPEAKS_FOR_ALL);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"makes_a_key_once", makes_a_key_once, 0},
    {"keeps_only_a_hash", keeps_only_a_hash, 0},
    {"keeps_no_key_that_was_not_shown", keeps_no_key_that_was_not_shown, 0},
    {"keeps_what_is_kept", keeps_what_is_kept, 0},
    {"refuses_a_damaged_file", refuses_a_damaged_file, 0},
    {"refuses_a_file_that_others_may_write", refuses_a_file_that_others_may_write, 0},
    {"says_when_it_cannot_be_kept", says_when_it_cannot_be_kept, 0},
    {"knows_the_key_and_no_other", knows_the_key_and_no_other, 0},
    {"ignores_a_key_of_absurd_length", ignores_a_key_of_absurd_length, 0},
    {"knows_its_own_user_at_the_socket", knows_its_own_user_at_the_socket, 0},
    {"says_no_by_default", says_no_by_default, 0},
    {"a_person_may_what_he_is_granted", a_person_may_what_he_is_granted, 0},
    {"one_service_speaks_for_people", one_service_speaks_for_people, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
