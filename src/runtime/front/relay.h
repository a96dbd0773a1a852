/* relay.h - a request that another process answers: sent there in the name of whoever sends it.
 *
 * Of a person another process of ours learns who he is and what he may (spokesman.h), by the
 * credential of the service at this door, which must be its access.gateway; root is that service
 * there, and nobody is nobody. What he showed at this door stays here (shown.h). What belongs to
 * one hop is left out, both ways, and so is whatever a client says about persons: Kontora-Person
 * and the like, X-User-Id, X-User-Type, which are written anew. An answer that goes on (Server-Sent
 * Events) is passed on as it comes.
 *
 * An address that cannot be reached is left for the next one. When something was sent and no answer
 * came, only what reads is tried again; else it is 503 upstream_unavailable, and a client that sent
 * an Idempotency-Key may ask again.
 */
#ifndef RUNTIME_FRONT_RELAY_H
#define RUNTIME_FRONT_RELAY_H

#include "runtime/ask/credential.h"
#include "runtime/call.h"
#include "runtime/front/upstreams.h"

struct relays;

struct relays_options {
    const char *gateway; /* the service in whose name people are spoken for */
    const struct service_key *key;
    size_t body_bytes_max; /* of an answer */
    int deadline_ms;
    size_t user_streams_max;
    struct text version_member; /* of a body: which version it asks for; NO_TEXT: none */
    struct text camel_paths;    /* "/v1/crm/": answers have createdAt there instead of created_at */
    struct text case_member;    /* of a body: of which business case; NO_TEXT: none */
};

struct relays *relays_create(const struct relays_options *options);

/* What the service behind is shown of us: ours "Bearer kontora_service_...", by which it knows
 * whose word it is; another one what gateway.authorization says. NO_TEXT: nothing, as it is where
 * somebody is nobody to us. */
struct text relays_credential(const struct relays *relays, struct arena *arena,
                              const struct caller *caller, const struct upstream *upstream);

/* For whoever asks how the addresses are. */
struct http_client *relays_client(struct relays *relays);

/* From any thread. The exchange is finished, or becomes a stream, some time later. */
void relays_send(struct relays *relays, struct http_exchange *exchange, const struct caller *caller,
                 struct upstream *upstream);

/* streams_send_out, of what is relayed. */
void relays_send_out(struct relays *relays, struct id person, struct id session);

/* Ends what goes on, and takes no more. */
void relays_end_streams(struct relays *relays);

/* What is under way is answered 503; before the server is destroyed. */
void relays_stop(struct relays *relays);

/* After it. */
void relays_destroy(struct relays **relays);

#endif
