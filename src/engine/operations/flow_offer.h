/* flow_offer.h - what a participant may do with a case now: an operation with its token, or with
 * the reason why not (A8, A12, A23). Inside the room only.
 */
#ifndef ENGINE_OPERATIONS_FLOW_OFFER_H
#define ENGINE_OPERATIONS_FLOW_OFFER_H

#include "engine/operations/flow.h"
#include "engine/run/case_move.h"

/* Is it an operation that these parties are allowed at all? */
bool offer_is_for(const struct transition *rules, uint64_t parties);

/* NULL: he may do it now. Otherwise a code of fail_reasons.h. The case may be a new one. A
 * condition that the form itself decides is looked at when the form has come. */
const char *offer_refusal(struct step *step, int transition, const struct operation_row *under_way);

/* The operation under way in the case; none: a row of zeros. */
NODISCARD enum status offer_under_way(const struct flow *flow, const struct case_record *record,
                                      struct operation_row *row_out);

/* {"code": ..., "message": ..., "details": {...}} */
void offer_put_refusal(struct json_writer *writer, const struct transition *rules,
                       const char *code);

/* {"because": {"ru": ..., "en": ...}}; {} for the others */
void offer_put_details(struct json_writer *writer, const struct transition *rules,
                       const char *code);

/* What he is offered: those out of `start` when the record is new, the others when it is not. An
 * array; without tokens it is what an ETag is made of. */
void offer_put_all(struct json_writer *writer, const struct flow *flow,
                   const struct flow_case *seen, const struct operation_row *under_way,
                   bool with_tokens);

#endif
