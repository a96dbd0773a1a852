/* house.h - what is chosen for the whole house: which apps nobody is shown.
 *
 * One row, made when something is chosen first. Hidden is not forbidden: what somebody may do is
 * said by his roles, and nothing stops or starts by it; the web client shows neither the screens of
 * a hidden app nor the ways into its cases.
 */
#ifndef SERVICES_IAM_HOUSE_HOUSE_H
#define SERVICES_IAM_HOUSE_HOUSE_H

#include "runtime/service.h"

extern const struct service_part house_part;

#endif
