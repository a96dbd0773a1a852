/* identity.h - the services there are, by which keys they are known, and what they may ask.
 *
 * People are one thing, services another: a service of this process is who its table says, one of
 * another process shows a credential signed by a key that stands in trusted.keys. Nothing of it is
 * a row, so it is looked at here and changed with a file.
 */
#ifndef SERVICES_IAM_IDENTITIES_IDENTITY_H
#define SERVICES_IAM_IDENTITIES_IDENTITY_H

#include "runtime/service.h"

extern const struct shape identity_shape;
enum status identity_list_handle(struct call *call);

#endif
