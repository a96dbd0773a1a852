/* message_fuzz.c - any bytes as a message from outside: refused with a sentence, or a message that
 * stays itself when it is written and read again.
 */
#include "base/must.h"
#include "bus/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { ARENA_BYTES = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct arena *arena = arena_create("message", ARENA_BYTES);
    struct text input = {(const char *)data, bytes};
    struct message message;
    struct text error;
    enum status status = message_read(arena, input, &message, &error);
    MUST(status == STATUS_OK || status == STATUS_MALFORMED);
    MUST((status == STATUS_OK) == !text_is_given(error));
    if (status == STATUS_OK) {
        struct message again;
        struct text once = message_write(arena, &message);
        MUST(message_read(arena, once, &again, &error) == STATUS_OK);
        MUST(text_equals(once, message_write(arena, &again)));
        MUST(again.position == message.position && again.previous == message.previous);
        MUST(id_equals(again.id, message.id) && text_equals(again.source, message.source));
        MUST(text_equals(again.data, message.data));
    }
    arena_destroy(&arena);
    return 0;
}
