/* draw_boxes.c - places, transitions and the legend. */
#include "engine/draw/draw_parts.h"

#include "base/must.h"

enum {
    LINE = 16,
    PLACE_PAD = 14,
    PLACE_LABEL_MAX = 104,
    PLACE_LEAST = 72,
    START_SIZE = 24,
    WAY_PAD = 10,
    WAY_ICON = 20,
    WAY_LABEL_MAX = 84,
};

static const char *const taker_classes[] = {"system", "person", "event", "time"};

/* Drawn in a square of 14, from its upper left corner. */
static const char *const icons[] = {
    /* a wheel */
    "<circle cx=\"7\" cy=\"7\" r=\"3.2\"/><path d=\"M7 .8v2M7 11.2v2M.8 7h2M11.2 7h2M2.6 2.6l1.4 "
    "1.4M10 10l1.4 1.4M2.6 11.4L4 10M10 4l1.4-1.4\"/>",
    /* a head and shoulders */
    "<circle cx=\"7\" cy=\"4.2\" r=\"2.7\"/><path d=\"M1.8 13c.4-3.2 2.4-4.8 5.2-4.8s4.8 1.6 5.2 "
    "4.8\"/>",
    /* a letter */
    "<rect x=\"1\" y=\"2.6\" width=\"12\" height=\"9\" rx=\"1.6\" style=\"fill:none;stroke:"
    "inherit;stroke-width:1.5;stroke-dasharray:none\"/><path d=\"M1.6 3.6L7 8l5.4-4.4\"/>",
    /* a clock */
    "<circle cx=\"7\" cy=\"7\" r=\"5.8\"/><path d=\"M7 3.6V7l2.4 1.6\"/>",
};

struct text draw_label(struct text name, struct text en, struct text ru,
                       enum draw_language language)
{
    struct text label = language == DRAW_RUSSIAN ? ru : en;
    return text_is_given(label) && label.bytes > 0 ? label : name;
}

/* ---- sizes ---- */

static bool is_given(const struct net *net, int place)
{
    for (size_t i = 0; i < net->transition_count; i++) {
        if (bit_set_has(&net->transitions[i].gives, (size_t)place)) {
            return true;
        }
    }
    return false;
}

/* A start that nothing leads back to is a dot: no case ever rests there. */
static bool is_dot(const struct net *net, int place)
{
    return bit_set_has(&net->start, (size_t)place) && !net->places[place].is_end &&
           !is_given(net, place);
}

static void size_place(struct sketch *sketch, struct box *box, enum draw_language language)
{
    const struct net_place *place = &sketch->net->places[box->index];
    if (is_dot(sketch->net, box->index)) {
        box->width = box->height = START_SIZE;
        return;
    }
    box->label = label_wrap(sketch->arena, draw_label(place->name, place->en, place->ru, language),
                            PLACE_LABEL_MAX);
    int bold = box->label.width + box->label.width / 12;
    box->width = bold + 2 * PLACE_PAD;
    box->width = box->width < PLACE_LEAST ? PLACE_LEAST : box->width;
    box->height = (int)box->label.count * LINE + 24;
}

static void size_way(struct sketch *sketch, struct box *box, enum draw_language language)
{
    const struct net_transition *way = &sketch->net->transitions[box->index];
    box->label =
        label_wrap(sketch->arena, draw_label(way->name, way->en, way->ru, language), WAY_LABEL_MAX);
    box->width = box->label.width + WAY_ICON + 2 * WAY_PAD;
    box->height = (int)box->label.count * LINE + 12;
}

void box_set_sizes(struct sketch *sketch, enum draw_language language)
{
    for (int i = 0; i < sketch->box_count; i++) {
        struct box *box = &sketch->boxes[i];
        if (box->kind == BOX_PLACE) {
            size_place(sketch, box, language);
        } else if (box->kind == BOX_TRANSITION) {
            size_way(sketch, box, language);
        }
        box->width += box->width % 2; /* so that the middle is a whole pixel */
    }
}

/* ---- drawing ---- */

/* Lines around the middle (x, y). */
static void write_lines(struct writer *writer, const struct label_lines *label, int x, int y,
                        bool is_centered)
{
    int first = y - ((int)label->count - 1) * LINE / 2 + 4;
    for (size_t i = 0; i < label->count; i++) {
        write_format(writer, "<text x=\"%d\" y=\"%d\"%s>", x, first + (int)i * LINE,
                     is_centered ? " text-anchor=\"middle\"" : "");
        write_escaped(writer, label->lines[i]);
        write_text(writer, TEXT("</text>"));
    }
}

static void write_title(struct writer *writer, struct text name, struct text en, struct text ru)
{
    write_text(writer, TEXT("<title>"));
    write_escaped(writer, name);
    const struct text labels[] = {en, ru};
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        bool says_more = labels[i].bytes > 0 && !text_equals(labels[i], name) &&
                         !(i == 1 && text_equals(ru, en));
        if (says_more) {
            write_text(writer, TEXT(" · "));
            write_escaped(writer, labels[i]);
        }
    }
    write_text(writer, TEXT("</title>"));
}

/* grow: how far it stands out from the box on each side. */
static void write_frame(struct writer *writer, const struct box *box, int x, int grow,
                        const char *class_name)
{
    int top = (int)box->y - box->height / 2;
    int round = box->kind == BOX_PLACE ? 9 : box->height < 32 ? box->height / 2 : 15;
    write_format(writer, "<rect%s%s%s x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>",
                 class_name ? " class=\"" : "", class_name ? class_name : "",
                 class_name ? "\"" : "", x - box->width / 2 - grow, top - grow,
                 box->width + 2 * grow, box->height + 2 * grow, round + grow);
}

static void write_place(struct writer *writer, const struct sketch *sketch, const struct box *box,
                        int x, const struct draw_options *options)
{
    const struct net_place *place = &sketch->net->places[box->index];
    bool is_trouble = bit_set_has(&options->trouble, (size_t)box->index);
    bool is_lit = bit_set_has(&options->marking, (size_t)box->index);
    write_format(writer, "<g class=\"place%s\">", is_trouble ? " trouble" : is_lit ? " lit" : "");
    write_title(writer, place->name, place->en, place->ru);
    if (is_dot(sketch->net, box->index)) {
        write_format(writer, "<circle class=\"dot\" cx=\"%d\" cy=\"%d\" r=\"%d\"/></g>\n", x,
                     (int)box->y, START_SIZE / 2);
        return;
    }
    if (is_trouble || is_lit) {
        write_frame(writer, box, x, 4, "halo");
    }
    write_frame(writer, box, x, 0, NULL);
    if (place->is_end) {
        write_frame(writer, box, x, -4, "inner");
    }
    write_lines(writer, &box->label, x, (int)box->y, true);
    write_text(writer, TEXT("</g>\n"));
}

static void write_icon(struct writer *writer, enum net_taker taker, int x, int y)
{
    write_format(writer, "<g class=\"icon\" transform=\"translate(%d %d)\">", x, y);
    write_text(writer, text_of(icons[taker]));
    write_text(writer, TEXT("</g>"));
}

/* The first few times it is gone. */
static void write_steps(struct writer *writer, const struct box *box, int x,
                        const struct draw_options *options)
{
    int shown = 0;
    for (size_t i = 0; i < options->path_count && shown < 3; i++) {
        if (options->path[i] == box->index) {
            int at = x - box->width / 2 + 4 + 21 * shown++;
            int top = (int)box->y - box->height / 2;
            write_format(writer,
                         "<g class=\"step\"><circle cx=\"%d\" cy=\"%d\" r=\"10\"/><text "
                         "x=\"%d\" y=\"%d\" text-anchor=\"middle\">%zu</text></g>",
                         at, top, at, top + 4, i + 1);
        }
    }
}

static void write_way(struct writer *writer, const struct sketch *sketch, const struct box *box,
                      int x, const struct draw_options *options)
{
    const struct net_transition *way = &sketch->net->transitions[box->index];
    bool is_sure = way->when == NET_ALWAYS || way->when == NET_ELSE;
    MUST((size_t)way->taken_by < COUNT_OF(taker_classes));
    write_format(writer, "<g class=\"way %s%s\">", taker_classes[way->taken_by],
                 is_sure ? "" : " unsure");
    write_title(writer, way->name, way->en, way->ru);
    write_frame(writer, box, x, 0, NULL);
    int left = x - box->width / 2 + WAY_PAD;
    write_icon(writer, way->taken_by, left - 2, (int)box->y - 7);
    write_lines(writer, &box->label, left + WAY_ICON, (int)box->y, false);
    write_steps(writer, box, x, options);
    write_text(writer, TEXT("</g>\n"));
}

void write_boxes(struct writer *writer, const struct sketch *sketch,
                 const struct draw_options *options)
{
    for (int i = 0; i < sketch->box_count; i++) {
        const struct box *box = &sketch->boxes[i];
        if (box->kind == BOX_BEND) {
            continue;
        }
        int x = (sketch->column_left[box->layer] + sketch->column_right[box->layer]) / 2;
        if (box->kind == BOX_PLACE) {
            write_place(writer, sketch, box, x, options);
        } else {
            write_way(writer, sketch, box, x, options);
        }
    }
}

/* ---- the legend ---- */

static const char *const meanings[][2] = {
    {"the program", "программа"},
    {"a person", "человек"},
    {"an event", "событие"},
    {"time", "время"},
    {"only under a condition", "только при условии"},
};

static bool is_used(const struct net *net, size_t meaning)
{
    for (size_t i = 0; i < net->transition_count; i++) {
        enum net_when when = net->transitions[i].when;
        bool is_unsure = when == NET_IF || when == NET_MAYBE;
        if (meaning == COUNT_OF(icons) ? is_unsure : net->transitions[i].taken_by == meaning) {
            return true;
        }
    }
    return false;
}

int write_legend(struct writer *writer, const struct net *net, enum draw_language language)
{
    int x = 0;
    for (size_t i = 0; i < COUNT_OF(meanings); i++) {
        if (!is_used(net, i)) {
            continue;
        }
        bool is_taker = i < COUNT_OF(icons);
        struct text words = text_of(meanings[i][language == DRAW_RUSSIAN]);
        write_format(writer, "<g class=\"way %s\">", is_taker ? taker_classes[i] : "system unsure");
        write_format(writer, "<rect x=\"%d\" y=\"0\" width=\"30\" height=\"22\" rx=\"11\"/>", x);
        if (is_taker) {
            write_icon(writer, (enum net_taker)i, x + 8, 4);
        }
        write_format(writer, "</g><text class=\"small soft\" x=\"%d\" y=\"15\">", x + 37);
        write_escaped(writer, words);
        write_text(writer, TEXT("</text>"));
        x += 37 + label_width(words) + 22;
    }
    return x;
}
