/* gather_test.c - what a write must know is asked before its transaction begins. */
#include "base/log.h"
#include "tests/unit/runtime/ask/house.h"

#include <string.h>

static struct house house;

static void begin(void)
{
    log_threshold(LOG_ERROR);
    house_open_key(&house, "one");
    house_start(&house, (struct house_options){.services = {&people_service, &orders_service}});
}

static struct asked place(const char *name, const char *key)
{
    const char *body = text_format(house.arena, "{\"name\":\"%s\"}", name).data;
    return house_http(&house, (struct asking_options){
                                  .method = "POST", .path = "/orders", .body = body, .key = key});
}

static void hands_on_what_it_learned(void)
{
    begin();
    struct asked asked = place("anna", NULL);
    CHECK_INT(asked.status, 201);
    CHECK(asked_says(asked, "\"city\":\"Omsk\"") && asked_says(asked, "\"age\":30"));
    CHECK_INT(atomic_load(&ask_world.placed), 1);
    house_stop(&house);
}

static void ends_with_a_no_or_a_fault(void)
{
    begin();
    struct asked asked = place("nobody", NULL);
    CHECK_INT(asked.status, 404);
    CHECK(asked_says(asked, "no_person"));
    asked = place("refuse", NULL);
    CHECK_INT(asked.status, 409);
    CHECK(asked_says(asked, "other_service_refused"));
    CHECK_INT(place("broken", NULL).status, 503);
    CHECK_INT(place("busy", NULL).status, 503);
    CHECK_INT(place("", NULL).status, 400); /* the input is read before */
    CHECK_INT(atomic_load(&ask_world.placed), 0);
    house_stop(&house);
}

/* What was answered under a key is answered again, also when the others are down by then. */
static void a_kept_answer_needs_nobody(void)
{
    begin();
    atomic_store(&ask_world.failures, 1);
    CHECK_INT(place("once", "a").status, 503); /* nothing is kept of a fault */
    struct asked first = place("anna", "b");
    CHECK_INT(first.status, 201);
    unsigned asked = atomic_load(&ask_world.asked);
    struct asked second = place("anna", "b");
    CHECK_INT(second.status, 201);
    CHECK(text_equals(first.body, second.body));
    CHECK_INT(atomic_load(&ask_world.asked), asked); /* nobody was */
    CHECK_INT(atomic_load(&ask_world.placed), 1);
    CHECK_INT(place("boris", "b").status, 422);
    house_stop(&house);
}

/* "once" is not there: a refusal that gather gives is kept like one of the handler. */
static void a_refusal_is_kept_too(void)
{
    begin();
    CHECK_INT(place("once", "a").status, 404);
    unsigned asked = atomic_load(&ask_world.asked);
    struct asked again = place("once", "a");
    CHECK_INT(again.status, 404);
    CHECK(asked_says(again, "no_person"));
    CHECK_INT(atomic_load(&ask_world.asked), asked);
    CHECK_INT(place("anna", "a").status, 422);
    house_stop(&house);
}

static void make_mistake(void)
{
    begin();
    (void)house_http(&house, (struct asking_options){.method = "POST",
                                                     .path = "/mistakes",
                                                     .body = "{\"name\":\"anna\"}"});
}

static void asking_inside_of_a_transaction_is_a_bug(void)
{
    CHECK_MUST_FAIL(make_mistake, "STORE_READING");
}

static const struct test tests[] = {
    {"hands_on_what_it_learned", hands_on_what_it_learned, 0},
    {"ends_with_a_no_or_a_fault", ends_with_a_no_or_a_fault, 0},
    {"a_kept_answer_needs_nobody", a_kept_answer_needs_nobody, 0},
    {"a_refusal_is_kept_too", a_refusal_is_kept_too, 0},
    {"asking_inside_of_a_transaction_is_a_bug", asking_inside_of_a_transaction_is_a_bug, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
