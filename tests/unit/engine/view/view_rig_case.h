/* view_rig_case.h - a workflow read, and a case of it with something in every field. */
#ifndef TESTS_UNIT_ENGINE_VIEW_VIEW_RIG_CASE_H
#define TESTS_UNIT_ENGINE_VIEW_VIEW_RIG_CASE_H

#include "engine/definition/definition.h"
#include "engine/view/view.h"
#include "tests/lib/check.h"

enum {
    VIEW_RIG_ARENA_BYTES = 16 * 1024 * 1024,
    VIEW_RIG_VARIANTS = 3, /* of a value: none, one, another */
    VIEW_RIG_STEPS = 2,
};

static struct arena *view_rig_arena; /* of the workflow */
static struct arena *view_rig_desk;  /* of one look */

static const struct id view_rig_person = {{1, 2, 3, 4}};
static const struct id view_rig_stranger = {{9, 9, 9, 9}};

static inline const struct workflow *view_rig_read(struct text yaml)
{
    const struct complaints *complaints = NULL;
    const struct workflow *workflow = NULL;
    view_rig_arena = arena_create("workflow", DEFINITION_ARENA_BYTES * 2);
    view_rig_desk = arena_create("desk", VIEW_RIG_ARENA_BYTES);
    enum status status =
        definition_read(view_rig_arena, TEXT("f.yaml"), yaml, &workflow, &complaints);
    CHECK_TEXT(complaints_text(complaints), "");
    CHECK_STATUS(status, STATUS_OK);
    return workflow;
}

static inline void view_rig_end(void)
{
    arena_destroy(&view_rig_desk);
    arena_destroy(&view_rig_arena);
}

/* ---- the case ---- */

static inline struct value view_rig_value(const struct case_field *field, int variant)
{
    static const char *const texts[VIEW_RIG_VARIANTS] = {"", "seen-by-none", "told-to-all"};
    static const char *const lists[VIEW_RIG_VARIANTS] = {"", "[\"one\"]", "[\"one\",\"two\"]"};
    static const char *const objects[VIEW_RIG_VARIANTS] = {"", "{\"a\":1}", "{\"b\":\"x\"}"};
    if (variant == 0) {
        return (struct value){.kind = VALUE_NULL};
    }
    switch (field->kind) {
    case CASE_TEXT:
    case CASE_EMAIL:
    case CASE_PHONE:
        return value_text(text_of(texts[variant]));
    case CASE_CHOICE:
        return value_text(field->choices[(size_t)(variant - 1) % field->choice_count].name);
    case CASE_INTEGER:
    case CASE_MONEY:
    case CASE_DATE:
    case CASE_TIME:
        return value_integer(20000 + variant);
    case CASE_FLAG:
        return value_flag(variant == 1);
    case CASE_ID:
        return value_id(variant == 1 ? view_rig_person : view_rig_stranger);
    case CASE_TEXTS:
        return value_text(text_of(lists[variant]));
    case CASE_OBJECT:
        return value_text(text_of(objects[variant]));
    case CASE_FILES: /* by their ids: a list like any other */
        return value_text(TEXT("[\"01a1ffc1-b814-7026-9fd8-66825f7aa248\"]"));
    case CASE_KIND_COUNT:
        break;
    }
    return (struct value){.kind = VALUE_NULL};
}

static inline struct case_record *view_rig_record(const struct recipe *recipe, size_t place)
{
    const struct workflow *workflow = recipe->workflow;
    struct case_record *record = case_record_new(view_rig_desk, recipe, view_rig_stranger);
    record->revision = 1;
    record->marking = (struct bit_set){{0}};
    bit_set_add(&record->marking, place);
    for (size_t i = 0; i < workflow->field_count; i++) {
        record->values[i] = view_rig_value(&workflow->fields[i], 1);
    }
    return record;
}

/* A history in which each field was changed from null to what it is; not one that is left out. */
static inline void view_rig_history(const struct case_record *record, size_t left_out,
                                    struct case_step steps_out[VIEW_RIG_STEPS])
{
    const struct workflow *workflow = record->recipe->workflow;
    for (size_t step = 0; step < VIEW_RIG_STEPS; step++) {
        struct json_writer writer;
        json_writer_init(&writer, view_rig_desk, 0);
        json_begin_object(&writer);
        json_key(&writer, "fields");
        json_begin_object(&writer);
        for (size_t i = step; i < workflow->field_count; i += VIEW_RIG_STEPS) {
            if (i != left_out) {
                json_key_text(&writer, workflow->fields[i].name);
                json_begin_array(&writer);
                json_put_null(&writer);
                case_value_write(&writer, &workflow->fields[i], &record->values[i]);
                json_end_array(&writer);
            }
        }
        json_end_object(&writer);
        json_end_object(&writer);
        steps_out[step] =
            (struct case_step){.revision = (int64_t)step + 1, .changes = json_written(&writer)};
    }
}

#endif
