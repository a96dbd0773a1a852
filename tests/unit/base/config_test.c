/* config_test.c - where settings come from, which one wins, and what a mistake is told. */
#include "base/config.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {"sqlite", "postgres"};

static const struct setting settings[] = {
    {.name = "net.listen", .kind = SETTING_TEXT, .otherwise = "127.0.0.1:8480"},
    {.name = "net.port",
     .kind = SETTING_INTEGER,
     .otherwise = "80",
     .minimum = 1,
     .maximum = 65535},
    {.name = "net.idle-time",
     .kind = SETTING_DURATION_MS,
     .otherwise = "10s",
     .minimum = 1000,
     .maximum = 3600000},
    {.name = "net.body_max",
     .kind = SETTING_BYTES,
     .otherwise = "1MiB",
     .minimum = 1024,
     .maximum = INT64_MAX},
    {.name = "net.tls", .kind = SETTING_FLAG, .otherwise = "no"},
    {.name = "store.kind",
     .kind = SETTING_CHOICE,
     .otherwise = "sqlite",
     .choices = kinds,
     .choice_count = COUNT_OF(kinds)},
    {.name = "store.password", .kind = SETTING_TEXT, .is_secret = true},
    {.name = "any.number", .kind = SETTING_INTEGER, .otherwise = "-5"},
    {.name = "any.time", .kind = SETTING_DURATION_MS, .otherwise = "0"},
    {.name = "secret.number",
     .kind = SETTING_INTEGER,
     .otherwise = "1",
     .is_secret = true,
     .minimum = 1,
     .maximum = 9},
};

/* What one test loads; the arena stays reachable until the test's process ends. */
static struct arena *arena;

static const char *written_file(const char *content)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/kontora.conf", test_directory());
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    fputs(content, file);
    CHECK_INT(fclose(file), 0);
    return path;
}

static enum status load(const struct config_sources *sources, const struct config **config_out,
                        struct text *error_out)
{
    struct config_sources whole = *sources;
    arena_destroy(&arena);
    arena = arena_create("config", 1024 * 1024);
    whole.settings = settings;
    whole.setting_count = COUNT_OF(settings);
    return config_load(arena, &whole, config_out, error_out);
}

static const struct config *load_good(const struct config_sources *sources)
{
    const struct config *config = NULL;
    struct text error = NO_TEXT;
    enum status status = load(sources, &config, &error);
    if (error.data != NULL) {
        printf("# %s\n", error.data);
    }
    CHECK_STATUS(status, STATUS_OK);
    return config;
}

static void check_refused(const struct config_sources *sources, const char *expected)
{
    const struct config *config = NULL;
    struct text error = NO_TEXT;
    CHECK_STATUS(load(sources, &config, &error), STATUS_MALFORMED);
    CHECK(config == NULL);
    CHECK_TEXT(error, expected);
}

static void check_flag_refused(const char *flag, const char *expected)
{
    check_refused(&(struct config_sources){.flags = &flag, .flag_count = 1}, expected);
}

static void check_file_refused(const char *content, const char *expected)
{
    char whole[512];
    const char *path = written_file(content);
    snprintf(whole, sizeof whole, "%s%s", path, expected);
    check_refused(&(struct config_sources){.file = path}, whole);
}

static void defaults_stand_alone(void)
{
    const struct config *config = load_good(&(struct config_sources){.file = NULL});
    CHECK_TEXT(config_text(config, "net.listen"), "127.0.0.1:8480");
    CHECK_INT(config_integer(config, "net.port"), 80);
    CHECK_INT(config_integer(config, "net.idle-time"), 10000);
    CHECK_INT(config_integer(config, "net.body_max"), 1024 * 1024);
    CHECK(!config_flag(config, "net.tls"));
    CHECK_TEXT(config_text(config, "store.kind"), "sqlite");
    CHECK_TEXT(config_text(config, "store.password"), NULL);
    CHECK_TEXT(config_origin(config, "net.port"), "default");
}

/* Four settings, each set one source further up. */
static void the_stronger_source_wins(void)
{
    static const char *const environment[] = {"HOME=/root", "KONTORA_NET_BODY_MAX=3KiB",
                                              "KONTORA_NET_IDLE_TIME=3s", NULL};
    static const char *const flags[] = {"--net.idle-time=4s"};
    const char *path = written_file("# a comment\n"
                                    "net.port = 22   # ssh\n"
                                    "\n"
                                    "net.body_max = 2KiB\r\n"
                                    "net.idle-time=2s");
    const struct config *config = load_good(&(struct config_sources){
        .file = path, .environment = environment, .flags = flags, .flag_count = 1});
    char origin[512];
    CHECK_TEXT(config_origin(config, "net.listen"), "default");
    CHECK_INT(config_integer(config, "net.port"), 22);
    snprintf(origin, sizeof origin, "file %s:2", path);
    CHECK_TEXT(config_origin(config, "net.port"), origin);
    CHECK_INT(config_integer(config, "net.body_max"), 3 * 1024);
    CHECK_TEXT(config_origin(config, "net.body_max"), "environment KONTORA_NET_BODY_MAX");
    CHECK_INT(config_integer(config, "net.idle-time"), 4000);
    CHECK_TEXT(config_origin(config, "net.idle-time"), "flag");
}

static void flags_take_values_in_two_ways(void)
{
    static const char *const flags[] = {
        "--net.port", "1", "--net.tls", "--net.port", "2", "--net.listen=", "--any.number", "-7"};
    const struct config *config =
        load_good(&(struct config_sources){.flags = flags, .flag_count = COUNT_OF(flags)});
    CHECK_INT(config_integer(config, "net.port"), 2);
    CHECK(config_flag(config, "net.tls"));
    CHECK_TEXT(config_text(config, "net.listen"), NULL);
    CHECK_INT(config_integer(config, "any.number"), -7);
}

static void values_have_units(void)
{
    static const struct {
        const char *flag;
        const char *name;
        int64_t expected;
    } rows[] = {
        {"--net.port=1", "net.port", 1},
        {"--net.port=65535", "net.port", 65535},
        {"--net.idle-time=1s", "net.idle-time", 1000},
        {"--net.idle-time=1h", "net.idle-time", 3600000},
        {"--net.body_max=1KiB", "net.body_max", 1024},
        {"--any.time=250ms", "any.time", 250},
        {"--any.time=10s", "any.time", 10000},
        {"--any.time=5m", "any.time", 300000},
        {"--any.time=2h", "any.time", 7200000},
        {"--any.time=1d", "any.time", 86400000},
        {"--any.time=0", "any.time", 0},
        {"--any.time=0s", "any.time", 0},
        {"--net.body_max=4096", "net.body_max", 4096},
        {"--net.body_max=64KiB", "net.body_max", 65536},
        {"--net.body_max=8MiB", "net.body_max", 8388608},
        {"--net.body_max=1GiB", "net.body_max", 1073741824},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct config *config =
            load_good(&(struct config_sources){.flags = &rows[i].flag, .flag_count = 1});
        CHECK_INT(config_integer(config, rows[i].name), rows[i].expected);
    }
}

static void flags_know_six_words(void)
{
    static const char *const words[] = {"--net.tls=yes", "--net.tls=true",  "--net.tls=on",
                                        "--net.tls=no",  "--net.tls=false", "--net.tls=off"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        const struct config *config =
            load_good(&(struct config_sources){.flags = &words[i], .flag_count = 1});
        CHECK_INT(config_flag(config, "net.tls"), i < 3);
    }
}

static void bad_values_name_place_and_limits(void)
{
    static const char port[] =
        "--net.port: net.port is \"%s\", but must be a whole number from 1 to "
        "65535";
    static const char *const ports[] = {"0",   "65536", "",    "x",
                                        "80 ", "+80",   "080", "99999999999999999999"};
    for (size_t i = 0; i < COUNT_OF(ports); i++) {
        char flag[64];
        char expected[128];
        snprintf(flag, sizeof flag, "--net.port=%s", ports[i]);
        snprintf(expected, sizeof expected, port, ports[i]);
        check_flag_refused(flag, expected);
    }
    check_flag_refused("--net.idle-time=999ms",
                       "--net.idle-time: net.idle-time is \"999ms\", but must be a duration like "
                       "250ms, 10s, 5m, 2h or 1d from 1s to 1h");
    check_flag_refused("--any.time=5", "--any.time: any.time is \"5\", but must be a duration like "
                                       "250ms, 10s, 5m, 2h or 1d");
    check_flag_refused("--any.time=9223372036854775807d",
                       "--any.time: any.time is \"9223372036854775807d\", but must be a duration "
                       "like 250ms, 10s, 5m, 2h or 1d");
    check_flag_refused("--net.body_max=1MB",
                       "--net.body_max: net.body_max is \"1MB\", but must be a size like 4096, "
                       "64KiB, 8MiB or 1GiB from 1KiB");
    check_flag_refused("--net.tls=maybe", "--net.tls: net.tls is \"maybe\", but must be yes or no");
    check_flag_refused("--store.kind=postgras",
                       "--store.kind: store.kind is \"postgras\", but must be one of sqlite, "
                       "postgres; did you mean \"postgres\"?");
    check_flag_refused("--store.kind=x",
                       "--store.kind: store.kind is \"x\", but must be one of sqlite, postgres");
    check_flag_refused("--net.listen=\xFF",
                       "--net.listen: net.listen is \"***\", but must be a text in UTF-8");
}

static void unknown_names_get_a_suggestion(void)
{
    static const char *const environment[] = {"KONTORA_NET_PROT=1", NULL};
    check_flag_refused("--net.lsiten=x",
                       "command line: there is no setting \"net.lsiten\"; did you mean "
                       "\"net.listen\"?");
    check_flag_refused("--entirely.else", "command line: there is no setting \"entirely.else\"");
    check_flag_refused("net.port=1", "\"net.port=1\" is no flag; they begin with --");
    check_flag_refused("--net.port",
                       "--net.port: a value is missing, a whole number from 1 to 65535");
    check_refused(&(struct config_sources){.environment = environment},
                  "environment: there is no setting \"KONTORA_NET_PROT\"; did you mean "
                  "\"KONTORA_NET_PORT\"?");
    check_file_refused("net.port = 1\nnet.prot = 2\n",
                       ":2: there is no setting \"net.prot\"; did you mean \"net.port\"?");
}

static void the_file_is_read_strictly(void)
{
    check_file_refused("\n\nnet.port 8\n", ":3: this line is not of the form name = value");
    check_file_refused("net.port = 1\n# net.port = 2\nnet.port = 3\n",
                       ":3: net.port was set in line 1 already");
    check_file_refused("net.listen = \"half\n",
                       ":1: the quotes of this value do not close at its end");
    check_file_refused("net.listen = \"a\" b\n",
                       ":1: the quotes of this value do not close at its end");
    check_file_refused("net.listen = \xFF\n",
                       ": the settings cannot be read: it is no text in UTF-8");
    check_file_refused("= 3\n", ":1: there is no setting \"\"");
}

static void absent_files_are_an_error(void)
{
    check_refused(&(struct config_sources){.file = "/nowhere/kontora.conf"},
                  "/nowhere/kontora.conf: the settings cannot be read: No such file or directory");
    check_refused(&(struct config_sources){.file = "/proc/self"},
                  "/proc/self: the settings cannot be read: it is no regular file");
}

static void the_file_knows_quotes_and_comments(void)
{
    static const struct {
        const char *line;
        const char *expected;
    } rows[] = {
        {"net.listen = a#b", "a#b"},
        {"net.listen = a #b", "a"},
        {"net.listen = \" a # b \" # c", " a # b "},
        {"net.listen = \"\"", NULL},
        {"net.listen =", NULL},
        {"  net.listen\t=\tпривет  ", "привет"},
        {"net.listen = a = b", "a = b"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct config *config =
            load_good(&(struct config_sources){.file = written_file(rows[i].line)});
        CHECK_TEXT(config_text(config, "net.listen"), rows[i].expected);
    }
}

static void other_variables_are_left_alone(void)
{
    static const char *const environment[] = {"KONTORA_CONFIG=/etc/kontora.conf",
                                              "KONTORA_TEST_SCALE=3",
                                              "KONTORA_TEST_STORE=postgres",
                                              "KONTORA_ROOT_KEY=secret",
                                              "KONTORAX=1",
                                              "PATH=/bin",
                                              "nonsense",
                                              NULL};
    const struct config *config = load_good(&(struct config_sources){.environment = environment});
    CHECK_INT(config_integer(config, "net.port"), 80);
}

static void secrets_are_not_shown(void)
{
    static const char *const flags[] = {"--store.password=hunter2"};
    const struct config *config =
        load_good(&(struct config_sources){.flags = flags, .flag_count = 1});
    CHECK_TEXT(config_text(config, "store.password"), "hunter2");
    CHECK_INT(config_count(config), COUNT_OF(settings));
    for (size_t i = 0; i < config_count(config); i++) {
        struct config_entry entry = config_at(config, i);
        CHECK(entry.setting == &settings[i]);
        CHECK(!text_equals(entry.value, TEXT("hunter2")));
    }
    CHECK_TEXT(config_at(config, 6).value, "***");
    CHECK_TEXT(config_at(config, 6).origin, "flag");
    CHECK_TEXT(config_at(config, 1).value, "80");
    check_flag_refused("--secret.number=hunter2", "--secret.number: secret.number is \"***\", but "
                                                  "must be a whole number from 1 to 9");
    config = load_good(&(struct config_sources){.file = NULL});
    CHECK_TEXT(config_at(config, 6).value, "");
}

/* ---- what must stop us ---- */

static void ask_unknown(void)
{
    config_text(load_good(&(struct config_sources){.file = NULL}), "net.unknown");
}

static void ask_wrong_kind(void)
{
    config_integer(load_good(&(struct config_sources){.file = NULL}), "net.listen");
}

static void contradict_the_table(void)
{
    static const struct setting wrong[] = {
        {.name = "a", .kind = SETTING_INTEGER, .otherwise = "9", .minimum = 1, .maximum = 5}};
    const struct config *config = NULL;
    struct text error = NO_TEXT;
    arena = arena_create("config", 1024 * 1024);
    enum status ignored = config_load(
        arena, &(struct config_sources){.settings = wrong, .setting_count = 1}, &config, &error);
    (void)ignored;
}

static void misuse_stops(void)
{
    CHECK_MUST_FAIL(ask_unknown, "net.unknown");
    CHECK_MUST_FAIL(ask_wrong_kind, "SETTING_INTEGER");
    CHECK_MUST_FAIL(contradict_the_table, "is_good");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"defaults_stand_alone", defaults_stand_alone, 0},
        {"the_stronger_source_wins", the_stronger_source_wins, 0},
        {"flags_take_values_in_two_ways", flags_take_values_in_two_ways, 0},
        {"values_have_units", values_have_units, 0},
        {"flags_know_six_words", flags_know_six_words, 0},
        {"bad_values_name_place_and_limits", bad_values_name_place_and_limits, 0},
        {"unknown_names_get_a_suggestion", unknown_names_get_a_suggestion, 0},
        {"the_file_is_read_strictly", the_file_is_read_strictly, 0},
        {"absent_files_are_an_error", absent_files_are_an_error, 0},
        {"the_file_knows_quotes_and_comments", the_file_knows_quotes_and_comments, 0},
        {"other_variables_are_left_alone", other_variables_are_left_alone, 0},
        {"secrets_are_not_shown", secrets_are_not_shown, 0},
        {"misuse_stops", misuse_stops, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
