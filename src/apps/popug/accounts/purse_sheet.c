/* purse_sheet.c - a statement as a table for spreadsheets. */
#include "apps/popug/accounts/purse_sheet.h"

#include "apps/popug/accounts/purse.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/money.h"
#include "base/must.h"
#include "ledger/ledger_statement.h"
#include "runtime/host.h"
#include "runtime/later/later.h"

#include <string.h>

/* ---- cells ---- */

enum { ROOM_AT_FIRST = 4096 };

static void put(struct sheet *sheet, const char *data, size_t bytes)
{
    if (sheet->bytes + bytes > sheet->room) {
        size_t room = 2 * sheet->room + bytes;
        char *grown = arena_take_raw(sheet->arena, room);
        memcpy(grown, sheet->data, sheet->bytes);
        sheet->data = grown;
        sheet->room = room;
    }
    memcpy(sheet->data + sheet->bytes, data, bytes);
    sheet->bytes += bytes;
}

static void begin_cell(struct sheet *sheet)
{
    if (sheet->column++ > 0) {
        put(sheet, ",", 1);
    }
}

static bool is_formula(struct text text)
{
    return text.bytes > 0 && memchr("=+-@\t\r\n", text.data[0], 7) != NULL;
}

static bool needs_quotes(struct text text)
{
    bool needs = is_formula(text);
    for (size_t i = 0; i < text.bytes && !needs; i++) {
        needs = memchr(",\"\r\n", text.data[i], 4) != NULL;
    }
    return needs;
}

void sheet_put_text(struct sheet *sheet, struct text text)
{
    begin_cell(sheet);
    if (!needs_quotes(text)) {
        put(sheet, text.data == NULL ? "" : text.data, text.bytes);
        return;
    }
    put(sheet, "\"", 1);
    if (is_formula(text)) {
        put(sheet, "'", 1);
    }
    for (size_t i = 0; i < text.bytes; i++) {
        put(sheet, "\"\"", text.data[i] == '"');
        put(sheet, &text.data[i], 1);
    }
    put(sheet, "\"", 1);
}

void sheet_put_money(struct sheet *sheet, int64_t minor)
{
    char written[MONEY_TEXT_BYTES + 1];
    size_t bytes = money_write((struct money){minor, PURSE_CURRENCY}, written);
    begin_cell(sheet);
    put(sheet, written, bytes);
}

void sheet_put_time(struct sheet *sheet, int64_t wall_ms)
{
    char written[CLOCK_TEXT_BYTES + 1];
    clock_write(wall_ms, written);
    begin_cell(sheet);
    put(sheet, written, strlen(written));
}

void sheet_put_id(struct sheet *sheet, struct id id)
{
    char written[ID_TEXT_BYTES + 1];
    id_write(id, written);
    begin_cell(sheet);
    put(sheet, written, ID_TEXT_BYTES);
}

void sheet_end_row(struct sheet *sheet)
{
    MUST(sheet->column > 0);
    put(sheet, "\r\n", 2);
    sheet->column = 0;
}

void sheet_begin(struct sheet *sheet, struct arena *arena, const char *const *names, size_t count)
{
    MUST(count > 0);
    *sheet = (struct sheet){
        .arena = arena, .data = arena_take_raw(arena, ROOM_AT_FIRST), .room = ROOM_AT_FIRST};
    put(sheet, "\xEF\xBB\xBF", 3);
    for (size_t i = 0; i < count; i++) {
        sheet_put_text(sheet, text_of(names[i]));
    }
    sheet_end_row(sheet);
}

struct text sheet_written(const struct sheet *sheet)
{
    MUST(sheet->column == 0);
    return (struct text){sheet->data, sheet->bytes};
}

/* ---- a statement ---- */

enum { LINES_MAX = 10000, DAYS_USUAL = 31 };

const struct refusal purse_too_many_lines = {"too_many_lines", 422,
                                             "That is more than 10,000 lines: ask for fewer days."};

#define AT(member) .offset = offsetof(struct purse_input, member)
static const struct field sheet_fields[] = {
    {.name = "days",
     .kind = FIELD_INTEGER,
     AT(days),
     .place = FIELD_IN_QUERY,
     .minimum = 1,
     .maximum = PURSE_DAYS_MAX,
     .otherwise = DAYS_USUAL,
     .meaning = "The last ones, today included"},
    {.name = "person_id",
     .kind = FIELD_ID,
     AT(person_id),
     .place = FIELD_IN_PATH,
     .required = true},
};
#undef AT
const struct shape purse_sheet_takes = {
    .name = "AccountSheetAsked",
    .fields = sheet_fields,
    .field_count = 2,
    .bytes = sizeof(struct purse_input),
};
const struct shape my_sheet_takes = {
    .name = "MySheetAsked",
    .fields = sheet_fields,
    .field_count = 1,
    .bytes = sizeof(struct purse_input),
};

static void put_line(struct sheet *sheet, const struct purse_line *line, struct text currency)
{
    sheet_put_time(sheet, line->at);
    sheet_put_text(sheet, line->kind);
    sheet_put_text(sheet, line->why);
    sheet_put_text(sheet, line->title);
    sheet_put_money(sheet, line->amount_minor);
    sheet_put_money(sheet, line->balance_minor);
    sheet_put_text(sheet, currency);
    sheet_put_id(sheet, line->about);
    sheet_end_row(sheet);
}

static enum status put_page(struct call *call, struct sheet *sheet, const struct rows *rows,
                            struct text currency)
{
    const struct ledger_entry *from = rows->items;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < rows->count && status == STATUS_OK; i++) {
        struct purse_line line;
        status = purse_line_of(call, &from[i], &line);
        put_line(sheet, &line, currency);
    }
    return status;
}

/* From the midnight that began the first of the days. */
static int64_t beginning(const struct call *call, int64_t days)
{
    struct date first = date_of_days(purse_day(call, call->now_ms) - days + 1);
    const struct civil midnight = {.year = first.year, .month = first.month, .day = first.day};
    return zone_when(later_zone(call->host->later), midnight).first_ms;
}

enum status purse_sheet_handle(struct call *call)
{
    static const char *const names[] = {"at",     "kind",    "why",      "title",
                                        "amount", "balance", "currency", "about_id"};
    const struct purse_input *input = call->input;
    struct ledger_account found = {.moves = 0};
    struct sheet sheet;
    struct rows rows = {.count = LEDGER_PAGE_MAX};
    size_t count = 0;
    enum status status = purse_find(call, &found);
    struct ledger_page page = {
        .account_id = found.id, .from_ms = beginning(call, input->days), .limit = LEDGER_PAGE_MAX};
    sheet_begin(&sheet, call->arena, names, COUNT_OF(names));
    while (status == STATUS_OK && rows.count == LEDGER_PAGE_MAX) {
        status = ledger_list_entries(call->store, call->arena, &page, &rows);
        count += status == STATUS_OK ? rows.count : 0;
        if (status == STATUS_OK && count > LINES_MAX) {
            return refuse(call, &purse_too_many_lines);
        }
        if (status == STATUS_OK && rows.count > 0) {
            const struct ledger_entry *last =
                (const struct ledger_entry *)rows.items + rows.count - 1;
            page.after_at = last->at;
            page.after_number = last->number;
            status = put_page(call, &sheet, &rows, found.currency);
        }
    }
    return status == STATUS_OK ? answer_written(call, sheet_written(&sheet), NO_TEXT) : status;
}
