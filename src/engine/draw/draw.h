/* draw.h - the picture of a net as SVG: places in layers from left to right, transitions between.
 *
 * One self-contained document: no script, no font, no file beside it; light and dark. The same net
 * and options give the same bytes. A marking can be lit, and a path shown step by step with the
 * places where it goes wrong.
 */
#ifndef ENGINE_DRAW_DRAW_H
#define ENGINE_DRAW_DRAW_H

#include "engine/net.h"

/* What the arena must have room for, whatever the net. */
enum { DRAW_ARENA_BYTES = 64 * 1024 * 1024 };

enum draw_language { DRAW_ENGLISH, DRAW_RUSSIAN };

enum draw_theme {
    DRAW_AUTO, /* as the reader's system is */
    DRAW_LIGHT,
    DRAW_DARK
};

struct draw_options {
    enum draw_language language;
    enum draw_theme theme;
    struct bit_set marking; /* lit */
    struct bit_set trouble; /* lit as trouble, marked or not */
    const int *path;        /* transitions, numbered in this order */
    size_t path_count;
    struct text caption; /* a sentence below the picture; NO_TEXT: none */
};

/* The net must be whole. */
struct text draw_net(struct arena *arena, const struct net *net,
                     const struct draw_options *options);

#endif
