/* log.c - builds a line on the stack and writes it with one write(2).
 *
 * The memory is bounded: what does not fit is cut, never a line torn. Nothing here takes from the
 * heap or waits for another thread, so that a fault can always be told.
 */
#include "base/log.h"

#include "base/clock.h"
#include "base/must.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum {
    LINE_BYTES_MAX = 4096, /* a pipe takes so many at once without mixing them with others */
    TEXT_BYTES_MAX = 1000, /* of one text as written; head and trace fit a line together */
    END_BYTES = 16,        /* kept free for what closes a line */
};

struct line {
    size_t bytes;
    bool is_full;
    char data[LINE_BYTES_MAX];
};

static const char *const level_names[] = {"debug", "info", "warning", "error"};

/* As they stand on a terminal: of one width, the two that matter in colour. */
static const char *const level_signs[] = {"debug  ", "info   ", "\033[33mwarning\033[0m",
                                          "\033[31merror  \033[0m"};

static _Atomic int threshold = LOG_INFO;
static _Thread_local struct text trace;

void log_threshold(enum log_level lowest)
{
    MUST(lowest >= LOG_DEBUG && lowest <= LOG_NOTHING);
    atomic_store_explicit(&threshold, (int)lowest, memory_order_relaxed);
}

void log_trace(struct text trace_id)
{
    trace = trace_id;
}

/* Appends all of it or, when the line is full, nothing from here on. */
static void put(struct line *line, const char *data, size_t bytes)
{
    if (line->is_full || bytes > sizeof line->data - END_BYTES - line->bytes) {
        line->is_full = true;
        return;
    }
    memcpy(line->data + line->bytes, data, bytes);
    line->bytes += bytes;
}

static void put_words(struct line *line, const char *words)
{
    put(line, words, strlen(words));
}

static void put_number(struct line *line, int64_t number)
{
    char digits[24];
    int bytes = snprintf(digits, sizeof digits, "%lld", (long long)number);
    put(line, digits, (size_t)bytes);
}

/* U+0000 to U+001F, U+007F to U+009F: a terminal would obey them. */
static bool is_control(unsigned char first, unsigned char second)
{
    return first < 0x20 || first == 0x7F || (first == 0xC2 && second < 0xA0);
}

/* One letter as it may stand in a JSON string and on a terminal; answers the bytes it took. */
static size_t put_letter(struct line *line, const char *at, size_t left)
{
    size_t bytes = text_utf8_sequence(at, left);
    if (bytes == 0) {
        put_words(line, "\\ufffd"); /* not UTF-8: it is shown that something was here */
        return 1;
    }
    unsigned char first = (unsigned char)at[0];
    unsigned char second = bytes > 1 ? (unsigned char)at[1] : 0;
    if (first == '"' || first == '\\') {
        const char escape[] = {'\\', *at};
        put(line, escape, sizeof escape);
    } else if (is_control(first, second)) {
        char escape[8];
        snprintf(escape, sizeof escape, "\\u%04x", bytes > 1 ? second : first);
        put_words(line, escape);
    } else {
        put(line, at, bytes);
    }
    return bytes;
}

static void put_quoted(struct line *line, struct text text)
{
    put_words(line, "\"");
    size_t start = line->bytes;
    size_t at = 0;
    while (at < text.bytes && !line->is_full && line->bytes - start < TEXT_BYTES_MAX) {
        at += put_letter(line, text.data + at, text.bytes - at);
    }
    put_words(line, at < text.bytes ? "...\"" : "\"");
}

/* Nobody should pass a secret; if somebody does, its name gives it away. */
static bool is_secret(const char *name)
{
    static const char *const endings[] = {"key", "secret", "password", "authorization"};
    struct text whole = text_of(name);
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        size_t bytes = strlen(endings[i]);
        if (whole.bytes >= bytes &&
            text_equals_ignoring_case(text_slice(whole, whole.bytes - bytes, whole.bytes),
                                      text_of(endings[i]))) {
            return true;
        }
    }
    return false;
}

static void put_value(struct line *line, const struct log_field *field)
{
    if (is_secret(field->name)) {
        put_words(line, "\"***\"");
    } else if (field->is_number) {
        put_number(line, field->number);
    } else if (field->text.data == NULL) {
        put_words(line, "null");
    } else {
        put_quoted(line, field->text);
    }
}

/* A field that does not fit any more is left out whole, and all after it. */
static void put_fields(struct line *line, const struct log_field *fields, size_t count,
                       bool is_json)
{
    for (size_t i = 0; i < count; i++) {
        size_t before = line->bytes;
        MUST(fields[i].name != NULL);
        put_words(line, is_json ? ",\"" : " ");
        put_words(line, fields[i].name);
        put_words(line, is_json ? "\":" : "=");
        put_value(line, &fields[i]);
        if (line->is_full) {
            line->bytes = before;
            return;
        }
    }
}

static void put_json_head(struct line *line, enum log_level level, const char *room,
                          const char *message)
{
    char time[CLOCK_TEXT_BYTES + 1];
    clock_write(clock_wall_ms(), time);
    put_words(line, "{\"time\":\"");
    put_words(line, time);
    put_words(line, "\",\"level\":\"");
    put_words(line, level_names[level]);
    put_words(line, "\",\"room\":");
    put_quoted(line, text_of(room));
    put_words(line, ",\"message\":");
    put_quoted(line, text_of(message));
    if (trace.data != NULL) {
        put_words(line, ",\"trace\":");
        put_quoted(line, trace);
    }
}

/* 06:52:00 warning users: a sentence file="/tmp/x" rows=5 trace="..." */
static void put_person_head(struct line *line, enum log_level level, const char *room,
                            const char *message)
{
    char time[CLOCK_TEXT_BYTES + 1];
    clock_write(clock_wall_ms(), time);
    put(line, time + 11, 8);
    put_words(line, " ");
    put_words(line, level_signs[level]);
    put_words(line, " ");
    put_words(line, room);
    put_words(line, ": ");
    put_words(line, message);
    if (trace.data != NULL) {
        put_words(line, " trace=");
        put_quoted(line, trace);
    }
}

/* The end has room kept for it, and says so when something was left out. */
static void put_end(struct line *line, bool is_json)
{
    const char *words =
        line->is_full ? (is_json ? ",\"cut\":true}\n" : " (cut)\n") : (is_json ? "}\n" : "\n");
    line->is_full = false;
    size_t bytes = strlen(words);
    MUST(bytes <= END_BYTES);
    memcpy(line->data + line->bytes, words, bytes);
    line->bytes += bytes;
}

void log_fields(enum log_level level, const char *room, const char *message,
                const struct log_field *fields, size_t count)
{
    MUST(room != NULL && message != NULL);
    MUST(level >= LOG_DEBUG && level <= LOG_ERROR);
    if ((int)level < atomic_load_explicit(&threshold, memory_order_relaxed)) {
        return;
    }
    int error_before = errno;
    struct line line;
    line.bytes = 0;
    line.is_full = false;
    bool is_json = isatty(STDERR_FILENO) == 0;
    if (is_json) {
        put_json_head(&line, level, room, message);
    } else {
        put_person_head(&line, level, room, message);
    }
    MUST(!line.is_full); /* its parts are bounded, and together smaller than a line */
    put_fields(&line, fields, count, is_json);
    put_end(&line, is_json);
    ssize_t written;
    do {
        written = write(STDERR_FILENO, line.data, line.bytes);
    } while (written < 0 && errno == EINTR);
    errno = error_before; /* whoever logs is often about to look at it */
}
