/* timer_test.c - what a handler sets for later happens then: once, or not at all when cleared. */
#include "runtime/intake/intake.h"
#include "tests/unit/runtime/later/alarms.h"

enum { NOW = 1000000 };

static struct alarms alarms;

static void open_alarms(void)
{
    alarms_open(&alarms, alarms_sqlite(), &alarms_service, NOW);
}

static void fires_once_when_it_is_due(void)
{
    open_alarms();
    alarms_set(&alarms, "a", NOW + 500);
    CHECK_INT(alarms_timers_at(&alarms, NOW + 499), 1);
    CHECK_TEXT(alarms_told(&alarms), "");
    CHECK_INT(alarms.last.next_at, NOW + 500);
    alarms_timers_at(&alarms, NOW + 500);
    CHECK_TEXT(alarms_told(&alarms), "ring a 1000500");
    CHECK_INT(alarms.last.next_at, 0);
    alarms_timers_at(&alarms, NOW + 100000);
    CHECK_TEXT(alarms_told(&alarms), "ring a 1000500");
    CHECK_INT(alarms_world.runs, 1);
    alarms_close(&alarms);
}

static void fires_late_what_was_due_meanwhile_in_order(void)
{
    open_alarms();
    alarms_set(&alarms, "c", NOW + 3);
    alarms_set(&alarms, "a", NOW + 1);
    alarms_set(&alarms, "b", NOW + 2);
    alarms_set(&alarms, "z", NOW + 99999999);
    alarms_timers_at(&alarms, NOW + 5000);
    CHECK_TEXT(alarms_told(&alarms), "ring a 1000001, ring b 1000002, ring c 1000003");
    CHECK_INT(alarms.last.next_at, NOW + 99999999);
    alarms_close(&alarms);
}

static void moves_when_it_is_set_again(void)
{
    open_alarms();
    alarms_set(&alarms, "later", NOW + 10);
    alarms_set(&alarms, "later", NOW + 1000);
    alarms_set(&alarms, "sooner", NOW + 1000);
    alarms_set(&alarms, "sooner", NOW + 10);
    alarms_timers_at(&alarms, NOW + 500);
    CHECK_TEXT(alarms_told(&alarms), "ring sooner 1000010");
    CHECK_INT(alarms.last.next_at, NOW + 1000);
    alarms_timers_at(&alarms, NOW + 1000);
    CHECK_TEXT(alarms_told(&alarms), "ring sooner 1000010, ring later 1001000");
    alarms_close(&alarms);
}

/* Names keep apart what is about the same thing. */
static void one_subject_may_have_several(void)
{
    open_alarms();
    alarms_set_as(&alarms, 0, "a", NOW + 1, "");
    alarms_set_as(&alarms, 1, "a", NOW + 2, "");
    alarms_set_as(&alarms, 2, "a", NOW + 3, "");
    alarms_clear(&alarms, "a"); /* the first of them */
    alarms_timers_at(&alarms, NOW + 10);
    CHECK_TEXT(alarms_told(&alarms), "knock a 1000002, plain a 1000003");
    alarms_close(&alarms);
}

static void never_fires_once_cleared(void)
{
    open_alarms();
    alarms_clear(&alarms, "never set");
    alarms_set(&alarms, "a", NOW + 10);
    alarms_set(&alarms, "b", NOW + 10);
    alarms.now_ms = NOW + 20; /* due, and not yet run */
    alarms_clear(&alarms, "a");
    alarms_timers_at(&alarms, NOW + 20);
    CHECK_TEXT(alarms_told(&alarms), "ring b 1000010");
    alarms_close(&alarms);
}

/* A handler clears one of its own batch, which was found due together with it. */
static void is_cleared_by_one_of_the_same_batch(void)
{
    open_alarms();
    alarms_set_as(&alarms, 1, "first", NOW + 1, "clear_next");
    alarms_set(&alarms, "next", NOW + 2);
    alarms_set(&alarms, "other", NOW + 3);
    alarms_timers_at(&alarms, NOW + 10);
    CHECK_TEXT(alarms_told(&alarms), "knock first 1000001, ring other 1000003");
    alarms_close(&alarms);
}

static void is_moved_by_one_of_the_same_batch(void)
{
    open_alarms();
    alarms_set_as(&alarms, 1, "first", NOW + 1, "move_next"); /* to a second later */
    alarms_set(&alarms, "next", NOW + 2);
    alarms_timers_at(&alarms, NOW + 10);
    CHECK_TEXT(alarms_told(&alarms), "knock first 1000001");
    alarms_timers_at(&alarms, NOW + 1001);
    CHECK_TEXT(alarms_told(&alarms), "knock first 1000001, ring next 1001001");
    alarms_close(&alarms);
}

static void sets_itself_again(void)
{
    open_alarms();
    alarms_set_as(&alarms, 0, "a", NOW + 1000, "again");
    alarms_timers_at(&alarms, NOW + 1000);
    CHECK_INT(alarms.last.next_at, NOW + 2000);
    CHECK_INT(alarms.last.effects.alarm_at, NOW + 2000);
    alarms_timers_at(&alarms, NOW + 9000);
    CHECK_TEXT(alarms_told(&alarms), "ring a 1001000, ring a 1002000");
    alarms_close(&alarms);
}

static void is_undone_with_the_change_that_set_it(void)
{
    open_alarms();
    struct call call = alarms_call(&alarms);
    alarms_begin(&alarms);
    CHECK_STATUS(timer_set(&call, &alarms_timers[2], TEXT("a"), NOW + 1, NULL), STATUS_OK);
    store_rollback(alarms.store);
    alarms_timers_at(&alarms, NOW + 10);
    CHECK_TEXT(alarms_told(&alarms), "");
    alarms_close(&alarms);
}

static void a_time_of_long_ago_is_now(void)
{
    open_alarms();
    struct call call = alarms_call(&alarms);
    alarms_begin(&alarms);
    CHECK_STATUS(timer_set(&call, &alarms_timers[2], TEXT("a"), INT64_MIN, NULL), STATUS_OK);
    CHECK_STATUS(timer_set(&call, &alarms_timers[2], TEXT("b"), NOW + 50, NULL), STATUS_OK);
    CHECK_INT(call.effects.alarm_at, 1); /* the sooner of the two */
    alarms_commit(&alarms);
    alarms_timers_at(&alarms, NOW);
    CHECK_TEXT(alarms_told(&alarms), "plain a 1");
    alarms_close(&alarms);
}

static void a_subject_may_be_too_long(void)
{
    static char subject[2000];
    open_alarms();
    memset(subject, 's', sizeof subject - 1);
    struct call call = alarms_call(&alarms);
    alarms_begin(&alarms);
    CHECK_STATUS(timer_set(&call, &alarms_timers[2], text_of(subject), NOW, NULL),
                 STATUS_TOO_LARGE);
    CHECK_STATUS(tell_to_at(&call, &alarms_errands[0], text_of(subject),
                            &(struct alarm_data){.again_at = 0}, NOW),
                 STATUS_TOO_LARGE);
    store_rollback(alarms.store);
    alarms_close(&alarms);
}

/* ---- what fails ---- */

static void parks_what_fails_and_nothing_else(void)
{
    open_alarms();
    alarms_set_as(&alarms, 0, "good", NOW + 1, "");
    alarms_set_as(&alarms, 0, "down", NOW + 2, "poison");
    alarms_set_as(&alarms, 0, "better", NOW + 3, "");
    alarms_set_as(&alarms, 0, "no", NOW + 4, "refuse");
    alarms_set_as(&alarms, 1, "down too", NOW + 5, "poison"); /* of one attempt */
    alarms_set_as(&alarms, 0, "best", NOW + 6, "");
    alarms_timers_at(&alarms, NOW + 10);
    CHECK_TEXT(alarms_told(&alarms), "ring good 1000001, ring better 1000003, ring best 1000006");
    struct rows rows = alarms_parked(&alarms);
    const struct parked *parked = rows.items;
    CHECK_INT(rows.count, 3);
    CHECK_TEXT(parked[0].subject, "down");
    CHECK_TEXT(parked[0].state, "waiting");
    CHECK_TEXT(parked[0].handler, "ring");
    CHECK_TEXT(parked[0].source, "alarms");
    CHECK_INT(parked[0].attempts, 1);
    CHECK(parked[0].due_at > NOW + 10 && parked[0].due_at <= NOW + 10 + 1000);
    CHECK(parked[0].reason.bytes > 0);
    CHECK_INT(alarms.last.effects.alarm_at, parked[0].due_at);
    CHECK_TEXT(parked[1].subject, "no");
    CHECK_TEXT(parked[1].state, "dead");
    CHECK_TEXT(parked[1].reason, "Refused (no): The answer is no.");
    CHECK_TEXT(parked[2].subject, "down too");
    CHECK_TEXT(parked[2].state, "dead");
    CHECK_INT(alarms.last.next_at, 0); /* no row of a timer is left */
    alarms_close(&alarms);
}

/* The intake tries it again, and finds its handler. */
static void succeeds_when_it_is_tried_again(void)
{
    open_alarms();
    alarms_set_as(&alarms, 0, "a", NOW + 1, "fail");
    alarms_timers_at(&alarms, NOW + 1);
    CHECK_TEXT(alarms_told(&alarms), "");
    alarms.now_ms = NOW + 5000;
    alarms_run(&alarms, intake_retry);
    CHECK_TEXT(alarms_told(&alarms), "ring a 1000001");
    CHECK_INT(alarms_parked(&alarms).count, 0);
    alarms_close(&alarms);
}

static void waits_behind_an_earlier_one_of_its_line(void)
{
    open_alarms();
    alarms_set_as(&alarms, 0, "a", NOW + 1, "fail");
    alarms_timers_at(&alarms, NOW + 1);
    alarms_set_as(&alarms, 1, "a", NOW + 2, "");
    alarms_set_as(&alarms, 1, "b", NOW + 2, "");
    alarms_timers_at(&alarms, NOW + 2);
    CHECK_TEXT(alarms_told(&alarms), "knock b 1000002");
    alarms.now_ms = NOW + 5000;
    alarms_run(&alarms, intake_retry);
    alarms_run(&alarms, intake_retry);
    CHECK_TEXT(alarms_told(&alarms), "knock b 1000002, ring a 1000001, knock a 1000002");
    CHECK_INT(alarms_parked(&alarms).count, 0);
    alarms_close(&alarms);
}

static void runs_again_after_a_lost_race(void)
{
    open_alarms();
    alarms_world.conflicts = 2; /* with all the others, and then alone */
    alarms_set_as(&alarms, 0, "a", NOW + 1, "conflict_once");
    alarms_set_as(&alarms, 0, "b", NOW + 1, "");
    alarms_timers_at(&alarms, NOW + 1);
    CHECK_TEXT(alarms_told(&alarms), "ring a 1000001, ring b 1000001");
    CHECK_INT(alarms_parked(&alarms).count, 0);
    alarms_world.conflicts = 100;
    alarms_set_as(&alarms, 0, "c", NOW + 2, "conflict_once");
    alarms_timers_at(&alarms, NOW + 2);
    CHECK_INT(alarms_parked(&alarms).count, 1);
    alarms_close(&alarms);
}

static const struct timer only_timers[] = {{.name = "other", .handle = alarm_ring}};

/* Set by a program that knew this timer; nobody knows it now. */
static void is_dead_when_nobody_knows_it(void)
{
    static const struct service without = {
        .name = "alarms", .timers = only_timers, .timer_count = 1};
    open_alarms();
    alarms_set(&alarms, "a", NOW + 1);
    alarms_start(&alarms, &without, NULL);
    alarms_timers_at(&alarms, NOW + 1);
    struct rows rows = alarms_parked(&alarms);
    const struct parked *parked = rows.items;
    CHECK_INT(rows.count, 1);
    CHECK_TEXT(parked[0].state, "dead");
    CHECK_TEXT(parked[0].reason, "This program has no timer or schedule of this name.");
    alarms_close(&alarms);
}

/* ---- many ---- */

static void runs_many_in_bounded_pieces(void)
{
    enum { MANY = 700, PIECE = 256 };
    open_alarms();
    struct call call = alarms_call(&alarms);
    alarms_begin(&alarms);
    for (int i = 0; i < MANY; i++) {
        char subject[20];
        snprintf(subject, sizeof subject, "s%d", i);
        CHECK_STATUS(timer_set(&call, &alarms_timers[2], text_of(subject), NOW + i, NULL),
                     STATUS_OK);
    }
    alarms_commit(&alarms);
    CHECK_INT(alarms_timers_at(&alarms, NOW + MANY), MANY / PIECE + 1);
    struct rows rows = alarms_rung(&alarms);
    const struct rung *rung = rows.items;
    CHECK_INT(rows.count, MANY);
    for (int i = 0; i < MANY; i++) {
        CHECK_INT(rung[i].told_at, NOW + i);
    }
    alarms_close(&alarms);
}

/* ---- delayed commands ---- */

static void command_at(const char *subject, int64_t at_ms)
{
    struct call call = alarms_call(&alarms);
    alarms_begin(&alarms);
    CHECK_STATUS(tell_to_at(&call, &alarms_errands[0], text_of(subject),
                            &(struct alarm_data){.how = TEXT("x"), .again_at = 7}, at_ms),
                 STATUS_OK);
    CHECK_INT(call.effects.alarm_at, at_ms);
    CHECK(!call.effects.told);
    alarms_commit(&alarms);
}

static struct messages told_messages(void)
{
    struct messages messages;
    CHECK_STATUS(store_begin(alarms.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(journal_read(alarms.store, alarms.arena, TEXT("alarms"), 0, &messages), STATUS_OK);
    alarms_commit(&alarms);
    return messages;
}

static void tells_commands_at_their_time(void)
{
    open_alarms();
    command_at("second", NOW + 20);
    command_at("first", NOW + 10);
    command_at("third", NOW + 20);
    command_at("much later", NOW + 100000);
    alarms_timers_at(&alarms, NOW + 9);
    CHECK_INT(told_messages().count, 0);
    CHECK_INT(alarms.last.next_at, NOW + 10);
    CHECK(!alarms.last.effects.told);
    alarms_timers_at(&alarms, NOW + 30);
    CHECK(alarms.last.effects.told);
    CHECK_INT(alarms.last.effects.alarm_at, NOW + 30 + 5000); /* the deadline of the errands */
    struct messages messages = told_messages();
    const char *const expected[] = {"first", "second", "third"};
    CHECK_INT(messages.count, COUNT_OF(expected));
    for (size_t i = 0; i < messages.count; i++) {
        const struct message *message = &messages.items[i];
        CHECK_TEXT(message->subject, expected[i]);
        CHECK_TEXT(message->kind, "command");
        CHECK_TEXT(message->addressee, "till");
        CHECK_TEXT(message->name, "till.charge");
        CHECK_TEXT(message->actor, "anna");
        CHECK_TEXT(message->trace, "0123456789abcdef0123456789abcdef");
        CHECK_TEXT(message->data, "{\"how\":\"x\",\"again_at\":7}");
        CHECK_INT(message->told_at, NOW + 30);
        CHECK_INT(message->deadline, NOW + 30 + 5000);
    }
    alarms_timers_at(&alarms, NOW + 40);
    CHECK_INT(told_messages().count, 3);
    CHECK_INT(alarms.last.next_at, NOW + 100000);
    alarms_close(&alarms);
}

/* The soonest of both kinds decides when to look again. */
static void sleeps_until_the_soonest_of_both(void)
{
    open_alarms();
    alarms_set(&alarms, "a", NOW + 300);
    command_at("c", NOW + 200);
    alarms_timers_at(&alarms, NOW);
    CHECK_INT(alarms.last.next_at, NOW + 200);
    alarms_timers_at(&alarms, NOW + 200);
    CHECK_INT(alarms.last.next_at, NOW + 300);
    alarms_timers_at(&alarms, NOW + 300);
    CHECK_INT(alarms.last.next_at, 0);
    alarms_close(&alarms);
}

/* ---- mistakes ---- */

static void set_somebody_elses(void)
{
    struct call call = alarms_call(&alarms);
    CHECK_STATUS(timer_set(&call, &only_timers[0], TEXT("a"), NOW, NULL), STATUS_OK);
}

static void set_without_its_data(void)
{
    struct call call = alarms_call(&alarms);
    CHECK_STATUS(timer_set(&call, &alarms_timers[0], TEXT("a"), NOW, NULL), STATUS_OK);
}

static void set_for_nobody(void)
{
    struct call call = alarms_call(&alarms);
    CHECK_STATUS(timer_set(&call, &alarms_timers[2], TEXT(""), NOW, NULL), STATUS_OK);
}

static void mistakes_stop_the_process(void)
{
    open_alarms();
    alarms_begin(&alarms);
    CHECK_MUST_FAIL(set_somebody_elses, "is_of_service");
    CHECK_MUST_FAIL(set_without_its_data, "data == NULL");
    CHECK_MUST_FAIL(set_for_nobody, "subject.bytes > 0");
    store_rollback(alarms.store);
    alarms_close(&alarms);
}

static const struct test tests[] = {
    {"fires_once_when_it_is_due", fires_once_when_it_is_due, 0},
    {"fires_late_what_was_due_meanwhile_in_order", fires_late_what_was_due_meanwhile_in_order, 0},
    {"moves_when_it_is_set_again", moves_when_it_is_set_again, 0},
    {"one_subject_may_have_several", one_subject_may_have_several, 0},
    {"never_fires_once_cleared", never_fires_once_cleared, 0},
    {"is_cleared_by_one_of_the_same_batch", is_cleared_by_one_of_the_same_batch, 0},
    {"is_moved_by_one_of_the_same_batch", is_moved_by_one_of_the_same_batch, 0},
    {"sets_itself_again", sets_itself_again, 0},
    {"is_undone_with_the_change_that_set_it", is_undone_with_the_change_that_set_it, 0},
    {"a_time_of_long_ago_is_now", a_time_of_long_ago_is_now, 0},
    {"a_subject_may_be_too_long", a_subject_may_be_too_long, 0},
    {"parks_what_fails_and_nothing_else", parks_what_fails_and_nothing_else, 0},
    {"succeeds_when_it_is_tried_again", succeeds_when_it_is_tried_again, 0},
    {"waits_behind_an_earlier_one_of_its_line", waits_behind_an_earlier_one_of_its_line, 0},
    {"runs_again_after_a_lost_race", runs_again_after_a_lost_race, 0},
    {"is_dead_when_nobody_knows_it", is_dead_when_nobody_knows_it, 0},
    {"runs_many_in_bounded_pieces", runs_many_in_bounded_pieces, 0},
    {"tells_commands_at_their_time", tells_commands_at_their_time, 0},
    {"sleeps_until_the_soonest_of_both", sleeps_until_the_soonest_of_both, 0},
    {"mistakes_stop_the_process", mistakes_stop_the_process, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
