/* rule_shipped.c - the rules that come with the program. */
#include "services/notifications/rules/rule.h"

static const struct text by_email[] = {{"email", 5}};

const struct rule rules_shipped[] = {
    {
        .name = {"new_device", 10},
        .event = {"iam.new_device", 14},
        .template = {"iam.new_device", 14},
        .channels = {by_email, 1},
        .to_path = {"person_id", 9},
        .status = {"active", 6},
        .origin = {"shipped", 7},
        .revision = 1,
    },
};
const size_t rules_shipped_count = COUNT_OF(rules_shipped);
