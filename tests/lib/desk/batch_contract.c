/* batch_contract.c - batches from a bus, as they come: in order, doubled, with gaps, with what
 * fails; the same on every store.
 */
#include "tests/lib/desk/desk_contract.h"

#include "base/clock.h"
#include "runtime/intake/crash_note.h"
#include "tests/lib/desk/serving.h"

#include <string.h>

static struct serving serving;
static struct message messages[BATCH_MESSAGES_MAX];

#define TAKE(...)                                                                                  \
    take((const char *const[]){__VA_ARGS__}, COUNT_OF(((const char *const[]){__VA_ARGS__})))

static enum status take(const char *const *hows, size_t count)
{
    serving_messages(&serving, messages, hows, count);
    return serving_take(&serving, messages, count);
}

static int64_t cursor(void)
{
    return serving_cursor(&serving, "shop", BUS_EVENTS);
}

static struct text told(void)
{
    return desk_told_in(serving.reader, serving.arena);
}

/* ---- counted once ---- */

static void a_batch_is_taken_in_order(void)
{
    serving_open(&serving);
    CHECK_STATUS(TAKE("", "", ""), STATUS_OK);
    CHECK_TEXT(serving_effects(&serving), "shop.ordered a 1, shop.ordered b 2, shop.ordered c 3");
    CHECK_INT(cursor(), 3);
    serving_close(&serving);
}

static void what_was_counted_is_not_counted_again(void)
{
    serving_open(&serving);
    CHECK_STATUS(TAKE("", "", ""), STATUS_OK);
    CHECK_STATUS(serving_take(&serving, messages, 3), STATUS_OK);
    CHECK_STATUS(serving_take(&serving, messages + 1, 1), STATUS_OK);
    const struct message doubled[] = {messages[2], messages[2], messages[0],
                                      desk_event(4, "shop.ordered", "d", "{\"amount\":4}")};
    CHECK_STATUS(serving_take(&serving, doubled, 4), STATUS_OK);
    CHECK_TEXT(serving_effects(&serving),
               "shop.ordered a 1, shop.ordered b 2, shop.ordered c 3, shop.ordered d 4");
    CHECK_INT(cursor(), 4);
    serving_close(&serving);
}

static void a_gap_stops_and_keeps_what_came_before(void)
{
    serving_open(&serving);
    serving_messages(&serving, messages, (const char *const[]){"", "", "", "tell"}, 4);
    const struct message gap[] = {messages[0], messages[2], messages[3]};
    CHECK_STATUS(serving_take_upto(&serving, gap, 3, 9), STATUS_CONFLICT);
    CHECK_TEXT(serving_effects(&serving), "shop.ordered a 1");
    CHECK_INT(cursor(), 1);
    CHECK_INT(atomic_load(&serving.told), 0);
    CHECK_STATUS(serving_take(&serving, messages + 2, 2), STATUS_CONFLICT); /* nothing fits */
    CHECK_INT(cursor(), 1);
    CHECK_STATUS(serving_take(&serving, messages, 4), STATUS_OK);
    CHECK_INT(cursor(), 4);
    CHECK_INT(atomic_load(&desk_world.runs), 4);
    serving_close(&serving);
}

static void what_nobody_wanted_is_passed_over(void)
{
    serving_open(&serving);
    CHECK_STATUS(serving_take_upto(&serving, NULL, 0, 7), STATUS_OK);
    CHECK_INT(cursor(), 7);
    CHECK_STATUS(serving_take_upto(&serving, NULL, 0, 5), STATUS_OK); /* never back */
    CHECK_INT(cursor(), 7);
    messages[0] = desk_event(8, "shop.ordered", "a", "{\"amount\":1}");
    messages[0].previous = 3;
    CHECK_STATUS(serving_take_upto(&serving, messages, 1, 12), STATUS_OK);
    CHECK_INT(cursor(), 12);
    CHECK_TEXT(serving_effects(&serving), "shop.ordered a 1");
    serving_close(&serving);
}

static void what_nobody_wants_is_only_counted(void)
{
    serving_open(&serving);
    CHECK_STATUS(TAKE("refuse"), STATUS_OK);
    messages[0] = desk_event(2, "shop.unheard", "a", "{}"); /* behind what is dead */
    CHECK_STATUS(serving_take(&serving, messages, 1), STATUS_OK);
    CHECK_TEXT(serving_parked(&serving), "dead a 1");
    CHECK_INT(cursor(), 2);
    serving_close(&serving);
}

static void many_sources_come_in_two_pieces(void)
{
    serving_open(&serving);
    for (size_t i = 0; i < 70; i++) {
        messages[i] = desk_event(1, "shop.ordered", "a", "{\"amount\":1}");
        messages[i].source = text_format(serving.arena, "s%zu", i);
    }
    CHECK_STATUS(serving_take(&serving, messages, 70), STATUS_CONFLICT);
    CHECK_INT(atomic_load(&desk_world.runs), 64);
    CHECK_INT(serving_cursor(&serving, "s63", BUS_EVENTS), 1);
    CHECK_INT(serving_cursor(&serving, "s64", BUS_EVENTS), 0);
    CHECK_STATUS(serving_take(&serving, messages + 64, 6), STATUS_OK);
    CHECK_INT(atomic_load(&desk_world.runs), 70);
    serving_close(&serving);
}

static void channels_are_counted_each(void)
{
    serving_open(&serving);
    CHECK_STATUS(TAKE("", ""), STATUS_OK);
    messages[0] = desk_command(1, "a", "{\"amount\":3}");
    messages[0].deadline = 0;
    CHECK_STATUS(serving_take(&serving, messages, 1), STATUS_OK);
    CHECK_INT(cursor(), 2);
    CHECK_INT(serving_cursor(&serving, "shop", BUS_COMMANDS), 1);
    CHECK_TEXT(serving_effects(&serving), "shop.ordered a 1, shop.ordered b 2, desk.do a 3");
    serving_close(&serving);
}

static void memory_of_a_message_ends_with_it(void)
{
    serving_open(&serving);
    for (size_t i = 0; i < BATCH_MESSAGES_MAX; i++) {
        messages[i] = desk_event((int64_t)i + 1, "shop.ordered", "a",
                                 i == 200 ? "{\"how\":\"refuse\",\"amount\":1}"
                                          : "{\"how\":\"big\",\"amount\":1}");
        messages[i].subject = text_format(serving.arena, "s%zu", i);
    }
    CHECK_STATUS(serving_take(&serving, messages, BATCH_MESSAGES_MAX), STATUS_OK);
    CHECK_INT(cursor(), BATCH_MESSAGES_MAX);
    CHECK_TEXT(serving_parked(&serving), "dead s200 1");
    serving_close(&serving);
}

/* ---- what fails ---- */

static void who_fails_is_undone_alone(void)
{
    static const char *const hows[] = {"fail", "early_fail", "exists"};
    for (size_t i = 0; i < COUNT_OF(hows); i++) {
        serving_open(&serving);
        serving_messages(&serving, messages, (const char *const[]){"tell", hows[i], ""}, 3);
        for (size_t j = 0; j < 3; j++) {
            messages[j].source = text_format(serving.arena, "shop%zu", i);
        }
        CHECK_STATUS(serving_take(&serving, messages, 3), STATUS_OK);
        CHECK_INT(
            serving_cursor(&serving, text_format(serving.arena, "shop%zu", i).data, BUS_EVENTS), 3);
        CHECK_INT(atomic_load(&serving.told), 1);
        serving_close(&serving);
    }
    serving_open(&serving);
    CHECK_TEXT(serving_effects(&serving),
               "shop.ordered a 1, shop.ordered c 3, shop.ordered a 1, shop.ordered c 3, "
               "shop.ordered a 1, shop.ordered c 3");
    CHECK_TEXT(serving_parked(&serving), "waiting b 1, waiting b 1, waiting b 1");
    CHECK_TEXT(told(), "desk.heard a, desk.heard a, desk.heard a"); /* once each */
    serving_close(&serving);
}

static void who_refuses_an_event_is_dead_and_has_told_nothing(void)
{
    serving_open(&serving);
    CHECK_STATUS(TAKE("tell_refuse", "early_refuse", ""), STATUS_OK);
    CHECK_TEXT(serving_effects(&serving), "shop.ordered c 3");
    CHECK_TEXT(serving_parked(&serving), "dead a 1, dead b 1");
    CHECK_TEXT(told(), "");
    CHECK_INT(atomic_load(&serving.told), 0);
    CHECK_INT(cursor(), 3);
    serving_close(&serving);
}

static void who_refuses_a_command_leaves_only_its_reply(void)
{
    static const char *const data[] = {"{\"amount\":1}", "{\"how\":\"tell_refuse\",\"amount\":2}",
                                       "{\"how\":\"early_refuse\",\"amount\":3}", "{}"};
    serving_open(&serving);
    for (size_t i = 0; i < COUNT_OF(data); i++) {
        messages[i] = desk_command((int64_t)i + 1, "a", data[i]);
        messages[i].deadline = 0;
    }
    CHECK_STATUS(serving_take(&serving, messages, COUNT_OF(data)), STATUS_OK);
    CHECK_TEXT(told(), "desk.do a done, desk.do a refused, desk.do a refused, desk.do a refused");
    CHECK_TEXT(serving_effects(&serving), "desk.do a 1");
    CHECK_TEXT(serving_parked(&serving), "");
    CHECK(atomic_load(&serving.told) >= 1);
    serving_close(&serving);
}

static void a_line_that_is_held_waits_in_order(void)
{
    serving_open(&serving);
    serving_messages(&serving, messages, (const char *const[]){"refuse", "", "", "", ""}, 5);
    messages[1].subject = TEXT("a");
    messages[3].subject = TEXT("a");
    CHECK_STATUS(serving_take(&serving, messages, 3), STATUS_OK);
    CHECK_STATUS(serving_take(&serving, messages + 3, 2), STATUS_OK);
    CHECK_TEXT(serving_parked(&serving), "dead a 1, behind a 0, behind a 0");
    CHECK_TEXT(serving_effects(&serving), "shop.ordered c 3, shop.ordered e 5");
    messages[0] = messages[1]; /* another source has lines of its own */
    messages[0].source = TEXT("mall");
    messages[0].position = 1;
    messages[0].previous = 0;
    CHECK_STATUS(serving_take(&serving, messages, 1), STATUS_OK);
    CHECK_TEXT(serving_effects(&serving), "shop.ordered c 3, shop.ordered e 5, shop.ordered a 2");
    serving_close(&serving);
}

/* ---- lost races ---- */

static void a_lost_race_is_run_again_and_tells_once(void)
{
    serving_open(&serving);
    desk_world.conflicts = 2;
    CHECK_STATUS(TAKE("", "tell_conflict_once", "conflict_once"), STATUS_OK);
    CHECK_TEXT(serving_effects(&serving), "shop.ordered a 1, shop.ordered b 2, shop.ordered c 3");
    CHECK_TEXT(told(), "desk.heard b");
    CHECK_TEXT(serving_parked(&serving), "");
    serving_close(&serving);
}

static void who_always_loses_is_parked(void)
{
    serving_open(&serving);
    CHECK_STATUS(TAKE("", "conflict", ""), STATUS_OK);
    CHECK_TEXT(serving_effects(&serving), "shop.ordered a 1, shop.ordered c 3");
    CHECK_TEXT(serving_parked(&serving), "waiting b 1");
    CHECK_INT(cursor(), 3);
    serving_close(&serving);
}

/* ---- a store in trouble ---- */

static void plan(unsigned calls, int countdown, int repeat, enum status status)
{
    desk_world.plan = (struct store_fault){
        .calls = calls, .countdown = countdown, .repeat = repeat, .status = status};
}

static const enum status troubles[] = {STATUS_UNAVAILABLE, STATUS_FULL, STATUS_CORRUPT,
                                       STATUS_TIMEOUT,     STATUS_BUSY, STATUS_CONFLICT};

static void a_store_in_trouble_loses_nothing(void)
{
    serving_open(&serving);
    for (size_t i = 0; i < COUNT_OF(troubles); i++) {
        plan(STORE_FAULT_EXEC, 0, 0, troubles[i]);
        CHECK_STATUS(TAKE("arm", "tell", ""), troubles[i]);
        CHECK_TEXT(serving_effects(&serving), "");
        CHECK_TEXT(serving_parked(&serving), "");
        CHECK_INT(cursor(), 0);
        CHECK_INT(atomic_load(&serving.told), 0);
        desk_world.fault.calls = 0;
    }
    CHECK_STATUS(serving_take(&serving, messages, 3), STATUS_OK);
    CHECK_TEXT(serving_effects(&serving), "shop.ordered a 1, shop.ordered b 2, shop.ordered c 3");
    CHECK_TEXT(told(), "desk.heard b");
    serving_close(&serving);
}

static size_t count_words(struct text words)
{
    size_t count = words.bytes > 0;
    for (size_t i = 0; i < words.bytes; i++) {
        count += words.data[i] == ',';
    }
    return count;
}

/* From two sources; the first makes the store fail at a later call. */
static void take_with_trouble(int64_t round)
{
    serving_messages(&serving, messages, (const char *const[]){"arm", "", "fail"}, 3);
    for (int i = 0; i < 3; i++) {
        messages[i].position = round * 3 + i + 1;
        messages[i].previous = 0;
    }
    messages[1].source = TEXT("mall");
    int tries = 0;
    while (serving_take(&serving, messages, 3) != STATUS_OK) {
        CHECK(++tries < 10);
    }
}

/* At each of the next calls, one after the other: each message has its effect, or is parked. */
static void a_moment_of_trouble_is_survived(void)
{
    int64_t round = 0;
    serving_open(&serving);
    for (int call = 0; call < 12; call++) {
        for (size_t i = 0; i < COUNT_OF(troubles); i++) {
            plan(STORE_FAULT_EXEC | STORE_FAULT_QUERY | STORE_FAULT_MARK | STORE_FAULT_UNDO, call,
                 1, troubles[i]);
            take_with_trouble(round++);
            desk_world.fault.calls = 0;
            size_t known =
                count_words(serving_effects(&serving)) + count_words(serving_parked(&serving));
            CHECK_INT(known, round * 3);
        }
    }
    serving_close(&serving);
}

/* ---- to oneself ---- */

static void what_it_tells_itself_comes_back(void)
{
    struct messages heard;
    serving_open(&serving);
    CHECK_STATUS(TAKE("tell"), STATUS_OK);
    CHECK_TEXT(told(), "desk.heard a");
    CHECK_STATUS(store_begin(serving.reader, STORE_READ), STATUS_OK);
    CHECK_STATUS(journal_read(serving.reader, serving.arena, TEXT("desk"), 0, &heard), STATUS_OK);
    CHECK_STATUS(store_commit(serving.reader), STATUS_OK);
    CHECK_STATUS(serving_take(&serving, heard.items, 1), STATUS_OK);
    CHECK_STATUS(serving_take(&serving, heard.items, 1), STATUS_OK);
    CHECK_TEXT(serving_effects(&serving), "shop.ordered a 1, desk.heard a 0");
    CHECK_INT(serving_cursor(&serving, "desk", BUS_EVENTS), 1);
    serving_close(&serving);
}

/* ---- who has ended the program too often ---- */

static void who_ends_the_program_is_dead_and_the_others_go_on(void)
{
    struct crash_note note = {.crashes = CRASHES_MAX, .counted_at = clock_wall_ms()};
    serving_open_as(&serving, &desk_service, &note);
    serving_messages(&serving, messages, (const char *const[]){"", "", "fail"}, 3);
    note.suspect = messages[1].id;
    CHECK_STATUS(serving_take(&serving, messages, 3), STATUS_OK);
    CHECK_TEXT(serving_effects(&serving), "shop.ordered a 1");
    CHECK_TEXT(serving_parked(&serving), "dead b 1, waiting c 1");
    CHECK_INT(note.crashes, CRASHES_MAX);
    serving_close(&serving);
}

static const struct test tests[] = {
    DESK_CASE(a_batch_is_taken_in_order),
    DESK_CASE(what_was_counted_is_not_counted_again),
    DESK_CASE(a_gap_stops_and_keeps_what_came_before),
    DESK_CASE(what_nobody_wanted_is_passed_over),
    DESK_CASE(what_nobody_wants_is_only_counted),
    DESK_CASE(many_sources_come_in_two_pieces),
    DESK_CASE(channels_are_counted_each),
    DESK_CASE(memory_of_a_message_ends_with_it),
    DESK_CASE(who_fails_is_undone_alone),
    DESK_CASE(who_refuses_an_event_is_dead_and_has_told_nothing),
    DESK_CASE(who_refuses_a_command_leaves_only_its_reply),
    DESK_CASE(a_line_that_is_held_waits_in_order),
    DESK_CASE(a_lost_race_is_run_again_and_tells_once),
    DESK_CASE(who_always_loses_is_parked),
    DESK_CASE(a_store_in_trouble_loses_nothing),
    DESK_CASE(a_moment_of_trouble_is_survived),
    DESK_CASE(what_it_tells_itself_comes_back),
    DESK_CASE(who_ends_the_program_is_dead_and_the_others_go_on),
};

int batch_contract_main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
