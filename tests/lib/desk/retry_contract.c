/* retry_contract.c - what becomes of a message that cannot be handled; the same on every store. */
#include "tests/lib/desk/desk_contract.h"

#include "runtime/intake/intake_apply.h"
#include "tests/lib/desk/desk.h"

#include <stdio.h>

#define LATER_MS (60 * 60 * 1000)

static struct desk desk;

static enum status take_event(const char *subject, const char *data)
{
    struct message message = desk_event(1, "shop.ordered", subject, data);
    return desk_take(&desk, &message);
}

static void retry_after(int64_t ms)
{
    desk_run(&desk, intake_retry, desk.now_ms + ms);
}

static void mend(bool is_mended)
{
    atomic_store(&desk_world.is_mended, is_mended);
}

/* ---- attempts ---- */

static void it_is_tried_again_until_it_is_dead(void)
{
    desk_open(&desk);
    CHECK_STATUS(take_event("a", "{\"how\":\"fail\",\"amount\":1}"), STATUS_UNAVAILABLE);
    CHECK_TEXT(desk_parked(&desk), "waiting a 1");
    retry_after(499);
    CHECK_TEXT(desk_parked(&desk), "waiting a 1");
    CHECK(desk.last.next_at >= DESK_NOW + 500 && desk.last.next_at <= DESK_NOW + 1000);
    retry_after(501);
    CHECK_TEXT(desk_parked(&desk), "waiting a 2");
    CHECK(desk.last.next_at >= desk.now_ms + 1000 && desk.last.next_at <= desk.now_ms + 2000);
    retry_after(2000);
    CHECK_TEXT(desk_parked(&desk), "dead a 3");
    CHECK_INT(desk.last.next_at, 0);
    retry_after(LATER_MS);
    CHECK_INT(atomic_load(&desk_world.runs), 3);
    CHECK_TEXT(desk_effects(&desk), ""); /* what it wrote each time is undone */
    CHECK_TEXT(desk_reason(&desk), "the other side cannot be reached, and nothing was changed");
    desk_close(&desk);
}

static void what_is_replayed_has_all_its_attempts_again(void)
{
    desk_open(&desk);
    CHECK_STATUS(take_event("a", "{\"how\":\"refuse\",\"amount\":1}"), STATUS_REFUSED);
    CHECK_TEXT(desk_parked(&desk), "dead a 1");
    CHECK_TEXT(desk_reason(&desk), "Refused (no): The answer is no.");
    desk_replay(&desk, 1, true);
    CHECK_TEXT(desk_parked(&desk), "waiting a 0");
    retry_after(0);
    CHECK_TEXT(desk_parked(&desk), "dead a 1");
    mend(true);
    desk_replay(&desk, 1, true);
    retry_after(0);
    CHECK_TEXT(desk_parked(&desk), "");
    CHECK_TEXT(desk_effects(&desk), "shop.ordered a 1");
    desk_replay(&desk, 1, false); /* it is gone */
    desk_close(&desk);
}

/* ---- lines ---- */

static void park_line(void)
{
    CHECK_STATUS(take_event("a", "{\"how\":\"refuse\",\"amount\":1}"), STATUS_REFUSED);
    for (int i = 2; i <= 4; i++) {
        char data[64];
        snprintf(data, sizeof data, "{\"how\":\"%s\",\"amount\":%d}", i == 3 ? "fail" : "", i);
        struct message message = desk_event(i, "shop.ordered", "a", data);
        desk_park_behind(&desk, &message);
    }
}

static void a_line_keeps_its_order(void)
{
    desk_open(&desk);
    park_line();
    CHECK_STATUS(take_event("b", "{\"amount\":1}"), STATUS_OK); /* another line */
    retry_after(LATER_MS);
    CHECK_TEXT(desk_parked(&desk), "dead a 1, behind a 0, behind a 0, behind a 0");
    desk_replay(&desk, 2, false);
    desk_replay(&desk, 1, true);
    mend(true);
    retry_after(0);
    CHECK_TEXT(desk_effects(&desk),
               "shop.ordered b 1, shop.ordered a 1, shop.ordered a 2, shop.ordered a 3, "
               "shop.ordered a 4");
    CHECK_TEXT(desk_parked(&desk), "");
    desk_close(&desk);
}

static void drop(int64_t number)
{
    struct parked parked;
    desk_begin(&desk);
    CHECK_STATUS(parked_find(desk.store, desk.arena, number, &parked), STATUS_OK);
    CHECK_STATUS(parked_remove(desk.store, &parked, desk.now_ms), STATUS_OK);
    desk_commit(&desk);
}

static void who_comes_next_may_fail_too(void)
{
    desk_open(&desk);
    park_line();
    drop(1);
    CHECK_TEXT(desk_parked(&desk), "waiting a 0, behind a 0, behind a 0");
    retry_after(0);
    CHECK_TEXT(desk_parked(&desk), "waiting a 1, behind a 0");
    retry_after(LATER_MS);
    retry_after(LATER_MS);
    CHECK_TEXT(desk_parked(&desk), "dead a 3, behind a 0");
    CHECK_TEXT(desk_effects(&desk), "shop.ordered a 2");
    drop(4); /* the last of the line, before the first */
    CHECK_TEXT(desk_parked(&desk), "dead a 3");
    desk_close(&desk);
}

static void dropping_from_the_middle_frees_nobody(void)
{
    desk_open(&desk);
    park_line();
    drop(2);
    CHECK_TEXT(desk_parked(&desk), "dead a 1, behind a 0, behind a 0");
    desk_close(&desk);
}

static void what_stands_behind_nothing_is_found(void)
{
    desk_open(&desk);
    struct message message = desk_event(1, "shop.ordered", "a", "{\"amount\":1}");
    desk_park_behind(&desk, &message);
    desk_park_behind(&desk, &message);
    retry_after(LATER_MS);
    CHECK_TEXT(desk_parked(&desk), "behind a 0, behind a 0");
    desk_run(&desk, intake_free_orphans, desk.now_ms);
    CHECK_INT(desk.last.effects.alarm_at, desk.now_ms);
    CHECK_TEXT(desk_parked(&desk), "waiting a 0, behind a 0");
    desk_run(&desk, intake_free_orphans, desk.now_ms);
    CHECK_INT(desk.last.effects.alarm_at, 0);
    retry_after(0);
    CHECK_TEXT(desk_parked(&desk), "");
    desk_park_behind(&desk, &message); /* or a person says so */
    desk_replay(&desk, 3, true);
    CHECK_TEXT(desk_parked(&desk), "waiting a 0");
    desk_close(&desk);
}

static void many_are_gone_through_in_pieces(void)
{
    desk_open(&desk);
    for (int i = 0; i < 100; i++) {
        char subject[16];
        snprintf(subject, sizeof subject, "s%d", i);
        CHECK_STATUS(take_event(subject, "{\"how\":\"fail\",\"amount\":1}"), STATUS_UNAVAILABLE);
    }
    mend(true);
    desk.now_ms += LATER_MS;
    CHECK_STATUS(desk_try(&desk, intake_retry), STATUS_OK);
    CHECK(desk.last.more);
    CHECK_INT(atomic_load(&desk_world.runs), 100 + 32);
    retry_after(0);
    CHECK_INT(atomic_load(&desk_world.runs), 200);
    CHECK_TEXT(desk_parked(&desk), "");
    desk_close(&desk);
}

static void they_are_counted(void)
{
    struct parked_counts counts;
    desk_open(&desk);
    park_line();
    CHECK_STATUS(take_event("b", "{\"how\":\"fail\",\"amount\":1}"), STATUS_UNAVAILABLE);
    CHECK_STATUS(store_begin(desk.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(parked_count(desk.store, desk.arena, &counts), STATUS_OK);
    desk_commit(&desk);
    CHECK_INT(counts.waiting, 1);
    CHECK_INT(counts.behind, 3);
    CHECK_INT(counts.dead, 1);
    CHECK_INT(counts.oldest_dead_at, DESK_NOW);
    desk_close(&desk);
}

/* ---- what nobody can handle ---- */

static void stays_dead(const struct message *message, const char *reason)
{
    desk_open(&desk);
    CHECK(desk_take(&desk, message) != STATUS_OK);
    for (int i = 0; i < 2; i++) {
        CHECK_TEXT(desk_parked(&desk), "dead a 1");
        CHECK_TEXT(desk_reason(&desk), reason);
        desk_replay(&desk, 1, true);
        retry_after(0);
    }
    CHECK_TEXT(desk_effects(&desk), "");
    CHECK_TEXT(desk_told(&desk), "");
    desk_close(&desk);
}

static void a_timer_whose_row_is_gone_stays_dead(void)
{
    struct message message = desk_event(1, "rang_once", "a", "{}");
    message.source = TEXT("desk");
    stays_dead(&message, "desk does nothing at rang_once any more.");
}

static void an_event_that_is_heard_no_more_stays_dead(void)
{
    struct message message = desk_event(1, "shop.closed", "a", "{}");
    stays_dead(&message, "desk does nothing at shop.closed any more.");
}

static void an_unknown_command_stays_dead(void)
{
    struct message message = desk_command(1, "a", "{}");
    message.name = TEXT("desk.undo");
    stays_dead(&message, "desk knows no command desk.undo.");
}

static void a_newer_version_stays_dead(void)
{
    struct message message = desk_event(1, "shop.ordered", "a", "{\"amount\":1}");
    message.version = 2;
    stays_dead(&message, "This is version 2 of the event; desk understands version 1. Replay it "
                         "after an upgrade.");
}

static void a_reply_to_no_errand_of_ours_stays_dead(void)
{
    desk_open(&desk);
    struct id id = desk_add_errand(&desk, "till.refund", INT64_MAX / 2);
    desk_close(&desk);
    struct message message = desk_reply(id, outcome_done, "{}");
    message.name = TEXT("till.refund");
    stays_dead(&message, "desk has no errand till.refund any more.");
}

static void data_that_does_not_fit_is_dead(void)
{
    static const char *const wrong[][2] = {
        {"{}", "The data does not fit: amount is required."},
        {"{\"amount\":\"1\"}", "The data does not fit: amount must be a whole number."},
        {"[1]", "The data does not fit: it is no JSON object."},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        desk_open(&desk);
        CHECK_STATUS(take_event("a", wrong[i][0]), STATUS_MALFORMED);
        CHECK_TEXT(desk_parked(&desk), i == 0   ? "dead a 1"
                                       : i == 1 ? "dead a 1, dead a 1"
                                                : "dead a 1, dead a 1, "
                                                  "dead a 1");
        CHECK_TEXT(desk_reason(&desk), wrong[i][1]);
        desk_close(&desk);
    }
    CHECK_INT(atomic_load(&desk_world.runs), 0);
}

static void a_limit_is_kept_and_what_is_unknown_ignored(void)
{
    desk_open(&desk);
    CHECK_STATUS(take_event("a", "{\"amount\":1,\"colour\":{\"deep\":[1,2]}}"), STATUS_OK);
    CHECK_STATUS(take_event("b", "{\"amount\":1,\"how\":"
                                 "\"0123456789012345678901234567890123456789x\"}"),
                 STATUS_MALFORMED);
    CHECK_TEXT(desk_parked(&desk), "dead b 1");
    CHECK_TEXT(desk_effects(&desk), "shop.ordered a 1");
    desk_close(&desk);
}

static void who_takes_nothing_has_no_input(void)
{
    desk_open(&desk);
    struct message message = desk_event(1, "shop.plain", "a", "{\"amount\":\"many\"}");
    CHECK_STATUS(desk_take(&desk, &message), STATUS_OK);
    CHECK(atomic_load(&desk_world.input) == NULL);
    message.name = TEXT("shop.ordered");
    message.data = TEXT("{\"amount\":1}");
    CHECK_STATUS(desk_take(&desk, &message), STATUS_OK);
    CHECK(atomic_load(&desk_world.input) != NULL);
    desk_close(&desk);
}

static void a_damaged_row_is_dead_and_the_others_go_on(void)
{
    static const struct statement damage = {
        .sql = "UPDATE parked SET message = 'no json' WHERE number = 1"};
    desk_open(&desk);
    CHECK_STATUS(take_event("a", "{\"how\":\"fail\",\"amount\":1}"), STATUS_UNAVAILABLE);
    CHECK_STATUS(take_event("b", "{\"how\":\"fail\",\"amount\":1}"), STATUS_UNAVAILABLE);
    desk_begin(&desk);
    CHECK_STATUS(store_exec(desk.store, &damage, NO_VALUES, NULL), STATUS_OK);
    desk_commit(&desk);
    mend(true);
    retry_after(LATER_MS);
    CHECK_TEXT(desk_parked(&desk), "dead a 2");
    CHECK(desk_reason(&desk).data != NULL);
    CHECK_TEXT(desk_effects(&desk), "shop.ordered b 1");
    desk_close(&desk);
}

static void a_subject_too_long_is_parked_under_its_beginning(void)
{
    char subject[3001];
    for (size_t i = 0; i < 3000; i += 2) { /* a two-byte letter at every odd place */
        subject[i] = (char)(i == 0 ? 'x' : 0xB6);
        subject[i + 1] = (char)0xD0;
    }
    subject[2999] = 'x';
    subject[3000] = '\0';
    desk_open(&desk);
    struct message message = desk_event(1, "shop.ordered", subject,
                                        "{\"how\":\"refuse\","
                                        "\"amount\":1}");
    CHECK_INT(intake_line(&message).bytes, 999);
    CHECK_STATUS(desk_take(&desk, &message), STATUS_REFUSED);
    mend(true);
    desk_replay(&desk, 1, true);
    retry_after(0);
    CHECK_TEXT(desk_parked(&desk), "");
    CHECK(text_starts_with(desk_effects(&desk), TEXT("shop.ordered x")));
    desk_close(&desk);
}

/* ---- commands ---- */

static void a_command_is_answered(void)
{
    desk_open(&desk);
    struct message message = desk_command(1, "a", "{\"how\":\"tell\",\"amount\":1}");
    CHECK_STATUS(desk_take(&desk, &message), STATUS_OK);
    CHECK_TEXT(desk_told(&desk), "desk.heard a, desk.do a done");
    CHECK_TEXT(desk_effects(&desk), "desk.do a 1");
    desk_close(&desk);
}

static void a_refused_command_leaves_only_its_reply(void)
{
    static const char *const hows[] = {"refuse", "early_refuse", "tell_refuse"};
    for (size_t i = 0; i < COUNT_OF(hows); i++) {
        char data[64];
        snprintf(data, sizeof data, "{\"how\":\"%s\",\"amount\":1}", hows[i]);
        desk_open(&desk);
        struct message message = desk_command(1, "a", data);
        CHECK_STATUS(desk_take(&desk, &message), STATUS_OK);
        CHECK_TEXT(desk_effects(&desk), "");
        CHECK_TEXT(desk_parked(&desk), "");
        desk_close(&desk);
    }
    desk_open(&desk);
    CHECK_TEXT(desk_told(&desk), "desk.do a refused, desk.do a refused, desk.do a refused");
    desk_close(&desk);
}

static void a_command_of_wrong_data_is_refused(void)
{
    desk_open(&desk);
    struct message message = desk_command(1, "a", "{}");
    CHECK_STATUS(desk_take(&desk, &message), STATUS_OK);
    CHECK_TEXT(desk_told(&desk), "desk.do a refused");
    CHECK_INT(atomic_load(&desk_world.runs), 0);
    desk_close(&desk);
}

static void a_command_after_its_deadline_is_refused(void)
{
    desk_open(&desk);
    struct message message = desk_command(1, "a", "{\"amount\":1}");
    message.deadline = DESK_NOW - 1;
    CHECK_STATUS(desk_take(&desk, &message), STATUS_OK);
    CHECK_TEXT(desk_told(&desk), "desk.do a refused");
    message.deadline = DESK_NOW; /* just in time */
    CHECK_STATUS(desk_take(&desk, &message), STATUS_OK);
    CHECK_TEXT(desk_effects(&desk), "desk.do a 1");
    desk_close(&desk);
}

static void a_command_that_fails_is_answered_when_it_is_mended(void)
{
    desk_open(&desk);
    struct message message = desk_command(1, "a", "{\"how\":\"fail\",\"amount\":1}");
    CHECK_STATUS(desk_take(&desk, &message), STATUS_UNAVAILABLE);
    retry_after(LATER_MS);
    CHECK_TEXT(desk_parked(&desk), "dead a 2");
    CHECK_TEXT(desk_told(&desk), "");
    CHECK(!desk.last.effects.told);
    mend(true);
    desk_replay(&desk, 1, true);
    CHECK_STATUS(desk_try(&desk, intake_retry), STATUS_OK);
    CHECK(desk.last.effects.told);
    CHECK_TEXT(desk_told(&desk), "desk.do a done");
    desk_close(&desk);
}

/* ---- who caused it ---- */

static void actor_and_trace_are_passed_on(void)
{
    struct messages told;
    int64_t settled;
    desk_open(&desk);
    struct message message = desk_command(1, "a", "{\"how\":\"tell\",\"amount\":1}");
    CHECK_STATUS(desk_take(&desk, &message), STATUS_OK);
    message = desk_event(2, "shop.ordered", "a", "{\"how\":\"errand\",\"amount\":1}");
    CHECK_STATUS(desk_take(&desk, &message), STATUS_OK);
    desk_begin(&desk);
    CHECK_STATUS(journal_settle(desk.store, desk.arena, 10, &settled), STATUS_OK);
    CHECK_STATUS(journal_read(desk.store, desk.arena, TEXT("desk"), 0, &told), STATUS_OK);
    desk_commit(&desk);
    CHECK_INT(told.count, 3); /* an event, a reply, a command */
    for (size_t i = 0; i < told.count; i++) {
        CHECK_TEXT(told.items[i].actor, "anna");
        CHECK_TEXT(told.items[i].trace, desk_trace);
    }
    CHECK_TEXT(told.items[2].name, "till.charge");
    CHECK_INT(told.items[2].deadline, DESK_NOW + 5000);
    desk_close(&desk);
}

static const struct test tests[] = {
    DESK_CASE(it_is_tried_again_until_it_is_dead),
    DESK_CASE(what_is_replayed_has_all_its_attempts_again),
    DESK_CASE(a_line_keeps_its_order),
    DESK_CASE(who_comes_next_may_fail_too),
    DESK_CASE(dropping_from_the_middle_frees_nobody),
    DESK_CASE(what_stands_behind_nothing_is_found),
    DESK_CASE(many_are_gone_through_in_pieces),
    DESK_CASE(they_are_counted),
    DESK_CASE(a_timer_whose_row_is_gone_stays_dead),
    DESK_CASE(an_event_that_is_heard_no_more_stays_dead),
    DESK_CASE(an_unknown_command_stays_dead),
    DESK_CASE(a_newer_version_stays_dead),
    DESK_CASE(a_reply_to_no_errand_of_ours_stays_dead),
    DESK_CASE(data_that_does_not_fit_is_dead),
    DESK_CASE(a_limit_is_kept_and_what_is_unknown_ignored),
    DESK_CASE(who_takes_nothing_has_no_input),
    DESK_CASE(a_damaged_row_is_dead_and_the_others_go_on),
    DESK_CASE(a_subject_too_long_is_parked_under_its_beginning),
    DESK_CASE(a_command_is_answered),
    DESK_CASE(a_refused_command_leaves_only_its_reply),
    DESK_CASE(a_command_of_wrong_data_is_refused),
    DESK_CASE(a_command_after_its_deadline_is_refused),
    DESK_CASE(a_command_that_fails_is_answered_when_it_is_mended),
    DESK_CASE(actor_and_trace_are_passed_on),
};

int retry_contract_main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
