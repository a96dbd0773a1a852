/* trust.c - reads who is trusted, and holds a credential against it. */
#include "runtime/ask/trust.h"

#include "base/encode.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 64 * 1024 };

/* ---- entries ---- */

static enum status read_entry(struct arena *arena, struct trust *trust, const char *origin,
                              struct text entry, struct text *error_out)
{
    struct text services;
    struct text encoded;
    struct text key = NO_TEXT;
    bool is_good = text_cut(entry, '=', &services, &encoded) && services.bytes > 0 &&
                   decode_base64url(arena, encoded, PUBLIC_KEY_BYTES, &key) &&
                   key.bytes == PUBLIC_KEY_BYTES;
    if (!is_good) {
        *error_out = text_format(arena,
                                 "%s: '%.*s' is not SERVICE,...=KEY. `kontora key` prints the line "
                                 "for each data directory.",
                                 origin, TEXT_ARGS(entry));
        return STATUS_MALFORMED;
    }
    if (trust->count == TRUSTED_MAX) {
        *error_out = text_format(arena, "%s: more than %d keys.", origin, TRUSTED_MAX);
        return STATUS_MALFORMED;
    }
    struct trusted *trusted = &trust->items[trust->count++];
    memcpy(trusted->public_key, key.data, PUBLIC_KEY_BYTES);
    credential_key_id(trusted->public_key, trusted->key_id);
    trusted->services = text_copy(arena, services);
    return STATUS_OK;
}

static struct text next_word(struct text *rest)
{
    struct text text = text_trim(*rest);
    size_t bytes = 0;
    while (bytes < text.bytes && memchr(" \t\r\n", text.data[bytes], 4) == NULL) {
        bytes++;
    }
    *rest = text_slice(text, bytes, text.bytes);
    return text_slice(text, 0, bytes);
}

static enum status read_entries(struct arena *arena, struct trust *trust, const char *origin,
                                struct text text, struct text *error_out)
{
    enum status status = STATUS_OK;
    for (struct text word = next_word(&text); word.bytes > 0 && status == STATUS_OK;
         word = next_word(&text)) {
        status = read_entry(arena, trust, origin, word, error_out);
    }
    return status;
}

/* ---- the file ---- */

/* ABSENT when there is none; MALFORMED when others may write it: they could choose whom we trust.
 */
static enum status read_file(struct arena *arena, const char *path, struct text *content_out)
{
    struct stat seen;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno == ENOENT ? STATUS_ABSENT : STATUS_UNAVAILABLE;
    }
    char *content = arena_take_raw(arena, FILE_BYTES_MAX + 1);
    bool is_ours_alone = fstat(file, &seen) == 0 && (seen.st_mode & 0022) == 0;
    ssize_t bytes = read(file, content, FILE_BYTES_MAX + 1);
    close(file);
    if (bytes < 0) {
        return STATUS_UNAVAILABLE;
    }
    *content_out = (struct text){content, (size_t)bytes};
    return is_ours_alone && bytes <= FILE_BYTES_MAX ? STATUS_OK : STATUS_MALFORMED;
}

static enum status read_lines(struct arena *arena, struct trust *trust, const char *path,
                              struct text content, struct text *error_out)
{
    enum status status = STATUS_OK;
    while (content.data != NULL && status == STATUS_OK) {
        struct text line;
        struct text comment;
        text_cut(content, '\n', &line, &content);
        text_cut(line, '#', &line, &comment);
        status = read_entries(arena, trust, path, line, error_out);
    }
    return status;
}

enum status trust_open(struct arena *arena, const char *directory, struct text setting,
                       struct trust **trust_out, struct text *error_out)
{
    struct trust *trust = ARENA_NEW(arena, struct trust);
    const char *path = text_format(arena, "%s/trusted.keys", directory).data;
    struct text content = NO_TEXT;
    enum status status = read_entries(arena, trust, "ask.trusted_keys", setting, error_out);
    if (status != STATUS_OK) {
        return status;
    }
    status = read_file(arena, path, &content);
    if (status == STATUS_OK) {
        status = read_lines(arena, trust, path, content, error_out);
    } else if (status != STATUS_ABSENT) {
        *error_out = text_format(arena,
                                 "%s cannot be read, may be written by other users, or is larger "
                                 "than 64 KiB. Check who owns it, and chmod 600 it.",
                                 path);
        return status;
    }
    *trust_out = trust;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

/* ---- a credential ---- */

static bool speaks_for(const struct trusted *trusted, struct text service)
{
    struct text rest = trusted->services;
    while (rest.data != NULL) {
        struct text name;
        text_cut(rest, ',', &name, &rest);
        if (text_equals(name, service)) {
            return true;
        }
    }
    return false;
}

const char *trust_complaint(const struct trust *trust, const struct credential *credential,
                            struct text audience, int64_t now_ms)
{
    const struct trusted *found = NULL;
    for (size_t i = 0; i < trust->count; i++) {
        if (text_equals(credential->key_id, text_of(trust->items[i].key_id))) {
            found = &trust->items[i];
        }
    }
    if (found == NULL) {
        return "its key is not in trusted.keys";
    }
    if (!credential_is_signed(credential, found->public_key)) {
        return "its signature is wrong";
    }
    if (!speaks_for(found, credential->issuer)) {
        return "its key may not speak for this service";
    }
    if (!text_equals(credential->audience, audience)) {
        return "it is meant for another service";
    }
    return credential_is_current(credential, now_ms) ? NULL : "it has expired, or a clock is wrong";
}
