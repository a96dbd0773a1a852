/* sqlite_checkpoint.c - brings what was committed from the WAL back into the database file.
 *
 * Only the WRITE connection does this, right after a commit: SQLite before 3.51.3 could damage a
 * WAL when one connection checkpointed while another committed, and one owner is easier to reason
 * about in any version. Readers hold the WAL back while they read; that is why a WAL that has grown
 * far is cut when it can be, and otherwise later.
 */
#include "store/sqlite/sqlite_parts.h"

#include "base/fault.h"
#include "base/log.h"

enum {
    /* 16 MiB of pages of 4 KiB: a few ten milliseconds of copying, once in thousands of commits. */
    PAGES_DUE = 4000,
    /* 64 MiB: beyond it the file itself is cut back. */
    PAGES_TOO_MANY = 16000,
};

static int note_pages(void *context, sqlite3 *db, const char *schema, int pages)
{
    struct sqlite_store *self = context;
    (void)schema;
    MUST(db == self->db);
    self->wal_pages = pages;
    return SQLITE_OK;
}

void sqlite__count_wal(struct sqlite_store *self)
{
    sqlite3_wal_hook(self->db, note_pages, self);
}

/* It does not wait for readers: commits wait behind it. */
static int checkpoint(struct sqlite_store *self, int mode)
{
    FAULT_POINT("store_checkpoint");
    sqlite3_busy_timeout(self->db, 0);
    int code = sqlite3_wal_checkpoint_v2(self->db, NULL, mode, NULL, NULL);
    sqlite3_busy_timeout(self->db, SQLITE_BUSY_MS);
    return code;
}

/* The commit itself is durable in the WAL already: a reader in the way, a full disk or no memory
 * only mean "later". After anything else nobody knows what the database file holds. */
static enum status judged(struct sqlite_store *self, int code)
{
    int kind = code & 0xff;
    if (code == SQLITE_OK || kind == SQLITE_BUSY || kind == SQLITE_LOCKED || kind == SQLITE_FULL ||
        kind == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM) {
        return STATUS_OK;
    }
    log_line(LOG_ERROR, "store", "A checkpoint failed; the program must start again to recover.",
             LOG_TEXT("schema", text_of(self->home->schema)), LOG_NUMBER("code", code));
    self->is_lost = true;
    return STATUS_UNCERTAIN;
}

enum status sqlite__checkpoint_if_due(struct sqlite_store *self)
{
    if (self->wal_pages < self->wal_pages_copied) {
        self->wal_pages_copied = 0; /* the WAL has begun anew */
    }
    int due = self->home->checkpoint_pages;
    if (self->wal_pages - self->wal_pages_copied < (due > 0 ? due : PAGES_DUE)) {
        return STATUS_OK;
    }
    self->wal_pages_copied = self->wal_pages;
    enum status status = judged(self, checkpoint(self, SQLITE_CHECKPOINT_PASSIVE));
    if (status == STATUS_OK && self->wal_pages >= PAGES_TOO_MANY) {
        status = judged(self, checkpoint(self, SQLITE_CHECKPOINT_TRUNCATE));
    }
    return status;
}

void sqlite__checkpoint_last(struct sqlite_store *self)
{
    MUST(!self->is_lost && self->access == STORE_WRITE);
    (void)judged(self, checkpoint(self, SQLITE_CHECKPOINT_TRUNCATE));
}
