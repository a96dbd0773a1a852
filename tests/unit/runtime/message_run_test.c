/* message_run_test.c - when a failed message comes again, and what a handler owes. */

#include "runtime/message_run.h"

#include "runtime/intake/crash_note.h"
#include "tests/lib/desk/desk.h"

enum { NOW = 1000000, SAMPLES = 2000 };

/* ---- when it comes again ---- */

static const struct {
    struct retry retry;
    unsigned attempt;
    int64_t shortest_ms; /* -1: never again */
    int64_t longest_ms;
} pauses[] = {
    {{0, 0, 0}, 1, 500, 1000},
    {{0, 0, 0}, 2, 1000, 2000},
    {{0, 0, 0}, 5, 8000, 16000},
    {{0, 0, 0}, 9, 128000, 256000},
    {{0, 0, 0}, 10, -1, 0},
    {{0, 0, 0}, 11, -1, 0},
    {{100, 0, 0}, 11, 300000, 600000}, /* ten minutes at most */
    {{100, 0, 0}, 99, 300000, 600000},
    {{100, 0, 0}, 100, -1, 0},
    {{1, 0, 0}, 1, -1, 0},
    {{3, 50, 200}, 1, 25, 50},
    {{3, 50, 200}, 2, 50, 100},
    {{9, 50, 200}, 4, 100, 200},
    {{9, 500, 200}, 1, 100, 200}, /* never longer than the longest */
    {{9, 1, 1}, 3, 0, 0},
    {{2000000000, 2000000000, 2000000000}, 1999999999, 1000000000, 2000000000},
};

static void pauses_grow_within_bounds(void)
{
    for (size_t i = 0; i < COUNT_OF(pauses); i++) {
        int64_t shortest = INT64_MAX;
        int64_t longest = -1;
        for (int n = 0; n < SAMPLES; n++) {
            int64_t due_at = retry_due(&pauses[i].retry, pauses[i].attempt, NOW);
            int64_t pause = due_at == 0 ? -1 : due_at - NOW;
            shortest = pause < shortest ? pause : shortest;
            longest = pause > longest ? pause : longest;
        }
        if (pauses[i].shortest_ms < 0) {
            CHECK_INT(longest, -1);
            continue;
        }
        int64_t spread = pauses[i].longest_ms - pauses[i].shortest_ms;
        CHECK(shortest >= pauses[i].shortest_ms && longest <= pauses[i].longest_ms);
        CHECK(shortest <= pauses[i].shortest_ms + spread / 4); /* all of it is used */
        CHECK(longest >= pauses[i].longest_ms - spread / 4);
    }
}

static void without_an_attempt(void)
{
    (void)retry_due(&(struct retry){0}, 0, NOW);
}

static void attempts_are_counted_from_one(void)
{
    CHECK_MUST_FAIL(without_an_attempt, "attempt >= 1");
}

/* ---- what a handler owes ---- */

static struct desk desk;
static struct crash_note note;

static enum status swallow(struct call *call) /* it says that all is well, and it is not */
{
    enum status ignored = store_exec(call->store, &twin_add, NO_VALUES, NULL);
    return ignored == STATUS_EXISTS ? STATUS_OK : ignored;
}

static enum status say_nothing(struct call *call)
{
    (void)call;
    return STATUS_OK;
}

static enum status refuse_without_a_word(struct call *call)
{
    (void)call;
    return STATUS_REFUSED;
}

static enum status fail(struct call *call)
{
    (void)call;
    return STATUS_UNAVAILABLE;
}

static void run(const struct handler *handler, enum status expected)
{
    struct message message = desk_event(1, "shop.ordered", "a", "{}");
    desk_open(&desk);
    desk.host.crash_note = &note;
    desk_begin(&desk);
    struct message_run run = {.host = &desk.host,
                              .store = desk.store,
                              .arena = desk.arena,
                              .handler = handler,
                              .message = &message,
                              .attempt = 1,
                              .now_ms = NOW};
    CHECK_STATUS(message_run(&run), expected);
    CHECK(id_is_none(note.current));
    store_rollback(desk.store);
    desk_close(&desk);
}

static void run_swallow(void)
{
    run(&(struct handler){.name = "x", .handle = swallow}, STATUS_OK);
}

static void run_say_nothing(void)
{
    run(&(struct handler){.name = "x", .handle = say_nothing, .gives = &note_shape}, STATUS_OK);
}

static void run_refuse_without_a_word(void)
{
    run(&(struct handler){.name = "x", .handle = refuse_without_a_word}, STATUS_REFUSED);
}

static void who_breaks_the_contract_stops_the_program(void)
{
    CHECK_MUST_FAIL(run_swallow, "run->store->state == STORE_WRITING");
    CHECK_MUST_FAIL(run_say_nothing, "call->reply.data != NULL");
    CHECK_MUST_FAIL(run_refuse_without_a_word, "call->refusal != NULL");
}

/* Whatever comes of it. */
static void it_is_noted_while_it_runs_only(void)
{
    run(&(struct handler){.name = "x", .handle = fail}, STATUS_UNAVAILABLE);
    run(&(struct handler){.name = "x", .handle = fail, .takes = &note_shape}, STATUS_MALFORMED);
    run(&(struct handler){.name = "x", .handle = say_nothing}, STATUS_OK);
}

static const struct test tests[] = {
    DESK_CASE(pauses_grow_within_bounds),
    DESK_CASE(attempts_are_counted_from_one),
    DESK_CASE(who_breaks_the_contract_stops_the_program),
    DESK_CASE(it_is_noted_while_it_runs_only),
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
