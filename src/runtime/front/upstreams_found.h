/* upstreams_found.h - addresses that are found while we run, and how they come and go.
 *
 * An address that was found once is kept for as long as the process lives: somebody may still have
 * it when it goes. When it comes again it is the same. One with other versions is another one.
 * From any thread.
 */
#ifndef RUNTIME_FRONT_UPSTREAMS_FOUND_H
#define RUNTIME_FRONT_UPSTREAMS_FOUND_H

#include "runtime/front/upstreams.h"

enum found_by { FOUND_IN_REGISTRY, FOUND_BY_CONSUL };

struct found {
    struct found *next;
    struct upstream_address address;
    enum found_by by;
    int64_t until_ms; /* monotonic: it goes then, unless it is heard of again */
    char url[UPSTREAM_URL_BYTES_MAX + 1];
    char versions[UPSTREAM_VERSIONS_BYTES_MAX + 1];
};

struct heard_address {
    enum found_by by;
    struct text url;      /* "http://10.0.0.5:8480" or "unix:/run/kontora.sock" */
    struct text versions; /* NO_TEXT: any */
    int64_t until_ms;     /* monotonic */
};

/* False: it is no address, or there are too many. One that a setting names already is not doubled.
 */
bool upstream_hear(struct upstream *upstream, const struct heard_address *heard);

/* Those that were found so and whose time is over get nothing new. */
void upstream_let_go(struct upstream *upstream, enum found_by by, int64_t now_ms);

/* This one is about to stop, whatever its versions. */
void upstream_let_leave(struct upstream *upstream, enum found_by by, struct text url);

#endif
