/* sqlite_functions.c - what conditions call and SQL does not have, or has otherwise.
 *
 * SQL's own + turns a sum that is too large into a fraction without a word; its lower() knows only
 * ASCII; its replace() and instr() take hours over texts made for that. Each function here looks at
 * a byte of its arguments a few times at most. A null among the arguments gives null.
 */
#include "engine/condition/sqlite_condition.h"

#include "base/clock.h"
#include "base/json.h"

#include <string.h>

enum { JSON_VALUES_MAX = 10000, WEIGHTS_MAX = 64, WEIGHT_MAX = 1000 };

static struct text text_argument(sqlite3_value *value)
{
    const char *data = (const char *)sqlite3_value_text(value);
    int bytes = sqlite3_value_bytes(value);
    return (struct text){data == NULL ? "" : data, (size_t)bytes};
}

/* True when the function has its answer already: null. */
static bool is_null(sqlite3_context *context, int count, sqlite3_value **values)
{
    for (int i = 0; i < count; i++) {
        if (sqlite3_value_type(values[i]) == SQLITE_NULL) {
            sqlite3_result_null(context);
            return true;
        }
    }
    return false;
}

static void give_text(sqlite3_context *context, struct text text)
{
    sqlite3_result_text64(context, text.data, text.bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* ---- numbers ---- */

static void give_number(sqlite3_context *context, bool is_too_large, int64_t number,
                        const char *what)
{
    if (is_too_large || number == FIELD_NONE) { /* which means null everywhere else */
        sqlite3_result_error(context, what, -1);
        return;
    }
    sqlite3_result_int64(context, number);
}

static void sum(sqlite3_context *context, int count, sqlite3_value **values)
{
    int64_t answer = 0;
    if (!is_null(context, count, values)) {
        bool is_too_large = __builtin_add_overflow(sqlite3_value_int64(values[0]),
                                                   sqlite3_value_int64(values[1]), &answer);
        give_number(context, is_too_large, answer, "a sum does not fit into 64 bits");
    }
}

static void difference(sqlite3_context *context, int count, sqlite3_value **values)
{
    int64_t answer = 0;
    if (!is_null(context, count, values)) {
        bool is_too_large = __builtin_sub_overflow(sqlite3_value_int64(values[0]),
                                                   sqlite3_value_int64(values[1]), &answer);
        give_number(context, is_too_large, answer, "a difference does not fit into 64 bits");
    }
}

static void product(sqlite3_context *context, int count, sqlite3_value **values)
{
    int64_t answer = 0;
    if (!is_null(context, count, values)) {
        bool is_too_large = __builtin_mul_overflow(sqlite3_value_int64(values[0]),
                                                   sqlite3_value_int64(values[1]), &answer);
        give_number(context, is_too_large, answer, "a product does not fit into 64 bits");
    }
}

/* What is left over is cut off, or makes the answer one more in either direction from the half on.
 * Divided by nothing there is no answer. */
static void divide(sqlite3_context *context, sqlite3_value **values, bool is_rounded)
{
    int64_t left = sqlite3_value_int64(values[0]);
    int64_t right = sqlite3_value_int64(values[1]);
    if (right == 0) {
        sqlite3_result_null(context);
        return;
    }
    if (left == INT64_MIN || right == INT64_MIN) {
        give_number(context, true, 0, "a number of a division does not fit into 64 bits");
        return;
    }
    int64_t answer = left / right;
    int64_t rest = left % right < 0 ? -(left % right) : left % right;
    int64_t size = right < 0 ? -right : right;
    if (is_rounded && rest >= size - rest) {
        answer += (left < 0) == (right < 0) ? 1 : -1;
    }
    sqlite3_result_int64(context, answer);
}

static void quotient(sqlite3_context *context, int count, sqlite3_value **values)
{
    if (!is_null(context, count, values)) {
        divide(context, values, false);
    }
}

static void rounded(sqlite3_context *context, int count, sqlite3_value **values)
{
    if (!is_null(context, count, values)) {
        divide(context, values, true);
    }
}

/* ---- times ---- */

/* moved(time, number, unit) */
static void moved(sqlite3_context *context, int count, sqlite3_value **values)
{
    int64_t way = 0;
    int64_t answer = 0;
    if (!is_null(context, count, values)) {
        bool is_too_large = __builtin_mul_overflow(sqlite3_value_int64(values[1]),
                                                   sqlite3_value_int64(values[2]), &way) ||
                            __builtin_add_overflow(sqlite3_value_int64(values[0]), way, &answer);
        give_number(context, is_too_large, answer, "a time is too far away");
    }
}

/* elapsed(earlier, later, unit) */
static void elapsed(sqlite3_context *context, int count, sqlite3_value **values)
{
    int64_t way = 0;
    if (!is_null(context, count, values)) {
        bool is_too_large = __builtin_sub_overflow(sqlite3_value_int64(values[1]),
                                                   sqlite3_value_int64(values[0]), &way);
        give_number(context, is_too_large, way / sqlite3_value_int64(values[2]),
                    "two times are too far from each other");
    }
}

/* ---- texts ---- */

/* Letters whose UTF-8 takes two bytes: Latin-1, Greek and Cyrillic; both forms take two there. */
static unsigned lower_letter(unsigned letter)
{
    if ((letter >= 0xC0 && letter <= 0xDE && letter != 0xD7) ||
        (letter >= 0x391 && letter <= 0x3A9 && letter != 0x3A2) ||
        (letter >= 0x410 && letter <= 0x42F)) {
        return letter + 0x20;
    }
    if (letter >= 0x400 && letter <= 0x40F) {
        return letter + 0x50;
    }
    bool is_paired = (letter >= 0x48A && letter <= 0x4BF) || (letter >= 0x4D0 && letter <= 0x52F);
    return is_paired ? letter | 1u : letter;
}

static unsigned upper_letter(unsigned letter)
{
    if (letter == 0x3C2) { /* the sigma that ends a word */
        return 0x3A3;
    }
    if ((letter >= 0xE0 && letter <= 0xFE && letter != 0xF7) ||
        (letter >= 0x3B1 && letter <= 0x3C9) || (letter >= 0x430 && letter <= 0x44F)) {
        return letter - 0x20;
    }
    if (letter >= 0x450 && letter <= 0x45F) {
        return letter - 0x50;
    }
    bool is_paired = (letter >= 0x48A && letter <= 0x4BF) || (letter >= 0x4D0 && letter <= 0x52F);
    return is_paired ? letter & ~1u : letter;
}

static void change_case(sqlite3_context *context, struct text text,
                        unsigned (*change)(unsigned letter), char first, int step)
{
    char *changed = sqlite3_malloc64(text.bytes + 1);
    if (changed == NULL) {
        memory_refused();
    }
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char lead = (unsigned char)text.data[i];
        changed[i] = text.data[i];
        if (text.data[i] >= first && text.data[i] <= first + 25) {
            changed[i] = (char)(text.data[i] + step);
        } else if (lead >= 0xC2 && lead < 0xE0 && i + 1 < text.bytes) {
            unsigned letter = (lead & 0x1Fu) << 6 | ((unsigned char)text.data[i + 1] & 0x3Fu);
            letter = change(letter);
            changed[i] = (char)(0xC0 | letter >> 6);
            changed[i + 1] = (char)(0x80 | (letter & 0x3F));
            i++;
        }
    }
    sqlite3_result_text64(context, changed, text.bytes, sqlite3_free, SQLITE_UTF8);
}

static void lower(sqlite3_context *context, int count, sqlite3_value **values)
{
    if (!is_null(context, count, values)) {
        change_case(context, text_argument(values[0]), lower_letter, 'A', 'a' - 'A');
    }
}

static void upper(sqlite3_context *context, int count, sqlite3_value **values)
{
    if (!is_null(context, count, values)) {
        change_case(context, text_argument(values[0]), upper_letter, 'a', 'A' - 'a');
    }
}

/* Where the part begins; memmem takes linear time. */
static const char *find(struct text text, struct text part)
{
    return memmem(text.data, text.bytes, part.data, part.bytes);
}

static void instr(sqlite3_context *context, int count, sqlite3_value **values)
{
    if (is_null(context, count, values)) {
        return;
    }
    struct text text = text_argument(values[0]);
    const char *found = find(text, text_argument(values[1]));
    int64_t position = found == NULL ? 0 : 1;
    for (const char *at = text.data; found != NULL && at < found; at++) {
        position += ((unsigned char)*at & 0xC0) != 0x80;
    }
    sqlite3_result_int64(context, position);
}

static void contains(sqlite3_context *context, int count, sqlite3_value **values)
{
    if (!is_null(context, count, values)) {
        const char *found = find(text_argument(values[0]), text_argument(values[1]));
        sqlite3_result_int(context, found != NULL);
    }
}

/* ---- digits: numbers that carry a check of themselves ---- */

static bool is_digits(struct text text)
{
    bool is_digits = text.bytes > 0;
    for (size_t i = 0; i < text.bytes; i++) {
        is_digits = is_digits && text.data[i] >= '0' && text.data[i] <= '9';
    }
    return is_digits;
}

static void only_digits(sqlite3_context *context, int count, sqlite3_value **values)
{
    if (!is_null(context, count, values)) {
        sqlite3_result_int(context, is_digits(text_argument(values[0])));
    }
}

/* "2 4 10": how many there are; 0: they are something else. */
static size_t read_weights(struct text written, int64_t weights[WEIGHTS_MAX])
{
    size_t count = 0;
    struct text rest = written;
    while (rest.data != NULL) {
        struct text weight;
        text_cut(rest, ' ', &weight, &rest);
        bool is_weight = count < WEIGHTS_MAX && is_digits(weight) &&
                         text_to_integer(weight, &weights[count]) && weights[count] <= WEIGHT_MAX;
        if (!is_weight) {
            return 0;
        }
        count++;
    }
    return count;
}

/* The sum of the digits, each times its weight; the weights begin again when they are over. Null of
 * what has other letters than digits. */
static void weigh_digits(sqlite3_context *context, int count, sqlite3_value **values)
{
    int64_t weights[WEIGHTS_MAX];
    int64_t sum = 0;
    if (is_null(context, count, values)) {
        return;
    }
    struct text digits = text_argument(values[0]);
    size_t weight_count = read_weights(text_argument(values[1]), weights);
    if (weight_count == 0 || !is_digits(digits)) {
        return;
    }
    for (size_t i = 0; i < digits.bytes; i++) {
        sum += (digits.data[i] - '0') * weights[i % weight_count];
    }
    sqlite3_result_int64(context, sum);
}

static void starts_with(sqlite3_context *context, int count, sqlite3_value **values)
{
    if (!is_null(context, count, values)) {
        bool answer = text_starts_with(text_argument(values[0]), text_argument(values[1]));
        sqlite3_result_int(context, answer);
    }
}

static void ends_with(sqlite3_context *context, int count, sqlite3_value **values)
{
    if (!is_null(context, count, values)) {
        struct text text = text_argument(values[0]);
        struct text end = text_argument(values[1]);
        bool answer = end.bytes <= text.bytes &&
                      text_equals(text_slice(text, text.bytes - end.bytes, text.bytes), end);
        sqlite3_result_int(context, answer);
    }
}

static size_t count_parts(struct text text, struct text part)
{
    size_t count = 0;
    const char *found = find(text, part);
    while (found != NULL) {
        count++;
        size_t next = (size_t)(found - text.data) + part.bytes;
        text = text_slice(text, next, text.bytes);
        found = find(text, part);
    }
    return count;
}

static void replace(sqlite3_context *context, int count, sqlite3_value **values)
{
    if (is_null(context, count, values)) {
        return;
    }
    struct text text = text_argument(values[0]);
    struct text part = text_argument(values[1]);
    struct text by = text_argument(values[2]);
    size_t parts = part.bytes == 0 ? 0 : count_parts(text, part);
    size_t bytes = text.bytes - parts * part.bytes + parts * by.bytes;
    if (bytes > CONDITION_VALUE_BYTES_MAX) {
        sqlite3_result_error_toobig(context);
        return;
    }
    char *written = sqlite3_malloc64(bytes + 1);
    if (written == NULL) {
        memory_refused();
    }
    size_t at = 0;
    for (size_t i = 0; i < parts; i++) {
        size_t before = (size_t)(find(text, part) - text.data);
        memcpy(written + at, text.data, before);
        memcpy(written + at + before, by.data, by.bytes);
        at += before + by.bytes;
        text = text_slice(text, before + part.bytes, text.bytes);
    }
    memcpy(written + at, text.data, text.bytes);
    MUST(at + text.bytes == bytes);
    sqlite3_result_text64(context, written, bytes, sqlite3_free, SQLITE_UTF8);
}

/* ---- lists ---- */

static bool are_equal(sqlite3_value *left, sqlite3_value *right)
{
    int type = sqlite3_value_type(left);
    if (type != sqlite3_value_type(right)) {
        return false;
    }
    if (type == SQLITE_INTEGER) {
        return sqlite3_value_int64(left) == sqlite3_value_int64(right);
    }
    const void *bytes = sqlite3_value_blob(left);
    int count = sqlite3_value_bytes(left);
    return count == sqlite3_value_bytes(right) &&
           (count == 0 || memcmp(bytes, sqlite3_value_blob(right), (size_t)count) == 0);
}

/* is_one_of(value, item, ...): SQL's IN. */
static void is_one_of(sqlite3_context *context, int count, sqlite3_value **values)
{
    bool is_unknown = sqlite3_value_type(values[0]) == SQLITE_NULL;
    for (int i = 1; i < count && !is_unknown; i++) {
        if (are_equal(values[0], values[i])) {
            sqlite3_result_int(context, 1);
            return;
        }
    }
    for (int i = 1; i < count; i++) {
        is_unknown = is_unknown || sqlite3_value_type(values[i]) == SQLITE_NULL;
    }
    if (is_unknown) {
        sqlite3_result_null(context);
        return;
    }
    sqlite3_result_int(context, 0);
}

/* NULL, and the fault is told, when it is no JSON of that kind. */
static const struct json *read_json(sqlite3_context *context, struct arena *scratch,
                                    struct text text, enum json_kind kind)
{
    const struct json *root = NULL;
    struct json_error error;
    enum status status = json_read(scratch, text, JSON_VALUES_MAX, &root, &error);
    if (status == STATUS_TOO_LARGE) {
        sqlite3_result_error_toobig(context);
    } else if (status != STATUS_OK || root->kind != kind) {
        sqlite3_result_error_code(context, SQLITE_MISMATCH);
        root = NULL;
    }
    return root;
}

static void list_count(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct arena *scratch = sqlite3_user_data(context);
    if (is_null(context, count, values)) {
        return;
    }
    const struct json *list = read_json(context, scratch, text_argument(values[0]), JSON_ARRAY);
    if (list != NULL) {
        sqlite3_result_int64(context, (int64_t)list->count);
    }
    arena_reset(scratch);
}

static void list_has(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct arena *scratch = sqlite3_user_data(context);
    if (is_null(context, count, values)) {
        return;
    }
    struct text wanted = text_argument(values[1]);
    const struct json *list = read_json(context, scratch, text_argument(values[0]), JSON_ARRAY);
    if (list != NULL) {
        const struct json *item = list->first;
        while (item != NULL && !(item->kind == JSON_STRING && text_equals(item->text, wanted))) {
            item = item->next;
        }
        sqlite3_result_int(context, item != NULL);
    }
    arena_reset(scratch);
}

/* ---- members of objects ---- */

static void give_string(sqlite3_context *context, struct text text, enum condition_kind kind)
{
    int64_t number = 0;
    struct id id;
    if (kind == CONDITION_TEXT) {
        give_text(context, text);
    } else if (kind == CONDITION_ID && id_read(text, &id)) {
        sqlite3_result_blob(context, id.bytes, ID_BYTES, SQLITE_TRANSIENT);
    } else if ((kind == CONDITION_TIME && clock_read(text, &number)) ||
               (kind == CONDITION_DATE && condition__read_date(text, &number))) {
        sqlite3_result_int64(context, number);
    }
}

/* Null when it is not of the kind. */
static void give_member(sqlite3_context *context, const struct json *member,
                        enum condition_kind kind)
{
    int64_t number = 0;
    if (kind == CONDITION_ANY) { /* only asked whether it is null */
        sqlite3_result_int(context, 1);
        return;
    }
    switch (member->kind) {
    case JSON_NULL:
        break;
    case JSON_FALSE:
    case JSON_TRUE:
        if (kind == CONDITION_FLAG) {
            sqlite3_result_int(context, member->kind == JSON_TRUE);
        }
        break;
    case JSON_NUMBER:
        if ((kind == CONDITION_INTEGER || kind == CONDITION_MONEY) &&
            json_to_integer(member, &number) && number != FIELD_NONE) {
            sqlite3_result_int64(context, number);
        }
        break;
    case JSON_STRING:
        give_string(context, member->text, kind);
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        if (kind == (member->kind == JSON_ARRAY ? CONDITION_TEXTS : CONDITION_OBJECT)) {
            give_text(context, member->text);
        }
        break;
    }
}

/* member(object, 'path.to.it', kind) */
static void member(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct arena *scratch = sqlite3_user_data(context);
    if (is_null(context, count, values)) {
        return;
    }
    struct text rest = text_argument(values[1]);
    const struct json *found = read_json(context, scratch, text_argument(values[0]), JSON_OBJECT);
    while (found != NULL && rest.bytes > 0) {
        struct text name;
        if (!text_cut(rest, '.', &name, &rest)) {
            rest = TEXT("");
        }
        found = json_member(found, name);
    }
    if (found != NULL && found->kind != JSON_NULL) {
        give_member(context, found, (enum condition_kind)sqlite3_value_int(values[2]));
    }
    arena_reset(scratch);
}

/* ---- the list ---- */

static const struct own_function {
    const char *name;
    int count;
    void (*function)(sqlite3_context *context, int count, sqlite3_value **values);
} own_functions[] = {
    {"sum", 2, sum},
    {"difference", 2, difference},
    {"product", 2, product},
    {"quotient", 2, quotient},
    {"rounded", 2, rounded},
    {"moved", 3, moved},
    {"elapsed", 3, elapsed},
    {"lower", 1, lower},
    {"upper", 1, upper},
    {"instr", 2, instr},
    {"contains", 2, contains},
    {"starts_with", 2, starts_with},
    {"ends_with", 2, ends_with},
    {"replace", 3, replace},
    {"only_digits", 1, only_digits},
    {"weigh_digits", 2, weigh_digits},
    {"is_one_of", -1, is_one_of},
    {"list_count", 1, list_count},
    {"list_has", 2, list_has},
    {"member", 3, member},
};

static const char *const sql_functions[] = {"abs", "coalesce", "ifnull", "iif",    "length",
                                            "max", "min",      "nullif", "substr", "trim"};

void condition__add_functions(sqlite3 *db, struct arena *scratch)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    for (size_t i = 0; i < COUNT_OF(own_functions); i++) {
        const struct own_function *own = &own_functions[i];
        int code = sqlite3_create_function_v2(db, own->name, own->count, flags, scratch,
                                              own->function, NULL, NULL, NULL);
        if (code == SQLITE_NOMEM) {
            memory_refused();
        }
        MUST(code == SQLITE_OK);
    }
}

bool condition__may_call(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(own_functions); i++) {
        if (sqlite3_stricmp(name, own_functions[i].name) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < COUNT_OF(sql_functions); i++) {
        if (sqlite3_stricmp(name, sql_functions[i]) == 0) {
            return true;
        }
    }
    return false;
}
