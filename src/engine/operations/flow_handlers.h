/* flow_handlers.h - the handlers of /flow/KIND/WORKFLOW/..., and what they take and give. Inside
 * the room only: operation_routes.c puts them into rows.
 */
#ifndef ENGINE_OPERATIONS_FLOW_HANDLERS_H
#define ENGINE_OPERATIONS_FLOW_HANDLERS_H

#include "runtime/call.h"
#include "runtime/stream.h"

/* GET state */
struct state_input {
    struct id case_id;
    struct id ticket_id; /* the same by its older name */
    struct id event_id;
};
extern const struct shape flow_state_takes;
extern const char flow_state_schema[];
NODISCARD enum status flow_state_handle(struct call *call);

/* POST operations/NAME */
struct operate_input {
    struct text token_text;
    struct text form;
};
extern const struct shape flow_operate_takes;
NODISCARD enum status flow_operate_handle(struct call *call);

/* GET operations/{operation_id}; and what both answer */
struct operation_said {
    struct id operation_id;
    struct id case_id;
    struct text operation;
    struct text status;
    struct text fail_reason; /* {"code": ..., "message": ..., "details": {...}} */
    int64_t created_at;
    int64_t finished_at;
    struct id event_id; /* that told of its end */
};
extern const struct shape operation_said_shape;
extern const struct shape flow_operation_takes;
NODISCARD enum status flow_operation_handle(struct call *call);

/* The answer of a row. */
struct operation_row;
NODISCARD enum status operation_answer(struct call *call, const struct operation_row *row);

/* GET cases, GET counts, GET cases/{case_id}/history */
struct cases_input {
    struct id case_id; /* of the history */
    struct text place;
    struct text by; /* a field that cases are found by, and its value */
    struct text value;
    bool is_mine;
    bool is_waiting; /* for the caller */
    bool is_open;
    bool asks_open; /* is_open was given; the handler's */
    int64_t opened_after;
    int64_t opened_before;
    struct text order;
    struct text cursor;
    int64_t limit;
};
extern const struct shape flow_cases_takes;
extern const struct shape flow_history_takes;
extern const char flow_cases_schema[];
extern const char flow_counts_schema[];
extern const char flow_history_schema[];
NODISCARD enum status flow_cases_handle(struct call *call);
NODISCARD enum status flow_counts_handle(struct call *call);
NODISCARD enum status flow_history_handle(struct call *call);

extern const char fail_reasons_schema[];

/* GET events: Server-Sent Events. stream->context is a struct flow_push. */
struct flow_push {
    struct text kind;     /* NO_TEXT: whatever he may come in as */
    struct text workflow; /* NO_TEXT: of all workflows, and each push says of which */
};
bool flow_shows(const struct stream *stream, const struct caller *reader,
                const struct message *message, struct arena *arena, struct text *data_out);

#endif
