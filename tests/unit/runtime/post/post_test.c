/* post_test.c - letters to programs outside and their answers, with a broker that is played: what
 * leaves only after its lease is committed, what is acknowledged only after its effect is, and what
 * happens to all that is lost, comes twice, or cannot be looked at now.
 */
#include "tests/unit/runtime/post/yard.h"

#define ANSWERS "work.answers.yard"

static void up(void)
{
    yard_begin();
    atomic_store(&broker.is_up, true);
}

/* ---- which queues ---- */

static void queues_are_those_of_the_setting(void)
{
    struct text error = NO_TEXT;
    yard_open_host();
    CHECK_STATUS(yard_make_office("", &error), STATUS_OK);
    CHECK(yard.office == NULL);
    CHECK_STATUS(yard_make_office("wrap", &error), STATUS_OK);
    CHECK_STATUS(post_office_start(yard.office, &error), STATUS_OK);
    CHECK_INT(broker.options.queue_count, 2);
    CHECK(!broker.is_heard[fake_queue("work.wrap")] && broker.is_heard[fake_queue(ANSWERS)]);
    atomic_store(&broker.is_up, true);
    post_stir(yard_box(), waiting_room_topic(TEXT("lift")) & ~waiting_room_topic(TEXT("wrap")));
    CHECK_INT(atomic_load(&yard.collects), 0); /* it is not offered */
    post_stir(yard_box(), waiting_room_topic(TEXT("wrap")));
    CHECK_UNTIL(atomic_load(&yard.collects) == 1);
    CHECK_INT(atomic_load(&yard.queue_count), 1);
    yard_end();
}

static void several_names_may_stand_in_the_setting(void)
{
    static const char *const settings[] = {"all", "lift wrap", "wrap,lift", " lift , wrap "};
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        struct text error = NO_TEXT;
        yard_open_host();
        CHECK_STATUS(yard_make_office(settings[i], &error), STATUS_OK);
        CHECK_STATUS(post_office_start(yard.office, &error), STATUS_OK);
        CHECK_INT(broker.options.queue_count, 3);
        yard_end();
    }
}

static void a_misspelt_queue_is_said(void)
{
    struct text error = NO_TEXT;
    yard_open_host();
    CHECK_STATUS(yard_make_office("lift wrep", &error), STATUS_MALFORMED);
    CHECK_TEXT(error, "work.amqp: no workflow has a stage for the queue 'wrep'.");
    CHECK_STATUS(yard_make_office("lif", &error), STATUS_MALFORMED);
    CHECK(yard.office == NULL);
    yard_end();
}

static void an_address_that_is_none_is_said(void)
{
    struct text error = NO_TEXT;
    yard_open_host();
    atomic_store(&broker.is_no_address, true);
    CHECK_STATUS(yard_make_office("all", &error), STATUS_OK);
    CHECK_STATUS(post_office_start(yard.office, &error), STATUS_MALFORMED);
    CHECK_TEXT(error, "bus.address: this is no address");
    CHECK(atomic_load(&yard.host.post) == NULL);
    yard_end();
}

/* ---- letters ---- */

/* A lease that nobody can be sent away with would only be lost. */
static void nothing_is_leased_while_the_broker_is_away(void)
{
    yard_begin();
    yard_stir(2);
    post_tend(yard_box());
    CHECK_INT(atomic_load(&yard.collects), 0);
    CHECK_INT(atomic_load(&broker.tends), 1);
    atomic_store(&broker.is_up, true);
    post_tend(yard_box());
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 2);
    yard_end();
}

static void it_is_leased_by_now(void)
{
    CHECK(yard_count("out") > 0);
    CHECK_INT(yard_count("waits"), 0);
}

static void a_letter_leaves_after_its_lease_is_committed(void)
{
    int64_t before_ms = clock_wall_ms();
    up();
    broker.on_send = it_is_leased_by_now;
    yard_stir(1);
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 1);
    CHECK_TEXT(text_of(broker.letters[0]), "work.lift 1 " ANSWERS " {}");
    CHECK_INT(atomic_load(&yard.each_max), 5);
    CHECK(atomic_load(&yard.until_ms) >= before_ms + 10000);
    CHECK(atomic_load(&yard.until_ms) <= clock_wall_ms() + 10000);
    CHECK_INT(post_lease_ms(yard_box()), 10000);
    yard_end();
}

static void what_is_more_is_collected_at_once(void)
{
    up();
    yard_stir(7); /* two at a time */
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 7);
    CHECK_UNTIL(atomic_load(&yard.collects) == 5); /* the last one finds nothing */
    CHECK_INT(yard_count("out"), 7);
    yard_end();
}

static void a_failed_commit_sends_nothing(void)
{
    up();
    yard_fail_next_commit(STATUS_UNAVAILABLE);
    yard_stir(1);
    CHECK_UNTIL(atomic_load(&yard.collects) >= 1);
    yard_stir(1); /* the first row was undone with its lease */
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 1);
    CHECK_INT(yard_count("out"), 1);
    yard_end();
}

static void what_is_confirmed_is_counted(void)
{
    up();
    yard_stir(2);
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 2);
    fake_confirm(1, STATUS_OK);
    fake_confirm(0, STATUS_OK);
    CHECK_INT(yard_counts().sent, 2);
    CHECK_INT(yard_counts().unsent, 0);
    CHECK_INT(atomic_load(&yard.given_back), 0);
    yard_end();
}

/* Also what the broker may have: then it comes twice, and both are known by their name. */
static void what_is_not_confirmed_is_given_back(void)
{
    static const enum status statuses[] = {STATUS_UNCERTAIN, STATUS_UNAVAILABLE, STATUS_ABSENT,
                                           STATUS_REFUSED};
    up();
    yard_stir(4);
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 4);
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        fake_confirm(i, statuses[i]);
        CHECK_UNTIL(yard_count("back") == (int64_t)i + 1);
    }
    CHECK_INT(atomic_load(&yard.given_back), 4);
    CHECK_INT(yard_counts().sent, 0);
    CHECK_INT(yard_counts().unsent, 4);
    yard_end();
}

/* Who comes while one is collecting is not forgotten, and not collected for beside it. */
static void a_stir_in_between_is_looked_after(void)
{
    up();
    atomic_store(&yard.gate_is_closed, true);
    yard_stir(0);
    CHECK_UNTIL(atomic_load(&yard.acts_at_gate) == 1);
    yard_stir(1);
    yard_stir(0);
    atomic_store(&yard.to_make, 0);
    CHECK_INT(atomic_load(&yard.collects), 1);
    atomic_store(&yard.gate_is_closed, false);
    CHECK_UNTIL(atomic_load(&yard.collects) == 2);
    yard_end();
}

/* ---- answers ---- */

static void an_answer_is_acknowledged_after_its_commit(void)
{
    up();
    yard_stir(1);
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 1);
    atomic_store(&yard.gate_is_closed, true);
    unsigned before = atomic_load(&yard.acts_at_gate);
    fake_deliver(ANSWERS, 9, "1");
    CHECK_UNTIL(atomic_load(&yard.acts_at_gate) > before);
    CHECK_INT(atomic_load(&broker.taken), 0);
    CHECK_INT(yard_count("done"), 0);
    atomic_store(&yard.gate_is_closed, false);
    CHECK_UNTIL(atomic_load(&broker.taken) == 1);
    CHECK_INT(yard_count("done"), 1);
    CHECK_INT(atomic_load(&broker.newest_tag), 9);
    CHECK_INT(yard_counts().accepted, 1);
    yard_end();
}

static void it_may_come_twice(void)
{
    up();
    yard_stir(1);
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 1);
    fake_deliver(ANSWERS, 1, "1");
    CHECK_UNTIL(atomic_load(&broker.taken) == 1);
    atomic_store(&yard.accepts, false); /* the second time it is late */
    fake_deliver(ANSWERS, 2, "1");
    CHECK_UNTIL(atomic_load(&broker.taken) == 2);
    CHECK_INT(yard_counts().accepted, 1);
    CHECK_INT(yard_counts().late, 1);
    CHECK_INT(atomic_load(&broker.returned), 0);
    yard_end();
}

/* It would be no better the next time; nothing of it stays. */
static void what_is_no_answer_is_taken_and_undone(void)
{
    static const enum status statuses[] = {STATUS_REFUSED, STATUS_MALFORMED};
    up();
    yard_stir(1);
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 1);
    for (unsigned i = 0; i < COUNT_OF(statuses); i++) {
        atomic_store(&yard.status, statuses[i]);
        fake_deliver(ANSWERS, i, "1");
        CHECK_UNTIL(atomic_load(&broker.taken) == i + 1);
        CHECK_INT(yard_counts().refused, i + 1);
        CHECK_INT(yard_count("done"), 0);
    }
    CHECK_INT(atomic_load(&broker.returned), 0);
    CHECK_INT(yard_counts().put_off, 0);
    yard_end();
}

/* Another process may know more; it goes back at the next look and not at once, or it would come
 * and go as fast as the wire lets it. */
static void what_cannot_be_looked_at_goes_back_later(void)
{
    static const enum status statuses[] = {STATUS_UNAVAILABLE, STATUS_CORRUPT};
    up();
    yard_stir(1);
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 1);
    for (unsigned i = 0; i < COUNT_OF(statuses); i++) {
        atomic_store(&yard.status, statuses[i]);
        fake_deliver(ANSWERS, 40 + i, "1");
        CHECK_UNTIL(yard_counts().put_off == i + 1);
        CHECK_INT(atomic_load(&broker.returned), i);
        post_tend(yard_box());
        CHECK_INT(atomic_load(&broker.returned), i + 1);
        CHECK_INT(atomic_load(&broker.newest_tag), 40 + i);
        CHECK_INT(yard_count("done"), 0);
    }
    CHECK_INT(atomic_load(&broker.taken), 0);
    yard_end();
}

static void an_answer_whose_commit_fails_comes_again(void)
{
    up();
    yard_stir(1);
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 1);
    yard_fail_next_commit(STATUS_FULL);
    fake_deliver(ANSWERS, 5, "1");
    CHECK_UNTIL(yard_counts().put_off == 1);
    CHECK_INT(yard_count("done"), 0);
    post_tend(yard_box());
    CHECK_INT(atomic_load(&broker.returned), 1);
    fake_deliver(ANSWERS, 6, "1");
    CHECK_UNTIL(atomic_load(&broker.taken) == 1);
    CHECK_INT(yard_count("done"), 1);
    yard_end();
}

/* One that cannot be looked at must not take those with it that share its transaction. */
static void a_bad_answer_harms_no_other(void)
{
    up();
    yard_stir(3);
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 3);
    atomic_store(&yard.gate_is_closed, true);
    unsigned before = atomic_load(&yard.acts_at_gate);
    fake_deliver(ANSWERS, 1, "1");
    CHECK_UNTIL(atomic_load(&yard.acts_at_gate) > before);
    atomic_store(&yard.bad_number, 2);
    fake_deliver(ANSWERS, 2, "2");
    fake_deliver(ANSWERS, 3, "3");
    atomic_store(&yard.gate_is_closed, false);
    CHECK_UNTIL(atomic_load(&broker.taken) == 2);
    CHECK_UNTIL(yard_counts().put_off == 1);
    CHECK_INT(yard_count("done"), 2);
    yard_end();
}

/* ---- how much is out ---- */

static void when_full_an_answer_makes_room(void)
{
    up();
    atomic_store(&yard.is_full, true);
    yard_stir(2);
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 2);
    unsigned before = atomic_load(&yard.collects);
    CHECK_INT(before, 1); /* there are more, and no room: nothing is looked for again */
    atomic_store(&yard.to_make, 1);
    fake_deliver(ANSWERS, 1, "1");
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 3);
    CHECK_INT(yard_count("out"), 2);
    yard_end();
}

static void when_not_full_an_answer_looks_for_nothing(void)
{
    up();
    yard_stir(1);
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 1);
    CHECK_UNTIL(atomic_load(&yard.collects) == 2);
    atomic_store(&yard.to_make, 1);
    fake_deliver(ANSWERS, 1, "1");
    CHECK_UNTIL(atomic_load(&broker.taken) == 1);
    CHECK_INT(atomic_load(&yard.collects), 2);
    yard_end();
}

/* ---- leases that end ---- */

static void a_lease_ends_only_when_nothing_waits(void)
{
    up();
    struct post *post = yard_box();
    int64_t ended_at = clock_wall_ms();
    atomic_store(&broker.known_since, INT64_MAX);
    CHECK_INT(post_judge_lease(post, TEXT("lift"), ended_at), POST_LEASE_ENDED);
    atomic_store(&broker.waiting[fake_queue("work.lift")], 1);
    CHECK_INT(post_judge_lease(post, TEXT("lift"), ended_at), POST_LEASE_HOLDS);
    CHECK_INT(post_judge_lease(post, TEXT("wrap"), ended_at), POST_LEASE_ENDED);
    atomic_store(&broker.waiting[fake_queue("work.lift")], 0);
    atomic_store(&broker.waiting[fake_queue(ANSWERS)], 1);
    CHECK_INT(post_judge_lease(post, TEXT("lift"), ended_at), POST_LEASE_HOLDS);
    atomic_store(&broker.is_up, false);
    atomic_store(&broker.waiting[fake_queue(ANSWERS)], 0);
    CHECK_INT(post_judge_lease(post, TEXT("lift"), ended_at), POST_LEASE_HOLDS);
    yard_end();
}

/* What was asked before it ended says nothing: the letter may have been taken since. */
static void a_lease_is_judged_by_what_was_asked_since(void)
{
    up();
    struct post *post = yard_box();
    atomic_store(&broker.known_since, clock_monotonic_ms() - 5000);
    CHECK_INT(post_judge_lease(post, TEXT("lift"), clock_wall_ms() - 60000), POST_LEASE_ENDED);
    CHECK_INT(post_judge_lease(post, TEXT("lift"), clock_wall_ms()), POST_LEASE_UNKNOWN);
    CHECK_INT(post_judge_lease(post, TEXT("none"), clock_wall_ms()), POST_LEASE_ENDED);
    CHECK_INT(post_judge_lease(NULL, TEXT("lift"), clock_wall_ms()), POST_LEASE_ENDED);
    yard_end();
}

/* ---- the end ---- */

static void who_stops_takes_nothing_more(void)
{
    up();
    yard_stir(1);
    CHECK_UNTIL(atomic_load(&broker.letter_count) == 1);
    atomic_store(&yard.status, STATUS_UNAVAILABLE);
    fake_deliver(ANSWERS, 1, "1");
    CHECK_UNTIL(yard_counts().put_off == 1); /* it is let go of, and comes again elsewhere */
    unsigned collects = atomic_load(&yard.collects);
    unsigned receives = atomic_load(&yard.receives);
    post_office_stop(yard.office);
    fake_deliver(ANSWERS, 2, "1");
    yard_stir(1);
    post_tend(yard_box());
    host_finish_waiting(&yard.host);
    CHECK_INT(atomic_load(&yard.receives), receives);
    CHECK_INT(atomic_load(&yard.collects), collects);
    CHECK_INT(atomic_load(&broker.taken) + atomic_load(&broker.returned), 0);
    yard_end();
}

#define ROW(name)                                                                                  \
    {                                                                                              \
#name, name, 0                                                                             \
    }
static const struct test tests[] = {
    ROW(queues_are_those_of_the_setting),
    ROW(several_names_may_stand_in_the_setting),
    ROW(a_misspelt_queue_is_said),
    ROW(an_address_that_is_none_is_said),
    ROW(nothing_is_leased_while_the_broker_is_away),
    ROW(a_letter_leaves_after_its_lease_is_committed),
    ROW(what_is_more_is_collected_at_once),
    ROW(a_failed_commit_sends_nothing),
    ROW(what_is_confirmed_is_counted),
    ROW(what_is_not_confirmed_is_given_back),
    ROW(a_stir_in_between_is_looked_after),
    ROW(an_answer_is_acknowledged_after_its_commit),
    ROW(it_may_come_twice),
    ROW(what_is_no_answer_is_taken_and_undone),
    ROW(what_cannot_be_looked_at_goes_back_later),
    ROW(an_answer_whose_commit_fails_comes_again),
    ROW(a_bad_answer_harms_no_other),
    ROW(when_full_an_answer_makes_room),
    ROW(when_not_full_an_answer_looks_for_nothing),
    ROW(a_lease_ends_only_when_nothing_waits),
    ROW(a_lease_is_judged_by_what_was_asked_since),
    ROW(who_stops_takes_nothing_more),
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
