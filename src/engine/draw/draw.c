/* draw.c - from a net to a document: boxes and links, their layout, and what stands around. */
#include "engine/draw/draw.h"

#include "base/must.h"
#include "engine/draw/draw_parts.h"

enum { MARGIN = 32, HEAD = 64, FOOT = 66, CAPTION_LINE = 18, WIDTH_LEAST = 420 };

static void add_link(struct sketch *sketch, int from, int to)
{
    sketch->links[sketch->link_count++] = (struct link){.from = from, .to = to};
}

static size_t count_arcs(const struct net *net)
{
    size_t count = 0;
    for (size_t i = 0; i < net->transition_count; i++) {
        count +=
            bit_set_count(&net->transitions[i].takes) + bit_set_count(&net->transitions[i].gives);
    }
    return count;
}

void sketch_boxes(struct sketch *sketch)
{
    const struct net *net = sketch->net;
    size_t most = net->place_count + net->transition_count + BENDS_MAX;
    sketch->boxes = ARENA_ARRAY(sketch->arena, struct box, most);
    sketch->links = ARENA_ARRAY(sketch->arena, struct link, count_arcs(net) + 1);
    for (size_t i = 0; i < net->place_count; i++) {
        sketch->boxes[sketch->box_count++] = (struct box){.kind = BOX_PLACE, .index = (int)i};
    }
    for (size_t i = 0; i < net->transition_count; i++) {
        int box = sketch->box_count++;
        sketch->boxes[box] = (struct box){.kind = BOX_TRANSITION, .index = (int)i};
        const struct net_transition *transition = &net->transitions[i];
        for (int k = net_next(&transition->takes, 0); k >= 0;
             k = net_next(&transition->takes, k + 1)) {
            add_link(sketch, k, box);
        }
        for (int k = net_next(&transition->gives, 0); k >= 0;
             k = net_next(&transition->gives, k + 1)) {
            add_link(sketch, box, k);
        }
    }
}

static void lay_out(struct sketch *sketch, const struct draw_options *options)
{
    sketch_boxes(sketch);
    box_set_sizes(sketch, options->language);
    sketch_layers(sketch);
    sketch_order(sketch);
    sketch_coordinates(sketch);
}

/* ---- the document ---- */

static void write_open(struct writer *writer, const struct sketch *sketch, int width, int height,
                       const struct draw_options *options)
{
    struct text name =
        draw_label(sketch->net->name, sketch->net->en, sketch->net->ru, options->language);
    write_format(writer,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                 "viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
                 width, height, width, height);
    write_escaped(writer, name);
    write_text(writer, TEXT("</title>\n"));
    write_style(writer, options->theme);
    write_format(writer, "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", width, height);
    write_format(writer, "<text class=\"name\" x=\"%d\" y=\"40\">", MARGIN);
    write_escaped(writer, name);
    write_text(writer, TEXT("</text>\n"));
}

static void write_caption(struct writer *writer, const struct label_lines *caption, int y)
{
    for (size_t i = 0; i < caption->count; i++) {
        write_format(writer, "<text x=\"%d\" y=\"%d\">", MARGIN, y + (int)i * CAPTION_LINE);
        write_escaped(writer, caption->lines[i]);
        write_text(writer, TEXT("</text>\n"));
    }
}

/* Both the legend and the caption may be wider than the net. */
static int full_width(const struct sketch *sketch, const struct draw_options *options)
{
    struct writer nowhere = {.arena = sketch->arena};
    int legend = write_legend(&nowhere, sketch->net, options->language) + 2 * MARGIN;
    struct text name =
        draw_label(sketch->net->name, sketch->net->en, sketch->net->ru, options->language);
    int head = label_width(name) * 3 / 2 + 2 * MARGIN;
    int width = sketch->width > WIDTH_LEAST ? sketch->width : WIDTH_LEAST;
    width = legend > width ? legend : width;
    return head > width ? head : width;
}

struct text draw_net(struct arena *arena, const struct net *net, const struct draw_options *options)
{
    struct sketch sketch = {.arena = arena, .net = net};
    lay_out(&sketch, options);
    int width = full_width(&sketch, options);
    struct label_lines caption = {.count = 0};
    if (text_is_given(options->caption)) {
        caption = label_wrap(arena, options->caption, width - 2 * MARGIN);
    }
    int caption_height = (int)caption.count * CAPTION_LINE;
    int height = HEAD + sketch.height + caption_height + FOOT;
    struct writer writer = {.arena = arena};
    write_open(&writer, &sketch, width, height, options);
    write_format(&writer, "<g transform=\"translate(%d %d)\">\n", (width - sketch.width) / 2, HEAD);
    write_links(&writer, &sketch, options);
    write_boxes(&writer, &sketch, options);
    write_text(&writer, TEXT("</g>\n"));
    write_caption(&writer, &caption, HEAD + sketch.height + 30);
    write_format(&writer, "<g transform=\"translate(%d %d)\">", MARGIN,
                 HEAD + sketch.height + caption_height + FOOT - 38);
    write_legend(&writer, net, options->language);
    write_text(&writer, TEXT("</g>\n</svg>\n"));
    return (struct text){writer.data, writer.bytes};
}
