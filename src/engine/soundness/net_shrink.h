/* net_shrink.h - a smaller net that is sound exactly when the given one is. Inside the room only.
 *
 * Branches that run side by side multiply the markings: twenty of two places each have a million.
 * Most of that is nothing but the order in which independent things happen, and goes away:
 *
 *   a place that is left only by transitions that take nothing else is passed through at once: each
 *   transition that gives it is joined with each that takes it;
 *   of two transitions that take and give the same, and of two places that are taken and given by
 *   the same, one is enough;
 *   a transition that gives back the one place it takes changes nothing.
 *
 * Each rule keeps all of soundness.h in both directions: an order of happening in the larger net in
 * which the joined ones follow each other directly always exists, because what only needs that one
 * place can happen as soon as the place is marked. Hence the places on which another's turn depends
 * (yields_to) are left alone, and each transition of the given net must be able to happen as far as
 * reaching its places one by one shows (soundness.c looks at that before).
 *
 * A joined transition remembers what it is made of, so that a path can be given in the terms of the
 * net as it was written.
 */
#ifndef ENGINE_SOUNDNESS_NET_SHRINK_H
#define ENGINE_SOUNDNESS_NET_SHRINK_H

#include "engine/soundness/net_search.h"

/* What a move is made of: one move of the given net, or two parts one after the other. */
struct made_of {
    int move; /* NET_NOTHING when it has parts */
    const struct made_of *first;
    const struct made_of *second;
};

struct shrunk {
    struct moves moves;
    const struct made_of *const *made_of; /* for each move */
    const struct made_of *begin;          /* happens before everything else; NULL: nothing */
};

/* The answer and what it took to find it live in the arena: up to 16 MiB. */
void net_shrink(struct arena *arena, const struct moves *given, struct shrunk *shrunk_out);

/* Appends the given net's moves; stops at UNSOUND_PATH_MAX. */
size_t made_of_write(const struct made_of *whole, int *path_out, size_t count);

#endif
