/* expression.h - the value of an expression for a case as it is now. Inside the engine only. */
#ifndef ENGINE_RUN_EXPRESSION_H
#define ENGINE_RUN_EXPRESSION_H

#include "engine/run/step.h"

/* What is computed, and where a person has written it. */
struct formula {
    const struct condition *condition;
    const struct expression *written;
    const char *entry;       /* "when" */
    const struct text *name; /* of the transition, or of the field */
};

/* MALFORMED, TOO_LARGE: it cannot be evaluated; the step's fault says which one, its line, and
 * why. */
NODISCARD enum status expression_value(struct step *step, const struct formula *formula,
                                       struct value *value_out);

/* Is it true? Without a condition: yes. */
NODISCARD enum status expression_holds(struct step *step, const struct formula *formula,
                                       bool *holds_out);

/* The same said of a value that was computed, and cannot be what it is for. */
void expression_blame(struct step *step, const struct formula *formula, struct text why);

/* As JSON, by the kind of the expression. */
void expression_write(struct json_writer *writer, const struct step *step,
                      const struct condition *condition, const struct value *value);

#endif
