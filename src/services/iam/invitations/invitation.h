/* invitation.h - somebody is asked in: a link that makes him choose a password, once.
 *
 * The link ends in #gwi_..., which browsers send to nobody: the page reads it, shows who is meant
 * (look) and sends it back with the password (accept). Looking uses nothing up.
 */
#ifndef SERVICES_IAM_INVITATIONS_INVITATION_H
#define SERVICES_IAM_INVITATIONS_INVITATION_H

#include "services/iam/people/person.h"

#define INVITATION_PREFIX "gwi_"

enum { INVITATION_DAYS = 7 };

/* OK or ABSENT: it is none, it is over, or was used. */
NODISCARD enum status invitation_find(struct store *store, struct arena *arena, struct text digest,
                                      int64_t now_ms, struct id *person_out);
NODISCARD enum status invitation_insert(struct store *store, struct id person, struct text digest,
                                        int64_t now_ms);
NODISCARD enum status invitation_use(struct store *store, struct text digest, int64_t now_ms,
                                     bool *used_out);

extern const struct shape invitation_create_takes;
extern const struct shape invitation_created_shape;
extern const struct shape invitation_look_takes;
extern const struct shape invitation_shown_shape;
extern const struct shape invitation_accept_takes;
enum status invitation_create_handle(struct call *call);
enum status invitation_look_handle(struct call *call);
bool invitation_is_slow(const struct call *call);
enum status invitation_gather(struct call *call);
enum status invitation_accept_handle(struct call *call);

extern const struct refusal invitation_user_exists;
extern const struct refusal invitation_not_found;
extern const struct refusal invitation_roles_forbidden;

#endif
