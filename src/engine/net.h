/* net.h - a workflow as a plain net: places, transitions and marks, nothing else.
 *
 * The checker (soundness/) and the picture (draw/) see a workflow in this form. A case is a set of
 * marked places. A transition that finds a mark on every place it takes may happen: these marks go,
 * and every place it gives gets one. A case has ended when one end place is marked and nothing
 * else.
 *
 * Plain data in one arena, referred to by index, never changed.
 */
#ifndef ENGINE_NET_H
#define ENGINE_NET_H

#include "base/text.h"
#include "engine/bit_set.h"

struct arena;

enum {
    NET_PLACES_MAX = BIT_SET_MAX,
    NET_TRANSITIONS_MAX = 2048,
    NET_NOTHING = -1, /* the index of no transition */
};

/* Who lets a transition happen. */
enum net_taker {
    NET_BY_SYSTEM, /* the engine, as soon as it can */
    NET_BY_PERSON, /* somebody asks for it */
    NET_BY_EVENT,  /* something was told */
    NET_BY_TIME,
};

/* What else it needs beside the marks. */
enum net_when {
    NET_ALWAYS,
    NET_IF,    /* a condition on the fields of the case */
    NET_ELSE,  /* only if no other of its choice has its condition */
    NET_MAYBE, /* a stage's function may choose it, or it is where a failed stage goes */
};

struct net_place {
    struct text name;
    struct text en; /* what a person reads; NO_TEXT: the name */
    struct text ru;
    bool is_end;
};

struct net_transition {
    struct text name;
    struct text en;
    struct text ru;
    enum net_taker taken_by;
    enum net_when when;
    int choice;    /* above 0: of those with the same number the system takes exactly one */
    int yields_to; /* how many transitions just before this one are taken instead if they can be */
    struct bit_set takes;
    struct bit_set gives;
};

struct net {
    struct text name;
    struct text en;
    struct text ru;
    const struct net_place *places;
    size_t place_count;
    const struct net_transition *transitions;
    size_t transition_count;
    struct bit_set start; /* the marking a case begins with */
};

/* Stops the program when the net refers to what it has not; whoever makes a net calls it. */
void net_must_be_whole(const struct net *net);

/* The end places. */
struct bit_set net_ends(const struct net *net);

/* The first number of the set from this one on, NET_NOTHING when there is none:
 * for (int i = net_next(&set, 0); i >= 0; i = net_next(&set, i + 1)). */
int net_next(const struct bit_set *set, int from);

/* "'valued', 'supplied' and 'paid'": the names of places, for a sentence. */
struct text net_place_names(struct arena *arena, const struct net *net, const struct bit_set *set);

/* "create, publish, cancel": the names of transitions in the order they happen. */
struct text net_path_names(struct arena *arena, const struct net *net, const int *path,
                           size_t count);

#endif
