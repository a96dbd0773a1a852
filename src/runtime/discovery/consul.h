/* consul.h - asks a Consul agent where services are, over its HTTP API:
 *
 *   GET /v1/health/service/NAME?passing=true&index=17&wait=30s
 *
 * The agent answers when something has changed since that index, or after the wait; so each
 * upstream has one question under way all the time. Addresses are those of instances whose checks
 * pass; versions stand in their Meta, api_versions = "v1+v2", and a tag "https" means TLS. An agent
 * that does not answer has nothing to say of anybody: what was found stays.
 */
#ifndef RUNTIME_DISCOVERY_CONSUL_H
#define RUNTIME_DISCOVERY_CONSUL_H

#include "runtime/front/upstreams.h"

struct consul;

struct consul_options {
    struct text address; /* "http://127.0.0.1:8500" */
    struct text secret;  /* X-Consul-Token; NO_TEXT: none */
    struct upstreams *upstreams;
};

/* MALFORMED with a sentence: it is no address. */
NODISCARD enum status consul_create(const struct consul_options *options,
                                    struct consul **consul_out, struct text *error_out);

/* Asks whatever is not being asked. On one thread. */
void consul_look(struct consul *consul, struct http_client *client);

/* From any thread: has it not answered when it was asked last? */
bool consul_is_away(const struct consul *consul);

/* Nothing is asked again; before the client is destroyed. */
void consul_end(struct consul *consul);

/* After that. NULL inside is fine. */
void consul_destroy(struct consul **consul);

/* ---- for tests ---- */

enum { CONSUL_FOUND_MAX = 16 };
struct consul_found {
    struct text url;
    struct text versions; /* NO_TEXT: any */
};

/* What an answer says; false: it is none. Texts live in the arena. */
bool consul_read(struct arena *arena, struct text json,
                 struct consul_found found_out[CONSUL_FOUND_MAX], size_t *count_out);

#endif
