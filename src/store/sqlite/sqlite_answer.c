/* sqlite_answer.c - what SQLite's result codes mean in the words of the store.
 *
 * Inside a transaction an I/O error is UNAVAILABLE: nothing was acknowledged and SQLite rolls back.
 * In a commit or checkpoint it is UNCERTAIN; sqlite.c and sqlite_checkpoint.c know that.
 */
#include "store/sqlite/sqlite_parts.h"

#include "base/log.h"

#include <stdio.h>

static void report(struct sqlite_store *self, enum log_level level, const char *message, int code,
                   const char *sql)
{
    log_line(level, "store", message, LOG_TEXT("schema", text_of(self->home->schema)),
             LOG_NUMBER("code", code), LOG_TEXT("detail", text_of(sqlite3_errmsg(self->db))),
             LOG_TEXT("sql", text_of(sql)));
}

_Noreturn static void is_our_bug(struct sqlite_store *self, int code, const char *sql)
{
    char what[1024];
    snprintf(what, sizeof what, "SQLite refuses a statement (%d, %s): %s", code,
             sqlite3_errmsg(self->db), sql);
    must_failed(__FILE__, __LINE__, what);
}

bool sqlite__is_io_error(int code)
{
    return (code & 0xff) == SQLITE_IOERR && code != SQLITE_IOERR_NOMEM;
}

static enum status constraint_answer(struct sqlite_store *self, int code, const char *sql)
{
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
        code == SQLITE_CONSTRAINT_ROWID) {
        return STATUS_EXISTS;
    }
    report(self, LOG_ERROR, "A row breaks a constraint; the handler should have refused it.", code,
           sql);
    return STATUS_MALFORMED;
}

enum status sqlite__answer(struct sqlite_store *self, int code, const char *sql)
{
    MUST(code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW);
    if (code == SQLITE_IOERR_NOMEM) {
        return STATUS_UNAVAILABLE;
    }
    switch (code == SQLITE_IOERR_DATA ? SQLITE_CORRUPT : code & 0xff) {
    case SQLITE_CONSTRAINT:
        return constraint_answer(self, code, sql);
    case SQLITE_BUSY:
        return code == SQLITE_BUSY_SNAPSHOT ? STATUS_CONFLICT : STATUS_BUSY;
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return STATUS_BUSY;
    case SQLITE_NOMEM:
        return STATUS_UNAVAILABLE;
    case SQLITE_INTERRUPT:
        return STATUS_TIMEOUT;
    case SQLITE_TOOBIG:
        return STATUS_TOO_LARGE;
    case SQLITE_FULL:
        report(self, LOG_WARNING, "The disk is full; nothing was changed.", code, sql);
        return STATUS_FULL;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        report(self, LOG_ERROR, "The disk does not answer.", code, sql);
        return STATUS_UNAVAILABLE;
    case SQLITE_READONLY:
        MUST(self->access == STORE_WRITE);
        report(self, LOG_ERROR, "The database has become read-only.", code, sql);
        return STATUS_UNAVAILABLE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        report(self, LOG_ERROR, "The database file is damaged.", code, sql);
        return STATUS_CORRUPT;
    case SQLITE_ERROR: /* while it runs; what is wrong with the text shows when it is prepared */
    case SQLITE_MISMATCH:
        report(self, LOG_ERROR, "A statement cannot work with these values.", code, sql);
        return STATUS_MALFORMED;
    default:
        is_our_bug(self, code, sql);
    }
}
