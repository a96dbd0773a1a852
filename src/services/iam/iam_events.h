/* iam_events.h - what sign-in tells everybody. */
#ifndef SERVICES_IAM_IAM_EVENTS_H
#define SERVICES_IAM_IAM_EVENTS_H

#include "services/iam/sessions/session.h"

enum { IAM_EVENT_COUNT = 7 };
extern const struct event iam_events[IAM_EVENT_COUNT];

/* The method by which he has come in: "code", "password", "password+otp" ... */
NODISCARD enum status iam_tell_login(struct call *call, const struct session *session);

/* A session that is none is all of his. Reasons: "logout", "revoked", "blocked", "password" ... */
NODISCARD enum status iam_tell_logout(struct call *call, struct id person, struct id session,
                                      struct text reason);

/* Somebody has taken them back from him; a session that is none is everything. A reason is a
 * sentence of whoever did it, or NO_TEXT. */
NODISCARD enum status iam_tell_tokens_revoked(struct call *call, struct id person,
                                              struct id session, struct text reason);

/* What the role lets people do is another thing from now on. */
NODISCARD enum status iam_tell_role_changed(struct call *call, struct text role);

/* Who asks about this person from now on is answered by what the directory has told of him. */
NODISCARD enum status iam_tell_person_changed(struct call *call, struct id person);

/* He has come in on a device that he never used here: who is told of it is said by a rule of
 * notifications. */
NODISCARD enum status iam_tell_new_device(struct call *call, struct id person,
                                          const struct client *client);

/* What the whole house is shown was chosen. */
NODISCARD enum status iam_tell_house_changed(struct call *call, struct texts hidden);

#endif
