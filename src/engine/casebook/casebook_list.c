/* casebook_list.c - which cases there are. */
#include "engine/casebook/casebook_parts.h"

enum { PIECES_MAX = 5 }; /* looked at for one page; a page may be short and have a next one */

const struct refusal casebook_bad_cursor = {"bad_cursor", 400,
                                            "This cursor is not one that a list has given."};
const struct refusal casebook_no_workflow = {"workflow_needed", 400,
                                             "A place is of a workflow: say of which."};

struct listing {
    struct call *call;
    const struct casebook_list_input *input;
    struct case_entry *items;
    size_t count;
    struct id before; /* it moves */
    bool is_over;
};

static enum status read_piece(const struct listing *listing, struct rows *rows_out)
{
    struct call *call = listing->call;
    const struct casebook_list_input *input = listing->input;
    if (input->place.data != NULL) {
        return casebook_list_place(call->store, call->arena,
                                   &(struct casebook_place){input->workflow, input->place},
                                   listing->before, rows_out);
    }
    return text_equals(input->state, TEXT("incident"))
               ? casebook_list_incidents(call->store, call->arena, listing->before, rows_out)
               : casebook_list(call->store, call->arena, listing->before, rows_out);
}

static bool is_meant(const struct casebook_list_input *input, const struct case_entry *entry)
{
    if (input->workflow.data != NULL && !text_equals(input->workflow, entry->workflow)) {
        return false;
    }
    return input->state.data == NULL ||
           (text_equals(input->state, TEXT("open")) && entry->closed_at == 0) ||
           (text_equals(input->state, TEXT("closed")) && entry->closed_at != 0) ||
           (text_equals(input->state, TEXT("incident")) && entry->incidents > 0);
}

static void sort_out(struct listing *listing, const struct rows *rows)
{
    const struct case_entry *entry = rows->items;
    size_t i = 0;
    for (; i < rows->count && listing->count < (size_t)listing->input->limit; i++) {
        listing->before = entry[i].case_id;
        if (is_meant(listing->input, &entry[i])) {
            listing->items[listing->count++] = entry[i];
        }
    }
    listing->is_over = i == rows->count && rows->count < CASEBOOK_PIECE;
}

static struct text cursor_of(const struct listing *listing)
{
    char id[ID_TEXT_BYTES + 1];
    if (listing->is_over) {
        return NO_TEXT;
    }
    id_write(listing->before, id);
    return text_copy(listing->call->arena, text_of(id));
}

enum status casebook_list_handle(struct call *call)
{
    const struct casebook_list_input *input = call->input;
    struct listing listing = {.call = call, .input = input, .before = id_largest};
    if (input->cursor.data != NULL && !id_read(input->cursor, &listing.before)) {
        return refuse_field(call, &casebook_bad_cursor, "cursor");
    }
    if (input->place.data != NULL && input->workflow.data == NULL) {
        return refuse_field(call, &casebook_no_workflow, "workflow");
    }
    listing.items = ARENA_ARRAY(call->arena, struct case_entry, (size_t)input->limit + 1);
    for (int i = 0; i < PIECES_MAX && !listing.is_over && listing.count < (size_t)input->limit;
         i++) {
        struct rows rows = {.count = 0};
        enum status status = read_piece(&listing, &rows);
        if (status != STATUS_OK) {
            return status;
        }
        sort_out(&listing, &rows);
    }
    return answer_list(call, &(struct list){.items = listing.items,
                                            .count = listing.count,
                                            .next = cursor_of(&listing),
                                            .total = FIELD_NONE});
}
