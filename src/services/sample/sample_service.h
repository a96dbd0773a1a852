/* sample_service.h - the door of sample: people and cases to look at, and away with them. */
#ifndef SERVICES_SAMPLE_SAMPLE_SERVICE_H
#define SERVICES_SAMPLE_SAMPLE_SERVICE_H

#include "runtime/service.h"

extern const struct service sample_service;

#endif
