/* http_curl.c - finds libcurl and the functions of the list in it. */
#include "net/client/http_curl.h"

#include "base/log.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static struct curl_functions functions;
static bool is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ISO C has no cast from an object's address to a function's; POSIX says that they are alike. */
static bool find(void *library, const char *name, void *function_out)
{
    void *found = dlsym(library, name);
    memcpy(function_out, &found, sizeof found);
    return found != NULL;
}

static void load(void)
{
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        log_line(LOG_ERROR, "net", "libcurl cannot be loaded; nobody else can be asked",
                 LOG_TEXT("why", text_of(dlerror())));
        return;
    }
    bool all_found = true;
#define X(result, name, parameters)                                                                \
    all_found = find(library, "curl_" #name, &functions.name) && all_found;
    CURL_FUNCTIONS(X)
#undef X
    is_loaded = all_found && functions.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!is_loaded) {
        log_line(LOG_ERROR, "net", "libcurl is not the one that was expected",
                 LOG_TEXT("library", TEXT("libcurl.so.4")));
    }
}

const struct curl_functions *http__curl(void)
{
    pthread_once(&once, load);
    return is_loaded ? &functions : NULL;
}
