/* net.c - a plain net: that it is whole, and its names in a sentence. */
#include "engine/net.h"

#include "base/arena.h"
#include "base/must.h"

#include <string.h>

static void bits_must_be_below(const struct bit_set *set, size_t count)
{
    for (size_t i = count; i < BIT_SET_MAX; i++) {
        MUST(!bit_set_has(set, i));
    }
}

void net_must_be_whole(const struct net *net)
{
    MUST(net->place_count > 0 && net->place_count <= NET_PLACES_MAX);
    MUST(net->transition_count <= NET_TRANSITIONS_MAX);
    bits_must_be_below(&net->start, net->place_count);
    for (size_t i = 0; i < net->transition_count; i++) {
        const struct net_transition *transition = &net->transitions[i];
        bits_must_be_below(&transition->takes, net->place_count);
        bits_must_be_below(&transition->gives, net->place_count);
        MUST(transition->choice >= 0);
        MUST(transition->yields_to >= 0 && (size_t)transition->yields_to <= i);
    }
}

struct bit_set net_ends(const struct net *net)
{
    struct bit_set ends = {0};
    for (size_t i = 0; i < net->place_count; i++) {
        if (net->places[i].is_end) {
            bit_set_add(&ends, i);
        }
    }
    return ends;
}

int net_next(const struct bit_set *set, int from)
{
    MUST(from >= 0 && from <= BIT_SET_MAX);
    size_t word = (size_t)from / 64;
    for (uint64_t mask = ~(uint64_t)0 << (from % 64); word < BIT_SET_WORDS; mask = ~(uint64_t)0) {
        uint64_t bits = set->words[word] & mask;
        if (bits != 0) {
            return (int)(word * 64) + __builtin_ctzll(bits);
        }
        word++;
    }
    return NET_NOTHING;
}

struct text net_place_names(struct arena *arena, const struct net *net, const struct bit_set *set)
{
    struct text names = TEXT("");
    for (int i = net_next(set, 0); i >= 0;) {
        int next = net_next(set, i + 1);
        const char *joint = names.bytes == 0 ? "" : next < 0 ? " and " : ", ";
        names = text_format(arena, "%.*s%s'%.*s'", TEXT_ARGS(names), joint,
                            TEXT_ARGS(net->places[i].name));
        i = next;
    }
    return names;
}

struct text net_path_names(struct arena *arena, const struct net *net, const int *path,
                           size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        MUST(path[i] >= 0 && (size_t)path[i] < net->transition_count);
        bytes += net->transitions[path[i]].name.bytes + 2;
    }
    char *names = arena_take(arena, bytes + 1);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        struct text name = net->transitions[path[i]].name;
        memcpy(names + at, name.data, name.bytes);
        memcpy(names + at + name.bytes, ", ", 2);
        at += name.bytes + 2;
    }
    return (struct text){names, at == 0 ? 0 : at - 2};
}
