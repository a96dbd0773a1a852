/* log.h - one JSON line on standard error for each thing worth telling.
 *
 * {"time":"...Z","level":"info","room":"users","message":"...","trace":"...", fields...}
 * A message is a constant; what changes goes into fields. Nothing secret is ever passed here; a
 * field whose name ends in "key", "secret", "password" or "authorization" is written as "***".
 * Safe from every thread; a line is one write(2) of at most 4096 bytes: longer texts end in "...",
 * and fields that do not fit are left out ("cut":true). On a terminal lines are made readable. What
 * cannot be written is lost silently; errno is left as it was.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/must.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* LOG_NOTHING is no level of a line, only a threshold that none passes. */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR, LOG_NOTHING };

struct log_field {
    const char *name;
    bool is_number;
    int64_t number;
    struct text text;
};

#define LOG_TEXT(field_name, value) ((struct log_field){.name = (field_name), .text = (value)})
#define LOG_NUMBER(field_name, value)                                                              \
    ((struct log_field){.name = (field_name), .is_number = true, .number = (int64_t)(value)})

void log_threshold(enum log_level lowest);

/* The trace id of what this thread works on; NO_TEXT for none. The text must outlive its use. */
void log_trace(struct text trace_id);

void log_fields(enum log_level level, const char *room, const char *message,
                const struct log_field *fields, size_t count);

/* log_line(LOG_INFO, "users", "a sentence", LOG_TEXT("file", path), LOG_NUMBER("rows", 5)); at
 * least one field. log_say is the same without fields. */
#define log_line(level, room, message, ...)                                                        \
    log_fields((level), (room), (message), (const struct log_field[]){__VA_ARGS__},                \
               COUNT_OF(((const struct log_field[]){__VA_ARGS__})))
#define log_say(level, room, message) log_fields((level), (room), (message), NULL, 0)

#endif
