/* profile.h - a person's own settings: who am I, my name, my language, my password. */
#ifndef SERVICES_IAM_SIGN_IN_PROFILE_H
#define SERVICES_IAM_SIGN_IN_PROFILE_H

#include "runtime/service.h"

extern const struct shape profile_shape;
extern const struct shape profile_change_takes;
enum status profile_get_handle(struct call *call);
enum status profile_change_handle(struct call *call);
extern const struct refusal profile_unknown;

extern const struct shape password_change_takes;
bool password_change_is_slow(const struct call *call);
enum status password_change_gather(struct call *call);
enum status password_change_handle(struct call *call);

#endif
