/* condition_digits_test.c - weigh_digits: numbers that carry a check of themselves. */
#include "tests/unit/engine/condition/condition_rig.h"

static void weights_are_met_in_turn(void)
{
    static const struct {
        const char *text;
        int64_t value; /* -1: null */
    } examples[] = {
        {"weigh_digits('123', '10 1')", 42},
        {"weigh_digits('7707083893', '2 4 10 3 5 9 4 6 8 0') % 11 % 10", 3},
        {"weigh_digits('12a', '1')", -1},
        {"weigh_digits('', '1')", -1},
        {"weigh_digits('12', 'a')", -1},
        {"weigh_digits('12', '')", -1},
        {"weigh_digits('12', '1  2')", -1},
        {"weigh_digits('12', '1001')", -1},
    };
    struct arena *arena = arena_create("digits", 1024 * 1024);
    struct evaluator *evaluator = evaluator_create();
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        const struct condition *condition = NULL;
        struct condition_error wrong;
        struct value value;
        struct text error;
        printf("# %s\n", examples[i].text);
        const struct condition_source source = {.text = text_of(examples[i].text),
                                                .gives = {.kind = CONDITION_ANY}};
        CHECK_STATUS(condition_compile(arena, &source, &condition, &wrong), STATUS_OK);
        CHECK_STATUS(condition_evaluate(evaluator, arena, condition, NO_VALUES, &value, &error),
                     STATUS_OK);
        CHECK_INT(value.kind == VALUE_NULL ? -1 : value.integer, examples[i].value);
    }
    evaluator_destroy(&evaluator);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"weights_are_met_in_turn", weights_are_met_in_turn, 60},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
