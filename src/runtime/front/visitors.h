/* visitors.h - who was decided to be behind which credential, for a few seconds.
 *
 * Looked up by every request that comes from outside, from all loops at once, so it is cut into
 * shards with a short lock each. It is bounded: in its place among few others an entry gives way to
 * a newer one, those that say "nobody" first and never one of a person to one of nobody, so
 * whoever tries a million credentials drives nobody out.
 *
 * Who is dropped is asked about anew. An answer that was already on its way when he was dropped is
 * not kept: visitors_keep takes the number of visitors_drops that was read before asking.
 */
#ifndef RUNTIME_FRONT_VISITORS_H
#define RUNTIME_FRONT_VISITORS_H

#include "runtime/call.h"
#include "runtime/front/badge.h"

#include <stdatomic.h>

enum visitor_kind { VISITOR_UNKNOWN, VISITOR_PERSON, VISITOR_BLOCKED };

/* Shared by those who hold it; nothing of it changes. */
struct visitor {
    atomic_uint holders;
    enum visitor_kind kind;
    struct caller *caller; /* of a person; else NULL */
};

/* Held by the caller of this. */
struct visitor *visitor_create(enum visitor_kind kind, const struct caller *caller);
void visitor_release(struct visitor *visitor);

struct visitors;

struct visitors *visitors_create(void);
void visitors_destroy(struct visitors **visitors);

/* NULL: not known now. Else it is held once more. now_ms is monotonic. */
struct visitor *visitors_find(struct visitors *visitors, const unsigned char hash[BADGE_HASH_BYTES],
                              int64_t now_ms);

unsigned long visitors_drops(const struct visitors *visitors);
void visitors_keep(struct visitors *visitors, const unsigned char hash[BADGE_HASH_BYTES],
                   struct visitor *visitor, int64_t until_ms, unsigned long drops);

/* By the person, or by his session; an id that is none matches any. Both none: everybody. */
void visitors_drop(struct visitors *visitors, struct id person, struct id session);

#endif
