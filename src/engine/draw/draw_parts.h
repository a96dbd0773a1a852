/* draw_parts.h - a picture under way: boxes and links, and who does what. Inside the room only.
 *
 * Every place and transition is a box, and so is every bend: where a long link crosses a layer. A
 * link that would lead back is turned round for the layout and drawn from right to left.
 */
#ifndef ENGINE_DRAW_DRAW_PARTS_H
#define ENGINE_DRAW_DRAW_PARTS_H

#include "base/arena.h"
#include "engine/draw/draw.h"

enum { LABEL_LINES_MAX = 3, BENDS_MAX = 20000 };

/* ---- labels (draw_label.c) ---- */

struct label_lines {
    struct text lines[LABEL_LINES_MAX];
    size_t count;
    int width; /* of the widest, about */
};

/* Cut at spaces and underscores into lines of about width_max. */
struct label_lines label_wrap(struct arena *arena, struct text label, int width_max);

/* About how wide it is at the size of a label. */
int label_width(struct text line);

/* ---- boxes and links ---- */

enum box_kind { BOX_PLACE, BOX_TRANSITION, BOX_BEND };

struct box {
    enum box_kind kind;
    int index; /* of the place or transition */
    struct label_lines label;
    int width;
    int height;
    int layer;
    int order; /* in its layer, from the top */
    double y;  /* of the middle; x is the column's */
};

struct link {
    int from; /* boxes, as the arrow goes */
    int to;
    bool is_back;     /* .to is left of .from */
    int first_bend;   /* boxes one after another, from left to right */
    int bend_count;   /* 0: none, or too many links for bends */
    double from_port; /* where it leaves .from and enters .to, from the middle of the box */
    double to_port;
};

/* A piece of a link from one layer to the next. */
struct segment {
    int left;
    int right;
    int weight; /* how much it wants to be straight */
};

struct sketch {
    struct arena *arena;
    const struct net *net;
    struct box *boxes; /* places, transitions, bends */
    int box_count;
    struct link *links;
    int link_count;
    struct segment *segments;
    int segment_count;
    int *layers; /* boxes by layer and order; layer i begins at layer_starts[i] */
    int *layer_starts;
    int layer_count;
    int *lefts; /* segments by their right box; those of box i begin at left_starts[i] */
    int *left_starts;
    int *rights; /* by their left box */
    int *right_starts;
    int *column_left; /* x of each layer's edges */
    int *column_right;
    int width;
    int height;
};

/* A box for each place and transition, and their links (draw.c). */
void sketch_boxes(struct sketch *sketch);

/* Layers and bends (draw_layers.c); boxes have their sizes. */
void sketch_layers(struct sketch *sketch);

/* Who stands above whom, so that few links cross (draw_order.c). */
void sketch_order(struct sketch *sketch);

/* Where everything is (draw_coordinates.c). */
void sketch_coordinates(struct sketch *sketch);

/* ---- writing (draw_write.c) ---- */

struct writer {
    struct arena *arena;
    char *data;
    size_t bytes;
    size_t room;
};

void write_format(struct writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void write_text(struct writer *writer, struct text text);

/* & < > " as XML wants them; what XML cannot hold becomes a question mark. */
void write_escaped(struct writer *writer, struct text text);

/* ---- the parts of the document ---- */

/* Which colours there are (draw_style.c). */
void write_style(struct writer *writer, enum draw_theme theme);

/* draw_links.c */
void write_links(struct writer *writer, const struct sketch *sketch,
                 const struct draw_options *options);

/* draw_boxes.c */
void box_set_sizes(struct sketch *sketch, enum draw_language language);
void write_boxes(struct writer *writer, const struct sketch *sketch,
                 const struct draw_options *options);

/* What the colours mean; as wide as it is. */
int write_legend(struct writer *writer, const struct net *net, enum draw_language language);

/* What a person calls it. */
struct text draw_label(struct text name, struct text en, struct text ru,
                       enum draw_language language);

#endif
