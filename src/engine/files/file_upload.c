/* file_upload.c - files are sent: what is coming, and piece by piece.
 *
 * Refused: case_not_found, wrong_stage, file_too_large, too_many_files; file_not_found,
 * piece_missing, file_type_refused.
 */
#include "engine/files/file_store.h"
#include "engine/files/files.h"
#include "engine/files/media_type.h"
#include "engine/operations/fail_reasons.h"
#include "engine/operations/flow_offer.h"

#include "base/encode.h"

#include <sodium.h>

struct upload_input {
    struct id case_id;
    struct id file_id;
    struct text field;
    struct text name;
    int64_t bytes;
    int64_t offset;
};

#define AT(member) .offset = offsetof(struct upload_input, member)
#define CASE_ID                                                                                    \
    {                                                                                              \
        .name = "case_id", .kind = FIELD_ID, AT(case_id), .place = FIELD_IN_PATH, .required = true \
    }
static const struct field create_fields[] = {
    CASE_ID,
    {.name = "field",
     .kind = FIELD_TEXT,
     AT(field),
     .required = true,
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "Of the form that will name the file"},
    {.name = "name", .kind = FIELD_TEXT, AT(name), .required = true, .bytes_max = 1000},
    {.name = "bytes",
     .kind = FIELD_INTEGER,
     AT(bytes),
     .required = true,
     .minimum = 1,
     .maximum = CASE_FILE_BYTES_MAX,
     .meaning = "How many it has"},
};
static const struct field piece_fields[] = {
    CASE_ID,
    {.name = "file_id", .kind = FIELD_ID, AT(file_id), .place = FIELD_IN_PATH, .required = true},
    {.name = "offset",
     .kind = FIELD_INTEGER,
     AT(offset),
     .place = FIELD_IN_QUERY,
     .minimum = 0,
     .maximum = CASE_FILE_BYTES_MAX,
     .meaning = "Where in the file the piece begins: how many bytes have come before"},
};
#undef AT
const struct shape file_create_takes = {
    .name = "FileComing",
    .fields = create_fields,
    .field_count = COUNT_OF(create_fields),
    .bytes = sizeof(struct upload_input),
};
const struct shape file_piece_takes = {
    .name = "FilePiece",
    .fields = piece_fields,
    .field_count = COUNT_OF(piece_fields),
    .bytes = sizeof(struct upload_input),
};

/* ---- who may ---- */

static bool asks_for(const struct transition *rules, int field)
{
    for (size_t i = 0; i < rules->operation.ask_count; i++) {
        if (rules->operation.asks[i].field == field) {
            return true;
        }
    }
    return false;
}

/* Is there a form that he may send now, and that has this field? */
static bool may_send(const struct flow *flow, const struct flow_case *seen, int field)
{
    const struct workflow *workflow = seen->record->recipe->workflow;
    const struct operation_row none = {.name = NO_TEXT};
    struct step step = flow_step(flow, seen->record);
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *rules = &workflow->transitions[i];
        if (!case_begins(rules) && offer_is_for(rules, seen->parties) && asks_for(rules, field) &&
            offer_refusal(&step, (int)i, &none) == NULL) {
            return true;
        }
    }
    return false;
}

static enum status enter(struct call *call, struct flow *flow, struct flow_case *seen_out)
{
    const struct upload_input *input = call->input;
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

/* ---- what is coming ---- */

static enum status count_loose(struct call *call, struct id case_id, struct id person,
                               bool *too_many_out)
{
    struct rows rows = {.count = 0};
    size_t loose = 0;
    enum status status = file_list(call->store, call->arena, case_id, &rows);
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        const struct file_row *row = &((const struct file_row *)rows.items)[i];
        loose += row->bound_at == 0 && id_equals(row->person, person);
    }
    *too_many_out = loose >= FILES_LOOSE_MAX || rows.count >= FILES_OF_CASE_MAX;
    return status;
}

static enum status begin_file(struct call *call, const struct flow *flow)
{
    const struct upload_input *input = call->input;
    struct file_row row = {
        .file_id = id_new(),
        .case_id = input->case_id,
        .field = input->field,
        .name = file_name_clean(call->arena, input->name, NULL),
        .bytes = input->bytes,
        .person = flow->participant.person,
        .created_at = call->now_ms,
    };
    row.content = row.file_id;
    enum status status = file_insert(call->store, &row);
    return status == STATUS_OK ? answer(call, &row) : status;
}

enum status file_create_handle(struct call *call)
{
    const struct upload_input *input = call->input;
    struct flow flow;
    struct flow_case seen;
    bool too_many = false;
    enum status status = enter(call, &flow, &seen);
    if (status != STATUS_OK) {
        return status;
    }
    const struct workflow *workflow = seen.record->recipe->workflow;
    int field = workflow_field(workflow, input->field);
    bool may = field != WORKFLOW_NOWHERE && workflow->fields[field].kind == CASE_FILES &&
               may_send(&flow, &seen, field);
    if (!may) {
        return refuse_field(call, &flow_file_not_wanted, "field");
    }
    if (input->bytes > workflow->fields[field].maximum) {
        return refuse_field(call, &flow_file_too_large, "bytes");
    }
    status = count_loose(call, input->case_id, flow.participant.person, &too_many);
    if (status == STATUS_OK && too_many) {
        return refuse(call, &flow_too_many_files);
    }
    return status == STATUS_OK ? begin_file(call, &flow) : status;
}

/* ---- a piece ---- */

static bool is_wanted(const struct case_field *field, const struct media_type *type)
{
    bool is = type != NULL && field->type_count == 0;
    for (size_t i = 0; i < field->type_count && type != NULL; i++) {
        is = is || text_equals(field->types[i], text_of(type->word));
    }
    return is;
}

/* What it is says its first piece. */
static bool look_inside(struct call *call, const struct case_field *field, struct text piece,
                        struct file_row *row)
{
    const struct media_type *type = media_type_of(piece);
    if (!is_wanted(field, type)) {
        return false;
    }
    row->media_type = text_of(type->name);
    row->name = file_name_clean(call->arena, row->name, type);
    return true;
}

static enum status hash_file(struct call *call, struct file_row *row)
{
    crypto_hash_sha256_state state;
    unsigned char hash[crypto_hash_sha256_BYTES];
    int64_t at = 0;
    enum status status = STATUS_OK;
    struct text piece = NO_TEXT;
    crypto_hash_sha256_init(&state);
    while (status == STATUS_OK && at < row->bytes) {
        status = chunk_find(call->store, call->arena, row->content, at, &piece);
        if (status == STATUS_OK) {
            crypto_hash_sha256_update(&state, (const unsigned char *)piece.data, piece.bytes);
            at += (int64_t)piece.bytes;
        }
    }
    crypto_hash_sha256_final(&state, hash);
    row->sha256 = encode_hex(call->arena, hash, sizeof hash);
    return status == STATUS_ABSENT ? STATUS_CORRUPT : status;
}

static enum status keep_piece(struct call *call, struct file_row *row, struct text piece)
{
    int64_t before = row->received;
    enum status status = chunk_insert(call->store, row->content, before, piece);
    row->received += (int64_t)piece.bytes;
    if (status == STATUS_OK && row->received == row->bytes) {
        status = hash_file(call, row);
        if (status == STATUS_OK) {
            status = content_settle(call->store, call->arena, row->sha256, &row->content);
        }
        row->completed_at = call->now_ms;
    }
    status = status == STATUS_EXISTS ? STATUS_CONFLICT : status;
    status = status == STATUS_OK ? file_update(call->store, row, before) : status;
    return status == STATUS_OK ? answer(call, row) : status;
}

enum status file_piece_handle(struct call *call)
{
    const struct upload_input *input = call->input;
    struct text piece = call->exchange->request.body;
    struct flow flow;
    struct flow_case seen;
    struct file_row row = {.bytes = 0};
    enum status status = enter(call, &flow, &seen);
    if (status == STATUS_OK) {
        status = file_find(call->store, call->arena, input->case_id, input->file_id, &row);
    }
    bool is_his = id_equals(row.person, flow.participant.person);
    if (status == STATUS_ABSENT || (status == STATUS_OK && !is_his)) {
        return refuse(call, &flow_file_not_found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    const struct workflow *workflow = seen.record->recipe->workflow;
    int field = workflow_field(workflow, row.field);
    if (input->offset < row.received || field == WORKFLOW_NOWHERE) {
        return answer(call, &row); /* it has come before */
    }
    if (input->offset > row.received || piece.bytes == 0) {
        return refuse(call, &flow_piece_missing);
    }
    if (piece.bytes > FILE_PIECE_BYTES_MAX || (int64_t)piece.bytes > row.bytes - row.received) {
        return refuse(call, &flow_file_too_large);
    }
    if (row.received == 0 && !look_inside(call, &workflow->fields[field], piece, &row)) {
        return refuse(call, &flow_file_type_refused);
    }
    return keep_piece(call, &row, piece);
}
