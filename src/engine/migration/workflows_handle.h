/* workflows_handle.h - the handlers behind these routes, and what they take and give. Inside the
 * room only. */
#ifndef ENGINE_MIGRATION_WORKFLOWS_HANDLE_H
#define ENGINE_MIGRATION_WORKFLOWS_HANDLE_H

#include "runtime/call.h"

enum { WORKFLOWS_PLAN_MAX = 100 };

struct workflows_input {
    struct text workflow;
    int64_t version; /* 0: the newest */
    bool with_closed;
    int64_t to;
    struct text without;  /* "answer,note": in the query */
    struct texts give_up; /* the same, in the body */
    bool is_plan;
    struct text cursor;
    int64_t limit;
    struct id case_id;
};

/* One version of a workflow, as it is known here. */
struct version_entry {
    struct text workflow;
    int64_t version;
    struct text source; /* "program", "directory", "kept" */
    struct text file;
    bool is_newest;
    struct text held_up; /* NO_TEXT: its cases move */
    int64_t open;
    int64_t closed; /* FIELD_NONE: not counted */
    struct text text;
};

/* What becomes, or became, of one case. */
struct crossing_entry {
    struct id case_id;
    int64_t version; /* it is of */
    int64_t to;
    struct text verdict;
    struct texts because;
    bool has_moved;
};

extern const struct shape workflows_list_takes;
extern const struct shape workflows_show_takes;
extern const struct shape workflows_plan_takes;
extern const struct shape workflows_move_takes;
extern const struct shape version_entry_shape;
extern const struct shape version_text_shape;
extern const struct shape crossing_entry_shape;

extern const struct refusal workflows_no_workflow;
extern const struct refusal workflows_no_version;
extern const struct refusal workflows_stands_still;
extern const struct refusal workflows_bad_cursor;
extern const struct refusal workflows_no_field;
extern const struct refusal workflows_no_case;

NODISCARD enum status workflows_list_handle(struct call *call);
NODISCARD enum status workflows_show_handle(struct call *call);
NODISCARD enum status workflows_plan_handle(struct call *call);
NODISCARD enum status workflows_move_handle(struct call *call);

#endif
