/* json_texts.c - a list of texts as a column keeps it. */
#include "store/json_texts.h"

#include "base/json.h"

struct text json_texts(struct arena *arena, struct texts texts)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 64);
    json_begin_array(&writer);
    for (size_t i = 0; i < texts.count; i++) {
        json_put_text(&writer, texts.items[i]);
    }
    json_end_array(&writer);
    return json_written(&writer);
}
