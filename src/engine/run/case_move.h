/* case_move.h - what every way in does with a case: load it, move it, let it settle, write it.
 * Inside the engine only. */
#ifndef ENGINE_RUN_CASE_MOVE_H
#define ENGINE_RUN_CASE_MOVE_H

#include "engine/run/stage.h"
#include "engine/run/step.h"

/* Loads the case into the step, whose call, person, party and actor are given. ABSENT: there is
 * none. UNAVAILABLE: its definition cannot be run here. */
NODISCARD enum status case_move_begin(struct step *step, struct id case_id);

/* Settles and ends. */
NODISCARD enum status case_move_end(struct step *step);

/* Reads a form by a transition's `asks` and `accepts` into the record. MALFORMED: each complaint
 * has the field's name; problems_out is an array in the arena. */
struct form_problem {
    struct text field;
    const char *code; /* "required", "unknown_field", "bad_value" */
    struct text message;
};
struct form_problems {
    struct form_problem *items;
    size_t count;
};
NODISCARD enum status case_form_read(struct step *step, int transition, struct text form,
                                     struct form_problems *problems_out);

/* The sentence of what is wrong with it. */
struct text case_form_sentence(struct arena *arena, const struct form_problems *problems);

/* A case that begins with this transition, whose form has been read; and all that follows. EXISTS:
 * one is open already, and the record's id is that one's; nothing was written. REFUSED: its
 * condition is not so. */
NODISCARD enum status case_create(struct step *step, int transition);

#endif
