/* case_work_suite.c - work of outside workers as rows: who has it, until when, and what then. */
#include "tests/lib/cases/case_suites.h"
#include "tests/lib/cases/case_yaml.h"

#include "engine/stages/work_queue.h"
#include "engine/stages/work_store.h"
#include "runtime/telling.h"

static const char work_yaml[] = HEAD FIELDS PLACE BEGIN
    "stages:\n"
    "  feed: {worker: feeder, from: p, to: over, with: {note: note}, result: amount,"
    " retry: {times: 1, first: 10s, most: 10s}}\n";

static struct rows due(void)
{
    struct rows rows = {.count = 0};
    const struct work_cursor start = {.stage = TEXT("")};
    CHECK_STATUS(work_list_due(lab.store, lab.work, TEXT("feeder"), lab.now_ms, &start, &rows),
                 STATUS_OK);
    return rows;
}

static enum status take(const struct work_row *row, const char *worker, int64_t for_ms)
{
    return work_take(lab.store, row, text_of(worker), lab.now_ms + for_ms);
}

/* The worker takes all there is. */
static size_t take_all(const char *worker, int64_t for_ms)
{
    lab_take_up();
    struct rows rows = due();
    for (size_t i = 0; i < rows.count; i++) {
        CHECK_STATUS(take((const struct work_row *)rows.items + i, worker, for_ms), STATUS_OK);
    }
    CHECK_STATUS(lab_lay_down(STATUS_OK), STATUS_OK);
    return rows.count;
}

static void look_after_work(void)
{
    lab_take_up();
    struct chore_run run = {
        .host = &lab.host, .store = lab.store, .arena = lab.work, .now_ms = lab.now_ms};
    run.call = telling_call(&run);
    CHECK_STATUS(lab_lay_down(work_chore.run(&run)), STATUS_OK);
    lab.more = run.more;
}

void of_two_takers_one_has_it(void)
{
    LAB_OPEN(work_yaml);
    CHECK_STATUS(lab_begin("w", "{\"note\":\"n\"}"), STATUS_OK);
    lab_take_up();
    struct rows rows = due();
    const struct work_row *row = rows.items;
    CHECK_INT(rows.count, 1);
    CHECK_TEXT(row->handed, "{\"note\":\"n\"}");
    CHECK_TEXT(row->workflow, "w");
    CHECK_INT(row->version, 1);
    CHECK_STATUS(take(row, "one", MINUTE), STATUS_OK);
    CHECK_STATUS(take(row, "other", MINUTE), STATUS_ABSENT); /* he saw it before it was taken */
    CHECK_INT(due().count, 0);
    CHECK_STATUS(lab_lay_down(STATUS_OK), STATUS_OK);
    CHECK_TEXT(lab_row("feed").worker, "one");
    lab_close();
}

void work_is_listed_behind_a_cursor(void)
{
    enum { CASES = 2 * WORK_PIECE + 7 };
    struct id last = {.bytes = {0}};
    LAB_OPEN(work_yaml);
    for (int i = 0; i < CASES; i++) {
        lab.now_ms += i % 3 == 0; /* some at the same moment */
        CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    }
    size_t seen = 0;
    struct work_cursor cursor = {.stage = TEXT("")};
    struct rows rows = {.count = WORK_PIECE};
    lab_take_up();
    while (rows.count == WORK_PIECE) {
        CHECK_STATUS(work_list_due(lab.store, lab.work, TEXT("feeder"), lab.now_ms, &cursor, &rows),
                     STATUS_OK);
        const struct work_row *row = rows.items;
        for (size_t i = 0; i < rows.count; i++, seen++) {
            CHECK(!id_equals(row[i].case_id, last));
            CHECK(row[i].due_at >= cursor.due_at);
            last = row[i].case_id;
            cursor = (struct work_cursor){row[i].due_at, row[i].case_id, row[i].stage};
        }
    }
    CHECK_INT(seen, CASES);
    CHECK_STATUS(lab_lay_down(STATUS_OK), STATUS_OK);
    lab_close();
}

/* E2, E6, E34: each lease that ends is a try; then a person is called. */
void a_lease_that_ends_is_a_try(void)
{
    LAB_OPEN(work_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_INT(take_all("dies", MINUTE), 1);
    lab.now_ms += MINUTE - 1;
    look_after_work();
    CHECK_TEXT(lab_row("feed").worker, "dies");
    lab.now_ms += 1;
    look_after_work();
    CHECK_TEXT(lab_stages(), "feed queued 1 2");
    CHECK(lab_row("feed").worker.data == NULL);
    CHECK(lab_has(lab_reasons(), "no_answer"));
    CHECK_INT(take_all("hasty", MINUTE), 0); /* not before its pause is over */
    lab.now_ms += 10 * SECOND;
    CHECK_INT(take_all("dies too", MINUTE), 1);
    lab.now_ms += MINUTE;
    look_after_work();
    CHECK_TEXT(lab_stages(), "feed incident 1 2");
    CHECK_INT(take_all("nobody", MINUTE), 0);
    look_after_work();
    CHECK_TEXT(lab_stages(), "feed incident 1 2");
    lab_close();
}

void a_heartbeat_moves_the_end(void)
{
    LAB_OPEN(work_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_INT(take_all("slow", MINUTE), 1);
    struct work_hold hold = {.case_id = lab.case_id,
                             .stage = TEXT("feed"),
                             .visit = 1,
                             .worker = TEXT("slow"),
                             .until_ms = lab.now_ms + HOUR};
    lab_take_up();
    CHECK_STATUS(work_keep(lab.store, &hold), STATUS_OK);
    hold.worker = TEXT("other");
    CHECK_STATUS(work_keep(lab.store, &hold), STATUS_ABSENT);
    hold.worker = TEXT("slow");
    hold.visit = 2;
    CHECK_STATUS(work_keep(lab.store, &hold), STATUS_ABSENT);
    CHECK_STATUS(lab_lay_down(STATUS_OK), STATUS_OK);
    lab.now_ms += MINUTE;
    look_after_work();
    CHECK_TEXT(lab_row("feed").worker, "slow");
    lab_close();
}

/* More than are moved in one transaction. */
void very_many_leases_end(void)
{
    enum { CASES = 45 };
    int pieces = 0;
    LAB_OPEN(work_yaml);
    for (int i = 0; i < CASES; i++) {
        CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    }
    CHECK_INT(take_all("dies", SECOND), CASES);
    lab.now_ms += SECOND;
    do {
        look_after_work();
        CHECK(++pieces <= CASES);
    } while (lab.more);
    CHECK(pieces > 1);
    lab.now_ms += 10 * SECOND;
    CHECK_INT(take_all("lives", SECOND), CASES);
    lab_close();
}

void what_is_held_is_counted(void)
{
    int64_t held = 0;
    int64_t free = 0;
    LAB_OPEN(work_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_INT(take_all("one", MINUTE), 1);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    lab_take_up();
    CHECK_STATUS(work_count_held(lab.store, lab.work, TEXT("feeder"), lab.now_ms, &held),
                 STATUS_OK);
    CHECK_STATUS(work_count_due(lab.store, lab.work, TEXT("feeder"), lab.now_ms, &free), STATUS_OK);
    CHECK_INT(held, 1);
    CHECK_INT(free, 1);
    CHECK_STATUS(work_count_held(lab.store, lab.work, TEXT("other"), lab.now_ms, &held), STATUS_OK);
    CHECK_INT(held, 0);
    CHECK_STATUS(lab_lay_down(STATUS_OK), STATUS_OK);
    lab_close();
}
