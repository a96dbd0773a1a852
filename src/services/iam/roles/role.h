/* role.h - what a role lets people do, and as whom they may come in.
 *
 * The directory says who has which roles; the rows here say what that means: permissions
 * ("users.read", "users.*", "*") and participants of workflows ("b2b", "admin.moderator"). A role
 * that has no row lets its people come in as the participant of its own name, and do nothing else.
 * The role "owner" is built in, and may do everything.
 */
#ifndef SERVICES_IAM_ROLES_ROLE_H
#define SERVICES_IAM_ROLES_ROLE_H

#include "services/iam/people/person.h"

extern const struct text role_owner;

enum { ROLE_NAME_BYTES_MAX = 64, ROLE_ITEMS_MAX = 64, ROLE_ITEM_BYTES_MAX = 100 };

struct role {
    struct text name;
    struct text meaning;
    struct texts permissions;
    struct texts participants;
    int64_t revision;
    int64_t changed_at;
};

extern const struct shape role_shape;
extern const struct shape role_create_takes;
extern const struct shape role_change_takes;
extern const struct shape role_name_takes;

NODISCARD enum status role_find(struct store *store, struct arena *arena, struct text name,
                                struct role *role_out);
NODISCARD enum status role_list(struct store *store, struct arena *arena, struct rows *rows_out);
NODISCARD enum status role_insert(struct store *store, struct arena *arena,
                                  const struct role *role); /* EXISTS */
NODISCARD enum status role_update(struct store *store, struct arena *arena,
                                  const struct role *role); /* CONFLICT */
NODISCARD enum status role_delete(struct store *store, struct text name);

/* What all his roles let him do together, each thing once. */
struct may {
    struct texts permissions;
    struct texts participants;
};
NODISCARD enum status role_may(struct store *store, struct arena *arena,
                               const struct person *person, struct may *may_out);

enum status role_list_handle(struct call *call);
enum status role_get_handle(struct call *call);
enum status role_create_handle(struct call *call);
enum status role_change_handle(struct call *call);
enum status role_delete_handle(struct call *call);

extern const struct refusal role_not_found;
extern const struct refusal role_exists;
extern const struct refusal role_is_built_in;
extern const struct refusal role_bad_name;
extern const struct refusal role_revision_changed;

#endif
