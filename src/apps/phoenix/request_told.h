/* request_told.h - what requests say when they move. Everybody may listen, so an event has what its
 * customer may see of his own request, and neither comments nor notes of the staff.
 */
#ifndef APPS_PHOENIX_REQUEST_TOLD_H
#define APPS_PHOENIX_REQUEST_TOLD_H

#include "runtime/service.h"

struct request_told {
    struct id case_id;
    struct id owner_id;       /* the customer */
    struct text company_name; /* NO_TEXT: not filled in yet; so are the others */
    struct text return_reason;
    struct text reject_reason;
};
extern const struct shape request_told_shape;

enum { REQUEST_EVENT_COUNT = 9 };
extern const struct event request_events[REQUEST_EVENT_COUNT];

#endif
