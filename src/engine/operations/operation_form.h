/* operation_form.h - the form of an operation: for whoever draws it, and as a JSON Schema. */
#ifndef ENGINE_OPERATIONS_OPERATION_FORM_H
#define ENGINE_OPERATIONS_OPERATION_FORM_H

#include "base/json.h"
#include "engine/workflow.h"

/* Of an object that is open: "name", "kind", "label", limits, choices. */
void case_field_put(struct json_writer *writer, const struct case_field *field);

/* [{"name": ..., "kind": ..., "label": {...}, "required": ..., limits, choices}] */
void operation_form_put(struct json_writer *writer, const struct workflow *workflow,
                        const struct transition *rules);

/* The schema of the body that does the operation: {"token": ..., "form": {...}}. */
struct text operation_body_schema(struct arena *arena, const struct workflow *workflow,
                                  const struct transition *rules);

#endif
