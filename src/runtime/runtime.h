/* runtime.h - runs services: opens their stores, listens, answers, and stops in an orderly way. */
#ifndef RUNTIME_RUNTIME_H
#define RUNTIME_RUNTIME_H

#include "base/config.h"
#include "runtime/service.h"

struct runtime;

struct runtime_options {
    const struct service *const *services;
    size_t service_count;
    const struct service *const *known; /* all there are, here or elsewhere; NULL: these */
    size_t known_count;
    const struct config *config; /* lives as long as the runtime */
    const char *directory;       /* the data directory */
    const char *accept_loss;     /* the service whose missing commits a person has accepted */
};

/* Everything up to listening: error_out is a sentence that says what to do. The status tells the
 * exit code: MALFORMED usage, CORRUPT or NEWER data, BUSY another process, UNAVAILABLE a server. */
NODISCARD enum status runtime_create(const struct runtime_options *options,
                                     struct runtime **runtime_out, struct text *error_out);

/* Answers from now on. A new root key is kept here, so it is shown before. */
NODISCARD enum status runtime_start(struct runtime *runtime, struct text *error_out);

/* Closes what was created and has not started; also after a start that failed. */
void runtime_drop(struct runtime **runtime);

/* "http://127.0.0.1:8480" and the root key when it is new (else NO_TEXT). */
struct text runtime_address(const struct runtime *runtime);
struct text runtime_new_key(const struct runtime *runtime);

/* Answers what was accepted, commits, closes. False when something did not end in time. */
bool runtime_stop(struct runtime **runtime, int timeout_ms);

/* The description of everything that is routed, for /openapi.json and `kontora openapi`. */
struct text runtime_openapi(struct arena *arena, const struct service *const *services,
                            size_t service_count);

/* The same of the paths that begin so ("/flow/b2b/"), with the schemas they reach and nothing else.
 * NO_TEXT: there are none. */
struct text runtime_openapi_part(struct arena *arena, const struct service *const *services,
                                 size_t service_count, struct text start);

/* What all services tell each other, wherever they run, for /asyncapi.json and `kontora asyncapi`.
 */
struct text runtime_asyncapi(struct arena *arena, const struct service *const *services,
                             size_t service_count);

/* Reads the tables of the services against each other; NO_TEXT when all is well, else a sentence.
 */
struct text runtime_check(struct arena *arena, const struct service *const *services,
                          size_t service_count);

/* The rows of everything that can be set. */
extern const struct setting runtime_settings[];
extern const size_t runtime_setting_count;

#endif
