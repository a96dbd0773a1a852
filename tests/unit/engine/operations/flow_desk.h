/* flow_desk.h - what participants do below /flow: they look at the state, and do what it offers. */
#ifndef TESTS_UNIT_ENGINE_OPERATIONS_FLOW_DESK_H
#define TESTS_UNIT_ENGINE_OPERATIONS_FLOW_DESK_H

#include "engine/operations/flow_handlers.h"
#include "tests/unit/engine/engine_desk.h"

static inline struct desk_said desk_state(struct desk_person who, const char *path,
                                          struct id case_id)
{
    const struct state_input input = {.case_id = case_id};
    return desk_ask((struct desk_request){.who = who, .path = path, .input = &input});
}

/* The permit that the state offers; "-" when it gives a reason instead. */
static inline const char *desk_permit(const struct desk_said *state, const char *operation)
{
    return desk_word(desk_item(state, "new_operations", "operation", operation), "token");
}

static inline const char *desk_reason(const struct desk_said *state, const char *operation)
{
    return desk_word(desk_item(state, "new_operations", "operation", operation),
                     "disable_reason/code");
}

static inline struct desk_said desk_operate(struct desk_person who, const char *path,
                                            const char *permit, const char *form)
{
    const struct operate_input input = {.token_text = text_of(permit), .form = text_of(form)};
    return desk_ask(
        (struct desk_request){.who = who, .path = path, .input = &input, .posts = true});
}

#endif
