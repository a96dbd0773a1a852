/* rule_check.h - is this a rule that could be carried out? Said by its field, before it is kept. */
#ifndef SERVICES_NOTIFICATIONS_RULES_RULE_CHECK_H
#define SERVICES_NOTIFICATIONS_RULES_RULE_CHECK_H

#include "services/notifications/rules/rule.h"

/* OK or REFUSED. */
NODISCARD enum status rule_check(struct call *call, const struct rule *rule);

extern const struct refusal rule_bad_name;
extern const struct refusal rule_event_unknown;
extern const struct refusal rule_event_hidden;
extern const struct refusal rule_template_unknown;
extern const struct refusal rule_channel_twice;
extern const struct refusal rule_recipient_unclear;
extern const struct refusal rule_path_unknown;
extern const struct refusal rule_person_unknown;

#endif
