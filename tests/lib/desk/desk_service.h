/* desk_service.h - a small service that writes down what comes in, and goes wrong as it is told:
 *
 *   refuse, early_refuse   after it has written, and before      exists     a unique key is taken
 *   fail, early_fail       a fault of its own                    conflict   it always loses a race
 *   tell, tell_refuse      tells, and then refuses               conflict_once     only once
 *   tell_conflict_once     tells, and loses a race once          errand     tells till.charge
 *   arm                    desk_world.plan becomes .fault, once, for the store's next calls
 *   big                    takes a lot of memory
 *
 * Once it is mended, nothing goes wrong.
 */
#ifndef TESTS_LIB_DESK_DESK_SERVICE_H
#define TESTS_LIB_DESK_DESK_SERVICE_H

#include "runtime/service.h"
#include "store/store_fault.h"

#include <stdatomic.h>

/* What a message to the desk says, and what it answers. */
struct note {
    struct text how;
    int64_t amount;
};
extern const struct shape note_shape;

/* What it writes down. */
struct effect {
    int64_t number;
    struct text name;
    struct text subject;
    struct text actor;
    struct text trace;
    int64_t attempt;
    int64_t amount;
};
enum { EFFECTS_MAX = 8192 };
extern const struct statement effect_list;
extern const struct statement twin_add; /* EXISTS */

/* What tests and handlers share; each test is a process of its own. */
struct desk_world {
    atomic_uint runs; /* of handlers, whatever came of them */
    atomic_bool is_mended;
    unsigned conflicts; /* still to be answered */
    struct store_fault plan;
    struct store_fault fault;    /* of the writer's store */
    _Atomic(const void *) input; /* of the newest call */
};
extern struct desk_world desk_world;

extern const struct event desk_events[];   /* desk.heard */
extern const struct errand desk_errands[]; /* till.charge; till.forget, which wants no reply */
extern const struct timer desk_timers[];   /* ring */
extern const struct service desk_service;

#endif
