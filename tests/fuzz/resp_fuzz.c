/* resp_fuzz.c - any bytes into the reader of RESP: the same answer however they arrive, and never a
 * byte beyond them.
 */
#include "base/must.h"
#include "cache/redis_resp.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { VALUE_BYTES_MAX = 4096 };

static bool is_same(const struct resp_answer *left, const struct resp_answer *right)
{
    return left->kind == right->kind && left->number == right->number &&
           left->text.bytes == right->text.bytes && left->text.data == right->text.data;
}

/* A longer input changes nothing about what was said before, and MORE is said only while an answer
 * may still come. */
static void check_beginnings(struct text input, enum resp_outcome whole,
                             const struct resp_answer *answer, size_t used)
{
    size_t step = 1 + input.bytes / 64;
    for (size_t bytes = 0; bytes < input.bytes; bytes += step) {
        struct resp_answer cut = {0};
        size_t cut_used = 0;
        enum resp_outcome outcome =
            resp_read(text_slice(input, 0, bytes), VALUE_BYTES_MAX, &cut, &cut_used);
        MUST(outcome == RESP_MORE || outcome == whole);
        if (outcome == RESP_DONE) {
            MUST(cut_used == used && is_same(&cut, answer));
        }
        MUST(outcome != RESP_MORE || whole != RESP_DONE || bytes < used);
    }
}

static void check_answer(struct text input, const struct resp_answer *answer, size_t used)
{
    MUST(used >= 3 && used <= input.bytes);
    MUST(memcmp(input.data + used - 2, "\r\n", 2) == 0);
    if (answer->kind == RESP_VALUE || answer->kind == RESP_SIMPLE || answer->kind == RESP_ERROR) {
        MUST(answer->text.data > input.data);
        MUST(answer->text.data + answer->text.bytes == input.data + used - 2);
        MUST(answer->text.bytes <= VALUE_BYTES_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct text input = {(const char *)data, bytes};
    struct resp_answer answer = {0};
    size_t used = 0;
    enum resp_outcome outcome = resp_read(input, VALUE_BYTES_MAX, &answer, &used);
    if (outcome == RESP_DONE) {
        check_answer(input, &answer, used);
    }
    MUST(outcome != RESP_MORE || bytes < RESP_LINE_BYTES_MAX + VALUE_BYTES_MAX + 2);
    check_beginnings(input, outcome, &answer, used);
    return 0;
}
