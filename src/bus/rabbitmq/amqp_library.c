/* amqp_library.c - opens librabbitmq.so.4 by name and looks up its functions. */
#include "bus/rabbitmq/amqp_library.h"

#include "base/must.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static struct amqp_library library;
static const char *trouble;
static pthread_once_t loaded_once = PTHREAD_ONCE_INIT;

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define X(name) {#name, offsetof(struct amqp_library, name)},
    AMQP_LIST(X)
#undef X
};

/* ISO C has no cast from the object pointer of dlsym to a function pointer; POSIX promises that
 * the bytes are the same. */
static void load(void)
{
    void *handle = dlopen("librabbitmq.so.4", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == NULL) {
        trouble = "RabbitMQ's client library librabbitmq.so.4 is missing; install it: apt-get "
                  "install librabbitmq4";
        return;
    }
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        void *function = dlsym(handle, functions[i].name);
        if (function == NULL) {
            trouble = "RabbitMQ's client library librabbitmq.so.4 is not the one of Debian 12; "
                      "install it: apt-get install librabbitmq4";
            return;
        }
        memcpy((char *)&library + functions[i].offset, &function, sizeof function);
    }
}

const struct amqp_library *amqp__library(const char **error_out)
{
    MUST(pthread_once(&loaded_once, load) == 0);
    MUST(trouble != NULL || library.amqp_encode_method != NULL);
    *error_out = trouble;
    return trouble == NULL ? &library : NULL;
}
