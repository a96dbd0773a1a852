/* redis_server.c - starts, stops, pauses and kills a Redis of the tests. */
#include "tests/lib/redis_server.h"

#include "base/must.h"
#include "tests/lib/servers/server_process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PATH_BYTES = 108, /* of a socket */
    DIRECTORY_BYTES = 96,
    BASE_BYTES_MAX = 64,
    SECRET_BYTES = 48,
    ANSWER_BYTES = 64 * 1024,
    READY_TRIES = 6000,
    ARGUMENTS_MAX = 32
};

struct redis_server {
    char directory[DIRECTORY_BYTES];
    char socket[PATH_BYTES];
    char address[2 * PATH_BYTES];
    char tcp_address[2 * PATH_BYTES];
    char port[8];
    char secret[SECRET_BYTES];    /* empty: none */
    char maxmemory[SECRET_BYTES]; /* empty: none */
    pid_t pid;
};

_Noreturn static void fail(const char *what, const char *which)
{
    printf("# Redis for the tests: %s %s\n", what, which);
    fflush(stdout);
    exit(1);
}

/* ---- speaking with it ---- */

static int connect_to(const struct redis_server *server)
{
    struct sockaddr_un place = {.sun_family = AF_UNIX};
    snprintf(place.sun_path, sizeof place.sun_path, "%s", server->socket);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval limit = {.tv_sec = 30};
    MUST(descriptor >= 0);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(descriptor, (const struct sockaddr *)(const void *)&place, sizeof place) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

/* One line; false when the server ended or kept silent. */
static bool read_line(int descriptor, char answer[ANSWER_BYTES])
{
    size_t bytes = 0;
    while (bytes < ANSWER_BYTES - 1 && read(descriptor, answer + bytes, 1) == 1) {
        if (answer[bytes] == '\n') {
            answer[strcspn(answer, "\r\n")] = '\0';
            return true;
        }
        answer[++bytes] = '\0';
    }
    return false;
}

static bool send_line(int descriptor, const char *line)
{
    return send(descriptor, line, strlen(line), MSG_NOSIGNAL) == (ssize_t)strlen(line) &&
           send(descriptor, "\r\n", 2, MSG_NOSIGNAL) == 2;
}

/* A descriptor that may ask, or -1. */
static int enter(const struct redis_server *server, char answer[ANSWER_BYTES])
{
    char greeting[SECRET_BYTES + 8];
    int descriptor = connect_to(server);
    if (descriptor < 0 || server->secret[0] == '\0') {
        return descriptor;
    }
    snprintf(greeting, sizeof greeting, "AUTH %s", server->secret);
    if (!send_line(descriptor, greeting) || !read_line(descriptor, answer)) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

static bool ask(const struct redis_server *server, const char *command, char answer[ANSWER_BYTES])
{
    int descriptor = enter(server, answer);
    if (descriptor < 0) {
        return false;
    }
    bool is_answered = send_line(descriptor, command) && read_line(descriptor, answer);
    if (is_answered && answer[0] == '$' && answer[1] != '-') {
        is_answered = read_line(descriptor, answer);
    }
    close(descriptor);
    return is_answered;
}

const char *redis_server_run(struct redis_server *server, const char *format, ...)
{
    static _Thread_local char answer[ANSWER_BYTES];
    char command[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    if (!ask(server, command, answer)) {
        fail("no answer to", command);
    }
    return answer;
}

void redis_server_tell(struct redis_server *server, const char *command)
{
    static char answer[ANSWER_BYTES];
    int descriptor = enter(server, answer);
    if (descriptor < 0 || !send_line(descriptor, command)) {
        fail("cannot be told to", command);
    }
    close(descriptor); /* what was sent is read all the same */
}

/* ---- starting and ending ---- */

/* Does not return. */
_Noreturn static void become(const struct redis_server *server, pid_t parent)
{
    const char *arguments[ARGUMENTS_MAX] = {"redis-server",
                                            "--port",
                                            server->port,
                                            "--bind",
                                            "127.0.0.1",
                                            "--unixsocket",
                                            server->socket,
                                            "--dir",
                                            server->directory,
                                            "--save",
                                            "",
                                            "--appendonly",
                                            "no",
                                            "--daemonize",
                                            "no",
                                            "--enable-debug-command",
                                            "yes",
                                            "--maxmemory-policy",
                                            "noeviction"};
    size_t count = 19;
    if (server->secret[0] != '\0') {
        arguments[count++] = "--requirepass";
        arguments[count++] = server->secret;
    }
    if (server->maxmemory[0] != '\0') {
        arguments[count++] = "--maxmemory";
        arguments[count++] = server->maxmemory;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(126);
    }
    server_process_redirect(server->directory, "log", -1, -1);
    /* execvp changes none of them; its type is older than const. */
    execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static bool is_ready(const struct redis_server *server)
{
    static char answer[ANSWER_BYTES];
    return ask(server, "PING", answer) && strcmp(answer, "+PONG") == 0;
}

/* False when it ended: somebody may have been faster with the port. */
static bool start(struct redis_server *server)
{
    pid_t parent = getpid();
    fflush(stdout);
    server->pid = fork();
    MUST(server->pid >= 0);
    if (server->pid == 0) {
        become(server, parent);
    }
    for (int i = 0; i < READY_TRIES; i++) {
        int result = 0;
        if (is_ready(server)) {
            return true;
        }
        if (waitpid(server->pid, &result, WNOHANG) == server->pid) {
            if (WIFEXITED(result) && WEXITSTATUS(result) == 127) {
                fail("it is not installed;", "apt-get install redis-server");
            }
            server->pid = 0;
            return false;
        }
        usleep(10000);
    }
    fail("it is not ready after a while; see", server->directory);
}

void redis_server_start_again(struct redis_server *server)
{
    MUST(server->pid == 0);
    for (int i = 0; i < 20; i++) {
        if (start(server)) {
            return;
        }
        usleep(50000); /* the port may be somebody's for a moment */
    }
    fail("it does not start; see", server->directory);
}

static void choose_port(struct redis_server *server)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof place;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(descriptor >= 0);
    MUST(bind(descriptor, (const struct sockaddr *)(const void *)&place, sizeof place) == 0);
    MUST(getsockname(descriptor, (struct sockaddr *)(void *)&place, &bytes) == 0);
    close(descriptor);
    snprintf(server->port, sizeof server->port, "%d", (int)ntohs(place.sin_port));
}

struct redis_server *redis_server_start(const struct redis_server_options *options)
{
    struct redis_server *server = calloc(1, sizeof *server);
    const char *base = getenv("TMPDIR");
    MUST(server != NULL);
    if (options != NULL) {
        snprintf(server->secret, sizeof server->secret, "%s",
                 options->secret == NULL ? "" : options->secret);
        snprintf(server->maxmemory, sizeof server->maxmemory, "%s",
                 options->maxmemory == NULL ? "" : options->maxmemory);
    }
    /* The path of a socket is short: a long TMPDIR is not used. */
    snprintf(server->directory, sizeof server->directory, "%s/kontora-redis-XXXXXX",
             base == NULL || strlen(base) > BASE_BYTES_MAX ? "/tmp" : base);
    if (mkdtemp(server->directory) == NULL) {
        fail("cannot make", server->directory);
    }
    snprintf(server->socket, sizeof server->socket, "%s/redis.sock", server->directory);
    do {
        choose_port(server);
    } while (!start(server));
    const char *who = server->secret[0] == '\0' ? "" : "@";
    const char *colon = server->secret[0] == '\0' ? "" : ":";
    snprintf(server->address, sizeof server->address, "unix://%s%s%s%s", colon, server->secret, who,
             server->socket);
    snprintf(server->tcp_address, sizeof server->tcp_address, "redis://%s%s%s127.0.0.1:%s", colon,
             server->secret, who, server->port);
    return server;
}

void redis_server_kill(struct redis_server *server)
{
    MUST(server->pid > 0);
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

void redis_server_stop(struct redis_server **server)
{
    struct redis_server *ending = *server;
    *server = NULL;
    if (ending == NULL) {
        return;
    }
    if (ending->pid > 0) {
        redis_server_kill(ending);
    }
    server_process_remove(ending->directory);
    free(ending);
}

void redis_server_pause(struct redis_server *server)
{
    int result = 0;
    kill(server->pid, SIGSTOP);
    MUST(waitpid(server->pid, &result, WUNTRACED) == server->pid && WIFSTOPPED(result));
}

void redis_server_go_on(struct redis_server *server)
{
    kill(server->pid, SIGCONT);
}

const char *redis_server_address(const struct redis_server *server)
{
    return server->address;
}

const char *redis_server_tcp_address(const struct redis_server *server)
{
    return server->tcp_address;
}

const char *redis_server_socket(const struct redis_server *server)
{
    return server->socket;
}

int redis_server_port(const struct redis_server *server)
{
    return (int)strtol(server->port, NULL, 10);
}
