/* access.c - the admin socket and the root key. */
#include "runtime/access.h"

#include "base/chance.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_BYTES = 32, HASH_BYTES = 32, COMPLAIN_EVERY_MS = 1000, KEY_BYTES_MAX = 249 };

static const struct text key_start = {"kontora_root_", 13};

struct access {
    unsigned char key_hash[HASH_BYTES];
    uint32_t own_user;
    const char *directory;
    const char *path;
    bool is_kept; /* the hash stands in the file */
    const struct trust *trust;
    const struct service *const *known;
    size_t known_count;
    struct text gateway;
    atomic_llong complained_ms; /* monotonic: when the log heard of a bad credential */
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

/* Beside it first, so that the file is never there in part. */
static bool write_hash(struct arena *arena, const struct access *access)
{
    const char *beside = text_format(arena, "%s.new", access->path).data;
    struct text hex = encode_hex(arena, access->key_hash, HASH_BYTES);
    int file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return false;
    }
    bool written = write(file, hex.data, hex.bytes) == (ssize_t)hex.bytes && fsync(file) == 0;
    close(file);
    written = written && rename(beside, access->path) == 0;
    int folder = open(access->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    written = written && folder >= 0 && fsync(folder) == 0;
    if (folder >= 0) {
        close(folder);
    }
    return written;
}

/* ABSENT when there is no file yet, MALFORMED when others may write it: they could choose a key. */
static enum status read_hash(const char *path, unsigned char hash_out[HASH_BYTES])
{
    char hex[HASH_BYTES * 2] = "";
    struct stat seen;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno == ENOENT ? STATUS_ABSENT : STATUS_UNAVAILABLE;
    }
    bool is_ours_alone = fstat(file, &seen) == 0 && (seen.st_mode & 0022) == 0;
    ssize_t bytes = read(file, hex, sizeof hex);
    close(file);
    if (!is_ours_alone) {
        return STATUS_MALFORMED;
    }
    bool is_whole =
        bytes == sizeof hex && decode_hex((struct text){hex, sizeof hex}, hash_out, HASH_BYTES);
    return is_whole ? STATUS_OK : STATUS_CORRUPT;
}

static struct text explain(struct arena *arena, const struct access *access, enum status status)
{
    if (status == STATUS_MALFORMED) {
        return text_format(arena,
                           "%s may be written by other users. Take that away with chmod 600; to "
                           "get a new root key, remove it and start again.",
                           access->path);
    }
    return text_format(arena,
                       "%s cannot be read or written (%s). Check who owns it; to get a new "
                       "root key, remove it and start again.",
                       access->path, status_text(status));
}

enum status access_open(struct arena *arena, const char *directory, struct access **access_out,
                        struct text *new_key_out, struct text *error_out)
{
    struct access *access = ARENA_NEW(arena, struct access);
    access->own_user = geteuid();
    access->directory = directory;
    access->path = text_format(arena, "%s/root.key", directory).data;
    *new_key_out = NO_TEXT;
    enum status status = read_hash(access->path, access->key_hash);
    access->is_kept = status == STATUS_OK;
    if (status == STATUS_ABSENT) {
        *new_key_out = make_key(arena);
        hash_key(*new_key_out, access->key_hash);
    } else if (status != STATUS_OK) {
        *error_out = explain(arena, access, status);
        return status;
    }
    *access_out = access;
    return STATUS_OK;
}

enum status access_keep(struct access *access, struct arena *arena, struct text *error_out)
{
    if (!access->is_kept && !write_hash(arena, access)) {
        *error_out = explain(arena, access, STATUS_UNAVAILABLE);
        return STATUS_UNAVAILABLE;
    }
    access->is_kept = true;
    return STATUS_OK;
}

/* What stands behind "Bearer "; NO_TEXT when nothing does. */
static struct text bearer_of(const struct http_request *request)
{
    static const struct text scheme = {"Bearer ", 7};
    struct text header = http_header_value(request, "Authorization");
    bool is_bearer = header.bytes > scheme.bytes &&
                     text_equals_ignoring_case(text_slice(header, 0, scheme.bytes), scheme);
    return is_bearer ? text_slice(header, scheme.bytes, header.bytes) : NO_TEXT;
}

static bool is_root_key(const struct access *access, struct text bearer)
{
    if (bearer.bytes == 0 || bearer.bytes > KEY_BYTES_MAX) {
        return false;
    }
    unsigned char hash[HASH_BYTES];
    hash_key(bearer, hash);
    return sodium_memcmp(hash, access->key_hash, HASH_BYTES) == 0;
}

void access_trust(struct access *access, const struct trust *trust,
                  const struct service *const *known, size_t known_count)
{
    access->trust = trust;
    access->known = known;
    access->known_count = known_count;
}

void access_let_speak(struct access *access, struct text gateway)
{
    access->gateway = gateway;
}

static const struct caller nobody = {.kind = CALLER_NOBODY, .name = {"nobody", 6}};

struct caller access_identify(const struct access *access, const struct http_request *request)
{
    struct text bearer = bearer_of(request);
    if (credential_looks_like(bearer)) {
        return nobody; /* wherever it comes in: who says he is a service is nothing more */
    }
    bool is_owner = request->door == HTTP_DOOR_UNIX &&
                    (request->peer_user == access->own_user || request->peer_user == 0);
    if (is_owner || is_root_key(access, bearer)) {
        return (struct caller){.kind = CALLER_ROOT, .name = TEXT("root")};
    }
    return nobody;
}

/* Once a second is enough: anybody may knock. */
static void complain(struct access *access, const char *why, const struct service *service)
{
    long long now_ms = (long long)clock_monotonic_ms();
    long long before_ms = atomic_load(&access->complained_ms);
    if ((before_ms == 0 || now_ms - before_ms >= COMPLAIN_EVERY_MS) &&
        atomic_compare_exchange_strong(&access->complained_ms, &before_ms, now_ms)) {
        log_line(LOG_WARNING, service->name, "the credential of a service was not accepted",
                 LOG_TEXT("why", text_of(why)));
    }
}

struct caller access_identify_at(struct access *access, const struct http_request *request,
                                 const struct service *service)
{
    struct text bearer = bearer_of(request);
    struct credential credential;
    if (!credential_looks_like(bearer)) {
        return access_identify(access, request);
    }
    const char *why = "nobody is trusted here: there is no trusted.keys";
    if (!credential_read(bearer, &credential)) {
        why = "it is none";
    } else if (access->trust != NULL && access->trust->count > 0) {
        why = trust_complaint(access->trust, &credential, text_of(service->name), clock_wall_ms());
    }
    if (why != NULL) {
        complain(access, why, service);
        return nobody;
    }
    return (struct caller){.kind = CALLER_SERVICE, .name = credential.issuer};
}

enum spokesman access_spokesman(const struct access *access, const struct caller *caller)
{
    switch (caller->kind) {
    case CALLER_ROOT:
        return SPEAKS_FOR_ALL;
    case CALLER_SERVICE:
        return access->gateway.bytes > 0 && text_equals(caller->name, access->gateway)
                   ? SPEAKS_FOR_PEOPLE
                   : SPEAKS_FOR_HIMSELF;
    case CALLER_NOBODY:
        break;
    }
    return SPEAKS_FOR_HIMSELF;
}

/* "users.read" by itself, by "users.*" and by "*". */
static bool covers(struct text granted, struct text permission)
{
    bool is_all = text_equals(granted, TEXT("*"));
    bool is_group = granted.bytes > 2 && granted.data[granted.bytes - 1] == '*' &&
                    granted.data[granted.bytes - 2] == '.';
    return is_all || text_equals(granted, permission) ||
           (is_group && text_starts_with(permission, text_slice(granted, 0, granted.bytes - 1)));
}

static bool is_granted(const struct caller *caller, const char *permission)
{
    bool is = strcmp(permission, PERMISSION_PERSON) == 0;
    for (size_t i = 0; i < caller->permissions.count; i++) {
        is = is || covers(caller->permissions.items[i], text_of(permission));
    }
    return is;
}

bool access_may(const struct caller *caller, const char *permission)
{
    bool is_person = !id_is_none(caller->person);
    bool is_root_itself = caller->kind == CALLER_ROOT && !is_person;
    return permission == NULL || is_root_itself || (is_person && is_granted(caller, permission));
}

bool access_is_listed(const struct caller *caller, const struct route *route)
{
    bool is_listed = false;
    for (size_t i = 0; i < route->caller_count; i++) {
        is_listed = is_listed || text_equals(caller->name, text_of(route->callers[i]));
    }
    return is_listed && caller->kind == CALLER_SERVICE && id_is_none(caller->person);
}

bool access_may_ask(const struct access *access, const struct caller *caller,
                    const struct service *service, const char *operation)
{
    const struct service *asking = NULL;
    for (size_t i = 0; i < access->known_count; i++) {
        if (caller->kind == CALLER_SERVICE &&
            text_equals(text_of(access->known[i]->name), caller->name)) {
            asking = access->known[i];
        }
    }
    for (size_t i = 0; asking != NULL && i < asking->ask_count; i++) {
        if (strcmp(asking->asks[i].service, service->name) == 0 &&
            strcmp(asking->asks[i].operation, operation) == 0) {
            return true;
        }
    }
    return false;
}
