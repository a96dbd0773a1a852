/* config_value.h - one value of a setting: read, checked. Shared by config*.c; no door. */
#ifndef BASE_CONFIG_CONFIG_VALUE_H
#define BASE_CONFIG_CONFIG_VALUE_H

#include "base/config.h"

struct config_value {
    struct text text; /* as written */
    int64_t number;   /* integers, ms, bytes; 0 or 1 for a flag */
    struct text origin;
};

/* Fills text and number; false when it is not what config_expected says. */
bool config__read_value(const struct setting *setting, struct text written,
                        struct config_value *value_out);

/* One assignment of a settings file. */
struct config_line {
    struct text name;
    struct text value;
    size_t number; /* from 1 */
};

/* Cuts the first line off; false at the end. An empty line or a comment has a name without data.
 * what_out is NULL, or what is wrong with the line. */
bool config__next_line(struct text *rest_inout, struct config_line *line_inout,
                       const char **what_out);

/* The whole of a file, or NO_TEXT and a reason. */
struct text config__read_file(struct arena *arena, const char *path, const char **why_out);

#endif
