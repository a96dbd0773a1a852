/* draw_links.c - links as curves: level where they touch a box and where they pass a column. */
#include "engine/draw/draw_parts.h"

#include "base/must.h"

enum { HEAD_LENGTH = 8, HEAD_HALF = 4 };

struct pen {
    struct writer *writer;
    int x;
    int y;
};

static int rounded(double number)
{
    return (int)(number < 0 ? number - 0.5 : number + 0.5);
}

static void move_to(struct pen *pen, int x, int y)
{
    write_format(pen->writer, "M%d %d", x, y);
    pen->x = x;
    pen->y = y;
}

static void line_to(struct pen *pen, int x)
{
    if (pen->x != x) {
        write_format(pen->writer, "H%d", x);
        pen->x = x;
    }
}

static void curve_to(struct pen *pen, int x, int y)
{
    if (pen->y == y) {
        line_to(pen, x);
        return;
    }
    int middle = (pen->x + x) / 2;
    write_format(pen->writer, "C%d %d %d %d %d %d", middle, pen->y, middle, y, x, y);
    pen->x = x;
    pen->y = y;
}

/* A box narrower than its column stands in the middle of it. */
static int edge_of(const struct sketch *sketch, const struct box *box, bool at_right)
{
    int middle = (sketch->column_left[box->layer] + sketch->column_right[box->layer]) / 2;
    return at_right ? middle + box->width / 2 : middle - box->width / 2;
}

/* From left to right, whichever way the arrow points. */
static void write_curve(struct writer *writer, const struct sketch *sketch, const struct link *link)
{
    const struct box *left = &sketch->boxes[link->is_back ? link->to : link->from];
    const struct box *right = &sketch->boxes[link->is_back ? link->from : link->to];
    double left_port = link->is_back ? link->to_port : link->from_port;
    double right_port = link->is_back ? link->from_port : link->to_port;
    int start = edge_of(sketch, left, true) + (link->is_back ? HEAD_LENGTH - 1 : 0);
    int end = edge_of(sketch, right, false) - (link->is_back ? 0 : HEAD_LENGTH - 1);
    struct pen pen = {.writer = writer};
    move_to(&pen, start, rounded(left->y + left_port));
    line_to(&pen,
            sketch->column_right[left->layer] > start ? sketch->column_right[left->layer] : start);
    for (int i = 0; i < link->bend_count; i++) {
        const struct box *bend = &sketch->boxes[link->first_bend + i];
        curve_to(&pen, sketch->column_left[bend->layer], rounded(bend->y));
        line_to(&pen, sketch->column_right[bend->layer]);
    }
    int before = sketch->column_left[right->layer] - (link->is_back ? 0 : HEAD_LENGTH - 1);
    curve_to(&pen, before < end ? before : end, rounded(right->y + right_port));
    line_to(&pen, end);
}

static void write_head(struct writer *writer, const struct sketch *sketch, const struct link *link,
                       bool is_path)
{
    const struct box *to = &sketch->boxes[link->to];
    int x = edge_of(sketch, to, link->is_back);
    int y = rounded(to->y + link->to_port);
    int length = link->is_back ? HEAD_LENGTH : -HEAD_LENGTH;
    write_format(writer, "<path class=\"head%s\" d=\"M%d %dl%d %dv%dz\"/>\n",
                 is_path ? " path" : "", x, y, length, -HEAD_HALF, 2 * HEAD_HALF);
}

static bool is_on_path(const struct sketch *sketch, const struct draw_options *options,
                       const struct link *link)
{
    const struct box *from = &sketch->boxes[link->from];
    const struct box *to = &sketch->boxes[link->to];
    int transition = from->kind == BOX_TRANSITION ? from->index : to->index;
    for (size_t i = 0; i < options->path_count; i++) {
        if (options->path[i] == transition) {
            return true;
        }
    }
    return false;
}

/* The path lies on top. */
void write_links(struct writer *writer, const struct sketch *sketch,
                 const struct draw_options *options)
{
    write_text(writer, TEXT("<g class=\"links\">\n"));
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < sketch->link_count; i++) {
            const struct link *link = &sketch->links[i];
            bool is_path = is_on_path(sketch, options, link);
            if (is_path != (round == 1)) {
                continue;
            }
            write_format(writer, "<path%s d=\"", is_path ? " class=\"path\"" : "");
            write_curve(writer, sketch, link);
            write_text(writer, TEXT("\"/>"));
            write_head(writer, sketch, link, is_path);
        }
    }
    write_text(writer, TEXT("</g>\n"));
}
