/* expression.c - hands a case's fields to an evaluator; each thread has one of its own. */
#include "engine/run/expression.h"

#include <pthread.h>
#include <stdio.h>

enum { QUOTED_BYTES_MAX = 120 };

static pthread_key_t evaluators;
static pthread_once_t evaluators_once = PTHREAD_ONCE_INIT;

static void end_evaluator(void *thing)
{
    struct evaluator *evaluator = thing;
    evaluator_destroy(&evaluator);
}

static void make_key(void)
{
    if (pthread_key_create(&evaluators, end_evaluator) != 0) {
        memory_refused();
    }
}

static struct evaluator *evaluator_here(void)
{
    pthread_once(&evaluators_once, make_key);
    struct evaluator *evaluator = pthread_getspecific(evaluators);
    if (evaluator == NULL) {
        evaluator = evaluator_create();
        if (pthread_setspecific(evaluators, evaluator) != 0) {
            memory_refused();
        }
    }
    return evaluator;
}

/* The fields by their index, and then what is given. */
static struct values all_values(const struct step *step)
{
    const struct case_record *record = step->record;
    size_t count = record->recipe->workflow->field_count;
    struct value *values = ARENA_ARRAY(step->call->arena, struct value, count + RECIPE_GIVEN_COUNT);
    for (size_t i = 0; i < count; i++) {
        values[i] = record->values[i];
    }
    values[count + RECIPE_CASE_ID] = value_id(record->id);
    values[count + RECIPE_CALLER_ID] = value_id(step->person);
    values[count + RECIPE_NOW] = value_time(step->call->now_ms);
    values[count + RECIPE_EVENT] = value_text(step->event);
    return (struct values){values, count + RECIPE_GIVEN_COUNT};
}

/* 'low' in leave.yaml:12, "when: amount * 2 > 5": the value passes 64 bits */
void expression_blame(struct step *step, const struct formula *formula, struct text why)
{
    struct text written = text_start(formula->written->text, QUOTED_BYTES_MAX);
    bool is_long = written.bytes < formula->written->text.bytes;
    step->fault = text_format(
        step->call->arena, "'%.*s' in %.*s:%d, \"%s: %.*s%s\": %.*s", TEXT_ARGS(*formula->name),
        TEXT_ARGS(step->record->recipe->workflow->file), formula->written->at.line, formula->entry,
        TEXT_ARGS(written), is_long ? "..." : "", TEXT_ARGS(why));
}

enum status expression_value(struct step *step, const struct formula *formula,
                             struct value *value_out)
{
    struct text why = NO_TEXT;
    enum status status = condition_evaluate(evaluator_here(), step->call->arena, formula->condition,
                                            all_values(step), value_out, &why);
    if (status == STATUS_MALFORMED || status == STATUS_TOO_LARGE) {
        expression_blame(step, formula, why);
    }
    return status;
}

enum status expression_holds(struct step *step, const struct formula *formula, bool *holds_out)
{
    struct value value = value_flag(true);
    enum status status =
        formula->condition != NULL ? expression_value(step, formula, &value) : STATUS_OK;
    *holds_out = status == STATUS_OK && condition_says_yes(&value);
    return status;
}

/* Money without a currency is not written: it has that of the first money it was computed from. */
static const char *currency_of(const struct step *step, const struct condition *condition)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    struct condition_fields fields = condition_fields(condition);
    for (size_t i = 0; i < fields.count; i++) {
        size_t index = fields.items[i];
        if (index < workflow->field_count && workflow->fields[index].kind == CASE_MONEY) {
            return workflow->fields[index].currency;
        }
    }
    return "";
}

static enum case_kind kind_of(const struct condition *condition)
{
    static const enum case_kind kinds[CONDITION_KIND_COUNT] = {
        [CONDITION_FLAG] = CASE_FLAG,     [CONDITION_INTEGER] = CASE_INTEGER,
        [CONDITION_MONEY] = CASE_MONEY,   [CONDITION_TEXT] = CASE_TEXT,
        [CONDITION_ID] = CASE_ID,         [CONDITION_DATE] = CASE_DATE,
        [CONDITION_TIME] = CASE_TIME,     [CONDITION_TEXTS] = CASE_TEXTS,
        [CONDITION_OBJECT] = CASE_OBJECT, [CONDITION_ANY] = CASE_TEXT,
    };
    return kinds[condition_kind(condition)];
}

void expression_write(struct json_writer *writer, const struct step *step,
                      const struct condition *condition, const struct value *value)
{
    struct case_field field = {.kind = kind_of(condition)};
    snprintf(field.currency, sizeof field.currency, "%s", currency_of(step, condition));
    case_value_write(writer, &field, value);
}
