/* case_move.h - what every way in does with a case: load it, move it, let it settle, write it.
 * Inside the engine only. */
#ifndef ENGINE_RUN_CASE_MOVE_H
#define ENGINE_RUN_CASE_MOVE_H

#include "engine/run/stage.h"
#include "engine/run/step.h"

enum { CASE_ARENA_BYTES_MAX = 16 * 1024 * 1024 }; /* for one of several cases in one call */

/* Loads the case into the step, whose call, person, party and actor are given. ABSENT: there is
 * none. UNAVAILABLE: its definition cannot be run here. */
NODISCARD enum status case_move_begin(struct step *step, struct id case_id);

/* Settles and ends. */
NODISCARD enum status case_move_end(struct step *step);

/* Reads a form by a transition's `asks` and `accepts` into the record. MALFORMED: each complaint
 * has the field's name; problems_out is an array in the arena. */
struct form_problem {
    struct text field;
    const char *code; /* "required", "unknown_field", "bad_value", "condition" */
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

/* What a message has set off cannot be computed: REFUSED, with the sentence, so that it is kept as
 * a dead message until a person has looked. Any other status is given back. */
NODISCARD enum status case_fault_of(struct call *call, const struct step *step, enum status status);

/* It happens if it can, and all that follows; if not, the case is elsewhere by now, and that is no
 * fault. MALFORMED, TOO_LARGE: an expression has a fault; step->fault. The step has been begun. */
NODISCARD enum status case_fire(struct step *step, int transition);

/* Does the transition bring a case into being? */
bool case_begins(const struct transition *rules);

/* A new case of the recipe, by what has happened. OK also when one is open already, or the
 * transition's condition is not so. REFUSED as case_fault_of. */
struct case_beginning {
    const struct recipe *recipe;
    int transition;
    struct text actor;
    struct text event; /* its data; NO_TEXT: it was none */
};
NODISCARD enum status case_begin(struct call *call, const struct case_beginning *beginning);
/* The open case that it would be a second one of: OK. ABSENT: there is none. */
NODISCARD enum status case_find_rival(struct step *step, int transition, struct id *id_out);

/* A case that begins with this transition, whose form has been read; and all that follows. EXISTS:
 * one is open already, and the record's id is that one's; nothing was written. REFUSED: its
 * condition is not so. MALFORMED, TOO_LARGE: step->fault. */
NODISCARD enum status case_create(struct step *step, int transition);

#endif
