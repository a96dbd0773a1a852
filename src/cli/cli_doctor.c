/* cli_doctor.c - kontora doctor: is everything we need there, and does it keep what it is given?
 *
 * Each dependency is checked by a nonce: something that nobody could guess is written, flushed, and
 * read back. A line for each, and what to do about those that fail.
 */
#include "base/chance.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/zone.h"
#include "cli/cli.h"
#include "cli/cli_ask.h"
#include "cli/cli_progress.h"
#include "runtime/runtime.h"
#include "runtime/start/data_directory.h"
#include "runtime/start/nonce_cache.h"
#include "runtime/start/nonce_store.h"
#include "runtime/start/wiring.h"
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/opensslv.h>
#include <openssl/ssl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { FINDINGS_MAX = 64, FREE_BYTES_LOW = 512 * 1024 * 1024, DESCRIPTORS_LOW = 4096 };

static const struct flag flags[] = {
    {"deep", NULL, "Also read every page of every SQLite file (takes a while)"},
    {"json", NULL, "Write JSON"},
};

enum verdict { FINE, WARNING, WRONG };

struct finding {
    const char *what;
    enum verdict verdict;
    struct text detail;
};

struct doctor {
    struct command_line *line;
    const struct config *config;
    const char *directory;
    bool is_new;     /* no server has been here: nothing is made that it could not open */
    bool is_served;  /* another process has the directory: its files are left alone */
    bool is_cut_off; /* the database cannot be reached: it is not asked for every service */
    struct finding findings[FINDINGS_MAX];
    size_t finding_count;
};

static void find(struct doctor *doctor, const char *what, enum verdict verdict, struct text detail)
{
    MUST(doctor->finding_count < FINDINGS_MAX);
    doctor->findings[doctor->finding_count++] =
        (struct finding){.what = what, .verdict = verdict, .detail = detail};
}

/* ---- the data directory ---- */

static bool write_and_read(const char *path, const char *nonce, size_t bytes)
{
    char seen[64] = "";
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool kept = file >= 0 && write(file, nonce, bytes) == (ssize_t)bytes && fsync(file) == 0 &&
                pread(file, seen, bytes, 0) == (ssize_t)bytes && memcmp(seen, nonce, bytes) == 0;
    if (file >= 0) {
        close(file);
        unlink(path);
    }
    return kept;
}

/* BUSY: a server is running on it. */
static enum status lock_directory(struct doctor *doctor, int *lock_out, struct text *error_out)
{
    struct arena *arena = doctor->line->arena;
    const char *path = text_format(arena, "%s/lock", doctor->directory).data;
    doctor->is_new = access(path, F_OK) != 0 && errno == ENOENT;
    if (doctor->is_new) {
        return STATUS_OK; /* a lock made by us could be one that the server may not open */
    }
    return data_directory_open(arena, doctor->directory, lock_out, error_out);
}

static void try_directory(struct doctor *doctor)
{
    struct arena *arena = doctor->line->arena;
    char nonce[33];
    snprintf(nonce, sizeof nonce, "%016llx%016llx", (unsigned long long)chance_number(),
             (unsigned long long)chance_number());
    struct text path = text_format(arena, "%s/doctor.nonce", doctor->directory);
    int64_t started_ns = clock_monotonic_ns();
    bool kept = write_and_read(path.data, nonce, sizeof nonce - 1);
    int64_t us = (clock_monotonic_ns() - started_ns) / 1000;
    const char *also = doctor->is_served ? "; a server is running on it"
                       : doctor->is_new  ? "; no server has started on it yet"
                                         : "";
    find(doctor, "data directory", kept ? FINE : WRONG,
         kept ? text_format(arena, "%s keeps a nonce, flushed in %lld us%s", doctor->directory,
                            (long long)us, also)
              : text_format(arena, "%s does not keep what is written: %s", doctor->directory,
                            strerror(errno)));
}

static void check_directory(struct doctor *doctor)
{
    int lock = -1;
    struct text error = NO_TEXT;
    enum status status = lock_directory(doctor, &lock, &error);
    doctor->is_served = status == STATUS_BUSY;
    if (status != STATUS_OK && status != STATUS_BUSY) {
        find(doctor, "data directory", WRONG, error);
    } else if (doctor->is_new && access(doctor->directory, F_OK) != 0) {
        find(doctor, "data directory", WARNING,
             text_format(doctor->line->arena, "%s is not there; `kontora serve` would make it",
                         doctor->directory));
    } else {
        try_directory(doctor);
    }
    if (lock >= 0) {
        data_directory_close(lock);
    }
}

static void check_room(struct doctor *doctor)
{
    struct statvfs volume;
    if (statvfs(doctor->directory, &volume) != 0) {
        return; /* check_directory has complained */
    }
    uint64_t bytes = (uint64_t)volume.f_bavail * volume.f_frsize;
    find(doctor, "room on the disk", bytes < FREE_BYTES_LOW ? WARNING : FINE,
         text_format(doctor->line->arena, "%llu MiB free%s", (unsigned long long)(bytes >> 20),
                     bytes < FREE_BYTES_LOW ? "; make room before it is full" : ""));
}

/* ---- the stores ---- */

static bool uses_files(const struct doctor *doctor)
{
    return text_equals(config_text(doctor->config, "store.kind"), TEXT("sqlite"));
}

/* With files, each service's own is opened too, so that what serve would complain of is told here.
 */
static void check_store(struct doctor *doctor, const char *schema)
{
    struct arena *arena = doctor->line->arena;
    struct runtime_options options = {.config = doctor->config, .directory = doctor->directory};
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    struct text what = text_format(arena, "store of %s", schema);
    if (uses_files(doctor) && (doctor->is_served || doctor->is_new)) {
        find(doctor, what.data, FINE,
             doctor->is_served ? TEXT("in use by the running server; its /readyz tells")
                               : TEXT("made at the first start"));
        return;
    }
    if (doctor->is_cut_off) {
        find(doctor, what.data, WRONG, TEXT("not asked: it is in the same database"));
        return;
    }
    enum status status = wiring_source(&options, arena, schema, &source, &error);
    if (status == STATUS_OK) {
        status = nonce_try(source, arena, &error);
        source->destroy(source);
    }
    doctor->is_cut_off = !uses_files(doctor) && status == STATUS_UNAVAILABLE;
    find(doctor, what.data, status == STATUS_OK ? FINE : WRONG,
         status == STATUS_OK ? TEXT("a nonce was written, committed and read back")
         : error.bytes > 0   ? error
                             : text_of(status_text(status)));
}

static void check_pages(struct doctor *doctor, const char *schema)
{
    struct arena *arena = doctor->line->arena;
    struct text report = NO_TEXT;
    struct sqlite_options options = {.directory = doctor->directory, .schema = schema};
    enum status status = sqlite_check_file(&options, arena, &report);
    find(doctor, text_format(arena, "pages of %s", schema).data, status == STATUS_OK ? FINE : WRONG,
         report.data ? report : text_of(status_text(status)));
}

/* False: an address is missing, or the library of the store is not fit. */
static bool check_settings(struct doctor *doctor)
{
    struct text error = NO_TEXT;
    enum status status = wiring_check(doctor->config, doctor->line->arena, &error);
    find(doctor, "back ends", status == STATUS_OK ? FINE : WRONG,
         status == STATUS_OK ? TEXT("what was chosen is fit for use") : error);
    return status == STATUS_OK;
}

static void check_stores(struct doctor *doctor)
{
    struct cli_progress progress;
    cli_progress_begin(&progress, "services checked");
    for (size_t i = 0; i < doctor->line->service_count; i++) {
        check_store(doctor, doctor->line->services[i]->name);
        if (cli_flag(doctor->line, "deep") != NULL && uses_files(doctor) && !doctor->is_served &&
            !doctor->is_new) {
            check_pages(doctor, doctor->line->services[i]->name);
        }
        cli_progress_tell(&progress, (int64_t)i + 1, (int64_t)doctor->line->service_count);
    }
    cli_progress_end(&progress);
}

enum { REMARKS_SHOWN_MAX = 16 };

static void find_remark(struct doctor *doctor, const char *service, struct text remark,
                        size_t *shown)
{
    if ((*shown)++ < REMARKS_SHOWN_MAX) {
        find(doctor, service, WARNING, remark);
    }
}

/* The running server has seen its stores, and knows more than the files say. */
static const struct json *served_remarks(struct doctor *doctor)
{
    const struct json *answer = NULL;
    struct text text;
    const struct cli_question question = {.method = "GET", .path = TEXT("/readyz")};
    bool is_known =
        doctor->is_served && cli_ask(doctor->line, &question, &answer, &text) == EXIT_OK;
    return is_known && answer != NULL ? json_member(answer, TEXT("remarks")) : NULL;
}

/* What is wrong with a service although it would run, or runs. */
static void check_remarks(struct doctor *doctor)
{
    size_t shown = 0;
    const struct json *served = served_remarks(doctor);
    for (size_t i = 0; i < doctor->line->service_count; i++) {
        const struct service *service = doctor->line->services[i];
        const struct json *said =
            served != NULL ? json_member(served, text_of(service->name)) : NULL;
        for (size_t k = 0; said == NULL && k < service->remarks.count; k++) {
            find_remark(doctor, service->name, service->remarks.items[k], &shown);
        }
        for (const struct json *one = said ? said->first : NULL; one; one = one->next) {
            find_remark(doctor, service->name, one->text, &shown);
        }
    }
    if (shown > REMARKS_SHOWN_MAX) {
        find(doctor, "services", WARNING,
             text_format(doctor->line->arena, "and %zu more", shown - REMARKS_SHOWN_MAX));
    }
}

static int64_t older_cases(const struct json *items, struct arena *arena, struct text *which_out)
{
    int64_t all = 0;
    *which_out = TEXT("");
    for (const struct json *item = items->first; item != NULL; item = item->next) {
        int64_t open = 0;
        const struct json *newest = json_member(item, TEXT("is_newest"));
        const struct json *name = json_member(item, TEXT("workflow"));
        const struct json *version = json_member(item, TEXT("version"));
        if (newest->kind == JSON_TRUE || !json_to_integer(json_member(item, TEXT("open")), &open) ||
            open == 0) {
            continue;
        }
        *which_out = text_format(arena, "%.*s%s%lld of %.*s %.*s", TEXT_ARGS(*which_out),
                                 all > 0 ? ", " : "", (long long)open, TEXT_ARGS(name->text),
                                 TEXT_ARGS(version->text));
        all += open;
    }
    return all;
}

/* Cases that no new version has taken along, as the running server counts them. */
static void check_versions(struct doctor *doctor)
{
    struct arena *arena = doctor->line->arena;
    for (size_t i = 0; doctor->is_served && i < doctor->line->service_count; i++) {
        const struct service *service = doctor->line->services[i];
        const struct json *answer = NULL;
        struct text text;
        struct text which;
        const struct cli_question question = {
            .method = "GET",
            .path = text_format(arena, "/api/workflows/%s", service->name),
            .may_be_absent = true};
        if (service->cases == NULL || cli_ask(doctor->line, &question, &answer, &text) != EXIT_OK ||
            answer == NULL) {
            continue;
        }
        int64_t all = older_cases(json_member(answer, TEXT("items")), arena, &which);
        find(doctor, text_format(arena, "cases of %s", service->name).data, FINE,
             all == 0 ? TEXT("all that are open are of the newest version")
                      : text_format(arena,
                                    "%lld open ones are of older versions: %.*s; `kontora "
                                    "workflows move` tells which could move",
                                    (long long)all, TEXT_ARGS(which)));
    }
}

/* ---- what lies between ---- */

static void check_bus(struct doctor *doctor)
{
    struct arena *arena = doctor->line->arena;
    struct text error = NO_TEXT;
    enum status status = wiring_try_bus(doctor->config, arena, &error);
    find(doctor, "bus", status == STATUS_OK ? FINE : WRONG,
         status != STATUS_OK ? text_format(arena, "bus.address: %.*s", TEXT_ARGS(error))
         : wiring_bus_leaves(doctor->config)
             ? TEXT("a nonce was published, and came back")
             : TEXT("messages are carried inside the process; there is nothing to reach"));
}

static void check_cache(struct doctor *doctor)
{
    struct arena *arena = doctor->line->arena;
    struct cache *cache = NULL;
    struct text error = NO_TEXT;
    enum status status = wiring_cache(doctor->config, arena, &cache, &error);
    if (status == STATUS_OK) {
        status = nonce_cache_try(cache, arena, &error);
    }
    find(doctor, "cache", status == STATUS_OK ? FINE : WRONG,
         status == STATUS_OK ? text_format(arena, "%s keeps a nonce", cache_back_end(cache))
                             : error);
    cache_destroy(&cache);
}

/* ---- the rest ---- */

static void check_limits(struct doctor *doctor)
{
    struct rlimit limit = {0};
    getrlimit(RLIMIT_NOFILE, &limit);
    find(doctor, "open files", limit.rlim_max < DESCRIPTORS_LOW ? WARNING : FINE,
         text_format(doctor->line->arena, "at most %llu; each connection takes one",
                     (unsigned long long)limit.rlim_max));
    bool sane = clock_wall_ms() > 1767225600000; /* 2026-01-01: this program did not exist before */
    find(doctor, "clock", sane ? FINE : WRONG,
         sane ? TEXT("plausible")
              : TEXT("the wall clock is in the past; set it, or ids and tokens "
                     "will be wrong"));
}

static void check_time_zone(struct doctor *doctor)
{
    const struct zone *zone = NULL;
    struct text name = config_text(doctor->config, "business.zone");
    struct text error = NO_TEXT;
    bool known = zone_open(doctor->line->arena, name, &zone, &error) == STATUS_OK;
    find(doctor, "time zone", known ? FINE : WRONG,
         known ? text_format(doctor->line->arena, "schedules follow %.*s", TEXT_ARGS(name))
               : text_format(doctor->line->arena, "business.zone: %.*s", TEXT_ARGS(error)));
}

static void check_certificate(struct doctor *doctor)
{
    struct text certificate = config_text(doctor->config, "net.tls_certificate");
    struct text key = config_text(doctor->config, "net.tls_key");
    if (certificate.bytes == 0 && key.bytes == 0) {
        find(doctor, "TLS", FINE, TEXT("not set up; " OPENSSL_VERSION_TEXT " is there"));
        return;
    }
    struct arena *arena = doctor->line->arena;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    bool fits =
        context != NULL && certificate.bytes > 0 && key.bytes > 0 &&
        SSL_CTX_use_certificate_chain_file(context, text_copy(arena, certificate).data) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, text_copy(arena, key).data, SSL_FILETYPE_PEM) == 1 &&
        SSL_CTX_check_private_key(context) == 1;
    find(doctor, "TLS", fits ? FINE : WRONG,
         fits ? TEXT("the certificate and its key can be read and belong together")
              : TEXT("net.tls_certificate and net.tls_key must both name PEM files that belong "
                     "together"));
    SSL_CTX_free(context);
}

static const char *const verdict_words[] = {
    [FINE] = "ok", [WARNING] = "warning", [WRONG] = "wrong"};

static void report_json(const struct doctor *doctor, bool healthy)
{
    struct json_writer writer;
    json_writer_init(&writer, doctor->line->arena, 2048);
    json_begin_object(&writer);
    json_key(&writer, "healthy");
    json_put_flag(&writer, healthy);
    json_key(&writer, "findings");
    json_begin_array(&writer);
    for (size_t i = 0; i < doctor->finding_count; i++) {
        const struct finding *finding = &doctor->findings[i];
        json_begin_object(&writer);
        json_key(&writer, "what");
        json_put_text(&writer, text_of(finding->what));
        json_key(&writer, "verdict");
        json_put_text(&writer, text_of(verdict_words[finding->verdict]));
        json_key(&writer, "detail");
        json_put_text(&writer, finding->detail);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    struct text written = json_written(&writer);
    printf("%.*s\n", TEXT_ARGS(written));
}

/* Further lines of a detail stand below its first. */
static void report(const struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->finding_count; i++) {
        const struct finding *finding = &doctor->findings[i];
        struct text rest = finding->detail;
        struct text line;
        text_cut(rest, '\n', &line, &rest);
        printf("%-8s %-23s %.*s\n", verdict_words[finding->verdict], finding->what,
               TEXT_ARGS(line));
        while (rest.bytes > 0) {
            text_cut(rest, '\n', &line, &rest);
            line = text_trim(line);
            printf("%-32s %.*s\n", "", TEXT_ARGS(line));
        }
    }
}

static int examine(struct command_line *line)
{
    struct doctor *doctor = ARENA_NEW(line->arena, struct doctor);
    doctor->line = line;
    doctor->config = cli_config(line);
    if (doctor->config == NULL) {
        return EXIT_USAGE;
    }
    MUST(sodium_init() >= 0);
    log_threshold(LOG_ERROR); /* what the findings say need not be said twice */
    doctor->directory = cli_data(line, doctor->config);
    check_directory(doctor);
    check_room(doctor);
    if (check_settings(doctor)) {
        check_stores(doctor);
        check_bus(doctor);
        check_cache(doctor);
    }
    check_remarks(doctor);
    check_versions(doctor);
    check_limits(doctor);
    check_time_zone(doctor);
    check_certificate(doctor);
    bool healthy = true;
    for (size_t i = 0; i < doctor->finding_count; i++) {
        healthy = healthy && doctor->findings[i].verdict != WRONG;
    }
    if (cli_flag(line, "json") != NULL) {
        report_json(doctor, healthy);
    } else {
        report(doctor);
    }
    return healthy ? EXIT_OK : EXIT_FAILED;
}

const struct cli_command cli_doctor = {
    .name = "doctor",
    .summary = "Check everything Kontora depends on",
    .help =
        "Writes something unguessable to each dependency and reads it back: the data directory,\n"
        "the store of each service, the bus and the cache. Also the room on the disk, limits, the "
        "clock and TLS\n"
        "files. Exit code 0 when nothing is wrong, 1 otherwise.\n"
        "\n"
        "Examples:\n"
        "  kontora doctor --data /var/lib/kontora\n"
        "  kontora doctor --deep --json",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true,
    .needs_workflows = true,
    .run = examine,
};
