/* identities.c - gives each host what is known of services and their keys. */
#include "runtime/ask/identities.h"

#include <string.h>

void identities_show(struct arena *arena, struct host *hosts, size_t host_count,
                     const struct identities *identities)
{
    struct identities *shown = ARENA_NEW(arena, struct identities);
    struct service_key *public_half = ARENA_NEW(arena, struct service_key);
    *shown = *identities;
    memcpy(public_half->public_key, identities->key->public_key, PUBLIC_KEY_BYTES);
    memcpy(public_half->id, identities->key->id, sizeof public_half->id);
    shown->key = public_half;
    shown->here = ARENA_ARRAY(arena, const struct service *, host_count + 1);
    for (size_t i = 0; i < host_count; i++) {
        shown->here[shown->here_count++] = hosts[i].service;
        hosts[i].identities = shown;
    }
}
