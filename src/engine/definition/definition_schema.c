/* definition_schema.c - the tables of the forms as a JSON Schema, for editors and for the curious.
 */
#include "engine/definition/definition.h"

#include "base/json.h"
#include "base/must.h"
#include "engine/definition/written.h"

enum { FORMS_MAX = 32, SCHEMA_BYTES = 32 * 1024 };

/* Forms are described once, under $defs, in the order in which they are first needed. */
struct describing {
    struct json_writer writer;
    const struct form *forms[FORMS_MAX];
    size_t count;
};

static const char name_pattern[] = "^[A-Za-z][A-Za-z0-9_]{0,63}$";
static const char dotted_pattern[] = "^(?=.{1,64}$)[A-Za-z][A-Za-z0-9_]*([.-]+[A-Za-z0-9_]+)*$";
static const char duration_pattern[] = "^[0-9]+(ms|s|m|h|d)$";

static void put(struct describing *describing, const char *key, const char *text)
{
    json_key(&describing->writer, key);
    json_put_text(&describing->writer, text_of(text));
}

static void put_number(struct describing *describing, const char *key, int64_t number)
{
    json_key(&describing->writer, key);
    json_put_integer(&describing->writer, number);
}

static void begin(struct describing *describing, const char *key)
{
    json_key(&describing->writer, key);
    json_begin_object(&describing->writer);
}

static void end(struct describing *describing)
{
    json_end_object(&describing->writer);
}

static void put_reference(struct describing *describing, const struct form *form)
{
    size_t index = 0;
    while (index < describing->count && describing->forms[index] != form) {
        index++;
    }
    if (index == describing->count) {
        MUST(describing->count < FORMS_MAX);
        describing->forms[describing->count++] = form;
    }
    struct text reference = text_format(describing->writer.arena, "#/$defs/%s", form->name);
    json_key(&describing->writer, "$ref");
    json_put_text(&describing->writer, reference);
}

/* ---- single words ---- */

static void put_text(struct describing *describing, const char *pattern)
{
    put(describing, "type", "string");
    if (pattern != NULL) {
        put(describing, "pattern", pattern);
    }
}

static void put_choices(struct describing *describing, const struct entry *entry)
{
    json_key(&describing->writer, "enum");
    json_begin_array(&describing->writer);
    for (size_t i = 0; i < entry->choice_count; i++) {
        json_put_text(&describing->writer, text_of(entry->choices[i]));
    }
    json_end_array(&describing->writer);
}

/* YAML makes numbers and flags of what is a word to us. */
static void put_scalar(struct describing *describing)
{
    json_key(&describing->writer, "type");
    json_begin_array(&describing->writer);
    json_put_text(&describing->writer, TEXT("string"));
    json_put_text(&describing->writer, TEXT("number"));
    json_put_text(&describing->writer, TEXT("boolean"));
    json_end_array(&describing->writer);
}

static void put_integer(struct describing *describing, const struct entry *entry)
{
    put(describing, "type", "integer");
    if (entry->minimum != 0 || entry->maximum != 0) {
        put_number(describing, "minimum", entry->minimum);
        put_number(describing, "maximum", entry->maximum);
    }
}

static void put_word(struct describing *describing, const struct entry *entry, enum entry_kind kind)
{
    if (kind == ENTRY_NAME || kind == ENTRY_DOTTED) {
        put_text(describing, kind == ENTRY_NAME ? name_pattern : dotted_pattern);
    } else if (kind == ENTRY_DURATION) {
        put_text(describing, duration_pattern);
    } else if (kind == ENTRY_LABEL) {
        put_scalar(describing);
        put_number(describing, "minLength", 1);
        put_number(describing, "maxLength", 200);
    } else if (kind == ENTRY_SCHEDULE) {
        put_text(describing, NULL);
    } else if (kind == ENTRY_EXPRESSION || kind == ENTRY_VALUE) {
        put_scalar(describing);
    } else if (kind == ENTRY_INTEGER) {
        put_integer(describing, entry);
    } else if (kind == ENTRY_FLAG) {
        put(describing, "type", "boolean");
    } else {
        MUST(kind == ENTRY_CHOICE);
        put_choices(describing, entry);
    }
}

/* ---- several ---- */

static void begin_either(struct describing *describing)
{
    json_key(&describing->writer, "anyOf");
    json_begin_array(&describing->writer);
}

static void end_either(struct describing *describing)
{
    json_end_array(&describing->writer);
}

static void put_list(struct describing *describing, const struct entry *entry, enum entry_kind kind)
{
    json_begin_object(&describing->writer);
    put(describing, "type", "array");
    put_number(describing, "minItems", 1);
    put_number(describing, "maxItems", (int64_t)entry->items_max);
    begin(describing, "items");
    put_word(describing, entry, kind);
    end(describing);
    end(describing);
}

static void put_one(struct describing *describing, const struct entry *entry, enum entry_kind kind)
{
    json_begin_object(&describing->writer);
    put_word(describing, entry, kind);
    end(describing);
}

static void put_one_or_list(struct describing *describing, const struct entry *entry,
                            enum entry_kind kind)
{
    begin_either(describing);
    put_one(describing, entry, kind);
    put_list(describing, entry, kind);
    end_either(describing);
}

static void put_sets(struct describing *describing, const struct entry *entry)
{
    put(describing, "type", "array");
    put_number(describing, "minItems", 1);
    put_number(describing, "maxItems", (int64_t)entry->items_max);
    begin(describing, "items");
    put_one_or_list(describing, entry, ENTRY_NAME);
    end(describing);
}

static void begin_mapping(struct describing *describing, const struct entry *entry)
{
    put(describing, "type", "object");
    put_number(describing, "maxProperties", (int64_t)entry->items_max);
    begin(describing, "propertyNames");
    put(describing, "pattern", name_pattern);
    end(describing);
    begin(describing, "additionalProperties");
}

static void put_pairs(struct describing *describing, const struct entry *entry,
                      enum entry_kind kind)
{
    begin_mapping(describing, entry);
    put_word(describing, entry, kind);
    end(describing);
}

static void put_sights(struct describing *describing, const struct entry *entry)
{
    begin_either(describing);
    put_one(describing, entry, ENTRY_NAME);
    put_list(describing, entry, ENTRY_NAME);
    json_begin_object(&describing->writer);
    begin_mapping(describing, entry);
    put_one_or_list(describing, entry, ENTRY_NAME);
    end(describing);
    end(describing);
    end_either(describing);
}

static void put_forms(struct describing *describing, const struct entry *entry)
{
    if (!entry->may_be_list) {
        begin_mapping(describing, entry);
        put_reference(describing, entry->form);
        end(describing);
        return;
    }
    begin_either(describing);
    json_begin_object(&describing->writer);
    begin_mapping(describing, entry);
    put_reference(describing, entry->form);
    end(describing);
    end(describing);
    put_list(describing, entry, ENTRY_NAME);
    end_either(describing);
}

static void put_entry(struct describing *describing, const struct entry *entry)
{
    begin(describing, entry->name);
    put(describing, "description", entry->meaning);
    switch (entry->kind) {
    case ENTRY_NAMES:
        put_one_or_list(describing, entry, ENTRY_NAME);
        break;
    case ENTRY_DOTTEDS:
        put_one_or_list(describing, entry, ENTRY_DOTTED);
        break;
    case ENTRY_NAME_SETS:
        put_sets(describing, entry);
        break;
    case ENTRY_EXPRESSIONS:
        put_pairs(describing, entry, ENTRY_EXPRESSION);
        break;
    case ENTRY_MEMBERS:
        put_pairs(describing, entry, ENTRY_DOTTED);
        break;
    case ENTRY_SIGHTS:
        put_sights(describing, entry);
        break;
    case ENTRY_FORM:
        put_reference(describing, entry->form);
        break;
    case ENTRY_FORMS:
        put_forms(describing, entry);
        break;
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
        put_word(describing, entry, entry->kind);
        break;
    case ENTRY_KIND_COUNT:
        MUST(entry->kind < ENTRY_KIND_COUNT);
    }
    end(describing);
}

/* ---- forms ---- */

static void put_required(struct describing *describing, const struct form *form)
{
    const struct entry *entry;
    json_key(&describing->writer, "required");
    json_begin_array(&describing->writer);
    for (size_t i = 0; (entry = form_entry(form, i)) != NULL; i++) {
        if (entry->is_required) {
            json_put_text(&describing->writer, text_of(entry->name));
        }
    }
    json_end_array(&describing->writer);
}

static void put_mapping(struct describing *describing, const struct form *form)
{
    const struct entry *entry;
    put(describing, "type", "object");
    put_required(describing, form);
    begin(describing, "properties");
    for (size_t i = 0; (entry = form_entry(form, i)) != NULL; i++) {
        put_entry(describing, entry);
    }
    end(describing);
    json_key(&describing->writer, "additionalProperties");
    json_put_flag(&describing->writer, false);
}

static bool has_required(const struct form *form)
{
    const struct entry *entry;
    for (size_t i = 0; (entry = form_entry(form, i)) != NULL; i++) {
        if (entry->is_required) {
            return true;
        }
    }
    return false;
}

/* A form with nothing that must be there may be left empty, `done:`; some are a word for short. */
static void put_form(struct describing *describing, const struct form *form)
{
    put(describing, "description", form->meaning);
    begin_either(describing);
    json_begin_object(&describing->writer);
    put_mapping(describing, form);
    end(describing);
    if (!has_required(form)) {
        json_begin_object(&describing->writer);
        put(describing, "type", "null");
        end(describing);
    }
    for (size_t i = 0; form->short_for != NULL && i < form->entry_count; i++) {
        if (text_equals(text_of(form->short_for), text_of(form->entries[i].name))) {
            put_one(describing, &form->entries[i], form->entries[i].kind);
        }
    }
    end_either(describing);
}

struct text definition_schema(struct arena *arena)
{
    struct describing describing = {.count = 0};
    json_writer_init(&describing.writer, arena, SCHEMA_BYTES);
    json_begin_object(&describing.writer);
    put(&describing, "$schema", "https://json-schema.org/draft/2020-12/schema");
    put(&describing, "title", "A workflow of Kontora");
    put(&describing, "description", written_workflow_form.meaning);
    put_mapping(&describing, &written_workflow_form);
    begin(&describing, "$defs");
    for (size_t i = 0; i < describing.count; i++) { /* grows while it is walked through */
        begin(&describing, describing.forms[i]->name);
        put_form(&describing, describing.forms[i]);
        end(&describing);
    }
    end(&describing);
    end(&describing);
    return json_written(&describing.writer);
}
