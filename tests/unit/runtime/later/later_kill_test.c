/* later_kill_test.c - killed at each call of the store, what is due still happens exactly once.
 *
 * A directory with timers, delayed commands and a schedule is copied for every run; a child works
 * on the copy and kills itself before or after its n-th call, another child finishes the work, and
 * what then stands there is compared with what an undisturbed child has left.
 */
#include "runtime/intake/intake.h"
#include "tests/unit/runtime/later/alarms.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOW = 1000000, SECOND = 1000, PATH_BYTES_MAX = 600, CALLS_MAX = 2000 };

static const struct schedule_row beat[] = {
    {.name = "beat", .when = "every 1s", .catch_up = CATCH_UP_ALL, .handle = alarm_on_schedule}};
static const struct service beating = {ALARMS_TABLES, .schedules = beat, .schedule_count = 1};

/* ---- a store that is killed ---- */

static struct {
    const struct store_ops *inner;
    struct store_ops ops;
    int calls;
    int kill_at; /* 0: never */
    bool kill_after;
    bool is_torn; /* the bug on purpose: each statement is a transaction of its own */
} killer;

static void before_call(void)
{
    killer.calls++;
    if (killer.calls == killer.kill_at && !killer.kill_after) {
        raise(SIGKILL);
    }
}

static void after_call(void)
{
    if (killer.calls == killer.kill_at && killer.kill_after) {
        raise(SIGKILL);
    }
}

static enum status tear(struct store *store, enum status status)
{
    if (status == STATUS_OK && killer.is_torn && store->state == STORE_WRITING) {
        status = killer.inner->commit(store);
        MUST(killer.inner->begin(store, STORE_WRITE) == STATUS_OK);
        store->has_mark = false; /* it went with its transaction */
    }
    return status;
}

static enum status kill_exec(struct store *store, const struct statement *statement,
                             struct values values, int64_t *changed_out)
{
    before_call();
    enum status status = killer.inner->exec(store, statement, values, changed_out);
    status = tear(store, status);
    after_call();
    return status;
}

static enum status kill_query(struct store *store, struct arena *arena,
                              const struct statement *statement, struct values values,
                              struct rows *rows_out)
{
    before_call();
    enum status status = killer.inner->query(store, arena, statement, values, rows_out);
    status = tear(store, status);
    after_call();
    return status;
}

static enum status kill_undo(struct store *store, enum store_place place)
{
    before_call();
    enum status status = killer.inner->undo(store, place);
    after_call();
    return status;
}

static enum status kill_commit(struct store *store)
{
    before_call();
    enum status status = killer.inner->commit(store);
    after_call();
    return status;
}

static void wrap(struct store *store)
{
    killer.inner = store->ops;
    killer.ops = *store->ops;
    killer.ops.exec = kill_exec;
    killer.ops.query = kill_query;
    killer.ops.undo = kill_undo;
    killer.ops.commit = kill_commit;
    store->ops = &killer.ops;
    killer.calls = 0;
}

/* ---- the directories ---- */

static char master[PATH_BYTES_MAX];
static char copy[PATH_BYTES_MAX];

static void copy_file(const char *name)
{
    static char bytes[1 << 20];
    char from[PATH_BYTES_MAX + 300];
    char to[PATH_BYTES_MAX + 300];
    snprintf(from, sizeof from, "%s/%s", master, name);
    snprintf(to, sizeof to, "%s/%s", copy, name);
    int source = open(from, O_RDONLY | O_CLOEXEC);
    int target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(source >= 0 && target >= 0);
    ssize_t got;
    while ((got = read(source, bytes, sizeof bytes)) > 0) {
        CHECK_INT(write(target, bytes, (size_t)got), got);
    }
    close(source);
    close(target);
}

static void for_each_file(const char *directory, void (*visit)(const char *name))
{
    DIR *files = opendir(directory);
    CHECK(files != NULL);
    for (struct dirent *file = readdir(files); file != NULL; file = readdir(files)) {
        if (file->d_name[0] != '.') {
            visit(file->d_name);
        }
    }
    closedir(files);
}

static void remove_copied(const char *name)
{
    char path[PATH_BYTES_MAX + 300];
    snprintf(path, sizeof path, "%s/%s", copy, name);
    CHECK_INT(unlink(path), 0);
}

static void copy_master(void)
{
    for_each_file(copy, remove_copied);
    for_each_file(master, copy_file);
}

static void make_directories(void)
{
    snprintf(master, sizeof master, "%s/master", test_directory());
    snprintf(copy, sizeof copy, "%s/copy", test_directory());
    CHECK_INT(mkdir(master, 0700), 0);
    CHECK_INT(mkdir(copy, 0700), 0);
}

static void open_in(struct alarms *alarms, const char *directory)
{
    const struct sqlite_options options = {.directory = directory, .schema = "alarms"};
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    alarms_open(alarms, source, &beating, NOW);
}

/* ---- what is due ---- */

static void command_at(struct alarms *alarms, const char *subject, int64_t at_ms)
{
    struct call call = alarms_call(alarms);
    alarms_begin(alarms);
    CHECK_STATUS(tell_to_at(&call, &alarms_errands[0], text_of(subject),
                            &(struct alarm_data){.again_at = 0}, at_ms),
                 STATUS_OK);
    alarms_commit(alarms);
}

static void fill(bool with_failures)
{
    struct alarms alarms;
    make_directories();
    open_in(&alarms, master);
    alarms_set(&alarms, "a", NOW + 1);
    alarms_set(&alarms, "b", NOW + 2);
    alarms_set_as(&alarms, 1, "c", NOW + 3, "");
    command_at(&alarms, "x", NOW + 1);
    command_at(&alarms, "y", NOW + 2);
    if (with_failures) {
        alarms_set_as(&alarms, 0, "fails", NOW + 4, "fail");
        alarms_set_as(&alarms, 0, "no", NOW + 5, "refuse");
        alarms_set_as(&alarms, 0, "again", NOW + 6, "again");
    }
    alarms_close(&alarms);
}

/* Everything that is due in the next five seconds, and what of it is tried again. */
static void work(struct alarms *alarms)
{
    alarms->now_ms = NOW + 5 * SECOND;
    alarms_run(alarms, later_run_timers);
    alarms_run(alarms, later_run_schedules);
    alarms->now_ms += 60 * SECOND;
    alarms_run(alarms, intake_retry);
}

struct killing {
    int at;
    bool after;
    bool is_torn;
};

/* The status of waitpid. */
static int run_child(struct killing killing)
{
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        struct alarms alarms;
        open_in(&alarms, copy);
        wrap(alarms.store);
        killer.kill_at = killing.at;
        killer.kill_after = killing.after;
        killer.is_torn = killing.is_torn;
        work(&alarms);
        alarms_close(&alarms);
        _exit(0);
    }
    int result = 0;
    CHECK_INT(waitpid(child, &result, 0), child);
    CHECK((WIFEXITED(result) && WEXITSTATUS(result) == 0) ||
          (WIFSIGNALED(result) && WTERMSIG(result) == SIGKILL));
    return result;
}

/* ---- what stands there then ---- */

static int by_text(const void *left, const void *right)
{
    return text_compare(*(const struct text *)left, *(const struct text *)right);
}

/* All effects in one text, whatever their order between timers, schedules and retries. */
static struct text state_of_copy(struct arena *arena)
{
    struct alarms alarms;
    open_in(&alarms, copy);
    struct rows rows = alarms_rung(&alarms);
    struct rows parked = alarms_parked(&alarms);
    struct messages messages;
    CHECK_STATUS(store_begin(alarms.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(journal_read(alarms.store, alarms.arena, TEXT("alarms"), 0, &messages), STATUS_OK);
    alarms_commit(&alarms);
    size_t count = 0;
    struct text *lines =
        ARENA_ARRAY(arena, struct text, rows.count + parked.count + messages.count);
    for (size_t i = 0; i < rows.count; i++) {
        const struct rung *rung = (const struct rung *)rows.items + i;
        lines[count++] = text_format(arena, "%.*s %.*s %lld", TEXT_ARGS(rung->name),
                                     TEXT_ARGS(rung->subject), (long long)rung->told_at);
    }
    for (size_t i = 0; i < parked.count; i++) {
        const struct parked *row = (const struct parked *)parked.items + i;
        lines[count++] =
            text_format(arena, "parked %.*s %.*s", TEXT_ARGS(row->subject), TEXT_ARGS(row->state));
    }
    for (size_t i = 0; i < messages.count; i++) {
        lines[count++] = text_format(arena, "told %.*s", TEXT_ARGS(messages.items[i].subject));
    }
    qsort(lines, count, sizeof *lines, by_text);
    struct text state = TEXT("");
    for (size_t i = 0; i < count; i++) {
        state = text_format(arena, "%.*s%.*s\n", TEXT_ARGS(state), TEXT_ARGS(lines[i]));
    }
    alarms_close(&alarms);
    return state;
}

static struct text undisturbed(struct arena *arena)
{
    copy_master();
    CHECK_INT(run_child((struct killing){.at = 0}), 0);
    return state_of_copy(arena);
}

/* How many places there were to be killed at; differences_out counts runs that ended otherwise. */
static int kill_everywhere(struct killing killing, struct text expected, int *differences_out)
{
    for (killing.at = 1; killing.at < CALLS_MAX; killing.at++) {
        if (killing.is_torn && *differences_out > 0) {
            return killing.at - 1; /* seen */
        }
        copy_master();
        if (run_child(killing) == 0) {
            return killing.at - 1;
        }
        CHECK_INT(run_child((struct killing){.at = 0}), 0);
        struct arena *arena = arena_create("state", ALARMS_ARENA_MAX);
        struct text state = state_of_copy(arena);
        if (!text_equals(state, expected)) {
            (*differences_out)++;
            if (!killing.is_torn) {
                printf("#   killed %s call %d:\n%.*s", killing.after ? "after" : "before",
                       killing.at, TEXT_ARGS(state));
            }
        }
        arena_destroy(&arena);
    }
    CHECK(false); /* it never came to an end */
    return 0;
}

static const char all_of_it[] = "beat beat 1001000\n"
                                "beat beat 1002000\n"
                                "beat beat 1003000\n"
                                "beat beat 1004000\n"
                                "beat beat 1005000\n"
                                "knock c 1000003\n"
                                "parked no dead\n"
                                "ring a 1000001\n"
                                "ring again 1000006\n"
                                "ring again 1001006\n"
                                "ring b 1000002\n"
                                "ring fails 1000004\n"
                                "told x\n"
                                "told y\n";

static void nothing_is_lost_or_doubled(void)
{
    struct arena *arena = arena_create("expected", ALARMS_ARENA_MAX);
    int differences = 0;
    fill(true);
    struct text expected = undisturbed(arena);
    CHECK_TEXT(expected, all_of_it);
    int before = kill_everywhere((struct killing){.after = false}, expected, &differences);
    int after = kill_everywhere((struct killing){.after = true}, expected, &differences);
    printf("# killed before %d calls and after %d\n", before, after);
    CHECK(before > 50 && before == after);
    CHECK_INT(differences, 0);
    arena_destroy(&arena);
}

/* Would it be seen? When the row and its effect are not one transaction, something is lost. */
static void a_torn_transaction_is_seen(void)
{
    struct arena *arena = arena_create("expected", ALARMS_ARENA_MAX);
    int differences = 0;
    fill(false);
    struct text expected = undisturbed(arena);
    kill_everywhere((struct killing){.after = true, .is_torn = true}, expected, &differences);
    CHECK(differences > 0);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"nothing_is_lost_or_doubled", nothing_is_lost_or_doubled, 240},
    {"a_torn_transaction_is_seen", a_torn_transaction_is_seen, 120},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
