/* file_bind.c - a form takes files; those that none has taken are forgotten after a day. */
#include "engine/files/file_store.h"
#include "engine/files/files.h"

enum { LOOK_EVERY_MS = 10 * 60 * 1000, FORGET_AFTER_MS = 24 * 3600 * 1000, MANY = 20 };

bool files_are_in(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->field_count; i++) {
        if (workflow->fields[i].kind == CASE_FILES) {
            return true;
        }
    }
    return false;
}

static bool is_twice(const struct json *ids, const struct json *item)
{
    for (const struct json *other = ids->first; other != item; other = other->next) {
        if (text_equals(other->text, item->text)) {
            return true;
        }
    }
    return false;
}

static enum status bind_one(struct step *step, const struct case_field *field, struct id file_id)
{
    struct call *call = step->call;
    struct file_row row;
    enum status status = file_find(call->store, call->arena, step->record->id, file_id, &row);
    bool is_good = status == STATUS_OK && row.completed_at != 0 &&
                   text_equals(row.field, field->name) &&
                   (row.bound_at != 0 || id_equals(row.person, step->person));
    if (status == STATUS_ABSENT || (status == STATUS_OK && !is_good)) {
        return STATUS_MALFORMED;
    }
    return status == STATUS_OK && row.bound_at == 0 ? file_bind(call->store, file_id, call->now_ms)
                                                    : status;
}

enum status files_bind(struct step *step, const struct case_field *field, const struct json *ids,
                       struct text *error_out)
{
    enum status status = STATUS_OK;
    for (const struct json *item = ids->first; item != NULL && status == STATUS_OK;
         item = item->next) {
        struct id file_id;
        MUST(item->kind == JSON_STRING && id_read(item->text, &file_id)); /* it was read so */
        if (is_twice(ids, item)) {
            *error_out = TEXT("has the same file twice");
            return STATUS_MALFORMED;
        }
        status = bind_one(step, field, file_id);
    }
    if (status == STATUS_MALFORMED) {
        *error_out = TEXT("names a file that was not sent for it, or not all of it");
    }
    return status;
}

static enum status forget(struct chore_run *run)
{
    struct rows rows = {.count = 0};
    enum status status =
        file_list_loose(run->store, run->arena, run->now_ms - FORGET_AFTER_MS, &rows);
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        status = file_delete(run->store, &((const struct file_row *)rows.items)[i]);
    }
    run->more = rows.count >= MANY;
    return status;
}

const struct chore file_chore = {.name = "forget_files", .run = forget, .every_ms = LOOK_EVERY_MS};
