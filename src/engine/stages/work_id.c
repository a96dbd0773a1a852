/* work_id.c - writes and reads the name of a stage's work.
 *
 * Reading proves the signature first, over the letters as they came; nothing that a stranger wrote
 * is looked into. So there is one way to write each name, and a key cannot come twice.
 */
#include "engine/stages/work_id.h"

#include "base/encode.h"
#include "base/must.h"

#include <sodium.h>

enum {
    NAME_BYTES_MAX = 64,
    SIGN_BYTES = 43, /* a signature in base64url */
};

static const struct text sign_key = {"&sign=", 6};

/* Letters that mean themselves in a URL. */
static bool is_plain(struct text name)
{
    bool is_plain = name.bytes > 0 && name.bytes <= NAME_BYTES_MAX;
    for (size_t i = 0; is_plain && i < name.bytes; i++) {
        char letter = name.data[i];
        is_plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                   (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' ||
                   letter == '.';
    }
    return is_plain;
}

static bool is_good(const struct work_name *name)
{
    return !id_is_none(name->case_id) && is_plain(name->workflow) && name->version > 0 &&
           is_plain(name->stage) && name->visit > 0;
}

static struct text sign(struct arena *arena, const struct signing_key *key, struct text pairs)
{
    uint8_t signature[SIGNATURE_BYTES];
    const struct text parts[] = {TEXT("work"), pairs};
    signature_make(key, (struct texts){parts, COUNT_OF(parts)}, signature);
    struct text sign = encode_base64url(arena, signature, SIGNATURE_BYTES);
    MUST(sign.bytes == SIGN_BYTES);
    return sign;
}

struct text work_id_write(struct arena *arena, const struct signing_key *key,
                          const struct work_name *name)
{
    char id[ID_TEXT_BYTES + 1];
    MUST(is_good(name));
    id_write(name->case_id, id);
    struct text pairs =
        text_format(arena, "case=%s&workflow=%.*s&version=%lld&stage=%.*s&visit=%lld", id,
                    TEXT_ARGS(name->workflow), (long long)name->version, TEXT_ARGS(name->stage),
                    (long long)name->visit);
    struct text written = text_format(arena, "%.*s%.*s%.*s", TEXT_ARGS(pairs), TEXT_ARGS(sign_key),
                                      TEXT_ARGS(sign(arena, key, pairs)));
    MUST(written.bytes <= WORK_ID_BYTES_MAX);
    return written;
}

/* The pairs before the signature, when it is theirs; else NO_TEXT. */
static struct text proved_pairs(struct arena *arena, const struct signing_key *key,
                                struct text written)
{
    size_t end_bytes = sign_key.bytes + SIGN_BYTES;
    if (written.bytes <= end_bytes || written.bytes > WORK_ID_BYTES_MAX) {
        return NO_TEXT;
    }
    struct text pairs = text_slice(written, 0, written.bytes - end_bytes);
    struct text given = text_slice(written, written.bytes - SIGN_BYTES, written.bytes);
    struct text right = sign(arena, key, pairs);
    bool is_ours = text_starts_with(text_slice(written, pairs.bytes, written.bytes), sign_key) &&
                   sodium_memcmp(given.data, right.data, SIGN_BYTES) == 0;
    return is_ours ? pairs : NO_TEXT;
}

/* The value of the next pair; false when its key is another. */
static bool take_value(struct text *rest, const char *key, struct text *value_out)
{
    struct text pair;
    struct text found;
    text_cut(*rest, '&', &pair, rest);
    return text_cut(pair, '=', &found, value_out) && text_equals(found, text_of(key));
}

enum status work_id_read(struct arena *arena, const struct signing_key *key, struct text written,
                         struct work_name *name_out)
{
    struct text rest = proved_pairs(arena, key, written);
    struct work_name name = {.version = 0};
    struct text id;
    struct text version;
    struct text visit;
    bool is_whole = rest.data != NULL && take_value(&rest, "case", &id) &&
                    take_value(&rest, "workflow", &name.workflow) &&
                    take_value(&rest, "version", &version) &&
                    take_value(&rest, "stage", &name.stage) && take_value(&rest, "visit", &visit);
    if (!is_whole || rest.data != NULL || !id_read(id, &name.case_id) ||
        !text_to_integer(version, &name.version) || !text_to_integer(visit, &name.visit) ||
        !is_good(&name)) {
        return STATUS_MALFORMED;
    }
    name.workflow = text_copy(arena, name.workflow);
    name.stage = text_copy(arena, name.stage);
    *name_out = name;
    return STATUS_OK;
}
