/* users.h - the door of the directory of people. */
#ifndef SERVICES_USERS_USERS_H
#define SERVICES_USERS_USERS_H

#include "runtime/service.h"

extern const struct service users_service;

#endif
