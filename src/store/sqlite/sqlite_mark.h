/* sqlite_mark.h - the high-water mark: what the newest acknowledged commit was, kept beside a file.
 *
 * SQLite drops a damaged end of its WAL without a word, and whoever copies an old file back is not
 * contradicted either. So each commit has a number and a random chain value, written in the
 * transaction itself and, before the commit is acknowledged, into DIR/<schema>.mark. At start the
 * two are compared: a database that is behind its mark has lost acknowledged changes.
 *
 * The mark goes through SQLite's VFS, so that what tests do to the database file they do to the
 * mark as well. It belongs to the thread of the WRITE connection.
 */
#ifndef STORE_SQLITE_SQLITE_MARK_H
#define STORE_SQLITE_SQLITE_MARK_H

#include "base/status.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* One commit. Another history that happens to have the same number has another chain. */
struct sqlite_commit {
    int64_t number; /* 0: the creation of the file, nothing acknowledged yet */
    int64_t chain;
};

struct sqlite_mark {
    sqlite3_file *file; /* NULL: not open */
    char *path;
};

/* Creates the file when `may_create`; ABSENT when it is not there otherwise. UNAVAILABLE. */
NODISCARD enum status sqlite_mark_open(struct sqlite_mark *mark, sqlite3_vfs *vfs, const char *path,
                                       bool may_create);
void sqlite_mark_close(struct sqlite_mark *mark); /* may be closed already */

/* The newest readable slot. ABSENT: there is none. UNAVAILABLE: the disk does not answer. */
NODISCARD enum status sqlite_mark_read(struct sqlite_mark *mark, struct sqlite_commit *newest_out);

/* Durable when OK. After anything else (UNCERTAIN) nobody knows what the file holds. */
NODISCARD enum status sqlite_mark_write(struct sqlite_mark *mark, struct sqlite_commit commit);

/* The same, and forgets whatever was in the file, also a greater number. Makes the file's final
 * size, so that a write never asks the disk for room. */
NODISCARD enum status sqlite_mark_reset(struct sqlite_mark *mark, struct sqlite_commit commit);

/* Where a database stands. */
struct sqlite_position {
    bool is_new; /* nothing was ever written into it; the rest is 0 */
    struct sqlite_commit commit;
    int64_t previous_chain; /* of the commit before */
};

enum sqlite_verdict {
    VERDICT_SAME,
    VERDICT_ONE_AHEAD, /* the program ended between commit and mark: the commit counts */
    VERDICT_FRESH,     /* nothing was acknowledged and there is no mark yet */
    VERDICT_LOSS,      /* acknowledged commits are missing */
    VERDICT_OTHER,     /* the same number, but not the same commit */
    VERDICT_NO_MARK,   /* there are commits, and no mark to hold them against */
    VERDICT_OLD_MARK,  /* the mark is older than any crash could leave it */
};

/* mark is NULL when there is none. */
enum sqlite_verdict sqlite_mark_judge(struct sqlite_position position,
                                      const struct sqlite_commit *mark);

#endif
