/* template_store.h - where templates are kept. */
#ifndef SERVICES_NOTIFICATIONS_TEMPLATES_TEMPLATE_STORE_H
#define SERVICES_NOTIFICATIONS_TEMPLATES_TEMPLATE_STORE_H

#include "services/notifications/templates/template.h"

NODISCARD enum status template_find(struct store *store, struct arena *arena, struct id id,
                                    struct template *template_out);

/* Exactly this row of the store, active or not. */
NODISCARD enum status template_find_exactly(struct store *store, struct arena *arena,
                                            const struct template *wanted,
                                            struct template *template_out);

/* The one that is used: of the locale, else in English, else in any; of the store, else of those
 * shipped. ABSENT: there is none, or the row is not active. */
NODISCARD enum status template_choose(struct store *store, struct arena *arena, struct text key,
                                      struct text channel, struct text locale,
                                      struct template *template_out);

/* EXISTS without any change when there is one for its key, channel and locale. */
NODISCARD enum status template_insert(struct store *store, const struct template *from);

/* Over the revision before; CONFLICT when that is not the newest any more, EXISTS. */
NODISCARD enum status template_update(struct store *store, const struct template *from);
NODISCARD enum status template_delete(struct store *store, struct id id);

enum { TEMPLATES_MAX = 2000 };
/* All rows of the store, by key, channel and locale; of one key unless NO_TEXT. */
NODISCARD enum status template_list(struct store *store, struct arena *arena, struct text key,
                                    struct rows *rows_out);

/* Are there words of this key at all, active or not? */
NODISCARD enum status template_is_known(struct store *store, struct arena *arena, struct text key,
                                        bool *is_known_out);

#endif
