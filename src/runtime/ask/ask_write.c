/* ask_write.c - what is asked, as the path and the query of a request.
 *
 * Also when the other service runs here: so what it accepts, and what it refuses, does not depend
 * on where it runs.
 */
#include "base/clock.h"
#include "base/id.h"
#include "runtime/ask/ask_inside.h"

#include <string.h>

static struct text write_texts(struct arena *arena, const struct texts *texts)
{
    struct text list = NO_TEXT;
    for (size_t i = 0; i < texts->count; i++) {
        list = i == 0
                   ? texts->items[0]
                   : text_format(arena, "%.*s,%.*s", TEXT_ARGS(list), TEXT_ARGS(texts->items[i]));
    }
    return list;
}

static struct text write_id(struct arena *arena, struct id id)
{
    char written[ID_TEXT_BYTES + 1];
    id_write(id, written);
    return id_is_none(id) ? NO_TEXT : text_copy(arena, text_of(written));
}

static struct text write_time(struct arena *arena, int64_t wall_ms)
{
    char written[CLOCK_TEXT_BYTES + 1];
    clock_write(wall_ms, written);
    return wall_ms == 0 ? NO_TEXT : text_copy(arena, text_of(written));
}

/* NO_TEXT when it is none. */
static struct text write_field(struct arena *arena, const struct field *field, const void *sends)
{
    const void *member = (const char *)sends + field->offset;
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_EMAIL:
    case FIELD_PHONE:
        return *(const struct text *)member;
    case FIELD_INTEGER: {
        int64_t number = *(const int64_t *)member;
        return number == FIELD_NONE ? NO_TEXT : text_format(arena, "%lld", (long long)number);
    }
    case FIELD_FLAG:
        return *(const bool *)member ? TEXT("true") : TEXT("false");
    case FIELD_ID:
        return write_id(arena, *(const struct id *)member);
    case FIELD_TIME:
        return write_time(arena, *(const int64_t *)member);
    case FIELD_TEXTS:
        return write_texts(arena, member);
    case FIELD_OBJECT:
    case FIELD_JSON:
    case FIELD_KIND_COUNT:
        break;
    }
    must_failed(__FILE__, __LINE__, "ask_check has let an object into a query");
}

static bool is_unreserved(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

static struct text escape(struct arena *arena, struct text text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *escaped = arena_take_raw(arena, text.bytes * 3 + 1);
    size_t bytes = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (is_unreserved(byte)) {
            escaped[bytes++] = (char)byte;
        } else {
            escaped[bytes++] = '%';
            escaped[bytes++] = digits[byte >> 4];
            escaped[bytes++] = digits[byte & 15];
        }
    }
    return (struct text){escaped, bytes};
}

static const struct field *find_sent(const struct ask *ask, const char *name)
{
    for (size_t i = 0; ask->sends != NULL && i < ask->sends->field_count; i++) {
        if (strcmp(ask->sends->fields[i].name, name) == 0) {
            return &ask->sends->fields[i];
        }
    }
    return NULL;
}

/* What no client could put into a path either: nothing, and what means "this folder". */
static bool is_no_segment(struct text value)
{
    return value.bytes == 0 || text_equals(value, TEXT(".")) || text_equals(value, TEXT(".."));
}

static void add_to_query(struct ask_run *run, const char *name, struct text value)
{
    struct arena *arena = run->desk->arena;
    struct text escaped = escape(arena, value);
    run->query = run->query.data == NULL ? text_format(arena, "%s=%.*s", name, TEXT_ARGS(escaped))
                                         : text_format(arena, "%.*s&%s=%.*s", TEXT_ARGS(run->query),
                                                       name, TEXT_ARGS(escaped));
}

enum status ask_write(struct ask_run *run, const void *sends)
{
    const struct shape *takes = run->plan->route->takes;
    run->path.count = 0;
    run->query = NO_TEXT;
    for (size_t i = 0; takes != NULL && i < takes->field_count; i++) {
        const struct field *field = &takes->fields[i];
        const struct field *sent = find_sent(run->plan->ask, field->name);
        struct text value = sent ? write_field(run->desk->arena, sent, sends) : NO_TEXT;
        if (field->place == FIELD_IN_PATH) {
            if (is_no_segment(value)) {
                return STATUS_ABSENT;
            }
            run->path.items[run->path.count++] = (struct path_value){field->name, value};
        } else if (value.data != NULL) {
            add_to_query(run, field->name, value);
        }
    }
    return STATUS_OK;
}

static struct text path_value(const struct ask_run *run, struct text name)
{
    for (size_t i = 0; i < run->path.count; i++) {
        if (text_equals(text_of(run->path.items[i].name), name)) {
            return run->path.items[i].value;
        }
    }
    must_failed(__FILE__, __LINE__, "service_check has compared the path with its table");
}

struct text ask_target_of(struct ask_run *run)
{
    struct arena *arena = run->desk->arena;
    struct text rest = text_of(run->plan->route->path);
    struct text path = TEXT("");
    while (rest.data != NULL) {
        struct text literal;
        struct text name;
        bool has_name = text_cut(rest, '{', &literal, &rest);
        path = text_join(arena, path, literal);
        if (has_name) {
            text_cut(rest, '}', &name, &rest);
            path = text_join(arena, path, escape(arena, path_value(run, name)));
        }
    }
    return run->query.data == NULL
               ? path
               : text_format(arena, "%.*s?%.*s", TEXT_ARGS(path), TEXT_ARGS(run->query));
}
