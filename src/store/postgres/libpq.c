/* libpq.c - opens libpq.so.5 by name and looks up its functions. */
#include "store/postgres/libpq.h"

#include "base/library.h"
#include "base/must.h"

#include <pthread.h>

static struct libpq library;
static const char *trouble;
static pthread_once_t loaded_once = PTHREAD_ONCE_INIT;

static const struct library_function functions[] = {
#define X(name) {#name, offsetof(struct libpq, name)},
    LIBPQ_LIST(X)
#undef X
};

static void load(void)
{
    switch (library_load("libpq.so.5", functions, COUNT_OF(functions), &library)) {
    case LIBRARY_LOADED:
        break;
    case LIBRARY_MISSING:
        trouble = "PostgreSQL's client library libpq.so.5 is missing; install it: apt-get install "
                  "libpq5";
        break;
    case LIBRARY_TOO_OLD:
        trouble = "PostgreSQL's client library libpq.so.5 is older than version 14; install a "
                  "newer libpq5";
        break;
    }
}

const struct libpq *libpq_load(const char **error_out)
{
    MUST(pthread_once(&loaded_once, load) == 0);
    MUST(trouble != NULL || library.PQfinish != NULL);
    *error_out = trouble;
    return trouble == NULL ? &library : NULL;
}
