/* condition_fuzz.c - any bytes as a condition: refused with a sentence and a place, or evaluated,
 * and its canonical text is the same condition.
 *
 * The first byte chooses the values of the fields, the rest is the text.
 */
#include "base/must.h"
#include "engine/condition/condition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { ARENA_BYTES = 64 * 1024 * 1024, FIELDS = 9 };

static const struct text choices[] = {{"new", 3}, {"paid", 4}};

static const struct condition_field fields[FIELDS] = {
    {.name = {"a", 1}, .kind = CONDITION_INTEGER},
    {.name = {"m", 1}, .kind = CONDITION_MONEY, .currency = "RUB"},
    {.name = {"s", 1}, .kind = CONDITION_TEXT, .choices = choices, .choice_count = 2},
    {.name = {"t", 1}, .kind = CONDITION_TEXT},
    {.name = {"f", 1}, .kind = CONDITION_FLAG},
    {.name = {"i", 1}, .kind = CONDITION_ID},
    {.name = {"now", 3}, .kind = CONDITION_TIME},
    {.name = {"l", 1}, .kind = CONDITION_TEXTS},
    {.name = {"e", 1}, .kind = CONDITION_OBJECT},
};

static void choose(uint8_t seed, struct value values[FIELDS])
{
    static const int64_t numbers[] = {0, 1, -1, INT64_MAX, -INT64_MAX, 1000, 7, -86400000};
    const struct text texts[] = {TEXT(""), TEXT("new"), TEXT("Пётр"), TEXT("aaab")};
    for (size_t i = 0; i < FIELDS; i++) {
        values[i] = value_integer(numbers[(seed + i) % 8]);
    }
    values[2] = value_text(texts[1]);
    values[3] = value_text(texts[seed % 4]);
    values[4] = value_flag((seed & 1) != 0);
    values[5] = value_id((struct id){.bytes = {1, 2, 3}});
    values[7] = value_text(seed % 3 == 0 ? TEXT("[]") : TEXT("[\"new\",\"x\"]"));
    values[8] = value_text(seed % 3 == 1 ? TEXT("{}") : TEXT("{\"a\":5,\"s\":\"new\",\"e\":{}}"));
    if (seed >= 128) {
        values[seed % FIELDS] = (struct value){.kind = VALUE_NULL};
    }
}

static bool are_same(const struct value *left, const struct value *right)
{
    return left->kind == right->kind && left->integer == right->integer &&
           text_equals(left->text, right->text) && id_equals(left->id, right->id);
}

static void evaluate_both(struct arena *arena, const struct condition *one,
                          const struct condition *other, struct values values)
{
    static struct evaluator *evaluator;
    struct value first = {.kind = VALUE_NULL};
    struct value second = {.kind = VALUE_NULL};
    struct text error = NO_TEXT;
    if (evaluator == NULL) {
        evaluator = evaluator_create();
    }
    enum status status = condition_evaluate(evaluator, arena, one, values, &first, &error);
    MUST(status == STATUS_OK || status == STATUS_TOO_LARGE);
    MUST((status == STATUS_OK) == !text_is_given(error));
    MUST(condition_evaluate(evaluator, arena, other, values, &second, &error) == status);
    MUST(are_same(&first, &second));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes == 0) {
        return 0;
    }
    struct arena *arena = arena_create("fuzz", ARENA_BYTES);
    struct value values[FIELDS];
    choose(data[0], values);
    struct condition_source source = {.text = {(const char *)data + 1, bytes - 1},
                                      .fields = fields,
                                      .field_count = FIELDS,
                                      .gives = {.kind = CONDITION_ANY}};
    const struct condition *condition = NULL;
    const struct condition *again = NULL;
    struct condition_error error = {0};
    enum status status = condition_compile(arena, &source, &condition, &error);
    MUST(status == STATUS_OK || status == STATUS_MALFORMED);
    MUST((status == STATUS_OK) == (error.what.bytes == 0));
    if (status == STATUS_OK) {
        source.text = condition_text(condition);
        status = condition_compile(arena, &source, &again, &error);
        if (status != STATUS_OK) { /* one form may be longer than the other */
            MUST(source.text.bytes > CONDITION_BYTES_MAX);
        } else {
            MUST(text_equals(condition_text(condition), condition_text(again)));
            evaluate_both(arena, condition, again, (struct values){values, FIELDS});
        }
    } else {
        MUST(error.line > 0 && error.column > 0 && text_is_utf8(error.what));
    }
    arena_destroy(&arena);
    return 0;
}
