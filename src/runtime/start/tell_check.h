/* tell_check.h - reads what services tell against what others listen to and accept. */
#ifndef RUNTIME_START_TELL_CHECK_H
#define RUNTIME_START_TELL_CHECK_H

#include "runtime/service.h"

/* NO_TEXT when all is well, else a sentence: "board: nobody tells 'shop.orderd'; did you mean
 * 'shop.ordered'?" */
struct text tell_check(struct arena *arena, const struct service *const *services,
                       size_t service_count);

#endif
