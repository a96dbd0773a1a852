/* seen.h - tells who keeps the sessions which of them are in use. */
#ifndef SERVICES_GATEWAY_SEEN_H
#define SERVICES_GATEWAY_SEEN_H

#include "runtime/service.h"

enum { SEEN_ERRAND_COUNT = 1, SEEN_CHORE_COUNT = 1 };

extern const struct errand seen_errands[SEEN_ERRAND_COUNT];
extern const struct chore seen_chores[SEEN_CHORE_COUNT];

#endif
