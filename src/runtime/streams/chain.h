/* chain.h - a doubly linked ring of things that carry their own links.
 *
 * A chain is a node that belongs to nothing; the others are members of what they stand for. Taking
 * a node out of whatever chain it is in needs no chain.
 */
#ifndef RUNTIME_STREAMS_CHAIN_H
#define RUNTIME_STREAMS_CHAIN_H

#include "base/must.h"

#include <stdbool.h>
#include <stddef.h>

struct chain {
    struct chain *next; /* NULL: in no chain, and no chain either */
    struct chain *previous;
};

/* The struct that a link belongs to. */
#define CHAIN_OWNER(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void chain_init(struct chain *chain)
{
    chain->next = chain;
    chain->previous = chain;
}

static inline bool chain_is_empty(const struct chain *chain)
{
    return chain->next == chain;
}

static inline void chain_add_last(struct chain *chain, struct chain *link)
{
    MUST(link->next == NULL);
    link->next = chain;
    link->previous = chain->previous;
    chain->previous->next = link;
    chain->previous = link;
}

/* Nothing happens when it is in none. */
static inline void chain_take_out(struct chain *link)
{
    if (link->next == NULL) {
        return;
    }
    MUST(link->next->previous == link && link->previous->next == link);
    link->next->previous = link->previous;
    link->previous->next = link->next;
    link->next = NULL;
    link->previous = NULL;
}

static inline void chain_move_last(struct chain *chain, struct chain *link)
{
    chain_take_out(link);
    chain_add_last(chain, link);
}

#endif
