/* user_events.h - what the directory tells: who came, changed, was blocked or let in again.
 *
 * Everybody may listen, so an event carries what others need to recognise and reach a person, and
 * not where he is paid.
 */
#ifndef SERVICES_USERS_USER_EVENTS_H
#define SERVICES_USERS_USER_EVENTS_H

#include "services/users/user.h"

enum { USER_EVENT_COUNT = 6 };
extern const struct event user_events[USER_EVENT_COUNT];

/* After the change was written. */
NODISCARD enum status user_tell_created(struct call *call, const struct user *user);

/* After he was forgotten: nothing but his id, and the revision after his last one. */
NODISCARD enum status user_tell_forgotten(struct call *call, const struct user *user);

/* Whoever may read the directory may watch it: he would find all of this there. */
bool user_shows(const struct stream *stream, const struct caller *reader,
                const struct message *message, struct arena *arena, struct text *data_out);

/* Which event it is follows from what has changed. */
NODISCARD enum status user_tell_changed(struct call *call, const struct user *before,
                                        const struct user *user);

#endif
