/* case_search.h - goes through the cases that a participant may see, in the order they began.
 * Inside the room only.
 *
 * Which cases are looked at is chosen by what is asked for: those with one value in a key, those
 * the participant himself stands in, those in a place, or all. Each is loaded and judged by the
 * view: what a filter finds out about a field he finds out only where he sees the field.
 */
#ifndef ENGINE_OPERATIONS_CASE_SEARCH_H
#define ENGINE_OPERATIONS_CASE_SEARCH_H

#include "engine/operations/case_list_store.h"
#include "engine/operations/flow.h"
#include "engine/operations/flow_handlers.h"

enum { CASE_SEARCH_LOOKS_MAX = 2000 }; /* cases looked at for one page */

struct case_search {
    const struct flow *flow;
    const struct cases_input *input;
    struct case_source *sources;
    size_t source_count;
    struct id last; /* the last case that was looked at */
    unsigned looks;
};

/* MALFORMED: there is no such place, or no such key, or the value does not fit; *field_out is the
 * name of the filter. `after`: the last case of the page before; none: from the beginning. */
NODISCARD enum status case_search_begin(const struct flow *flow, const struct cases_input *input,
                                        struct id after, struct case_search *search_out,
                                        const char **field_out);

/* The next one that fits. ABSENT: there are no more. BUSY: it has looked at enough for one page,
 * and there may be more behind search->last. */
NODISCARD enum status case_search_next(struct case_search *search, struct flow_case *case_out);

/* Does he stand in it by name? */
bool case_search_is_own(const struct case_search *search, const struct case_record *record);

/* Does anyone of his parties see cases he does not stand in? */
bool case_search_sees_all(const struct flow *flow);

#endif
