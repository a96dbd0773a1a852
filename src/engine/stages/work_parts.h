/* work_parts.h - what the files about outside workers share; no door. */
#ifndef ENGINE_STAGES_WORK_PARTS_H
#define ENGINE_STAGES_WORK_PARTS_H

#include "engine/stages/work_queue.h"
#include "engine/stages/work_store.h"

enum {
    WORK_TAKE_MAX = 100,
    WORK_WAIT_MS_MAX = 60 * 1000,
    WORK_LEASE_MS = 30 * 1000, /* when nothing is said */
    WORK_LEASE_MS_MIN = 1000,
    WORK_LEASE_MS_MAX = 24 * 60 * 60 * 1000,
    WORK_RESULT_BYTES_MAX = 512 * 1024,
    WORKER_NAME_BYTES_MAX = 100,
};

struct take_input {
    struct text worker;
    int64_t max;
    int64_t wait_ms;
    int64_t lease_ms;
};
struct work_item {
    struct text task_id; /* a work id */
    struct text command; /* the stage's name */
    struct text payload; /* what `with` says */
    struct id case_id;
    struct text workflow;
    int64_t version;
    int64_t visit;
    int64_t attempt;
    int64_t lease_until;
};
NODISCARD enum status work_take_handle(struct call *call);

/* What one worker is given of one queue. */
struct taking {
    struct call *call;
    struct text queue;
    struct text worker;
    int64_t until_ms;
    struct work_item *items; /* room for max */
    size_t count;
    size_t max; /* lowered by the setting work.queue_max */
};
NODISCARD enum status work_take_some(struct taking *taking);

extern const struct refusal work_reserved;
extern const struct shape work_item_shape;

struct answer_input {
    struct text task_id;
    struct text task_id_too; /* as taskId */
    struct text worker;
    struct text result; /* JSON */
    struct text error;  /* {"code": ..., "message": ..., "final": ...} */
    struct text next;
    struct text queue; /* no field: it came by this one; NO_TEXT: by one for all */
};
struct answer_said {
    bool accepted;
    struct text why;
};
/* REFUSED: by refuse(). */
NODISCARD enum status work_settle(struct call *call, const struct answer_input *input,
                                  struct answer_said *said_out);
NODISCARD enum status work_answer_handle(struct call *call);

struct heartbeat_input {
    struct text task_id;
    struct text task_id_too;
    struct text worker;
    int64_t lease_ms;
    struct text queue; /* as above */
};
struct heartbeat_said {
    bool held;
    int64_t lease_until;
};
NODISCARD enum status work_hold_longer(struct call *call, const struct heartbeat_input *input,
                                       struct heartbeat_said *said_out);
NODISCARD enum status work_heartbeat_handle(struct call *call);

extern const struct refusal work_forged;
extern const struct refusal work_no_task;
extern const struct refusal work_other_queue;
extern const struct refusal work_bad_error;
extern const struct refusal work_bad_next;

/* Of the route that was called. */
struct text work_queue_of(const struct call *call);

#endif
