/* cli_progress.c - a line on standard error that is written over itself. */
#include "cli/cli_progress.h"

#include "base/clock.h"
#include "base/must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EVERY_MS = 200 };

#define FROM_THE_BEGINNING "\r\033[K"

/* One that knows nothing of cursors would show every line behind the other. */
static bool is_terminal(void)
{
    const char *kind = getenv("TERM"); /* NOLINT(concurrency-mt-unsafe): one thread */
    return isatty(STDERR_FILENO) == 1 && kind != NULL && strcmp(kind, "dumb") != 0;
}

void cli_progress_begin(struct cli_progress *progress, const char *what)
{
    MUST(what != NULL);
    *progress = (struct cli_progress){.what = what, .is_seen = is_terminal()};
}

void cli_progress_tell(struct cli_progress *progress, int64_t done, int64_t total)
{
    int64_t now_ms = clock_monotonic_ms();
    MUST(progress->what != NULL);
    if (!progress->is_seen || (progress->is_told && now_ms - progress->told_at_ms < EVERY_MS)) {
        return;
    }
    progress->is_told = true;
    progress->told_at_ms = now_ms;
    fprintf(stderr, FROM_THE_BEGINNING "%s: %lld", progress->what, (long long)done);
    if (total > 0) {
        fprintf(stderr, " of %lld", (long long)total);
    }
    fflush(stderr);
}

void cli_progress_end(struct cli_progress *progress)
{
    if (progress->is_told) {
        fputs(FROM_THE_BEGINNING, stderr);
        fflush(stderr);
    }
    progress->is_told = false;
}
