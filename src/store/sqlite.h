/* sqlite.h - a store in one SQLite file of the data directory: DIR/<schema>.db.
 *
 * One WRITE connection owns commits and checkpoints, READ connections never checkpoint. Beside the
 * file stands DIR/<schema>.mark, the high-water mark: the number and chain of the newest commit
 * that was acknowledged. Opening for WRITE compares the two and answers CORRUPT when the file is
 * behind its mark, because then acknowledged changes are missing (SQLite itself would say "ok").
 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store/store.h"

struct sqlite_options {
    const char *directory; /* exists and is locked by this process */
    const char *schema;
    const char *vfs;      /* NULL: the system's; tests bring their own */
    int cache_kib;        /* of pages; one that reads has half of it, WRITE at most 32 MiB */
    int checkpoint_pages; /* of the WAL, between two checkpoints; 0: the measured default */
    bool accept_loss;     /* a person has said: go on although commits are missing */
};

/* Creates the file if it is not there, recovers it after a kill, compares it with its mark. The
 * WRITE connection made for that is the one that the first open(WRITE) gives out.
 * CORRUPT: damaged, or behind its mark. FULL, BUSY, UNAVAILABLE. error_out is a sentence about what
 * is wrong and what to do next; it lives until this thread's next call of this room. */
NODISCARD enum status sqlite_source(const struct sqlite_options *options,
                                    struct store_source **source_out, struct text *error_out);

/* A source of readers only, of a file that is there: nothing is made, recovered or compared with
 * its mark. Another process may serve the file meanwhile. ABSENT: neither the file is there nor its
 * mark. CORRUPT: only the mark is. */
NODISCARD enum status sqlite_source_to_read(const struct sqlite_options *options,
                                            struct store_source **source_out,
                                            struct text *error_out);

/* What the linked library is; serve refuses below 3.51.3 (a WAL may be corrupted before it). */
NODISCARD enum status sqlite_check_library(struct text *error_out);

/* Whole-file check, for `kontora doctor --deep`: pages, indexes, references and the mark, changing
 * nothing. OK with "ok", otherwise a report of up to twenty lines. */
NODISCARD enum status sqlite_check_file(const struct sqlite_options *options, struct arena *arena,
                                        struct text *report_out);

#endif
