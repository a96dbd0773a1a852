/* phoenix.h - the door of phoenix: business customers are taken in. */
#ifndef APPS_PHOENIX_PHOENIX_H
#define APPS_PHOENIX_PHOENIX_H

#include "runtime/service.h"

extern const struct service phoenix_service;

#endif
