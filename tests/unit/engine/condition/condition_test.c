/* condition_test.c - what conditions give, what they need, how they are shown. */
#include "engine/condition/condition_parts.h"
#include "tests/unit/engine/condition/condition_rig.h"

#include <pthread.h>
#include <string.h>

enum { ARENA_BYTES = 32 * 1024 * 1024 };

struct example {
    const char *text;
    const char *gives; /* as rig_show; a fault as its sentence */
};

static const struct condition_field anything = {.kind = CONDITION_ANY};

static struct text value_of(struct evaluator *evaluator, struct arena *arena, const char *text)
{
    struct value values[RIG_FIELD_COUNT];
    struct value value = {.kind = VALUE_NULL};
    struct text error = NO_TEXT;
    rig_values(values);
    const struct condition *condition = rig_compile(arena, text, anything);
    enum status status = condition_evaluate(
        evaluator, arena, condition, (struct values){values, RIG_FIELD_COUNT}, &value, &error);
    return status == STATUS_OK ? rig_show(arena, &value) : error;
}

static void check_examples(const struct example *examples, size_t count)
{
    struct arena *arena = arena_create("examples", ARENA_BYTES);
    struct evaluator *evaluator = evaluator_create();
    for (size_t i = 0; i < count; i++) {
        struct text found = value_of(evaluator, arena, examples[i].text);
        if (!text_equals(found, text_of(examples[i].gives))) {
            printf("# %s\n", examples[i].text);
        }
        CHECK_TEXT(found, examples[i].gives);
    }
    evaluator_destroy(&evaluator);
    CHECK(evaluator == NULL);
    arena_destroy(&arena);
}

static void gives_what_a_person_expects(void)
{
    static const struct example examples[] = {
        {"amount > 1000 and status in ('new', 'test')", "1"},
        {"length(inn) in (10, 12)", "1"},
        {"length(inn) in (9, 11, 12)", "0"},
        {"coalesce(price, 0) <= limit_minor", "1"},
        {"price <= limit_minor", "null"},
        {"price is null", "1"},
        {"price is not null", "0"},
        {"amount = 1500", "1"},
        {"amount == 1500 AND NOT amount != 1500", "1"},
        {"amount between 1500 and 1501", "1"},
        {"amount not between 1500 and 1501", "0"},
        {"status not in ('new', 'paid')", "1"},
        {"status not in ('new', 'paid', 'test')", "0"},
        {"isVip", "1"},
        {"not isVip", "0"},
        {"isVip = true", "1"},
        {"isVip is not true", "0"},
        {"may_be is not true", "1"},
        {"may_be is false", "0"},
        {"is_old is false", "1"},
        {"owner_id = caller_id", "1"},
        {"owner_id = '" RIG_ID "'", "1"},
        {"owner_id in ('01890a5d-ac96-774b-bcce-b302099a8058', '" RIG_ID "')", "1"},
        {"owner_id", RIG_ID},
        {"'it''s'", "'it's'"},
        {"case when amount > 2000 then 'much' when amount > 1000 then 'some' else 'little' end",
         "'some'"},
        {"case when is_old then 1 end", "null"},
        {"iif(may_be, 1, 2)", "2"},
        {"amount - - 5", "1505"},
        {"-amount", "-1500"},
        {"2 + 3 * 4 - 10 / 4 % 3", "12"},
        {"(2 + 3) * 4", "20"},
        {"not amount > 5 or true", "1"},
        {"true or true and false", "1"},
        {"(true or true) and false", "0"},
        {"null", "null"},
    };
    check_examples(examples, COUNT_OF(examples));
}

static void functions_give(void)
{
    static const struct example examples[] = {
        {"abs(-3)", "3"},
        {"nullif(amount, 1500)", "null"},
        {"nullif(amount, 1)", "1500"},
        {"max(1, amount, 3)", "1500"},
        {"min(1, nothing)", "null"},
        {"max('a', 'b')", "'b'"},
        {"coalesce(nothing, null, 4)", "4"},
        {"ifnull(nothing, 5)", "5"},
        {"length(name)", "10"},
        {"lower(name)", "'пётр о'нил'"},
        {"upper(name)", "'ПЁТР О'НИЛ'"},
        {"upper('straße ÿ êtes σοφός қазақ')", "'STRAßE ÿ ÊTES ΣΟΦόΣ ҚАЗАҚ'"},
        {"lower('ÊTES ΣΟΦΟΣ ҚАЗАҚ Ѓ ×')", "'êtes σοφοσ қазақ ѓ ×'"},
        {"trim('  a b ')", "'a b'"},
        {"replace('ababa', 'ab', 'x')", "'xxa'"},
        {"replace('abc', '', 'x')", "'abc'"},
        {"replace('abc', 'abc', '')", "''"},
        {"substr(name, 1, 4)", "'Пётр'"},
        {"substr(name, -3)", "'Нил'"},
        {"instr(name, 'О')", "6"},
        {"instr(name, 'x')", "0"},
        {"only_digits('09') and not only_digits('') and not only_digits('1.3')", "1"},
        {"instr('abc', '')", "1"},
        {"contains(name, 'тр О')", "1"},
        {"starts_with(name, 'Пё') and not starts_with(name, 'пё')", "1"},
        {"ends_with(name, 'Нил')", "1"},
        {"ends_with('a', 'ba')", "0"},
        {"contains(no_name, 'x')", "null"},
        {"'№ ' || places || '!'", "'№ 7!'"},
        {"has(tags, 'vip')", "1"},
        {"has(tags, 'VIP')", "0"},
        {"count(tags)", "2"},
        {"tags", "'[\"vip\",\"late\"]'"},
    };
    check_examples(examples, COUNT_OF(examples));
}

static void numbers_stay_whole(void)
{
    static const struct example examples[] = {
        {"limit_minor * 15 / 100", "30000"},
        {"limit_minor / limit_minor", "1"},
        {"-7 / 2", "-3"},
        {"-7 % 2", "-1"},
        {"round(7 / 2)", "4"},
        {"round(-7 / 2)", "-4"},
        {"round(7 / -2)", "-4"},
        {"round(10 / 4)", "3"},
        {"round(9 / 4)", "2"},
        {"round(1 / 3)", "0"},
        {"round(50 * 29 / 100)", "15"},
        {"round(9223372036854775807 / 2)", "4611686018427387904"},
        {"5 / 0", "null"},
        {"round(5 / 0)", "null"},
        {"5 % 0", "null"},
        {"places <> 0 and amount / (places - 7) > 2", "null"},
        {"9223372036854775807 + 1", "a sum does not fit into 64 bits"},
        {"-9223372036854775807 - 1", "a difference does not fit into 64 bits"},
        {"9223372036854775807 * amount > 5", "a product does not fit into 64 bits"},
        {"iif(is_old, 9223372036854775807 * amount, 1)", "1"},
        {"add_days(now, 9223372036854775807) > now", "a time is too far away"},
    };
    check_examples(examples, COUNT_OF(examples));
}

static void times_are_fields(void)
{
    static const struct example examples[] = {
        {"created = '2026-03-31T09:00:00Z'", "1"},
        {"created = '2026-03-31T12:00:00+03:00'", "1"},
        {"born = '2026-03-31'", "1"},
        {"born between '2026-01-01' and '2026-12-31'", "1"},
        {"born in ('2026-03-30', '2026-03-31', '2026-04-01')", "1"},
        {"add_days(created, 2) > now", "1"},
        {"add_days(created, 1) > now", "0"},
        {"add_hours(created, 48) > now and add_minutes(created, 2880) > now", "1"},
        {"add_days(born, 1) = '2026-04-01'", "1"},
        {"add_days('2026-02-28', 1) = '2026-03-01'", "1"},
        {"days_between(created, now)", "1"},
        {"days_between(now, created)", "-1"},
        {"hours_between(created, now)", "47"},
        {"minutes_between(created, now)", "2879"},
        {"days_between('2026-01-01', born)", "89"},
        {"max(born, '2027-01-01') = '2027-01-01'", "1"},
    };
    check_examples(examples, COUNT_OF(examples));
}

static void members_take_the_kind_that_is_asked(void)
{
    static const struct example examples[] = {
        {"event.score >= 60", "1"},
        {"event.score = '70'", "null"},
        {"event.status = 'paid'", "1"},
        {"event.status > 5", "null"},
        {"event.ok = true", "1"},
        {"event.ok and event.score = 70", "1"},
        {"event.who = owner_id", "1"},
        {"event.at = created", "1"},
        {"event.day = born", "1"},
        {"event.day = created", "null"},
        {"event.deep.er.x = -3", "1"},
        {"event.deep.er is null", "0"},
        {"event.deep.no.x is null", "1"},
        {"event.none is null", "1"},
        {"event.absent is null", "1"},
        {"event.status is null", "0"},
        {"event.half is null", "0"},
        {"event.half = 0", "null"},
        {"coalesce(event.absent, 3)", "3"},
        {"count(event.tags)", "2"},
        {"has(event.tags, event.status)", "0"},
        {"length(event.status)", "4"},
        {"event.score + 1", "71"},
        {"days_between(event.day, born)", "0"},
        {"add_days(event.at, 1) > created", "1"},
        {"event.score in (1, 2, 70)", "1"},
    };
    check_examples(examples, COUNT_OF(examples));
}

/* The tables of three-valued logic, the same for literals, fields and members. */
static void null_is_neither(void)
{
    static const struct example examples[] = {
        {"true and true", "1"},
        {"true and false", "0"},
        {"true and null", "null"},
        {"false and null", "0"},
        {"null and true", "null"},
        {"null and false", "0"},
        {"null and null", "null"},
        {"true or null", "1"},
        {"null or true", "1"},
        {"false or null", "null"},
        {"null or false", "null"},
        {"null or null", "null"},
        {"not null", "null"},
        {"false or false", "0"},
        {"isVip and isVip", "1"},
        {"isVip and is_old", "0"},
        {"isVip and may_be", "null"},
        {"is_old and may_be", "0"},
        {"may_be and isVip", "null"},
        {"may_be and is_old", "0"},
        {"may_be and may_be", "null"},
        {"isVip or may_be", "1"},
        {"may_be or isVip", "1"},
        {"is_old or may_be", "null"},
        {"may_be or is_old", "null"},
        {"not may_be", "null"},
        {"is_old or is_old", "0"},
        {"nothing = 1", "null"},
        {"nothing <> 1", "null"},
        {"nothing < 1", "null"},
        {"nothing in (1, 2)", "null"},
        {"nothing not in (1, 2, 3)", "null"},
        {"amount in (1, nothing, 2)", "null"},
        {"amount in (1500, nothing, 2)", "1"},
        {"amount not in (1, nothing)", "null"},
        {"amount not in (nothing, 1500)", "0"},
        {"nothing between 1 and 2", "null"},
        {"amount between nothing and 1", "0"},
        {"nothing + 1", "null"},
        {"-nothing", "null"},
        {"no_name || 'x'", "null"},
        {"nothing is null", "1"},
        {"amount is not null", "1"},
        {"may_be is null", "1"},
        {"may_be = may_be", "null"},
        {"round(nothing / 2)", "null"},
        {"upper(no_name)", "null"},
    };
    check_examples(examples, COUNT_OF(examples));
}

static void shows_one_form(void)
{
    static const struct example examples[] = {
        {"  amount>1000\n AND status IN('new' ,'test')  ",
         "amount > 1000 and status in ('new', 'test')"},
        {"((amount)) == ((1))", "amount = 1"},
        {"NOT (isVip)", "not isVip"},
        {"not (isVip and is_old)", "not (isVip and is_old)"},
        {"(isVip and is_old) or may_be", "isVip and is_old or may_be"},
        {"isVip and (is_old or may_be)", "isVip and (is_old or may_be)"},
        {"amount - (1 - 2)", "amount - (1 - 2)"},
        {"(amount - 1) - 2", "amount - 1 - 2"},
        {"amount*(1+2)", "amount * (1 + 2)"},
        {"-(-amount)", "-(-amount)"},
        {"-(amount + 1)", "-(amount + 1)"},
        {"- 5 + - 007", "-5 + -7"},
        {"(amount > 1) = (places > 1)", "(amount > 1) = (places > 1)"},
        {"(amount between 1 and 2) is not null", "(amount between 1 and 2) is not null"},
        {"IIF(isVip, 'it''s', no_name)", "iif(isVip, 'it''s', no_name)"},
        {"CASE WHEN isVip THEN 1 END", "case when isVip then 1 else null end"},
        {"born > '2026-01-01'", "born > '2026-01-01'"},
        {"event.deep.x Is Not True", "event.deep.x is not true"},
        {"TRUE", "true"},
    };
    struct arena *arena = arena_create("forms", ARENA_BYTES);
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        const struct condition *condition = rig_compile(arena, examples[i].text, anything);
        CHECK_TEXT(condition_text(condition), examples[i].gives);
        condition = rig_compile(arena, examples[i].gives, anything);
        CHECK_TEXT(condition_text(condition), examples[i].gives);
    }
    arena_destroy(&arena);
}

static void says_what_it_needs(void)
{
    struct arena *arena = arena_create("needs", ARENA_BYTES);
    const struct condition *condition =
        rig_compile(arena, "amount > places or event.x = 1 or amount < 5", anything);
    struct condition_fields fields = condition_fields(condition);
    CHECK_INT(fields.count, 3);
    CHECK_INT(fields.items[0], RIG_AMOUNT);
    CHECK_INT(fields.items[1], RIG_COUNT);
    CHECK_INT(fields.items[2], RIG_EVENT);
    CHECK(!condition_is_constant(condition));
    CHECK_INT(condition_kind(condition), CONDITION_FLAG);
    condition = rig_compile(arena, "1 + 1 = 2", anything);
    CHECK_INT(condition_fields(condition).count, 0);
    CHECK(condition_is_constant(condition));
    condition = rig_compile(arena, "limit_minor * 2", anything);
    CHECK_INT(condition_kind(condition), CONDITION_MONEY);
    CHECK(condition_is_reserved(TEXT("End")) && condition_is_reserved(TEXT("in")));
    CHECK(!condition_is_reserved(TEXT("ending")) && !condition_is_reserved(TEXT("length")));
    arena_destroy(&arena);
}

/* A constant needs no values at all; a condition looks only at what it needs. */
static void looks_at_what_it_needs(void)
{
    struct arena *arena = arena_create("looks", ARENA_BYTES);
    struct evaluator *evaluator = evaluator_create();
    struct value value;
    struct text error;
    const struct condition *condition = rig_compile(arena, "2 > 1", (struct condition_field){0});
    CHECK_STATUS(condition_evaluate(evaluator, arena, condition, NO_VALUES, &value, &error),
                 STATUS_OK);
    CHECK(condition_says_yes(&value));
    struct value values[RIG_FIELD_COUNT];
    memset(values, 0xEE, sizeof values);
    values[RIG_AMOUNT] = value_integer(3);
    condition = rig_compile(arena, "amount > 3", (struct condition_field){0});
    CHECK_STATUS(condition_evaluate(evaluator, arena, condition,
                                    (struct values){values, RIG_FIELD_COUNT}, &value, &error),
                 STATUS_OK);
    CHECK(!condition_says_yes(&value));
    value = (struct value){.kind = VALUE_NULL};
    CHECK(!condition_says_yes(&value));
    evaluator_destroy(&evaluator);
    arena_destroy(&arena);
}

struct fault_example {
    const char *text;
    size_t field;
    struct value value;
    enum status status;
    const char *error;
};

static void faults_are_told(void)
{
    static char large[CONDITION_VALUE_BYTES_MAX + 1];
    memset(large, 'a', sizeof large);
    const struct text most = {large, CONDITION_VALUE_BYTES_MAX};
    const struct text more = {large, CONDITION_VALUE_BYTES_MAX + 1};
    const char *too_long = "a text is longer than 1048576 bytes, or a list has too much in it";
    const struct fault_example examples[] = {
        {"amount > 1", RIG_AMOUNT, value_text(TEXT("5")), STATUS_MALFORMED,
         "the field 'amount' holds something else than a number"},
        {"name = 'x'", RIG_NAME, value_integer(5), STATUS_MALFORMED,
         "the field 'name' holds something else than a text"},
        {"owner_id = caller_id", RIG_OWNER_ID, value_text(TEXT(RIG_ID)), STATUS_MALFORMED,
         "the field 'owner_id' holds something else than an id"},
        {"isVip", RIG_IS_VIP, value_integer(2), STATUS_MALFORMED,
         "the field 'isVip' is neither true or false"},
        {"has(tags, 'a')", RIG_TAGS, value_text(TEXT("{}")), STATUS_MALFORMED,
         "a field that should hold a list or an object holds no such JSON"},
        {"event.x = 1", RIG_EVENT, value_text(TEXT("{\"x\":")), STATUS_MALFORMED,
         "a field that should hold a list or an object holds no such JSON"},
        {"name = 'x'", RIG_NAME, value_text(more), STATUS_TOO_LARGE,
         "the field 'name' is longer than 1048576 bytes"},
        {"length(name) > 1", RIG_NAME, value_text(most), STATUS_OK, NULL},
        {"name || 'x' = 'y'", RIG_NAME, value_text(most), STATUS_TOO_LARGE, too_long},
#ifndef __SANITIZE_THREAD__ /* whose memmem looks at all the rest at each of a million calls */
        {"replace(name, 'a', 'bb') = 'y'", RIG_NAME, value_text(most), STATUS_TOO_LARGE, too_long},
#endif
    };
    struct arena *arena = arena_create("faults", ARENA_BYTES);
    struct evaluator *evaluator = evaluator_create();
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        struct value values[RIG_FIELD_COUNT];
        struct value value;
        struct text error = NO_TEXT;
        const struct condition *condition =
            rig_compile(arena, examples[i].text, (struct condition_field){0});
        rig_values(values);
        values[examples[i].field] = examples[i].value;
        struct values given = {values, RIG_FIELD_COUNT};
        CHECK_STATUS(condition_evaluate(evaluator, arena, condition, given, &value, &error),
                     examples[i].status);
        CHECK_TEXT(error, examples[i].error);
        rig_values(values); /* and the next time all is well again */
        CHECK_STATUS(condition_evaluate(evaluator, arena, condition, given, &value, &error),
                     STATUS_OK);
    }
    evaluator_destroy(&evaluator);
    arena_destroy(&arena);
}

/* Text made for it does not make a search slow: both of these are a square in SQLite's own. */
static void texts_cannot_make_it_slow(void)
{
#ifdef __SANITIZE_THREAD__ /* it looks at every byte that is looked at */
    enum { BYTES = 20000 };
#else
    enum { BYTES = 500000 };
#endif
    static char hay[BYTES];
    static char needle[BYTES / 2];
    memset(hay, 'a', sizeof hay);
    memset(needle, 'a', sizeof needle);
    needle[sizeof needle - 1] = 'b';
    struct arena *arena = arena_create("slow", ARENA_BYTES);
    struct evaluator *evaluator = evaluator_create();
    struct value values[RIG_FIELD_COUNT];
    struct value value;
    struct text error;
    rig_values(values);
    values[RIG_NAME] = value_text((struct text){hay, sizeof hay});
    values[RIG_INN] = value_text((struct text){needle, sizeof needle});
    const struct condition *condition = rig_compile(
        arena, "instr(name, inn) > 0 or contains(name, inn) or replace(name, inn, 'x') <> name",
        (struct condition_field){0});
    CHECK_STATUS(condition_evaluate(evaluator, arena, condition,
                                    (struct values){values, RIG_FIELD_COUNT}, &value, &error),
                 STATUS_OK);
    CHECK(value.kind == VALUE_INTEGER && value.integer == 0);
    evaluator_destroy(&evaluator);
    arena_destroy(&arena);
}

enum { MANY = 5000 };

/* More conditions than an evaluator keeps statements of; each keeps its own meaning. */
static void many_conditions_do_not_mix(void)
{
    static const struct condition *conditions[MANY];
    struct arena *arena = arena_create("many", ARENA_BYTES);
    struct evaluator *evaluator = evaluator_create();
    struct value values[RIG_FIELD_COUNT];
    struct value value;
    struct text error;
    rig_values(values);
    for (size_t i = 0; i < MANY; i++) {
        conditions[i] = rig_compile(arena, text_format(arena, "amount + %zu", i).data, anything);
    }
    for (size_t i = 0; i < (size_t)2 * MANY; i++) {
        size_t one = i * 7919 % MANY;
        CHECK_STATUS(condition_evaluate(evaluator, arena, conditions[one],
                                        (struct values){values, RIG_FIELD_COUNT}, &value, &error),
                     STATUS_OK);
        CHECK_INT(value.integer, 1500 + (int64_t)one);
    }
    evaluator_destroy(&evaluator);
    arena_destroy(&arena);
}

struct runner {
    pthread_t thread;
    const struct condition *condition;
    int64_t right;
};

static void *evaluate_often(void *data)
{
    struct runner *runner = data;
    struct arena *arena = arena_create("runner", ARENA_BYTES);
    struct evaluator *evaluator = evaluator_create();
    struct value values[RIG_FIELD_COUNT];
    rig_values(values);
    for (int64_t i = 0; i < 5000; i++) {
        struct value value;
        struct text error;
        values[RIG_AMOUNT] = value_integer(i);
        enum status status =
            condition_evaluate(evaluator, arena, runner->condition,
                               (struct values){values, RIG_FIELD_COUNT}, &value, &error);
        runner->right += status == STATUS_OK && condition_says_yes(&value) == (i > 1000);
    }
    evaluator_destroy(&evaluator);
    arena_destroy(&arena);
    return NULL;
}

static void threads_share_a_condition(void)
{
    struct arena *arena = arena_create("threads", ARENA_BYTES);
    struct runner runners[4] = {0};
    const struct condition *condition = rig_compile(
        arena, "amount > 1000 and status in ('new', 'paid', 'test')", (struct condition_field){0});
    for (size_t i = 0; i < COUNT_OF(runners); i++) {
        runners[i].condition = condition;
        CHECK_INT(pthread_create(&runners[i].thread, NULL, evaluate_often, &runners[i]), 0);
    }
    for (size_t i = 0; i < COUNT_OF(runners); i++) {
        pthread_join(runners[i].thread, NULL);
        CHECK_INT(runners[i].right, 5000);
    }
    arena_destroy(&arena);
}

static void too_few_values(void)
{
    struct arena *arena = arena_create("bug", ARENA_BYTES);
    struct evaluator *evaluator = evaluator_create();
    struct value value;
    struct text error;
    const struct condition *condition = rig_compile(arena, "isVip", (struct condition_field){0});
    enum status status =
        condition_evaluate(evaluator, arena, condition, VALUES(value_flag(true)), &value, &error);
    CHECK_STATUS(status, STATUS_OK);
}

/* Should the reader ever let something through, SQLite does not do it. */
static void evaluate_sql(const char *sql)
{
    struct arena *arena = arena_create("bug", ARENA_BYTES);
    struct evaluator *evaluator = evaluator_create();
    const struct condition condition = {.number = UINT64_MAX, .sql = text_of(sql)};
    struct value value;
    struct text error;
    enum status status =
        condition_evaluate(evaluator, arena, &condition, NO_VALUES, &value, &error);
    CHECK_STATUS(status, STATUS_OK);
    evaluator_destroy(&evaluator);
    arena_destroy(&arena);
}

static void a_table_is_read(void)
{
    evaluate_sql("SELECT count(*) FROM sqlite_schema");
}

static void chance_is_asked(void)
{
    evaluate_sql("SELECT random() IS NULL");
}

static void it_recurses(void)
{
    evaluate_sql(
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT max(x) FROM c");
}

static void something_is_changed(void)
{
    evaluate_sql("CREATE TABLE t(x)");
}

static void another_file_is_opened(void)
{
    evaluate_sql("ATTACH '/tmp/x' AS y");
}

static void there_are_two(void)
{
    evaluate_sql("SELECT 1; SELECT 2");
}

static void bugs_stop_the_process(void)
{
    CHECK_MUST_FAIL(too_few_values, "field_count");
    CHECK_MUST_FAIL(a_table_is_read, "SQLITE_OK");
    CHECK_MUST_FAIL(chance_is_asked, "SQLITE_OK");
    CHECK_MUST_FAIL(it_recurses, "SQLITE_OK");
    CHECK_MUST_FAIL(something_is_changed, "SQLITE_OK");
    CHECK_MUST_FAIL(another_file_is_opened, "SQLITE_OK");
    CHECK_MUST_FAIL(there_are_two, "rest");
    evaluate_sql(
        "SELECT abs(-1)"); /* the rest is refused for what it does, not for how it is made */
}

static const struct test tests[] = {
    {"gives_what_a_person_expects", gives_what_a_person_expects, 0},
    {"functions_give", functions_give, 0},
    {"numbers_stay_whole", numbers_stay_whole, 0},
    {"times_are_fields", times_are_fields, 0},
    {"members_take_the_kind_that_is_asked", members_take_the_kind_that_is_asked, 0},
    {"null_is_neither", null_is_neither, 0},
    {"shows_one_form", shows_one_form, 0},
    {"says_what_it_needs", says_what_it_needs, 0},
    {"looks_at_what_it_needs", looks_at_what_it_needs, 0},
    {"faults_are_told", faults_are_told, 0},
    {"texts_cannot_make_it_slow", texts_cannot_make_it_slow, 0},
    {"many_conditions_do_not_mix", many_conditions_do_not_mix, 0},
    {"threads_share_a_condition", threads_share_a_condition, 0},
    {"bugs_stop_the_process", bugs_stop_the_process, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
