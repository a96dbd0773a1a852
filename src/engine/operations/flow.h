/* flow.h - what the handlers below /flow have in common: who has come in, by which door, and what
 * he sees. Inside the room only.
 */
#ifndef ENGINE_OPERATIONS_FLOW_H
#define ENGINE_OPERATIONS_FLOW_H

#include "engine/operations/operation_store.h"
#include "engine/run/case_record.h"
#include "engine/run/step.h"
#include "engine/view/view.h"

/* Whose door it is, of the route's path: /flow/KIND/WORKFLOW/... */
struct flow {
    struct call *call;
    struct text kind;
    struct text workflow;
    struct text rest;            /* "state", "operations/approve" */
    const struct recipe *recipe; /* new cases are of it, if it is_newest */
    struct participant participant;
};

/* REFUSED: he may not come in here at all, and has been told. */
NODISCARD enum status flow_enter(struct call *call, struct flow *flow_out);

/* The same of a workflow that is not in the path. False: he may not come in there. */
bool flow_enter_by(struct call *call, struct text kind, struct text workflow,
                   struct flow *flow_out);

/* One case as this participant sees it. */
struct flow_case {
    struct case_record *record;
    uint64_t parties;      /* that he is in it */
    struct bit_set fields; /* that he sees where it is */
};

/* ABSENT: there is none, it is of another workflow, or he has no part in it; all the same. */
NODISCARD enum status flow_load(const struct flow *flow, struct id case_id,
                                struct flow_case *case_out);

/* The same of a record that is there; false: he has no part in it. */
bool flow_look(const struct flow *flow, struct case_record *record, struct flow_case *case_out);

/* A step of the participant, for the record of the case. */
struct step flow_step(const struct flow *flow, struct case_record *record);

/* The operation was asked for by this participant. */
bool flow_is_own(const struct flow *flow, const struct operation_row *row);

/* ---- JSON ---- */

/* {"case_id": ..., "places": [...], "forms": {...}}: what he sees of it. */
void flow_put_case(struct json_writer *writer, const struct flow_case *seen);

struct history_page {
    int64_t skip; /* so many steps that he sees */
    int64_t limit;
};

/* {"items": [...], "next": ...}: what he sees of what has happened to it. */
NODISCARD enum status flow_history_write(const struct flow *flow, const struct flow_case *seen,
                                         const struct history_page *page, struct text *json_out);

/* "key": {"ru": ..., "en": ...} */
void flow_put_label(struct json_writer *writer, const char *key, const struct label *label);

/* "key": [{"name": ..., "label": {...}}]: where it is, as the view says. */
void flow_put_places(struct json_writer *writer, const char *key, const struct case_record *record);

/* ["asked"]: where it was after that step, by the same view; the record says of which case. */
struct text flow_places_then(struct arena *arena, const struct case_record *record,
                             const struct case_step *step);

void flow_put_id(struct json_writer *writer, const char *key, struct id id);
void flow_put_time(struct json_writer *writer, const char *key, int64_t wall_ms); /* 0: null */

/* Of what has been shown: quoted, for the header. */
struct text flow_etag(struct arena *arena, struct text seen);

#endif
