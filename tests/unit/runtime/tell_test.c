/* tell_test.c - what telling writes, what it asks for, and who may tell. */
#include "runtime/telling.h"
#include "tests/lib/desk/serving.h"

#include <string.h>
#include <unistd.h>

static struct desk desk;

static const struct note data = {.how = {"so", 2}, .amount = 3};

static struct call *begin(void)
{
    desk_open(&desk);
    desk_begin(&desk);
    const struct chore_run run = {
        .host = &desk.host, .store = desk.store, .arena = desk.arena, .now_ms = DESK_NOW};
    return telling_call(&run);
}

static struct messages read_told(void)
{
    struct messages told;
    CHECK_STATUS(journal_read(desk.store, desk.arena, TEXT("desk"), 0, &told), STATUS_OK);
    return told;
}

static void an_event_is_a_row_of_the_journal(void)
{
    struct call *call = begin();
    CHECK_STATUS(tell(call, &desk_events[0], TEXT("a"), 7, &data), STATUS_OK);
    CHECK(call->effects.told);
    CHECK_INT(call->effects.alarm_at, 0);
    struct messages told = read_told();
    CHECK_INT(told.count, 1);
    CHECK_TEXT(told.items[0].kind, "event");
    CHECK_TEXT(told.items[0].name, "desk.heard");
    CHECK_TEXT(told.items[0].subject, "a");
    CHECK_TEXT(told.items[0].data, "{\"how\":\"so\",\"amount\":3}");
    CHECK_INT(told.items[0].revision, 7);
    CHECK_INT(told.items[0].version, 1);
    CHECK_INT(told.items[0].told_at, DESK_NOW);
    CHECK(told.items[0].addressee.data == NULL);
    desk_close(&desk);
}

static void an_errand_waits_from_now_on(void)
{
    DESK_COUNTS(waiting, "SELECT count(*) AS count FROM errand WHERE state = 'waiting'");
    struct call *call = begin();
    struct id id;
    CHECK_STATUS(tell_to(call, &desk_errands[0], TEXT("a"), &data, &id), STATUS_OK);
    CHECK_STATUS(tell_to(call, &desk_errands[1], TEXT("a"), NULL, NULL), STATUS_OK);
    CHECK_INT(call->effects.alarm_at, DESK_NOW + 5000);
    struct messages told = read_told();
    CHECK_INT(told.count, 2);
    CHECK(id_equals(told.items[0].id, id));
    CHECK_TEXT(told.items[0].addressee, "till");
    CHECK_TEXT(told.items[1].data, "{}");
    desk_commit(&desk);
    CHECK_INT(desk_count(&desk, &waiting), 2);
    desk_close(&desk);
}

/* What a chore tells: by its service, in one trace. */
static void a_chore_tells_for_itself(void)
{
    struct call *call = begin();
    CHECK_STATUS(tell(call, &desk_events[0], TEXT("a"), FIELD_NONE, &data), STATUS_OK);
    CHECK_STATUS(tell(call, &desk_events[0], TEXT("b"), FIELD_NONE, &data), STATUS_OK);
    struct messages told = read_told();
    CHECK_TEXT(told.items[0].actor, "desk");
    CHECK_INT(told.items[0].trace.bytes, 32);
    CHECK(text_equals(told.items[0].trace, told.items[1].trace));
    CHECK_STATUS(timer_set(call, &desk_timers[0], TEXT("a"), DESK_NOW + 1, NULL), STATUS_OK);
    CHECK_INT(call->effects.alarm_at, DESK_NOW + 1);
    desk_close(&desk);
}

static void a_subject_has_its_limit(void)
{
    static char long_subject[MESSAGE_SUBJECT_BYTES_MAX + 2];
    struct call *call = begin();
    memset(long_subject, 'x', sizeof long_subject - 1);
    struct text subject = text_of(long_subject);
    CHECK_STATUS(tell(call, &desk_events[0], subject, FIELD_NONE, &data), STATUS_TOO_LARGE);
    CHECK_STATUS(tell_to(call, &desk_errands[0], subject, &data, NULL), STATUS_TOO_LARGE);
    CHECK(!call->effects.told);
    CHECK_INT(read_told().count, 0);
    subject.bytes--;
    CHECK_STATUS(tell(call, &desk_events[0], subject, FIELD_NONE, &data), STATUS_OK);
    desk_close(&desk);
}

static void tell_a_strange_event(void)
{
    static const struct event strange = {.name = "desk.heard", .version = 1};
    (void)!tell(begin(), &strange, TEXT("a"), FIELD_NONE, NULL);
}

static void tell_without_subject(void)
{
    (void)!tell(begin(), &desk_events[0], NO_TEXT, FIELD_NONE, &data);
}

static void send_on_a_strange_errand(void)
{
    static const struct errand strange = {.service = "till", .command = "till.charge"};
    (void)!tell_to(begin(), &strange, TEXT("a"), NULL, NULL);
}

static void only_what_is_in_the_table_is_told(void)
{
    CHECK_MUST_FAIL(tell_a_strange_event, "call->service->event_count");
    CHECK_MUST_FAIL(tell_without_subject, "subject.data != NULL");
    CHECK_MUST_FAIL(send_on_a_strange_errand, "call->service->errand_count");
}

/* ---- a real executor ---- */

static atomic_int runs;

static enum status tell_once(struct chore_run *run)
{
    if (atomic_fetch_add(&runs, 1) > 0) {
        return STATUS_OK;
    }
    return tell(run->call, &desk_events[0], TEXT("a"), FIELD_NONE, &data);
}

static void what_a_chore_tells_is_announced(void)
{
    static const struct chore chores[] = {{.name = "tell", .run = tell_once, .every_ms = 60000}};
    struct service chatty = desk_service;
    struct serving serving;
    chatty.chores = chores;
    chatty.chore_count = 1;
    serving_open_as(&serving, &chatty, NULL);
    CHECK_UNTIL(atomic_load(&serving.told) == 1);
    CHECK_TEXT(desk_told_in(serving.reader, serving.arena), "desk.heard a");
    serving_close(&serving);
}

static const struct test tests[] = {
    DESK_CASE(an_event_is_a_row_of_the_journal),  DESK_CASE(an_errand_waits_from_now_on),
    DESK_CASE(a_chore_tells_for_itself),          DESK_CASE(a_subject_has_its_limit),
    DESK_CASE(only_what_is_in_the_table_is_told), DESK_CASE(what_a_chore_tells_is_announced),
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
