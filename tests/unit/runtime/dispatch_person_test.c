/* dispatch_person_test.c - calls for people, through the door: who may, and that two people who
 * come through one gateway never meet. */
#include "tests/unit/runtime/rig.h"

#define ANNA  "Kontora-Person: 018f6e2a-0000-7000-8000-00000000a11a\r\n"
#define BORIS "Kontora-Person: 018f6e2a-0000-7000-8000-00000000b0b0\r\n"
#define STAFF "Kontora-Roles: staff, office.manager\r\n"

static struct trust trust;
static struct service_key gateway_key;

static int post_as_root(const char *headers, const char *body)
{
    return rig_end(rig_begin_post(headers, body));
}

static int post_by_tcp(const char *headers, const char *body)
{
    int client = rig_connect_as_nobody();
    CHECK(rig_send_post(client, headers, body));
    return rig_end(client);
}

/* By TCP with a credential; both services are trusted, whichever may speak for people. */
static int post_as_service(const char *name, const char *headers, const char *body)
{
    struct arena *arena = arena_create("service", 65536);
    struct text credential = credential_write(arena, &gateway_key, text_of(name),
                                              text_of(rig.host.service->name), clock_wall_ms());
    struct text lines =
        text_format(arena, "Authorization: Bearer %.*s\r\n%s", TEXT_ARGS(credential), headers);
    int status = post_by_tcp(lines.data, body);
    arena_destroy(&arena);
    return status;
}

static void start(const char *gateway)
{
    rig_start((struct rig_options){.service = NULL});
    CHECK_INT(crypto_sign_keypair(gateway_key.public_key, gateway_key.secret_key), 0);
    credential_key_id(gateway_key.public_key, gateway_key.id);
    trust = (struct trust){.count = 1};
    trust.items[0].services = TEXT("gateway,till");
    memcpy(trust.items[0].public_key, gateway_key.public_key, PUBLIC_KEY_BYTES);
    memcpy(trust.items[0].key_id, gateway_key.id, sizeof gateway_key.id);
    access_trust(rig.dispatch.access, &trust, NULL, 0);
    access_let_speak(rig.dispatch.access, text_of(gateway));
}

static void root_and_the_gateway_may(void)
{
    start("gateway");
    CHECK_INT(post_as_root(ANNA STAFF, "{\"name\":\"a\"}"), 201);
    CHECK_INT(post_as_root(ANNA, "{\"name\":\"b\"}"), 201);
    CHECK_INT(post_as_root(STAFF, "{\"name\":\"c\"}"), 201);
    CHECK_INT(post_as_service("gateway", ANNA STAFF, "{\"name\":\"d\"}"), 201);
    CHECK_INT(post_as_service("gateway", "", "{\"name\":\"e\"}"), 201);
    CHECK_INT(post_as_service("till", "", "{\"name\":\"f\"}"), 201);
    rig_stop();
}

/* Refused and not ignored: nothing happens in the name of whoever sends it. */
static void nobody_else_may(void)
{
    start("gateway");
    CHECK_INT(post_by_tcp(ANNA STAFF, "{\"name\":\"a\"}"), 401);
    CHECK_INT(post_by_tcp(STAFF, "{\"name\":\"a\"}"), 401);
    CHECK_INT(post_as_service("till", ANNA STAFF, "{\"name\":\"a\"}"), 403);
    CHECK(rig_has(&answered, "\"code\":\"may_not_speak\""));
    CHECK_INT(post_as_service("till", STAFF, "{\"name\":\"a\"}"), 403);
    CHECK_INT(rig_amount("a"), -1);
    CHECK_INT(post_by_tcp("", "{\"name\":\"a\"}"), 201); /* these routes are open */
    rig_stop();
    start(NULL);
    CHECK_INT(post_as_service("gateway", ANNA STAFF, "{\"name\":\"b\"}"), 403);
    rig_stop();
}

static void a_wrong_header_is_named(void)
{
    start("gateway");
    CHECK_INT(post_as_root("Kontora-Person: anna\r\n", "{\"name\":\"a\"}"), 400);
    CHECK(rig_has(&answered, "\"code\":\"bad_person\""));
    CHECK(rig_has(&answered, "Kontora-Person must"));
    CHECK_INT(post_as_root(ANNA "Kontora-Roles: a b\r\n", "{\"name\":\"a\"}"), 400);
    CHECK(rig_has(&answered, "Kontora-Roles must"));
    CHECK_INT(post_as_root(ANNA BORIS, "{\"name\":\"a\"}"), 400);
    CHECK_INT(post_as_service("gateway", STAFF, "{\"name\":\"a\"}"), 400);
    CHECK(rig_has(&answered, "Kontora-Person is missing"));
    CHECK_INT(
        post_as_service("gateway", ANNA "Kontora-Roles: service.till\r\n", "{\"name\":\"a\"}"),
        400);
    CHECK_INT(rig_amount("a"), -1);
    rig_stop();
}

/* The same key of two people: neither gets what the other was answered. */
static void keys_of_two_people_are_two(void)
{
    start("gateway");
    const char *anna = "Idempotency-Key: k\r\n" ANNA;
    const char *boris = "Idempotency-Key: k\r\n" BORIS;
    for (int i = 0; i < 2; i++) {
        CHECK_INT(post_as_service("gateway", anna, "{\"name\":\"a\"}"), 201);
        CHECK_INT(rig_has(&answered, "Idempotent-Replayed"), i);
        CHECK(rig_has(&answered, "\"name\":\"a\""));
        CHECK_INT(post_as_service("gateway", boris, "{\"name\":\"b\"}"), 201);
        CHECK_INT(rig_has(&answered, "Idempotent-Replayed"), i);
        CHECK(rig_has(&answered, "\"name\":\"b\""));
    }
    CHECK_INT(post_as_service("gateway", anna, "{\"name\":\"b\"}"), 422);
    CHECK_INT(post_as_service("gateway", "Idempotency-Key: k\r\n", "{\"name\":\"c\"}"), 201);
    CHECK_INT(rig_amount("a"), 1);
    CHECK_INT(rig_amount("b"), 1);
    rig_stop();
}

static const struct test tests[] = {
    {"root_and_the_gateway_may", root_and_the_gateway_may, 0},
    {"nobody_else_may", nobody_else_may, 0},
    {"a_wrong_header_is_named", a_wrong_header_is_named, 0},
    {"keys_of_two_people_are_two", keys_of_two_people_are_two, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
