/* casebook_parts.h - what the files of this room share; no door. */
#ifndef ENGINE_CASEBOOK_CASEBOOK_PARTS_H
#define ENGINE_CASEBOOK_CASEBOOK_PARTS_H

#include "engine/casebook/casebook.h"
#include "engine/casebook/casebook_store.h"
#include "engine/run/case_store.h"
#include "engine/run/early_store.h"
#include "engine/run/stage_store.h"

enum { CASEBOOK_WHY_BYTES_MAX = 1000 };

/* ---- looking ---- */

struct casebook_list_input {
    struct text workflow;
    struct text place;
    struct text state;
    struct text cursor;
    int64_t limit;
};
NODISCARD enum status casebook_list_handle(struct call *call);

struct casebook_input {
    struct id case_id;
    int64_t after;
    int64_t limit;
};

/* One case: its entry, and what is known beside it. */
struct casebook_page {
    struct case_entry entry;
    struct text fields; /* JSON, secrets as ***; NO_TEXT: its definition is not loaded here */
    struct text stages; /* a JSON array of those under way */
    struct text late;   /* a JSON array of answers that came when nobody waited for them */
    struct text early;  /* a JSON array of events that came too early and wait for the case */
    struct text why;    /* it stands where it stands */
};
/* Of a handler that gives a page. */
NODISCARD enum status casebook_answer(struct call *call, struct id case_id);
NODISCARD enum status casebook_show_handle(struct call *call);
NODISCARD enum status casebook_history_handle(struct call *call);

struct casebook_case {
    struct case_entry entry;
    const struct recipe *recipe;      /* NULL: not loaded here */
    const struct case_record *record; /* NULL: likewise */
    const struct stage_row *stages;
    size_t stage_count;
    const struct early_row *early;
    size_t early_count;
    int64_t now_ms;
};

/* Why it stands where it stands, and what would move it, in sentences. */
NODISCARD enum status casebook_why(struct call *call, const struct casebook_case *known,
                                   struct text *why_out);

/* ---- mending ---- */

struct mend_input {
    struct id case_id;
    struct text reason;
    struct text stage;
    struct text result; /* JSON */
    struct text next;
    struct text fields; /* JSON */
    struct texts places;
    struct text place;
};
NODISCARD enum status mend_retry_handle(struct call *call);
NODISCARD enum status mend_skip_handle(struct call *call);
NODISCARD enum status mend_edit_handle(struct call *call);
NODISCARD enum status mend_move_handle(struct call *call);
NODISCARD enum status mend_cancel_handle(struct call *call);

/* ---- for good ---- */

NODISCARD enum status casebook_forget_handle(struct call *call);

extern const struct refusal casebook_is_open;
extern const struct refusal casebook_no_case;
extern const struct refusal casebook_bad_cursor;
extern const struct refusal casebook_no_workflow;
extern const struct refusal casebook_stands_still;
extern const struct refusal casebook_cannot;
extern const struct refusal casebook_has_changed;
extern const struct refusal casebook_one_is_open;

#endif
