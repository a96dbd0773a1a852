/* http.c - headers, escapes and phrases: what answering sides need of HTTP. */
#include "net/http.h"

#include "base/must.h"

#include <string.h>

struct text http_header_value(const struct http_request *request, const char *name)
{
    struct text wanted = text_of(name);
    for (size_t i = 0; i < request->header_count; i++) {
        if (text_equals_ignoring_case(request->headers[i].name, wanted)) {
            return request->headers[i].value;
        }
    }
    return NO_TEXT;
}

struct text http_header_alone(const struct http_request *request, const char *name)
{
    struct text wanted = text_of(name);
    size_t count = 0;
    for (size_t i = 0; i < request->header_count; i++) {
        count += text_equals_ignoring_case(request->headers[i].name, wanted);
    }
    return count == 1 ? http_header_value(request, name) : NO_TEXT;
}

void http_answer_header(struct http_answer *answer, const char *name, struct text value)
{
    MUST(answer->header_count < COUNT_OF(answer->headers));
    MUST(name != NULL && name[0] != '\0');
    answer->headers[answer->header_count++] =
        (struct http_header){.name = text_of(name), .value = value};
}

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    char lower = (char)(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool http_decode(struct arena *arena, struct text encoded, bool is_query, struct text *decoded_out)
{
    char *decoded = arena_take_raw(arena, encoded.bytes + 1);
    size_t bytes = 0;
    for (size_t i = 0; i < encoded.bytes; i++) {
        char byte = encoded.data[i];
        if (byte == '%') {
            int high = i + 2 < encoded.bytes ? hex_digit(encoded.data[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(encoded.data[i + 2]) : -1;
            if (low < 0) {
                return false;
            }
            byte = (char)(high * 16 + low);
            i += 2;
        } else if (byte == '+' && is_query) {
            byte = ' ';
        }
        if (byte == '\0') {
            return false;
        }
        decoded[bytes++] = byte;
    }
    decoded[bytes] = '\0';
    *decoded_out = (struct text){decoded, bytes};
    return text_is_utf8(*decoded_out);
}

static const struct {
    int status;
    const char *phrase;
} phrases[] = {
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

const char *http_phrase(int status)
{
    if (status == 200) {
        return "OK";
    }
    for (size_t i = 0; i < COUNT_OF(phrases); i++) {
        if (phrases[i].status == status) {
            return phrases[i].phrase;
        }
    }
    return "Unknown";
}
