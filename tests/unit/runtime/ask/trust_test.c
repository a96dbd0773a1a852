/* trust_test.c - keys of our own, and those of others that we believe. */
#include "runtime/ask/trust.h"

#include "runtime/ask/service_key.h"
#include "tests/lib/check.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARENA_BYTES_MAX = 16 * 1024 * 1024 };

static const int64_t now_ms = 1795257210123;
static struct arena *arena;
static struct text error;
static struct service_key first;
static struct service_key second;

static void make_key(struct service_key *key)
{
    CHECK_INT(crypto_sign_keypair(key->public_key, key->secret_key), 0);
    credential_key_id(key->public_key, key->id);
}

static void begin(void)
{
    CHECK(sodium_init() >= 0);
    arena = arena_create("trust", ARENA_BYTES_MAX);
    make_key(&first);
    make_key(&second);
}

static const char *line_of(const struct service_key *key, const char *services)
{
    return service_key_line(arena, key, text_of(services)).data;
}

static const char *path_of(const char *name)
{
    return text_format(arena, "%s/%s", test_directory(), name).data;
}

static void write_file(const char *name, const char *content, mode_t mode)
{
    int file = open(path_of(name), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    CHECK(file >= 0);
    CHECK_INT(write(file, content, strlen(content)), strlen(content));
    CHECK_INT(fchmod(file, mode), 0);
    close(file);
}

static struct trust *open_trust(const char *setting)
{
    struct trust *trust = NULL;
    CHECK_STATUS(trust_open(arena, test_directory(), text_of(setting), &trust, &error), STATUS_OK);
    return trust;
}

static bool is_believed(const struct trust *trust, const struct service_key *key,
                        const char *issuer, const char *audience)
{
    struct credential credential;
    struct text text = credential_write(arena, key, text_of(issuer), TEXT("users"), now_ms);
    CHECK(credential_read(text, &credential));
    return trust_complaint(trust, &credential, text_of(audience), now_ms) == NULL;
}

static void believes_nobody_by_default(void)
{
    begin();
    struct trust *trust = open_trust(NULL);
    CHECK_INT(trust->count, 0);
    CHECK(!is_believed(trust, &first, "orders", "users"));
    arena_destroy(&arena);
}

static void believes_a_key_for_its_services(void)
{
    begin();
    struct trust *trust = open_trust(line_of(&first, "orders,board"));
    CHECK(is_believed(trust, &first, "orders", "users"));
    CHECK(is_believed(trust, &first, "board", "users"));
    CHECK(!is_believed(trust, &first, "iam", "users"));
    CHECK(!is_believed(trust, &first, "order", "users"));
    CHECK(!is_believed(trust, &first, "orders", "board"));
    CHECK(!is_believed(trust, &second, "orders", "users"));
    arena_destroy(&arena);
}

static void reads_the_file_and_the_setting(void)
{
    begin();
    struct text lines = text_format(arena, "# who asks us\n\n  %s   # old\n%s\n",
                                    line_of(&first, "orders"), line_of(&second, "orders"));
    write_file("trusted.keys", lines.data, 0600);
    struct trust *trust = open_trust(
        text_format(arena, " %s  %s ", line_of(&first, "board"), line_of(&second, "iam")).data);
    CHECK_INT(trust->count, 4);
    CHECK(is_believed(trust, &first, "orders", "users")); /* two keys while one is replaced */
    CHECK(is_believed(trust, &second, "orders", "users"));
    arena_destroy(&arena);
}

static void says_which_entry_is_wrong(void)
{
    begin();
    struct text good = text_of(line_of(&first, "orders"));
    struct text shorter = text_slice(good, 0, good.bytes - 1);
    struct trust *trust = NULL;
    const char *const bad[] = {
        "orders", "orders=", "=AAAA", "orders=AAAA", "orders=!!", text_copy(arena, shorter).data,
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CHECK_STATUS(trust_open(arena, test_directory(), text_of(bad[i]), &trust, &error),
                     STATUS_MALFORMED);
        CHECK(memmem(error.data, error.bytes, "kontora key", 11) != NULL);
        write_file("trusted.keys", bad[i], 0600);
        CHECK_STATUS(trust_open(arena, test_directory(), NO_TEXT, &trust, &error),
                     STATUS_MALFORMED);
        CHECK(memmem(error.data, error.bytes, "trusted.keys", 12) != NULL);
        CHECK_INT(unlink(path_of("trusted.keys")), 0);
    }
    arena_destroy(&arena);
}

static void believes_no_file_that_others_may_write(void)
{
    begin();
    struct trust *trust = NULL;
    write_file("trusted.keys", line_of(&first, "orders"), 0620);
    CHECK_STATUS(trust_open(arena, test_directory(), NO_TEXT, &trust, &error), STATUS_MALFORMED);
    write_file("trusted.keys", line_of(&first, "orders"), 0644); /* it is no secret */
    CHECK_STATUS(trust_open(arena, test_directory(), NO_TEXT, &trust, &error), STATUS_OK);
    arena_destroy(&arena);
}

/* ---- our own ---- */

static enum status open_key(struct service_key *key_out)
{
    error = NO_TEXT;
    return service_key_open(arena, test_directory(), key_out, &error);
}

static void makes_a_key_once(void)
{
    begin();
    struct stat seen;
    umask(0);
    CHECK_STATUS(open_key(&first), STATUS_OK);
    CHECK_STATUS(open_key(&second), STATUS_OK);
    CHECK_INT(memcmp(&first, &second, sizeof first), 0);
    CHECK_INT(stat(path_of("service.key"), &seen), 0);
    CHECK_INT(seen.st_mode & 0777, 0600);
    CHECK_INT(access(path_of("service.key.new"), F_OK), -1);
    CHECK(is_believed(open_trust(line_of(&first, "orders")), &second, "orders", "users"));
    arena_destroy(&arena);
}

static void uses_no_key_that_others_know(void)
{
    static const mode_t modes[] = {0640, 0604, 0660};
    begin();
    CHECK_STATUS(open_key(&first), STATUS_OK);
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        CHECK_INT(chmod(path_of("service.key"), modes[i]), 0);
        CHECK_STATUS(open_key(&second), STATUS_MALFORMED);
        CHECK(memmem(error.data, error.bytes, "service.key", 11) != NULL);
    }
    arena_destroy(&arena);
}

static void uses_no_damaged_key(void)
{
    static const char *const contents[] = {
        "",
        "abc",
        "zz00000000000000000000000000000000000000000000000000000000000000",
        "00000000000000000000000000000000000000000000000000000000000000001",
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(contents); i++) {
        write_file("service.key", contents[i], 0600);
        CHECK_STATUS(open_key(&first), STATUS_CORRUPT);
        CHECK(memmem(error.data, error.bytes, "kontora key", 11) != NULL);
    }
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"believes_nobody_by_default", believes_nobody_by_default, 0},
    {"believes_a_key_for_its_services", believes_a_key_for_its_services, 0},
    {"reads_the_file_and_the_setting", reads_the_file_and_the_setting, 0},
    {"says_which_entry_is_wrong", says_which_entry_is_wrong, 0},
    {"believes_no_file_that_others_may_write", believes_no_file_that_others_may_write, 0},
    {"makes_a_key_once", makes_a_key_once, 0},
    {"uses_no_key_that_others_know", uses_no_key_that_others_know, 0},
    {"uses_no_damaged_key", uses_no_damaged_key, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
