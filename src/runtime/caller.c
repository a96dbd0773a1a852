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

struct caller *caller_keep(const struct caller *caller)
{
    size_t count = caller->roles.count;
    size_t bytes = caller->name.bytes;
    for (size_t i = 0; i < count; i++) {
        bytes += caller->roles.items[i].bytes;
    }
    struct {
        struct caller caller;
        struct text roles[];
    } *kept = memory_take(sizeof *kept + count * sizeof kept->roles[0] + bytes);
    char *room = (char *)&kept->roles[count];
    kept->caller = *caller;
    kept->caller.name = keep_text(&room, caller->name);
    for (size_t i = 0; i < count; i++) {
        kept->roles[i] = keep_text(&room, caller->roles.items[i]);
    }
    kept->caller.roles.items = kept->roles;
    return &kept->caller;
}

bool caller_equals(const struct caller *left, const struct caller *right)
{
    bool are_equal = left->kind == right->kind && text_equals(left->name, right->name) &&
                     id_equals(left->person, right->person) &&
                     left->roles.count == right->roles.count;
    for (size_t i = 0; are_equal && i < left->roles.count; i++) {
        are_equal = text_equals(left->roles.items[i], right->roles.items[i]);
    }
    return are_equal;
}
