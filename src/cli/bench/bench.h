/* bench.h - what the parts of `kontora bench` share. */
#ifndef CLI_BENCH_BENCH_H
#define CLI_BENCH_BENCH_H

#include "cli/cli.h"

/* kontora bench http: requests from many clients against a running server. */
int bench_http(struct command_line *line);

/* kontora bench store DIR: the store layer against SQLite alone, the same rows. */
int bench_store(struct command_line *line);

/* kontora bench events DIR: how fast what one service tells is handled by another. */
int bench_events(struct command_line *line);

/* kontora bench fill DIR: a data directory with many people, made quickly. */
int bench_fill(struct command_line *line);

/* kontora bench grow DIR: what SQLite alone needs for more people in a large file. */
int bench_grow(struct command_line *line);

/* A whole number given with a flag; false, after saying why, when it is none within the limits. */
struct bench_number {
    const char *flag;
    int64_t minimum;
    int64_t maximum;
    int64_t otherwise;
};
bool bench_read_number(const struct command_line *line, struct bench_number number,
                       int64_t *value_out);

#endif
