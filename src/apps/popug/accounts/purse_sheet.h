/* purse_sheet.h - a table for spreadsheets: CSV (RFC 4180), UTF-8 with its mark, lines with CR LF.
 *
 * A text that a spreadsheet would take for a formula gets an apostrophe before it, so that a title
 * like "=HYPERLINK(...)" stays words. Numbers are left as they are. It lives in the arena.
 */
#ifndef APPS_POPUG_ACCOUNTS_PURSE_SHEET_H
#define APPS_POPUG_ACCOUNTS_PURSE_SHEET_H

#include "base/arena.h"
#include "base/id.h"
#include "base/text.h"

struct sheet {
    struct arena *arena;
    char *data;
    size_t bytes;
    size_t room;
    size_t column; /* of the row that is being written */
};

void sheet_begin(struct sheet *sheet, struct arena *arena, const char *const *names, size_t count);
void sheet_put_text(struct sheet *sheet, struct text text); /* NO_TEXT: an empty cell */
void sheet_put_money(struct sheet *sheet, int64_t minor);   /* of PURSE_CURRENCY */
void sheet_put_time(struct sheet *sheet, int64_t wall_ms);
void sheet_put_id(struct sheet *sheet, struct id id);
void sheet_end_row(struct sheet *sheet);
struct text sheet_written(const struct sheet *sheet);

#endif
