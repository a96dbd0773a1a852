/* sqlite_settle.c - what a WRITE connection finds at start: the database held against its mark.
 *
 * A fresh file gets its first position here. A killed program may leave the mark one commit behind,
 * and the commit itself unsynced; both are put right before anybody is served. Everything else that
 * does not fit means that acknowledged commits are missing or that a file was exchanged, and is for
 * a person to decide.
 */
#include "store/sqlite/sqlite_parts.h"

#include "base/chance.h"
#include "base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { WHAT_BYTES_MAX = 600 };

/* SQLITE_FORMAT: a database, but not one of this program. */
static int read_position(sqlite3 *db, struct sqlite_position *position_out)
{
    int64_t tables[2];
    *position_out = (struct sqlite_position){0};
    int code = sqlite__read_integers(
        db, "SELECT count(*), coalesce(sum(name = 'store_mark'), 0) FROM sqlite_schema", tables, 2);
    if (code != SQLITE_OK) {
        return code;
    }
    position_out->is_new = tables[0] == 0;
    if (position_out->is_new || tables[1] == 0) {
        return position_out->is_new ? SQLITE_OK : SQLITE_FORMAT;
    }
    int64_t row[3];
    code =
        sqlite__read_integers(db, "SELECT number, chain, previous_chain FROM store_mark", row, 3);
    if (code != SQLITE_OK || row[0] < 0) {
        return code != SQLITE_OK ? code : SQLITE_CORRUPT;
    }
    position_out->commit = (struct sqlite_commit){.number = row[0], .chain = row[1]};
    position_out->previous_chain = row[2];
    return SQLITE_OK;
}

static int insert_first(sqlite3 *db, int64_t chain)
{
    sqlite3_stmt *handle = NULL;
    int code =
        sqlite3_prepare_v2(db, "INSERT INTO store_mark VALUES (0, $1, $1)", -1, &handle, NULL);
    if (code != SQLITE_OK) {
        return code;
    }
    sqlite3_bind_int64(handle, 1, chain);
    code = sqlite3_step(handle);
    sqlite3_finalize(handle);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Commit 0: nothing is acknowledged by it, so a kill in the middle is as if it had never begun. */
static int create_position(sqlite3 *db, struct sqlite_position *position_out)
{
    int64_t chain = (int64_t)chance_number();
    int code = sqlite3_exec(db,
                            "BEGIN IMMEDIATE;"
                            "CREATE TABLE store_mark (number INTEGER NOT NULL,"
                            " chain INTEGER NOT NULL, previous_chain INTEGER NOT NULL)",
                            NULL, NULL, NULL);
    if (code == SQLITE_OK) {
        code = insert_first(db, chain);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    }
    *position_out = (struct sqlite_position){.commit = {.chain = chain}, .previous_chain = chain};
    return code;
}

/* The mark's first sync has done this already, but SQLite does not tell when it fails. */
static int sync_directory(const struct sqlite_home *home)
{
    if (home->vfs != NULL) {
        return SQLITE_OK; /* a test's own disk */
    }
    int descriptor = open(home->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return SQLITE_CANTOPEN;
    }
    int failed = fsync(descriptor);
    close(descriptor);
    return failed == 0 ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
}

static struct text describe(const struct sqlite_home *home, enum sqlite_verdict verdict,
                            int64_t number, int64_t marked)
{
    const char *file = home->database_path;
    const char *mark = home->mark_path;
    long long at = (long long)number;
    switch (verdict) {
    case VERDICT_LOSS:
        return sqlite__sentence("%s is behind its mark %s: the newest %lld acknowledged commits "
                                "are missing (the file ends at commit %lld).",
                                file, mark, (long long)marked - at, at);
    case VERDICT_OTHER:
        return sqlite__sentence("%s and its mark %s tell different stories about commit %lld: one "
                                "of them is a copy from elsewhere.",
                                file, mark, (long long)marked);
    case VERDICT_NO_MARK:
        return sqlite__sentence("%s has %lld commits, but its mark %s is missing or damaged, so "
                                "nobody can tell whether newer ones are lost.",
                                file, at, mark);
    case VERDICT_OLD_MARK:
        return sqlite__sentence("The mark %s (commit %lld) is older than %s (commit %lld) by more "
                                "than a crash could explain: one of them is a copy.",
                                mark, (long long)marked, file, at);
    case VERDICT_SAME:
    case VERDICT_ONE_AHEAD:
    case VERDICT_FRESH:
        break;
    }
    return text_of("");
}

static struct text with_advice(const struct sqlite_home *home, struct text what)
{
    char copy[WHAT_BYTES_MAX]; /* the sentence itself is about to be overwritten */
    snprintf(copy, sizeof copy, "%.*s", TEXT_ARGS(what));
    return sqlite__sentence("%s Restore a backup, or start once with --accept-loss %s to go on "
                            "with what is there.",
                            copy, home->schema);
}

/* Reads the mark and says how the database stands to it. */
static enum status judge(struct sqlite_store *self, const struct sqlite_position *position,
                         enum sqlite_verdict *verdict_out, struct text *error_out)
{
    struct sqlite_commit marked = {0};
    enum status status = sqlite_mark_read(&self->mark, &marked);
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        *error_out = sqlite__sentence("%s cannot be read.", self->home->mark_path);
        return status;
    }
    *verdict_out = sqlite_mark_judge(*position, status == STATUS_OK ? &marked : NULL);
    *error_out = describe(self->home, *verdict_out, position->commit.number, marked.number);
    return error_out->bytes == 0 ? STATUS_OK : STATUS_CORRUPT;
}

/* Written at every start, because the mark's own newest slot may not have reached the disk. */
static enum status write_mark(struct sqlite_store *self, bool anew, struct text *error_out)
{
    enum status status = anew ? sqlite_mark_reset(&self->mark, self->newest)
                              : sqlite_mark_write(&self->mark, self->newest);
    if (status == STATUS_OK && (!anew || sync_directory(self->home) == SQLITE_OK)) {
        return STATUS_OK;
    }
    *error_out = sqlite__sentence("%s cannot be written.", self->home->mark_path);
    return STATUS_UNAVAILABLE;
}

/* Before the mark follows the database, and before anybody is told what is in it. */
static int secure(struct sqlite_store *self, enum sqlite_verdict verdict,
                  const struct sqlite_position *position)
{
    if (verdict == VERDICT_SAME) {
        return SQLITE_OK; /* the mark was written after the commit was durable */
    }
    return position->commit.number == 0 ? sqlite__secure_creation(self->db)
                                        : sqlite__secure_newest(self->db);
}

/* The writer compares the database with its mark, and brings the mark up to it where a crash
 * explains the difference or a person has accepted it. */
enum status sqlite__settle(struct sqlite_store *self, struct text *error_out)
{
    struct sqlite_home *home = self->home;
    struct sqlite_position position;
    int code = read_position(self->db, &position);
    if (code != SQLITE_OK) {
        return sqlite__cannot(self, code, error_out);
    }
    sqlite3_vfs *vfs = sqlite3_vfs_find(home->vfs);
    if (sqlite_mark_open(&self->mark, vfs, home->mark_path, true) != STATUS_OK) {
        *error_out = sqlite__sentence("%s cannot be opened for writing.", home->mark_path);
        return STATUS_UNAVAILABLE;
    }
    enum sqlite_verdict verdict = VERDICT_SAME;
    enum status status = judge(self, &position, &verdict, error_out);
    if (status == STATUS_CORRUPT && home->accept_loss) {
        log_line(LOG_WARNING, "store", "A loss was accepted.", LOG_TEXT("detail", *error_out));
    } else if (status != STATUS_OK) {
        *error_out = status == STATUS_CORRUPT ? with_advice(home, *error_out) : *error_out;
        return status;
    }
    if (position.is_new) {
        code = create_position(self->db, &position);
    }
    if (code == SQLITE_OK) {
        code = secure(self, verdict, &position);
    }
    if (code != SQLITE_OK) {
        return sqlite__cannot(self, code, error_out);
    }
    self->newest = position.commit;
    bool is_anew = verdict != VERDICT_SAME && verdict != VERDICT_ONE_AHEAD;
    return write_mark(self, is_anew, error_out);
}

enum status sqlite__compare(struct sqlite_store *self, struct text *error_out)
{
    struct sqlite_home *home = self->home;
    /* The mark first: a program that serves meanwhile moves the database before it moves the mark.
     */
    struct sqlite_commit marked = {0};
    sqlite3_vfs *vfs = sqlite3_vfs_find(home->vfs);
    enum status found = sqlite_mark_open(&self->mark, vfs, home->mark_path, false);
    if (found == STATUS_OK) {
        found = sqlite_mark_read(&self->mark, &marked);
        sqlite_mark_close(&self->mark);
    }
    if (found != STATUS_OK && found != STATUS_ABSENT) {
        *error_out = sqlite__sentence("%s cannot be read.", home->mark_path);
        return found;
    }
    struct sqlite_position position;
    int code = read_position(self->db, &position);
    if (code != SQLITE_OK) {
        return sqlite__cannot(self, code, error_out);
    }
    enum sqlite_verdict verdict = sqlite_mark_judge(position, found == STATUS_OK ? &marked : NULL);
    if (verdict == VERDICT_OLD_MARK) {
        return STATUS_OK; /* commits went on between the two readings; the writer judges this */
    }
    *error_out = describe(home, verdict, position.commit.number, marked.number);
    return error_out->bytes == 0 ? STATUS_OK : STATUS_CORRUPT;
}
