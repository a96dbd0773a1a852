/* judged_show.c - complaints and faults, written for others. */
#include "engine/shelf/judged_show.h"

static void put_complaint(struct json_writer *writer, struct spot at, struct text sentence)
{
    json_begin_object(writer);
    if (at.line > 0) {
        json_key(writer, "line");
        json_put_integer(writer, at.line);
        json_key(writer, "column");
        json_put_integer(writer, at.column);
    }
    json_key(writer, "sentence");
    json_put_text(writer, sentence);
    json_end_object(writer);
}

static void put_complaints(struct json_writer *writer, const struct judged *judged,
                           struct text trouble)
{
    json_key(writer, "complaints");
    json_begin_array(writer);
    if (text_is_given(trouble)) {
        put_complaint(writer, (struct spot){0, 0}, trouble);
    }
    for (size_t i = 0; judged->complaints != NULL && i < judged->complaints->count; i++) {
        const struct complaint *complaint = &judged->complaints->items[i];
        put_complaint(writer, complaint->at, complaint->sentence);
    }
    for (size_t i = 0; i < judged->soundness.fault_count; i++) {
        const struct unsound *fault = &judged->soundness.faults[i];
        put_complaint(writer, judged_spot(judged, fault), fault->sentence);
    }
    json_end_array(writer);
}

void judged_put(struct json_writer *writer, const struct judged *judged, struct text trouble)
{
    json_key(writer, "ok");
    json_put_flag(writer, !text_is_given(trouble) && judged_is_fine(judged));
    if (judged->workflow != NULL) {
        json_key(writer, "workflow");
        json_put_text(writer, judged->workflow->name);
        json_key(writer, "version");
        json_put_integer(writer, judged->workflow->version);
    }
    put_complaints(writer, judged, trouble);
    if (judged->workflow != NULL) {
        json_key(writer, "soundness");
        soundness_write_json(writer, &judged->made->net, &judged->soundness);
    }
}

void judged_show_fault(const struct judged *judged, struct draw_options *options)
{
    for (size_t i = 0; i < judged->soundness.fault_count; i++) {
        const struct unsound *fault = &judged->soundness.faults[i];
        if (i == 0 || (!text_is_given(options->caption) && fault->has_path)) {
            options->marking = fault->marking;
            options->trouble = fault->places;
            options->path = fault->path;
            options->path_count = fault->path_count;
            options->caption = fault->sentence;
        }
    }
}
