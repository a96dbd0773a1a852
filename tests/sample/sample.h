/* sample.h - the services of the sample program; README.md says what each does. */
#ifndef TESTS_SAMPLE_SAMPLE_H
#define TESTS_SAMPLE_SAMPLE_H

#include "runtime/service.h"

extern const struct service shop_service;
extern const struct service till_service;
extern const struct service board_service;
extern const struct service office_service;
extern const struct service payroll_service;
extern const struct service steps_service;
extern const struct service corp_service;

/* What an order tells about itself, and what a charge needs. */
struct order {
    struct id order_id;
    int64_t amount;
    struct text behaviour; /* "", "refuse", "fail_twice", "poison", "board_poison", "board_crash" */
    bool is_urgent;        /* its charge must be answered within half a second */
    struct text state;     /* ordered, charged, refused, expired */
    struct text reason;
    int64_t replies; /* how often the reply was handled: never more than once */
    int64_t revision;
};
extern const struct shape order_shape;

#endif
