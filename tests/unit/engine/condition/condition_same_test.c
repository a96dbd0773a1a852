/* condition_same_test.c - random conditions mean what SQLite thinks the same text means.
 *
 * A text is put together at random, parentheses included or not. What is accepted is evaluated
 * twice: by the evaluator, and by a bare SQLite that is given the text as it is, the fields as
 * columns. The canonical text must give the same once more. So the reader's order of operators, the
 * kinds, the SQL that is written and the functions of our own are all held against a second
 * opinion.
 */
#include "tests/unit/engine/condition/condition_rig.h"

#include <sqlite3.h>
#include <string.h>

enum { ARENA_BYTES = 16 * 1024 * 1024, TEXT_BYTES_MAX = 2000, DEPTH = 4, FIELDS = 7 };

static const struct condition_field fields[FIELDS] = {
    RIG_FIELD("a", INTEGER), RIG_FIELD("b", INTEGER), RIG_FIELD("s", TEXT), RIG_FIELD("t", TEXT),
    RIG_FIELD("p", FLAG),    RIG_FIELD("q", FLAG),    RIG_FIELD("m", MONEY)};

struct maker {
    uint64_t state;
    char text[TEXT_BYTES_MAX];
    size_t bytes;
};

static unsigned chance(struct maker *maker, unsigned below)
{
    maker->state = maker->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(maker->state >> 33) % below;
}

static void put(struct maker *maker, const char *text)
{
    size_t bytes = strlen(text);
    CHECK(maker->bytes + bytes < TEXT_BYTES_MAX);
    memcpy(maker->text + maker->bytes, text, bytes + 1);
    maker->bytes += bytes;
}

static const char *one_of(struct maker *maker, const char *const *words, unsigned count)
{
    return words[chance(maker, count)];
}

#define ONE_OF(maker, ...)                                                                         \
    one_of((maker), (const char *const[]){__VA_ARGS__},                                            \
           (unsigned)COUNT_OF(((const char *const[]){__VA_ARGS__})))

static void make(struct maker *maker, enum condition_kind kind, unsigned depth);

/* %n a number, %s a text, %f a flag; everything else as it is. */
static void fill(struct maker *maker, const char *pattern, unsigned depth)
{
    for (const char *at = pattern; *at != '\0'; at++) {
        if (*at != '%' || at[1] == ' ') {
            put(maker, (const char[]){*at, '\0'});
            continue;
        }
        at++;
        make(maker,
             *at == 'n'   ? CONDITION_INTEGER
             : *at == 's' ? CONDITION_TEXT
                          : CONDITION_FLAG,
             depth);
    }
}

static void make_leaf(struct maker *maker, enum condition_kind kind)
{
    if (kind == CONDITION_INTEGER) {
        put(maker, ONE_OF(maker, "a", "b", "m", "0", "1", "2", "7", "-3", "100", "a", "b"));
    } else if (kind == CONDITION_TEXT) {
        put(maker, ONE_OF(maker, "s", "t", "''", "'a'", "'ab'", "'ba'", "'it''s'", "'猫'", "s"));
    } else {
        put(maker, ONE_OF(maker, "p", "q", "true", "false", "p", "q", "(a is null)"));
    }
}

static void make(struct maker *maker, enum condition_kind kind, unsigned depth)
{
    if (depth == 0 || maker->bytes > TEXT_BYTES_MAX / 2) {
        make_leaf(maker, kind);
        return;
    }
    bool is_wrapped = chance(maker, 3) == 0;
    put(maker, is_wrapped ? "(" : "");
    if (kind == CONDITION_INTEGER) {
        fill(maker,
             ONE_OF(maker, "%n + %n", "%n - %n", "%n * %n", "%n / %n", "%n % %n", "abs(%n)", "-%n",
                    "- %n", "coalesce(%n, %n)", "ifnull(%n,%n)", "iif(%f, %n, %n)", "length(%s)",
                    "instr(%s, %s)", "max(%n, %n, %n)", "min(%n, %n)", "nullif(%n, %n)",
                    "case when %f then %n when %f then %n else %n end", "case when %f then %n end",
                    "%n", "%n"),
             depth - 1);
    } else if (kind == CONDITION_TEXT) {
        fill(maker,
             ONE_OF(maker, "%s || %s", "%s || %n", "lower(%s)", "upper(%s)", "trim(%s)",
                    "replace(%s, %s, coalesce(%s, 'x'))", "substr(%s, %n)", "substr(%s, %n, %n)",
                    "coalesce(%s, %s)", "nullif(%s, %s)", "iif(%f, %s, %s)", "max(%s, %s)", "%s",
                    "%s"),
             depth - 1);
    } else {
        fill(maker,
             ONE_OF(maker, "%f and %f", "%f or %f", "not %f", "%n = %n", "%n <> %n", "%n < %n",
                    "%n <= %n", "%n > %n", "%n >= %n", "%s = %s", "%s != %s", "%s < %s", "%s >= %s",
                    "%n in (%n, %n)", "%n in (%n, %n, %n)", "%n not in (%n, %n, %n, %n)",
                    "%s in (%s)", "%s not in (%s, %s, %s)", "%n between %n and %n",
                    "%s not between %s and %s", "%n is null", "%s is not null", "%f is true",
                    "%f is not false", "%f and %f", "%f or %f", "%f = %f", "%f <> %f"),
             depth - 1);
    }
    put(maker, is_wrapped ? ")" : "");
}

static void choose_values(struct maker *maker, struct value values_out[FIELDS])
{
    for (size_t i = 0; i < FIELDS; i++) {
        bool is_flag = fields[i].kind == CONDITION_FLAG;
        values_out[i] =
            fields[i].kind == CONDITION_TEXT
                ? value_text(text_of(ONE_OF(maker, "", "a", "ab", "  b ", "abab", "猫")))
                : value_integer((int64_t)chance(maker, is_flag ? 2 : 9) - (is_flag ? 0 : 3));
        if (chance(maker, 4) == 0) {
            values_out[i] = (struct value){.kind = VALUE_NULL};
        }
    }
}

/* The text as it is, in a SQLite that has nothing of ours. */
static struct text ask_bare(sqlite3 *db, struct arena *arena, struct text text,
                            const struct value *values)
{
    sqlite3_stmt *statement = NULL;
    struct text sql = text_format(arena,
                                  "SELECT (%.*s) FROM (SELECT ?1 AS a, ?2 AS b, ?3 AS s, ?4 AS t, "
                                  "?5 AS p, ?6 AS q, ?7 AS m)",
                                  TEXT_ARGS(text));
    int code = sqlite3_prepare_v2(db, sql.data, (int)sql.bytes, &statement, NULL);
    if (code != SQLITE_OK) {
        printf("# %s: %.*s\n", sqlite3_errmsg(db), TEXT_ARGS(text));
    }
    CHECK_INT(code, SQLITE_OK);
    for (int i = 0; i < FIELDS; i++) {
        if (values[i].kind == VALUE_INTEGER) {
            sqlite3_bind_int64(statement, i + 1, values[i].integer);
        } else if (values[i].kind == VALUE_TEXT) {
            sqlite3_bind_text(statement, i + 1, values[i].text.data, (int)values[i].text.bytes,
                              SQLITE_STATIC);
        }
    }
    CHECK_INT(sqlite3_step(statement), SQLITE_ROW);
    int type = sqlite3_column_type(statement, 0);
    struct text answer =
        type == SQLITE_NULL ? TEXT("null")
        : type == SQLITE_TEXT
            ? text_format(arena, "'%s'", (const char *)sqlite3_column_text(statement, 0))
            : text_format(arena, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return answer;
}

static const struct condition *compile(struct arena *arena, struct text text)
{
    const struct condition_source source = {
        .text = text, .fields = fields, .field_count = FIELDS, .gives = {.kind = CONDITION_ANY}};
    const struct condition *condition = NULL;
    struct condition_error error;
    enum status status = condition_compile(arena, &source, &condition, &error);
    CHECK((status == STATUS_OK) == (condition != NULL));
    return condition;
}

static struct text answer_of(struct evaluator *evaluator, struct arena *arena,
                             const struct condition *condition, const struct value *values)
{
    struct value value;
    struct text error = NO_TEXT;
    enum status status = condition_evaluate(evaluator, arena, condition,
                                            (struct values){values, FIELDS}, &value, &error);
    CHECK(status == STATUS_OK || text_is_given(error));
    return status == STATUS_OK ? rig_show(arena, &value) : error;
}

struct score {
    int accepted;
    int nulls;
};

static void try_one(sqlite3 *bare, struct evaluator *evaluator, struct maker *maker,
                    struct score *score)
{
    struct arena *arena = arena_create("one", ARENA_BYTES);
    struct text text = {maker->text, maker->bytes};
    const struct condition *condition = compile(arena, text);
    if (condition != NULL) {
        const struct condition *again = compile(arena, condition_text(condition));
        CHECK(again != NULL);
        CHECK(text_equals(condition_text(condition), condition_text(again)));
        score->accepted++;
        for (int i = 0; i < 4; i++) {
            struct value values[FIELDS];
            choose_values(maker, values);
            struct text expected = ask_bare(bare, arena, text, values);
            struct text answer = answer_of(evaluator, arena, condition, values);
            if (!text_equals(answer, expected)) {
                printf("# %.*s\n# %.*s\n", TEXT_ARGS(text), TEXT_ARGS(condition_text(condition)));
            }
            CHECK_TEXT(answer, text_copy(arena, expected).data);
            CHECK_TEXT(answer_of(evaluator, arena, again, values), text_copy(arena, expected).data);
            score->nulls += text_equals(answer, TEXT("null"));
        }
    }
    arena_destroy(&arena);
}

static void random_conditions_mean_the_same(void)
{
    const int count = test_scale(20000);
    struct maker maker = {.state = 42};
    struct score score = {0};
    struct evaluator *evaluator = evaluator_create();
    sqlite3 *bare = NULL;
    CHECK_INT(sqlite3_open(":memory:", &bare), SQLITE_OK);
    for (int i = 0; i < count; i++) {
        static const enum condition_kind kinds[] = {CONDITION_FLAG, CONDITION_FLAG, CONDITION_TEXT,
                                                    CONDITION_INTEGER};
        maker.bytes = 0;
        make(&maker, kinds[i % 4], 1 + chance(&maker, DEPTH));
        try_one(bare, evaluator, &maker, &score);
    }
    printf("# %d texts, %d accepted, %d answers were null\n", count, score.accepted, score.nulls);
    CHECK(score.accepted > count / 3);
    CHECK(score.nulls > score.accepted / 10 && score.nulls < score.accepted * 3);
    sqlite3_close(bare);
    evaluator_destroy(&evaluator);
}

static const struct test tests[] = {
    {"random_conditions_mean_the_same", random_conditions_mean_the_same, 600},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
