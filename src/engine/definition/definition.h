/* definition.h - a workflow read from its YAML, or everything that is wrong with the file.
 *
 * docs/workflow.md is the manual of the form, docs/workflow.schema.json its JSON Schema; the schema
 * and the reader are made from the same tables (written.c). Input may be hostile.
 *
 * Reading looks at what one file says: words, limits, and that every name means something. Whether
 * the net can get stuck (soundness/), what is in the expressions, and which functions, commands and
 * events there are is for those who know.
 */
#ifndef ENGINE_DEFINITION_DEFINITION_H
#define ENGINE_DEFINITION_DEFINITION_H

#include "base/status.h"
#include "engine/definition/complaints.h"
#include "engine/workflow.h"

/* What the arena must have room for, whatever is in the file. */
enum { DEFINITION_ARENA_BYTES = 32 * 1024 * 1024 };

/* OK, or MALFORMED: workflow_out is then untouched. The complaints, by line and column, are there
 * either way and are none when it is OK. `file` is how they name it. Everything lives in the
 * arena. */
NODISCARD enum status definition_read(struct arena *arena, struct text file, struct text yaml,
                                      const struct workflow **workflow_out,
                                      const struct complaints **complaints_out);

/* The JSON Schema (2020-12) of what may be written, for editors. */
struct text definition_schema(struct arena *arena);

#endif
