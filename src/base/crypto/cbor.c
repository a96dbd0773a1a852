/* cbor.c - one item after the other, by descent. */
#include "base/crypto/cbor.h"

#include "base/must.h"

enum { MAJOR_SHIFT = 5, DETAIL_MASK = 31, ONE_BYTE = 24, EIGHT_BYTES = 27 };

struct cursor {
    struct arena *arena;
    struct text input;
    size_t offset;
    size_t items_left;
    unsigned depth;
};

/* The number behind the first three bits; it must be in its shortest form. */
static bool read_number(struct cursor *cursor, unsigned detail, uint64_t *number_out)
{
    static const uint64_t least[] = {ONE_BYTE, 0x100, 0x10000, UINT64_C(0x100000000)};
    if (detail < ONE_BYTE) {
        *number_out = detail;
        return true;
    }
    if (detail > EIGHT_BYTES) {
        return false;
    }
    size_t count = (size_t)1 << (detail - ONE_BYTE);
    if (cursor->input.bytes - cursor->offset < count) {
        return false;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        number = number << 8 | (unsigned char)cursor->input.data[cursor->offset++];
    }
    *number_out = number;
    return number >= least[detail - ONE_BYTE];
}

static bool is_same_key(const struct cbor *left, const struct cbor *right)
{
    return left->kind == right->kind &&
           (left->kind == CBOR_INTEGER ? left->integer == right->integer
                                       : text_equals(left->text, right->text));
}

static bool is_known_key(const struct cbor *map, const struct cbor *key)
{
    for (const struct cbor *member = map->first; member != NULL; member = member->next) {
        if (is_same_key(member->key, key)) {
            return true;
        }
    }
    return false;
}

static bool may_be_key(const struct cbor *item)
{
    return item->kind == CBOR_INTEGER || item->kind == CBOR_TEXT || item->kind == CBOR_BYTES;
}

static enum status read_item(struct cursor *cursor, struct cbor **item_out);

static enum status read_member(struct cursor *cursor, const struct cbor *map, struct cbor **out)
{
    struct cbor *key = NULL;
    enum status status = read_item(cursor, &key);
    if (status != STATUS_OK) {
        return status;
    }
    if (!may_be_key(key) || is_known_key(map, key)) {
        return STATUS_MALFORMED;
    }
    status = read_item(cursor, out);
    if (status == STATUS_OK) {
        (*out)->key = key;
    }
    return status;
}

static enum status read_items(struct cursor *cursor, struct cbor *list, uint64_t count)
{
    struct cbor *last = NULL;
    if (count > CBOR_ITEMS_MAX || cursor->depth >= CBOR_DEPTH_MAX) {
        return STATUS_TOO_LARGE;
    }
    cursor->depth++;
    for (uint64_t i = 0; i < count; i++) {
        struct cbor *item = NULL;
        enum status status =
            list->kind == CBOR_MAP ? read_member(cursor, list, &item) : read_item(cursor, &item);
        if (status != STATUS_OK) {
            return status;
        }
        if (last == NULL) {
            list->first = item;
        } else {
            last->next = item;
        }
        last = item;
    }
    list->count = (size_t)count;
    cursor->depth--;
    return STATUS_OK;
}

static enum status read_string(struct cursor *cursor, struct cbor *item, uint64_t bytes)
{
    if (bytes > cursor->input.bytes - cursor->offset) {
        return STATUS_MALFORMED;
    }
    item->text = text_slice(cursor->input, cursor->offset, cursor->offset + (size_t)bytes);
    cursor->offset += (size_t)bytes;
    bool is_fine = item->kind == CBOR_BYTES || text_is_utf8(item->text);
    return is_fine ? STATUS_OK : STATUS_MALFORMED;
}

static enum status read_simple(struct cbor *item, unsigned detail)
{
    enum { IS_FALSE = 20, IS_TRUE = 21, IS_NULL = 22 };
    switch (detail) {
    case IS_FALSE:
        item->kind = CBOR_FALSE;
        return STATUS_OK;
    case IS_TRUE:
        item->kind = CBOR_TRUE;
        return STATUS_OK;
    case IS_NULL:
        item->kind = CBOR_NULL;
        return STATUS_OK;
    default:
        return STATUS_MALFORMED; /* floats, undefined, and what ends an unknown length */
    }
}

static enum status read_by_major(struct cursor *cursor, struct cbor *item, unsigned major,
                                 uint64_t number)
{
    static const enum cbor_kind kinds[] = {CBOR_INTEGER, CBOR_INTEGER, CBOR_BYTES,
                                           CBOR_TEXT,    CBOR_ARRAY,   CBOR_MAP};
    enum { NEGATIVE = 1, STRING = 2, LIST = 4, TAG = 6 };
    if (major >= TAG) {
        return STATUS_MALFORMED;
    }
    item->kind = kinds[major];
    if (major >= LIST) {
        return read_items(cursor, item, number);
    }
    if (major >= STRING) {
        return read_string(cursor, item, number);
    }
    if (number > INT64_MAX) {
        return STATUS_MALFORMED;
    }
    item->integer = major == NEGATIVE ? -1 - (int64_t)number : (int64_t)number;
    return STATUS_OK;
}

static enum status read_item(struct cursor *cursor, struct cbor **item_out)
{
    enum { SIMPLE = 7 };
    if (cursor->offset >= cursor->input.bytes) {
        return STATUS_MALFORMED;
    }
    if (cursor->items_left == 0) {
        return STATUS_TOO_LARGE;
    }
    cursor->items_left--;
    struct cbor *item = ARENA_NEW(cursor->arena, struct cbor);
    unsigned char head = (unsigned char)cursor->input.data[cursor->offset++];
    unsigned major = head >> MAJOR_SHIFT;
    unsigned detail = head & DETAIL_MASK;
    uint64_t number = 0;
    *item_out = item;
    if (major == SIMPLE) {
        return read_simple(item, detail);
    }
    if (!read_number(cursor, detail, &number)) {
        return STATUS_MALFORMED;
    }
    return read_by_major(cursor, item, major, number);
}

enum status cbor_read(struct arena *arena, struct text input, const struct cbor **root_out,
                      size_t *bytes_out)
{
    struct cursor cursor = {.arena = arena, .input = input, .items_left = CBOR_ITEMS_MAX};
    struct cbor *root = NULL;
    enum status status = read_item(&cursor, &root);
    if (status == STATUS_OK) {
        MUST(cursor.offset <= input.bytes && cursor.depth == 0);
        *root_out = root;
        *bytes_out = cursor.offset;
    }
    return status;
}

static const struct cbor *find_member(const struct cbor *map, const struct cbor *key)
{
    const struct cbor *member = map != NULL && map->kind == CBOR_MAP ? map->first : NULL;
    while (member != NULL && !is_same_key(member->key, key)) {
        member = member->next;
    }
    return member;
}

const struct cbor *cbor_member(const struct cbor *map, const char *key)
{
    return find_member(map, &(struct cbor){.kind = CBOR_TEXT, .text = text_of(key)});
}

const struct cbor *cbor_numbered(const struct cbor *map, int64_t key)
{
    return find_member(map, &(struct cbor){.kind = CBOR_INTEGER, .integer = key});
}
