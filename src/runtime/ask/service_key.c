/* service_key.c - reads DIR/service.key, or makes it. */
#include "runtime/ask/service_key.h"

#include "base/encode.h"
#include "base/must.h"
#include "runtime/start/seed_file.h"

#include <sodium.h>
#include <string.h>

enum { SEED_BYTES = SEED_FILE_BYTES };
_Static_assert((int)SEED_BYTES == crypto_sign_SEEDBYTES, "the file holds a seed");

static void make_pair(const unsigned char seed[SEED_BYTES], struct service_key *key_out)
{
    int failed = crypto_sign_seed_keypair(key_out->public_key, key_out->secret_key, seed);
    MUST(failed == 0);
    credential_key_id(key_out->public_key, key_out->id);
}

static struct text explain(struct arena *arena, const char *path, enum status status)
{
    if (status == STATUS_MALFORMED) {
        return text_format(arena,
                           "%s may be read by other users, who could speak in the name of our "
                           "services. Remove it and start again: a new key is made, and its "
                           "public half (`kontora key`) must be given to the other processes.",
                           path);
    }
    return text_format(arena,
                       "%s cannot be read or written (%s). Check who owns it; when it is damaged, "
                       "remove it and start again: a new key is made, and its public half "
                       "(`kontora key`) must be given to the other processes.",
                       path, status_text(status));
}

enum status service_key_open(struct arena *arena, const char *directory,
                             struct service_key *key_out, struct text *error_out)
{
    unsigned char seed[SEED_BYTES];
    const char *path = text_format(arena, "%s/service.key", directory).data;
    enum status status = seed_file_open(arena, directory, "service.key", seed);
    if (status == STATUS_OK) {
        make_pair(seed, key_out);
    } else {
        *error_out = explain(arena, path, status);
    }
    explicit_bzero(seed, sizeof seed);
    return status;
}

struct text service_key_line(struct arena *arena, const struct service_key *key,
                             struct text services)
{
    struct text encoded = encode_base64url(arena, key->public_key, PUBLIC_KEY_BYTES);
    return text_format(arena, "%.*s=%.*s", TEXT_ARGS(services), TEXT_ARGS(encoded));
}
