/* data_directory_test.c - one directory, one process, nobody else's hands in it. */
#include "runtime/start/data_directory.h"

#include "base/must.h"
#include "tests/lib/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct arena *arena;

static const char *place(const char *name)
{
    if (arena == NULL) {
        arena = arena_create("places", 1024 * 1024);
    }
    return text_format(arena, "%s/%s", test_directory(), name).data;
}

static void check_refused(const char *path, enum status status, const char *sentence)
{
    int lock = -1;
    struct text error = NO_TEXT;
    CHECK_STATUS(data_directory_open(arena, path, &lock, &error), status);
    CHECK_TEXT(error, text_format(arena, "The data directory %s %s", path, sentence).data);
    CHECK_INT(lock, -1);
}

static int open_well(const char *path)
{
    int lock = -1;
    struct text error = NO_TEXT;
    CHECK_STATUS(data_directory_open(arena, path, &lock, &error), STATUS_OK);
    CHECK(lock >= 0);
    return lock;
}

static void makes_it_for_its_owner_only(void)
{
    const char *path = place("data");
    umask(0);
    int lock = open_well(path);
    struct stat seen;
    CHECK_INT(stat(path, &seen), 0);
    CHECK(S_ISDIR(seen.st_mode));
    CHECK_INT(seen.st_mode & 0777, 0700);
    CHECK_INT(fstat(lock, &seen), 0);
    CHECK_INT(seen.st_mode & 0777, 0600);
    data_directory_close(lock);
    arena_destroy(&arena);
}

static void is_served_by_one_only(void)
{
    const char *path = place("data");
    int lock = open_well(path);
    struct text sentence = text_format(arena,
                                       "is served by another process (pid %ld). Stop it first, or "
                                       "give another directory with --data.",
                                       (long)getpid());
    check_refused(path, STATUS_BUSY, sentence.data);
    data_directory_close(lock);
    data_directory_close(open_well(path));
    arena_destroy(&arena);
}

/* The lock ends with its holder; the number that is left behind holds nobody up. */
static void is_free_when_its_holder_has_died(void)
{
    const char *path = place("data");
    pid_t child = fork();
    if (child == 0) {
        (void)open_well(path);
        _exit(0);
    }
    int result = 0;
    CHECK_INT(waitpid(child, &result, 0), child);
    CHECK_INT(result, 0);
    int lock = open_well(path);
    char said[32] = "";
    char own[32];
    CHECK(pread(lock, said, sizeof said - 1, 0) > 0);
    snprintf(own, sizeof own, "%ld", (long)getpid());
    CHECK_TEXT(text_of(said), own);
    data_directory_close(lock);
    arena_destroy(&arena);
}

static void refuses_what_others_may_write(void)
{
    static const mode_t modes[] = {0770, 0707, 0777, 0720, 0702};
    const char *path = place("data");
    CHECK_INT(mkdir(path, 0700), 0);
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        CHECK_INT(chmod(path, modes[i]), 0);
        check_refused(path, STATUS_MALFORMED,
                      "may be written by other users; take that away with chmod go-w.");
    }
    CHECK_INT(chmod(path, 0755), 0); /* looking is fine: what is inside guards itself */
    data_directory_close(open_well(path));
    arena_destroy(&arena);
}

static void says_what_else_is_wrong(void)
{
    const char *path = place("file");
    int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    CHECK(file >= 0);
    close(file);
    check_refused(path, STATUS_MALFORMED, "is not a directory.");
    check_refused(place("no/such/parent"), STATUS_UNAVAILABLE,
                  "cannot be made: No such file or directory.");
    char name[5000];
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    check_refused(name, STATUS_MALFORMED, "has too long a name.");
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"makes_it_for_its_owner_only", makes_it_for_its_owner_only, 0},
    {"is_served_by_one_only", is_served_by_one_only, 0},
    {"is_free_when_its_holder_has_died", is_free_when_its_holder_has_died, 0},
    {"refuses_what_others_may_write", refuses_what_others_may_write, 0},
    {"says_what_else_is_wrong", says_what_else_is_wrong, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
