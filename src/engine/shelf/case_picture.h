/* case_picture.h - the picture of a workflow, and where a case is in it. Inside the room only. */
#ifndef ENGINE_SHELF_CASE_PICTURE_H
#define ENGINE_SHELF_CASE_PICTURE_H

#include "engine/draw/draw.h"
#include "engine/run/case_record.h"

/* How somebody wants to see it. */
struct picture_look {
    struct text language; /* "ru"; otherwise English */
    struct text theme;    /* "light", "dark"; otherwise as his system is */
};
#define PICTURE_LOOK_FIELDS(structure)                                                             \
    {.name = "language",                                                                           \
     .kind = FIELD_CHOICE,                                                                         \
     .offset = offsetof(structure, look.language),                                                 \
     .place = FIELD_IN_QUERY,                                                                      \
     .bytes_max = 2,                                                                               \
     .choices = picture_languages,                                                                 \
     .choice_count = PICTURE_LANGUAGES,                                                            \
     .meaning = "Of its labels; en unless it says ru"},                                            \
    {                                                                                              \
        .name = "theme", .kind = FIELD_CHOICE, .offset = offsetof(structure, look.theme),          \
        .place = FIELD_IN_QUERY, .bytes_max = 5, .choices = picture_themes,                        \
        .choice_count = PICTURE_THEMES,                                                            \
        .meaning = "By day or by night; as the reader's system has it unless it says so"           \
    }

enum { PICTURE_LANGUAGES = 2, PICTURE_THEMES = 3 };
extern const char *const picture_languages[PICTURE_LANGUAGES];
extern const char *const picture_themes[PICTURE_THEMES];

/* SVG. Places without a name for people are not lit; the record, NULL for none, is of this
 * workflow. */
struct text case_picture(struct arena *arena, const struct workflow *workflow,
                         const struct case_record *record, const struct picture_look *look);

/* What was judged, drawn with the first fault that has something to show. */
struct judged;
struct text judged_picture(struct arena *arena, const struct judged *judged,
                           const struct picture_look *look);

#endif
