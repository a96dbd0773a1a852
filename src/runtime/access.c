/* access.c - the admin socket and the root key. */
#include "runtime/access.h"

#include "base/chance.h"
#include "base/encode.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SECRET_BYTES = 32, HASH_BYTES = 32, PATH_BYTES_MAX = 4096 };

static const struct text key_start = {"kontora_root_", 13};

struct access {
    unsigned char key_hash[HASH_BYTES];
    uint32_t own_user;
};

static void hash_key(struct text key, unsigned char hash_out[HASH_BYTES])
{
    crypto_generichash(hash_out, HASH_BYTES, (const unsigned char *)key.data, key.bytes, NULL, 0);
}

static struct text make_key(struct arena *arena)
{
    unsigned char secret[SECRET_BYTES];
    chance_fill(secret, sizeof secret);
    struct text encoded = encode_base64url(arena, secret, sizeof secret);
    explicit_bzero(secret, sizeof secret);
    return text_join(arena, key_start, encoded);
}

static bool write_hash(const char *path, const char *directory, struct text hex)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return false;
    }
    bool written = write(file, hex.data, hex.bytes) == (ssize_t)hex.bytes && fsync(file) == 0;
    close(file);
    int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    written = written && folder >= 0 && fsync(folder) == 0;
    if (folder >= 0) {
        close(folder);
    }
    return written;
}

/* ABSENT when there is no file yet. */
static enum status read_hash(const char *path, unsigned char hash_out[HASH_BYTES])
{
    char hex[HASH_BYTES * 2] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno == ENOENT ? STATUS_ABSENT : STATUS_UNAVAILABLE;
    }
    ssize_t bytes = read(file, hex, sizeof hex);
    close(file);
    bool is_whole =
        bytes == sizeof hex && decode_hex((struct text){hex, sizeof hex}, hash_out, HASH_BYTES);
    return is_whole ? STATUS_OK : STATUS_CORRUPT;
}

enum status access_open(struct arena *arena, const char *directory, struct access **access_out,
                        struct text *new_key_out, struct text *error_out)
{
    struct access *access = ARENA_NEW(arena, struct access);
    access->own_user = geteuid();
    *new_key_out = NO_TEXT;
    char path[PATH_BYTES_MAX];
    snprintf(path, sizeof path, "%s/root.key", directory);
    enum status status = read_hash(path, access->key_hash);
    if (status == STATUS_ABSENT) {
        struct text key = make_key(arena);
        hash_key(key, access->key_hash);
        struct text hex = encode_hex(arena, access->key_hash, HASH_BYTES);
        status = write_hash(path, directory, hex) ? STATUS_OK : STATUS_UNAVAILABLE;
        *new_key_out = key;
    }
    if (status != STATUS_OK) {
        *error_out =
            text_format(arena,
                        "%s cannot be read or written (%s). Check who owns it; to get a new "
                        "root key, remove it and start again.",
                        path, status_text(status));
        return status;
    }
    *access_out = access;
    return STATUS_OK;
}

static bool is_root_key(const struct access *access, struct text header)
{
    static const struct text scheme = {"Bearer ", 7};
    if (header.bytes <= scheme.bytes || header.bytes > 256 ||
        !text_equals_ignoring_case(text_slice(header, 0, scheme.bytes), scheme)) {
        return false;
    }
    unsigned char hash[HASH_BYTES];
    hash_key(text_slice(header, scheme.bytes, header.bytes), hash);
    return sodium_memcmp(hash, access->key_hash, HASH_BYTES) == 0;
}

struct caller access_identify(const struct access *access, const struct http_request *request)
{
    bool is_owner = request->door == HTTP_DOOR_UNIX &&
                    (request->peer_user == access->own_user || request->peer_user == 0);
    struct text authorization = http_header_value(request, "Authorization");
    if (is_owner || (authorization.data != NULL && is_root_key(access, authorization))) {
        return (struct caller){.kind = CALLER_ROOT, .name = TEXT("root")};
    }
    return (struct caller){.kind = CALLER_NOBODY, .name = TEXT("nobody")};
}

bool access_may(const struct caller *caller, const char *permission)
{
    return permission == NULL || caller->kind == CALLER_ROOT;
}
