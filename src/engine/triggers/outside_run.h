/* outside_run.h - a function or a trigger at work outside of a case. Inside the engine only. */
#ifndef ENGINE_TRIGGERS_OUTSIDE_RUN_H
#define ENGINE_TRIGGERS_OUTSIDE_RUN_H

#include "engine/run/stage.h"

struct outside_run {
    struct id case_id;    /* that it was named for; none */
    struct text work_id;  /* the Idempotency-Key, or the notice */
    struct text trigger;  /* the kind; NO_TEXT: a function */
    int64_t revision;     /* of what the trigger has remembered; 0: nothing */
    bool has_been_looked; /* the revision is known */
};

/* What only a function of a case may say. */
extern const struct refusal function_needs_case;

#endif
