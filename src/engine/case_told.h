/* case_told.h - what cases say about themselves. */
#ifndef ENGINE_CASE_TOLD_H
#define ENGINE_CASE_TOLD_H

#include "base/field.h"
#include "base/id.h"
#include "base/text.h"

/* SERVICE.case_changed: told by every step; its subject is the case's id. Whoever may not see the
 * case is told nothing by it: the streams show it to the people it names. */
struct case_changed {
    struct id case_id;
    struct text workflow;
    int64_t version;
    struct texts places;
    int64_t revision;
    struct id operation_id;       /* whose outcome this is; none: of no operation */
    struct text operation_status; /* NO_TEXT: of no operation */
    struct texts people;          /* ids in the fields that participants are told apart by */
};
extern const struct shape case_changed_shape;

/* What `tells` of a workflow names, unless the service has a row of its own for it. */
struct case_told {
    struct id case_id;
    struct text workflow;
    int64_t version;
    int64_t revision;
    struct text fields; /* a JSON object */
};
extern const struct shape case_told_shape;

#endif
