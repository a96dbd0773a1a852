/* mend.h - what a person does with a case that does not go on by itself.
 *
 *   retry    a stage that has failed is done once more, with all its tries before it
 *   skip     it counts as done, with the result that is given
 *   edit     fields get other values
 *   move     the case goes to other places, if any case could be there
 *   cancel   it goes to an end
 *
 * Each of them is a row of the case's history that says who did it and why; what follows by itself
 * follows. The step has been begun, and the caller ends it (case_move.h).
 */
#ifndef ENGINE_STAGES_MEND_H
#define ENGINE_STAGES_MEND_H

#include "engine/run/case_move.h"

struct mending {
    struct step *step;
    struct text why;  /* what the person says */
    struct text said; /* REFUSED: a sentence for him */
};

/* The only stage that it can be done to when nothing is given. REFUSED: there is none, or there are
 * several. */
NODISCARD enum status mend_find_stage(struct mending *mending, struct text given,
                                      int *transition_out);

/* All answer REFUSED when it cannot be done, and nothing has happened then. */
NODISCARD enum status mend_retry(struct mending *mending, int transition);
NODISCARD enum status mend_skip(struct mending *mending, int transition, struct text result,
                                struct text next);
NODISCARD enum status mend_edit(struct mending *mending, struct text fields);
NODISCARD enum status mend_move(struct mending *mending, struct texts places);
NODISCARD enum status mend_cancel(struct mending *mending, struct text place);

#endif
