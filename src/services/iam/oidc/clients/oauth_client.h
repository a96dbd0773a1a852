/* oauth_client.h - a program that lets people sign in here: what it is called, where they go back
 * to.
 *
 * A program that can keep a secret has one ("gwc_..."), shown once; one that cannot (in a browser,
 * on a desk) has none, and PKCE stands for it. Where people are sent back to must be written here
 * letter by letter: nothing is matched by its beginning.
 */
#ifndef SERVICES_IAM_OIDC_CLIENTS_OAUTH_CLIENT_H
#define SERVICES_IAM_OIDC_CLIENTS_OAUTH_CLIENT_H

#include "runtime/service.h"

#define OAUTH_SECRET_PREFIX "gwc_"

enum {
    OAUTH_NAME_BYTES_MAX = 100,
    OAUTH_URI_BYTES_MAX = 500,
    OAUTH_URIS_MAX = 10,
    OAUTH_SCOPE_BYTES_MAX = 64,
    OAUTH_SCOPES_MAX = 16,
    OAUTH_CLIENTS_MAX = 500,
};

struct oauth_client {
    struct id id;
    struct text name;
    struct text secret_hash; /* NO_TEXT: it has no secret */
    struct texts redirect_uris;
    struct texts logout_uris;
    struct texts scopes; /* what it may ask for */
    bool is_trusted;     /* people are not asked whether they want it */
    struct text algorithm;
    int64_t revision;
    int64_t created_at;
    int64_t changed_at;
};

/* The command line of Kontora itself: known everywhere, without a row. */
#define OAUTH_CLI_NAME "kontora-cli"

/* By the name that a request gives: an id, or that of the command line. OK or ABSENT. */
NODISCARD enum status oauth_client_named(struct store *store, struct arena *arena, struct text name,
                                         struct oauth_client *client_out);
/* The same by its id. */
NODISCARD enum status oauth_client_get(struct store *store, struct arena *arena, struct id id,
                                       struct oauth_client *client_out);
/* What it is called in requests and tokens: client_id. */
struct text oauth_client_name(struct arena *arena, struct id id);

/* OK or ABSENT. */
NODISCARD enum status oauth_client_find(struct store *store, struct arena *arena, struct id id,
                                        struct oauth_client *client_out);
NODISCARD enum status oauth_client_list(struct store *store, struct arena *arena,
                                        struct rows *rows_out);
NODISCARD enum status oauth_client_insert(struct store *store, struct arena *arena,
                                          const struct oauth_client *client);
NODISCARD enum status oauth_client_update(struct store *store, struct arena *arena,
                                          const struct oauth_client *client); /* CONFLICT */
NODISCARD enum status oauth_client_delete(struct store *store, struct id id, int64_t *deleted_out);

bool oauth_client_may_return_to(const struct oauth_client *client, struct text uri);
bool oauth_client_may_log_out_to(const struct oauth_client *client, struct text uri);
bool oauth_client_may_ask(const struct oauth_client *client, struct text scope);

/* Is this one of the scopes that there are? */
bool oauth_scope_is_known(struct text scope);

/* "openid email": each once, all allowed to the client. False: one is not. */
bool oauth_scopes_read(struct arena *arena, const struct oauth_client *client, struct text scopes,
                       struct text *scopes_out);
bool oauth_scopes_have(struct text scopes, struct text scope);
struct text oauth_texts_json(struct arena *arena, struct texts texts);

/* ---- operations ---- */

extern const struct shape oauth_client_shape;
extern const struct shape oauth_client_made_shape;
extern const struct shape oauth_client_create_takes;
extern const struct shape oauth_client_change_takes;
extern const struct shape oauth_client_id_takes;
enum status oauth_client_list_handle(struct call *call);
enum status oauth_client_create_handle(struct call *call);
enum status oauth_client_change_handle(struct call *call);
enum status oauth_client_delete_handle(struct call *call);
enum status oauth_client_secret_handle(struct call *call);

extern const struct refusal oauth_client_not_found;
extern const struct refusal oauth_client_bad_uri;
extern const struct refusal oauth_client_bad_scope;
extern const struct refusal oauth_client_revision_changed;
extern const struct refusal oauth_client_has_no_secret;
extern const struct refusal oauth_client_too_many;

#endif
