/* input.h - reads what a route takes into its struct, and says no to everything else.
 *
 * Path, query and body are read by the route's table of fields before the handler runs: a handler
 * never sees an unknown field, a wrong type, a text too long or bytes that are not UTF-8. All
 * complaints are told at once, each with the name of its field.
 */
#ifndef RUNTIME_INPUT_H
#define RUNTIME_INPUT_H

#include "runtime/service.h"

enum { PATH_VALUES_MAX = 8 };

struct path_value {
    const char *name;  /* of the template: "user_id" */
    struct text value; /* decoded */
};

struct path_values {
    struct path_value items[PATH_VALUES_MAX];
    size_t count;
};

/* OK with call->input and call->given filled; REFUSED with a problem answered. */
NODISCARD enum status input_read(struct call *call, const struct path_values *path);

/* Reads what another service wrote: the members that the shape knows, by the same rules; others are
 * left alone, because a newer service may say more. MALFORMED: error_out says which and why. */
struct input_data {
    const void *structure;
    uint64_t given;
};
NODISCARD enum status input_read_data(struct arena *arena, const struct shape *shape,
                                      struct text json, struct input_data *data_out,
                                      struct text *error_out);

/* Reads one text by one field's rules; the message says what is wrong with it. For the command line
 * and for input_read itself. */
struct field_reading {
    const char *code; /* NULL: fine */
    struct text message;
};
struct field_reading field_read_text(struct arena *arena, const struct field *field,
                                     struct text text, void *structure);

#endif
