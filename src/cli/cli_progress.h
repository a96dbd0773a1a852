/* cli_progress.h - how far something is that takes a while: a line of the terminal, written over.
 *
 * It goes to standard error and is taken away at the end. Where standard error is no terminal
 * nothing is written, so logs, pipes and --json have what was asked for and nothing else.
 */
#ifndef CLI_CLI_PROGRESS_H
#define CLI_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct cli_progress {
    const char *what; /* "records read" */
    int64_t told_at_ms;
    bool is_seen;
    bool is_told;
};

void cli_progress_begin(struct cli_progress *progress, const char *what);

/* Some times a second, however often it is called; total 0: nobody knows. */
void cli_progress_tell(struct cli_progress *progress, int64_t done, int64_t total);

/* Also before something else is printed: the next telling writes the line again. */
void cli_progress_end(struct cli_progress *progress);

#endif
