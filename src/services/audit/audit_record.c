/* audit_record.c - a record's bytes, its hash, its seal; pure. */
#include "services/audit/audit_record.h"

#include "base/encode.h"
#include "base/json.h"

#include <string.h>

enum { VALUES_MAX = 5000, TAG_BYTES_MAX = 200 };

const struct text audit_hash_of_nothing = {
    "0000000000000000000000000000000000000000000000000000000000000000", AUDIT_HASH_DIGITS};

#define AT(member) .offset = offsetof(struct audit_record, member)

static const struct field record_fields[] = {
    {.name = "position", .kind = FIELD_INTEGER, AT(position), .meaning = "In the chain"},
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "message_id", .kind = FIELD_ID, AT(message_id)},
    {.name = "event_id", .kind = FIELD_TEXT, AT(event_id)},
    {.name = "event_type", .kind = FIELD_TEXT, AT(event_type)},
    {.name = "event_version", .kind = FIELD_INTEGER, AT(event_version)},
    {.name = "event_source", .kind = FIELD_TEXT, AT(event_source)},
    {.name = "source_position", .kind = FIELD_INTEGER, AT(source_position)},
    {.name = "subject", .kind = FIELD_TEXT, AT(subject), .meaning = "What it is about"},
    {.name = "actor",
     .kind = FIELD_TEXT,
     AT(actor),
     .meaning = "Who has caused it, and through which door he came"},
    {.name = "trace", .kind = FIELD_TEXT, AT(trace)},
    {.name = "occurred_at", .kind = FIELD_TIME, AT(occurred_at)},
    {.name = "received_at", .kind = FIELD_TIME, AT(received_at)},
    {.name = "payload", .kind = FIELD_OBJECT, AT(payload)},
    {.name = "hash", .kind = FIELD_TEXT, AT(hash), .meaning = "Of this record and all before it"},
    {.name = "seal", .kind = FIELD_TEXT, AT(seal)},
};
#undef AT

const struct shape audit_record_shape = {
    .name = "AuditEvent",
    .fields = record_fields,
    .field_count = COUNT_OF(record_fields),
    .bytes = sizeof(struct audit_record),
};

#define AT(member) .offset = offsetof(struct audit_head, member)

static const struct field head_fields[] = {
    {.name = "position", .kind = FIELD_INTEGER, AT(position)},
    {.name = "hash", .kind = FIELD_TEXT, AT(hash)},
    {.name = "signed_at", .kind = FIELD_TIME, AT(signed_at)},
    {.name = "public_key", .kind = FIELD_TEXT, AT(public_key)},
    {.name = "signature", .kind = FIELD_TEXT, AT(signature)},
};
#undef AT

const struct shape audit_head_shape = {
    .name = "AuditHead",
    .fields = head_fields,
    .field_count = COUNT_OF(head_fields),
    .bytes = sizeof(struct audit_head),
};

/* ---- hashes ---- */

/* What is hashed, in one piece: "position,id,message id,3:abc,-,..." */
struct writing {
    char *bytes;
    size_t count;
};

enum { NUMBER_BYTES_MAX = 21 };

static void write_bytes(struct writing *writing, const char *bytes, size_t count)
{
    if (count > 0) {
        memcpy(writing->bytes + writing->count, bytes, count);
        writing->count += count;
    }
}

static void write_number(struct writing *writing, int64_t value, char behind)
{
    char digits[NUMBER_BYTES_MAX];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    digits[--at] = behind;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        write_bytes(writing, "-", 1);
    }
    write_bytes(writing, digits + at, sizeof digits - at);
}

/* No text and an empty one are not the same. */
static void write_counted(struct writing *writing, struct text text)
{
    if (text_is_given(text)) {
        write_number(writing, (int64_t)text.bytes, ':');
        write_bytes(writing, text.data, text.bytes);
        write_bytes(writing, ",", 1);
    } else {
        write_bytes(writing, "-,", 2);
    }
}

static void write_id(struct writing *writing, struct id id)
{
    char text[ID_TEXT_BYTES + 1];
    id_write(id, text);
    write_bytes(writing, text, ID_TEXT_BYTES);
    write_bytes(writing, ",", 1);
}

static size_t room_for(const struct audit_record *record)
{
    enum { TEXTS = 7, NUMBERS = 5, AROUND_BYTES_MAX = NUMBER_BYTES_MAX + 2 };
    return record->event_id.bytes + record->event_type.bytes + record->event_source.bytes +
           record->subject.bytes + record->actor.bytes + record->trace.bytes +
           record->payload.bytes + (size_t)(TEXTS + NUMBERS) * AROUND_BYTES_MAX +
           (size_t)2 * (ID_TEXT_BYTES + 1);
}

struct text audit_hash(struct arena *arena, struct text before, const struct audit_record *record)
{
    unsigned char hash[PROOF_HASH_BYTES];
    struct writing writing = {arena_take_raw(arena, room_for(record)), 0};
    MUST(before.bytes == AUDIT_HASH_DIGITS);
    write_number(&writing, record->position, ',');
    write_id(&writing, record->id);
    write_id(&writing, record->message_id);
    write_counted(&writing, record->event_id);
    write_counted(&writing, record->event_type);
    write_number(&writing, record->event_version, ',');
    write_counted(&writing, record->event_source);
    write_number(&writing, record->source_position, ',');
    write_counted(&writing, record->subject);
    write_counted(&writing, record->actor);
    write_counted(&writing, record->trace);
    write_number(&writing, record->occurred_at, ',');
    write_number(&writing, record->received_at, ',');
    write_counted(&writing, record->payload);
    MUST(writing.count <= room_for(record));
    const struct text parts[] = {before, {writing.bytes, writing.count}};
    proof_hash(parts, COUNT_OF(parts), hash);
    return encode_hex(arena, hash, sizeof hash);
}

struct text audit_seal(struct arena *arena, const struct digest_key *key, struct text hash)
{
    unsigned char seal[PROOF_HASH_BYTES];
    proof_hmac((struct text){(const char *)key->bytes, DIGEST_BYTES}, &hash, 1, seal);
    return encode_hex(arena, seal, sizeof seal);
}

/* ---- heads ---- */

struct proof_key audit_signing_key(const struct digest_key *installation)
{
    struct digest_key seed = digest_key_for(installation, "audit.heads");
    return proof_key_of(&seed);
}

struct digest_key audit_seal_key(const struct digest_key *installation)
{
    return digest_key_for(installation, "audit.seals");
}

static struct text signed_text(struct arena *arena, const struct audit_head *head)
{
    return text_format(arena, "kontora audit head %lld %.*s %lld", (long long)head->position,
                       TEXT_ARGS(head->hash), (long long)head->signed_at);
}

struct audit_head audit_sign(struct arena *arena, const struct proof_key *key, int64_t position,
                             struct text hash, int64_t now_ms)
{
    unsigned char signature[PROOF_SIGNATURE_BYTES];
    struct audit_head head = {.position = position, .hash = hash, .signed_at = now_ms};
    proof_sign(key, signed_text(arena, &head), signature);
    head.signature = encode_hex(arena, signature, sizeof signature);
    head.public_key = encode_hex(arena, key->public_key, sizeof key->public_key);
    return head;
}

bool audit_head_is_signed(struct arena *arena, const struct audit_head *head,
                          const unsigned char public_key[PROOF_PUBLIC_BYTES])
{
    unsigned char signature[PROOF_SIGNATURE_BYTES];
    return head->signature.bytes == AUDIT_SIGNATURE_DIGITS &&
           decode_hex(head->signature, signature, sizeof signature) &&
           proof_is_signed(public_key, signed_text(arena, head), signature);
}

/* ---- tags ---- */

static void add_tag(struct audit_tag *tags, size_t *count, struct id id, struct text key,
                    struct text value)
{
    if (*count < AUDIT_TAGS_MAX && text_is_given(value) && value.bytes > 0 &&
        value.bytes <= TAG_BYTES_MAX && key.bytes <= TAG_BYTES_MAX) {
        for (size_t i = 0; i < *count; i++) {
            if (text_equals(tags[i].tag_key, key)) {
                return;
            }
        }
        tags[(*count)++] = (struct audit_tag){.event_id = id, .tag_key = key, .tag_value = value};
    }
}

/* "gateway for 018f..." came through the gateway, and is the person 018f... */
static struct text person_of(struct text actor)
{
    struct id person;
    struct text last = actor.bytes > ID_TEXT_BYTES
                           ? text_slice(actor, actor.bytes - ID_TEXT_BYTES, actor.bytes)
                           : NO_TEXT;
    return text_is_given(last) && id_read(last, &person) ? last : NO_TEXT;
}

static bool names_a_thing(struct text key)
{
    return text_equals(key, TEXT("id")) ||
           (key.bytes > 3 && memcmp(key.data + key.bytes - 3, "_id", 3) == 0);
}

size_t audit_tags(struct arena *arena, const struct audit_record *record,
                  struct audit_tag tags[AUDIT_TAGS_MAX])
{
    const struct json *payload = NULL;
    struct json_error error;
    size_t count = 0;
    add_tag(tags, &count, record->id, TEXT("subject"), record->subject);
    add_tag(tags, &count, record->id, TEXT("actor"), record->actor);
    add_tag(tags, &count, record->id, TEXT("person"), person_of(record->actor));
    if (json_read(arena, record->payload, VALUES_MAX, &payload, &error) != STATUS_OK ||
        payload->kind != JSON_OBJECT) {
        return count;
    }
    for (const struct json *member = payload->first; member != NULL; member = member->next) {
        if (names_a_thing(member->key) &&
            (member->kind == JSON_STRING || member->kind == JSON_NUMBER)) {
            add_tag(tags, &count, record->id, member->key, member->text);
        }
    }
    return count;
}
