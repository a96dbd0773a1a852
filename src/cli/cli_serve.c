/* cli_serve.c - kontora serve: runs services until it is told to stop. */
#include "base/clock.h"
#include "base/log.h"
#include "cli/cli.h"
#include "runtime/runtime.h"
#include "runtime/start/seed_file.h"
#include "services/iam/iam.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { TRIM_BYTES = 8 * 1024 * 1024 };

static const struct flag flags[] = {
    {"accept-loss", "NAME", "Start although commits of this service are missing (see doctor)"},
};

/* What is in memory (keys, people's data) is not left in a file when something goes wrong. */
static void keep_private(void)
{
    struct rlimit no_core = {0, 0};
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &no_core);
    umask(077);
}

/* An executor takes and gives back the same few MiB in every batch; without this the C library
 * returns them to the system each time. */
static void keep_freed_memory(void)
{
    mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* All threads inherit this, so that only this one hears of a stop. */
static sigset_t block_signals(void)
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stops, NULL);
    signal(SIGPIPE, SIG_IGN);
    return stops;
}

static void set_log_level(const struct config *config)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    static const enum log_level levels[] = {LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (text_equals(config_text(config, "log.level"), text_of(names[i]))) {
            log_threshold(levels[i]);
        }
    }
}

/* False: standard output did not take it, so nobody knows a new key. */
static bool say_where(const struct runtime *runtime, const char *directory, struct text code)
{
    struct text address = runtime_address(runtime);
    struct text key = runtime_new_key(runtime);
    printf("Kontora %s answers on %.*s\n", KONTORA_VERSION, TEXT_ARGS(address));
    printf("Its data are in %s\n", directory);
    if (key.data != NULL && code.data != NULL) {
        printf("Open it in a browser to become the owner; from another machine with the setup code "
               "%.*s\n",
               TEXT_ARGS(code));
    }
    if (key.data != NULL) {
        printf("Next (the root key is shown only this once): "
               "curl -H 'Authorization: Bearer %.*s' %.*s/api/users\n",
               TEXT_ARGS(key), TEXT_ARGS(address));
    } else {
        printf("Next: %s users list --data %s\n", program_invocation_name, directory);
    }
    bool is_said = fflush(stdout) == 0 && !ferror(stdout);
    return is_said || key.data == NULL;
}

static const struct service *find_service(const struct command_line *line, const char *name)
{
    for (size_t i = 0; i < line->service_count; i++) {
        if (strcmp(line->services[i]->name, name) == 0) {
            return line->services[i];
        }
    }
    return NULL;
}

/* "users,board": all services when nothing was said. False: one of them is not known. */
static bool choose_services(struct command_line *line, const struct service **chosen,
                            size_t *count_out)
{
    struct text names = line->word_count > 0 ? text_of(line->words[0]) : NO_TEXT;
    *count_out = 0;
    for (size_t i = 0; names.data == NULL && i < line->service_count; i++) {
        chosen[(*count_out)++] = line->services[i];
    }
    while (names.data != NULL) {
        struct text name;
        text_cut(names, ',', &name, &names);
        const char *copy = text_copy(line->arena, name).data;
        const struct service *service = find_service(line, copy);
        if (service == NULL || *count_out == line->service_count) {
            cli_fail(EXIT_USAGE, "there is no service '%s', or it is named twice", copy);
            return false;
        }
        chosen[(*count_out)++] = service;
    }
    return true;
}

/* NO_TEXT where nobody signs in. */
static struct text setup_code(struct arena *arena, const struct service *const *services,
                              size_t count, const char *directory)
{
    struct digest_key key;
    struct text error = NO_TEXT;
    bool is_here = false;
    for (size_t i = 0; i < count; i++) {
        is_here = is_here || strcmp(services[i]->name, iam_service.name) == 0;
    }
    if (!is_here || installation_key_open(arena, directory, &key, &error) != STATUS_OK) {
        return NO_TEXT;
    }
    struct text code = iam_setup_code(arena, &key);
    explicit_bzero(&key, sizeof key);
    return code;
}

static int serve(struct command_line *line)
{
    const struct config *config = cli_config(line);
    const struct service **services =
        ARENA_ARRAY(line->arena, const struct service *, line->service_count);
    size_t count = 0;
    if (config == NULL || !choose_services(line, services, &count)) {
        return EXIT_USAGE;
    }
    const char *accept_loss = cli_flag(line, "accept-loss");
    if (accept_loss != NULL && find_service(line, accept_loss) == NULL) {
        return cli_fail(EXIT_USAGE, "--accept-loss: there is no service '%s'", accept_loss);
    }
    sigset_t stops = block_signals();
    keep_private();
    raise_descriptor_limit();
    keep_freed_memory();
    set_log_level(config);
    clock_lag(config_integer(config, "time.behind"));
    const char *directory = cli_data(line, config);
    struct runtime *runtime = NULL;
    struct text error = NO_TEXT;
    enum status status = runtime_create(
        &(struct runtime_options){
            .services = services,
            .service_count = count,
            .known = line->services,
            .known_count = line->service_count,
            .config = config,
            .directory = directory,
            .accept_loss = accept_loss,
        },
        &runtime, &error);
    if (status == STATUS_OK) {
        /* Before the start, which keeps the key that was shown. */
        struct text code = setup_code(line->arena, services, count, directory);
        bool is_said = say_where(runtime, directory, code);
        error = TEXT("The root key cannot be shown, because standard output cannot be written.");
        status = is_said ? runtime_start(runtime, &error) : STATUS_FULL;
    }
    if (status != STATUS_OK) {
        int code = cli_fail(cli_exit_code(status), "%.*s", TEXT_ARGS(error));
        if (runtime != NULL) {
            runtime_drop(&runtime); /* the sentence may lie in it */
        }
        return code;
    }
    int signal_number = 0;
    sigwait(&stops, &signal_number);
    log_line(LOG_INFO, "serve", "stopping: what was accepted is still answered",
             LOG_NUMBER("signal", signal_number));
    bool orderly = runtime_stop(&runtime, (int)config_integer(config, "work.stop_time_max"));
    return orderly ? EXIT_OK : EXIT_FAILED;
}

const struct cli_command cli_serve = {
    .name = "serve",
    .words = "[SERVICE,...]",
    .summary = "Run services until told to stop (SIGTERM, Ctrl-C)",
    .help = "Opens the data directory (and makes it at the first start), brings the tables up to\n"
            "date, and answers HTTP. The first start prints the root key, once.\n"
            "\n"
            "Examples:\n"
            "  kontora serve\n"
            "  kontora serve --data /var/lib/kontora --net.listen 0.0.0.0:8480\n"
            "  kontora serve users --store.kind postgres --store.address 'dbname=kontora'\n"
            "\n"
            "Exit codes: 0 stopped in order, 1 something did not end in time, 64 a setting is\n"
            "wrong, 65 what is stored is damaged or newer, 69 a server is not there, 71 out of\n"
            "memory, 74 an I/O error in a commit (start it again), 75 the data directory or the\n"
            "address is in use.",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true,
    .needs_workflows = true,
    .run = serve,
};
