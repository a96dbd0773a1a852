/* trigger_parts.h - what the files of this room share. Inside the room only. */
#ifndef ENGINE_TRIGGERS_TRIGGER_PARTS_H
#define ENGINE_TRIGGERS_TRIGGER_PARTS_H

#include "engine/cases.h"
#include "engine/triggers/outside_run.h"

enum {
    TRIGGER_KIND_BYTES_MAX = 64,
    TRIGGER_STATE_BYTES_MAX = 64 * 1024,
    NOTICE_ID_BYTES_MAX = 200,
    EVENTS_PAGE = 100,
    EVENTS_PAGE_MAX = 500,
    REVISION_MAX = 1 << 30,
};

/* A case has two names: ours, and that of whoever calls it a ticket. NO_TEXT fields are none. */
struct ticket {
    struct id ticket_id;
    struct id case_id;
};

/* Both may be given if they are the same. REFUSED: none is, or they are two. */
NODISCARD enum status ticket_read(struct call *call, const struct ticket *ticket,
                                  struct id *id_out);

/* refusals of ticket_read and of whoever looks for the case */
extern const struct refusal ticket_missing;
extern const struct refusal ticket_unknown;

/* ---- /functions ---- */

extern const struct refusal function_needs_key;
extern const struct refusal function_failed;
NODISCARD enum status shared_function_handle(struct call *call);
/* What it takes, and the case it is for. */
const struct shape *shared_function_takes(struct arena *arena,
                                          const struct case_function *function);

/* ---- /triggers/state ---- */

struct state_input {
    struct ticket ticket;
    struct text trigger_kind;
    int64_t last_known_revision;
    struct text state;
};
struct state_answer {
    struct id ticket_id;
    struct text trigger_kind;
    int64_t revision;
    struct text state;
    int64_t changed_at;
};
extern const struct refusal state_absent;
extern const struct refusal state_conflict;
NODISCARD enum status state_get_handle(struct call *call);
NODISCARD enum status state_upsert_handle(struct call *call);

/* ---- /procaas/caching-proxy/events ---- */

struct events_input {
    struct ticket ticket;
    int64_t after_revision;
    int64_t limit;
};
struct event_answer {
    struct id ticket_id;
    struct text event_id;
    int64_t revision;
    struct text kind;
    struct text actor;
    struct text author_kind;
    struct id author_id;
    struct text payload;
    int64_t created_at;
};
NODISCARD enum status events_handle(struct call *call);

/* ---- /flow/procaas, /flow/stq ---- */

struct notice_input {
    struct ticket ticket;
    struct text id; /* event_id, task_id */
    int64_t revision;
    struct text kind; /* kind, trigger_kind */
    struct text payload;
    int64_t attempt;
};
struct notice_answer {
    struct text outcome;
};
extern const struct refusal notice_differs;
extern const struct refusal notice_bad_payload;
NODISCARD enum status notice_handle(struct call *call);

#endif
