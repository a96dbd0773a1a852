/* caller.c - copies a caller, and tells one from another. */
#include "runtime/caller.h"

#include <string.h>

/* Writes the text where there is room, and moves on. */
static struct text keep_text(char **room, struct text text)
{
    struct text kept = {*room, text.bytes};
    if (text.bytes > 0) {
        memcpy(*room, text.data, text.bytes);
    }
    *room += text.bytes;
    return kept;
}

static size_t texts_bytes(struct texts texts)
{
    size_t bytes = 0;
    for (size_t i = 0; i < texts.count; i++) {
        bytes += texts.items[i].bytes;
    }
    return bytes;
}

static struct texts keep_texts(struct text **items, char **room, struct texts texts)
{
    struct texts kept = {*items, texts.count};
    for (size_t i = 0; i < texts.count; i++) {
        (*items)[i] = keep_text(room, texts.items[i]);
    }
    *items += texts.count;
    return kept;
}

struct caller *caller_keep(const struct caller *caller)
{
    size_t count = caller->roles.count + caller->permissions.count;
    size_t bytes =
        caller->name.bytes + texts_bytes(caller->roles) + texts_bytes(caller->permissions);
    struct {
        struct caller caller;
        struct text texts[];
    } *kept = memory_take(sizeof *kept + count * sizeof kept->texts[0] + bytes);
    struct text *items = kept->texts;
    char *room = (char *)&kept->texts[count];
    kept->caller = *caller;
    kept->caller.name = keep_text(&room, caller->name);
    kept->caller.roles = keep_texts(&items, &room, caller->roles);
    kept->caller.permissions = keep_texts(&items, &room, caller->permissions);
    return &kept->caller;
}

static bool texts_equal(struct texts left, struct texts right)
{
    bool are_equal = left.count == right.count;
    for (size_t i = 0; are_equal && i < left.count; i++) {
        are_equal = text_equals(left.items[i], right.items[i]);
    }
    return are_equal;
}

bool caller_equals(const struct caller *left, const struct caller *right)
{
    return left->kind == right->kind && text_equals(left->name, right->name) &&
           id_equals(left->person, right->person) && texts_equal(left->roles, right->roles) &&
           texts_equal(left->permissions, right->permissions);
}
