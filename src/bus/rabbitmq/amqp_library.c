/* amqp_library.c - opens librabbitmq.so.4 by name and looks up its functions. */
#include "bus/rabbitmq/amqp_library.h"

#include "base/library.h"
#include "base/must.h"

#include <pthread.h>

static struct amqp_library library;
static const char *trouble;
static pthread_once_t loaded_once = PTHREAD_ONCE_INIT;

static const struct library_function functions[] = {
#define X(name) {#name, offsetof(struct amqp_library, name)},
    AMQP_LIST(X)
#undef X
};

static void load(void)
{
    switch (library_load("librabbitmq.so.4", functions, COUNT_OF(functions), &library)) {
    case LIBRARY_LOADED:
        break;
    case LIBRARY_MISSING:
        trouble = "RabbitMQ's client library librabbitmq.so.4 is missing; install it: apt-get "
                  "install librabbitmq4";
        break;
    case LIBRARY_TOO_OLD:
        trouble = "RabbitMQ's client library librabbitmq.so.4 is not the one of Debian 12; "
                  "install it: apt-get install librabbitmq4";
        break;
    }
}

const struct amqp_library *amqp__library(const char **error_out)
{
    MUST(pthread_once(&loaded_once, load) == 0);
    MUST(trouble != NULL || library.amqp_encode_method != NULL);
    *error_out = trouble;
    return trouble == NULL ? &library : NULL;
}
