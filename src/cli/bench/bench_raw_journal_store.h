/* bench_raw_journal_store.h - the rows that telling and hearing have left, through SQLite alone.
 *
 * The limit that `kontora bench events` is measured against. The rows are read from the product's
 * own files, to the last byte; then two threads write them into fresh files with the same tables
 * and settings at the same time: one the journal, one the effects and after each group the cursor.
 * Nobody reads, nothing is between the loops and SQLite.
 */
#ifndef CLI_BENCH_BENCH_RAW_JOURNAL_STORE_H
#define CLI_BENCH_BENCH_RAW_JOURNAL_STORE_H

#include "base/arena.h"
#include "base/status.h"

#include <stdint.h>

struct raw_journal_options {
    const char *product; /* a directory with teller.db and listener.db, both closed */
    const char *fresh;   /* an empty directory */
    int64_t batch;       /* rows of a commit */
};

struct raw_journal_result {
    int64_t events;
    int64_t wall_ns;      /* from the start of both threads to the end of the last */
    int64_t processor_ns; /* of both threads */
    int64_t differences;  /* rows that are only in one of two files; tables that differ too */
    char error[300];      /* unless OK */
};

/* Makes and fills the two files, then compares them with those of the product. */
NODISCARD enum status raw_journal_run(struct arena *arena,
                                      const struct raw_journal_options *options,
                                      struct raw_journal_result *result_out);

#endif
