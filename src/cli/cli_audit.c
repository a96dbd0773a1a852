/* cli_audit.c - kontora audit verify: is the record of what has happened as it was written? */
#include "base/json.h"
#include "cli/cli.h"
#include "cli/cli_progress.h"
#include "runtime/runtime.h"
#include "runtime/start/seed_file.h"
#include "runtime/start/wiring.h"
#include "services/audit/audit_verify.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct flag flags[] = {
    {"head", "POSITION:HASH", "A head that was noted elsewhere: the record must hold it"},
    {"json", NULL, "Write JSON"},
};

static void report_json(struct arena *arena, const struct audit_report *report)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 512);
    json_begin_object(&writer);
    json_key(&writer, "sound");
    json_put_flag(&writer, report->is_sound);
    json_key(&writer, "records");
    json_put_integer(&writer, report->records);
    json_key(&writer, "heads");
    json_put_integer(&writer, report->heads);
    json_key(&writer, "hash");
    json_put_text(&writer, report->hash);
    json_key(&writer, "broken_at");
    if (report->broken_at > 0) {
        json_put_integer(&writer, report->broken_at);
    } else {
        json_put_null(&writer);
    }
    json_key(&writer, "complaint");
    json_put_text(&writer, report->complaint);
    json_end_object(&writer);
    struct text written = json_written(&writer);
    printf("%.*s\n", TEXT_ARGS(written));
}

static void report(const struct audit_report *report)
{
    if (report->is_sound) {
        printf("The record is as it was written: %lld records, %lld heads.\nIts end: %lld:%.*s\n",
               (long long)report->records, (long long)report->heads, (long long)report->records,
               TEXT_ARGS(report->hash));
    } else {
        printf("%.*s\nUp to record %lld it is sound.\n", TEXT_ARGS(report->complaint),
               (long long)report->records);
    }
}

/* False: it is no head. */
static bool read_noted(struct command_line *line, struct audit_verify_options *options)
{
    const char *given = cli_flag(line, "head");
    struct text position;
    if (given == NULL) {
        return true;
    }
    return text_cut(text_of(given), ':', &position, &options->noted_hash) &&
           text_to_integer(position, &options->noted_position) && options->noted_position > 0 &&
           options->noted_hash.bytes == AUDIT_HASH_DIGITS;
}

static void show_how_far(void *context, int64_t records, int64_t expected)
{
    cli_progress_tell(context, records, expected);
}

static int verify_store(struct command_line *line, struct store_source *source,
                        struct audit_verify_options *options)
{
    struct store *store = NULL;
    struct audit_report found;
    struct cli_progress progress;
    enum status status = source->open(source, STORE_READ, &store);
    if (status == STATUS_OK) {
        cli_progress_begin(&progress, "records read");
        options->tell = show_how_far;
        options->tell_context = &progress;
        status = audit_verify(store, line->arena, options, &found);
        cli_progress_end(&progress);
        store_destroy(&store);
    }
    if (status != STATUS_OK) {
        return cli_fail(cli_exit_code(status), "The record cannot be read: %s.",
                        status_text(status));
    }
    if (cli_flag(line, "json") != NULL) {
        report_json(line->arena, &found);
    } else {
        report(&found);
    }
    return found.is_sound ? EXIT_OK : EXIT_FAILED;
}

static int verify(struct command_line *line, const struct config *config)
{
    struct runtime_options options = {.config = config, .directory = cli_data(line, config)};
    struct audit_verify_options wanted = {.key = NULL};
    struct digest_key installation;
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    if (!read_noted(line, &wanted)) {
        return cli_fail(EXIT_USAGE, "--head is POSITION:HASH, as a head was said in the log");
    }
    if (access(text_format(line->arena, "%s/lock", options.directory).data, F_OK) != 0) {
        return cli_fail(EXIT_UNREACHABLE,
                        "no server has started on %s yet, so there is no record. Say with --data "
                        "where the data directory is.",
                        options.directory);
    }
    enum status status =
        installation_key_open(line->arena, options.directory, &installation, &error);
    if (status != STATUS_OK) {
        return cli_fail(cli_exit_code(status), "%.*s", TEXT_ARGS(error));
    }
    struct digest_key key = digest_key_for(&installation, "audit");
    wanted.key = &key;
    status = wiring_source_to_read(&options, line->arena, "audit", &source, &error);
    if (status != STATUS_OK) {
        return cli_fail(status == STATUS_ABSENT ? EXIT_UNREACHABLE : cli_exit_code(status), "%.*s",
                        TEXT_ARGS(error.data != NULL ? error
                                                     : TEXT("No record is kept in this data "
                                                            "directory; say which with --data.")));
    }
    int code = verify_store(line, source, &wanted);
    source->destroy(source);
    return code;
}

static int run(struct command_line *line)
{
    const struct config *config = cli_config(line);
    if (config == NULL) {
        return EXIT_USAGE;
    }
    if (line->word_count != 1 || strcmp(line->words[0], "verify") != 0) {
        return cli_fail(EXIT_USAGE, "`kontora audit` takes the word verify");
    }
    MUST(sodium_init() >= 0);
    return verify(line, config);
}

const struct cli_command cli_audit = {
    .name = "audit",
    .words = "verify",
    .summary = "Hold the record of what has happened against its hashes and heads",
    .help =
        "Reads every record in its order, of a running system or of a stopped one, and says which\n"
        "is the first that was changed, taken out, put in or put elsewhere. Nothing is changed.\n"
        "\n"
        "With --head it must also hold a head that was noted elsewhere, out of the log or of\n"
        "GET /api/audit/head: so it is seen when the record was cut short or made anew.\n"
        "\n"
        "Exit code 0: all is as it was written; 1: it is not.\n"
        "\n"
        "  kontora audit verify --data /var/lib/kontora\n"
        "  kontora audit verify --json --head 41000:9f86d0...\n",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true,
    .run = run,
};
