/* condition_refusal_test.c - what is no condition, and the sentence for it: where, what was
 * expected, and the nearest name.
 */
#include "tests/unit/engine/condition/condition_rig.h"

#include <string.h>

enum { ARENA_BYTES = 4 * 1024 * 1024 };

struct refusal_example {
    const char *text;
    int line;
    int column;
    const char *what;
};

static void check_refused(struct condition_source source, const struct refusal_example *example)
{
    struct arena *arena = arena_create("refusals", ARENA_BYTES);
    struct condition_error error = {0};
    const struct condition *condition = NULL;
    enum status status = condition_compile(arena, &source, &condition, &error);
    bool is_right = status == STATUS_MALFORMED && error.line == example->line &&
                    error.column == example->column &&
                    text_equals(error.what, text_of(example->what));
    if (!is_right) {
        printf("# %.200s\n# %d:%d\n", example->text, error.line, error.column);
    }
    CHECK_STATUS(status, STATUS_MALFORMED);
    CHECK_TEXT(error.what, example->what);
    CHECK_INT(error.line, example->line);
    CHECK_INT(error.column, example->column);
    CHECK(condition == NULL);
    arena_destroy(&arena);
}

static void check_all(const struct refusal_example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_refused(rig_source(examples[i].text), &examples[i]);
    }
}

static void names_the_place_and_the_nearest(void)
{
    static const struct refusal_example examples[] = {
        {"ammount > 1000", 1, 1, "unknown field 'ammount'; did you mean 'amount'?"},
        {"isVip and\n  stauts = 'new'", 2, 3, "unknown field 'stauts'; did you mean 'status'?"},
        {"name = 'Пётр' or nmae = 'x'", 1, 18, "unknown field 'nmae'; did you mean 'name'?"},
        {"isvip", 1, 1, "unknown field 'isvip'; did you mean 'isVip'?"},
        {"elsewhere > 1", 1, 1, "unknown field 'elsewhere'"},
        {"length = 3", 1, 1, "unknown field 'length'; the function is written length(...)"},
        {"lenght(inn) = 3", 1, 1, "unknown function 'lenght'; did you mean 'length'?"},
        {"evnt.score = 3", 1, 1, "unknown field 'evnt'; did you mean 'event'?"},
        {"inn.x = 3", 1, 1, "'inn' is a text, and has no members"},
        {"status = 'tset'", 1, 10, "'status' can never be 'tset'; did you mean 'test'?"},
        {"status in ('new', 'gone')", 1, 19,
         "'status' can never be 'gone'; it can be 'new', 'test', 'paid', 'closed'"},
        {"'нов' <> status", 1, 1,
         "'status' can never be 'нов'; it can be 'new', 'test', 'paid', 'closed'"},
    };
    check_all(examples, COUNT_OF(examples));
}

static void kinds_must_fit(void)
{
    static const struct refusal_example examples[] = {
        {"amount", 1, 1, "a condition is true or false, and amount is a number"},
        {"name = 5", 1, 8, "name is a text, and 5 is a number; they cannot be compared"},
        {"amount > '5'", 1, 10, "amount is a number, and '5' is a text; they cannot be compared"},
        {"amount in (1, 'a')", 1, 15,
         "amount is a number, and 'a' is a text; they cannot be compared"},
        {"isVip = 1", 1, 9, "isVip is true or false, and 1 is a number; they cannot be compared"},
        {"isVip > is_old", 1, 1,
         "an order takes a number, an amount of money, a text, a date or a time, and isVip is true "
         "or false"},
        {"tags = tags", 1, 1,
         "a comparison takes true or false, a number, an amount of money, a text, an id, a date or "
         "a time, and tags is a list of texts"},
        {"owner_id = 'me'", 1, 12, "'me' is no id, such as '01890a5d-ac96-774b-bcce-b302099a8057'"},
        {"owner_id = name", 1, 12,
         "owner_id is an id, and name is a text; they cannot be compared"},
        {"owner_id < caller_id", 1, 1,
         "an order takes a number, an amount of money, a text, a date or a time, and owner_id is "
         "an "
         "id"},
        {"born > '2026-02-30'", 1, 8, "'2026-02-30' is no date, such as '2026-03-31'"},
        {"created > '2026-02-28'", 1, 11,
         "'2026-02-28' is no time, such as '2026-03-31T09:00:00Z'"},
        {"created > born", 1, 11, "created is a time, and born is a date; they cannot be compared"},
        {"created > 5", 1, 11, "created is a time, and 5 is a number; they cannot be compared"},
        {"now - created > 5", 1, 1,
         "'-' is for numbers (for times there are add_days(), add_hours(), days_between() ...), "
         "and "
         "now is a time"},
        {"name + 'x' = 'y'", 1, 1, "'+' is for numbers ('||' joins texts), and name is a text"},
        {"isVip * 2 = 2", 1, 1, "'*' is for numbers, and isVip is true or false"},
        {"price * limit_minor > 1", 1, 1, "money cannot be multiplied by money"},
        {"amount / price > 1", 1, 1, "a number cannot be divided by money"},
        {"price > fee_usd", 1, 9, "price is in RUB, and fee_usd is in USD"},
        {"price + fee_usd > 1", 1, 9, "'+' stands between RUB and USD"},
        {"amount and isVip", 1, 1, "'and' stands between conditions, and amount is a number"},
        {"not amount", 1, 5, "'not' takes true or false, and amount is a number"},
        {"price || 'x' = 'y'", 1, 1,
         "'||' joins texts and numbers, and price is an amount of money"},
        {"amount is true", 1, 1, "'is true' takes true or false, and amount is a number"},
        {"amount = null", 1, 10,
         "a comparison with null is never true; write 'is null' or 'is not null'"},
        {"amount in (1, null)", 1, 15,
         "a comparison with null is never true; write 'is null' or 'is not null'"},
        {"length(amount) = 1", 1, 8, "length() takes a text, and amount is a number"},
        {"coalesce(amount, 'x') = 1", 1, 18,
         "amount is a number, and 'x' is a text; they must be of one kind"},
        {"coalesce(null, null) = 1", 1, 10, "everything here is null"},
        {"iif(amount, 1, 2) = 1", 1, 5, "iif() takes true or false, and amount is a number"},
        {"iif(isVip, 1, 'x') = 1", 1, 15,
         "1 is a number, and 'x' is a text; they must be of one kind"},
        {"case when amount then 1 end = 1", 1, 11,
         "when takes true or false, and amount is a number"},
        {"case when isVip then 1 else 'x' end = 1", 1, 29,
         "1 is a number, and 'x' is a text; they must be of one kind"},
        {"event.a = event.b", 1, 1,
         "what kind of value event.a is cannot be known here; it must stand beside a field or a "
         "literal"},
        {"round(amount) = 1", 1, 7,
         "numbers are whole; round() is for a division: round(amount * 15 / 100)"},
        {"substr(name) = 'x'", 1, 1,
         "substr() has 1 argument here; it is substr(text, from, count)"},
        {"max(amount) = 1", 1, 1, "max() has 1 argument here; it is max(value, value, ...)"},
        {"days_between(name, now) = 1", 1, 14,
         "days_between() takes a date or a time, and name is a text"},
    };
    check_all(examples, COUNT_OF(examples));
}

static void grammar_is_explained(void)
{
    static const struct refusal_example examples[] = {
        {"", 1, 1, "a field or a value is expected, and the end is here"},
        {"amount >", 1, 9, "a field or a value is expected, and the end is here"},
        {"amount > > 1", 1, 10, "a field or a value is expected, and '>' is here"},
        {"amount > 1 isVip", 1, 12, "the condition could end before 'isVip'; is 'and' missing?"},
        {"(amount > 1", 1, 12, ") is expected after the expression, and the end is here"},
        {"amount > 1)", 1, 11, "the condition could end before ')'; is 'and' missing?"},
        {"amount in 5", 1, 11, "( is expected after in, and 5 is here"},
        {"amount in ()", 1, 12, "a field or a value is expected, and ')' is here"},
        {"amount between 1 or 2", 1, 18, "and is expected after between, and or is here"},
        {"1 < amount < 5", 1, 12, "two comparisons in a row; write: a < b and b < c"},
        {"amount is 5", 1, 11, "after 'is' stands null, true or false; '=' compares values"},
        {"case isVip when true then 1 end = 1", 1, 6,
         "when is expected in a case, and isVip is here"},
        {"case when isVip then 1", 1, 23, "end is expected after a case, and the end is here"},
        {"'abc", 1, 1, "this text has no closing quote"},
        {"amount > 0.5", 1, 10,
         "a number is whole, and money is in minor units: instead of amount * 0.15 write "
         "round(amount * 15 / 100)"},
        {"amount > 99999999999999999999", 1, 10, "this number does not fit into 64 bits"},
        {"amount > 1e3", 1, 10,
         "a number is whole, and money is in minor units: instead of amount * 0.15 write "
         "round(amount * 15 / 100)"},
        {"(1, 2) = 3", 1, 3, "a list stands only after 'in'"},
        {"status = \"new\"", 1, 10,
         "a text stands in single quotes: 'new'; a field is written as it is called"},
        {"isVip && is_old", 1, 7, "that is written: and"},
        {"isVip | is_old", 1, 7,
         "numbers have no bits here; is 'or' meant, or '||' to join texts?"},
        {"!isVip", 1, 1, "that is written: not"},
        {"имя = 'x'", 1, 1, "'и' has no meaning here"},
        {"amount not 5", 1, 12,
         "'not' stands before a condition, or in 'not in', 'not between' and 'is not null'"},
        {"name like 'x%'", 1, 6,
         "use starts_with(), ends_with() or contains(); databases disagree about LIKE"},
        {"name not like 'x%'", 1, 10,
         "use starts_with(), ends_with() or contains(); databases disagree about LIKE"},
        {"amount = -9223372036854775808", 1, 11, "this number does not fit into 64 bits"},
    };
    check_all(examples, COUNT_OF(examples));
}

static void hostile_texts_are_refused(void)
{
    static const char table[] = "a condition sees the fields of its case, and no table";
    static const struct refusal_example examples[] = {
        {"amount > (select 1)", 1, 11,
         "unknown field 'select'; a condition sees the fields of its "
         "case, and no table"},
        {"exists(select 1 from user)", 1, 1,
         "unknown function 'exists'; a condition sees the fields of its case, and no table"},
        {"amount in (select id from user)", 1, 12,
         "unknown field 'select'; a condition sees the fields of its case, and no table"},
        {"1 = 1 from user", 1, 7, table},
        {"with recursive c(x) as (select 1 union all select x+1 from c) select x from c", 1, 1,
         "unknown field 'with'; a condition sees the fields of its case, and no table"},
        {"true; drop table user", 1, 5, "a condition is one expression, without ';'"},
        {"true -- and isVip", 1, 6,
         "a condition has no comments; between two minus signs stands a space"},
        {"true /* and isVip */", 1, 6, "a condition has no comments"},
        {"pragma journal_mode", 1, 1,
         "unknown field 'pragma'; a condition asks; it changes nothing"},
        {"attach 'x' as y", 1, 1, "unknown field 'attach'; a condition asks; it changes nothing"},
        {"load_extension('x') is null", 1, 1, "unknown function 'load_extension'"},
        {"random() > 0", 1, 1,
         "unknown function 'random'; a condition must give the same answer each time"},
        {"length(randomblob(1000000000)) > 1", 1, 8,
         "unknown function 'randomblob'; a condition must give the same answer each time"},
        {"length(zeroblob(1e9)) > 1", 1, 8, "unknown function 'zeroblob'"},
        {"printf('%.*c', 1000000000, 'x') = 'x'", 1, 1, "unknown function 'printf'"},
        {"format('%d', 1) = 'x'", 1, 1, "unknown function 'format'"},
        {"readfile('/etc/passwd') = 'x'", 1, 1, "unknown function 'readfile'"},
        {"sqlite_version() = 'x'", 1, 1, "unknown function 'sqlite_version'"},
        {"is_one_of(1, 2) = true", 1, 1, "unknown function 'is_one_of'"},
        {"member(event, 'x', 1) = 1", 1, 1, "unknown function 'member'"},
        {"current_timestamp > now", 1, 1,
         "unknown field 'current_timestamp'; the moment is the field 'now'"},
        {"datetime('now') > now", 1, 1,
         "unknown function 'datetime'; dates and times are fields; the moment is the field 'now'"},
        {"rowid = 1", 1, 1, "unknown field 'rowid'"},
        {"?1 = 1", 1, 1, "there are no parameters; a field is written as it is called"},
        {":amount = 1", 1, 1, "there are no parameters; a field is written as it is called"},
        {"x'00' = name", 1, 1, "unknown field 'x'"},
        {"amount = 0x10", 1, 10,
         "a number is whole, and money is in minor units: instead of amount * 0.15 write "
         "round(amount * 15 / 100)"},
        {"name collate nocase = 'x'", 1, 6, "texts are compared letter by letter; see lower()"},
        {"cast(amount as text) = 'x'", 1, 1,
         "unknown function 'cast'; nothing is converted from one kind to another"},
        {"amount \001", 1, 8, "a control character"},
        {"name = 'a\177b'", 1, 10, "a control character"},
        {"name = '\xD0'", 1, 9, "this is no UTF-8"},
        {"name = '\xC0\x80'", 1, 9, "this is no UTF-8"},
    };
    check_all(examples, COUNT_OF(examples));
    struct condition_source source = rig_source("");
    const struct refusal_example nul = {"name = 'a\\0b'", 1, 10, "a control character"};
    source.text = (struct text){"name = 'a\0b'", 12};
    check_refused(source, &nul);
}

/* start + middle, count times + end */
static struct text repeated(struct arena *arena, const char *start, const char *middle,
                            size_t count, const char *end)
{
    size_t bytes = strlen(start) + count * strlen(middle) + strlen(end);
    char *text = arena_take(arena, bytes + 1);
    size_t at = (size_t)snprintf(text, bytes + 1, "%s", start);
    for (size_t i = 0; i < count; i++) {
        at += (size_t)snprintf(text + at, bytes + 1 - at, "%s", middle);
    }
    snprintf(text + at, bytes + 1 - at, "%s", end);
    return (struct text){text, bytes};
}

static enum status compile(struct arena *arena, struct text text, struct text *what_out)
{
    struct condition_source source = rig_source("");
    const struct condition *condition;
    struct condition_error error = {.what = NO_TEXT};
    source.text = text;
    enum status status = condition_compile(arena, &source, &condition, &error);
    *what_out = error.what;
    return status;
}

static void sizes_have_limits(void)
{
    static const struct {
        const char *start;
        const char *middle;
        size_t fits;
        size_t too_many;
        const char *end;
        const char *what;
    } examples[] = {
        {"", " ", 4092, 4093, "true", "longer than 4096 bytes"},
        {"true", " and true", 59, 60, "", "more than 60 parts inside each other"},
        {"", "not ", 59, 60, "true", "more than 60 parts inside each other"},
        {"0 = ", "- ", 58, 61, "amount", "more than 60 parts inside each other"},
        {"amount in (0", ",1", 99, 100, ")", "more than 100 in one list"},
        {"0 = max(0", ",1", 99, 100, ")", "more than 100 in one list"},
        {"0 = case", " when true then 1", 100, 101, " end", "more than 100 in one list"},
    };
    struct arena *arena = arena_create("sizes", 64 * 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        struct text what;
        struct text text = repeated(arena, examples[i].start, examples[i].middle, examples[i].fits,
                                    examples[i].end);
        CHECK_STATUS(compile(arena, text, &what), STATUS_OK);
        text = repeated(arena, examples[i].start, examples[i].middle, examples[i].too_many,
                        examples[i].end);
        CHECK_STATUS(compile(arena, text, &what), STATUS_MALFORMED);
        CHECK_TEXT(what, examples[i].what);
    }
    for (size_t count = 1; count < 4000; count += count / 3 + 1) {
        struct text what;
        const char *const middles[] = {"(",          "not ",      "-",           "- ",  "length(",
                                       "case when ", "1+",        "a.",          "'",   "''",
                                       ",",          "iif(true,", "amount in (", "1||", "(1)+"};
        for (size_t i = 0; i < COUNT_OF(middles); i++) {
            struct text text = repeated(arena, "", middles[i], count, "");
            CHECK_STATUS(compile(arena, text, &what), STATUS_MALFORMED);
            CHECK(what.bytes > 5);
        }
    }
    arena_destroy(&arena);
}

/* Every limit at its largest, evaluated: SQLite agrees to all of it. */
static void the_largest_can_be_evaluated(void)
{
    struct arena *arena = arena_create("largest", 64 * 1024 * 1024);
    struct evaluator *evaluator = evaluator_create();
    const struct text texts[] = {
        repeated(arena, "true", " and not is_old", 58, ""),
        repeated(arena, "", "not ", 59, "true"),
        repeated(arena, "0 = ", "-(", 28, "amount))))))))))))))))))))))))))))"),
        repeated(arena, "amount not in (0", ",1", 99, ")"),
        repeated(arena, "amount > 0", " + 7 * (amount - 3)", 55, ""),
        repeated(arena, "0 < case", " when is_old then 1", 100, " else 5 end"),
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct value values[RIG_FIELD_COUNT];
        struct value value;
        struct text error;
        rig_values(values);
        const struct condition *condition =
            rig_compile(arena, texts[i].data, (struct condition_field){0});
        CHECK_STATUS(condition_evaluate(evaluator, arena, condition,
                                        (struct values){values, RIG_FIELD_COUNT}, &value, &error),
                     STATUS_OK);
        CHECK_INT(value.kind, VALUE_INTEGER);
    }
    evaluator_destroy(&evaluator);
    arena_destroy(&arena);
}

static void mappings_fit_their_field(void)
{
    static const struct {
        size_t field;
        const char *text;
        int column;
        const char *what; /* NULL: it fits */
    } examples[] = {
        {RIG_STATUS, "'paid'", 0, NULL},
        {RIG_STATUS, "event.status", 0, NULL},
        {RIG_STATUS, "iif(isVip, 'paid', null)", 0, NULL},
        {RIG_STATUS, "case when status = 'new' then 'test' else status end", 0, NULL},
        {RIG_STATUS, "'payd'", 1, "'status' can never be 'payd'; did you mean 'paid'?"},
        {RIG_STATUS, "iif(isVip, 'paid', 'nwe')", 20,
         "'status' can never be 'nwe'; did you mean 'new'?"},
        {RIG_STATUS, "case when name = 'x' then 'paid' else 'clsed' end", 39,
         "'status' can never be 'clsed'; did you mean 'closed'?"},
        {RIG_AMOUNT, "event.score", 0, NULL},
        {RIG_AMOUNT, "price", 0, NULL},
        {RIG_AMOUNT, "'5'", 1, "'amount' takes a number, and '5' is a text"},
        {RIG_AMOUNT, "isVip", 1, "'amount' takes a number, and isVip is true or false"},
        {RIG_PRICE, "limit_minor * 2", 0, NULL},
        {RIG_PRICE, "fee_usd * 2", 1, "'price' is in RUB, and fee_usd * 2 is in USD"},
        {RIG_OWNER_ID, "caller_id", 0, NULL},
        {RIG_OWNER_ID, "'" RIG_ID "'", 0, NULL},
        {RIG_OWNER_ID, "null", 0, NULL},
        {RIG_BORN, "'2026-01-01'", 0, NULL},
        {RIG_CREATED, "add_days(now, 3)", 0, NULL},
        {RIG_CREATED, "born", 1, "'created' takes a time, and born is a date"},
        {RIG_TAGS, "event.tags", 0, NULL},
        {RIG_EVENT, "event.deep", 0, NULL},
    };
    struct arena *arena = arena_create("mappings", ARENA_BYTES);
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        struct condition_source source = rig_source(examples[i].text);
        source.gives = rig_fields[examples[i].field];
        if (examples[i].what == NULL) {
            const struct condition *condition = rig_compile(arena, examples[i].text, source.gives);
            CHECK_INT(condition_kind(condition) == CONDITION_MONEY ? CONDITION_INTEGER
                                                                   : condition_kind(condition),
                      source.gives.kind == CONDITION_MONEY ? CONDITION_INTEGER : source.gives.kind);
            continue;
        }
        const struct refusal_example example = {examples[i].text, 1, examples[i].column,
                                                examples[i].what};
        check_refused(source, &example);
    }
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"names_the_place_and_the_nearest", names_the_place_and_the_nearest, 0},
    {"kinds_must_fit", kinds_must_fit, 0},
    {"grammar_is_explained", grammar_is_explained, 0},
    {"hostile_texts_are_refused", hostile_texts_are_refused, 0},
    {"sizes_have_limits", sizes_have_limits, 0},
    {"the_largest_can_be_evaluated", the_largest_can_be_evaluated, 0},
    {"mappings_fit_their_field", mappings_fit_their_field, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
