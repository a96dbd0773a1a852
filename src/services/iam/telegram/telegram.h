/* telegram.h - a person's Telegram: linked by a code, and asked about by the bot (C49).
 *
 * The person asks for a code where he is signed in and tells it to the bot, which says whose
 * Telegram it came from: so neither of the two can link what is not his.
 */
#ifndef SERVICES_IAM_TELEGRAM_TELEGRAM_H
#define SERVICES_IAM_TELEGRAM_TELEGRAM_H

#include "services/iam/people/person.h"

extern const struct shape telegram_code_shape;
enum status telegram_code_handle(struct call *call);

extern const struct shape telegram_link_takes;
extern const struct shape telegram_linked_shape;
enum status telegram_link_handle(struct call *call);

extern const struct shape telegram_challenge_takes;
extern const struct shape telegram_challenge_shape;
enum status telegram_challenge_handle(struct call *call);

extern const struct shape telegram_user_takes;
extern const struct shape telegram_binding_takes;
extern const struct shape telegram_binding_shape;
enum status telegram_user_handle(struct call *call);
enum status telegram_binding_handle(struct call *call);

extern const struct refusal telegram_bad_code;
extern const struct refusal telegram_not_linked;
extern const struct refusal telegram_is_taken;

#endif
