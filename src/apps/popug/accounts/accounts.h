/* accounts.h - the door of the accounts. */
#ifndef APPS_POPUG_ACCOUNTS_ACCOUNTS_H
#define APPS_POPUG_ACCOUNTS_ACCOUNTS_H

#include "runtime/service.h"

extern const struct service accounts_service;

#endif
