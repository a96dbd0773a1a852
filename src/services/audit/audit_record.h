/* audit_record.h - one thing that has happened, chained to all that happened before.
 *
 *   hash(n) = SHA-256( hash(n-1) || the record, each field as LENGTH:BYTES, )
 *   seal(n) = HMAC-SHA-256( a key of the installation, hash(n) )
 *
 * hash(0) is 64 zeros. A record that was changed, taken out, put in or put elsewhere no longer fits
 * the next one; one that was written anew with all behind it does not have the right seals, for
 * which the key in the data directory is needed and not the store alone. Every thousand records,
 * and every minute, the newest hash is signed (Ed25519, a head) and said in the log: whoever has
 * noted one of them can prove later that the record was not cut short or replaced as a whole.
 */
#ifndef SERVICES_AUDIT_AUDIT_RECORD_H
#define SERVICES_AUDIT_AUDIT_RECORD_H

#include "base/proof.h"
#include "runtime/service.h"

enum { AUDIT_HASH_DIGITS = 64, AUDIT_SIGNATURE_DIGITS = 128 };

struct audit_record {
    int64_t position; /* 1, 2, 3 ... */
    struct id id;
    struct id message_id;
    struct text event_id; /* the payload's own; NO_TEXT: it has none */
    struct text event_type;
    int64_t event_version;
    struct text event_source;
    int64_t source_position; /* in its journal */
    struct text subject;
    struct text actor; /* who caused it, through which door: "root", "gateway for 018f..." */
    struct text trace;
    int64_t occurred_at;
    int64_t received_at;
    struct text payload;
    struct text hash; /* hexadecimal digits */
    struct text seal;
};

extern const struct shape audit_record_shape; /* the row, and the answer */

/* The hash of a record behind one with the hash `before` (AUDIT_HASH_DIGITS digits). */
struct text audit_hash(struct arena *arena, struct text before, const struct audit_record *record);
struct text audit_seal(struct arena *arena, const struct digest_key *key, struct text hash);

extern const struct text audit_hash_of_nothing;

struct audit_tag {
    struct id event_id;
    struct text tag_key;
    struct text tag_value;
};

/* What it is looked for by: its subject, its person, the ids of its payload. */
enum { AUDIT_TAGS_MAX = 16 };
size_t audit_tags(struct arena *arena, const struct audit_record *record,
                  struct audit_tag tags[AUDIT_TAGS_MAX]);

/* The newest hash, signed. */
struct audit_head {
    int64_t position;
    struct text hash;
    int64_t signed_at;
    struct text public_key; /* hexadecimal digits */
    struct text signature;
};
extern const struct shape audit_head_shape;

struct proof_key audit_signing_key(const struct digest_key *installation);
struct digest_key audit_seal_key(const struct digest_key *installation);
struct audit_head audit_sign(struct arena *arena, const struct proof_key *key, int64_t position,
                             struct text hash, int64_t now_ms);
bool audit_head_is_signed(struct arena *arena, const struct audit_head *head,
                          const unsigned char public_key[PROOF_PUBLIC_BYTES]);

#endif
