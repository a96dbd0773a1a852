/* form_words.c - one written word: is it what the entry wants, and what does it say? */
#include "engine/definition/form.h"

#include "base/must.h"
#include "base/schedule.h"
#include "engine/workflow.h"

#include <inttypes.h>

enum { LABEL_BYTES_MAX = 200, EXPRESSION_BYTES_MAX = 2000, VALUE_BYTES_MAX = 2000 };

static const struct {
    const char *name;
    int64_t ms;
} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};

static bool is_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

static bool is_name(struct text text, bool may_have_dots)
{
    if (text.bytes == 0 || text.bytes > WORKFLOW_NAME_BYTES_MAX || !is_letter(text.data[0])) {
        return false;
    }
    for (size_t i = 1; i < text.bytes; i++) {
        char letter = text.data[i];
        bool is_mark = letter == '.' || letter == '-';
        bool is_inside = is_letter(letter) || (letter >= '0' && letter <= '9') || letter == '_';
        bool stands_alone = is_mark && (i + 1 == text.bytes || text.data[i - 1] == letter);
        if (!is_inside && (!is_mark || !may_have_dots || stands_alone)) {
            return false;
        }
    }
    return true;
}

static bool is_line(struct text text, size_t bytes_max)
{
    for (size_t i = 0; i < text.bytes; i++) {
        if ((unsigned char)text.data[i] < ' ') {
            return false;
        }
    }
    return text.bytes > 0 && text.bytes <= bytes_max;
}

static bool read_duration(struct text text, int64_t *ms_out)
{
    size_t digits = 0;
    int64_t number = 0;
    while (digits < text.bytes && text.data[digits] >= '0' && text.data[digits] <= '9') {
        digits++;
    }
    if (!text_to_integer(text_slice(text, 0, digits), &number)) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (text_equals(text_slice(text, digits, text.bytes), text_of(units[i].name))) {
            return !__builtin_mul_overflow(number, units[i].ms, ms_out);
        }
    }
    return false;
}

static bool is_within(const struct entry *entry, int64_t number)
{
    bool is_any = entry->minimum == 0 && entry->maximum == 0;
    return is_any || (number >= entry->minimum && number <= entry->maximum);
}

static bool is_choice(const struct entry *entry, struct text written)
{
    for (size_t i = 0; i < entry->choice_count; i++) {
        if (text_equals(written, text_of(entry->choices[i]))) {
            return true;
        }
    }
    return false;
}

bool entry_fits(struct arena *arena, const struct entry *entry, enum entry_kind kind,
                struct text written)
{
    struct schedule schedule;
    struct text error;
    int64_t number;
    switch (kind) {
    case ENTRY_NAME:
        return is_name(written, false);
    case ENTRY_DOTTED:
        return is_name(written, true);
    case ENTRY_LABEL:
        return is_line(written, LABEL_BYTES_MAX);
    case ENTRY_EXPRESSION:
        return text_trim(written).bytes > 0 && written.bytes <= EXPRESSION_BYTES_MAX;
    case ENTRY_VALUE:
        return written.bytes <= VALUE_BYTES_MAX;
    case ENTRY_INTEGER:
        return text_to_integer(written, &number) && is_within(entry, number);
    case ENTRY_FLAG:
        return text_equals(written, TEXT("true")) || text_equals(written, TEXT("false"));
    case ENTRY_DURATION:
        return read_duration(written, &number) && is_within(entry, number);
    case ENTRY_SCHEDULE:
        return schedule_read(arena, written, &schedule, &error) == STATUS_OK;
    case ENTRY_CHOICE:
        return is_choice(entry, written);
    case ENTRY_NAMES:
    case ENTRY_DOTTEDS:
    case ENTRY_NAME_SETS:
    case ENTRY_EXPRESSIONS:
    case ENTRY_MEMBERS:
    case ENTRY_SIGHTS:
    case ENTRY_FORM:
    case ENTRY_FORMS:
    case ENTRY_KIND_COUNT:
        break;
    }
    must_failed(__FILE__, __LINE__, "a kind of single words");
}

static struct text say_choices(struct arena *arena, const struct entry *entry)
{
    struct text said = TEXT("one of ");
    for (size_t i = 0; i < entry->choice_count; i++) {
        said =
            text_format(arena, "%.*s%s%s", TEXT_ARGS(said), i > 0 ? ", " : "", entry->choices[i]);
    }
    return said;
}

static struct text say_duration(struct arena *arena, int64_t ms)
{
    size_t best = 0;
    for (size_t i = 1; i < COUNT_OF(units) && ms != 0; i++) {
        best = ms % units[i].ms == 0 ? i : best;
    }
    return text_format(arena, "%" PRId64 "%s", ms / units[best].ms, units[best].name);
}

struct text entry_expected(struct arena *arena, const struct entry *entry, enum entry_kind kind)
{
    static const char *const sentences[ENTRY_KIND_COUNT] = {
        [ENTRY_NAME] = "a name like company_form: letters, digits and _, 64 at most",
        [ENTRY_DOTTED] = "a name like orders.new: letters, digits, _, and . or - inside",
        [ENTRY_LABEL] = "a line of text, 200 bytes at most",
        [ENTRY_EXPRESSION] = "an expression like price > 0, 2000 bytes at most",
        [ENTRY_VALUE] = "a word, 2000 bytes at most",
        [ENTRY_INTEGER] = "a whole number",
        [ENTRY_FLAG] = "true or false",
        [ENTRY_DURATION] = "a duration like 10s, 5m, 2h or 30d",
        [ENTRY_SCHEDULE] = "a schedule like daily 18:00 or every 10m",
        [ENTRY_NAMES] = "a name or a list of names",
        [ENTRY_DOTTEDS] = "a name like orders.new, or a list of them",
        [ENTRY_NAME_SETS] = "a list of names, or of lists of names",
        [ENTRY_EXPRESSIONS] = "a mapping of NAME: EXPRESSION",
        [ENTRY_MEMBERS] = "a mapping of NAME: MEMBER",
        [ENTRY_SIGHTS] = "all, a list of fields, or a mapping of PLACE: FIELDS",
        [ENTRY_FORM] = "a mapping",
        [ENTRY_FORMS] = "a mapping of names",
    };
    if (kind == ENTRY_CHOICE) {
        return say_choices(arena, entry);
    }
    MUST(kind < ENTRY_KIND_COUNT && sentences[kind] != NULL);
    bool has_limits = entry->minimum != 0 || entry->maximum != 0;
    if (kind == ENTRY_INTEGER && has_limits) {
        return text_format(arena, "a whole number from %" PRId64 " to %" PRId64, entry->minimum,
                           entry->maximum);
    }
    if (kind == ENTRY_DURATION && has_limits) {
        struct text least = say_duration(arena, entry->minimum);
        struct text most = say_duration(arena, entry->maximum);
        return text_format(arena, "%s, from %.*s to %.*s", sentences[kind], TEXT_ARGS(least),
                           TEXT_ARGS(most));
    }
    return text_of(sentences[kind]);
}

bool word_flag(struct word word)
{
    return text_equals(word.text, TEXT("true"));
}

int64_t word_integer(struct word word)
{
    int64_t number = 0;
    MUST(word.text.data == NULL || text_to_integer(word.text, &number));
    return number;
}

int64_t word_duration_ms(struct word word)
{
    int64_t ms = 0;
    MUST(word.text.data == NULL || read_duration(word.text, &ms));
    return ms;
}
