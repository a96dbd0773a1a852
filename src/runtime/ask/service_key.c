/* service_key.c - reads DIR/service.key, or makes it. */
#include "runtime/ask/service_key.h"

#include "base/chance.h"
#include "base/encode.h"
#include "base/must.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEED_BYTES = crypto_sign_SEEDBYTES };

static void make_pair(const unsigned char seed[SEED_BYTES], struct service_key *key_out)
{
    int failed = crypto_sign_seed_keypair(key_out->public_key, key_out->secret_key, seed);
    MUST(failed == 0);
    credential_key_id(key_out->public_key, key_out->id);
}

/* ABSENT when there is no file yet. */
static enum status read_seed(const char *path, unsigned char seed_out[SEED_BYTES])
{
    char hex[SEED_BYTES * 2 + 1] = "";
    struct stat seen;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno == ENOENT ? STATUS_ABSENT : STATUS_UNAVAILABLE;
    }
    bool is_ours_alone = fstat(file, &seen) == 0 && (seen.st_mode & 0077) == 0;
    ssize_t bytes = read(file, hex, sizeof hex);
    close(file);
    if (!is_ours_alone) {
        return STATUS_MALFORMED;
    }
    bool is_whole = bytes == SEED_BYTES * 2 &&
                    decode_hex((struct text){hex, SEED_BYTES * 2}, seed_out, SEED_BYTES);
    explicit_bzero(hex, sizeof hex);
    return is_whole ? STATUS_OK : STATUS_CORRUPT;
}

static bool flush_directory(const char *directory)
{
    int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool flushed = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0) {
        close(folder);
    }
    return flushed;
}

/* Beside it first, so that the file is never there in part. */
static bool write_seed(struct arena *arena, const char *directory, const char *path,
                       const unsigned char seed[SEED_BYTES])
{
    const char *beside = text_format(arena, "%s.new", path).data;
    char hex[SEED_BYTES * 2 + 1];
    sodium_bin2hex(hex, sizeof hex, seed, SEED_BYTES);
    int file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return false;
    }
    bool written = fchmod(file, 0600) == 0 && write(file, hex, SEED_BYTES * 2) == SEED_BYTES * 2 &&
                   fsync(file) == 0;
    close(file);
    explicit_bzero(hex, sizeof hex);
    return written && rename(beside, path) == 0 && flush_directory(directory);
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
    enum status status = read_seed(path, seed);
    if (status == STATUS_ABSENT) {
        chance_fill(seed, sizeof seed);
        status = write_seed(arena, directory, path, seed) ? STATUS_OK : STATUS_UNAVAILABLE;
    }
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
