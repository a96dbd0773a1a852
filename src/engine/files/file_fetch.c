/* file_fetch.c - which files there are, and their bytes: for whoever sees the field, and who has
 * sent them.
 *
 * To others a file that they do not see and one that is not there look the same.
 */
#include "engine/files/file_store.h"
#include "engine/files/files.h"
#include "engine/operations/fail_reasons.h"
#include "engine/operations/flow.h"

#include <string.h>

struct fetch_input {
    struct id case_id;
    struct id file_id;
};

#define AT(member)                                                                                 \
    .kind = FIELD_ID, .offset = offsetof(struct fetch_input, member), .place = FIELD_IN_PATH,      \
    .required = true
static const struct field list_fields[] = {{.name = "case_id", AT(case_id)}};
static const struct field fetch_fields[] = {{.name = "case_id", AT(case_id)},
                                            {.name = "file_id", AT(file_id)}};
#undef AT
const struct shape file_list_takes = {
    .name = "FilesAsked",
    .fields = list_fields,
    .field_count = COUNT_OF(list_fields),
    .bytes = sizeof(struct fetch_input),
};
const struct shape file_fetch_takes = {
    .name = "FileAsked",
    .fields = fetch_fields,
    .field_count = COUNT_OF(fetch_fields),
    .bytes = sizeof(struct fetch_input),
};

static enum status enter(struct call *call, struct flow *flow, struct flow_case *seen_out)
{
    const struct fetch_input *input = call->input;
    enum status status = flow_enter(call, flow);
    if (status == STATUS_OK) {
        status = flow_load(flow, input->case_id, seen_out);
    }
    if (status == STATUS_ABSENT) {
        status = refuse(call, &flow_case_not_found);
        MUST(status != STATUS_OK);
    }
    return status;
}

/* By the name that the field has now, or had in versions before. */
static int field_of(const struct workflow *workflow, struct text name)
{
    int field = workflow_field(workflow, name);
    for (size_t i = 0; i < workflow->field_count && field == WORKFLOW_NOWHERE; i++) {
        for (size_t k = 0; k < workflow->fields[i].was.count; k++) {
            if (text_equals(workflow->fields[i].was.items[k], name)) {
                field = (int)i;
            }
        }
    }
    return field;
}

/* What no form has taken is its sender's alone. */
static bool is_seen(const struct flow *flow, const struct flow_case *seen,
                    const struct file_row *row)
{
    const struct workflow *workflow = seen->record->recipe->workflow;
    int field = field_of(workflow, row->field);
    if (row->bound_at == 0) {
        return id_equals(row->person, flow->participant.person);
    }
    return field != WORKFLOW_NOWHERE && bit_set_has(&seen->fields, (size_t)field) &&
           !workflow->fields[field].is_secret;
}

enum status file_list_handle(struct call *call)
{
    const struct fetch_input *input = call->input;
    struct flow flow;
    struct flow_case seen;
    struct rows rows = {.count = 0};
    enum status status = enter(call, &flow, &seen);
    if (status == STATUS_OK) {
        status = file_list(call->store, call->arena, input->case_id, &rows);
    }
    struct file_row *files = rows.items;
    size_t count = 0;
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        if (is_seen(&flow, &seen, &files[i])) {
            files[count++] = files[i];
        }
    }
    return status == STATUS_OK
               ? answer_list(call,
                             &(struct list){.items = files, .count = count, .total = FIELD_NONE})
               : status;
}

static enum status read_bytes(struct call *call, const struct file_row *row, struct text *bytes_out)
{
    char *bytes = arena_take_raw(call->arena, (size_t)row->bytes);
    int64_t at = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && at < row->bytes) {
        struct text piece = NO_TEXT;
        status = chunk_find(call->store, call->arena, row->content, at, &piece);
        bool fits = status == STATUS_OK && (int64_t)piece.bytes <= row->bytes - at;
        if (status == STATUS_OK && !fits) {
            status = STATUS_CORRUPT;
        } else if (status == STATUS_OK) {
            memcpy(bytes + at, piece.data, piece.bytes);
            at += (int64_t)piece.bytes;
        }
    }
    *bytes_out = (struct text){bytes, (size_t)row->bytes};
    return status == STATUS_ABSENT ? STATUS_CORRUPT : status;
}

/* RFC 8187: every byte that is no plain letter is written as %XX. */
static struct text percent_encode(struct arena *arena, struct text name)
{
    static const char digits[] = "0123456789ABCDEF";
    char *made = arena_take(arena, 3 * name.bytes + 1);
    size_t count = 0;
    for (size_t i = 0; i < name.bytes; i++) {
        unsigned char byte = (unsigned char)name.data[i];
        bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                        (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '_';
        if (is_plain) {
            made[count++] = (char)byte;
        } else {
            made[count++] = '%';
            made[count++] = digits[byte >> 4];
            made[count++] = digits[byte & 15];
        }
    }
    return (struct text){made, count};
}

static enum status answer_file(struct call *call, const struct file_row *row, struct text bytes)
{
    struct text name = percent_encode(call->arena, row->name);
    struct text hash = text_format(call->arena, "\"%.*s\"", TEXT_ARGS(row->sha256));
    enum status status = answer_written(call, bytes, hash);
    struct http_answer *said = &call->exchange->answer;
    said->content_type = row->media_type;
    http_answer_header(
        said, "Content-Disposition",
        text_format(call->arena, "attachment; filename*=UTF-8''%.*s", TEXT_ARGS(name)));
    http_answer_header(said, "X-Content-Type-Options", TEXT("nosniff"));
    http_answer_header(said, "Content-Security-Policy", TEXT("sandbox; default-src 'none'"));
    http_answer_header(said, "Cache-Control", TEXT("private, no-cache"));
    return status;
}

enum status file_fetch_handle(struct call *call)
{
    const struct fetch_input *input = call->input;
    struct flow flow;
    struct flow_case seen;
    struct file_row row = {.bytes = 0};
    struct text bytes = NO_TEXT;
    enum status status = enter(call, &flow, &seen);
    if (status != STATUS_OK) {
        return status;
    }
    status = file_find(call->store, call->arena, input->case_id, input->file_id, &row);
    bool is_there = status == STATUS_OK && row.completed_at != 0 && is_seen(&flow, &seen, &row);
    if (status == STATUS_ABSENT || (status == STATUS_OK && !is_there)) {
        return refuse(call, &flow_file_not_found);
    }
    status = status == STATUS_OK ? read_bytes(call, &row, &bytes) : status;
    return status == STATUS_OK ? answer_file(call, &row, bytes) : status;
}
