/* flow_push_test.c - who hears that a case has changed, and what of it: every example is an event
 * as cases tell it, and a reader.
 */
#include "engine/case_told.h"
#include "engine/operations/flow_handlers.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

#define ANNA  "01977f3e-8d2a-7c11-9f7a-6d2c8f1b2a3c"
#define BORIS "01977f3e-8d2a-7c11-9f7a-6d2c8f1b2a3d"
#define CASE  "01977f3e-8d2a-7c11-9f7a-000000000001"

static struct arena *arena;

struct hearing {
    const char *event;    /* its name */
    const char *data;     /* of the event */
    const char *workflow; /* that is watched; NULL: all of them */
    const char *kind;     /* that is watched; NULL: all of them */
    const char *role;     /* of the reader */
    const char *person;   /* NULL: a service that calls for itself */
    const char *told;     /* NULL: he does not learn that there was one */
};

#define TOLD(rest)                                                                                 \
    "{\"workflow\":\"loan\",\"case_id\":\"" CASE "\",\"operation_id\":\"" BORIS                    \
    "\",\"operation_status\":\"succeeded\",\"secret\":\"x\"," rest "}"
#define SHOWN(list) TOLD("\"asked_by\":null,\"shown_to\":[" list "]")
#define ASKED(who)  TOLD("\"asked_by\":\"" who "\",\"shown_to\":[]")
#define HEARD       "\"case_id\":\"" CASE "\",\"operation_id\":null,\"status\":null"
#define DONE        BORIS "\",\"status\":\"succeeded\""
#define OWN         "\"case_id\":\"" CASE "\",\"operation_id\":\"" DONE

static const struct hearing hearings[] = {
    /* whoever has the role */
    {"bank.case_changed", SHOWN("\"clerk\""), "loan", "clerk", "clerk", ANNA, HEARD},
    {"bank.case_changed", SHOWN("\"clerk\""), "loan", "clerk", "client", ANNA, NULL},
    {"bank.case_changed", SHOWN("\"clerk\""), "loan", "client", "clerk", ANNA, NULL},
    {"bank.case_changed", SHOWN("\"clerk.head\""), "loan", "clerk", "clerk.head", ANNA, HEARD},
    {"bank.case_changed", SHOWN("\"clerk.head\""), "loan", "clerk", "clerk", ANNA, NULL},
    {"bank.case_changed", SHOWN("\"clerk\""), "loan", "cler", "clerk", ANNA, NULL},
    {"bank.case_changed", SHOWN("\"client\",\"clerk\""), "loan", "clerk", "clerk", ANNA, HEARD},
    {"bank.case_changed", SHOWN(""), "loan", "clerk", "clerk", ANNA, NULL},
    /* one person */
    {"bank.case_changed", SHOWN("\"client/" ANNA "\""), "loan", "client", "client", ANNA, HEARD},
    {"bank.case_changed", SHOWN("\"client/" ANNA "\""), "loan", "client", "client", BORIS, NULL},
    {"bank.case_changed", SHOWN("\"client/" ANNA "\""), "loan", "client", "clerk", ANNA, NULL},
    {"bank.case_changed", SHOWN("\"client/anna\""), "loan", "client", "client", ANNA, NULL},
    /* who has asked for the operation hears what became of it, and nobody else */
    {"bank.case_changed", ASKED("client/" ANNA), "loan", "client", "client", ANNA, OWN},
    {"bank.case_changed", ASKED("client/" ANNA), "loan", "client", "client", BORIS, NULL},
    {"bank.case_changed", ASKED("client/" ANNA), "loan", "clerk", "client", ANNA, NULL},
    {"bank.case_changed", ASKED("client"), "loan", "client", "client", ANNA, NULL},
    {"bank.case_changed", TOLD("\"asked_by\":\"client/" BORIS "\",\"shown_to\":[\"client\"]"),
     "loan", "client", "client", ANNA, HEARD},
    /* services */
    {"bank.case_changed", SHOWN("\"service\""), "loan", "service", "", NULL, HEARD},
    {"bank.case_changed", SHOWN("\"service.books\""), "loan", "service", "", NULL, HEARD},
    {"bank.case_changed", SHOWN("\"service.shop\""), "loan", "service", "", NULL, NULL},
    {"bank.case_changed", SHOWN("\"clerk\""), "loan", "clerk", "", NULL, NULL},
    /* other workflows, other events, and what is none */
    {"bank.case_changed", SHOWN("\"clerk\""), "lease", "clerk", "clerk", ANNA, NULL},
    {"bank.case_changed", SHOWN("\"clerk\""), NULL, NULL, "clerk", ANNA,
     "\"workflow\":\"loan\"," HEARD},
    {"bank.case_moved", SHOWN("\"clerk\""), "loan", "clerk", "clerk", ANNA, NULL},
    {"case_changed", SHOWN("\"clerk\""), "loan", "clerk", "clerk", ANNA, NULL},
    {"bank.case_changed", "{\"shown_to\":[\"clerk\"]}", "loan", "clerk", "clerk", ANNA, NULL},
    {"bank.case_changed", "[", "loan", "clerk", "clerk", ANNA, NULL},
    {"bank.case_changed", "{\"workflow\":\"loan\"}", "loan", "clerk", "clerk", ANNA, NULL},
};

static struct text optional(const char *word)
{
    return word != NULL ? text_of(word) : NO_TEXT;
}

static bool hears(const struct hearing *row, struct text *data_out)
{
    struct id person = {{0}};
    struct text role = text_of(row->role);
    const struct flow_push push = {.kind = optional(row->kind),
                                   .workflow = optional(row->workflow)};
    const struct stream stream = {.context = &push};
    const struct message message = {.id = id_new(),
                                    .name = text_of(row->event),
                                    .data = text_of(row->data),
                                    .told_at = 1774944000000};
    CHECK(row->person == NULL || id_read(text_of(row->person), &person));
    const struct caller reader = {.kind = CALLER_SERVICE,
                                  .name = TEXT("books"),
                                  .person = person,
                                  .roles = {&role, row->role[0] != '\0'}};
    return flow_shows(&stream, &reader, &message, arena, data_out);
}

static void each_hears_what_is_his(void)
{
    for (size_t i = 0; i < COUNT_OF(hearings); i++) {
        const struct hearing *row = &hearings[i];
        struct text told = NO_TEXT;
        bool is_told = hears(row, &told);
        bool is_right = is_told == (row->told != NULL) &&
                        (!is_told || strstr(text_copy(arena, told).data, row->told) != NULL);
        if (!is_right) {
            printf("# %zu: %.*s\n", i, TEXT_ARGS(told));
        }
        CHECK(is_right);
    }
}

/* Never more than that something has changed: no member of the event but these. */
static void nothing_else_is_told(void)
{
    for (size_t i = 0; i < COUNT_OF(hearings); i++) {
        struct text told = NO_TEXT;
        if (hears(&hearings[i], &told)) {
            const char *copy = text_copy(arena, told).data;
            CHECK(strstr(copy, "secret") == NULL && strstr(copy, "shown_to") == NULL);
            CHECK(strstr(copy, "asked_by") == NULL && strstr(copy, "clerk") == NULL);
            CHECK(strstr(copy, "\"occurred_at\":\"2026-03-31T08:00:00") != NULL);
            CHECK(strstr(copy, "\"event_id\":\"") != NULL);
        }
    }
}

static const struct test tests[] = {
    {"each_hears_what_is_his", each_hears_what_is_his, 0},
    {"nothing_else_is_told", nothing_else_is_told, 0},
};

int main(int argc, char **argv)
{
    arena = arena_create("push test", 4 * 1024 * 1024);
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    arena_destroy(&arena);
    return result;
}
