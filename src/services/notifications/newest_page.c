/* newest_page.c - cuts a list to its page, and says where the next one begins. */
#include "services/notifications/newest_page.h"

#include <string.h>

enum status answer_newest_page(struct call *call, const struct rows *rows, int64_t limit,
                               size_t item_bytes, size_t id_offset)
{
    struct list list = {.items = rows->items, .count = rows->count, .total = FIELD_NONE};
    if ((int64_t)rows->count > limit) {
        char next[ID_TEXT_BYTES + 1];
        struct id last;
        list.count = (size_t)limit;
        memcpy(&last, (const char *)rows->items + (list.count - 1) * item_bytes + id_offset,
               sizeof last);
        id_write(last, next);
        list.next = text_copy(call->arena, text_of(next));
    }
    return answer_list(call, &list);
}
