/* ask_there_test.c - asking a service of another process: two houses, each with its own key. */
#include "base/log.h"
#include "tests/unit/runtime/ask/house_crowd.h"

#include <string.h>

static struct house home;      /* orders (0) and board (1): they ask */
static struct house elsewhere; /* people */

static void begin_with(struct house_options there, struct house_options here)
{
    log_threshold(LOG_ERROR);
    house_open_key(&home, "home");
    house_open_key(&elsewhere, "elsewhere");
    if (there.trusts == NULL) {
        there.trusts = house_line(&home, "orders,board");
    }
    there.services[0] = &people_service;
    house_start(&elsewhere, there);
    here.services[0] = &orders_service;
    here.services[1] = &board_service;
    if (here.addresses == NULL) {
        here.addresses = text_format(home.arena, "people=%s", elsewhere.address).data;
    }
    house_start(&home, here);
}

static void begin(void)
{
    begin_with((struct house_options){.readers = 4}, (struct house_options){.readers = 4});
}

static void end(void)
{
    house_stop(&home);
    house_stop(&elsewhere);
}

static void reads_the_same_as_here(void)
{
    struct client client;
    begin();
    CHECK_STATUS(house_ask(&home, 0, "anna", &client), STATUS_OK);
    CHECK_TEXT(client.city, "Omsk");
    CHECK_INT(client.age, 30);
    CHECK_TEXT(client.phone, NULL);
    CHECK_STATUS(house_ask(&home, 0, "a/b ?%", &client), STATUS_OK);
    CHECK_INT(client.age, 50);
    struct call call = house_call(&home, 0);
    const struct person_input omsk = {.city = TEXT("Omsk")};
    struct list list;
    CHECK_STATUS(ask(&call, &orders_asks[1], &omsk, &list), STATUS_OK);
    CHECK_INT(list.count, 2);
    CHECK_TEXT(((const struct client *)list.items)[1].phone, "+79161234567");
    CHECK_TEXT(list.next, "more");
    end();
}

static void hears_the_same_no_as_here(void)
{
    static const struct {
        const char *name;
        enum status status;
    } rows[] = {
        {"nobody", STATUS_ABSENT},      {"", STATUS_ABSENT},        {"..", STATUS_ABSENT},
        {"refuse", STATUS_REFUSED},     {"forbid", STATUS_REFUSED}, {"\x01", STATUS_REFUSED},
        {"broken", STATUS_UNAVAILABLE}, {"busy", STATUS_BUSY},      {"old", STATUS_UNAVAILABLE},
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct client client = {.age = 7};
        CHECK_STATUS(house_ask(&home, 0, rows[i].name, &client), rows[i].status);
        CHECK_INT(client.age, 7);
    }
    end();
}

static void tries_once_more(void)
{
    struct client client;
    begin();
    atomic_store(&ask_world.failures, 1);
    CHECK_STATUS(house_ask(&home, 0, "once", &client), STATUS_ABSENT); /* asked again, and heard */
    CHECK_INT(atomic_load(&ask_world.asked), 2);
    atomic_store(&ask_world.failures, 2);
    CHECK_STATUS(house_ask(&home, 0, "once", &client), STATUS_UNAVAILABLE);
    CHECK_INT(atomic_load(&ask_world.asked), 4); /* and no more than once */
    CHECK_STATUS(house_ask(&home, 0, "refuse", &client), STATUS_REFUSED);
    CHECK_INT(atomic_load(&ask_world.asked), 5); /* a no is an answer */
    end();
}

static void asks_on_behalf_of_a_client(void)
{
    begin();
    struct asked asked = house_http(&home, (struct asking_options){.path = "/cards/boris"});
    CHECK_INT(asked.status, 200);
    CHECK(asked_says(asked, "\"city\":\"Omsk\""));
    CHECK_TEXT(asked.operation, NULL); /* only services are told */
    end();
}

/* ---- time ---- */

static void gives_up_at_its_deadline(void)
{
    struct client client;
    begin_with((struct house_options){.readers = 4}, (struct house_options){.deadline_ms = 300});
    atomic_store(&ask_world.is_held, true);
    int64_t started_ms = clock_monotonic_ms();
    CHECK_STATUS(house_ask(&home, 0, "late", &client), STATUS_TIMEOUT);
    CHECK(clock_monotonic_ms() - started_ms >= 250);
    end();
    begin_with((struct house_options){.readers = 4},
               (struct house_options){.deadline_ms = 10 * TEST_PATIENCE_MS});
    atomic_store(&ask_world.is_held, true);
    struct call call = house_call(&home, 0);
    const struct person_input late = {.name = TEXT("late")};
    call.give_up_at_ms = clock_monotonic_ms() + 50; /* the caller's own, which is sooner */
    CHECK_STATUS(ask(&call, &orders_asks[0], &late, &client), STATUS_TIMEOUT);
    end();
}

/* Who waits in a queue behind others is not run when nobody waits for him any more. */
static void is_not_run_when_nobody_waits(void)
{
    begin_with((struct house_options){.readers = 1}, (struct house_options){.deadline_ms = 300});
    struct text credential =
        credential_write(home.arena, &home.key, TEXT("orders"), TEXT("people"), clock_wall_ms());
    CHECK_INT(house_http(&elsewhere, (struct asking_options){.path = "/people?city=Omsk",
                                                             .credential = credential.data,
                                                             .deadline = "10000"})
                  .status,
              200);
    struct asked asked =
        house_http(&elsewhere, (struct asking_options){.path = "/people?city=Omsk",
                                                       .credential = credential.data,
                                                       .deadline = "0"});
    CHECK_INT(asked.status, 503);
    CHECK_TEXT(asked.operation, "list_people");
    static const char *const no_deadlines[] = {"", "-1", "soon", "600001"};
    for (size_t i = 0; i < COUNT_OF(no_deadlines); i++) {
        asked = house_http(&elsewhere, (struct asking_options){.path = "/people?city=Omsk",
                                                               .credential = credential.data,
                                                               .deadline = no_deadlines[i]});
        CHECK_INT(asked.status, 200);
    }
    end();
}

/* ---- the other side is down ---- */

static void leaves_the_dead_alone(void)
{
    struct client client;
    begin_with((struct house_options){.readers = 4},
               (struct house_options){.addresses = "people=http://127.0.0.1:1"});
    for (int i = 0; i < 3; i++) { /* two tries each */
        CHECK_STATUS(house_ask(&home, 0, "anna", &client), STATUS_UNAVAILABLE);
    }
    struct ask_counts counts;
    CHECK_INT(asker_count(home.asker, &counts, 1), 1);
    CHECK(counts.is_cut_off);
    CHECK_INT(counts.failed, 3);
    int64_t started_ms = clock_monotonic_ms();
    for (int i = 0; i < 1000; i++) {
        CHECK_STATUS(house_ask(&home, 0, "anna", &client), STATUS_UNAVAILABLE);
    }
    CHECK(clock_monotonic_ms() - started_ms < 10 * 1000); /* tried, they would take twice that */
    end();
}

static void finds_out_when_it_is_back(void)
{
    struct client client = {.age = 0};
    struct ask_counts counts;
    char listen[64];
    begin_with((struct house_options){.readers = 4}, (struct house_options){.readers = 4});
    snprintf(listen, sizeof listen, "127.0.0.1:%d", http_server_port(elsewhere.server, 0));
    CHECK_STATUS(house_ask(&home, 0, "anna", &client), STATUS_OK);
    house_stop(&elsewhere);
    for (int i = 0; i < 4; i++) {
        CHECK_STATUS(house_ask(&home, 0, "anna", &client), STATUS_UNAVAILABLE);
    }
    CHECK_INT(asker_count(home.asker, &counts, 1), 1);
    CHECK(counts.is_cut_off);
    house_open_key(&elsewhere, "elsewhere");
    house_start(&elsewhere, (struct house_options){.services = {&people_service},
                                                   .listen = listen,
                                                   .trusts = house_line(&home, "orders")});
    CHECK_UNTIL(house_ask(&home, 0, "anna", &client) == STATUS_OK);
    CHECK_INT(client.age, 30);
    CHECK_INT(asker_count(home.asker, &counts, 1), 1);
    CHECK(!counts.is_cut_off);
    end();
}

/* ---- somebody else answers ---- */

/* The wrong process says 404, and that does not mean that there is no such person. */
static void is_not_taken_in_by_the_wrong_process(void)
{
    struct client client;
    log_threshold(LOG_ERROR);
    house_open_key(&home, "home");
    house_open_key(&elsewhere, "elsewhere");
    house_start(&elsewhere, (struct house_options){.services = {&people_service},
                                                   .trusts = house_line(&home, "orders,board")});
    const char *wrong = text_format(home.arena, "orders=%s", elsewhere.address).data;
    house_start(&home, (struct house_options){.services = {&board_service}, .addresses = wrong});
    struct call call = house_call(&home, 0);
    const struct person_input anna = {.name = TEXT("anna")};
    CHECK_STATUS(ask(&call, &board_asks[0], &anna, &client), STATUS_UNAVAILABLE);
    end();
}

/* ---- who may ---- */

static int status_of(const char *path, struct text credential)
{
    return house_http(&elsewhere,
                      (struct asking_options){.path = path, .credential = credential.data})
        .status;
}

static struct text credential_at(int64_t seconds, const char *issuer, const char *audience)
{
    return credential_write(home.arena, &home.key, text_of(issuer), text_of(audience),
                            clock_wall_ms() + seconds * 1000);
}

static void knows_its_own(void)
{
    begin();
    struct asked asked = house_http(
        &elsewhere,
        (struct asking_options){.path = "/people/anna",
                                .credential = credential_at(0, "orders", "people").data});
    CHECK_INT(asked.status, 200);
    CHECK_TEXT(asked.operation, "get_person");
    CHECK_INT(status_of("/people/anna", credential_at(-55, "orders", "people")), 200);
    CHECK_INT(status_of("/people/anna", credential_at(3, "orders", "people")), 200);
    end();
}

static void lets_nobody_else_in(void)
{
    begin();
    struct text good = credential_at(0, "orders", "people");
    struct text cut = text_copy(home.arena, text_slice(good, 0, good.bytes - 1));
    char *forged = arena_take(home.arena, good.bytes + 1);
    memcpy(forged, good.data, good.bytes);
    forged[strlen("kontora_service_1.orders.people.1")] ^= 1; /* lives a little longer */
    struct service_key stranger = home.key;
    CHECK_INT(crypto_sign_keypair(stranger.public_key, stranger.secret_key), 0);
    struct text with_our_id =
        credential_write(home.arena, &stranger, TEXT("orders"), TEXT("people"), clock_wall_ms());
    credential_key_id(stranger.public_key, stranger.id);
    struct text unknown =
        credential_write(home.arena, &stranger, TEXT("orders"), TEXT("people"), clock_wall_ms());
    const struct text bad[] = {
        credential_at(-70, "orders", "people"), /* expired */
        credential_at(20, "orders", "people"),  /* not yet */
        credential_at(0, "orders", "orders"),   /* meant for another */
        credential_at(0, "people", "people"),   /* our key does not speak for people */
        cut,
        text_of(forged),
        with_our_id,
        unknown,
        TEXT("kontora_service_1"),
        TEXT("kontora_service_2.orders.people.1.2.0123456789abcdef.x"),
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CHECK_INT(status_of("/people/anna", bad[i]), 401);
    }
    CHECK_INT(status_of("/people/anna", good), 200);
    end();
}

/* It may read what its table asks for, and nothing else. */
static void lets_it_ask_what_its_table_says(void)
{
    begin();
    CHECK_INT(status_of("/secrets/anna", credential_at(0, "orders", "people")), 403);
    CHECK_INT(status_of("/people/anna", credential_at(0, "board", "people")), 403);
    CHECK_INT(status_of("/people?city=Omsk", credential_at(0, "orders", "people")), 200);
    end();
}

static void is_not_trusted_without_a_line(void)
{
    struct client client;
    begin_with((struct house_options){.trusts = ""}, (struct house_options){.readers = 4});
    CHECK_INT(status_of("/people/anna", credential_at(0, "orders", "people")), 401);
    CHECK_STATUS(house_ask(&home, 0, "anna", &client), STATUS_UNAVAILABLE);
    struct ask_counts counts;
    CHECK_INT(asker_count(home.asker, &counts, 1), 1);
    CHECK(!counts.is_cut_off); /* it has answered */
    end();
}

/* ---- many at once ---- */

static void is_asked_by_many_at_once(void)
{
    begin();
    house_ask_by_many(&home, 0, 60);
    end();
}

static void says_what_is_wrong_with_an_address(void)
{
    static const char *const addresses[] = {
        "",
        "people",
        "people=",
        "people=127.0.0.1:80",
        "nobody=http://x",
        "people=http://",
        "people=https://",
        "people=http:/",
        "people=http://a@b",
        "people=http://x/api",
        "people=unix:x",
        "people=http://x people=http://y",
    };
    log_threshold(LOG_ERROR);
    house_open_key(&home, "home");
    house_open_hosts(&home, &(struct house_options){.services = {&orders_service}});
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        const struct asker_options options = {.hosts = home.hosts,
                                              .host_count = home.host_count,
                                              .known = all_services,
                                              .known_count = COUNT_OF(all_services),
                                              .addresses = addresses[i],
                                              .deadline_ms = 1,
                                              .key = &home.key};
        struct asker *asker = NULL;
        struct text error = NO_TEXT;
        CHECK_STATUS(asker_create(&options, &asker, &error), STATUS_MALFORMED);
        CHECK(asker == NULL && memmem(error.data, error.bytes, "ask.addresses", 13) != NULL);
    }
    host_finish_waiting(&home.hosts[0]);
    host_close(&home.hosts[0]);
    arena_destroy(&home.arena);
}

static const struct test tests[] = {
    {"reads_the_same_as_here", reads_the_same_as_here, 0},
    {"hears_the_same_no_as_here", hears_the_same_no_as_here, 0},
    {"tries_once_more", tries_once_more, 0},
    {"asks_on_behalf_of_a_client", asks_on_behalf_of_a_client, 0},
    {"gives_up_at_its_deadline", gives_up_at_its_deadline, 0},
    {"is_not_run_when_nobody_waits", is_not_run_when_nobody_waits, 0},
    {"leaves_the_dead_alone", leaves_the_dead_alone, 0},
    {"finds_out_when_it_is_back", finds_out_when_it_is_back, 0},
    {"is_not_taken_in_by_the_wrong_process", is_not_taken_in_by_the_wrong_process, 0},
    {"knows_its_own", knows_its_own, 0},
    {"lets_nobody_else_in", lets_nobody_else_in, 0},
    {"lets_it_ask_what_its_table_says", lets_it_ask_what_its_table_says, 0},
    {"is_not_trusted_without_a_line", is_not_trusted_without_a_line, 0},
    {"is_asked_by_many_at_once", is_asked_by_many_at_once, 0},
    {"says_what_is_wrong_with_an_address", says_what_is_wrong_with_an_address, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
