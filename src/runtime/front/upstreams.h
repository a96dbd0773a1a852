/* upstreams.h - the other processes that requests are relayed to, and which of them are up.
 *
 *   gateway.upstreams = casework=http://10.0.0.5:8480,http://10.0.0.6:8480 crm=unix:/run/crm.sock
 *   gateway.paths     = /flow/=casework /crm/=crm
 *
 * Behind an address may stand which versions of the API are served there,
 * http://10.0.0.6:8480#v1+v2; a request that names a version goes to one of those, and to any where
 * nothing is said.
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

enum { UPSTREAMS_MAX = 64, UPSTREAM_ADDRESSES_MAX = 16, UPSTREAM_PATHS_MAX = 64 };

struct upstream_address {
    const char *url;         /* "http://10.0.0.5:8480" */
    const char *unix_socket; /* NULL: by the url */
    struct text versions;    /* "v1+v2"; NO_TEXT: any */
    atomic_bool is_up;
};

struct upstream {
    const char *name; /* of the service; also who our credential is for */
    struct upstream_address addresses[UPSTREAM_ADDRESSES_MAX];
    size_t address_count;
    atomic_uint next;
};

struct upstreams;

/* MALFORMED: error_out is a sentence. They live as long as the arena. */
NODISCARD enum status upstreams_read(struct arena *arena, struct text upstreams, struct text paths,
                                     struct upstreams **upstreams_out, struct text *error_out);

/* NULL: there is none of that name. */
struct upstream *upstreams_find(struct upstreams *upstreams, struct text name);

/* By the longest of gateway.paths that the path begins with; NULL: none. */
struct upstream *upstreams_of_path(struct upstreams *upstreams, struct text path);

bool upstreams_is_empty(const struct upstreams *upstreams);

/* The next that is up, serves the version (NO_TEXT: whichever), and is none of those `tried` (bit
 * i: address i); NULL: none is. */
struct upstream_address *upstream_choose(struct upstream *upstream, struct text version,
                                         uint32_t *tried);

/* Asks each how it is, and again and again, until the end. */
void upstreams_watch(struct upstreams *upstreams, struct http_client *client);
void upstreams_end(struct upstreams *upstreams);

#endif
