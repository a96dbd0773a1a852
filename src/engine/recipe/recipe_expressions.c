/* recipe_expressions.c - compiles what a workflow asks of a case, and what it hands on. */
#include "base/must.h"
#include "engine/recipe/expression_spot.h"
#include "engine/recipe/recipe_maker.h"

#include <assert.h>
#include <string.h>

/* ---- names ---- */

static enum condition_kind kind_of(enum case_kind kind)
{
    static const enum condition_kind kinds[CASE_KIND_COUNT] = {
        [CASE_TEXT] = CONDITION_TEXT,       [CASE_CHOICE] = CONDITION_TEXT,
        [CASE_EMAIL] = CONDITION_TEXT,      [CASE_PHONE] = CONDITION_TEXT,
        [CASE_INTEGER] = CONDITION_INTEGER, [CASE_MONEY] = CONDITION_MONEY,
        [CASE_FLAG] = CONDITION_FLAG,       [CASE_ID] = CONDITION_ID,
        [CASE_DATE] = CONDITION_DATE,       [CASE_TIME] = CONDITION_TIME,
        [CASE_TEXTS] = CONDITION_TEXTS,     [CASE_OBJECT] = CONDITION_OBJECT,
        [CASE_FILES] = CONDITION_TEXTS,
    };
    MUST(kind < CASE_KIND_COUNT);
    return kinds[kind];
}

static struct condition_field name_of(struct arena *arena, const struct case_field *field)
{
    struct text *choices = ARENA_ARRAY(arena, struct text, field->choice_count + 1);
    for (size_t i = 0; i < field->choice_count; i++) {
        choices[i] = field->choices[i].name;
    }
    struct condition_field name = {.name = field->name,
                                   .kind = kind_of(field->kind),
                                   .choices = choices,
                                   .choice_count = field->choice_count};
    static_assert(sizeof name.currency == sizeof field->currency, "one code, one size");
    memcpy(name.currency, field->currency, sizeof name.currency);
    return name;
}

void recipe__names(struct recipe_maker *maker)
{
    static const enum condition_kind given[RECIPE_GIVEN_COUNT] = {
        [RECIPE_CASE_ID] = CONDITION_ID,
        [RECIPE_CALLER_ID] = CONDITION_ID,
        [RECIPE_NOW] = CONDITION_TIME,
        [RECIPE_EVENT] = CONDITION_OBJECT,
    };
    const struct workflow *workflow = maker->workflow;
    MUST(workflow_given_name_count == RECIPE_GIVEN_COUNT);
    maker->name_count = workflow->field_count + RECIPE_GIVEN_COUNT;
    maker->names = ARENA_ARRAY(maker->arena, struct condition_field, maker->name_count);
    for (size_t i = 0; i < workflow->field_count; i++) {
        const struct case_field *field = &workflow->fields[i];
        maker->names[i] = name_of(maker->arena, field);
        if (condition_is_reserved(field->name)) {
            complain(maker->complaints, field->at,
                     "no field may be called \"%.*s\": expressions have the word already",
                     TEXT_ARGS(field->name));
        }
    }
    for (size_t i = 0; i < RECIPE_GIVEN_COUNT; i++) {
        maker->names[workflow->field_count + i] = (struct condition_field){
            .name = text_of(workflow_given_names[i].name), .kind = given[i]};
    }
}

/* ---- expressions ---- */

struct compiling {
    struct recipe_maker *maker;
    const struct transition *transition; /* NULL: of a field */
};

static void complain_of(const struct compiling *compiling, const struct expression *expression,
                        const struct condition_error *error)
{
    struct recipe_maker *maker = compiling->maker;
    struct spot at = expression_spot(maker->source->yaml, expression, error->line, error->column);
    complain(maker->complaints, at, "%.*s", TEXT_ARGS(error->what));
}

static bool uses_event(const struct recipe_maker *maker, const struct condition *condition)
{
    struct condition_fields used = condition_fields(condition);
    for (size_t i = 0; i < used.count; i++) {
        if (used.items[i] == maker->workflow->field_count + RECIPE_EVENT) {
            return true;
        }
    }
    return false;
}

/* Without the name it is not understood, and the error knows where it stands. */
static void complain_of_event(const struct compiling *compiling,
                              const struct expression *expression,
                              const struct condition_field *gives)
{
    struct recipe_maker *maker = compiling->maker;
    const struct condition *condition = NULL;
    struct condition_error error = {.line = 1, .column = 1};
    static_assert(RECIPE_EVENT + 1 == RECIPE_GIVEN_COUNT, "the event is the last name");
    const struct condition_source source = {.text = expression->text,
                                            .fields = maker->names,
                                            .field_count = maker->name_count - 1,
                                            .gives = *gives};
    enum status status = condition_compile(maker->arena, &source, &condition, &error);
    MUST(status == STATUS_MALFORMED);
    error.what =
        compiling->transition == NULL
            ? TEXT("a field has no \"event\": only what waits for one has")
            : text_format(maker->arena, "%s \"%.*s\" has no \"event\": only what waits for one has",
                          recipe__kind_name(compiling->transition),
                          TEXT_ARGS(compiling->transition->name));
    complain_of(compiling, expression, &error);
}

/* NULL: there is none, or it was complained of. */
static const struct condition *compile(const struct compiling *compiling,
                                       const struct expression *expression,
                                       struct condition_field gives)
{
    struct recipe_maker *maker = compiling->maker;
    const struct condition *condition = NULL;
    struct condition_error error;
    if (expression->text.data == NULL) {
        return NULL;
    }
    const struct condition_source source = {.text = expression->text,
                                            .fields = maker->names,
                                            .field_count = maker->name_count,
                                            .gives = gives};
    if (condition_compile(maker->arena, &source, &condition, &error) != STATUS_OK) {
        complain_of(compiling, expression, &error);
        return NULL;
    }
    bool has_event =
        compiling->transition != NULL && compiling->transition->kind == TRANSITION_EVENT;
    if (!has_event && uses_event(maker, condition)) {
        complain_of_event(compiling, expression, &gives);
    }
    return condition;
}

static void compile_sets(const struct compiling *compiling, struct recipe_transition *made)
{
    const struct transition *transition = compiling->transition;
    const struct condition **sets =
        ARENA_ARRAY(compiling->maker->arena, const struct condition *, transition->set_count + 1);
    for (size_t i = 0; i < transition->set_count; i++) {
        const struct assignment *set = &transition->sets[i];
        sets[i] = compile(compiling, &set->value, compiling->maker->names[set->field]);
    }
    made->sets = sets;
}

static void compile_with(const struct compiling *compiling, struct recipe_transition *made)
{
    const struct transition *transition = compiling->transition;
    const struct condition **with =
        ARENA_ARRAY(compiling->maker->arena, const struct condition *, transition->with_count + 1);
    for (size_t i = 0; i < transition->with_count; i++) {
        with[i] = compile(compiling, &transition->with[i].value,
                          (struct condition_field){.kind = CONDITION_ANY});
    }
    made->with = with;
}

void recipe__expressions(struct recipe_maker *maker)
{
    const struct condition_field yes_or_no = {.kind = CONDITION_FLAG};
    const struct compiling of_fields = {maker, NULL};
    for (size_t i = 0; i < maker->workflow->field_count; i++) {
        maker->musts[i] = compile(&of_fields, &maker->workflow->fields[i].must, yes_or_no);
    }
    for (size_t i = 0; i < maker->workflow->transition_count; i++) {
        const struct transition *transition = &maker->workflow->transitions[i];
        const struct compiling compiling = {maker, transition};
        struct recipe_transition *made = &maker->transitions[i];
        made->when = compile(&compiling, &transition->when, yes_or_no);
        if (transition->kind == TRANSITION_STAGE) {
            made->skip_when = compile(&compiling, &transition->stage.skip_when, yes_or_no);
        }
        compile_sets(&compiling, made);
        compile_with(&compiling, made);
    }
}
