/* case_house.h - the service whose cases are moved by hand: functions that say what the test tells
 * them, a command to another service, and events that nobody and everybody tells.
 */
#ifndef TESTS_LIB_CASES_CASE_HOUSE_H
#define TESTS_LIB_CASES_CASE_HOUSE_H

#include "engine/cases.h"
#include "tests/lib/check.h"

struct thing {
    int64_t amount;
    bool fine;
    struct text note;
    struct text thing;
    struct id case_id;
};

/* What the house has beside its workflows. */
extern const struct service house_bare;
extern const struct case_function house_functions[];
extern const size_t house_function_count;

extern const struct service shop_service;

/* The functions do as they are told. Each takes one letter of the script: d done, r retry, x
 * refuse, n next, a ask, w wait, p prove what it was handed, c begin another case, g answer
 * somebody's work, e a status of its own, u the world is wrong; at the end of the script all is
 * done.
 */
struct script {
    const char *letters;
    struct thing gives;
    const char *next;
    const char *begins;
    struct text answers;  /* a work id */
    struct text previous; /* what the newest was told of the one before it */
    struct text work_id;  /* of the newest */
    int64_t visit;
    struct id began;
    enum status began_as;
    int64_t notes;
    char memory[4000];
};
extern struct script script;

#endif
