/* stream_check.h - the streams of all services, read against each other and against the routes. */
#ifndef RUNTIME_START_STREAM_CHECK_H
#define RUNTIME_START_STREAM_CHECK_H

#include "runtime/service.h"

/* NO_TEXT when all is well, else a sentence. The services themselves MUST be sound already. */
struct text stream_check(struct arena *arena, const struct service *const *services,
                         size_t service_count);

#endif
