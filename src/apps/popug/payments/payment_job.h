/* payment_job.h - one asking of the provider: what is asked, and what has come of it. It is leased
 * and noted in transactions; in between it is in the hand of a thread, and may be lost with it.
 */
#ifndef APPS_POPUG_PAYMENTS_PAYMENT_JOB_H
#define APPS_POPUG_PAYMENTS_PAYMENT_JOB_H

#include "apps/popug/payments/payment.h"

enum outcome {
    OUTCOME_UNKNOWN,
    OUTCOME_ABSENT, /* the provider has never heard of it */
    OUTCOME_WAITS,
    OUTCOME_DONE,
    OUTCOME_FAILED,
};

struct payment_job {
    struct payment payment; /* as it is leased */
    struct text provider;
    int64_t timeout_ms;
    bool is_lookup; /* it may have been sent before: what came of it? */
    enum outcome outcome;
    struct text reference;
    struct text reason;
};

#endif
