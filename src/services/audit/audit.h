/* audit.h - the door of the record of what has happened, by whom, in which order. */
#ifndef SERVICES_AUDIT_AUDIT_H
#define SERVICES_AUDIT_AUDIT_H

#include "runtime/service.h"

extern const struct service audit_service;

#endif
