/* oauth_device.h - signing in with another screen (RFC 8628): a program without a browser shows a
 * code, and a person types it where he is signed in.
 *
 *   waiting --- yes ---> approved --- the program asks ---> used
 *      |
 *      +------- no ----> denied
 */
#ifndef SERVICES_IAM_OIDC_OAUTH_DEVICE_H
#define SERVICES_IAM_OIDC_OAUTH_DEVICE_H

#include "services/iam/oidc/oauth_token.h"

extern const struct shape oauth_device_takes;
extern const char oauth_device_answer[];
enum status oauth_device_begin_handle(struct call *call);

extern const struct shape oauth_device_page_takes;
enum status oauth_device_page_handle(struct call *call);

extern const struct shape oauth_device_look_takes;
extern const struct shape oauth_device_look_gives;
enum status oauth_device_look_handle(struct call *call);

extern const struct shape oauth_device_word_takes;
enum status oauth_device_word_handle(struct call *call);
extern const struct refusal oauth_device_unknown;

#endif
