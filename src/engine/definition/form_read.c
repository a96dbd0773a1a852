/* form_read.c - a mapping of the file into a struct, by the form's table. */
#include "engine/definition/form.h"

#include "base/must.h"
#include "base/schedule.h"

#include <string.h>

/* Whom a complaint is about. */
struct context {
    struct complaints *complaints;
    const struct form *form;
    struct text name;  /* of this one form: "approve"; NO_TEXT: there is only one */
    struct text where; /* "operation \"approve\": ", or "" */
};

const struct entry *form_entry(const struct form *form, size_t index)
{
    for (; form != NULL; form = form->also) {
        if (index < form->entry_count) {
            return &form->entries[index];
        }
        index -= form->entry_count;
    }
    return NULL;
}

static const struct entry *find_entry(const struct form *form, struct text name)
{
    const struct entry *entry;
    for (size_t i = 0; (entry = form_entry(form, i)) != NULL; i++) {
        if (text_equals(name, text_of(entry->name))) {
            return entry;
        }
    }
    return NULL;
}

static void complain_of_kind(const struct context *context, const struct entry *entry,
                             const struct yaml_node *node)
{
    struct text expected = entry_expected(context->complaints->scratch, entry, entry->kind);
    complain(context->complaints, node->at, "%.*s\"%s\" must be %.*s, but is %s",
             TEXT_ARGS(context->where), entry->name, TEXT_ARGS(expected), yaml_kind_name(node));
}

static void complain_of_value(const struct context *context, const struct entry *entry,
                              enum entry_kind kind, const struct yaml_node *node)
{
    struct text expected = entry_expected(context->complaints->scratch, entry, kind);
    struct text quote = complaint_quote(context->complaints, node->text);
    if (kind == ENTRY_SCHEDULE) {
        struct schedule schedule;
        MUST(schedule_read(context->complaints->scratch, node->text, &schedule, &expected) !=
             STATUS_OK);
        complain(context->complaints, node->at, "%.*s%.*s", TEXT_ARGS(context->where),
                 TEXT_ARGS(expected));
        return;
    }
    const char *nearest =
        kind == ENTRY_CHOICE ? text_nearest(node->text, entry->choices, entry->choice_count) : NULL;
    struct text hint =
        nearest == NULL ? TEXT("") : complaint_hint(context->complaints, node->text, &nearest, 1);
    complain(context->complaints, node->at, "%.*s\"%s\" is \"%.*s\", but must be %.*s%.*s",
             TEXT_ARGS(context->where), entry->name, TEXT_ARGS(quote), TEXT_ARGS(expected),
             TEXT_ARGS(hint));
}

/* A word for an entry, or for one of the items of an entry. */
static struct word read_word(const struct context *context, const struct entry *entry,
                             enum entry_kind kind, const struct yaml_node *node)
{
    struct word word = {.at = node->at};
    if (node->kind != YAML_WORD || yaml_is_nothing(node)) {
        complain_of_kind(context, entry, node);
    } else if (!entry_fits(context->complaints->arena, entry, kind, node->text)) {
        complain_of_value(context, entry, kind, node);
    } else {
        word.text = node->text;
    }
    return word;
}

static bool is_too_many(const struct context *context, const struct entry *entry,
                        const struct yaml_node *node)
{
    if (node->count > entry->items_max) {
        complain(context->complaints, node->at, "%.*s\"%s\" has %zu things, but %zu are the most",
                 TEXT_ARGS(context->where), entry->name, node->count, entry->items_max);
        return true;
    }
    return false;
}

/* A word alone, or a list of words. */
static struct words read_words(const struct context *context, const struct entry *entry,
                               enum entry_kind kind, const struct yaml_node *node)
{
    struct arena *arena = context->complaints->arena;
    struct words words = {.at = node->at};
    if (node->kind == YAML_MAPPING || yaml_is_nothing(node)) {
        complain_of_kind(context, entry, node);
        return words;
    }
    if (node->kind == YAML_LIST && is_too_many(context, entry, node)) {
        return words;
    }
    if (node->kind == YAML_LIST && node->count == 0) {
        complain_of_kind(context, entry, node);
        return words;
    }
    size_t count = node->kind == YAML_LIST ? node->count : 1;
    const struct yaml_node *item = node->kind == YAML_LIST ? node->first : node;
    words.items = ARENA_ARRAY(arena, struct word, count);
    for (; words.count < count; words.count++) {
        MUST(item != NULL);
        words.items[words.count] = read_word(context, entry, kind, item);
        item = item->next;
    }
    return words;
}

static struct word_sets read_sets(const struct context *context, const struct entry *entry,
                                  const struct yaml_node *node)
{
    struct word_sets sets = {.at = node->at};
    if (node->kind != YAML_LIST) {
        complain_of_kind(context, entry, node);
        return sets;
    }
    if (is_too_many(context, entry, node)) {
        return sets;
    }
    sets.items = ARENA_ARRAY(context->complaints->arena, struct words, node->count);
    for (const struct yaml_node *item = node->first; item != NULL; item = item->next) {
        sets.items[sets.count++] = read_words(context, entry, ENTRY_NAME, item);
    }
    return sets;
}

/* Complains when the key is no name. */
static bool check_key(const struct context *context, const struct entry *entry,
                      const struct yaml_node *member)
{
    struct complaints *complaints = context->complaints;
    if (entry_fits(complaints->scratch, entry, ENTRY_NAME, member->key.text)) {
        return true;
    }
    struct text expected = entry_expected(complaints->scratch, entry, ENTRY_NAME);
    struct text quote = complaint_quote(complaints, member->key.text);
    complain(complaints, member->key.at, "%.*s\"%.*s\" in \"%s\" must be %.*s",
             TEXT_ARGS(context->where), TEXT_ARGS(quote), entry->name, TEXT_ARGS(expected));
    return false;
}

static struct word read_key(const struct context *context, const struct entry *entry,
                            const struct yaml_node *member)
{
    bool is_good = check_key(context, entry, member);
    return is_good ? member->key : (struct word){.at = member->key.at};
}

static struct pairs read_pairs(const struct context *context, const struct entry *entry,
                               const struct yaml_node *node)
{
    struct pairs pairs = {.at = node->at};
    enum entry_kind kind = entry->kind == ENTRY_MEMBERS ? ENTRY_DOTTED : ENTRY_EXPRESSION;
    if (node->kind != YAML_MAPPING) {
        complain_of_kind(context, entry, node);
        return pairs;
    }
    if (is_too_many(context, entry, node)) {
        return pairs;
    }
    pairs.items = ARENA_ARRAY(context->complaints->arena, struct pair, node->count);
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        pairs.items[pairs.count++] = (struct pair){
            .name = read_key(context, entry, member),
            .value = read_word(context, entry, kind, member),
        };
    }
    return pairs;
}

static struct sights read_sights(const struct context *context, const struct entry *entry,
                                 const struct yaml_node *node)
{
    struct sights sights = {.at = node->at};
    bool is_mapping = node->kind == YAML_MAPPING;
    if (is_mapping && is_too_many(context, entry, node)) {
        return sights;
    }
    size_t count = is_mapping ? node->count : 1;
    const struct yaml_node *member = is_mapping ? node->first : node;
    sights.items = ARENA_ARRAY(context->complaints->arena, struct written_sight, count);
    for (; sights.count < count; sights.count++) {
        MUST(member != NULL);
        struct written_sight *sight = &sights.items[sights.count];
        bool is_always = !is_mapping || text_equals(member->key.text, TEXT("always"));
        sight->place = is_always ? (struct word){0} : read_key(context, entry, member);
        sight->fields = read_words(context, entry, ENTRY_NAME, member);
        member = member->next;
    }
    return sights;
}

/* ---- forms within forms ---- */

static void fill(struct complaints *complaints, const struct form *form,
                 const struct yaml_node *node, struct text name, void *written);

static struct forms read_forms(const struct context *context, const struct entry *entry,
                               const struct yaml_node *node)
{
    struct forms forms = {.at = node->at};
    bool is_list = node->kind == YAML_LIST && entry->may_be_list;
    if (node->kind != YAML_MAPPING && !is_list) {
        complain_of_kind(context, entry, node);
        return forms;
    }
    if (is_too_many(context, entry, node)) {
        return forms;
    }
    forms.items = arena_take_array(context->complaints->arena, node->count, entry->form->bytes);
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        void *item = (char *)forms.items + forms.count * entry->form->bytes;
        if (is_list) {
            struct word name = read_word(context, entry, ENTRY_NAME, member);
            memcpy(item, &name, sizeof name);
        } else {
            check_key(context, entry, member);
            fill(context->complaints, entry->form, member, member->key.text, item);
            memcpy(item, &member->key, sizeof member->key);
        }
        forms.count++;
    }
    return forms;
}

static void read_entry(const struct context *context, const struct entry *entry,
                       const struct yaml_node *node, void *member)
{
    switch (entry->kind) {
    case ENTRY_NAMES:
        *(struct words *)member = read_words(context, entry, ENTRY_NAME, node);
        return;
    case ENTRY_DOTTEDS:
        *(struct words *)member = read_words(context, entry, ENTRY_DOTTED, node);
        return;
    case ENTRY_NAME_SETS:
        *(struct word_sets *)member = read_sets(context, entry, node);
        return;
    case ENTRY_EXPRESSIONS:
    case ENTRY_MEMBERS:
        *(struct pairs *)member = read_pairs(context, entry, node);
        return;
    case ENTRY_SIGHTS:
        *(struct sights *)member = read_sights(context, entry, node);
        return;
    case ENTRY_FORMS:
        *(struct forms *)member = read_forms(context, entry, node);
        return;
    case ENTRY_FORM:
        fill(context->complaints, entry->form, node, NO_TEXT, member);
        memcpy(member, &node->key, sizeof node->key);
        return;
    case ENTRY_NAME:
    case ENTRY_DOTTED:
    case ENTRY_LABEL:
    case ENTRY_EXPRESSION:
    case ENTRY_VALUE:
    case ENTRY_INTEGER:
    case ENTRY_FLAG:
    case ENTRY_DURATION:
    case ENTRY_SCHEDULE:
    case ENTRY_CHOICE:
        *(struct word *)member = read_word(context, entry, entry->kind, node);
        return;
    case ENTRY_KIND_COUNT:
        break;
    }
    MUST(entry->kind < ENTRY_KIND_COUNT);
}

static void complain_of_unknown(const struct context *context, struct word key)
{
    const char *names[FORM_ENTRIES_MAX];
    size_t count = 0;
    const struct entry *entry;
    while ((entry = form_entry(context->form, count)) != NULL) {
        MUST(count < FORM_ENTRIES_MAX);
        names[count++] = entry->name;
    }
    struct text hint = complaint_hint(context->complaints, key.text, names, count);
    struct text quote = complaint_quote(context->complaints, key.text);
    complain(context->complaints, key.at, "%.*s%s %s has no \"%.*s\"%.*s",
             TEXT_ARGS(context->where), context->form->article, context->form->name,
             TEXT_ARGS(quote), TEXT_ARGS(hint));
}

static bool has_member(const struct yaml_node *node, const char *name)
{
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        if (text_equals(member->key.text, text_of(name))) {
            return true;
        }
    }
    return false;
}

static void complain_of_missing(const struct context *context, const struct yaml_node *node)
{
    const struct entry *entry;
    struct spot at = node->key.at.line != 0 ? node->key.at : node->at;
    for (size_t i = 0; (entry = form_entry(context->form, i)) != NULL; i++) {
        if (entry->is_required && !has_member(node, entry->name)) {
            complain(context->complaints, at, "%.*s%s %s needs \"%s\": %s",
                     TEXT_ARGS(context->where), context->form->article, context->form->name,
                     entry->name, entry->meaning);
        }
    }
}

static void fill_short(const struct context *context, const struct yaml_node *node, void *written)
{
    const struct entry *entry = find_entry(context->form, text_of(context->form->short_for));
    MUST(entry != NULL);
    read_entry(context, entry, node, (char *)written + entry->offset);
}

static void fill(struct complaints *complaints, const struct form *form,
                 const struct yaml_node *node, struct text name, void *written)
{
    struct context context = {complaints, form, name, TEXT("")};
    if (name.data != NULL) {
        struct text quote = complaint_quote(complaints, name);
        context.where =
            text_format(complaints->arena, "%s \"%.*s\": ", form->name, TEXT_ARGS(quote));
    }
    if (node->kind == YAML_WORD && !yaml_is_nothing(node) && form->short_for != NULL) {
        fill_short(&context, node, written);
        return;
    }
    if (node->kind != YAML_MAPPING && !yaml_is_nothing(node)) {
        complain(complaints, node->at, "%.*s%s %s must be a mapping of NAME: VALUE, but is %s",
                 TEXT_ARGS(context.where), form->article, form->name, yaml_kind_name(node));
        return;
    }
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        const struct entry *entry = find_entry(form, member->key.text);
        if (entry == NULL) {
            complain_of_unknown(&context, member->key);
        } else {
            read_entry(&context, entry, member, (char *)written + entry->offset);
        }
    }
    complain_of_missing(&context, node);
}

void form_read(struct complaints *complaints, const struct form *form, const struct yaml_node *node,
               void *written_out)
{
    memset(written_out, 0, form->bytes);
    fill(complaints, form, node, NO_TEXT, written_out);
}
