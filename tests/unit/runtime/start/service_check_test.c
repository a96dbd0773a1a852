/* service_check_test.c - one mistake in a service's table is one sentence, before the port opens.
 */
#include "runtime/runtime.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 4 * 1024 * 1024, ROUTES = 3, FIELDS = 3, MIGRATIONS = 2 };

struct thing {
    struct id id;
    struct text name;
    int64_t page;
};

/* A good service on the stack of a test, to be broken in one place. */
struct made {
    struct field fields[FIELDS];
    struct field queries[2];
    struct shape writes;
    struct shape reads;
    struct refusal refusal;
    const struct refusal *refusals[1];
    struct route routes[ROUTES];
    struct migration migrations[MIGRATIONS];
    struct chore chores[1];
    struct service service;
};

static const char *const colours[] = {"red"};

static enum status handle(struct call *call)
{
    return answer_empty(call);
}

static enum status rest(struct chore_run *run)
{
    (void)run;
    return STATUS_OK;
}

static void make_shapes(struct made *made)
{
    made->fields[0] = (struct field){.name = "thing_id",
                                     .kind = FIELD_ID,
                                     .place = FIELD_IN_PATH,
                                     .required = true,
                                     .offset = offsetof(struct thing, id)};
    made->fields[1] = (struct field){.name = "name",
                                     .kind = FIELD_CHOICE,
                                     .bytes_max = 9,
                                     .choices = colours,
                                     .choice_count = 1,
                                     .offset = offsetof(struct thing, name)};
    made->fields[2] = (struct field){
        .name = "page", .kind = FIELD_INTEGER, .offset = offsetof(struct thing, page)};
    made->queries[0] = made->fields[0];
    made->queries[1] = made->fields[2];
    made->queries[1].place = FIELD_IN_QUERY;
    made->writes = (struct shape){.name = "ThingIn",
                                  .fields = made->fields,
                                  .field_count = FIELDS,
                                  .bytes = sizeof(struct thing)};
    made->reads = (struct shape){.name = "ThingQuery",
                                 .fields = made->queries,
                                 .field_count = 2,
                                 .bytes = sizeof(struct thing)};
}

static void make_service(struct made *made, const char *name)
{
    make_shapes(made);
    made->refusal = (struct refusal){"thing_taken", 409, "It is taken."};
    made->refusals[0] = &made->refusal;
    made->routes[0] = (struct route){.method = HTTP_GET,
                                     .path = "/things/{thing_id}",
                                     .operation = "get_thing",
                                     .summary = "One thing",
                                     .handle = handle,
                                     .kind = ROUTE_READS,
                                     .takes = &made->reads};
    made->routes[1] = (struct route){.method = HTTP_PUT,
                                     .path = "/things/{thing_id}",
                                     .operation = "put_thing",
                                     .summary = "Puts a thing",
                                     .handle = handle,
                                     .kind = ROUTE_WRITES,
                                     .takes = &made->writes,
                                     .refusals = made->refusals,
                                     .refusal_count = 1};
    made->routes[2] = (struct route){.method = HTTP_GET,
                                     .path = "/things",
                                     .operation = "list_things",
                                     .summary = "All things",
                                     .handle = handle,
                                     .kind = ROUTE_READS};
    made->migrations[0] = (struct migration){1, "one", "SELECT 1", "SELECT 1"};
    made->migrations[1] = (struct migration){2, "two", "SELECT 2", "SELECT 2"};
    made->chores[0] = (struct chore){.name = "rest", .run = rest, .every_ms = 1000};
    made->service = (struct service){.name = name,
                                     .migrations = made->migrations,
                                     .migration_count = MIGRATIONS,
                                     .routes = made->routes,
                                     .route_count = ROUTES,
                                     .chores = made->chores,
                                     .chore_count = 1};
}

/* A service of the first that does not collide with it. */
static void make_other(struct made *made)
{
    make_service(made, "others");
    made->routes[0].path = "/others/{thing_id}";
    made->routes[0].operation = "get_other";
    made->routes[1].path = "/others/{thing_id}";
    made->routes[1].operation = "put_other";
    made->routes[2].path = "/others";
    made->routes[2].operation = "list_others";
}

static struct made first;
static struct made second;

static void make_both(void)
{
    make_service(&first, "things");
    make_other(&second);
}

static void check_complaint(const char *complaint)
{
    const struct service *const services[] = {&first.service, &second.service};
    struct arena *arena = arena_create("check", ARENA_BYTES_MAX);
    CHECK_TEXT(runtime_check(arena, services, COUNT_OF(services)), complaint);
    arena_destroy(&arena);
    make_both();
}

static void passes_good_tables(void)
{
    make_both();
    check_complaint(NULL);
}

static void complains_of_names(void)
{
    make_both();
    first.service.name = "Things";
    check_complaint("Things: service 0 has no plain name");
    second.service.name = "things";
    check_complaint("things: two services have this name");
    second.service.name = NULL;
    check_complaint("a service: service 1 has no plain name");
    first.routes[0].operation = "get-thing";
    check_complaint("things, get-thing: the route /things/{thing_id} has no plain operation name");
    first.routes[0].operation = NULL;
    check_complaint("things: the route /things/{thing_id} has no plain operation name");
    second.routes[2].operation = NULL; /* the first service is compared with this one too */
    check_complaint("others: the route /others has no plain operation name");
}

static void complains_of_routes(void)
{
    make_both();
    first.routes[0].path = "things/{thing_id}";
    check_complaint("things, get_thing: the path must begin with '/'");
    first.routes[0].path = NULL;
    check_complaint("things, get_thing: the path must begin with '/'");
    second.routes[0].path = NULL;
    check_complaint("others, get_other: the path must begin with '/'");
    first.routes[0].handle = NULL;
    check_complaint("things, get_thing: there is no handler");
    first.routes[0].summary = NULL;
    check_complaint("things, get_thing: there is no summary");
    first.routes[0].kind = ROUTE_WRITES;
    check_complaint("things, get_thing: a GET never changes anything");
    first.routes[1].kind = ROUTE_READS;
    check_complaint("things, put_thing: a read is asked with GET");
    first.routes[2].gives_list = true;
    check_complaint("things, list_things: gives a list of nothing");
}

static void names_of_somebody_else_are_names(void)
{
    make_both();
    first.fields[1].name = "itsName";
    first.writes.has_foreign_names = true;
    check_complaint(NULL);
}

static void complains_of_fields(void)
{
    make_both();
    first.fields[1].name = "Name";
    check_complaint("things, put_thing: field 1 of ThingIn has no plain name");
    first.fields[1].name = "its name"; /* of somebody else, and no name at all */
    first.writes.has_foreign_names = true;
    check_complaint("things, put_thing: field 1 of ThingIn has no plain name");
    first.fields[1].name = "a_name_of_more_than_thirty_two_bytes";
    check_complaint("things, put_thing: field 1 of ThingIn has no plain name");
    first.fields[2].name = "name";
    check_complaint("things, put_thing: field 'name' of ThingIn stands there twice");
    first.fields[2].offset = sizeof(struct thing);
    check_complaint("things, put_thing: field 'page' lies outside of its struct");
    first.fields[1].bytes_max = 0;
    check_complaint("things, put_thing: text field 'name' has no bytes_max");
    first.fields[1].kind = FIELD_TEXTS;
    check_complaint("things, put_thing: list field 'name' has no items_max");
    first.fields[1].choice_count = 0;
    check_complaint("things, put_thing: field 'name' has no choices");
    first.fields[0].required = false;
    check_complaint("things, put_thing: field 'thing_id' is in the path, so it must be required");
}

static void lets_a_name_stand_in_two_places(void)
{
    make_both();
    first.fields[2].name = "name";
    first.fields[2].place = FIELD_IN_QUERY;
    check_complaint(NULL);
}

static void complains_of_paths(void)
{
    make_both();
    first.routes[0].path = "/things/{id}";
    check_complaint("things, get_thing: field 'thing_id' is not in the path /things/{id}");
    first.routes[0].path = "/things/{thing_id}/{part_id}";
    check_complaint("things, get_thing: the path /things/{thing_id}/{part_id} has 2 parameters, "
                    "its table has 1");
    first.routes[2].path = "/things/{}";
    check_complaint("things, list_things: the path /things/{} has 1 parameters, its table has 0");
    first.queries[1].place = FIELD_IN_BODY;
    check_complaint("things, get_thing: a read takes no body: put its fields into the query");
}

/* The router knows whole segments only: these would never be read, or be read under other names. */
static void complains_of_parameters_inside_a_segment(void)
{
    static const char *const paths[] = {"/things/{thing_id}.json", "/things/x{thing_id}",
                                        "/things/{thing_id}{thing_id}"};
    make_both();
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        char complaint[200];
        snprintf(complaint, sizeof complaint,
                 "things, get_thing: a parameter of %s is not a whole segment", paths[i]);
        first.routes[0].path = paths[i];
        check_complaint(complaint);
    }
}

/* The router would keep the two apart, and find only the methods of one of them. */
static void complains_of_one_place_with_two_names(void)
{
    make_both();
    second.fields[0].name = "id";
    second.routes[1].path = "/others/{id}";
    check_complaint("others, get_other: the parameters of /others/{thing_id} have other names in "
                    "put_other");
}

static void complains_of_what_the_router_cannot_hold(void)
{
    static const char deep[] = "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17";
    make_both();
    first.routes[2].path = deep;
    check_complaint("things, list_things: the path /1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17 has "
                    "more than 16 segments");
    first.routes[2].path = deep + 2;
    check_complaint(NULL);
    first.routes[2].path = "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}";
    check_complaint("things, list_things: the path /{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i} has more "
                    "than 8 parameters");
}

static void complains_of_too_many_fields(void)
{
    enum { MANY = 65 };
    static struct field fields[MANY];
    static char names[MANY][8];
    make_both();
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "f%zu", i);
        fields[i] = (struct field){
            .name = names[i], .kind = FIELD_FLAG, .place = FIELD_IN_QUERY, .offset = 0};
    }
    struct shape many = {.name = "Many", .fields = fields, .field_count = MANY, .bytes = 1};
    first.routes[2].takes = &many;
    check_complaint("things, list_things: takes more than 64 fields");
    many.field_count = MANY - 1;
    first.routes[2].takes = &many;
    check_complaint(NULL);
}

static void complains_of_refusals(void)
{
    static const char complaint[] =
        "things, put_thing: refusal 0 has no code, no text, or no status from 400 to 499";
    make_both();
    first.refusal.code = "Thing taken";
    check_complaint(complaint);
    first.refusal.text = NULL;
    check_complaint(complaint);
    first.refusal.http_status = 399;
    check_complaint(complaint);
    first.refusal.http_status = 500;
    check_complaint(complaint);
}

static void complains_of_twins(void)
{
    make_both();
    second.routes[2].path = "/things";
    check_complaint("things, list_things: another route has the same method and path /things");
    second.routes[2].operation = "list_things";
    check_complaint("things, list_things: another route is called 'list_things' too");
    second.queries[0].name = "id";
    second.routes[0].path = "/things/{id}";
    check_complaint(
        "things, get_thing: another route has the same method and path /things/{thing_id}");
}

static void complains_of_migrations(void)
{
    make_both();
    first.migrations[1].version = 3;
    check_complaint("things: migration 2 has the number 3");
    first.migrations[0].name = NULL;
    check_complaint("things: migration 1 lacks its name or one of its two texts");
    first.migrations[0].sqlite = NULL;
    check_complaint("things: migration 1 lacks its name or one of its two texts");
    second.migrations[1].postgres = NULL;
    check_complaint("others: migration 2 lacks its name or one of its two texts");
}

static void complains_of_chores(void)
{
    make_both();
    first.chores[0].name = NULL;
    check_complaint("things: chore 0 has no plain name, nothing to run, or no time between");
    first.chores[0].run = NULL;
    check_complaint("things: chore 0 has no plain name, nothing to run, or no time between");
    first.chores[0].every_ms = 0;
    check_complaint("things: chore 0 has no plain name, nothing to run, or no time between");
}

static void says_only_the_first_complaint(void)
{
    make_both();
    first.routes[1].summary = NULL;
    first.routes[2].handle = NULL;
    second.service.name = "Others";
    check_complaint("things, put_thing: there is no summary");
}

static const struct test tests[] = {
    {"passes_good_tables", passes_good_tables, 0},
    {"complains_of_names", complains_of_names, 0},
    {"complains_of_routes", complains_of_routes, 0},
    {"names_of_somebody_else_are_names", names_of_somebody_else_are_names, 0},
    {"complains_of_fields", complains_of_fields, 0},
    {"lets_a_name_stand_in_two_places", lets_a_name_stand_in_two_places, 0},
    {"complains_of_paths", complains_of_paths, 0},
    {"complains_of_parameters_inside_a_segment", complains_of_parameters_inside_a_segment, 0},
    {"complains_of_one_place_with_two_names", complains_of_one_place_with_two_names, 0},
    {"complains_of_what_the_router_cannot_hold", complains_of_what_the_router_cannot_hold, 0},
    {"complains_of_too_many_fields", complains_of_too_many_fields, 0},
    {"complains_of_refusals", complains_of_refusals, 0},
    {"complains_of_twins", complains_of_twins, 0},
    {"complains_of_migrations", complains_of_migrations, 0},
    {"complains_of_chores", complains_of_chores, 0},
    {"says_only_the_first_complaint", says_only_the_first_complaint, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
