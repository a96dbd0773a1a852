/* elsewhere.h - which paths are answered by other processes, and the way there.
 *
 * Of a service with an address in gateway.upstreams its own table says which paths are its; what no
 * table says (what a service makes of its workflows, or a service that is not ours) is said by
 * gateway.paths. What runs here is answered here.
 */
#ifndef RUNTIME_FRONT_ELSEWHERE_H
#define RUNTIME_FRONT_ELSEWHERE_H

#include "base/config.h"
#include "runtime/front/relay.h"
#include "runtime/host.h"

struct elsewhere;

struct elsewhere_options {
    struct arena *arena;
    const struct config *config;
    const char *directory; /* with the key by which others know us */
    const struct host *hosts;
    size_t host_count;
    const struct service *const *known;
    size_t known_count;
    const char *gateway;
    const char *signs_in; /* the service that it asks about credentials */
    struct cache *cache;  /* where processes announce themselves, if a setting says so */
};

/* NULL with OK: nothing is answered elsewhere. MALFORMED and others with a sentence. */
NODISCARD enum status elsewhere_open(const struct elsewhere_options *options,
                                     struct elsewhere **elsewhere_out, struct text *error_out);

/* From now on it asks the other processes how they are. */
void elsewhere_start(struct elsewhere *elsewhere);

/* NULL: nobody elsewhere answers this. */
struct upstream *elsewhere_find(const struct elsewhere *elsewhere, struct arena *arena,
                                enum http_method method, struct text path);

/* For whoever asks there himself (relay_ask.h). */
struct relays *elsewhere_relays(const struct elsewhere *elsewhere);

/* Is it asked for addresses, and does it not answer? */
void elsewhere_look_at_consul(const struct elsewhere *elsewhere, bool *is_asked_out,
                              bool *is_away_out);

void elsewhere_send(struct elsewhere *elsewhere, struct http_exchange *exchange,
                    const struct caller *caller, struct upstream *upstream);

/* What a person watches there ends; both none: of all. */
void elsewhere_send_out(struct elsewhere *elsewhere, struct id person, struct id session);

/* Streams end; what is under way is still answered. */
void elsewhere_end_streams(struct elsewhere *elsewhere);

/* What is under way is answered 503; before the server is destroyed. */
void elsewhere_stop(struct elsewhere *elsewhere);
void elsewhere_close(struct elsewhere *elsewhere);

#endif
