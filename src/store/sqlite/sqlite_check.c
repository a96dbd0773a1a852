/* sqlite_check.c - reads a whole database file and says what is wrong with it, for a person. */
#include "store/sqlite/sqlite_parts.h"

enum { COMPLAINTS_MAX = 20 };

struct complaints {
    struct arena *arena;
    struct text report;
    size_t count;
};

static void complain(struct complaints *complaints, struct text what)
{
    if (complaints->count >= COMPLAINTS_MAX || !arena_has_room(complaints->arena, what.bytes * 2)) {
        return;
    }
    complaints->report = text_format(complaints->arena, "%.*s%s%.*s", TEXT_ARGS(complaints->report),
                                     complaints->count == 0 ? "" : "\n", TEXT_ARGS(what));
    complaints->count++;
}

static int check_pages(struct sqlite_store *self, struct complaints *complaints)
{
    sqlite3_stmt *handle = NULL;
    int code = sqlite3_prepare_v2(self->db, "PRAGMA integrity_check(20)", -1, &handle, NULL);
    if (code != SQLITE_OK) {
        return code;
    }
    while ((code = sqlite3_step(handle)) == SQLITE_ROW) {
        struct text line = text_of((const char *)sqlite3_column_text(handle, 0));
        if (!text_equals(line, TEXT("ok"))) {
            complain(complaints, line);
        }
    }
    sqlite3_finalize(handle);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int check_references(struct sqlite_store *self, struct complaints *complaints)
{
    sqlite3_stmt *handle = NULL;
    int code = sqlite3_prepare_v2(self->db, "PRAGMA foreign_key_check", -1, &handle, NULL);
    if (code != SQLITE_OK) {
        return code;
    }
    while ((code = sqlite3_step(handle)) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(handle, 0);
        complain(complaints, text_format(complaints->arena,
                                         "a row of %s refers to a row that is not there", table));
        if (complaints->count >= COMPLAINTS_MAX) {
            code = SQLITE_DONE;
            break;
        }
    }
    sqlite3_finalize(handle);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static enum status check_open(struct sqlite_store *self, struct complaints *complaints)
{
    struct text error = NO_TEXT;
    int code = check_pages(self, complaints);
    if (code == SQLITE_OK) {
        code = check_references(self, complaints);
    }
    enum status status =
        code == SQLITE_OK ? sqlite__compare(self, &error) : sqlite__cannot(self, code, &error);
    if (status != STATUS_OK) {
        complain(complaints, error);
    }
    return status == STATUS_OK && complaints->count > 0 ? STATUS_CORRUPT : status;
}

enum status sqlite_check_file(const struct sqlite_options *options, struct arena *arena,
                              struct text *report_out)
{
    struct sqlite_home home = {0};
    sqlite__home_init(&home, options);
    struct sqlite_store self = {.home = &home, .access = STORE_READ};
    struct complaints complaints = {.arena = arena, .report = TEXT("")};
    struct text error = NO_TEXT;
    enum status status = sqlite__open(&self, &error);
    if (status != STATUS_OK) {
        complain(&complaints, error);
    } else {
        status = check_open(&self, &complaints);
        sqlite__close(&self);
    }
    sqlite__home_finish(&home);
    *report_out = status == STATUS_OK ? text_copy(arena, TEXT("ok")) : complaints.report;
    return status;
}
