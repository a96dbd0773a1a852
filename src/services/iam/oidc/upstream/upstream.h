/* upstream.h - signing in here with what people have elsewhere: an outside OpenID provider.
 *
 *   we: state, nonce, PKCE, a cookie ---> the provider asks him ---> code ---> we ask the provider
 *
 * A way there and back is good once, for ten minutes, in the browser that began it. Its nonce and
 * verifier follow from its state and a key of ours, so that no row has them. Who he is here follows
 * from an identity that was linked before, or from an address that the provider has verified.
 */
#ifndef SERVICES_IAM_OIDC_UPSTREAM_UPSTREAM_H
#define SERVICES_IAM_OIDC_UPSTREAM_UPSTREAM_H

#include "runtime/service.h"

enum {
    UPSTREAM_PROVIDERS_MAX = 20,
    UPSTREAM_NAME_BYTES_MAX = 32,
    UPSTREAM_URL_BYTES_MAX = 500,
    UPSTREAM_TEXT_BYTES_MAX = 300,
    UPSTREAM_JOURNEY_MS = 10 * 60 * 1000,
};

struct upstream_provider {
    struct text name; /* "google": stands in addresses */
    struct text label;
    struct text issuer;
    struct text client_id;
    struct text sealed; /* the secret; NO_TEXT: there is none */
    int64_t revision;
    int64_t created_at;
    int64_t changed_at;
};

struct upstream_journey {
    struct text hash; /* of the state */
    struct text provider;
    struct text device;
    struct text next; /* where he goes on to, here: "/app/" */
    int64_t expires_at;
};

/* ---- the store; OK or ABSENT ---- */

NODISCARD enum status upstream_find(struct store *store, struct arena *arena, struct text name,
                                    struct upstream_provider *provider_out);
NODISCARD enum status upstream_list(struct store *store, struct arena *arena,
                                    struct rows *rows_out);
NODISCARD enum status upstream_put(struct store *store, const struct upstream_provider *provider);
NODISCARD enum status upstream_delete(struct store *store, struct text name, int64_t *deleted_out);
NODISCARD enum status upstream_journey_insert(struct store *store,
                                              const struct upstream_journey *journey);
NODISCARD enum status upstream_journey_find(struct store *store, struct arena *arena,
                                            struct text hash, struct upstream_journey *journey_out);
NODISCARD enum status upstream_journey_take(struct store *store, struct text hash,
                                            bool *was_there_out);
NODISCARD enum status upstream_identity_find(struct store *store, struct arena *arena,
                                             struct text issuer, struct text subject,
                                             struct id *person_out);
NODISCARD enum status upstream_identity_insert(struct store *store, struct text issuer,
                                               struct text subject, struct id person,
                                               int64_t now_ms);
NODISCARD enum status upstream_delete_over(struct store *store, int64_t now_ms,
                                           int64_t *deleted_out);

/* ---- asking the provider; only where waiting is allowed ---- */

struct upstream_places {
    struct text authorization;
    struct text exchange; /* the token endpoint */
    struct text keys;
    bool wants_post; /* the secret in the form, not in the head */
};

/* OK, UNAVAILABLE, or MALFORMED: it says something that cannot be. */
NODISCARD enum status upstream_discover(struct call *call, const struct upstream_provider *provider,
                                        struct upstream_places *places_out);

/* What it says of him, when all of it is right. REFUSED: it says no, or is not believed; why_out is
 * for the log. */
struct upstream_person {
    struct text subject;
    struct text email; /* NO_TEXT: none that it has verified */
};
struct upstream_exchange {
    struct text code;
    struct text verifier;
    struct text nonce;
    struct text return_to;
    struct text secret; /* of ours at the provider; NO_TEXT: none */
};
NODISCARD enum status upstream_ask_who(struct call *call, const struct upstream_provider *provider,
                                       const struct upstream_exchange *exchange,
                                       struct upstream_person *person_out, const char **why_out);

/* Encrypted, or on this machine. */
bool upstream_is_fine_url(struct text url);

struct text upstream_seal(const struct call *call, struct text name, struct text secret);
bool upstream_unseal(const struct call *call, const struct upstream_provider *provider,
                     struct text *secret_out);

/* ---- operations ---- */

extern const struct shape upstream_shape;
extern const struct shape upstream_put_takes;
extern const struct shape upstream_name_takes;
extern const struct shape upstream_choice_shape;
enum status upstream_list_handle(struct call *call);
enum status upstream_choices_handle(struct call *call);
enum status upstream_put_handle(struct call *call);
enum status upstream_delete_handle(struct call *call);

extern const struct shape upstream_begin_takes;
extern const struct shape upstream_begin_gives;
extern const struct shape upstream_page_takes;
extern const struct shape upstream_back_takes;
enum status upstream_begin_page_handle(struct call *call);
bool upstream_is_slow(const struct call *call);
enum status upstream_begin_gather(struct call *call);
enum status upstream_begin_handle(struct call *call);
enum status upstream_back_page_handle(struct call *call);
enum status upstream_back_gather(struct call *call);
enum status upstream_back_handle(struct call *call);

extern const struct refusal upstream_not_found;
extern const struct refusal upstream_bad_issuer;
extern const struct refusal upstream_too_many;
extern const struct refusal upstream_no_answer;
extern const struct refusal upstream_not_accepted;
extern const struct refusal upstream_not_known;

extern const struct service_part upstream_part;

#endif
