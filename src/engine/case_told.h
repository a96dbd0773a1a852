/* case_told.h - what cases say about themselves. */
#ifndef ENGINE_CASE_TOLD_H
#define ENGINE_CASE_TOLD_H

#include "base/field.h"
#include "base/id.h"
#include "base/text.h"

/* SERVICE.case_changed: told by every step; its subject is the case's id. Who sees nothing of what
 * has changed is told nothing: the streams show it to the parties it names. */
struct case_changed {
    struct id case_id;
    struct text workflow;
    int64_t version;
    struct texts places;
    int64_t revision;
    struct id operation_id;       /* whose outcome this is; none: of no operation */
    struct text operation_status; /* NO_TEXT: of no operation */
    struct text asked_by;         /* "KIND/person id": who has asked for that operation */
    /* "office.manager", "staff/person id": parties that see something of what has changed. */
    struct texts shown_to;
};
extern const struct shape case_changed_shape;

/* SERVICE.case_viewed_as: somebody has looked at a case as if he were another participant. */
struct case_viewed {
    struct id case_id;
    struct text workflow;
    int64_t version;
    int64_t revision;
    struct text as; /* "b2b", "admin.moderator" */
};
extern const struct shape case_viewed_shape;

/* SERVICE.case_forgotten: it is gone for good, with all that stood beside it; its id is never used
 * again. Nothing of what was known of it is told. */
struct case_forgotten {
    struct id case_id;
    struct text workflow;
    int64_t version;
    int64_t revision;      /* one more than it had */
    struct texts shown_to; /* as of case_changed */
};
extern const struct shape case_forgotten_shape;

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
