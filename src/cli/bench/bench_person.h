/* bench_person.h - people to measure with: believable, unique, and the same for the same number.
 *
 * Addresses are spread over the whole alphabet, as real ones are: an index on them is written all
 * over, and not at its end only, which would flatter any store.
 */
#ifndef CLI_BENCH_BENCH_PERSON_H
#define CLI_BENCH_BENCH_PERSON_H

#include "services/users/user.h"

enum { PERSON_EMAIL_BYTES_MAX = 64, PERSON_NAME_BYTES_MAX = 64, PERSON_PHONE_BYTES = 12 };

struct bench_person {
    char email[PERSON_EMAIL_BYTES_MAX];
    char full_name[PERSON_NAME_BYTES_MAX];
    char phone[PERSON_PHONE_BYTES + 1];
    struct text type;
    struct text role;
};

void bench_person_make(uint64_t number, struct bench_person *person_out);

/* The body of POST /api/users, at most PERSON_BODY_BYTES_MAX bytes; gives their number. */
enum { PERSON_BODY_BYTES_MAX = 512 };
size_t bench_person_write(const struct bench_person *person, char body_out[PERSON_BODY_BYTES_MAX]);

/* The same person as a row: with an id that grows with the number. Texts live in the arena. */
struct user bench_person_user(struct arena *arena, uint64_t number);

#endif
