/* amqp_nonce_test.c - a nonce there and back: through a real broker, and through none. */
#include "bus/rabbitmq/amqp_nonce.h"

#include "base/clock.h"
#include "tests/lib/check.h"
#include "tests/lib/rabbitmq_server.h"

#include <stdio.h>
#include <string.h>

static struct rabbitmq_server *broker; /* main() starts it */
static struct arena *arena;

static enum status try(const char *address, struct text *error_out)
{
    *error_out = NO_TEXT;
    return amqp_nonce_try(address, 3000, arena, error_out);
}

static const char *address_with(const char *password)
{
    static char address[100];
    snprintf(address, sizeof address, "amqp://guest:%s@127.0.0.1:%d", password,
             rabbitmq_server_port(broker));
    return address;
}

static bool says(struct text error, const char *what)
{
    return error.data != NULL && strstr(error.data, what) != NULL;
}

static void a_broker_gives_it_back(void)
{
    struct text error;
    CHECK_STATUS(try(address_with("guest"), &error), STATUS_OK);
    CHECK(error.data == NULL);
    CHECK_STATUS(try(address_with("guest"), &error), STATUS_OK);
}

static void nobody_there_is_said_at_once(void)
{
    struct text error;
    int64_t began_ms = clock_monotonic_ms();
    CHECK_STATUS(try("amqp://a:topsecret@127.0.0.1:1", &error), STATUS_UNAVAILABLE);
    CHECK(says(error, "refused"));
    CHECK(!says(error, "topsecret"));
    CHECK(clock_monotonic_ms() - began_ms < 30 * 1000);
}

static void a_wrong_password_is_said(void)
{
    struct text error;
    CHECK_STATUS(try(address_with("topsecret"), &error), STATUS_UNAVAILABLE);
    CHECK(says(error, "ACCESS_REFUSED"));
    CHECK(!says(error, "topsecret"));
}

static void an_address_that_is_none_is_said(void)
{
    struct text error;
    CHECK_STATUS(try("http://a:topsecret@127.0.0.1", &error), STATUS_MALFORMED);
    CHECK(says(error, "amqp://"));
    CHECK(!says(error, "topsecret"));
}

/* It takes the connection, and then nothing: that is no time-out. */
static void a_broker_short_of_memory_is_said(void)
{
    struct text error;
    rabbitmq_server_memory_alarm(broker, true);
    enum status status = try(address_with("guest"), &error);
    rabbitmq_server_memory_alarm(broker, false);
    CHECK_STATUS(status, STATUS_UNAVAILABLE);
    CHECK(says(error, "short of memory"));
}

static const struct test tests[] = {
    {.name = "a_broker_gives_it_back", .run = a_broker_gives_it_back},
    {.name = "nobody_there_is_said_at_once", .run = nobody_there_is_said_at_once},
    {.name = "a_wrong_password_is_said", .run = a_wrong_password_is_said},
    {.name = "an_address_that_is_none_is_said", .run = an_address_that_is_none_is_said},
    {.name = "a_broker_short_of_memory_is_said", .run = a_broker_short_of_memory_is_said},
};

int main(int argc, char **argv)
{
    broker = rabbitmq_server_start();
    arena = arena_create("nonce test", 1024 * 1024);
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    arena_destroy(&arena);
    rabbitmq_server_stop(&broker);
    return result;
}
