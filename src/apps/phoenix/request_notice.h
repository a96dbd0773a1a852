/* request_notice.h - people are told what concerns them: moderators that a request waits, a
 * customer what has become of his. The events of requests say it; notifications finds the way to
 * the person.
 */
#ifndef APPS_PHOENIX_REQUEST_NOTICE_H
#define APPS_PHOENIX_REQUEST_NOTICE_H

#include "runtime/service.h"

/* What the service tells notifications. Rows of workflows stand behind them, in a table that the
 * engine makes, so they are found by their index. */
enum { ERRAND_SEND, ERRAND_DEFINE, PHOENIX_ERRAND_COUNT };

extern const struct shape request_notice_shape; /* as notifications.send takes it */

/* Each takes request_told_shape. */
NODISCARD enum status request_notice_submitted(struct call *call);
NODISCARD enum status request_notice_begun_for_customer(struct call *call);
NODISCARD enum status request_notice_returned(struct call *call);
NODISCARD enum status request_notice_rejected(struct call *call);
NODISCARD enum status request_notice_stalled(struct call *call);
NODISCARD enum status request_notice_completed(struct call *call);
NODISCARD enum status request_notice_abandoned(struct call *call);

#endif
