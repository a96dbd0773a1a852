/* case_mend_suite.c - a person puts a case right that is not at an outside worker: functions, what
 * was done and is taken back, operations that are under way. */
#include "tests/lib/cases/case_suites.h"
#include "tests/lib/cases/case_yaml.h"

#include "engine/stages/mend.h"

static const char mend_yaml[] =
    HEAD FIELDS "places: {failed: {end: true, undoes: true}, over: {end: true}}\n"
                "operations:\n"
                "  begin: {who: man, from: start, to: one}\n"
                "  drop: {who: man, from_any: [one, two, three], to: failed}\n"
                "stages:\n"
                "  one: {run: work, with: {note: \"'one'\"}, undo: undo_work}\n"
                "  two: {run: work, with: {note: \"'two'\"}, undo: undo_work, deadline: 1h,"
                " retry: {times: 0}}\n"
                "  three: {run: work, with: {note: \"'three'\"}, to: over}\n";

static struct text said; /* why it could not be done */

struct wish {
    const char *verb;
    const char *stage;
    struct texts places;
    const char *place;
};

static enum status mend(const struct wish *wish)
{
    lab_take_up();
    struct call call = lab_call(&lab_request);
    struct step step = {.call = &call, .actor = TEXT("boss")};
    struct mending mending = {.step = &step, .why = TEXT("so")};
    int transition = WORKFLOW_NOWHERE;
    enum status status = case_move_begin(&step, lab.case_id);
    if (wish->verb[0] == 'r' || wish->verb[0] == 's') {
        status = mend_find_stage(&mending, text_of(wish->stage), &transition);
    }
    if (status == STATUS_OK) {
        status = wish->verb[0] == 'r'   ? mend_retry(&mending, transition)
                 : wish->verb[0] == 's' ? mend_skip(&mending, transition, NO_TEXT, NO_TEXT)
                 : wish->verb[0] == 'm' ? mend_move(&mending, wish->places)
                                        : mend_cancel(&mending, text_of(wish->place));
    }
    said = mending.said.data != NULL ? text_copy(lab.arena, mending.said) : NO_TEXT;
    status = status == STATUS_OK ? case_move_end(&step) : status;
    return lab_lay_down(status);
}

static enum status mend_stage(const char *verb, const char *stage)
{
    return mend(&(struct wish){.verb = verb, .stage = stage});
}

/* E34: with all its tries before it, and its deadline from now on. */
void a_failed_function_is_done_once_more(void)
{
    LAB_OPEN(mend_yaml);
    script.letters = "dxw";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "two incident 1 1");
    CHECK_STATUS(mend_stage("retry", "one"), STATUS_REFUSED);
    CHECK_TEXT(said, "The stage 'one' is not under way.");
    lab_wait(3 * HOUR);
    CHECK_STATUS(mend_stage("retry", NULL), STATUS_OK);
    CHECK_TEXT(lab_stages(), "two waits 1 1");
    CHECK_INT(lab_row("two").begun_at, lab.now_ms);
    CHECK(lab_has(lab_history(), "retried boss"));
    CHECK_STATUS(mend_stage("retry", NULL), STATUS_REFUSED);
    CHECK_TEXT(said, "'two' has not failed; it is under way.");
    lab_wait(HOUR); /* the deadline of the second time */
    CHECK_TEXT(lab_stages(), "two incident 1 1");
    CHECK(lab_has(lab_reasons(), "deadline_passed"));
    lab_close();
}

void a_retry_that_works_goes_on(void)
{
    LAB_OPEN(mend_yaml);
    script.letters = "dxd";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(mend_stage("retry", NULL), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"over\"]");
    CHECK_TEXT(lab_stages(), "");
    CHECK_TEXT(lab_timers(), "");
    lab_close();
}

void a_skipped_incident_was_never_done(void)
{
    LAB_OPEN(mend_yaml);
    script.letters = "dxx";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(mend_stage("skip", "two"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "three incident 1 1");
    CHECK_STATUS(mend_stage("skip", NULL), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"over\"]");
    CHECK_TEXT(lab_stages(), "");
    lab_close();
}

/* What could not be taken back, at a case that has ended. */
void an_undo_is_tried_again(void)
{
    LAB_OPEN(mend_yaml);
    script.letters = "ddxxd";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_do("drop", NULL), STATUS_OK);
    CHECK_TEXT(lab_stages(), "two incident 1 1");
    script.letters = "xd";
    CHECK_STATUS(mend_stage("retry", NULL), STATUS_OK);
    CHECK_TEXT(lab_stages(), "two incident 1 1");
    CHECK_STATUS(mend_stage("retry", NULL), STATUS_OK);
    CHECK_TEXT(lab_stages(), "");
    CHECK(lab_has(lab_notes(), "undo d two"));
    CHECK_TEXT(lab_places(), "[\"failed\"]");
    lab_close();
}

void an_undo_is_left_undone(void)
{
    LAB_OPEN(mend_yaml);
    script.letters = "ddxx";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_do("drop", NULL), STATUS_OK);
    CHECK_STATUS(mend_stage("skip", NULL), STATUS_OK);
    CHECK_TEXT(lab_stages(), "");
    CHECK(!lab_has(lab_notes(), "undo d two"));
    CHECK(lab_has(lab_history(), "skipped boss"));
    lab_close();
}

void a_cancelled_case_is_taken_back(void)
{
    LAB_OPEN(mend_yaml);
    script.letters = "ddxdd";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(mend(&(struct wish){.verb = "cancel", .place = "one"}), STATUS_REFUSED);
    CHECK_TEXT(said, "Say to which end: failed, over.");
    CHECK_STATUS(mend(&(struct wish){.verb = "cancel"}), STATUS_OK); /* the one that undoes */
    CHECK_TEXT(lab_places(), "[\"failed\"]");
    CHECK(lab_has(lab_notes(), "undo d two, undo d one"));
    CHECK_TEXT(lab_stages(), "");
    CHECK_STATUS(mend(&(struct wish){.verb = "cancel"}), STATUS_REFUSED);
    CHECK_TEXT(said, "This case has ended.");
    lab_close();
}

void a_case_moves_only_to_where_cases_are(void)
{
    const struct text both[] = {TEXT("one"), TEXT("two")};
    const struct text back[] = {TEXT("one")};
    const struct text start[] = {TEXT("start")};
    LAB_OPEN(mend_yaml);
    script.letters = "ddxw";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(mend(&(struct wish){.verb = "move", .places = {both, 2}}), STATUS_REFUSED);
    CHECK_TEXT(said, "No case of this workflow is ever in 'one' and 'two' and nowhere else.");
    CHECK_STATUS(mend(&(struct wish){.verb = "move", .places = {start, 1}}), STATUS_REFUSED);
    CHECK_STATUS(mend(&(struct wish){.verb = "move", .places = {NULL, 0}}), STATUS_REFUSED);
    CHECK_STATUS(mend(&(struct wish){.verb = "move", .places = {back, 1}}), STATUS_OK);
    CHECK_TEXT(lab_stages(), "one waits 2 1");
    CHECK(lab_has(lab_history(), "moved boss"));
    lab_close();
}

static const char asked_yaml[] =
    HEAD FIELDS "places: {p: , over: {end: true}}\n"
                "operations:\n"
                "  begin: {who: man, from: start, to: p}\n"
                "  try: {who: man, from: p, to: one}\n"
                "stages:\n"
                "  one: {run: work, with: {note: \"'one'\"}, to: over}\n";

/* What somebody asked for and still waits for is told that it has failed. */
void a_cancelled_case_fails_its_operation(void)
{
    LAB_OPEN(asked_yaml);
    script.letters = "w";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_do("try", NULL), STATUS_OK);
    CHECK_TEXT(lab_operations(), "try running");
    CHECK_STATUS(mend(&(struct wish){.verb = "cancel"}), STATUS_OK);
    CHECK_TEXT(lab_operations(), "try failed");
    CHECK_TEXT(lab_stages(), "");
    lab_close();
}
