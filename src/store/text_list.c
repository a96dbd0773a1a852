/* text_list.c - reads the JSON array that a list of texts is kept as. */
#include "store/text_list.h"

#include "base/json.h"

enum { OVERHEAD_BYTES = 32 }; /* the arena's padding */

enum status text_list_read(struct arena *arena, struct text written, struct texts *texts_out)
{
    *texts_out = (struct texts){0};
    if (written.data == NULL) {
        return STATUS_OK;
    }
    const struct json *root = NULL;
    struct json_error error;
    enum status status = json_read(arena, written, written.bytes + 1, &root, &error);
    if (status != STATUS_OK) {
        return status == STATUS_TOO_LARGE ? status : STATUS_CORRUPT;
    }
    if (root->kind != JSON_ARRAY) {
        return STATUS_CORRUPT;
    }
    if (!arena_has_room(arena, root->count * sizeof(struct text) + OVERHEAD_BYTES)) {
        return STATUS_TOO_LARGE;
    }
    struct text *items = ARENA_ARRAY(arena, struct text, root->count);
    for (const struct json *item = root->first; item != NULL; item = item->next) {
        if (item->kind != JSON_STRING) {
            return STATUS_CORRUPT;
        }
        items[texts_out->count++] = item->text;
    }
    texts_out->items = items;
    return STATUS_OK;
}
