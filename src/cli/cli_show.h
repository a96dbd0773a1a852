/* cli_show.h - answers of the server as a person reads them.
 *
 * Columns are as wide as their widest text, counted in characters. Line ends and the like inside a
 * value become spaces, so that a value cannot look like a row.
 */
#ifndef CLI_CLI_SHOW_H
#define CLI_CLI_SHOW_H

#include "base/arena.h"
#include "base/json.h"

struct cli_column {
    const char *key; /* of each item */
    const char *title;
};

enum { COLUMNS_MAX = 16 };

/* One line for each object of the array, below a line of titles. */
void cli_show_list(const struct json *items, const struct cli_column *columns, size_t count);

/* One line for each member that is not null. */
void cli_show_object(const struct json *object);

/* The same value as JSON again, a line for each member and item. */
void cli_show_tree(struct arena *arena, const struct json *value);

#endif
