/* registry.h - the processes of an installation, as they announce themselves in the shared cache.
 *
 *   registry:17   {"id": "...", "address": "http://10.0.0.5:8480", "is_leaving": false,
 *                  "services": {"casework": ["feeding.1", "feeding.2"], "users": []}}
 *
 * Each process has one of 64 places and writes there again and again; who does not write is
 * forgotten after some seconds. Behind a service stand the versions of the API that it serves
 * there; none: any. A cache that is emptied is full again a moment later, and one that is away says
 * nothing: whoever was known stays so. Whoever may write to the cache may have requests sent to
 * him.
 */
#ifndef RUNTIME_DISCOVERY_REGISTRY_H
#define RUNTIME_DISCOVERY_REGISTRY_H

#include "base/id.h"
#include "cache/cache.h"

enum {
    REGISTRY_PLACES = 64,
    REGISTRY_WRITE_MS = 2000,
    REGISTRY_KEEP_MS = 10000,
    REGISTRY_SERVICES_MAX = 64,
};

struct registered_service {
    struct text name;
    struct text versions; /* "feeding.1+feeding.2"; NO_TEXT: any */
};

struct registered {
    struct id id;
    struct text address;
    bool is_leaving; /* it stops: nothing new is for it */
    struct registered_service services[REGISTRY_SERVICES_MAX];
    size_t service_count;
};

struct text registered_write(struct arena *arena, const struct registered *registered);

/* False: it is none. Texts live in the arena, or point into it. */
bool registered_read(struct arena *arena, struct text json, struct registered *registered_out);

/* Where a process writes; begins zeroed. */
struct registry_place {
    bool is_taken;
    unsigned number;
};

/* Writes there, or takes a place that is free. Not OK: it is tried again soon. */
NODISCARD enum status registry_write(struct cache *cache, struct arena *arena,
                                     struct registry_place *place,
                                     const struct registered *registered);

/* ABSENT: nobody is there. */
NODISCARD enum status registry_read(struct cache *cache, struct arena *arena, unsigned number,
                                    struct registered *registered_out);

#endif
