/* ask_check.h - reads what services ask against what others answer, and finds those who ask in a
 * circle. */
#ifndef RUNTIME_ASK_ASK_CHECK_H
#define RUNTIME_ASK_ASK_CHECK_H

#include "runtime/service.h"

/* NO_TEXT when all is well, else a sentence: "users: asks in a circle: users -> orders -> users".
 * The services are all there are, and each is sound by itself. */
struct text ask_check(struct arena *arena, const struct service *const *services,
                      size_t service_count);

#endif
