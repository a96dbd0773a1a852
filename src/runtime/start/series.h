/* series.h - all the migrations of one schema: those of the floors below, then the service's own.
 */
#ifndef RUNTIME_START_SERIES_H
#define RUNTIME_START_SERIES_H

#include "runtime/service.h"

enum { SERIES_MAX = 12 };

/* In the order in which they are applied; how many there are. */
size_t series_of(const struct service *service, struct series series_out[SERIES_MAX]);

#endif
