/* condition_functions.c - what a condition may call. Everything here gives the same answer for the
 * same arguments, on every machine, at every time.
 */
#include "engine/condition/condition_parts.h"

#include <stdio.h>
#include <string.h>

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

static const struct condition_function functions[] = {
    {.name = "abs",
     .usage = "abs(number)",
     .count_min = 1,
     .count_max = 1,
     .kinds = {KINDS_NUMBERS},
     .gives = CONDITION_ANY},
    {.name = "add_days",
     .usage = "add_days(date or time, number)",
     .count_min = 2,
     .count_max = 2,
     .kinds = {KINDS_MOMENTS, KIND(INTEGER)},
     .gives = CONDITION_ANY,
     .sql = "moved",
     .unit_ms = DAY_MS},
    {.name = "add_hours",
     .usage = "add_hours(time, number)",
     .count_min = 2,
     .count_max = 2,
     .kinds = {KIND(TIME), KIND(INTEGER)},
     .gives = CONDITION_TIME,
     .sql = "moved",
     .unit_ms = HOUR_MS},
    {.name = "add_minutes",
     .usage = "add_minutes(time, number)",
     .count_min = 2,
     .count_max = 2,
     .kinds = {KIND(TIME), KIND(INTEGER)},
     .gives = CONDITION_TIME,
     .sql = "moved",
     .unit_ms = MINUTE_MS},
    {.name = "coalesce",
     .usage = "coalesce(value, value, ...)",
     .rule = FUNCTION_AGREE,
     .count_min = 2,
     .count_max = CONDITION_LIST_MAX,
     .kinds = {KINDS_ANY},
     .gives = CONDITION_ANY},
    {.name = "contains",
     .usage = "contains(text, part)",
     .count_min = 2,
     .count_max = 2,
     .kinds = {KIND(TEXT), KIND(TEXT)},
     .gives = CONDITION_FLAG},
    {.name = "count",
     .usage = "count(list)",
     .count_min = 1,
     .count_max = 1,
     .kinds = {KIND(TEXTS)},
     .gives = CONDITION_INTEGER,
     .sql = "list_count"},
    {.name = "days_between",
     .usage = "days_between(earlier, later)",
     .rule = FUNCTION_AGREE,
     .count_min = 2,
     .count_max = 2,
     .kinds = {KINDS_MOMENTS},
     .gives = CONDITION_INTEGER,
     .sql = "elapsed",
     .unit_ms = DAY_MS},
    {.name = "ends_with",
     .usage = "ends_with(text, end)",
     .count_min = 2,
     .count_max = 2,
     .kinds = {KIND(TEXT), KIND(TEXT)},
     .gives = CONDITION_FLAG},
    {.name = "has",
     .usage = "has(list, text)",
     .count_min = 2,
     .count_max = 2,
     .kinds = {KIND(TEXTS), KIND(TEXT)},
     .gives = CONDITION_FLAG,
     .sql = "list_has"},
    {.name = "hours_between",
     .usage = "hours_between(earlier, later)",
     .count_min = 2,
     .count_max = 2,
     .kinds = {KIND(TIME), KIND(TIME)},
     .gives = CONDITION_INTEGER,
     .sql = "elapsed",
     .unit_ms = HOUR_MS},
    {.name = "ifnull",
     .usage = "ifnull(value, otherwise)",
     .rule = FUNCTION_AGREE,
     .count_min = 2,
     .count_max = 2,
     .kinds = {KINDS_ANY},
     .gives = CONDITION_ANY},
    {.name = "iif",
     .usage = "iif(condition, value, otherwise)",
     .rule = FUNCTION_IIF,
     .count_min = 3,
     .count_max = 3,
     .gives = CONDITION_ANY},
    {.name = "instr",
     .usage = "instr(text, part)",
     .count_min = 2,
     .count_max = 2,
     .kinds = {KIND(TEXT), KIND(TEXT)},
     .gives = CONDITION_INTEGER},
    {.name = "length",
     .usage = "length(text)",
     .count_min = 1,
     .count_max = 1,
     .kinds = {KIND(TEXT)},
     .gives = CONDITION_INTEGER},
    {.name = "lower",
     .usage = "lower(text)",
     .count_min = 1,
     .count_max = 1,
     .kinds = {KIND(TEXT)},
     .gives = CONDITION_TEXT},
    {.name = "max",
     .usage = "max(value, value, ...)",
     .rule = FUNCTION_AGREE,
     .count_min = 2,
     .count_max = CONDITION_LIST_MAX,
     .kinds = {KINDS_ORDERED},
     .gives = CONDITION_ANY},
    {.name = "min",
     .usage = "min(value, value, ...)",
     .rule = FUNCTION_AGREE,
     .count_min = 2,
     .count_max = CONDITION_LIST_MAX,
     .kinds = {KINDS_ORDERED},
     .gives = CONDITION_ANY},
    {.name = "minutes_between",
     .usage = "minutes_between(earlier, later)",
     .count_min = 2,
     .count_max = 2,
     .kinds = {KIND(TIME), KIND(TIME)},
     .gives = CONDITION_INTEGER,
     .sql = "elapsed",
     .unit_ms = MINUTE_MS},
    {.name = "nullif",
     .usage = "nullif(value, value that counts as null)",
     .rule = FUNCTION_AGREE,
     .count_min = 2,
     .count_max = 2,
     .kinds = {KINDS_SIMPLE},
     .gives = CONDITION_ANY},
    {.name = "only_digits",
     .usage = "only_digits(text)",
     .count_min = 1,
     .count_max = 1,
     .kinds = {KIND(TEXT)},
     .gives = CONDITION_FLAG},
    {.name = "replace",
     .usage = "replace(text, part, by)",
     .count_min = 3,
     .count_max = 3,
     .kinds = {KIND(TEXT), KIND(TEXT), KIND(TEXT)},
     .gives = CONDITION_TEXT},
    {.name = "round",
     .usage = "round(number / number)",
     .rule = FUNCTION_ROUND,
     .count_min = 1,
     .count_max = 1,
     .gives = CONDITION_ANY},
    {.name = "starts_with",
     .usage = "starts_with(text, start)",
     .count_min = 2,
     .count_max = 2,
     .kinds = {KIND(TEXT), KIND(TEXT)},
     .gives = CONDITION_FLAG},
    {.name = "substr",
     .usage = "substr(text, from, count)",
     .count_min = 2,
     .count_max = 3,
     .kinds = {KIND(TEXT), KIND(INTEGER), KIND(INTEGER)},
     .gives = CONDITION_TEXT},
    {.name = "trim",
     .usage = "trim(text)",
     .count_min = 1,
     .count_max = 1,
     .kinds = {KIND(TEXT)},
     .gives = CONDITION_TEXT},
    {.name = "upper",
     .usage = "upper(text)",
     .count_min = 1,
     .count_max = 1,
     .kinds = {KIND(TEXT)},
     .gives = CONDITION_TEXT},
    {.name = "weigh_digits",
     .usage = "weigh_digits(text, '2 4 10')",
     .count_min = 2,
     .count_max = 2,
     .kinds = {KIND(TEXT), KIND(TEXT)},
     .gives = CONDITION_INTEGER},
};

/* Known from SQL, not known here, and what to write instead. */
static const struct absent {
    const char *name;
    const char *what;
} absent[] = {
    {"like", "use starts_with(), ends_with() or contains(); databases disagree about LIKE"},
    {"glob", "use starts_with(), ends_with() or contains()"},
    {"regexp", "use starts_with(), ends_with() or contains()"},
    {"match", "use starts_with(), ends_with() or contains()"},
    {"date", "dates and times are fields; the moment is the field 'now'"},
    {"time", "dates and times are fields; the moment is the field 'now'"},
    {"datetime", "dates and times are fields; the moment is the field 'now'"},
    {"julianday", "there are add_days() and days_between()"},
    {"strftime", "there are add_days() and days_between()"},
    {"unixepoch", "there are add_days() and days_between()"},
    {"current_timestamp", "the moment is the field 'now'"},
    {"current_date", "the moment is the field 'now'"},
    {"current_time", "the moment is the field 'now'"},
    {"typeof", "the kind of a field is known; ask 'is null'"},
    {"cast", "nothing is converted from one kind to another"},
    {"collate", "texts are compared letter by letter; see lower()"},
    {"isnull", "write: is null"},
    {"notnull", "write: is not null"},
    {"ltrim", "there is trim()"},
    {"rtrim", "there is trim()"},
    {"substring", "there is substr()"},
    {"concat", "texts are joined with '||'"},
    {"if", "there is iif(condition, value, otherwise)"},
    {"len", "there is length()"},
    {"char_length", "there is length()"},
    {"select", "a condition sees the fields of its case, and no table"},
    {"with", "a condition sees the fields of its case, and no table"},
    {"from", "a condition sees the fields of its case, and no table"},
    {"where", "a condition sees the fields of its case, and no table"},
    {"exists", "a condition sees the fields of its case, and no table"},
    {"over", "a condition sees the fields of its case, and no table"},
    {"random", "a condition must give the same answer each time"},
    {"randomblob", "a condition must give the same answer each time"},
    {"pragma", "a condition asks; it changes nothing"},
    {"attach", "a condition asks; it changes nothing"},
    {"update", "a condition asks; it changes nothing"},
    {"insert", "a condition asks; it changes nothing"},
    {"delete", "a condition asks; it changes nothing"},
    {"drop", "a condition asks; it changes nothing"},
};

const char *condition__absent(struct text name)
{
    for (size_t i = 0; i < COUNT_OF(absent); i++) {
        if (text_equals_ignoring_case(name, text_of(absent[i].name))) {
            return absent[i].what;
        }
    }
    return NULL;
}

const struct condition_function *condition__function(struct reader *reader, struct word name)
{
    const char *names[COUNT_OF(functions)];
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        names[i] = functions[i].name;
        if (text_equals_ignoring_case(name.text, text_of(functions[i].name))) {
            return &functions[i];
        }
    }
    const char *what = condition__absent(name.text);
    const char *nearest = text_nearest(name.text, names, COUNT_OF(names));
    struct text hint = what != NULL ? text_format(reader->arena, "; %s", what)
                       : nearest != NULL
                           ? text_format(reader->arena, "; did you mean '%s'?", nearest)
                           : TEXT("");
    condition__refuse(reader, name.from,
                      text_format(reader->arena, "unknown function '%.*s'%.*s",
                                  TEXT_ARGS(name.text), TEXT_ARGS(hint)));
    return NULL;
}

bool condition__is_function(struct text name)
{
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        if (text_equals_ignoring_case(name, text_of(functions[i].name))) {
            return true;
        }
    }
    return false;
}

static bool check_plain(struct reader *reader, struct node *node, const char *who)
{
    const struct condition_function *function = node->function;
    for (size_t i = 0; i < node->count; i++) {
        if (!condition__ask(reader, node->items[i], function->kinds[i], who)) {
            return false;
        }
    }
    bool is_same = function->gives == CONDITION_ANY;
    node->kind = is_same ? node->items[0]->kind : function->gives;
    node->currency = is_same ? node->items[0]->currency : NULL;
    return true;
}

/* The items from `first` on are of one kind, and so is the call. */
static bool check_agree(struct reader *reader, struct node *node, size_t first, const char *who)
{
    const struct condition_function *function = node->function;
    unsigned kinds = first == 0 ? function->kinds[0] : KINDS_ANY;
    for (size_t i = first; i < node->count; i++) { /* '2026-03-01' where only times may stand */
        if (node->items[i]->kind == CONDITION_TEXT &&
            !condition__ask(reader, node->items[i], kinds, who)) {
            return false;
        }
    }
    const struct node *leader = condition__agree(reader, node->items + first, node->count - first,
                                                 "they must be of one kind");
    if (leader == NULL) {
        return false;
    }
    struct node as_one = *leader;
    if (!condition__ask(reader, &as_one, kinds, who)) {
        return false;
    }
    bool is_same = function->gives == CONDITION_ANY;
    node->kind = is_same ? leader->kind : function->gives;
    node->currency = is_same ? leader->currency : NULL;
    return true;
}

static bool check_round(struct reader *reader, struct node *node)
{
    const struct node *item = node->items[0];
    if (item->shape != NODE_BINARY || item->operation->sign[0] != '/') {
        return condition__refuse(reader, item->from,
                                 TEXT("numbers are whole; round() is for a division: "
                                      "round(amount * 15 / 100)"));
    }
    node->kind = item->kind;
    node->currency = item->currency;
    return true;
}

bool condition__check_call(struct reader *reader, struct node *node)
{
    const struct condition_function *function = node->function;
    char who[64];
    snprintf(who, sizeof who, "%s()", function->name);
    if (node->count < function->count_min || node->count > function->count_max) {
        return condition__refuse(reader, node->from,
                                 text_format(reader->arena, "%s has %zu argument%s here; it is %s",
                                             who, node->count, node->count == 1 ? "" : "s",
                                             function->usage));
    }
    switch (function->rule) {
    case FUNCTION_PLAIN:
        return check_plain(reader, node, who);
    case FUNCTION_AGREE:
        return check_agree(reader, node, 0, who);
    case FUNCTION_IIF:
        return condition__ask(reader, node->items[0], KIND(FLAG), who) &&
               check_agree(reader, node, 1, who);
    case FUNCTION_ROUND:
        return check_round(reader, node);
    }
    return false;
}
