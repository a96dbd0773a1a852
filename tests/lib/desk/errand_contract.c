/* errand_contract.c - what was told to others, until it has an answer; the same on every store. */
#include "tests/lib/desk/desk_contract.h"

#include "runtime/intake/errand_store.h"
#include "runtime/intake/intake_apply.h"
#include "tests/lib/desk/desk.h"

enum { DEADLINE = DESK_NOW + 5000, WEEK_MS = 7 * 24 * 60 * 60 * 1000 };

static struct desk desk;

/* An errand's state, and why a stray is one: as counts, so that nothing is missed. */
DESK_COUNTS(waiting, "SELECT count(*) AS count FROM errand WHERE state = 'waiting'");
DESK_COUNTS(done, "SELECT count(*) AS count FROM errand WHERE state = 'done'");
DESK_COUNTS(expired, "SELECT count(*) AS count FROM errand WHERE state = 'expired'");
DESK_COUNTS(strays, "SELECT count(*) AS count FROM stray");
DESK_COUNTS(unknown, "SELECT count(*) AS count FROM stray WHERE why = 'unknown'");
DESK_COUNTS(strangers, "SELECT count(*) AS count FROM stray WHERE why = 'stranger'");
DESK_COUNTS(late, "SELECT count(*) AS count FROM stray WHERE why = 'late'");
DESK_COUNTS(again, "SELECT count(*) AS count FROM stray WHERE why = 'again'");

static enum status take_reply(struct id answers, struct text outcome)
{
    struct message message = desk_reply(answers, outcome, "{\"amount\":5}");
    return desk_take(&desk, &message);
}

static void a_reply_counts_once(void)
{
    desk_open(&desk);
    struct id id = desk_add_errand(&desk, "till.charge", DEADLINE);
    struct message message = desk_reply(id, outcome_done, "{\"amount\":5}");
    CHECK_STATUS(desk_take(&desk, &message), STATUS_OK);
    CHECK_INT(desk_count(&desk, &done), 1);
    CHECK_STATUS(desk_take(&desk, &message), STATUS_OK);
    CHECK_STATUS(desk_take(&desk, &message), STATUS_OK); /* the same one is kept once */
    CHECK_STATUS(take_reply(id, outcome_refused), STATUS_OK);
    CHECK_INT(desk_count(&desk, &again), 2);
    CHECK_INT(desk_count(&desk, &strays), 2);
    CHECK_TEXT(desk_effects(&desk), "till.charge a 5");
    desk_run(&desk, intake_expire, DEADLINE + 1);
    CHECK_TEXT(desk_effects(&desk), "till.charge a 5");
    desk_close(&desk);
}

static void a_refusal_is_read_by_its_handler(void)
{
    desk_open(&desk);
    struct id id = desk_add_errand(&desk, "till.charge", DEADLINE);
    CHECK_STATUS(take_reply(id, outcome_refused), STATUS_OK);
    CHECK_TEXT(desk_effects(&desk), "till.charge a -1");
    desk_close(&desk);
}

static void a_reply_to_nothing_is_kept(void)
{
    desk_open(&desk);
    CHECK_STATUS(take_reply(id_new(), outcome_done), STATUS_OK);
    CHECK_INT(desk_count(&desk, &unknown), 1);
    CHECK_INT(atomic_load(&desk_world.runs), 0);
    desk_close(&desk);
}

/* Another service answers, or the right one to another command: neither settles it. */
static void only_who_was_told_settles_it(void)
{
    desk_open(&desk);
    struct id id = desk_add_errand(&desk, "till.charge", DEADLINE);
    struct message other = desk_reply(id, outcome_done, "{\"amount\":5}");
    other.source = TEXT("shop");
    CHECK_STATUS(desk_take(&desk, &other), STATUS_OK);
    struct message misnamed = desk_reply(id, outcome_done, "{\"amount\":5}");
    misnamed.name = TEXT("till.forget");
    CHECK_STATUS(desk_take(&desk, &misnamed), STATUS_OK);
    CHECK_INT(desk_count(&desk, &strangers), 2);
    CHECK_INT(desk_count(&desk, &waiting), 1);
    CHECK_INT(atomic_load(&desk_world.runs), 0);
    CHECK_STATUS(take_reply(id, outcome_done), STATUS_OK);
    CHECK_INT(desk_count(&desk, &done), 1);
    CHECK_TEXT(desk_effects(&desk), "till.charge a 5");
    desk_close(&desk);
}

static void the_deadline_ends_the_waiting_once(void)
{
    desk_open(&desk);
    struct id id = desk_add_errand(&desk, "till.charge", DEADLINE);
    desk_run(&desk, intake_expire, DEADLINE - 1);
    CHECK_INT(desk.last.next_at, DEADLINE);
    CHECK_INT(desk_count(&desk, &waiting), 1);
    desk_run(&desk, intake_expire, DEADLINE);
    CHECK_INT(desk.last.next_at, 0);
    CHECK_TEXT(desk_effects(&desk), "till.charge a -2");
    CHECK_STATUS(take_reply(id, outcome_done), STATUS_OK);
    CHECK_INT(desk_count(&desk, &late), 1);
    desk_run(&desk, intake_expire, DEADLINE + 1);
    CHECK_TEXT(desk_effects(&desk), "till.charge a -2");
    CHECK_INT(desk_count(&desk, &expired), 1);
    desk_close(&desk);
}

static void many_expire_in_pieces_in_order(void)
{
    desk_open(&desk);
    for (int i = 0; i < 70; i++) {
        (void)desk_add_errand(&desk, "till.charge", DEADLINE + i);
    }
    desk.now_ms = DEADLINE + 65;
    CHECK_STATUS(desk_try(&desk, intake_expire), STATUS_OK);
    CHECK(desk.last.more);
    CHECK_INT(atomic_load(&desk_world.runs), 32);
    desk_run(&desk, intake_expire, desk.now_ms);
    CHECK_INT(atomic_load(&desk_world.runs), 66);
    CHECK_INT(desk.last.next_at, DEADLINE + 66);
    desk_close(&desk);
}

static void a_handler_that_fails_at_the_deadline_is_parked(void)
{
    desk_open(&desk);
    desk_world.conflicts = 1; /* it fails */
    struct id id = desk_add_errand(&desk, "till.charge", DEADLINE);
    desk_run(&desk, intake_expire, DEADLINE);
    CHECK_TEXT(desk_parked(&desk), "waiting a 1");
    CHECK_INT(desk_count(&desk, &expired), 1);
    CHECK(desk.last.effects.alarm_at > DEADLINE && desk.last.effects.alarm_at <= DEADLINE + 1000);
    CHECK_STATUS(take_reply(id, outcome_done), STATUS_OK); /* too late: it is decided */
    desk_run(&desk, intake_retry, DEADLINE + 1000);
    desk_run(&desk, intake_retry, DEADLINE + 4000);
    CHECK_TEXT(desk_parked(&desk), "dead a 3");
    desk_world.conflicts = 0;
    desk_replay(&desk, 1, true);
    desk_run(&desk, intake_retry, desk.now_ms);
    CHECK_TEXT(desk_parked(&desk), "");
    CHECK_TEXT(desk_effects(&desk), "till.charge a -2");
    CHECK_INT(desk_count(&desk, &strays), 1);
    desk_close(&desk);
}

/* The reply's handler fails, so it is as if no reply had come yet: whichever succeeds first. */
static void a_reply_that_cannot_be_handled_leaves_its_errand_waiting(void)
{
    desk_open(&desk);
    desk_world.conflicts = 1;
    struct id id = desk_add_errand(&desk, "till.charge", DEADLINE);
    CHECK_STATUS(take_reply(id, outcome_done), STATUS_UNAVAILABLE);
    CHECK_INT(desk_count(&desk, &waiting), 1);
    CHECK_TEXT(desk_parked(&desk), "waiting a 1");
    desk_world.conflicts = 0;
    desk_run(&desk, intake_expire, DEADLINE);
    desk_run(&desk, intake_retry, DEADLINE);
    CHECK_TEXT(desk_effects(&desk), "till.charge a -2");
    CHECK_TEXT(desk_parked(&desk), "");
    CHECK_INT(desk_count(&desk, &late), 1);
    desk_close(&desk);
}

static void who_wants_no_reply_is_settled(void)
{
    desk_open(&desk);
    struct id id = desk_add_errand(&desk, "till.forget", DEADLINE);
    (void)desk_add_errand(&desk, "till.forget", DEADLINE);
    struct message message = desk_reply(id, outcome_done, "{}");
    message.name = TEXT("till.forget");
    CHECK_STATUS(desk_take(&desk, &message), STATUS_OK);
    desk_run(&desk, intake_expire, DEADLINE);
    CHECK_INT(desk_count(&desk, &done), 1);
    CHECK_INT(desk_count(&desk, &expired), 1);
    CHECK_INT(atomic_load(&desk_world.runs), 0);
    CHECK_TEXT(desk_parked(&desk), "");
    desk_close(&desk);
}

static void an_expiry_of_no_errand_of_ours_is_dead(void)
{
    desk_open(&desk);
    (void)desk_add_errand(&desk, "till.refund", DEADLINE);
    desk_run(&desk, intake_expire, DEADLINE);
    CHECK_TEXT(desk_parked(&desk), "dead a 1");
    CHECK_TEXT(desk_reason(&desk), "desk has no errand till.refund any more.");
    CHECK_INT(desk_count(&desk, &expired), 1);
    desk_close(&desk);
}

/* Its crashes are counted by its id. */
static void an_expiry_is_one_message_at_every_attempt(void)
{
    desk_open(&desk);
    struct errand_row errand = {.id = id_new(), .command = TEXT("till.charge")};
    struct errand_row other = {.id = id_new(), .command = TEXT("till.charge")};
    struct id id = intake_expiry(&desk.host, &errand, 1).id;
    CHECK(id_equals(id, intake_expiry(&desk.host, &errand, 2).id));
    CHECK(!id_equals(id, intake_expiry(&desk.host, &other, 1).id));
    CHECK(!id_equals(id, errand.id));
    desk_close(&desk);
}

static void what_is_old_is_forgotten(void)
{
    desk_open(&desk);
    (void)desk_add_errand(&desk, "till.charge", DEADLINE + 2LL * WEEK_MS);
    struct id id = desk_add_errand(&desk, "till.charge", DEADLINE);
    CHECK_STATUS(take_reply(id, outcome_done), STATUS_OK);
    CHECK_STATUS(take_reply(id, outcome_done), STATUS_OK);
    desk_run(&desk, intake_forget, DESK_NOW + WEEK_MS);
    CHECK_INT(desk_count(&desk, &done), 1);
    CHECK_INT(desk_count(&desk, &strays), 1);
    desk_run(&desk, intake_forget, DESK_NOW + WEEK_MS + 1);
    CHECK_INT(desk_count(&desk, &done), 0);
    CHECK_INT(desk_count(&desk, &strays), 0);
    CHECK_INT(desk_count(&desk, &waiting), 1);
    desk_close(&desk);
}

static const struct test tests[] = {
    DESK_CASE(a_reply_counts_once),
    DESK_CASE(a_refusal_is_read_by_its_handler),
    DESK_CASE(a_reply_to_nothing_is_kept),
    DESK_CASE(only_who_was_told_settles_it),
    DESK_CASE(the_deadline_ends_the_waiting_once),
    DESK_CASE(many_expire_in_pieces_in_order),
    DESK_CASE(a_handler_that_fails_at_the_deadline_is_parked),
    DESK_CASE(a_reply_that_cannot_be_handled_leaves_its_errand_waiting),
    DESK_CASE(who_wants_no_reply_is_settled),
    DESK_CASE(an_expiry_of_no_errand_of_ours_is_dead),
    DESK_CASE(an_expiry_is_one_message_at_every_attempt),
    DESK_CASE(what_is_old_is_forgotten),
};

int errand_contract_main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
