/* person.h - a person as sign-in knows him: a copy of what the directory tells.
 *
 * The directory (users) owns people; here is only what must be known of one at the door. The copy
 * is brought up to date by the events of users, and by us where we have made the person.
 */
#ifndef SERVICES_IAM_PEOPLE_PERSON_H
#define SERVICES_IAM_PEOPLE_PERSON_H

#include "runtime/service.h"

struct person {
    struct id id;
    struct text email;
    struct text full_name;
    struct text locale;
    struct text status; /* "active", "blocked" */
    struct texts roles;
    struct text telegram_id;
    int64_t revision; /* of the directory; 0: it has not told us yet */
};

bool person_is_blocked(const struct person *person);
bool person_has_role(const struct person *person, struct text role);

/* The subject of what is told about him. */
struct text person_subject(struct arena *arena, struct id person);

/* OK or ABSENT. Of several that had the same address the last one heard of. */
NODISCARD enum status person_find(struct store *store, struct arena *arena, struct id id,
                                  struct person *person_out);
NODISCARD enum status person_find_by_email(struct store *store, struct arena *arena,
                                           struct text email, struct person *person_out);
NODISCARD enum status person_find_by_telegram(struct store *store, struct arena *arena,
                                              struct text telegram_id, struct person *person_out);

/* Unless what is known is newer. */
NODISCARD enum status person_keep(struct store *store, struct arena *arena,
                                  const struct person *person, int64_t now_ms);

/* Is there anybody with this role who may come in? */
NODISCARD enum status person_role_is_taken(struct store *store, struct arena *arena,
                                           struct text role, bool *taken_out);

/* What was kept under an id that the directory does not know belongs to another one. */
NODISCARD enum status person_rename(struct store *store, struct id from, struct id to);

/* What is heard: users.created, changed, activated, blocked, unblocked. */
extern const struct shape person_heard;
enum status person_hear(struct call *call);

/* users.forgotten: whatever he could come in with goes, and he with it. */
extern const struct shape person_forgotten_heard;
enum status person_hear_forgotten(struct call *call);
NODISCARD enum status person_forget(struct store *store, struct id person);

/* ---- what the directory is told ---- */

/* The rows of it; iam_errands.c. */
extern const struct shape person_make_data;
extern const struct shape person_made_takes;
extern const struct shape person_change_data;
extern const struct shape person_signed_in;
enum status person_hear_made(struct call *call);

/* There shall be such a person, with at least these roles. */
NODISCARD enum status person_make(struct call *call, const struct person *person,
                                  struct text phone);

NODISCARD enum status person_note_login(struct call *call, struct id person);

/* What he has changed himself: NO_TEXT stays as it is. */
NODISCARD enum status person_change(struct call *call, struct id person, struct text full_name,
                                    struct text locale, struct text telegram_id);

#endif
