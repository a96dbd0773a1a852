/* case_picture.c - draws workflows for people who look at cases. */
#include "engine/shelf/case_picture.h"

#include "engine/shelf/judged_show.h"

const char *const picture_languages[PICTURE_LANGUAGES] = {"en", "ru"};
const char *const picture_themes[PICTURE_THEMES] = {"auto", "light", "dark"};

static struct draw_options options_of(const struct picture_look *look)
{
    bool is_light = text_equals(look->theme, TEXT("light"));
    bool is_dark = text_equals(look->theme, TEXT("dark"));
    bool is_russian = text_equals(look->language, TEXT("ru"));
    return (struct draw_options){
        .language = is_russian ? DRAW_RUSSIAN : DRAW_ENGLISH,
        .theme = is_light  ? DRAW_LIGHT
                 : is_dark ? DRAW_DARK
                           : DRAW_AUTO,
        .caption = NO_TEXT,
    };
}

/* Drawing needs much for a moment, and the picture little for longer. */
static struct text draw(struct arena *arena, const struct workflow_net *made,
                        const struct draw_options *options)
{
    struct arena *drawing = arena_create("picture", DRAW_ARENA_BYTES);
    struct text svg = text_copy(arena, draw_net(drawing, &made->net, options));
    arena_destroy(&drawing);
    return svg;
}

struct text case_picture(struct arena *arena, const struct workflow *workflow,
                         const struct case_record *record, const struct picture_look *look)
{
    struct draw_options options = options_of(look);
    for (size_t i = 1; record != NULL && i < workflow->place_count; i++) {
        if (bit_set_has(&record->marking, i) && !workflow->places[i].is_hidden) {
            bit_set_add(&options.marking, i);
        }
    }
    return draw(arena, workflow_net(arena, workflow), &options);
}

struct text judged_picture(struct arena *arena, const struct judged *judged,
                           const struct picture_look *look)
{
    struct draw_options options = options_of(look);
    judged_show_fault(judged, &options);
    return draw(arena, judged->made, &options);
}
