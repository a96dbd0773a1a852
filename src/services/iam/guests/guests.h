/* guests.h - a stranger comes in by himself: he leaves an address, a code is sent there, and who
 * has the code is a person from then on. A part of the service iam; docs/signing_in.md.
 *
 * Only where the setting iam.guest_role names the role that such people get. Whoever is there
 * already comes in as himself: neither answers nor their times tell who is.
 */
#ifndef SERVICES_IAM_GUESTS_GUESTS_H
#define SERVICES_IAM_GUESTS_GUESTS_H

#include "runtime/service.h"

extern const struct service_part guests_part;

#endif
