/* case_lab.h - a service with workflows, moved by hand: no threads, no port, a clock of its own.
 * Each move is one call in one transaction, as the runtime does it. The same on every store.
 */
#ifndef TESTS_LIB_CASES_CASE_LAB_H
#define TESTS_LIB_CASES_CASE_LAB_H

#include "engine/run/case_move.h"
#include "runtime/host.h"
#include "tests/lib/cases/case_house.h"

enum { LAB_WORKFLOWS_MAX = 4, LAB_ARENA_MAX = 256 * 1024 * 1024 };

/* 2026-03-31T08:00:00Z, when every test begins. */
#define LAB_BEGIN INT64_C(1774944000000)
enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* A source for the schema in a place that was empty when the test began. */
typedef struct store_source *lab_open_fn(const char *schema);
extern lab_open_fn *lab_open_source;

extern struct lab {
    struct arena *arena; /* of the test */
    struct arena *work;  /* of the call at hand */
    struct store_source *source;
    struct store *store;
    const struct service *made;
    struct host host;
    struct case_work cases;
    struct workflow_file files[LAB_WORKFLOWS_MAX];
    struct service service;
    int64_t now_ms;
    struct id case_id; /* the newest that was begun */
    struct id person;
    struct id operation;
    struct text error;
    struct text refused; /* why the newest event was */
    bool more;           /* of the newest chore */
} lab;

/* In the place of the shop, for the tests that follow in this process. */
extern const struct service *lab_other;

void lab_open_all(const char *const *yamls, size_t count);
void lab_close(void);

/* A file of tests/workflows; tests are run from the root of the tree. Lives as long as the program.
 */
const char *lab_workflow(const char *name);

/* With these workflows. */
#define LAB_OPEN(...)                                                                              \
    lab_open_all((const char *const[]){__VA_ARGS__}, COUNT_OF(((const char *const[]){__VA_ARGS__})))

/* ---- one call ---- */

extern const struct message lab_request;
struct call lab_call(const struct message *message);
void lab_take_up(void);
enum status lab_lay_down(enum status status);

/* ---- what people and others do ---- */

/* By the service's own code; the case is lab.case_id, also of one that was open already. */
enum status lab_begin(const char *workflow, const char *form);

/* What somebody does with the newest case. REFUSED: he may not now. */
enum status lab_do(const char *name, const char *form);

enum status lab_event(const char *name, struct id subject, const char *data);

/* It is later: everything that is due happens. */
void lab_at(int64_t now_ms);
void lab_wait(int64_t ms);

struct stage_row lab_row(const char *stage);
enum status lab_reply_to(struct id errand, struct text outcome, const char *data);
enum status lab_reply(const char *stage, struct text outcome, const char *data);
enum status lab_answer(struct case_answer answer);
struct text lab_work_id(const char *workflow, const char *stage, int64_t visit);

/* ---- looking: all rows with ", " between ---- */

struct text lab_places(void);
struct text function(void);
struct text lab_fields(void);
struct text lab_previous(void);
struct text lab_memory(void);
struct text lab_revision(void);
struct text lab_is_open(void);
/* "work asked 1 2": name, state, visit, attempt */
struct text lab_stages(void);
struct text lab_handed(void);
struct text lab_reasons(void);
/* "1 begin anna" */
struct text lab_history(void);
struct text lab_changes(void);
/* "forgotten 1000": whatever the case */
struct text lab_timers(void);
struct text lab_told(void);
struct text lab_told_data(void);
struct text lab_changed(void);
struct text lab_commands(void);
struct text lab_notes(void);
struct text lab_operations(void);
struct text lab_found_by(void);
struct text lab_cases(void);
struct text lab_parked(void);
struct text lab_early(void);
/* "history 2": in which tables there are rows of the case, and how many. */
struct text lab_left(void);

bool lab_has(struct text text, const char *part);

#endif
