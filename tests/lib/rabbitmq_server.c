/* rabbitmq_server.c - starts, stops and kills a RabbitMQ of the tests. */
#include "tests/lib/rabbitmq_server.h"

#include "base/must.h"
#include "tests/lib/servers/server_process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PATH_BYTES = 256,
    ANSWER_BYTES = 64 * 1024,
    READY_TRIES = 3000,
    ASK_TRIES = 300,
    ORDER_MS_MAX = 180000
};

#define PROGRAM "/usr/lib/rabbitmq/bin/rabbitmq-server"
#define COOKIE  "KONTORATESTS"
#define PLACE   "KONTORA_TEST_RABBITMQ" /* the directory of the one that is shared */

struct rabbitmq_server {
    bool is_shared;
    char directory[PATH_BYTES / 2];
    int port;
    int distribution_port;
    int epmd_port;
    pid_t keeper;
    int keeper_ear; /* our end */
    pid_t epmd;     /* the keeper's */
    pid_t broker;
};

_Noreturn static void fail(const char *what, const char *which)
{
    printf("# RabbitMQ for the tests: %s %s\n", what, which);
    fflush(stdout);
    exit(1);
}

static int free_port(void)
{
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t bytes = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    MUST(probe >= 0 && bind(probe, (struct sockaddr *)&address, sizeof address) == 0);
    MUST(getsockname(probe, (struct sockaddr *)&address, &bytes) == 0);
    close(probe);
    return ntohs(address.sin_port);
}

/* ---- its own directory ---- */

static const struct passwd *its_user(void)
{
    return geteuid() == 0 ? getpwnam("rabbitmq") : NULL;
}

static void give_away(const char *path)
{
    const struct passwd *user = its_user();
    if (user != NULL && chown(path, user->pw_uid, user->pw_gid) != 0) {
        fail("cannot give away", path);
    }
}

static void write_file(const struct rabbitmq_server *server, const char *name, const char *text)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", server->directory, name);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0400);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) {
        fail("cannot write", path);
    }
    close(file);
    give_away(path);
}

static void make_directory(struct rabbitmq_server *server)
{
    const char *base = getenv("TMPDIR");
    char settings[512];
    snprintf(server->directory, sizeof server->directory, "%s/kontora-rabbitmq-XXXXXX",
             base == NULL ? "/tmp" : base);
    if (mkdtemp(server->directory) == NULL) {
        fail("cannot make", server->directory);
    }
    give_away(server->directory);
    snprintf(settings, sizeof settings,
             "listeners.tcp.1 = 127.0.0.1:%d\nlog.file.level = warning\nloopback_users = none\n"
             "disk_free_limit.absolute = 50MB\nvm_memory_high_watermark.absolute = 2GB\n"
             "raft.wal_max_size_bytes = 67108864\n",
             server->port);
    write_file(server, ".erlang.cookie", COOKIE);
    write_file(server, "enabled_plugins", "[].\n");
    write_file(server, "rabbitmq.conf", settings);
}

/* ---- its programs ---- */

static void become_user(void)
{
    const struct passwd *user = its_user();
    if (geteuid() == 0 && (user == NULL || initgroups("rabbitmq", user->pw_gid) != 0 ||
                           setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) {
        _exit(126);
    }
}

static void set_number(const char *name, int number)
{
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    setenv(name, text, 1);
}

static void set_path(const struct rabbitmq_server *server, const char *name, const char *file)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", server->directory, file);
    setenv(name, path, 1);
}

/* The quick one that rabbitmq.py has prepared in the broker that is shared. */
static void set_start(void)
{
    const char *place = getenv(PLACE);
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/environment", place);
    setenv("RABBITMQ_CONF_ENV_FILE", place == NULL ? "/dev/null" : path, 1);
}

static void set_environment(const struct rabbitmq_server *server)
{
    setenv("HOME", server->directory, 1);
    setenv("RABBITMQ_NODENAME", "kontora@localhost", 1);
    set_start();
    setenv("RABBITMQ_ALLOW_INPUT", "1",
           1); /* the script becomes the broker instead of its father */
    setenv("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
           "-noinput +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none", 1);
    setenv("ERL_EPMD_ADDRESS", "127.0.0.1", 1);
    set_number("ERL_EPMD_PORT", server->epmd_port);
    set_number("RABBITMQ_DIST_PORT", server->distribution_port);
    set_path(server, "RABBITMQ_MNESIA_BASE", "data");
    set_path(server, "RABBITMQ_LOG_BASE", "log");
    set_path(server, "RABBITMQ_ENABLED_PLUGINS_FILE", "enabled_plugins");
    set_path(server, "RABBITMQ_CONFIG_FILE", "rabbitmq.conf");
}

/* It ends with us: the signal is asked for after the user has changed, which forgets it. */
static pid_t start(const struct rabbitmq_server *server, const char *const *arguments, int question,
                   int answer)
{
    pid_t parent = getpid();
    fflush(stdout);
    pid_t child = fork();
    if (child != 0) {
        return child;
    }
    become_user();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || chdir(server->directory) != 0) {
        _exit(126);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* What is shared was started by somebody else, to whom its output belongs. */
    server_process_redirect(server->directory, server->is_shared ? "asked" : "output", question,
                            answer);
    set_environment(server);
    /* execvp changes none of them; its type is older than const. */
    execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
}

/* ---- asking it ---- */

static bool ask(const struct rabbitmq_server *server, const char *expression, char *answer,
                size_t bytes_max)
{
    const char *const command[] = {"erl_call", "-n", "kontora@localhost", "-c", COOKIE, "-e", NULL};
    int question[2];
    int ends[2];
    MUST(pipe2(question, O_CLOEXEC) == 0 && pipe2(ends, O_CLOEXEC) == 0);
    MUST(dprintf(question[1], "%s\n", expression) == (int)strlen(expression) + 1);
    close(question[1]);
    pid_t child = start(server, command, question[0], ends[1]);
    close(question[0]);
    close(ends[1]);
    size_t bytes = 0;
    ssize_t got;
    while (bytes < bytes_max - 1 &&
           (got = read(ends[0], answer + bytes, bytes_max - 1 - bytes)) > 0) {
        bytes += (size_t)got;
    }
    close(ends[0]);
    answer[bytes] = '\0';
    int result = 1;
    waitpid(child, &result, 0);
    return result == 0 && strncmp(answer, "{ok, ", strlen("{ok, ")) == 0;
}

const char *rabbitmq_server_run(struct rabbitmq_server *server, const char *format, ...)
{
    static _Thread_local char answer[ANSWER_BYTES];
    char expression[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(expression, sizeof expression, format, arguments);
    va_end(arguments);
    bool is_done = ask(server, expression, answer, sizeof answer);
    for (int i = 0; !is_done && answer[0] == '\0' && i < ASK_TRIES; i++) {
        usleep(200 * 1000); /* on a busy machine the way to it may be closed for a moment */
        is_done = ask(server, expression, answer, sizeof answer);
    }
    if (!is_done) {
        printf("# it answered: %s\n", answer);
        fail("it failed with", expression);
    }
    char *end = strrchr(answer, '}');
    MUST(end != NULL);
    *end = '\0';
    return answer + strlen("{ok, ");
}

/* ---- the keeper ---- */

/* Asked often, and cheap. */
static bool listens(const struct rabbitmq_server *server)
{
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool is_there = probe >= 0 && connect(probe, (struct sockaddr *)&address, sizeof address) == 0;
    close(probe);
    return is_there;
}

static bool is_ready(const struct rabbitmq_server *server)
{
    char answer[256];
    return listens(server) &&
           ask(server, "rabbit:is_running() andalso rabbit_networking:active_listeners() =/= [].",
               answer, sizeof answer) &&
           strstr(answer, "true") != NULL;
}

static char start_broker(struct rabbitmq_server *server)
{
    const char *const command[] = {PROGRAM, NULL};
    server->broker = start(server, command, -1, -1);
    for (int i = 0; i < READY_TRIES; i++) {
        if (is_ready(server)) {
            return 'y';
        }
        if (waitpid(server->broker, NULL, WNOHANG) == server->broker) {
            break;
        }
        usleep(50000);
    }
    return 'n';
}

static char kill_broker(struct rabbitmq_server *server)
{
    kill(server->broker, SIGKILL);
    waitpid(server->broker, NULL, 0);
    server->broker = 0;
    return 'y';
}

_Noreturn static void keep(struct rabbitmq_server *server, int ear)
{
    char port[16];
    snprintf(port, sizeof port, "%d", server->epmd_port);
    const char *const epmd[] = {"epmd", "-port", port, "-address", "127.0.0.1", NULL};
    server->epmd = start(server, epmd, -1, -1);
    char order;
    while (read(ear, &order, 1) == 1) {
        char answer = order == 's' ? start_broker(server) : kill_broker(server);
        if (order == 'e' || write(ear, &answer, 1) != 1) {
            break;
        }
    }
    if (server->broker > 0) {
        kill_broker(server);
    }
    kill(server->epmd, SIGKILL);
    waitpid(server->epmd, NULL, 0);
    _exit(0);
}

static void start_keeper(struct rabbitmq_server *server)
{
    int ends[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    pid_t parent = getpid();
    fflush(stdout);
    server->keeper = fork();
    MUST(server->keeper >= 0);
    if (server->keeper == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ends[0]);
        if (getppid() != parent) {
            _exit(126);
        }
        keep(server, ends[1]);
    }
    close(ends[1]);
    server->keeper_ear = ends[0];
}

static void order(struct rabbitmq_server *server, char what, const char *trouble)
{
    MUST(!server->is_shared); /* others use it too */
    struct pollfd answered = {.fd = server->keeper_ear, .events = POLLIN};
    char answer = 'n';
    if (write(server->keeper_ear, &what, 1) != 1 || poll(&answered, 1, ORDER_MS_MAX) != 1 ||
        read(server->keeper_ear, &answer, 1) != 1 || answer != 'y') {
        fail(trouble, server->directory);
    }
}

void rabbitmq_server_kill(struct rabbitmq_server *server)
{
    order(server, 'k', "it cannot be killed:");
}

void rabbitmq_server_start_again(struct rabbitmq_server *server)
{
    order(server, 's', "it does not start; see");
}

struct rabbitmq_server *rabbitmq_server_start(void)
{
    if (access(PROGRAM, X_OK) != 0) {
        fail("it is not installed;", "apt-get install rabbitmq-server");
    }
    struct rabbitmq_server *server = calloc(1, sizeof *server);
    MUST(server != NULL);
    server->port = free_port();
    server->distribution_port = free_port();
    server->epmd_port = free_port();
    make_directory(server);
    start_keeper(server);
    rabbitmq_server_start_again(server);
    return server;
}

struct rabbitmq_server *rabbitmq_server_share(void)
{
    const char *place = getenv(PLACE);
    if (place == NULL) {
        return rabbitmq_server_start();
    }
    struct rabbitmq_server *server = calloc(1, sizeof *server);
    MUST(server != NULL);
    server->is_shared = true;
    snprintf(server->directory, sizeof server->directory, "%s", place);
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/ports", place);
    FILE *ports = fopen(path, "re");
    if (ports == NULL || fscanf(ports, "%d %d", &server->port, &server->epmd_port) != 2) {
        fail("cannot read", path);
    }
    fclose(ports);
    return server;
}

void rabbitmq_server_stop(struct rabbitmq_server **server)
{
    struct rabbitmq_server *ending = *server;
    *server = NULL;
    if (ending == NULL || ending->is_shared) {
        free(ending);
        return;
    }
    close(ending->keeper_ear); /* the keeper's signal to end, and the broker with it */
    waitpid(ending->keeper, NULL, 0);
    server_process_remove(ending->directory);
    free(ending);
}

/* ---- what tests do to it ---- */

int rabbitmq_server_port(const struct rabbitmq_server *server)
{
    return server->port;
}

const char *rabbitmq_server_host_name(const char *name)
{
    static _Thread_local char full[PATH_BYTES];
    const char *suite = getenv("KONTORA_TEST_SUITE");
    const char *slash = suite == NULL ? NULL : strrchr(suite, '/');
    snprintf(full, sizeof full, "%s-%d.%s", slash == NULL ? "hand" : slash + 1, (int)getpid(),
             name);
    return full;
}

const char *rabbitmq_server_virtual_host(struct rabbitmq_server *server, const char *name)
{
    static _Thread_local char address[PATH_BYTES];
    rabbitmq_server_run(server,
                        "rabbit_vhost:add(<<\"%s\">>, <<\"test\">>), "
                        "rabbit_auth_backend_internal:set_permissions(<<\"guest\">>, <<\"%s\">>, "
                        "<<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"test\">>).",
                        name, name);
    snprintf(address, sizeof address, "amqp://guest:guest@127.0.0.1:%d/%s", server->port, name);
    return address;
}

void rabbitmq_server_memory_alarm(struct rabbitmq_server *server, bool is_on)
{
    MUST(!server->is_shared);
    rabbitmq_server_run(server, "vm_memory_monitor:set_vm_memory_high_watermark(%s).",
                        is_on ? "0.00001" : "{absolute, \"2GB\"}");
}

void rabbitmq_server_delete_queue(struct rabbitmq_server *server, const char *virtual_host,
                                  const char *queue)
{
    rabbitmq_server_run(server,
                        "{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"%s\">>, queue, "
                        "<<\"%s\">>)), rabbit_amqqueue:delete(Q, false, false, <<\"test\">>).",
                        virtual_host, queue);
}

int rabbitmq_server_ready_count(struct rabbitmq_server *server, const char *virtual_host,
                                const char *queue)
{
    const char *answer = rabbitmq_server_run(
        server,
        "case rabbit_amqqueue:lookup(rabbit_misc:r(<<\"%s\">>, queue, <<\"%s\">>)) of {ok, Q} -> "
        "element(2, rabbit_amqqueue:stat(Q)); _ -> -1 end.",
        virtual_host, queue);
    return (int)strtol(answer, NULL, 10);
}
