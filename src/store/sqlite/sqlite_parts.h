/* sqlite_parts.h - what the files of the SQLite back end share; nobody else includes it. */
#ifndef STORE_SQLITE_SQLITE_PARTS_H
#define STORE_SQLITE_SQLITE_PARTS_H

#include "store/sqlite.h"
#include "store/sqlite/sqlite_mark.h"
#include "store/store.h"

#include <sqlite3.h>
#include <stdatomic.h>

/* A reader may hold the writer's lock for a moment, when it meets the WAL's index half written. */
enum { SQLITE_BUSY_MS = 5000 };

/* ---- sqlite_statement.c: statements prepared once ---- */

struct sqlite_prepared {
    const struct statement *statement;
    sqlite3_stmt *handle;
    size_t parameter_count;
    int *parameters; /* SQLite's index of $1, $2 ... */
    int *columns;    /* of the shape's fields, in their order */
};

/* Keyed by the address of the statement; a statement stays until the connection ends. */
struct sqlite_cache {
    struct sqlite_prepared *slots;
    size_t slot_count; /* a power of two */
    size_t used;
};

/* The statements of the connection itself. */
enum sqlite_fixed {
    FIXED_BEGIN_READ,
    FIXED_BEGIN_WRITE,
    FIXED_COMMIT,
    FIXED_ROLLBACK,
    FIXED_SAVEPOINT,
    FIXED_RELEASE,
    FIXED_ROLLBACK_TO,
    FIXED_PART,
    FIXED_PART_RELEASE,
    FIXED_PART_UNDO,
    FIXED_ADVANCE, /* the commit's number and chain; WRITE only */
    FIXED_COUNT
};

struct sqlite_home;

/* One connection. Only a WRITE connection has a mark, commits changes and runs checkpoints. */
struct sqlite_store {
    struct store store; /* must be first */
    struct sqlite_home *home;
    sqlite3 *db;
    enum store_access access;
    struct sqlite_cache cache;
    sqlite3_stmt *fixed[FIXED_COUNT];

    bool has_script;        /* this transaction ran a script, whose changes are not counted */
    bool has_part;          /* SAVEPOINT part stands, be it of this part or of one before */
    bool is_lost;           /* an I/O error in a commit or checkpoint: nothing may follow */
    int64_t changes_before; /* sqlite3_total_changes64 at begin */
    enum status failure;    /* why the whole transaction must be given up; OK: it must not */

    struct sqlite_mark mark;
    struct sqlite_commit newest;
    int wal_pages;
    int wal_pages_copied; /* at the last checkpoint */
};

/* Finds or makes the prepared form. An SQLite code; a statement that is wrong is a bug: MUST. */
int sqlite__prepare(struct sqlite_store *self, const struct statement *statement,
                    struct sqlite_prepared **prepared_out);
void sqlite__forget_statements(struct sqlite_store *self);

/* Binds without copying: the values live until the statement is reset. An SQLite code. */
int sqlite__bind(const struct sqlite_prepared *prepared, struct values values);

/* Runs one of the connection's own statements to its end. An SQLite code, SQLITE_OK when done. */
int sqlite__run_fixed(struct sqlite_store *self, enum sqlite_fixed which);

/* Writes the number and chain of the commit that is about to be made. An SQLite code. */
int sqlite__advance(struct sqlite_store *self, struct sqlite_commit next);

/* ---- sqlite_rows.c: answers read by name into structs ---- */

/* Steps to the end and fills rows_out. Returns the SQLite code of the last step (SQLITE_DONE is the
 * good one) unless *status_out says that the answer itself is at fault (TOO_LARGE, CORRUPT). */
int sqlite__read_rows(const struct sqlite_prepared *prepared, struct arena *arena,
                      struct rows *rows_out, enum status *status_out);

/* ---- sqlite_answer.c: what SQLite's codes mean ---- */

/* Never OK. Logs what a person should see; stops the process when the statement is our bug. */
enum status sqlite__answer(struct sqlite_store *self, int code, const char *sql);
bool sqlite__is_io_error(int code);

/* ---- sqlite_open.c: files, settings and the mark at start ---- */

struct sqlite_home {
    struct store_source source; /* must be first */
    char *directory;
    char *schema;
    char *database_path;
    char *mark_path;
    char *vfs; /* NULL: the system's */
    int cache_kib;
    int checkpoint_pages;
    bool accept_loss;
    _Atomic(struct sqlite_store *) ready; /* opened and compared already, for the first writer */
    atomic_bool has_writer;
};

/* Copies the options; the source's functions are the caller's to fill in. */
void sqlite__home_init(struct sqlite_home *home, const struct sqlite_options *options);
void sqlite__home_finish(struct sqlite_home *home);

/* Fills db, mark and newest. When not OK everything is closed and the sentence says why. */
NODISCARD enum status sqlite__open(struct sqlite_store *self, struct text *error_out);
void sqlite__close(struct sqlite_store *self);

/* One row of integers; SQLITE_CORRUPT when there is none. An SQLite code. */
int sqlite__read_integers(sqlite3 *db, const char *sql, int64_t *numbers_out, int count);

/* The status and the sentence for a code met while opening. */
enum status sqlite__cannot(struct sqlite_store *self, int code, struct text *error_out);

/* A sentence that lives until this thread's next one. */
struct text sqlite__sentence(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- sqlite_settle.c: the mark at start ---- */

/* Opens the mark of a WRITE connection, brings it up to date and fills `newest`. */
NODISCARD enum status sqlite__settle(struct sqlite_store *self, struct text *error_out);

/* Compares database and mark without changing either. */
NODISCARD enum status sqlite__compare(struct sqlite_store *self, struct text *error_out);

/* ---- sqlite_recover.c: what only the system's cache may have ---- */

/* Writes and syncs the newest commit in the WAL once more. An SQLite code. */
int sqlite__secure_newest(sqlite3 *db);

/* The same for all of a file to which nothing has been committed yet, down to its first page: if
 * that were missing, SQLite would throw the WAL away. */
int sqlite__secure_creation(sqlite3 *db);

/* ---- sqlite_checkpoint.c: from the WAL back into the file ---- */

void sqlite__count_wal(struct sqlite_store *self); /* registers the counter */

/* After a commit, when enough has gathered. OK or UNCERTAIN. */
NODISCARD enum status sqlite__checkpoint_if_due(struct sqlite_store *self);

/* At the end of a healthy connection: leaves an empty WAL if nobody reads. */
void sqlite__checkpoint_last(struct sqlite_store *self);

#endif
