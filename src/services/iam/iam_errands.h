/* iam_errands.h - what sign-in tells other services to do, a row each. */
#ifndef SERVICES_IAM_IAM_ERRANDS_H
#define SERVICES_IAM_IAM_ERRANDS_H

#include "runtime/service.h"

enum {
    ERRAND_MAKE_PERSON,
    ERRAND_CHANGE_PERSON,
    ERRAND_NOTE_LOGIN,
    ERRAND_SEND_NOTICE,
    IAM_ERRAND_COUNT
};
extern const struct errand iam_errands[IAM_ERRAND_COUNT];

#endif
