/* upstreams.h - the other processes that requests are relayed to, and which of them are up.
 *
 *   gateway.upstreams = casework=http://10.0.0.5:8480,http://10.0.0.6:8480 crm=unix:/run/crm.sock
 *   gateway.paths     = /flow/=casework /crm/=crm
 *
 * Behind an address may stand which versions of the API are served there,
 * http://10.0.0.6:8480#v1+v2; a request that names a version goes to one of those, and to any where
 * nothing is said. Versions of one business case are NAME.VERSION, "feeding.2".
 *
 * Other addresses are found while we run (runtime/discovery): they come, and go again.
 *
 * A service may have several addresses; each request goes to the next one that is up. An address is
 * up until a connection to it fails or its /readyz says no (it is starting, or stopping), and again
 * as soon as /readyz says yes: each is asked every two seconds. So a process that is to be replaced
 * gets nothing new while it finishes what it has.
 */
#ifndef RUNTIME_FRONT_UPSTREAMS_H
#define RUNTIME_FRONT_UPSTREAMS_H

#include "net/http_client.h"

#include <stdatomic.h>

enum {
    UPSTREAMS_MAX = 64,
    UPSTREAM_ADDRESSES_MAX = 16,
    UPSTREAM_PATHS_MAX = 64,
    UPSTREAM_FOUND_MAX = 256, /* different ones in the life of a process, for each upstream */
    UPSTREAM_URL_BYTES_MAX = 400,
    UPSTREAM_VERSIONS_BYTES_MAX = 1000,
};

struct upstream_address {
    const char *url;         /* "http://10.0.0.5:8480" */
    const char *unix_socket; /* NULL: by the url */
    struct text versions;    /* "v1+v2", "feeding.1+feeding.2"; NO_TEXT: any */
    atomic_bool is_up;
    struct found *found; /* upstreams_found.h; NULL: a setting names it */
};

/* Whose it is (shown.h); until somebody says otherwise, not ours. */
enum upstream_kind { UPSTREAM_FOREIGN, UPSTREAM_OURS, UPSTREAM_SIGNS_IN };

struct upstream {
    const char *name; /* of the service; also who our credential is for */
    enum upstream_kind kind;
    struct text authorization; /* what a foreign one is shown; NO_TEXT: nothing */
    bool passes_authorization; /* what a foreign one is shown is what the client has sent */
    /* NULL: a free place. What once was an address stays one, so whoever still has it may go on. */
    _Atomic(struct upstream_address *) addresses[UPSTREAM_ADDRESSES_MAX];
    struct found *known; /* all that were ever found */
    size_t known_count;
    atomic_uint next;
};

struct upstreams;

struct upstreams_options {
    struct arena *arena; /* they live as long as it does */
    struct text upstreams;
    struct text paths;
    const char *const *found_names; /* services that have one, too, with whatever is found */
    size_t found_name_count;
    bool finds; /* addresses are found: a service may be named without any */
};

/* MALFORMED: error_out is a sentence. */
NODISCARD enum status upstreams_read(const struct upstreams_options *options,
                                     struct upstreams **upstreams_out, struct text *error_out);

/* In what order they are; NULL behind the last. */
struct upstream *upstreams_at(struct upstreams *upstreams, size_t index);

/* NULL: there is none of that name. */
struct upstream *upstreams_find(struct upstreams *upstreams, struct text name);

/* By the longest of gateway.paths that the path begins with; NULL: none. */
struct upstream *upstreams_of_path(struct upstreams *upstreams, struct text path);

bool upstreams_is_empty(const struct upstreams *upstreams);

/* The next that is up, serves the version (NO_TEXT: whichever), and is none of those `tried` (bit
 * i: address i); NULL: none is. A version that nobody has goes to anybody who was
 * found: he says no to it. */
struct upstream_address *upstream_choose(struct upstream *upstream, struct text version,
                                         uint32_t *tried);

/* Asks each how it is, and again and again, until the end; on_look is called each time before, on
 * the same thread, and may be NULL. */
typedef void upstreams_look_fn(void *context);
void upstreams_watch(struct upstreams *upstreams, struct http_client *client,
                     upstreams_look_fn *on_look, void *context);
void upstreams_end(struct upstreams *upstreams);

/* When nobody has an address of them any more. */
void upstreams_forget_found(struct upstreams *upstreams);

#endif
