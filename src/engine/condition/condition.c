/* condition.c - from a text to a condition; and what can be asked of one without its value.
 *
 * The tree is made in memory of its own and forgotten: what stays is the SQL, the canonical text
 * and the list of fields, so that a thousand conditions are no burden.
 */
#include "engine/condition/condition.h"

#include "engine/condition/condition_parts.h"

#include <stdatomic.h>
#include <string.h>

enum { SCRATCH_BYTES = 16 * 1024 * 1024 }; /* far more than the largest condition needs */

/* Evaluators know a condition by its number; 0 is none. */
static atomic_uint_fast64_t last_number;

static void locate(struct text text, size_t at, struct condition_error *error_out)
{
    error_out->line = 1;
    error_out->column = 1;
    for (size_t i = 0; i < at && i < text.bytes; i++) {
        bool is_inside_letter = ((unsigned char)text.data[i] & 0xC0) == 0x80;
        error_out->column += !is_inside_letter;
        if (text.data[i] == '\n') {
            error_out->line++;
            error_out->column = 1;
        }
    }
}

/* Nothing of the text may be understood in two ways: it is UTF-8 without control characters. */
static bool check_letters(struct reader *reader)
{
    struct text text = reader->source->text;
    if (text.bytes > CONDITION_BYTES_MAX) {
        return condition__refuse(
            reader, 0, text_format(reader->arena, "longer than %d bytes", CONDITION_BYTES_MAX));
    }
    for (size_t i = 0; i < text.bytes;) {
        unsigned char first = (unsigned char)text.data[i];
        size_t bytes = text_utf8_sequence(text.data + i, text.bytes - i);
        bool is_space = first == ' ' || first == '\t' || first == '\n' || first == '\r';
        if (bytes == 0) {
            return condition__refuse(reader, i, TEXT("this is no UTF-8"));
        }
        if ((first < ' ' && !is_space) || first == 0x7F) {
            return condition__refuse(reader, i, TEXT("a control character"));
        }
        i += bytes;
    }
    return true;
}

static struct condition *keep(struct arena *arena, struct reader *reader, const struct node *root)
{
    const struct condition_source *source = reader->source;
    struct condition_fields used;
    struct text canonical = condition__canonical(reader->arena, root, source->fields);
    struct text sql = condition__sql(reader->arena, root, &used);
    size_t bytes =
        sizeof(struct condition) + canonical.bytes + sql.bytes + used.count * sizeof *used.items;
    if (!arena_has_room(arena, bytes + 256)) {
        condition__refuse(reader, 0, TEXT("there is no room for it"));
        return NULL;
    }
    size_t *items = ARENA_ARRAY(arena, size_t, used.count);
    for (size_t i = 0; i < used.count; i++) {
        items[i] = used.items[i];
    }
    struct condition *condition = ARENA_NEW(arena, struct condition);
    *condition = (struct condition){
        .number = atomic_fetch_add(&last_number, 1) + 1,
        .kind = root->kind,
        .fields = source->fields,
        .field_count = source->field_count,
        .used = {items, used.count},
        .canonical = text_copy(arena, canonical),
        .sql = text_copy(arena, sql),
    };
    return condition;
}

static enum status compile(struct arena *arena, struct reader *reader,
                           const struct condition **condition_out,
                           struct condition_error *error_out)
{
    const struct node *root = check_letters(reader) ? condition__read(reader) : NULL;
    struct condition *condition = root == NULL ? NULL : keep(arena, reader, root);
    MUST((condition == NULL) == reader->has_failed);
    if (condition != NULL) {
        *condition_out = condition;
        return STATUS_OK;
    }
    locate(reader->source->text, reader->failed_at, error_out);
    error_out->what = arena_has_room(arena, reader->why.bytes + 64)
                          ? text_copy(arena, reader->why)
                          : TEXT("it is wrong, and there is no room to say why");
    return STATUS_MALFORMED;
}

enum status condition_compile(struct arena *arena, const struct condition_source *source,
                              const struct condition **condition_out,
                              struct condition_error *error_out)
{
    MUST(source->text.data != NULL && source->gives.kind < CONDITION_KIND_COUNT);
    struct reader reader = {.source = source, .arena = arena_create("condition", SCRATCH_BYTES)};
    enum status status = compile(arena, &reader, condition_out, error_out);
    arena_destroy(&reader.arena);
    return status;
}

struct condition_fields condition_fields(const struct condition *condition)
{
    return condition->used;
}

bool condition_is_constant(const struct condition *condition)
{
    return condition->used.count == 0;
}

enum condition_kind condition_kind(const struct condition *condition)
{
    return condition->kind;
}

struct text condition_text(const struct condition *condition)
{
    return condition->canonical;
}
