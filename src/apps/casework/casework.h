/* casework.h - the door of casework: people's own business cases. */
#ifndef APPS_CASEWORK_CASEWORK_H
#define APPS_CASEWORK_CASEWORK_H

#include "runtime/service.h"

extern const struct service casework_service;

#endif
