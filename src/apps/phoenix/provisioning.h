/* provisioning.h - what sets a client up: the functions of A29 and A30, for cases of phoenix and
 * for services outside. Each finds what it has made already, so nothing is made twice.
 */
#ifndef APPS_PHOENIX_PROVISIONING_H
#define APPS_PHOENIX_PROVISIONING_H

#include "engine/cases.h"

enum { PROVISIONING_COUNT = 4 };
extern const struct case_function provisioning_functions[PROVISIONING_COUNT];

#endif
