/* cli_bench.c - kontora bench: how fast this is, here. */
#include "cli/bench/bench.h"

#include <string.h>

static const struct flag flags[] = {
    {"json", NULL, "Write the result as JSON"},
    {"address", "HOST:PORT", "http: where the server listens [127.0.0.1:8480]"},
    {"socket", "PATH", "http: a unix socket instead; admin.sock needs no key"},
    {"key", "KEY", "http: the root key (also $KONTORA_ROOT_KEY, which others cannot see)"},
    {"mode", "create|get|mixed", "http: what is asked for; mixed reads 8 times of 10 [create]"},
    {"clients", "N", "http: connections, each with one request under way [64]"},
    {"seconds", "N", "http, grow: how long is measured [5]"},
    {"warm-up-ms", "N", "http: how long runs before that are not counted [500]"},
    {"people", "N", "http: created first, to be read [1000]; store, fill: how many [100000]"},
    {"ids", "FILE", "http: whom to read, an id a line; fill: writes up to a million there"},
    {"first", "N", "http, fill, grow: the number of the first person; it is always the same one"},
    {"batch", "N", "store, events, grow: rows that SQLite alone commits together [256]"},
    {"events", "N", "events: how many are told [100000]"},
    {"told-each", "N", "events: how many one request tells [64]"},
    {"lanes", "N", "events: requests under way [8]"},
    {"singles", "N", "events: told one by one, for the time each takes [300]"},
    {"idle-ms", "N", "events: how long it is watched doing nothing [5000]"},
};

bool bench_read_number(const struct command_line *line, struct bench_number number,
                       int64_t *value_out)
{
    MUST(number.minimum <= number.otherwise && number.otherwise <= number.maximum);
    const char *given = cli_flag(line, number.flag);
    *value_out = number.otherwise;
    if (given != NULL && (!text_to_integer(text_of(given), value_out) ||
                          *value_out < number.minimum || *value_out > number.maximum)) {
        cli_fail(EXIT_USAGE, "--%s must be a whole number from %lld to %lld, not '%s'", number.flag,
                 (long long)number.minimum, (long long)number.maximum, given);
        return false;
    }
    return true;
}

static int bench(struct command_line *line)
{
    static const struct {
        const char *name;
        size_t words;
        int (*run)(struct command_line *line);
    } parts[] = {
        {"http", 1, bench_http}, {"store", 2, bench_store}, {"events", 2, bench_events},
        {"fill", 2, bench_fill}, {"grow", 2, bench_grow},
    };
    for (size_t i = 0; line->word_count > 0 && i < COUNT_OF(parts); i++) {
        if (strcmp(parts[i].name, line->words[0]) == 0 && line->word_count == parts[i].words) {
            return parts[i].run(line);
        }
    }
    return cli_fail(EXIT_USAGE,
                    "say what to measure: http, store DIR, events DIR, fill DIR or grow DIR. "
                    "`kontora bench --help` explains them.");
}

const struct cli_command cli_bench = {
    .name = "bench",
    .words = "http | store DIR | events DIR | fill DIR | grow DIR",
    .summary = "Measure this machine and this program",
    .help = "http   many clients ask a running server, each waiting for its answer before it asks\n"
            "       again; every answer's status is checked. It shares the machine with the\n"
            "       server. Creating leaves the people it made in the directory: use a server\n"
            "       that is there for measuring.\n"
            "store  people are committed in groups, first by SQLite alone, then by the store\n"
            "       layer, into fresh files below DIR, which are removed afterwards.\n"
            "events one service tells, another one hears: events per second until the last is\n"
            "       handled, beside SQLite alone writing the same rows; how long one takes when\n"
            "       nothing else happens; what is used when nothing happens at all.\n"
            "fill   makes a data directory with many people, for measuring large ones. DIR must\n"
            "       not have people yet.\n"
            "grow   SQLite alone commits more people into what fill has made, while nobody serves\n"
            "       it: how much of the time is that of a large file.\n"
            "\n"
            "Examples:\n"
            "  kontora bench http --socket data/admin.sock\n"
            "  kontora bench http --mode get --clients 128 --seconds 10\n"
            "  kontora bench store /var/tmp --people 200000\n"
            "  kontora bench events /var/tmp --events 200000\n"
            "  kontora bench fill /var/tmp/large --people 10000000\n"
            "  kontora serve --data /var/tmp/large",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true, /* of events */
    .run = bench,
};
