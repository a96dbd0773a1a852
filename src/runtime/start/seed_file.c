/* seed_file.c - reads 32 bytes of chance from a file, or makes it. */
#include "runtime/start/seed_file.h"

#include "base/chance.h"
#include "base/encode.h"
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ABSENT when there is no file yet. */
static enum status read_seed(const char *path, unsigned char seed_out[SEED_FILE_BYTES])
{
    char hex[SEED_FILE_BYTES * 2 + 1] = "";
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
    bool is_whole = bytes == SEED_FILE_BYTES * 2 &&
                    decode_hex((struct text){hex, SEED_FILE_BYTES * 2}, seed_out, SEED_FILE_BYTES);
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
                       const unsigned char seed[SEED_FILE_BYTES])
{
    const char *beside = text_format(arena, "%s.new", path).data;
    char hex[SEED_FILE_BYTES * 2 + 1];
    sodium_bin2hex(hex, sizeof hex, seed, SEED_FILE_BYTES);
    int file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return false;
    }
    bool written = fchmod(file, 0600) == 0 &&
                   write(file, hex, SEED_FILE_BYTES * 2) == SEED_FILE_BYTES * 2 && fsync(file) == 0;
    close(file);
    explicit_bzero(hex, sizeof hex);
    return written && rename(beside, path) == 0 && flush_directory(directory);
}

enum status seed_file_open(struct arena *arena, const char *directory, const char *name,
                           unsigned char seed_out[SEED_FILE_BYTES])
{
    const char *path = text_format(arena, "%s/%s", directory, name).data;
    enum status status = read_seed(path, seed_out);
    if (status == STATUS_ABSENT) {
        chance_fill(seed_out, SEED_FILE_BYTES);
        status = write_seed(arena, directory, path, seed_out) ? STATUS_OK : STATUS_UNAVAILABLE;
    }
    return status;
}

enum status installation_key_open(struct arena *arena, const char *directory,
                                  struct digest_key *key_out, struct text *error_out)
{
    _Static_assert((int)SEED_FILE_BYTES == (int)DIGEST_BYTES, "the file holds a key");
    enum status status = seed_file_open(arena, directory, "secret.key", key_out->bytes);
    if (status == STATUS_MALFORMED) {
        *error_out = text_format(arena,
                                 "%s/secret.key may be read by other users. Take that away with "
                                 "chmod 600; keep the file, or API keys and second factors are "
                                 "worth nothing any more.",
                                 directory);
    } else if (status != STATUS_OK) {
        *error_out = text_format(arena,
                                 "%s/secret.key cannot be read or written (%s). Check who owns it; "
                                 "when it is damaged, take it from a backup: without it API keys "
                                 "and second factors are worth nothing any more.",
                                 directory, status_text(status));
    }
    return status;
}
