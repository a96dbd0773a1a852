/* expression.h - the value of an expression for a case as it is now. Inside the engine only. */
#ifndef ENGINE_RUN_EXPRESSION_H
#define ENGINE_RUN_EXPRESSION_H

#include "engine/run/step.h"

/* MALFORMED, TOO_LARGE: it cannot be evaluated; the step's fault says why. */
NODISCARD enum status expression_value(struct step *step, const struct condition *condition,
                                       struct value *value_out);

/* Is it true? Without a condition: yes. */
NODISCARD enum status expression_holds(struct step *step, const struct condition *condition,
                                       bool *holds_out);

/* As JSON, by the kind of the expression. */
void expression_write(struct json_writer *writer, const struct step *step,
                      const struct condition *condition, const struct value *value);

#endif
