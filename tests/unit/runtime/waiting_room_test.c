/* waiting_room_test.c - calls are held, run again by who brings something, and let go in time. */
#include "runtime/waiting_room.h"

#include "tests/unit/runtime/rig.h"

struct apple {
    struct text name;
    int64_t wait_ms;
};

#define AT(member) .offset = offsetof(struct apple, member)
static const struct field apple_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, .required = true, .bytes_max = 20, AT(name)},
    {.name = "wait_ms", .kind = FIELD_INTEGER, .maximum = 600000, AT(wait_ms)},
};
#undef AT
static const struct shape apple_shape = {.name = "Apple",
                                         .fields = apple_fields,
                                         .field_count = COUNT_OF(apple_fields),
                                         .bytes = sizeof(struct apple)};

static atomic_int apples; /* on the tree; a test's, no store's: one executor alone looks at it */
static atomic_int looks;

/* Whoever asks by the name of "put" brings one, others take one. */
static enum status handle(struct call *call)
{
    const struct apple *input = call->input;
    struct apple given = *input;
    if (text_equals(input->name, TEXT("put"))) {
        atomic_fetch_add(&apples, 1);
        call_stir(call, TEXT("apples"));
        return answer(call, &given);
    }
    atomic_fetch_add(&looks, 1);
    call_listen(call, TEXT("apples"));
    given.wait_ms = atomic_load(&apples) > 0 ? atomic_fetch_sub(&apples, 1) : 0;
    if (given.wait_ms == 0) {
        call_hold(call, input->wait_ms);
    }
    return answer(call, &given);
}

static const struct route routes[] = {
    {.method = HTTP_POST,
     .path = "/entries",
     .operation = "apple",
     .kind = ROUTE_WRITES,
     .handle = handle,
     .takes = &apple_shape,
     .gives = &apple_shape},
};

static const struct service orchard = {.name = "orchard",
                                       .purpose = "for the test",
                                       .routes = routes,
                                       .route_count = COUNT_OF(routes)};

static void start(void)
{
    rig_start((struct rig_options){.service = &orchard});
}

static int begin_taking(int wait_ms)
{
    char body[80];
    snprintf(body, sizeof body, "{\"name\":\"take\",\"wait_ms\":%d}", wait_ms);
    return rig_begin_post("", body);
}

static void wait_for_looks(int count)
{
    CHECK_UNTIL(atomic_load(&looks) >= count);
}

static void is_given_what_comes_later(void)
{
    start();
    int taker = begin_taking(60000);
    wait_for_looks(1);
    CHECK_INT(rig_post("{\"name\":\"put\"}"), 200);
    CHECK_INT(rig_end(taker), 200);
    CHECK_INT(rig_number("wait_ms"), 1);
    CHECK_INT(atomic_load(&apples), 0);
    rig_stop();
}

/* As many are run as things have come, and not one more. */
static void wakes_as_many_as_there_is_for(void)
{
    enum { TAKERS = 20, APPLES = 5 };
    int takers[TAKERS];
    start();
    for (int i = 0; i < TAKERS; i++) {
        takers[i] = begin_taking(60000);
    }
    wait_for_looks(TAKERS);
    usleep(20000); /* that they are held, and not between; more looks would be seen below */
    int before = atomic_load(&looks);
    for (int i = 0; i < APPLES; i++) {
        CHECK_INT(rig_post("{\"name\":\"put\"}"), 200);
    }
    CHECK_UNTIL(atomic_load(&apples) == 0);
    CHECK(atomic_load(&looks) - before <= 2 * APPLES);
    host_end_waiting(&rig.host);
    int fed = 0;
    for (int i = 0; i < TAKERS; i++) {
        CHECK_INT(rig_end(takers[i]), 200);
        fed += rig_number("wait_ms") > 0;
    }
    CHECK_INT(fed, APPLES);
    rig_stop();
}

static void is_answered_when_its_time_is_over(void)
{
    start();
    int taker = begin_taking(300);
    int patient = begin_taking(60000);
    wait_for_looks(2);
    CHECK_UNTIL((waiting_room_tick(rig.host.waiting_room), clock_monotonic_ms() > 0) &&
                poll(&(struct pollfd){.fd = taker, .events = POLLIN}, 1, 0) == 1);
    CHECK_INT(rig_end(taker), 200);
    CHECK_INT(rig_number("wait_ms"), 0);
    CHECK(waiting_room_tick(rig.host.waiting_room) == waiting_room_topic(TEXT("apples")));
    CHECK_INT(rig_post("{\"name\":\"put\"}"), 200);
    CHECK_INT(rig_end(patient), 200);
    CHECK_INT(rig_number("wait_ms"), 1);
    CHECK(waiting_room_tick(rig.host.waiting_room) == 0);
    rig_stop();
}

static void nobody_waits_who_does_not_want_to(void)
{
    start();
    CHECK_INT(rig_end(begin_taking(0)), 200);
    int keyed = rig_begin_post("Idempotency-Key: one\r\n", "{\"name\":\"take\",\"wait_ms\":60000}");
    CHECK_INT(rig_end(keyed), 200);
    CHECK_INT(rig_number("wait_ms"), 0);
    rig_stop();
}

/* Who has gone away takes nothing from those who are there. */
static void forgets_who_has_gone(void)
{
    start();
    int gone = begin_taking(60000);
    wait_for_looks(1);
    int patient = begin_taking(60000);
    wait_for_looks(2);
    close(gone);
    usleep(50000); /* the loop hears of it; when not, the tick below wakes the other all the same */
    CHECK_INT(rig_post("{\"name\":\"put\"}"), 200);
    CHECK_INT(rig_post("{\"name\":\"put\"}"), 200);
    CHECK_INT(rig_end(patient), 200);
    CHECK_INT(rig_number("wait_ms") > 0, 1);
    rig_stop();
}

static void nobody_is_held_after_the_end(void)
{
    start();
    int taker = begin_taking(60000);
    wait_for_looks(1);
    host_end_waiting(&rig.host);
    CHECK_INT(rig_end(taker), 200);
    CHECK_INT(rig_end(begin_taking(60000)), 200);
    CHECK_INT(rig_number("wait_ms"), 0);
    rig_stop();
}

static const struct test tests[] = {
    {"is_given_what_comes_later", is_given_what_comes_later, 0},
    {"wakes_as_many_as_there_is_for", wakes_as_many_as_there_is_for, 0},
    {"is_answered_when_its_time_is_over", is_answered_when_its_time_is_over, 0},
    {"nobody_waits_who_does_not_want_to", nobody_waits_who_does_not_want_to, 0},
    {"forgets_who_has_gone", forgets_who_has_gone, 0},
    {"nobody_is_held_after_the_end", nobody_is_held_after_the_end, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
