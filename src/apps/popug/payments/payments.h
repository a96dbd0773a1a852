/* payments.h - the door of payments. */
#ifndef APPS_POPUG_PAYMENTS_PAYMENTS_H
#define APPS_POPUG_PAYMENTS_PAYMENTS_H

#include "runtime/service.h"

extern const struct service payments_service;

#endif
