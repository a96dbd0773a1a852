/* sqlite.c - a store in one SQLite file: transactions, marks and the source of connections.
 *
 * A commit is acknowledged in this order; a kill between any two leaves a state that the next start
 * understands:
 *
 *   UPDATE store_mark   the number and chain of this commit, in its own transaction
 *   COMMIT              the WAL is synced: from here on the commit is durable
 *   the mark file       written and synced: from here on a missing commit would be noticed
 *   a checkpoint        if one is due
 *   STATUS_OK
 */
#include "store/sqlite.h"

#include "base/chance.h"
#include "base/fault.h"
#include "base/log.h"
#include "store/sqlite/sqlite_parts.h"

#include <string.h>
#include <unistd.h>

static struct sqlite_store *self_of(struct store *store)
{
    return (struct sqlite_store *)(void *)store;
}

/* Remembers why the whole transaction must go. SQLite may have rolled it back by itself; and after
 * the disk has refused something, pages that were written early may be missing in the WAL. */
static enum status failed(struct sqlite_store *self, enum status status)
{
    if (sqlite3_get_autocommit(self->db) || status == STATUS_FULL || status == STATUS_UNAVAILABLE) {
        self->failure = status;
    }
    return status;
}

static enum status begin(struct store *store, enum store_access access)
{
    struct sqlite_store *self = self_of(store);
    MUST(access == STORE_READ || self->access == STORE_WRITE);
    if (self->is_lost) {
        return STATUS_UNAVAILABLE;
    }
    int code =
        sqlite__run_fixed(self, access == STORE_WRITE ? FIXED_BEGIN_WRITE : FIXED_BEGIN_READ);
    if (code != SQLITE_OK) {
        return sqlite__answer(self, code, "BEGIN");
    }
    self->failure = STATUS_OK;
    self->has_script = false;
    self->has_part = false;
    self->changes_before = sqlite3_total_changes64(self->db);
    return STATUS_OK;
}

static enum status exec(struct store *store, const struct statement *statement,
                        struct values values, int64_t *changed_out)
{
    struct sqlite_store *self = self_of(store);
    struct sqlite_prepared *prepared = NULL;
    int code = sqlite__prepare(self, statement, &prepared);
    if (code != SQLITE_OK) {
        return failed(self, sqlite__answer(self, code, statement->sql));
    }
    int64_t before = sqlite3_total_changes64(self->db);
    code = sqlite__bind(prepared, values);
    if (code == SQLITE_OK) {
        code = sqlite3_step(prepared->handle);
        sqlite3_reset(prepared->handle);
    }
    if (code != SQLITE_DONE) {
        return failed(self, sqlite__answer(self, code, statement->sql));
    }
    /* changes64 keeps the number of an older statement when this one changed nothing. */
    bool has_changed = sqlite3_total_changes64(self->db) != before;
    *changed_out = has_changed ? sqlite3_changes64(self->db) : 0;
    return STATUS_OK;
}

static enum status query(struct store *store, struct arena *arena,
                         const struct statement *statement, struct values values,
                         struct rows *rows_out)
{
    struct sqlite_store *self = self_of(store);
    struct sqlite_prepared *prepared = NULL;
    int code = sqlite__prepare(self, statement, &prepared);
    if (code != SQLITE_OK) {
        return failed(self, sqlite__answer(self, code, statement->sql));
    }
    enum status status = STATUS_OK;
    code = sqlite__bind(prepared, values);
    if (code == SQLITE_OK) {
        code = sqlite__read_rows(prepared, arena, rows_out, &status);
        sqlite3_reset(prepared->handle);
    }
    if (status == STATUS_CORRUPT) {
        log_line(LOG_ERROR, "store", "A stored value is not what its field says.",
                 LOG_TEXT("schema", text_of(self->home->schema)),
                 LOG_TEXT("sql", text_of(statement->sql)));
    }
    if (status != STATUS_OK) {
        return status;
    }
    return code == SQLITE_DONE ? STATUS_OK
                               : failed(self, sqlite__answer(self, code, statement->sql));
}

/* The part is always inside of the mark: whatever ends the mark ends it too. */
static int forget_place(struct sqlite_store *self, enum store_place place)
{
    if (place == STORE_MARK && self->store.has_mark) {
        return sqlite__run_fixed(self, FIXED_RELEASE);
    }
    if (self->has_part) {
        return sqlite__run_fixed(self, FIXED_PART_RELEASE);
    }
    return SQLITE_OK;
}

static enum status mark(struct store *store, enum store_place place)
{
    struct sqlite_store *self = self_of(store);
    int code = forget_place(self, place);
    if (code == SQLITE_OK) {
        code = sqlite__run_fixed(self, place == STORE_MARK ? FIXED_SAVEPOINT : FIXED_PART);
    }
    if (code != SQLITE_OK) {
        return failed(self, sqlite__answer(self, code, "SAVEPOINT"));
    }
    self->has_part = place == STORE_PART;
    return STATUS_OK;
}

static enum status undo(struct store *store, enum store_place place)
{
    struct sqlite_store *self = self_of(store);
    if (self->failure != STATUS_OK) {
        return self->failure;
    }
    if (place == STORE_PART && store->part != STORE_PART_IS_SET) {
        return STATUS_OK;
    }
    int code = sqlite__run_fixed(self, place == STORE_MARK ? FIXED_ROLLBACK_TO : FIXED_PART_UNDO);
    if (code != SQLITE_OK) {
        return failed(self, sqlite__answer(self, code, "ROLLBACK TO"));
    }
    self->has_part = place == STORE_PART;
    return STATUS_OK;
}

static void rollback(struct store *store)
{
    struct sqlite_store *self = self_of(store);
    if (sqlite3_get_autocommit(self->db)) {
        return;
    }
    int code = sqlite__run_fixed(self, FIXED_ROLLBACK);
    if (code != SQLITE_OK && !sqlite3_get_autocommit(self->db)) {
        log_line(LOG_ERROR, "store", "A transaction cannot be rolled back.",
                 LOG_TEXT("schema", text_of(self->home->schema)), LOG_NUMBER("code", code));
        self->is_lost = true;
    }
}

static bool has_changes(const struct sqlite_store *self)
{
    return self->has_script || sqlite3_total_changes64(self->db) != self->changes_before;
}

static enum status uncertain(struct sqlite_store *self, const char *message, int code)
{
    log_line(LOG_ERROR, "store", message, LOG_TEXT("schema", text_of(self->home->schema)),
             LOG_NUMBER("code", code), LOG_TEXT("detail", text_of(sqlite3_errmsg(self->db))));
    self->is_lost = true;
    return STATUS_UNCERTAIN;
}

/* A full disk is told before the commit's last page is written, so nothing has happened. After any
 * other error the page may be on the disk and come back at the next start. */
static enum status commit_failed(struct store *store, int code)
{
    struct sqlite_store *self = self_of(store);
    int kind = code & 0xff;
    if (kind != SQLITE_FULL && kind != SQLITE_BUSY) {
        return uncertain(self, "A commit failed; the program must start again to recover.", code);
    }
    rollback(store);
    return sqlite__answer(self, code, "COMMIT");
}

static enum status end_unchanged(struct store *store)
{
    struct sqlite_store *self = self_of(store);
    int code = sqlite__run_fixed(self, FIXED_COMMIT);
    if (code == SQLITE_OK) {
        return STATUS_OK;
    }
    rollback(store);
    return sqlite__answer(self, code, "COMMIT");
}

static enum status commit(struct store *store)
{
    struct sqlite_store *self = self_of(store);
    if (!has_changes(self)) {
        return end_unchanged(store);
    }
    MUST(store->state == STORE_WRITING);
    struct sqlite_commit next = {.number = self->newest.number + 1,
                                 .chain = (int64_t)chance_number()};
    int code = sqlite__advance(self, next);
    if (code != SQLITE_OK) {
        enum status status = sqlite__answer(self, code, "UPDATE store_mark");
        rollback(store);
        return status;
    }
    FAULT_POINT("store_commit");
    code = sqlite__run_fixed(self, FIXED_COMMIT);
    if (code != SQLITE_OK && !SEEDED_BUG("commit_result_ignored")) {
        return commit_failed(store, code);
    }
    FAULT_POINT("store_mark");
    self->newest = next;
    if (sqlite_mark_write(&self->mark, next) != STATUS_OK) {
        return uncertain(self, "The mark cannot be written; start again to recover.", 0);
    }
    FAULT_POINT("store_marked");
    return sqlite__checkpoint_if_due(self);
}

static enum status script(struct store *store, const char *sql)
{
    struct sqlite_store *self = self_of(store);
    self->has_script = true;
    int code = sqlite3_exec(self->db, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        return failed(self, sqlite__answer(self, code, sql));
    }
    MUST(!sqlite3_get_autocommit(self->db)); /* a script leaves the transaction alone */
    return STATUS_OK;
}

static unsigned flags(const struct store *store)
{
    (void)store;
    return STORE_READS_AT_ONCE | STORE_UNCERTAIN_IS_FATAL;
}

static void destroy(struct store *store)
{
    struct sqlite_store *self = self_of(store);
    if (self->access == STORE_WRITE && !self->is_lost) {
        sqlite__checkpoint_last(self);
    }
    if (self->access == STORE_WRITE) {
        atomic_store(&self->home->has_writer, false);
    }
    sqlite__close(self);
    memory_free(self);
}

static const struct store_ops sqlite_ops = {
    .name = "sqlite",
    .begin = begin,
    .exec = exec,
    .query = query,
    .mark = mark,
    .undo = undo,
    .commit = commit,
    .rollback = rollback,
    .script = script,
    .flags = flags,
    .destroy = destroy,
};

static enum status create(struct sqlite_home *home, enum store_access access,
                          struct sqlite_store **self_out, struct text *error_out)
{
    struct sqlite_store *self = memory_take(sizeof *self);
    self->home = home;
    self->access = access;
    enum status status = sqlite__open(self, error_out);
    if (status != STATUS_OK) {
        memory_free(self);
        return status;
    }
    store_init(&self->store, &sqlite_ops);
    *self_out = self;
    return STATUS_OK;
}

static enum status open_store(struct store_source *source, enum store_access access,
                              struct store **store_out)
{
    struct sqlite_home *home = (struct sqlite_home *)(void *)source;
    struct sqlite_store *self = NULL;
    if (access == STORE_WRITE) {
        MUST(!atomic_exchange(&home->has_writer, true)); /* one writer in a process */
        self = atomic_exchange(&home->ready, NULL);
    }
    struct text error = NO_TEXT;
    enum status status = self != NULL ? STATUS_OK : create(home, access, &self, &error);
    if (status != STATUS_OK) {
        log_line(LOG_ERROR, "store", "A store cannot be opened.", LOG_TEXT("detail", error));
        if (access == STORE_WRITE) {
            atomic_store(&home->has_writer, false);
        }
        return status;
    }
    *store_out = &self->store;
    return STATUS_OK;
}

static void destroy_source(struct store_source *source)
{
    struct sqlite_home *home = (struct sqlite_home *)(void *)source;
    MUST(!atomic_load(&home->has_writer)); /* stores do not outlive their source */
    struct sqlite_store *ready = atomic_exchange(&home->ready, NULL);
    if (ready != NULL) {
        destroy(&ready->store);
    }
    sqlite__home_finish(home);
    memory_free(home);
}

enum status sqlite_source(const struct sqlite_options *options, struct store_source **source_out,
                          struct text *error_out)
{
    enum status status = sqlite_check_library(error_out);
    if (status != STATUS_OK) {
        return status;
    }
    struct sqlite_home *home = memory_take(sizeof *home);
    sqlite__home_init(home, options);
    home->source.open = open_store;
    home->source.destroy = destroy_source;
    struct sqlite_store *ready = NULL;
    status = create(home, STORE_WRITE, &ready, error_out);
    if (status != STATUS_OK) {
        sqlite__home_finish(home);
        memory_free(home);
        return status;
    }
    home->accept_loss = false; /* said once, for what was found now */
    atomic_store(&home->ready, ready);
    *source_out = &home->source;
    return STATUS_OK;
}

static enum status open_reader(struct store_source *source, enum store_access access,
                               struct store **store_out)
{
    MUST(access == STORE_READ);
    return open_store(source, access, store_out);
}

enum status sqlite_source_to_read(const struct sqlite_options *options,
                                  struct store_source **source_out, struct text *error_out)
{
    enum status status = sqlite_check_library(error_out);
    if (status != STATUS_OK) {
        return status;
    }
    struct sqlite_home *home = memory_take(sizeof *home);
    sqlite__home_init(home, options);
    if (access(home->database_path, F_OK) != 0) {
        bool was_there = access(home->mark_path, F_OK) == 0;
        *error_out =
            sqlite__sentence("%s is not there%s.", home->database_path,
                             was_there ? ", but its mark is: restore both from one backup" : "");
        sqlite__home_finish(home);
        memory_free(home);
        return was_there ? STATUS_CORRUPT : STATUS_ABSENT;
    }
    home->source.open = open_reader;
    home->source.destroy = destroy_source;
    *source_out = &home->source;
    return STATUS_OK;
}
