/* bench_http.c - kontora bench http: what was asked on the command line, and what came out. */
#include "cli/bench/bench.h"

#include "base/clock.h"
#include "base/json.h"
#include "cli/bench/bench_load.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

enum { MINUTES_MAX = 24 * 60, READS_OF_TEN = 8, IDS_MAX = 1000000 };

static const char *const mode_names[] = {"create", "get", "mixed"};

static int read_mode(const struct command_line *line, struct load_options *options)
{
    const char *given = cli_flag(line, "mode");
    for (size_t i = 0; i < COUNT_OF(mode_names); i++) {
        if (strcmp(given ? given : mode_names[0], mode_names[i]) == 0) {
            options->mode = (enum load_mode)i;
            return EXIT_OK;
        }
    }
    return cli_fail(EXIT_USAGE, "--mode is create, get or mixed, not '%s'", given);
}

static int use_socket(const char *path, struct load_options *options)
{
    struct sockaddr_un *address = (struct sockaddr_un *)(void *)&options->address;
    if (strlen(path) >= sizeof address->sun_path) {
        return cli_fail(EXIT_USAGE, "the path of a socket has at most %zu bytes: %s",
                        sizeof address->sun_path - 1, path);
    }
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, strlen(path) + 1);
    options->address_bytes = sizeof *address;
    options->host = TEXT("kontora");
    return EXIT_OK;
}

/* "127.0.0.1:8480", "[::1]:8480", "localhost:8480", each also behind "http://". */
static int use_address(struct command_line *line, struct text given, struct load_options *options)
{
    struct text scheme = TEXT("http://");
    options->host =
        text_starts_with(given, scheme) ? text_slice(given, scheme.bytes, given.bytes) : given;
    size_t colon = options->host.bytes;
    while (colon > 0 && options->host.data[colon - 1] != ':') {
        colon--;
    }
    if (colon < 2) {
        return cli_fail(EXIT_USAGE, "--address is HOST:PORT, not '%.*s'", TEXT_ARGS(given));
    }
    struct text host = text_slice(options->host, 0, colon - 1);
    if (host.data[0] == '[' && host.data[host.bytes - 1] == ']') {
        host = text_slice(host, 1, host.bytes - 1);
    }
    const char *port = text_copy(line->arena, text_slice(options->host, colon, SIZE_MAX)).data;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int error = getaddrinfo(text_copy(line->arena, host).data, port, &hints, &found);
    if (error != 0) {
        return cli_fail(EXIT_UNREACHABLE, "'%.*s' is no address: %s", TEXT_ARGS(given),
                        gai_strerror(error));
    }
    memcpy(&options->address, found->ai_addr, found->ai_addrlen);
    options->address_bytes = found->ai_addrlen;
    freeaddrinfo(found);
    return EXIT_OK;
}

static int read_place(struct command_line *line, struct load_options *options)
{
    const char *socket = cli_flag(line, "socket");
    const char *address = cli_flag(line, "address");
    const char *key = cli_flag(line, "key");
    options->key = text_of(key ? key : getenv("KONTORA_ROOT_KEY"));
    if (socket != NULL && address != NULL) {
        return cli_fail(EXIT_USAGE, "give --socket or --address, not both");
    }
    if (socket == NULL && options->key.data == NULL) {
        return cli_fail(EXIT_USAGE,
                        "the server wants to know who asks: give --socket DIR/admin.sock"
                        " or --key");
    }
    return socket ? use_socket(socket, options)
                  : use_address(line, text_of(address ? address : "127.0.0.1:8480"), options);
}

static int read_ids(struct command_line *line, struct load_options *options)
{
    const char *path = cli_flag(line, "ids");
    if (path == NULL) {
        return EXIT_OK;
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return cli_fail(EXIT_USAGE, "%s cannot be read: %s", path, strerror(errno));
    }
    char *ids = arena_take_raw(line->arena, (size_t)IDS_MAX * LOAD_ID_BYTES);
    char id[64];
    bool is_whole = true;
    while (is_whole && options->id_count < IDS_MAX && fgets(id, sizeof id, file) != NULL) {
        is_whole = strcspn(id, "\n") == LOAD_ID_BYTES;
        memcpy(ids + options->id_count * LOAD_ID_BYTES, id, LOAD_ID_BYTES);
        options->id_count += is_whole;
    }
    fclose(file);
    options->ids = ids;
    return is_whole && options->id_count > 0
               ? EXIT_OK
               : cli_fail(EXIT_USAGE, "line %zu of %s is no id", options->id_count + 1, path);
}

static bool read_numbers(const struct command_line *line, struct load_options *options)
{
    const struct bench_number clients = {"clients", 1, LOAD_CLIENTS_MAX, 64};
    const struct bench_number seconds = {"seconds", 1, MINUTES_MAX * 60, 5};
    const struct bench_number warm_up = {"warm-up-ms", 0, 600000, 500};
    const struct bench_number people = {"people", 1, IDS_MAX, 1000};
    /* Each run has people of its own unless it is told otherwise. */
    const struct bench_number first = {"first", 0, INT64_MAX, clock_wall_ms() << 20};
    int64_t count = 0;
    int64_t first_person = 0;
    int64_t people_first = 0;
    if (!bench_read_number(line, clients, &count) ||
        !bench_read_number(line, seconds, &options->measured_ms) ||
        !bench_read_number(line, warm_up, &options->warm_up_ms) ||
        !bench_read_number(line, people, &people_first) ||
        !bench_read_number(line, first, &first_person)) {
        return false;
    }
    options->client_count = (size_t)count;
    options->measured_ms *= 1000;
    options->people_first = (size_t)people_first;
    options->first_person = (uint64_t)first_person;
    options->reads_of_ten = READS_OF_TEN;
    return true;
}

/* ---- the result ---- */

static double per_second(const struct load_result *result)
{
    return (double)result->answers * 1e9 / (double)result->elapsed_ns;
}

static void put_us(struct json_writer *writer, const char *key, int64_t ns)
{
    json_key(writer, key);
    json_put_integer(writer, ns / 1000);
}

static void put_number(struct json_writer *writer, const char *key, uint64_t number)
{
    json_key(writer, key);
    json_put_integer(writer, (int64_t)number);
}

static void print_json(struct command_line *line, const struct load_options *options,
                       const struct load_result *result)
{
    struct json_writer writer;
    json_writer_init(&writer, line->arena, 512);
    json_begin_object(&writer);
    json_key(&writer, "mode");
    json_put_text(&writer, text_of(mode_names[options->mode]));
    put_number(&writer, "clients", options->client_count);
    put_number(&writer, "elapsed_ms", (uint64_t)result->elapsed_ns / 1000000);
    put_number(&writer, "answers", result->answers);
    put_number(&writer, "answers_per_second", (uint64_t)per_second(result));
    put_number(&writer, "errors", result->errors);
    put_us(&writer, "p50_us", latency_quantile_ns(&result->latency, 500));
    put_us(&writer, "p99_us", latency_quantile_ns(&result->latency, 990));
    put_us(&writer, "max_us", result->latency.ns_max);
    put_number(&writer, "next_person", result->next_person);
    json_key(&writer, "statuses");
    json_begin_object(&writer);
    for (unsigned i = 0; i < LOAD_STATUSES; i++) {
        if (result->statuses[i] > 0) {
            char status[8];
            snprintf(status, sizeof status, "%u", i);
            put_number(&writer, status, result->statuses[i]);
        }
    }
    json_end_object(&writer);
    json_end_object(&writer);
    struct text written = json_written(&writer);
    printf("%.*s\n", TEXT_ARGS(written));
}

static void print_plainly(const struct load_options *options, const struct load_result *result)
{
    printf("%s by %zu clients for %.1f s\n", mode_names[options->mode], options->client_count,
           (double)result->elapsed_ns / 1e9);
    printf("  answers a second  %.0f\n", per_second(result));
    printf("  latency           p50 %.2f ms, p99 %.2f ms, max %.2f ms\n",
           (double)latency_quantile_ns(&result->latency, 500) / 1e6,
           (double)latency_quantile_ns(&result->latency, 990) / 1e6,
           (double)result->latency.ns_max / 1e6);
    for (unsigned i = 0; i < LOAD_STATUSES; i++) {
        if (result->statuses[i] > 0) {
            printf("  status %u        %llu\n", i, (unsigned long long)result->statuses[i]);
        }
    }
    printf("  errors            %llu\n", (unsigned long long)result->errors);
}

int bench_http(struct command_line *line)
{
    struct load_options options = {0};
    int code = read_mode(line, &options);
    if (code == EXIT_OK) {
        code = read_place(line, &options);
    }
    if (code == EXIT_OK) {
        code = read_ids(line, &options);
    }
    if (code != EXIT_OK) {
        return code;
    }
    if (!read_numbers(line, &options)) {
        return EXIT_USAGE;
    }
    struct load_result *result = ARENA_NEW(line->arena, struct load_result);
    struct text error = NO_TEXT;
    enum status status = load_run(&options, line->arena, result, &error);
    if (status != STATUS_OK) {
        return cli_fail(cli_exit_code(status), "%.*s", TEXT_ARGS(error));
    }
    if (cli_flag(line, "json") != NULL) {
        print_json(line, &options, result);
    } else {
        print_plainly(&options, result);
    }
    return result->errors == 0 ? EXIT_OK
                               : cli_fail(EXIT_FAILED, "%llu errors; the first: %s",
                                          (unsigned long long)result->errors, result->first_error);
}
