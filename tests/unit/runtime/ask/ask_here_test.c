/* ask_here_test.c - asking a service of the same process. */
#include "base/log.h"
#include "tests/unit/runtime/ask/house_crowd.h"

#include <string.h>

static struct house house;

static void begin(void)
{
    log_threshold(LOG_ERROR);
    house_open_key(&house, "one");
    house_start(&house, (struct house_options){
                            .services = {&people_service, &orders_service, &board_service}});
}

static void reads_the_fields_it_knows(void)
{
    struct client client = {.age = 7};
    begin();
    CHECK_STATUS(house_ask(&house, 1, "anna", &client), STATUS_OK);
    CHECK_TEXT(client.city, "Omsk");
    CHECK_INT(client.age, 30);
    CHECK_TEXT(client.phone, NULL); /* null in the answer, and nobody requires it */
    CHECK_STATUS(house_ask(&house, 1, "boris", &client), STATUS_OK);
    CHECK_TEXT(client.phone, "+79161234567");
    house_stop(&house);
}

/* What was read of one answer does not lie where the next one is read. */
static void keeps_what_it_has_read(void)
{
    struct client first;
    struct client second;
    begin();
    CHECK_STATUS(house_ask(&house, 1, "boris", &first), STATUS_OK);
    CHECK_STATUS(house_ask(&house, 1, "a/b ?%", &second), STATUS_OK);
    CHECK_TEXT(first.city, "Omsk");
    CHECK_TEXT(first.phone, "+79161234567");
    CHECK_TEXT(second.city, "Tver");
    house_stop(&house);
}

static void hears_every_no(void)
{
    static const struct {
        const char *name;
        enum status status;
    } rows[] = {
        {"nobody", STATUS_ABSENT},      {"", STATUS_ABSENT},
        {".", STATUS_ABSENT},           {"..", STATUS_ABSENT},
        {"refuse", STATUS_REFUSED},     {"forbid", STATUS_REFUSED},
        {"\x01", STATUS_REFUSED}, /* not what the operation takes */
        {"broken", STATUS_UNAVAILABLE}, {"busy", STATUS_BUSY},
        {"old", STATUS_UNAVAILABLE}, /* he is 900: not what the table reads */
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct client client = {.age = 7};
        CHECK_STATUS(house_ask(&house, 1, rows[i].name, &client), rows[i].status);
        CHECK_INT(client.age, 7); /* untouched */
    }
    struct client client;
    CHECK_STATUS(house_ask(&house, 1, "a/b ?%", &client), STATUS_OK);
    CHECK_INT(client.age, 50);
    house_stop(&house);
}

static void knows_only_that_he_is_there(void)
{
    begin();
    struct call call = house_call(&house, 1);
    const struct person_input anna = {.name = TEXT("anna")};
    const struct person_input nobody = {.name = TEXT("nobody")};
    CHECK_STATUS(ask(&call, &orders_asks[2], &anna, NULL), STATUS_OK);
    CHECK_STATUS(ask(&call, &orders_asks[2], &nobody, NULL), STATUS_ABSENT);
    house_stop(&house);
}

static void reads_a_list(void)
{
    begin();
    struct call call = house_call(&house, 1);
    const struct person_input omsk = {.city = TEXT("Omsk")};
    const struct person_input nowhere = {.city = TEXT("Nowhere")};
    struct list list;
    CHECK_STATUS(ask(&call, &orders_asks[1], &omsk, &list), STATUS_OK);
    CHECK_INT(list.count, 2);
    CHECK_INT(((const struct client *)list.items)[0].age, 30);
    CHECK_TEXT(((const struct client *)list.items)[1].phone, "+79161234567");
    CHECK_TEXT(list.next, "more");
    CHECK_INT(list.total, 2);
    CHECK_STATUS(ask(&call, &orders_asks[1], &nowhere, &list), STATUS_OK);
    CHECK_INT(list.count, 0);
    house_stop(&house);
}

static void asks_who_asks_in_turn(void)
{
    begin();
    struct asked asked = house_http(&house, (struct asking_options){.path = "/cards/anna"});
    CHECK_INT(asked.status, 200);
    CHECK(asked_says(asked, "\"city\":\"Omsk\""));
    asked = house_http(&house, (struct asking_options){.path = "/orders/nobody"});
    CHECK_INT(asked.status, 404);
    CHECK(asked_says(asked, "no_person"));
    house_stop(&house);
}

/* A handler that hands REFUSED on, without a word of its own. */
static void has_an_answer_for_a_handler_without_one(void)
{
    begin();
    struct asked asked = house_http(&house, (struct asking_options){.path = "/orders/refuse"});
    CHECK_INT(asked.status, 409);
    CHECK(asked_says(asked, "other_service_refused"));
    struct call call = house_call(&house, 1);
    const struct message message = {.trace = TEXT("0123456789abcdef0123456789abcdef")};
    const struct person_input input = {.name = TEXT("refuse")};
    struct client client;
    call.message = &message;
    CHECK_STATUS(ask(&call, &orders_asks[0], &input, &client), STATUS_REFUSED);
    CHECK(call.refusal != NULL && strcmp(call.refusal->code, "other_service_refused") == 0);
    house_stop(&house);
}

static void asks_nobody_when_its_time_is_over(void)
{
    begin();
    struct call call = house_call(&house, 1);
    const struct person_input input = {.name = TEXT("anna")};
    struct client client;
    call.give_up_at_ms = clock_monotonic_ms() - 1;
    CHECK_STATUS(ask(&call, &orders_asks[0], &input, &client), STATUS_TIMEOUT);
    CHECK_INT(atomic_load(&ask_world.asked), 0);
    call.give_up_at_ms = clock_monotonic_ms() + 10000;
    CHECK_STATUS(ask(&call, &orders_asks[0], &input, &client), STATUS_OK);
    house_stop(&house);
}

/* Where somebody who is asked may take long (a list), point reads do not stay on a loop. */
static void takes_point_reads_off_the_loops(void)
{
    begin();
    CHECK(house.hosts[0].reads_at_once);
    CHECK(!house.hosts[1].reads_at_once); /* asks for list_people */
    CHECK(!house.hosts[2].reads_at_once); /* asks orders */
    house_stop(&house);
}

/* ---- bugs ---- */

static void ask_in_a_write(void)
{
    struct store *store = NULL;
    struct call call = house_call(&house, 1);
    const struct person_input input = {.name = TEXT("anna")};
    struct client client;
    struct store_source *source = house.hosts[1].source;
    if (source->open(source, STORE_READ, &store) != STATUS_OK) {
        return;
    }
    store->state = STORE_WRITING;
    call.store = store;
    CHECK_STATUS(ask(&call, &orders_asks[0], &input, &client), STATUS_OK);
}

static void ask_for_somebody_else(void)
{
    struct call call = house_call(&house, 1);
    const struct person_input input = {.name = TEXT("anna")};
    struct client client;
    CHECK_STATUS(ask(&call, &board_asks[0], &input, &client), STATUS_OK);
}

static void stops_at_a_bug(void)
{
    begin();
    CHECK_MUST_FAIL(ask_in_a_write, "STORE_READING");
    CHECK_MUST_FAIL(ask_for_somebody_else, "asks");
    house_stop(&house);
}

/* ---- many at once ---- */

static void is_asked_by_many_at_once(void)
{
    begin();
    house_ask_by_many(&house, 1, 300);
    CHECK_INT(atomic_load(&ask_world.asked), HOUSE_CROWD * 300);
    house_stop(&house);
}

static const struct test tests[] = {
    {"reads_the_fields_it_knows", reads_the_fields_it_knows, 0},
    {"keeps_what_it_has_read", keeps_what_it_has_read, 0},
    {"hears_every_no", hears_every_no, 0},
    {"knows_only_that_he_is_there", knows_only_that_he_is_there, 0},
    {"reads_a_list", reads_a_list, 0},
    {"asks_who_asks_in_turn", asks_who_asks_in_turn, 0},
    {"has_an_answer_for_a_handler_without_one", has_an_answer_for_a_handler_without_one, 0},
    {"asks_nobody_when_its_time_is_over", asks_nobody_when_its_time_is_over, 0},
    {"takes_point_reads_off_the_loops", takes_point_reads_off_the_loops, 0},
    {"stops_at_a_bug", stops_at_a_bug, 0},
    {"is_asked_by_many_at_once", is_asked_by_many_at_once, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
