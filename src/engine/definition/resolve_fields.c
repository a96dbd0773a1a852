/* resolve_fields.c - the fields: which limits a kind has, and whether they make sense. */
#include "engine/definition/resolve.h"

#include "base/money.h"
#include "base/must.h"
#include "engine/files/media_type.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum {
    LETTERS_MAX = 100000,
    ITEMS_MAX = 20,
    EMAIL_LETTERS_MAX = 254,
    PHONE_LETTERS_MAX = 16,
};

enum {
    HAS_LETTERS = 1, /* min and max are letters, max is needed */
    HAS_NUMBERS = 2,
    HAS_CURRENCY = 4,
    HAS_CHOICES = 8,
    HAS_ITEMS = 16,
    HAS_DEFAULT = 32,
    HAS_TYPES = 64, /* max is bytes, and is needed */
};

static const struct {
    const char *said; /* "a text" */
    unsigned has;
} kinds[CASE_KIND_COUNT] = {
    [CASE_TEXT] = {"a text", HAS_LETTERS | HAS_DEFAULT},
    [CASE_CHOICE] = {"a choice", HAS_CHOICES | HAS_DEFAULT},
    [CASE_EMAIL] = {"an email", 0},
    [CASE_PHONE] = {"a phone", 0},
    [CASE_INTEGER] = {"an integer", HAS_NUMBERS | HAS_DEFAULT},
    [CASE_MONEY] = {"money", HAS_NUMBERS | HAS_CURRENCY | HAS_DEFAULT},
    [CASE_FLAG] = {"a flag", HAS_DEFAULT},
    [CASE_ID] = {"an id", 0},
    [CASE_DATE] = {"a date", 0},
    [CASE_TIME] = {"a time", 0},
    [CASE_TEXTS] = {"texts", HAS_LETTERS | HAS_ITEMS},
    [CASE_OBJECT] = {"an object", 0},
    [CASE_FILES] = {"files", HAS_ITEMS | HAS_TYPES},
};

static const char *const kind_names[] = {
#define X(constant, name, meaning) name,
    CASE_KIND_LIST(X)
#undef X
};
static_assert(COUNT_OF(kind_names) == CASE_KIND_COUNT, "every kind has a word");

static bool find_kind(struct text written, enum case_kind *kind_out)
{
    for (size_t i = 0; i < COUNT_OF(kind_names); i++) {
        if (text_equals(written, text_of(kind_names[i]))) {
            *kind_out = (enum case_kind)i;
            return true;
        }
    }
    return false;
}

/* ---- what a kind does not have ---- */

static void refuse_entry(struct resolver *resolver, const struct case_field *field,
                         const char *entry, struct spot at, unsigned needed)
{
    if (at.line != 0 && (kinds[field->kind].has & needed) == 0) {
        complain(resolver->complaints, at, "field \"%.*s\": %s has no \"%s\"",
                 TEXT_ARGS(field->name), kinds[field->kind].said, entry);
    }
}

static void refuse_entries(struct resolver *resolver, const struct written_field *written,
                           const struct case_field *field)
{
    refuse_entry(resolver, field, "min", written->min.at, HAS_LETTERS | HAS_NUMBERS);
    refuse_entry(resolver, field, "max", written->max.at, HAS_LETTERS | HAS_NUMBERS | HAS_TYPES);
    refuse_entry(resolver, field, "types",
                 written->types.count > 0 ? written->types.items[0].at : (struct spot){0},
                 HAS_TYPES);
    refuse_entry(resolver, field, "max_items", written->max_items.at, HAS_ITEMS);
    refuse_entry(resolver, field, "currency", written->currency.at, HAS_CURRENCY);
    refuse_entry(resolver, field, "choices", written->choices.at, HAS_CHOICES);
    refuse_entry(resolver, field, "default", written->otherwise.at, HAS_DEFAULT);
}

static void need_entry(struct resolver *resolver, const struct case_field *field, const char *entry,
                       struct spot at, const char *why)
{
    if (at.line == 0) {
        complain(resolver->complaints, field->at, "field \"%.*s\": %s needs \"%s\": %s",
                 TEXT_ARGS(field->name), kinds[field->kind].said, entry, why);
    }
}

/* ---- numbers ---- */

/* "100" is 100 of the currency, as "100.00" is. */
static bool read_amount(struct resolver *resolver, const struct case_field *field,
                        struct text written, int64_t *minor_out)
{
    struct money money;
    struct text currency = text_of(field->currency);
    int decimals = money_decimals(currency);
    bool is_whole = memchr(written.data, '.', written.bytes) == NULL;
    if (decimals > 0 && is_whole) {
        written = text_format(resolver->complaints->scratch, "%.*s.%0*d", TEXT_ARGS(written),
                              decimals, 0);
    }
    bool is_good = decimals >= 0 && money_read(written, currency, &money);
    *minor_out = is_good ? money.minor : 0;
    return is_good;
}

static bool read_number(struct resolver *resolver, const struct case_field *field,
                        struct text written, int64_t *number_out)
{
    if (field->kind == CASE_MONEY) {
        return read_amount(resolver, field, written, number_out);
    }
    return text_to_integer(written, number_out);
}

/* A limit that was written, or what is there already. */
static void take_limit(struct resolver *resolver, const struct case_field *field, const char *entry,
                       struct word word, int64_t *limit_inout)
{
    int64_t number = 0;
    bool is_letters = (kinds[field->kind].has & HAS_LETTERS) != 0;
    bool is_unclear = field->kind == CASE_MONEY && field->currency[0] == '\0';
    if (word.text.data == NULL || is_unclear) {
        return;
    }
    bool is_good = read_number(resolver, field, word.text, &number) &&
                   (!is_letters || (number >= 0 && number <= LETTERS_MAX));
    if (!is_good) {
        struct text quote = complaint_quote(resolver->complaints, word.text);
        complain(resolver->complaints, word.at,
                 "field \"%.*s\": \"%s\" is \"%.*s\", but must be %s", TEXT_ARGS(field->name),
                 entry, TEXT_ARGS(quote),
                 is_letters                  ? "a number of letters from 0 to 100000"
                 : field->kind == CASE_MONEY ? "an amount like 100 or 99.50"
                                             : "a whole number");
        return;
    }
    *limit_inout = number;
}

static void take_limits(struct resolver *resolver, const struct written_field *written,
                        struct case_field *field)
{
    bool is_letters = (kinds[field->kind].has & HAS_LETTERS) != 0;
    field->minimum = is_letters ? 0 : INT64_MIN;
    field->maximum = is_letters ? LETTERS_MAX : INT64_MAX;
    take_limit(resolver, field, "min", written->min, &field->minimum);
    take_limit(resolver, field, "max", written->max, &field->maximum);
    if (field->minimum > field->maximum) {
        complain(resolver->complaints, written->min.at,
                 "field \"%.*s\": \"min\" is more than \"max\"", TEXT_ARGS(field->name));
    }
    if (is_letters) {
        need_entry(resolver, field, "max", written->max.at, "the most letters");
        if (word_is_written(written->max) && field->maximum == 0) {
            complain(resolver->complaints, written->max.at,
                     "field \"%.*s\": \"max\" is 0, so nothing could be written",
                     TEXT_ARGS(field->name));
        }
    }
}

static void take_currency(struct resolver *resolver, const struct written_field *written,
                          struct case_field *field)
{
    struct text currency = written->currency.text;
    need_entry(resolver, field, "currency", written->currency.at, "its code, like RUB");
    if (currency.data == NULL) {
        return;
    }
    if (money_decimals(currency) < 0) {
        struct text quote = complaint_quote(resolver->complaints, currency);
        complain(resolver->complaints, written->currency.at,
                 "field \"%.*s\": there is no currency \"%.*s\"; it is a code like RUB or USD",
                 TEXT_ARGS(field->name), TEXT_ARGS(quote));
        return;
    }
    MUST(currency.bytes < sizeof field->currency);
    memcpy(field->currency, currency.data, currency.bytes);
}

/* ---- files ---- */

static void take_types(struct resolver *resolver, const struct words *written,
                       struct case_field *field)
{
    struct text *types = ARENA_ARRAY(resolver->arena, struct text, written->count + 1);
    field->types = types;
    for (size_t i = 0; i < written->count; i++) {
        if (media_type_by_word(written->items[i].text) == NULL) {
            struct text quote = complaint_quote(resolver->complaints, written->items[i].text);
            complain(resolver->complaints, written->items[i].at,
                     "field \"%.*s\": there is no type \"%.*s\"; there are pdf, png, jpeg, webp, "
                     "heic, tiff and zip",
                     TEXT_ARGS(field->name), TEXT_ARGS(quote));
        }
        types[field->type_count++] = written->items[i].text;
    }
}

/* How large one may be is said for each field: it costs room. */
static void take_file_bytes(struct resolver *resolver, const struct written_field *written,
                            struct case_field *field)
{
    need_entry(resolver, field, "max", written->max.at, "the most bytes");
    bool is_good = !word_is_written(written->max) ||
                   (text_to_integer(written->max.text, &field->maximum) && field->maximum >= 1 &&
                    field->maximum <= CASE_FILE_BYTES_MAX);
    if (!is_good) {
        complain(resolver->complaints, written->max.at,
                 "field \"%.*s\": \"max\" must be a number of bytes from 1 to %d",
                 TEXT_ARGS(field->name), CASE_FILE_BYTES_MAX);
    }
}

/* ---- choices and defaults ---- */

static void take_choices(struct resolver *resolver, const struct written_field *written,
                         struct case_field *field)
{
    const struct written_label *items = written->choices.items;
    size_t count = written->choices.count;
    struct choice *choices = ARENA_ARRAY(resolver->arena, struct choice, count);
    struct names names;
    need_entry(resolver, field, "choices", written->choices.at, "what may be chosen");
    names_init(resolver, &names, "the choice", count);
    field->choices = choices;
    for (size_t i = 0; i < count; i++) {
        if (items[i].name.text.data != NULL) {
            names_add(resolver, &names, items[i].name);
            choices[field->choice_count++] = (struct choice){
                .name = items[i].name.text,
                .label = resolve__label(resolver, &items[i]),
            };
        }
    }
}

static bool is_choice(const struct case_field *field, struct text written)
{
    for (size_t i = 0; i < field->choice_count; i++) {
        if (text_equals(written, field->choices[i].name)) {
            return true;
        }
    }
    return false;
}

/* Also true of kinds that have no default: that was said already. */
static bool default_fits(struct resolver *resolver, const struct case_field *field,
                         struct text written)
{
    int64_t number = 0;
    if (field->kind == CASE_TEXT) {
        number = (int64_t)text_letters(written);
        return number >= field->minimum && number <= field->maximum;
    }
    if (field->kind == CASE_CHOICE) {
        return is_choice(field, written);
    }
    if (field->kind == CASE_FLAG) {
        return text_equals(written, TEXT("true")) || text_equals(written, TEXT("false"));
    }
    if (field->kind == CASE_INTEGER || field->kind == CASE_MONEY) {
        return read_number(resolver, field, written, &number) && number >= field->minimum &&
               number <= field->maximum;
    }
    return true;
}

static void take_default(struct resolver *resolver, const struct written_field *written,
                         struct case_field *field)
{
    bool is_unclear = field->kind == CASE_MONEY && field->currency[0] == '\0';
    field->otherwise = written->otherwise.text;
    if (field->otherwise.data != NULL && !is_unclear &&
        !default_fits(resolver, field, field->otherwise)) {
        struct text quote = complaint_quote(resolver->complaints, field->otherwise);
        complain(resolver->complaints, written->otherwise.at,
                 "field \"%.*s\": \"default\" is \"%.*s\", which could not be written in it",
                 TEXT_ARGS(field->name), TEXT_ARGS(quote));
    }
}

/* ---- the fields ---- */

static bool is_comparable(enum case_kind kind)
{
    return kind != CASE_TEXTS && kind != CASE_OBJECT && kind != CASE_FILES;
}

static void refuse_name(struct resolver *resolver, struct word name)
{
    bool is_reserved = text_equals_ignoring_case(name.text, TEXT("all"));
    for (size_t i = 0; i < workflow_given_name_count; i++) {
        is_reserved = is_reserved ||
                      text_equals_ignoring_case(name.text, text_of(workflow_given_names[i].name));
    }
    if (is_reserved) {
        struct text quote = complaint_quote(resolver->complaints, name.text);
        complain(resolver->complaints, name.at,
                 "no field may be called \"%.*s\": the word means something else",
                 TEXT_ARGS(quote));
    }
}

static void take_field(struct resolver *resolver, const struct written_field *written,
                       struct case_field *field)
{
    *field = (struct case_field){
        .name = written->label.name.text,
        .at = written->label.name.at,
        .label = resolve__label(resolver, &written->label),
        .is_secret = word_flag(written->secret),
        .is_found = word_flag(written->found),
        .must = resolve__expression(written->must),
        .because = resolve__because(resolver, &written->because, written->must, "must"),
        .was = resolve__was(resolver, &written->was),
    };
    refuse_name(resolver, written->label.name);
    if (!find_kind(written->kind.text, &field->kind)) {
        return; /* the form has complained */
    }
    refuse_entries(resolver, written, field);
    if (kinds[field->kind].has & HAS_CURRENCY) {
        take_currency(resolver, written, field);
    }
    if (kinds[field->kind].has & (HAS_LETTERS | HAS_NUMBERS)) {
        take_limits(resolver, written, field);
    }
    if (kinds[field->kind].has & HAS_CHOICES) {
        take_choices(resolver, written, field);
    }
    if (kinds[field->kind].has & HAS_ITEMS) {
        bool is_given = written->max_items.text.data != NULL;
        field->items_max = is_given ? (uint32_t)word_integer(written->max_items) : ITEMS_MAX;
    }
    if (kinds[field->kind].has & HAS_TYPES) {
        take_types(resolver, &written->types, field);
        take_file_bytes(resolver, written, field);
    }
    if (field->kind == CASE_EMAIL || field->kind == CASE_PHONE) {
        field->maximum = field->kind == CASE_EMAIL ? EMAIL_LETTERS_MAX : PHONE_LETTERS_MAX;
    }
    take_default(resolver, written, field);
    if (field->is_found && (!is_comparable(field->kind) || field->is_secret)) {
        complain(resolver->complaints, written->found.at,
                 "field \"%.*s\": cases cannot be looked for by %s", TEXT_ARGS(field->name),
                 field->is_secret ? "a secret" : kinds[field->kind].said);
    }
}

/* One open case for each value: so the values must be comparable. */
static void take_one_open_per(struct resolver *resolver, const struct case_field *fields)
{
    const struct words *written = &resolver->written->one_open_per;
    int *indexes = ARENA_ARRAY(resolver->arena, int, written->count);
    for (size_t i = 0; i < written->count; i++) {
        int index = resolve__name(resolver, &resolver->fields, written->items[i]);
        if (index == WORKFLOW_NOWHERE) {
            continue;
        }
        enum case_kind kind = fields[index].kind;
        if (!is_comparable(kind)) {
            complain(resolver->complaints, written->items[i].at,
                     "\"one_open_per\": %s cannot be compared; name another field",
                     kinds[kind].said);
        }
        indexes[resolver->workflow->one_open_per_count++] = index;
    }
    resolver->workflow->one_open_per = indexes;
}

static void check_was(const struct resolver *resolver)
{
    const struct written_field *written = resolver->written->fields.items;
    size_t count = resolver->written->fields.count;
    const struct words **lists = ARENA_ARRAY(resolver->arena, const struct words *, count + 1);
    for (size_t i = 0; i < count; i++) {
        lists[i] = &written[i].was;
    }
    resolve__check_was(resolver, &resolver->fields, lists, count);
}

void resolve__fields(struct resolver *resolver)
{
    const struct written_field *written = resolver->written->fields.items;
    size_t count = resolver->written->fields.count;
    struct case_field *fields = ARENA_ARRAY(resolver->arena, struct case_field, count);
    names_init(resolver, &resolver->fields, "field", count);
    for (size_t i = 0; i < count; i++) {
        names_add(resolver, &resolver->fields, written[i].label.name);
        take_field(resolver, &written[i], &fields[i]);
    }
    check_was(resolver);
    resolver->workflow->fields = fields;
    resolver->workflow->field_count = count;
    take_one_open_per(resolver, fields);
}
