/* waiting.h - for whom a case waits: who has to do something so that it goes on.
 *
 * A case waits in a place for those who may do what leads out of that place alone. What may be done
 * in many places at any time (to cancel, to ask for a rating) is nobody's turn, unless nothing else
 * leads out; what leaves the case where it is never is. Where a stage goes on by itself the case
 * waits for nobody.
 */
#ifndef ENGINE_VIEW_WAITING_H
#define ENGINE_VIEW_WAITING_H

#include "engine/run/case_record.h"

/* Is it the turn of one of these parties? What conditions say is not looked at. */
bool case_waits_for(const struct case_record *record, uint64_t parties);

/* The places in which a case may wait for them. */
struct bit_set places_that_wait(const struct workflow *workflow, uint64_t parties);

#endif
