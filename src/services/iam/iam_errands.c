/* iam_errands.c - what sign-in tells other services to do, a row each. */
#include "services/iam/iam_errands.h"

#include "services/iam/people/person.h"
#include "services/iam/sign_in/notices.h"

const struct errand iam_errands[IAM_ERRAND_COUNT] = {
    [ERRAND_MAKE_PERSON] = {.service = "users",
                            .command = "users.make_person",
                            .data = &person_make_data,
                            .takes = &person_made_takes,
                            .on_reply = person_hear_made},
    [ERRAND_CHANGE_PERSON] = {.service = "users",
                              .command = "users.change_person",
                              .data = &person_change_data},
    [ERRAND_NOTE_LOGIN] = {.service = "users",
                           .command = "users.note_login",
                           .data = &person_signed_in},
    [ERRAND_SEND_NOTICE] = {.service = "notifications",
                            .command = "notifications.send",
                            .data = &notice_shape},
};
