/* reachable.h - the markings that a case of a workflow can ever have. */
#ifndef ENGINE_SOUNDNESS_REACHABLE_H
#define ENGINE_SOUNDNESS_REACHABLE_H

#include "engine/net.h"

struct arena;
struct reachable;

/* All of them, up to a hundred thousand. They live as long as the arena. */
const struct reachable *reachable_make(struct arena *arena, const struct net *net);

/* Every marking was looked at. */
bool reachable_is_whole(const struct reachable *reachable);

/* Can it come about? Of a net with more markings than were looked at nobody knows, and it can. */
bool reachable_has(const struct reachable *reachable, const struct bit_set *marking);

#endif
