/* postgres_server.c - starts, stops and kills a PostgreSQL of the tests. */
#include "tests/lib/postgres_server.h"

#include "base/must.h"
#include "tests/lib/servers/server_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 256, ANSWER_BYTES = 64 * 1024, CHILDREN_MAX = 256, READY_TRIES = 3000 };

struct postgres_server {
    char directory[PATH_BYTES / 2];
    char programs[PATH_BYTES];
    char address[PATH_BYTES];
    char admin_address[PATH_BYTES];
    pid_t pid;
};

_Noreturn static void fail(const char *what, const char *which)
{
    printf("# PostgreSQL for the tests: %s %s\n", what, which);
    fflush(stdout);
    exit(1);
}

/* The newest version that Debian's packages have put there. */
static void find_programs(struct postgres_server *server)
{
    for (int version = 30; version >= 14; version--) {
        char path[PATH_BYTES + 16];
        snprintf(server->programs, sizeof server->programs, "/usr/lib/postgresql/%d/bin", version);
        snprintf(path, sizeof path, "%s/initdb", server->programs);
        if (access(path, X_OK) == 0) {
            return;
        }
    }
    fail("it is not installed;", "apt-get install postgresql");
}

/* The server refuses to run as root. */
static void become_postgres(void)
{
    if (geteuid() != 0) {
        return;
    }
    const struct passwd *user = getpwnam("postgres");
    if (user == NULL || initgroups("postgres", user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
        setuid(user->pw_uid) != 0) {
        _exit(126);
    }
}

/* A program of PostgreSQL, with what it says in `log`, or on the descriptor `answer`. It ends with
 * us: the signal is asked for after the user has changed, because that change forgets it. */
static pid_t start(const struct postgres_server *server, const char *const *arguments, int answer)
{
    char path[PATH_BYTES + 16];
    snprintf(path, sizeof path, "%s/%s", server->programs, arguments[0]);
    pid_t parent = getpid();
    fflush(stdout);
    pid_t child = fork();
    if (child != 0) {
        return child;
    }
    become_postgres();
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent || chdir(server->directory) != 0) {
        _exit(126);
    }
    server_process_redirect(server->directory, "log", -1, answer);
    setenv("PATH", server->programs, 1); /* where initdb looks for its neighbours */
    /* execv changes none of them; its type is older than const. */
    execv(path, (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static bool succeeded(pid_t child)
{
    int result = 1;
    return child > 0 && waitpid(child, &result, 0) == child && result == 0;
}

const char *postgres_server_run(struct postgres_server *server, const char *format, ...)
{
    static _Thread_local char answer[ANSWER_BYTES];
    char sql[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sql, sizeof sql, format, arguments);
    va_end(arguments);
    int ends[2];
    MUST(pipe2(ends, O_CLOEXEC) == 0);
    const char *const command[] = {
        "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", server->admin_address, "-c", sql, NULL};
    pid_t child = start(server, command, ends[1]);
    close(ends[1]);
    size_t bytes = 0;
    ssize_t got;
    while (bytes < sizeof answer - 1 &&
           (got = read(ends[0], answer + bytes, sizeof answer - 1 - bytes)) > 0) {
        bytes += (size_t)got;
    }
    close(ends[0]);
    answer[bytes] = '\0';
    answer[strcspn(answer, "\n")] = '\0';
    if (!succeeded(child)) {
        fail("psql failed with", sql);
    }
    return answer;
}

static bool is_ready(const struct postgres_server *server)
{
    const char *const command[] = {"psql", "-XAtq",    "-d", server->admin_address,
                                   "-c",   "SELECT 1", NULL};
    return succeeded(start(server, command, -1));
}

void postgres_server_start_again(struct postgres_server *server)
{
    MUST(server->pid == 0);
    const char *const command[] = {"postgres",
                                   "-D",
                                   "data",
                                   "-k",
                                   server->directory,
                                   "-c",
                                   "listen_addresses=",
                                   "-c",
                                   "max_connections=400",
                                   "-c",
                                   "shared_buffers=16MB",
                                   "-c",
                                   "autovacuum=off",
                                   "-c",
                                   "jit=off",
                                   NULL};
    server->pid = start(server, command, -1);
    for (int i = 0; i < READY_TRIES; i++) {
        if (is_ready(server)) {
            return;
        }
        if (waitpid(server->pid, NULL, WNOHANG) == server->pid) {
            fail("it does not start; see", server->directory);
        }
        usleep(20000);
    }
    fail("it is not ready after a while; see", server->directory);
}

static void make_directory(struct postgres_server *server)
{
    const char *base = getenv("TMPDIR");
    snprintf(server->directory, sizeof server->directory, "%s/kontora-postgres-XXXXXX",
             base == NULL ? "/tmp" : base);
    if (mkdtemp(server->directory) == NULL) {
        fail("cannot make", server->directory);
    }
    const struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (user != NULL && chown(server->directory, user->pw_uid, user->pw_gid) != 0) {
        fail("cannot give away", server->directory);
    }
}

void postgres_server_use_database(struct postgres_server *server, const char *name)
{
    postgres_server_run(server, "CREATE DATABASE %s", name);
    postgres_server_run(server, "GRANT CREATE ON DATABASE %s TO kontora_owner", name);
    snprintf(server->admin_address, sizeof server->admin_address, "host=%s dbname=%s user=admin",
             server->directory, name);
    snprintf(server->address, sizeof server->address, "host=%s dbname=%s user=kontora_owner",
             server->directory, name);
}

/* The data is new for each server; only making it is not flushed, what comes after it is. */
struct postgres_server *postgres_server_start(void)
{
    struct postgres_server *server = calloc(1, sizeof *server);
    MUST(server != NULL);
    find_programs(server);
    make_directory(server);
    const char *const initdb[] = {"initdb",    "-D",    "data", "-A",   "trust",
                                  "-U",        "admin", "-E",   "UTF8", "--locale=C.UTF-8",
                                  "--no-sync", NULL};
    if (!succeeded(start(server, initdb, -1))) {
        fail("initdb failed; see", server->directory);
    }
    snprintf(server->admin_address, sizeof server->admin_address,
             "host=%s dbname=postgres user=admin", server->directory);
    postgres_server_start_again(server);
    postgres_server_run(server, "CREATE ROLE kontora_owner LOGIN CREATEROLE");
    postgres_server_use_database(server, "kontora");
    return server;
}

/* /proc/ID/stat is "ID (name) state parent ...", and a name may have anything in it. */
static pid_t parent_of(const char *id)
{
    char path[PATH_BYTES + 32];
    char line[512] = "";
    snprintf(path, sizeof path, "/proc/%s/stat", id);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    const char *behind_name = fgets(line, sizeof line, file) == NULL ? NULL : strrchr(line, ')');
    fclose(file);
    return behind_name == NULL ? 0 : (pid_t)strtol(behind_name + strlen(") S "), NULL, 10);
}

static size_t find_children(pid_t parent, pid_t children[CHILDREN_MAX])
{
    size_t count = 0;
    DIR *all = opendir("/proc");
    MUST(all != NULL);
    const struct dirent *entry;
    while ((entry = readdir(all)) != NULL && count < CHILDREN_MAX) {
        pid_t id = (pid_t)strtol(entry->d_name, NULL, 10);
        if (id > 0 && parent_of(entry->d_name) == parent) {
            children[count++] = id;
        }
    }
    closedir(all);
    return count;
}

/* Whoever is killed goes on for a moment; a child of somebody else can only be waited for so. */
static void kill_and_wait(pid_t child)
{
    int handle = (int)syscall(SYS_pidfd_open, child, 0);
    if (handle < 0) {
        return; /* gone already */
    }
    kill(child, SIGKILL);
    struct pollfd ended = {.fd = handle, .events = POLLIN};
    MUST(poll(&ended, 1, 60000) == 1);
    close(handle);
}

/* Stopped first, so that no child is born between the look and the kill. */
void postgres_server_kill(struct postgres_server *server)
{
    MUST(server->pid > 0);
    pid_t children[CHILDREN_MAX];
    kill(server->pid, SIGSTOP);
    size_t count = find_children(server->pid, children);
    for (size_t i = 0; i < count; i++) {
        kill_and_wait(children[i]);
    }
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

void postgres_server_stop(struct postgres_server **server)
{
    struct postgres_server *ending = *server;
    *server = NULL;
    if (ending == NULL) {
        return;
    }
    if (ending->pid > 0) {
        kill(ending->pid, SIGQUIT);
        waitpid(ending->pid, NULL, 0);
    }
    server_process_remove(ending->directory);
    free(ending);
}

const char *postgres_server_address(const struct postgres_server *server)
{
    return server->address;
}

const char *postgres_server_admin_address(const struct postgres_server *server)
{
    return server->admin_address;
}
