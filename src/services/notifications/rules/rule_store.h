/* rule_store.h - where rules are kept, and who has which role. */
#ifndef SERVICES_NOTIFICATIONS_RULES_RULE_STORE_H
#define SERVICES_NOTIFICATIONS_RULES_RULE_STORE_H

#include "services/notifications/rules/rule.h"

enum { RULE_MIGRATION_COUNT = 1 };
extern const struct migration rule_migrations[RULE_MIGRATION_COUNT];

NODISCARD enum status rule_find(struct store *store, struct arena *arena, struct id id,
                                struct rule *rule_out);

/* By its name, then. */
NODISCARD enum status rule_list(struct store *store, struct arena *arena, struct rows *rows_out);

/* The active ones of this event, shipped ones among them. */
NODISCARD enum status rule_list_of_event(struct store *store, struct arena *arena,
                                         struct text event, struct rows *rows_out);

/* EXISTS: the name is taken. */
NODISCARD enum status rule_insert(struct store *store, struct arena *arena,
                                  const struct rule *rule);

/* Over the revision before; CONFLICT. */
NODISCARD enum status rule_update(struct store *store, struct arena *arena,
                                  const struct rule *rule);
NODISCARD enum status rule_delete(struct store *store, struct id id);

/* ---- roles ---- */

struct role_holder {
    struct id id;
};

NODISCARD enum status role_keep(struct store *store, struct id person, struct texts roles);

/* Those who may come in; one more than RULE_PEOPLE_MAX at most. */
NODISCARD enum status role_holders(struct store *store, struct arena *arena, struct text role,
                                   struct rows *rows_out);

#endif
