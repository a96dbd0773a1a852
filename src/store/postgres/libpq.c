/* libpq.c - opens libpq.so.5 by name and looks up its functions. */
#include "store/postgres/libpq.h"

#include "base/must.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static struct libpq library;
static const char *trouble;
static pthread_once_t loaded_once = PTHREAD_ONCE_INIT;

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define X(name) {#name, offsetof(struct libpq, name)},
    LIBPQ_LIST(X)
#undef X
};

/* ISO C has no cast from the object pointer of dlsym to a function pointer; POSIX promises that
 * the bytes are the same. */
static void load(void)
{
    void *handle = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == NULL) {
        trouble = "PostgreSQL's client library libpq.so.5 is missing; install it: apt-get install "
                  "libpq5";
        return;
    }
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        void *function = dlsym(handle, functions[i].name);
        if (function == NULL) {
            trouble = "PostgreSQL's client library libpq.so.5 is older than version 14; install a "
                      "newer libpq5";
            return;
        }
        memcpy((char *)&library + functions[i].offset, &function, sizeof function);
    }
}

const struct libpq *libpq_load(const char **error_out)
{
    MUST(pthread_once(&loaded_once, load) == 0);
    MUST(trouble != NULL || library.PQfinish != NULL);
    *error_out = trouble;
    return trouble == NULL ? &library : NULL;
}
