/* fail_reasons.h - every code that operations say no with, and what stands in its details (A6, A7).
 *
 * The list is open: a client must live with a code that it does not know. Served below
 * /flow/KIND/WORKFLOW/fail-reasons, together with what the functions of that workflow refuse with.
 */
#ifndef ENGINE_OPERATIONS_FAIL_REASONS_H
#define ENGINE_OPERATIONS_FAIL_REASONS_H

#include "base/arena.h"
#include "engine/recipe.h"
#include "runtime/call.h"

/* Where a code is said. */
enum reason_place {
    REASON_OF_REQUEST = 1,   /* a problem document: nothing was done */
    REASON_OF_OFFER = 2,     /* disable_reason of an operation */
    REASON_OF_OPERATION = 4, /* fail_reason of an operation that has failed */
};

struct fail_reason {
    const char *code;
    unsigned places; /* of reason_place */
    const char *meaning;
    const char *details; /* a JSON Schema */
};

extern const struct fail_reason fail_reasons[];
extern const size_t fail_reason_count;

/* NULL: no such code is said by the engine itself. */
const struct fail_reason *fail_reason_find(struct text code);

/* {"fail_reasons": [{code, said_by, meaning, details}]}, the workflow's functions included. */
struct text fail_reasons_write(struct arena *arena, const struct recipe *recipe);

/* GET .../fail-reasons */
NODISCARD enum status fail_reasons_handle(struct call *call);

/* ---- what requests are refused with ---- */

extern const struct refusal flow_unauthorized;
extern const struct refusal flow_forbidden;
extern const struct refusal flow_case_not_found;
extern const struct refusal flow_file_not_found;
extern const struct refusal flow_file_not_wanted;
extern const struct refusal flow_file_too_large;
extern const struct refusal flow_file_type_refused;
extern const struct refusal flow_too_many_files;
extern const struct refusal flow_piece_missing;
extern const struct refusal flow_operation_not_found;
extern const struct refusal flow_unknown_event;
extern const struct refusal flow_invalid_token;
extern const struct refusal flow_condition;
extern const struct refusal flow_expression_failed;
extern const struct refusal flow_already_open;
extern const struct refusal flow_bad_query;

#endif
