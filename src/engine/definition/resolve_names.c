/* resolve_names.c - names that are looked up, and other words that several parts have. */
#include "engine/definition/resolve.h"

#include "base/must.h"

#include <string.h>

void names_init(struct resolver *resolver, struct names *names, const char *what, size_t room)
{
    *names = (struct names){
        .what = what,
        .items = ARENA_ARRAY(resolver->arena, const char *, room),
        .spots = ARENA_ARRAY(resolver->arena, struct spot, room),
    };
}

int names_find(const struct names *names, struct text name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (text_equals(name, text_of(names->items[i]))) {
            return (int)i;
        }
    }
    return WORKFLOW_NOWHERE;
}

int names_add(struct resolver *resolver, struct names *names, struct word name)
{
    MUST(name.text.data != NULL);
    for (size_t i = 0; i < names->count; i++) {
        if (text_equals_ignoring_case(name.text, text_of(names->items[i]))) {
            struct text quote = complaint_quote(resolver->complaints, name.text);
            complain(resolver->complaints, name.at,
                     "there is %s \"%s\" in line %d already; \"%.*s\" needs another name",
                     names->what, names->items[i], names->spots[i].line, TEXT_ARGS(quote));
            break;
        }
    }
    names->items[names->count] = name.text.data; /* of the tree: a NUL stands behind it */
    names->spots[names->count] = name.at;
    return (int)names->count++;
}

int resolve__name(struct resolver *resolver, const struct names *names, struct word word)
{
    if (word.text.data == NULL) {
        return WORKFLOW_NOWHERE;
    }
    int index = names_find(names, word.text);
    if (index == WORKFLOW_NOWHERE && !names->are_missing) {
        struct text quote = complaint_quote(resolver->complaints, word.text);
        struct text hint =
            complaint_hint(resolver->complaints, word.text, names->items, names->count);
        complain(resolver->complaints, word.at, "there is no %s \"%.*s\"%.*s", names->what,
                 TEXT_ARGS(quote), TEXT_ARGS(hint));
    }
    return index;
}

/* "company_form" becomes "company form". */
static struct text say_name(struct arena *arena, struct text name)
{
    char *letters = arena_take_raw(arena, name.bytes + 1);
    for (size_t i = 0; i < name.bytes; i++) {
        letters[i] = name.data[i] == '_' ? ' ' : name.data[i];
    }
    letters[name.bytes] = '\0';
    return (struct text){letters, name.bytes};
}

struct label resolve__label(struct resolver *resolver, const struct written_label *written)
{
    bool has_ru = word_is_written(written->ru);
    bool has_en = word_is_written(written->en);
    if (has_ru != has_en) {
        struct spot at = has_ru ? written->ru.at : written->en.at;
        complain(resolver->complaints, at, "\"%s\" is missing beside \"%s\": give both or neither",
                 has_ru ? "en" : "ru", has_ru ? "ru" : "en");
    }
    struct text name = say_name(resolver->arena, written->name.text);
    return (struct label){
        .ru = written->ru.text.data != NULL ? written->ru.text : name,
        .en = written->en.text.data != NULL ? written->en.text : name,
    };
}

struct expression resolve__expression(struct word word)
{
    return (struct expression){.text = word.text, .at = word.at};
}

struct label resolve__because(struct resolver *resolver, const struct written_label *because,
                              struct word expression, const char *entry)
{
    if (!word_is_written(because->name)) {
        return (struct label){NO_TEXT, NO_TEXT};
    }
    if (!word_is_written(expression)) {
        complain(resolver->complaints, because->name.at,
                 "\"because\" needs \"%s\": it says why that is not so", entry);
    }
    if (!word_is_written(because->ru) && !word_is_written(because->en)) {
        complain(resolver->complaints, because->name.at, "\"because\" needs \"ru\" and \"en\"");
    }
    return resolve__label(resolver, because);
}

struct text resolve__service_name(struct resolver *resolver, const char *entry, struct word word)
{
    if (word.text.data != NULL && memchr(word.text.data, '.', word.text.bytes) == NULL) {
        struct text quote = complaint_quote(resolver->complaints, word.text);
        complain(resolver->complaints, word.at,
                 "\"%s\" is \"%.*s\", but must begin with the service: SERVICE.%.*s", entry,
                 TEXT_ARGS(quote), TEXT_ARGS(quote));
    }
    return word.text;
}
