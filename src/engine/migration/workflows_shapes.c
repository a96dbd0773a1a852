/* workflows_shapes.c - what these routes take and give, and what they say no with. */
#include "engine/migration/workflows_handle.h"

#include "engine/workflow.h"

enum { FIELDS_BYTES_MAX = 4096, CURSOR_BYTES_MAX = 80, LIMIT_OTHERWISE = 50 };

const struct refusal workflows_no_workflow = {"no_workflow", 404,
                                              "There is no workflow of this name here."};
const struct refusal workflows_no_version = {"no_version", 404,
                                             "The workflow has no such version here."};
const struct refusal workflows_stands_still = {
    "stands_still", 409, "Cases of this version stand still themselves, so none may move there."};
const struct refusal workflows_bad_cursor = {"bad_cursor", 400,
                                             "This cursor is not one that a list has given."};
const struct refusal workflows_no_field = {"no_field", 422,
                                           "No version of the workflow has a field of this name."};
const struct refusal workflows_no_case = {"no_case", 404, "There is no such case of it."};

/* ---- what is taken ---- */

#define AT(member) .offset = offsetof(struct workflows_input, member)
#define SHAPE(n, rows)                                                                             \
    {                                                                                              \
        .name = (n), .fields = (rows), .field_count = COUNT_OF(rows),                              \
        .bytes = sizeof(struct workflows_input),                                                   \
    }
#define WORKFLOW_FIELD                                                                             \
    {                                                                                              \
        .name = "workflow", .kind = FIELD_TEXT, AT(workflow), .place = FIELD_IN_PATH,              \
        .required = true, .bytes_max = WORKFLOW_NAME_BYTES_MAX                                     \
    }

static const struct field list_fields[] = {
    {.name = "closed",
     .kind = FIELD_FLAG,
     AT(with_closed),
     .place = FIELD_IN_QUERY,
     .meaning = "Count those that have ended too, which reads every case there ever was"},
};
const struct shape workflows_list_takes = SHAPE("ListWorkflows", list_fields);

static const struct field show_fields[] = {
    WORKFLOW_FIELD,
    {.name = "version",
     .kind = FIELD_INTEGER,
     AT(version),
     .place = FIELD_IN_QUERY,
     .maximum = INT32_MAX,
     .meaning = "Without it the one that new cases are of"},
};
const struct shape workflows_show_takes = SHAPE("GetWorkflow", show_fields);

static const struct field plan_fields[] = {
    WORKFLOW_FIELD,
    {.name = "to",
     .kind = FIELD_INTEGER,
     AT(to),
     .place = FIELD_IN_QUERY,
     .required = true,
     .minimum = 1,
     .maximum = INT32_MAX,
     .meaning = "The version they would move to"},
    {.name = "without",
     .kind = FIELD_TEXT,
     AT(without),
     .place = FIELD_IN_QUERY,
     .bytes_max = FIELDS_BYTES_MAX,
     .meaning = "Fields whose values are given up, with commas between"},
    {.name = "cursor",
     .kind = FIELD_TEXT,
     AT(cursor),
     .place = FIELD_IN_QUERY,
     .bytes_max = CURSOR_BYTES_MAX,
     .meaning = "Go on after the page that gave it"},
    {.name = "limit",
     .kind = FIELD_INTEGER,
     AT(limit),
     .place = FIELD_IN_QUERY,
     .minimum = 1,
     .maximum = WORKFLOWS_PLAN_MAX,
     .otherwise = LIMIT_OTHERWISE,
     .meaning = "How many on a page"},
};
const struct shape workflows_plan_takes = SHAPE("PlanWorkflow", plan_fields);

static const struct field move_fields[] = {
    WORKFLOW_FIELD,
    {.name = "to",
     .kind = FIELD_INTEGER,
     AT(to),
     .required = true,
     .minimum = 1,
     .maximum = INT32_MAX,
     .meaning = "The version it moves to"},
    {.name = "case_id", .kind = FIELD_ID, AT(case_id), .required = true},
    {.name = "without",
     .kind = FIELD_TEXTS,
     AT(give_up),
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .items_max = WORKFLOW_FIELDS_MAX,
     .meaning = "Fields whose values are given up; its history keeps them"},
    {.name = "plan_only",
     .kind = FIELD_FLAG,
     AT(is_plan),
     .meaning = "True: it is told what would become of it, and nothing happens"},
};
const struct shape workflows_move_takes = SHAPE("MoveCase", move_fields);
#undef AT
#undef SHAPE

/* ---- what is given ---- */

#define AT(member) .offset = offsetof(struct version_entry, member)
#define VERSION_FIELDS                                                                             \
    {.name = "workflow", .kind = FIELD_TEXT, AT(workflow)},                                        \
        {.name = "version", .kind = FIELD_INTEGER, AT(version)},                                   \
        {.name = "source",                                                                         \
         .kind = FIELD_TEXT,                                                                       \
         AT(source),                                                                               \
         .meaning = "program: compiled in; directory: a file; kept: no file has it any more, and " \
                    "it is here for the cases that are of it"},                                    \
        {.name = "file", .kind = FIELD_TEXT, AT(file)},                                            \
        {.name = "is_newest",                                                                      \
         .kind = FIELD_FLAG,                                                                       \
         AT(is_newest),                                                                            \
         .meaning = "New cases are of it"},                                                        \
    {                                                                                              \
        .name = "held_up", .kind = FIELD_TEXT, AT(held_up),                                        \
        .meaning = "Why its cases stand still; null: they do not"                                  \
    }

static const struct field version_fields[] = {
    VERSION_FIELDS,
    {.name = "open", .kind = FIELD_INTEGER, AT(open), .meaning = "Cases of it that are open"},
    {.name = "closed",
     .kind = FIELD_INTEGER,
     AT(closed),
     .meaning = "And that have ended; null: nobody has counted"},
};
const struct shape version_entry_shape = {
    .name = "WorkflowVersion",
    .fields = version_fields,
    .field_count = COUNT_OF(version_fields),
    .bytes = sizeof(struct version_entry),
};

static const struct field text_fields[] = {
    VERSION_FIELDS,
    {.name = "text", .kind = FIELD_TEXT, AT(text), .meaning = "The file as it was written"},
};
const struct shape version_text_shape = {
    .name = "WorkflowText",
    .fields = text_fields,
    .field_count = COUNT_OF(text_fields),
    .bytes = sizeof(struct version_entry),
};
#undef AT

#define AT(member) .offset = offsetof(struct crossing_entry, member)
static const struct field crossing_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "version", .kind = FIELD_INTEGER, AT(version), .meaning = "It was of until now"},
    {.name = "to", .kind = FIELD_INTEGER, AT(to), .meaning = "The version it would move to"},
    {.name = "verdict",
     .kind = FIELD_TEXT,
     AT(verdict),
     .meaning = "moves; stays: from where it is there is no way into that version; blocked: "
                "something must end, or be mended, before it could"},
    {.name = "because",
     .kind = FIELD_TEXTS,
     AT(because),
     .meaning = "Every reason why it does not move"},
    {.name = "has_moved", .kind = FIELD_FLAG, AT(has_moved), .meaning = "It is done"},
};
#undef AT
const struct shape crossing_entry_shape = {
    .name = "CaseCrossing",
    .fields = crossing_fields,
    .field_count = COUNT_OF(crossing_fields),
    .bytes = sizeof(struct crossing_entry),
};
