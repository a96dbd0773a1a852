/* cases.h - what a service says about its cases: workflows, and the functions they name; and what
 * its code may do with them.
 *
 * A workflow is data (docs/workflow.md); C is for effects and calculations. A function is bound to
 * it by name. It is a handler like any other: it runs in the transaction in which the case moves,
 * reads what `with` hands it from call->input, and ends by saying one thing:
 *
 *   answer(call, &result)            done; the case goes on
 *   stage_next(call, "name", ...)    done; the case goes on at a stage that `next` lists
 *   stage_ask(call, &errand, ...)    a command to a service; the case goes on with its reply
 *   stage_wait(call)                 the result comes later, by case_answer() with the work id
 *   stage_retry(call, "why")         not now: tried again by the stage's `retry`
 *   refuse(call, &refusal)           failed for good: `catch`, or a person looks at it
 */
#ifndef ENGINE_CASES_H
#define ENGINE_CASES_H

#include "engine/signature.h"
#include "runtime/service.h"

/* A workflow compiled into the program: the text between two symbols of the linker. */
struct workflow_file {
    const char *name; /* "feeding.yaml", as errors call it */
    const char *begin;
    const char *end;
};

/* The Makefile puts order.yaml beside order.c into the program: outside of functions
 * WORKFLOW_TEXT(order); and in the array of files WORKFLOW_FILE(order). */
#define WORKFLOW_TEXT(stem)                                                                        \
    extern const char stem##_yaml_begin[];                                                         \
    extern const char stem##_yaml_end[]
#define WORKFLOW_FILE(stem)                                                                        \
    {                                                                                              \
        .name = #stem ".yaml", .begin = stem##_yaml_begin, .end = stem##_yaml_end                  \
    }

struct case_function {
    const char *name; /* "create-corp-client-id" */
    const char *summary;
    const struct shape *takes; /* what it reads of `with`; NULL: nothing */
    const struct shape *gives; /* its result; NULL: none */
    handle_fn *run;
    const struct refusal *const *refusals;
    size_t refusal_count;
    bool is_shared; /* others may run it too: POST /functions/NAME, once for each Idempotency-Key */
};

/* What is done when a process engine or a queue outside notifies of this kind: a handler like any
 * other, in the transaction that notes the notice, so it happens once. With refuse() nothing has
 * happened; what it returns unhandled is a 503, and the notice comes again. It ends with
 * answer_empty(). What it must know the next time it remembers: trigger_remember(). */
struct case_trigger {
    const char *kind; /* "remind" */
    const char *summary;
    const struct shape *takes; /* of the payload; NULL: nothing */
    handle_fn *run;
    const struct refusal *const *refusals;
    size_t refusal_count;
};

/* A service outside of this program that works on our cases, with a credential of its own
 * (runtime/ask/credential.h): it may run shared functions, keep the state of triggers and read the
 * events of cases; as what kind of participant it notifies: "procaas", "stq"; NULL: it does not. */
struct case_partner {
    const char *service;
    const char *kind;
};

/* Of struct service: its cases. */
struct case_work {
    const struct workflow_file *workflows;
    size_t workflow_count;
    const struct case_function *functions;
    size_t function_count;
    bool takes_directory; /* and those of the directory that the setting cases.directory names */
    const struct case_trigger *triggers;
    size_t trigger_count;
    const struct case_partner *partners;
    size_t partner_count;
    /* What the service keeps beside a case goes with it, in the same transaction and before the
     * case's own rows do: runs when one is forgotten. NULL: it keeps nothing. */
    enum status (*forgets)(struct call *call, struct id case_id);
    bool takes_samples; /* the service `sample` may have cases made up here; sample/sample_case.h */
    bool is_front;      /* /triggers and /procaas are its own; of others /SERVICE/triggers ... */
};

/* ---- inside a function ----
 *
 * Outside of a case (is_shared) stage_case is the case that the body names, or none; stage_work_id
 * the Idempotency-Key; stage_retry a 503; what needs a case (next, ask, wait) is refused. */

struct id stage_case(const struct call *call);
/* Signed, the same for the same stage of the same case at the same visit: what a receiving side
 * recognises a repeated command by. */
struct text stage_work_id(const struct call *call);
/* How many times the case has come to this stage, this one included. */
int64_t stage_visit(const struct call *call);
/* The result of the stage before it, JSON; NO_TEXT: there is none. */
struct text stage_previous(const struct call *call);

NODISCARD enum status stage_next(struct call *call, const char *stage, const void *result);
NODISCARD enum status stage_ask(struct call *call, const struct errand *errand, const void *data);
NODISCARD enum status stage_wait(struct call *call);
NODISCARD enum status stage_retry(struct call *call, const char *why);

/* For errands that stage_ask sends: their on_reply. */
NODISCARD enum status case_reply(struct call *call);

/* ---- inside a trigger: stage_case() is its case, stage_work_id() the notice ---- */

/* What it has remembered of this case, of the shape it was remembered in. ABSENT: nothing yet. */
NODISCARD enum status trigger_recall(struct call *call, const struct shape *shape,
                                     const void **state_out);
NODISCARD enum status trigger_remember(struct call *call, const struct shape *shape,
                                       const void *state);

/* ---- from any handler of the owning service ---- */

/* As if the event had been told: cases that wait for it go on. Not from inside a function. REFUSED:
 * an expression of the workflow has a fault. */
NODISCARD enum status case_hear(struct call *call, struct id case_id, const char *event,
                                struct text data);

struct case_start {
    const char *workflow;
    int64_t version;        /* 0: the newest */
    const char *transition; /* out of start; NULL: the one there is */
    struct text form;       /* a JSON object, by the transition's form */
    struct id person;       /* who asks for it; none: the service itself */
};

/* ABSENT: there is no such workflow, version or way to begin. MALFORMED: the form is wrong.
 * EXISTS: one is open already, and case_out is that one. error_out is a sentence then. */
NODISCARD enum status case_start(struct call *call, const struct case_start *start,
                                 struct id *case_out, struct text *error_out);

/* How a case is. Everything lives in the call's arena. */
struct case_record;
struct case_glance {
    struct text workflow;
    int64_t version;
    int64_t revision;
    int64_t opened_at;
    int64_t closed_at; /* 0: it is open */
    struct texts places;
    bool waits;               /* for somebody: a service, a worker, an answer */
    bool has_incident;        /* it stands still until a person has looked at it */
    struct text failed_stage; /* of an incident, or the newest that was caught; NO_TEXT: none */
    struct text reason;       /* why: {"code": ..., "message": ...} */
    const struct case_record *record;
};
/* ABSENT: there is none. UNAVAILABLE: its definition is not loaded here. */
NODISCARD enum status case_look(struct call *call, struct id case_id,
                                struct case_glance *glance_out);
/* JSON: null when it has no such field or nothing is in it, "***" for a secret. */
struct text case_glance_value(struct arena *arena, const struct case_glance *glance,
                              const char *field);

/* Signs what goes out and must come back unchanged, as signature_make() does: with the key of the
 * service's schema, so all its processes know what one of them has signed. */
void case_sign(const struct call *call, struct texts parts, uint8_t signature_out[SIGNATURE_BYTES]);

/* What people call one of its places. */
void case_place_label(const struct case_glance *glance, struct text place, struct text *ru_out,
                      struct text *en_out);

/* What has happened to a case, the oldest first, at most CASE_TRACE_MAX steps after a revision: for
 * who counts. An unknown case has none. */
enum { CASE_TRACE_MAX = 100 };
struct case_trace {
    int64_t revision;
    int64_t at;
    struct text transition;
    struct texts places; /* where the step has left it */
};
NODISCARD enum status case_trace_read(struct call *call, struct id case_id, int64_t after,
                                      const struct case_trace **steps_out, size_t *count_out);

/* All cases of the service, in the order they began, at most CASE_IDS_MAX behind one (none: from
 * the first). */
enum { CASE_IDS_MAX = 100 };
NODISCARD enum status case_list_ids(struct call *call, struct id after, const struct id **ids_out,
                                    size_t *count_out);

/* The result that somebody waits for. ABSENT: nobody does, any more or at all, and it is noted
 * while there is such a case.
 * MALFORMED: the work id is not ours, or the result does not fit; error_out is a sentence. */
struct case_answer {
    struct text work_id;
    bool has_failed;
    struct text result; /* JSON; when it has failed {"code", "message", "final"} */
    struct text next;   /* a stage that `next` lists; NO_TEXT: goes on as it should */
};
NODISCARD enum status case_answer(struct call *call, const struct case_answer *answer,
                                  struct text *error_out);

#endif
