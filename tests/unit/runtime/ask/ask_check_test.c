/* ask_check_test.c - one mistake in an asks table is one sentence at the start. */
#include "runtime/runtime.h"
#include "tests/unit/runtime/ask/ask_services.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 4 * 1024 * 1024, SERVICES = 4 };

/* Good tables, to be broken in one place. */
static struct {
    struct service services[SERVICES];
    struct ask asks[SERVICES];
    struct field sends[2];
    struct field takes[2];
    struct shape sends_shape;
    struct shape takes_shape;
} made;

static void make(void)
{
    memset(&made, 0, sizeof made);
    memcpy(made.sends, by_name_fields, sizeof by_name_fields);
    memcpy(made.takes, client_fields, sizeof made.takes);
    made.sends_shape = by_name;
    made.sends_shape.fields = made.sends;
    made.takes_shape = client_shape;
    made.takes_shape.fields = made.takes;
    made.takes_shape.field_count = 2;
    made.services[0] = people_service;
    made.services[1] = (struct service){
        .name = "orders", .purpose = "Asks", .asks = &made.asks[1], .ask_count = 1};
    made.services[2] = (struct service){.name = "board", .purpose = "Asks"};
    made.asks[1] = (struct ask){.service = "people",
                                .operation = "get_person",
                                .sends = &made.sends_shape,
                                .takes = &made.takes_shape};
}

static void check_says(const char *part)
{
    struct arena *arena = arena_create("check", ARENA_BYTES_MAX);
    const struct service *const services[] = {&made.services[0], &made.services[1],
                                              &made.services[2]};
    struct text complaint = runtime_check(arena, services, COUNT_OF(services));
    bool is_said = part == NULL ? complaint.data == NULL
                                : complaint.data != NULL && strstr(complaint.data, part) != NULL;
    if (!is_said) {
        printf("# it says: %.*s\n", TEXT_ARGS(complaint));
    }
    CHECK(is_said);
    arena_destroy(&arena);
}

#define CHECK_SAYS(change, part)                                                                   \
    do {                                                                                           \
        make();                                                                                    \
        change;                                                                                    \
        check_says(part);                                                                          \
    } while (0)

static void is_silent_when_all_is_well(void)
{
    make();
    check_says(NULL);
}

static void knows_who_there_is(void)
{
    struct ask *ask = &made.asks[1];
    CHECK_SAYS(ask->service = "persons", "orders: asks 'persons', which is no service");
    CHECK_SAYS(ask->service = NULL, "names no service or no operation");
    CHECK_SAYS(ask->operation = "get_persn", "did you mean 'get_person'?");
    CHECK_SAYS(ask->operation = NULL, "names no service or no operation");
}

static void knows_what_is_sent(void)
{
    CHECK_SAYS(made.sends[0].name = "nam", "sends 'nam' to get_person, which takes no such field");
    CHECK_SAYS(made.asks[1].sends = NULL, "does not send 'name', which get_person requires");
    CHECK_SAYS(made.sends[0].kind = FIELD_INTEGER, "as something else than it takes");
    CHECK_SAYS(made.sends[0].kind = FIELD_EMAIL, NULL); /* a text is a text */
}

static void knows_what_is_taken(void)
{
    CHECK_SAYS(made.takes[0].name = "town", "reads 'town' from the answer of get_person");
    CHECK_SAYS(made.takes[1].kind = FIELD_FLAG, "as something else than it gives");
    CHECK_SAYS(made.takes[0].bytes_max = 0, "has no bytes_max");
    CHECK_SAYS(made.takes[0].place = FIELD_IN_QUERY, "from a path or a query");
    CHECK_SAYS(made.asks[1].takes = NULL, NULL);
}

/* ---- changes are told ---- */

static enum status handle(struct call *call)
{
    return answer_empty(call);
}

static const struct route change_route[] = {
    {.method = HTTP_POST,
     .path = "/changes",
     .operation = "make_change",
     .summary = "Changes",
     .kind = ROUTE_WRITES,
     .handle = handle},
};
static const struct route gathering_read[] = {
    {.method = HTTP_GET,
     .path = "/reads",
     .operation = "read_it",
     .summary = "Reads",
     .kind = ROUTE_READS,
     .handle = handle,
     .gather = handle},
};

static void wants_changes_to_be_told(void)
{
    make();
    made.services[2].routes = change_route;
    made.services[2].route_count = 1;
    made.asks[1] = (struct ask){.service = "board", .operation = "make_change"};
    check_says("changes are told");
    make();
    made.services[2].routes = gathering_read;
    made.services[2].route_count = 1;
    check_says("needs no gather");
}

/* ---- circles ---- */

static const struct route own_routes[SERVICES][1] = {
    {{.method = HTTP_GET,
      .path = "/a",
      .operation = "ask_a",
      .summary = "-",
      .kind = ROUTE_READS,
      .handle = handle}},
    {{.method = HTTP_GET,
      .path = "/b",
      .operation = "ask_b",
      .summary = "-",
      .kind = ROUTE_READS,
      .handle = handle}},
    {{.method = HTTP_GET,
      .path = "/c",
      .operation = "ask_c",
      .summary = "-",
      .kind = ROUTE_READS,
      .handle = handle}},
};

/* Each of the three asks the one that `asked` names for it; -1: nobody. */
static void make_circle(const int asked[3])
{
    static const char *const names[] = {"people", "orders", "board"};
    memset(&made, 0, sizeof made);
    for (size_t i = 0; i < 3; i++) {
        made.services[i] = (struct service){.name = names[i],
                                            .purpose = "Asks",
                                            .routes = own_routes[i],
                                            .route_count = 1,
                                            .asks = &made.asks[i],
                                            .ask_count = asked[i] >= 0};
        if (asked[i] >= 0) {
            made.asks[i] = (struct ask){.service = names[asked[i]],
                                        .operation = own_routes[asked[i]][0].operation};
        }
    }
}

static void finds_those_who_ask_in_a_circle(void)
{
    static const struct {
        int asked[3];
        const char *part;
    } rows[] = {
        {{-1, 0, 1}, NULL},
        {{-1, 0, 0}, NULL},
        {{0, -1, -1}, "people: asks in a circle: people -> people"},
        {{1, 0, -1}, "people: asks in a circle: people -> orders -> people"},
        {{1, 2, 0}, "people: asks in a circle: people -> orders -> board -> people"},
        {{1, 2, 1},
         "orders: asks in a circle: orders -> board -> orders"}, /* people only leads in */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        make_circle(rows[i].asked);
        check_says(rows[i].part);
    }
}

static const struct test tests[] = {
    {"is_silent_when_all_is_well", is_silent_when_all_is_well, 0},
    {"knows_who_there_is", knows_who_there_is, 0},
    {"knows_what_is_sent", knows_what_is_sent, 0},
    {"knows_what_is_taken", knows_what_is_taken, 0},
    {"wants_changes_to_be_told", wants_changes_to_be_told, 0},
    {"finds_those_who_ask_in_a_circle", finds_those_who_ask_in_a_circle, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
