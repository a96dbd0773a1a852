/* circuit_test.c - who does not answer is left alone, for longer and longer. */
#include "runtime/ask/circuit.h"

#include "tests/lib/check.h"

static struct circuit circuit;

/* Fails as often as it takes to open, at this moment. */
static void open_at(int64_t now_ms)
{
    circuit_init(&circuit);
    for (int i = 1; i < CIRCUIT_FAILURES_MAX; i++) {
        CHECK(circuit_lets_pass(&circuit, now_ms));
        CHECK_INT(circuit_report(&circuit, false, now_ms), CIRCUIT_AS_BEFORE);
    }
    CHECK(!circuit_is_open(&circuit));
    CHECK(circuit_lets_pass(&circuit, now_ms));
    CHECK_INT(circuit_report(&circuit, false, now_ms), CIRCUIT_OPENED);
    CHECK(circuit_is_open(&circuit));
}

static void opens_after_failures_in_a_row(void)
{
    open_at(1000);
    CHECK(!circuit_lets_pass(&circuit, 1000));
    CHECK(!circuit_lets_pass(&circuit, 1000 + CIRCUIT_PAUSE_MS_MIN - 1));
    circuit_destroy(&circuit);
}

static void an_answer_between_begins_the_count_anew(void)
{
    circuit_init(&circuit);
    for (int i = 0; i < 10 * CIRCUIT_FAILURES_MAX; i++) {
        bool answered = i % CIRCUIT_FAILURES_MAX == 0;
        CHECK(circuit_lets_pass(&circuit, i));
        CHECK_INT(circuit_report(&circuit, answered, i), CIRCUIT_AS_BEFORE);
    }
    CHECK(!circuit_is_open(&circuit));
    circuit_destroy(&circuit);
}

static void one_tries_and_closes_it(void)
{
    open_at(0);
    CHECK(circuit_lets_pass(&circuit, CIRCUIT_PAUSE_MS_MIN));
    CHECK(!circuit_lets_pass(&circuit, CIRCUIT_PAUSE_MS_MIN)); /* only one */
    CHECK_INT(circuit_report(&circuit, true, CIRCUIT_PAUSE_MS_MIN), CIRCUIT_CLOSED);
    CHECK(!circuit_is_open(&circuit));
    for (int i = 0; i < 3; i++) {
        CHECK(circuit_lets_pass(&circuit, CIRCUIT_PAUSE_MS_MIN));
    }
    circuit_destroy(&circuit);
}

static void the_pause_grows_up_to_its_limit(void)
{
    static const int pauses[] = {200, 400, 800, 1600, 3200, 5000, 5000};
    int64_t now_ms = CIRCUIT_PAUSE_MS_MIN;
    open_at(0);
    for (size_t i = 0; i < COUNT_OF(pauses); i++) {
        CHECK(circuit_lets_pass(&circuit, now_ms));
        CHECK_INT(circuit_report(&circuit, false, now_ms), CIRCUIT_AS_BEFORE);
        CHECK(!circuit_lets_pass(&circuit, now_ms + pauses[i] - 1));
        now_ms += pauses[i];
    }
    CHECK(circuit_lets_pass(&circuit, now_ms));
    CHECK_INT(circuit_report(&circuit, true, now_ms), CIRCUIT_CLOSED);
    circuit_destroy(&circuit);
}

/* Those who had passed before it opened come back with failures: the pause is no longer for it. */
static void late_failures_change_nothing(void)
{
    open_at(0);
    for (int i = 0; i < 100; i++) {
        CHECK_INT(circuit_report(&circuit, false, 10), CIRCUIT_AS_BEFORE);
    }
    CHECK(circuit_lets_pass(&circuit, CIRCUIT_PAUSE_MS_MIN));
    circuit_destroy(&circuit);
}

static void a_trial_that_learned_nothing_leaves_room_for_another(void)
{
    open_at(0);
    CHECK(circuit_lets_pass(&circuit, CIRCUIT_PAUSE_MS_MIN));
    circuit_report_nothing(&circuit);
    CHECK(circuit_lets_pass(&circuit, CIRCUIT_PAUSE_MS_MIN));
    circuit_destroy(&circuit);
}

static const struct test tests[] = {
    {"opens_after_failures_in_a_row", opens_after_failures_in_a_row, 0},
    {"an_answer_between_begins_the_count_anew", an_answer_between_begins_the_count_anew, 0},
    {"one_tries_and_closes_it", one_tries_and_closes_it, 0},
    {"the_pause_grows_up_to_its_limit", the_pause_grows_up_to_its_limit, 0},
    {"late_failures_change_nothing", late_failures_change_nothing, 0},
    {"a_trial_that_learned_nothing_leaves_room_for_another",
     a_trial_that_learned_nothing_leaves_room_for_another, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
