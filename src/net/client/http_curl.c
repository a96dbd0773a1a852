/* http_curl.c - finds libcurl and the functions of the list in it. */
#include "net/client/http_curl.h"

#include "base/library.h"
#include "base/log.h"

#include <pthread.h>

static struct curl_functions functions;
static bool is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct library_function wanted[] = {
#define X(result, name, parameters) {"curl_" #name, offsetof(struct curl_functions, name)},
    CURL_FUNCTIONS(X)
#undef X
};

static void load(void)
{
    enum library_answer answer = library_load("libcurl.so.4", wanted, COUNT_OF(wanted), &functions);
    is_loaded = answer == LIBRARY_LOADED && functions.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!is_loaded) {
        log_line(LOG_ERROR, "net",
                 answer == LIBRARY_MISSING
                     ? "libcurl is missing, nobody else can be asked; install libcurl4"
                     : "libcurl is not the one that was expected",
                 LOG_TEXT("library", TEXT("libcurl.so.4")));
    }
}

const struct curl_functions *http__curl(void)
{
    pthread_once(&once, load);
    return is_loaded ? &functions : NULL;
}
