/* transition.h - what moves a case along one of its ways: an operation, a stage, an event, a timer.
 * Plain data of a workflow (workflow.h).
 */
#ifndef ENGINE_TRANSITION_H
#define ENGINE_TRANSITION_H

#include "base/schedule.h"
#include "engine/bit_set.h"
#include "engine/case_field.h"

enum way_kind {
    WAY_ON,    /* as it should go */
    WAY_NEXT,  /* a stage's function may choose it by name */
    WAY_CATCH, /* where a stage goes that has failed for good */
};

struct way {
    enum way_kind kind;
    struct bit_set takes;
    struct bit_set gives;
};

enum transition_kind {
    TRANSITION_OPERATION, /* somebody asks for it */
    TRANSITION_STAGE,     /* the engine does it as soon as it can */
    TRANSITION_EVENT,     /* something was told */
    TRANSITION_TIMER,     /* a time has come */
    TRANSITION_KIND_COUNT
};

struct assignment {
    int field;
    struct expression value;
};

/* A value that is handed to a function, a worker or a service. */
struct parameter {
    struct text name;
    struct expression value;
};

struct asked {
    int field;
    bool is_required;
};

/* TRANSITION_OPERATION */
struct operation_rules {
    uint64_t who; /* a bit for each party; none is nobody */
    const struct asked *asks;
    size_t ask_count;
    struct label because; /* said to whoever finds that .when is not so; may be NO_TEXT */
};

enum stage_work {
    STAGE_PASSES,  /* nothing is done, the marking moves: a join, a fork, a choice */
    STAGE_RUNS,    /* a function bound by name, .target */
    STAGE_CALLS,   /* a command to a service, .target, and waits for the reply */
    STAGE_EMPLOYS, /* an outside worker takes it from the queue .target */
};

/* What a stage without `retry` has. */
enum { STAGE_RETRY_TIMES = 10, STAGE_RETRY_FIRST_MS = 1000, STAGE_RETRY_MOST_MS = 600000 };

struct stage_retry {
    int64_t times; /* after the first; 0: none */
    int64_t first_ms;
    int64_t most_ms; /* each wait is twice the one before, up to this */
};

/* TRANSITION_STAGE; without a WAY_CATCH what is exhausted becomes an incident. */
struct stage_rules {
    enum stage_work work;
    struct text target;
    struct text undo; /* the function that takes it back; NO_TEXT: nothing to take back */
    struct expression skip_when; /* true: goes on without being done; the next one is told null */
    int result;                  /* the field that keeps it; WORKFLOW_NOWHERE: none does */
    bool is_stored; /* false: the result is handed to the next stage and kept nowhere */
    struct stage_retry retry;
    int64_t deadline_ms; /* from the first try to the result; 0: none */
};

/* The member of the event that must be what the case has; field WORKFLOW_NOWHERE: the case's id. */
struct match {
    int field;
    struct text member;
};

/* TRANSITION_EVENT; without a match the subject of the event is the case's id. */
struct event_rules {
    struct text event; /* "billing.invoice_paid" */
    const struct match *matches;
    size_t match_count;
    bool keeps_early; /* one that comes too early for the case waits for it */
};

/* TRANSITION_TIMER: by a schedule, or .after_ms after the field's time (before: below zero), or,
 * without a field, after the case came where it takes from. */
struct timer_rules {
    bool has_schedule;
    struct schedule schedule;
    int field;
    int64_t after_ms;
};

struct transition {
    struct text name;
    struct spot at;
    struct label label;
    enum transition_kind kind;
    const struct way *ways; /* of those that can be gone the first one is; at least one */
    size_t way_count;
    struct expression when; /* only if this is true */
    bool is_else;           /* only if no other transition out of the same places has its `when` */
    const struct assignment *sets;
    size_t set_count;
    const struct parameter *with;
    size_t with_count;
    const struct text *tells; /* events, told in this order */
    size_t tell_count;
    struct text run; /* of an operation: the function it runs; NO_TEXT: none */

    struct operation_rules operation;
    struct stage_rules stage;
    struct event_rules event;
    struct timer_rules timer;
};

#endif
