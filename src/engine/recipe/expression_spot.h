/* expression_spot.h - where in the file a place inside an expression is. */
#ifndef ENGINE_RECIPE_EXPRESSION_SPOT_H
#define ENGINE_RECIPE_EXPRESSION_SPOT_H

#include "engine/case_field.h"

/* The spot of the letter `line`, `column` (both from 1) of what was written. YAML may have taken
 * quotes and folds away, so both are read side by side; where they cannot be, the spot at which the
 * expression begins. */
struct spot expression_spot(struct text yaml, const struct expression *expression, int line,
                            int column);

#endif
