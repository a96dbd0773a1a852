/* http_parse.c - finds and reads the head of a request, strictly.
 *
 * Beyond RFC 9112 this refuses what only attackers send: a Content-Length beside a
 * Transfer-Encoding, two Content-Lengths even when equal, a bare line feed, a folded header, a
 * Transfer-Encoding that is not exactly "chunked", a Host that differs from an absolute target.
 */
#include "net/http_parse.h"

#include "base/must.h"

#include <string.h>

enum {
    REQUEST_LINE_EXTRA_BYTES = 64, /* the method, the version and two spaces */
    METHOD_BYTES_MAX = 32,
    CONTENT_LENGTH_DIGITS_MAX = 18, /* what fits int64_t */
};

const struct http_refusal http_refusal_framing = {
    .status = 400, .code = "bad_framing", .message = "The request is not well-formed HTTP."};
const struct http_refusal http_refusal_target_long = {
    .status = 414, .code = "target_too_long", .message = "The address of the request is too long."};
const struct http_refusal http_refusal_head_large = {
    .status = 431,
    .code = "head_too_large",
    .message = "The headers of the request are too large."};
const struct http_refusal http_refusal_version = {
    .status = 505,
    .code = "bad_version",
    .message = "Only HTTP/1.0, HTTP/1.1 and HTTP/2 are spoken."};
const struct http_refusal http_refusal_coding = {
    .status = 501, .code = "bad_coding", .message = "The only transfer coding is chunked."};
const struct http_refusal http_refusal_expectation = {
    .status = 417, .code = "bad_expectation", .message = "The only expectation is 100-continue."};

/* Sets of bytes, one bit for each. */
struct byte_set {
    uint32_t words[8];
};

/* Of a name: letters, digits and !#$%&'*+-.^_`|~ */
static const struct byte_set token_bytes = {{0, 0x03ff6cfau, 0xc7fffffeu, 0x57ffffffu}};

/* Of a value: everything but controls; a tab is none, bytes from 0x80 are not looked into. */
static const struct byte_set value_bytes = {{0x00000200u, 0xffffffffu, 0xffffffffu, 0x7fffffffu,
                                             0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu}};

/* Of a target: visible ASCII without '#', because a fragment is never sent. */
static const struct byte_set target_bytes = {{0, 0xfffffff6u, 0xffffffffu, 0x7fffffffu}};

/* Of a host: letters, digits and -._~:[]% */
static const struct byte_set host_bytes = {{0, 0x07ff6020u, 0xaffffffeu, 0x47fffffeu}};

static bool is_in(const struct byte_set *set, char byte)
{
    unsigned char number = (unsigned char)byte;
    return (set->words[number >> 5] >> (number & 31)) & 1u;
}

static bool is_made_of(const struct byte_set *set, struct text text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        if (!is_in(set, text.data[i])) {
            return false;
        }
    }
    return true;
}

bool http_is_token(struct text name)
{
    return name.bytes > 0 && is_made_of(&token_bytes, name);
}

bool http_is_value(struct text value)
{
    return is_made_of(&value_bytes, value);
}

/* ---- finding the end of the head ---- */

static enum http_scan_result scan_refused(struct http_scan *scan,
                                          const struct http_refusal *refusal)
{
    scan->refusal = refusal;
    return HTTP_SCAN_REFUSED;
}

static bool is_line_too_long(const struct http_head_limits *limits, const struct http_scan *scan,
                             size_t line_end)
{
    return scan->line_count == 0 &&
           line_end - scan->line_start > limits->target_bytes_max + REQUEST_LINE_EXTRA_BYTES;
}

/* One whole line, line_end being where its line feed stands. */
static enum http_scan_result scan_line(const struct http_head_limits *limits, struct text input,
                                       struct http_scan *scan, size_t line_end)
{
    if (is_line_too_long(limits, scan, line_end)) {
        return scan_refused(scan, &http_refusal_target_long);
    }
    if (line_end + 1 > limits->head_bytes_max) {
        return scan_refused(scan, &http_refusal_head_large);
    }
    if (line_end == scan->line_start || input.data[line_end - 1] != '\r') {
        return scan_refused(scan, &http_refusal_framing);
    }
    bool is_empty = line_end - 1 == scan->line_start;
    scan->line_start = line_end + 1;
    if (!is_empty) {
        scan->line_count++;
        bool too_many = scan->line_count > limits->header_count_max + 1;
        return too_many ? scan_refused(scan, &http_refusal_head_large) : HTTP_SCAN_MORE;
    }
    if (scan->line_count > 0) {
        scan->head_bytes = line_end + 1;
        return HTTP_SCAN_COMPLETE;
    }
    if (scan->start > 0) { /* RFC 9112 2.2 asks to forgive one empty line, and no more */
        return scan_refused(scan, &http_refusal_framing);
    }
    scan->start = line_end + 1;
    return HTTP_SCAN_MORE;
}

/* What cannot begin a request is refused at its first byte: TLS on a plain port, for one. */
static bool may_begin(char byte)
{
    return is_in(&token_bytes, byte) || byte == '\r' || byte == '\n';
}

enum http_scan_result http_scan_head(const struct http_head_limits *limits, struct text input,
                                     struct http_scan *scan)
{
    MUST(scan->looked_at <= input.bytes);
    while (scan->looked_at < input.bytes) {
        if (scan->line_count == 0 && !may_begin(input.data[scan->line_start])) {
            return scan_refused(scan, &http_refusal_framing);
        }
        const char *from = input.data + scan->looked_at;
        const char *found = memchr(from, '\n', input.bytes - scan->looked_at);
        if (found == NULL) {
            scan->looked_at = input.bytes;
            break;
        }
        size_t line_end = (size_t)(found - input.data);
        scan->looked_at = line_end + 1;
        enum http_scan_result result = scan_line(limits, input, scan, line_end);
        if (result != HTTP_SCAN_MORE) {
            return result;
        }
    }
    if (is_line_too_long(limits, scan, input.bytes)) {
        return scan_refused(scan, &http_refusal_target_long);
    }
    if (input.bytes >= limits->head_bytes_max) {
        return scan_refused(scan, &http_refusal_head_large);
    }
    return HTTP_SCAN_MORE;
}

/* ---- the request line ---- */

enum http_method http_parse_method(struct text name)
{
    static const struct {
        struct text name;
        enum http_method method;
    } methods[] = {
        {{"GET", 3}, HTTP_GET},         {{"HEAD", 4}, HTTP_HEAD},   {{"POST", 4}, HTTP_POST},
        {{"PUT", 3}, HTTP_PUT},         {{"PATCH", 5}, HTTP_PATCH}, {{"DELETE", 6}, HTTP_DELETE},
        {{"OPTIONS", 7}, HTTP_OPTIONS},
    };
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        if (text_equals(name, methods[i].name)) {
            return methods[i].method;
        }
    }
    return HTTP_METHOD_OTHER;
}

/* What follows "http://host"; NO_TEXT when the target is not absolute. */
static struct text behind_authority(struct text target, struct text *authority_out)
{
    static const struct text schemes[] = {{"http://", 7}, {"https://", 8}};
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        size_t skipped = schemes[i].bytes;
        if (target.bytes > skipped &&
            text_equals_ignoring_case(text_slice(target, 0, skipped), schemes[i])) {
            size_t end = skipped;
            while (end < target.bytes && target.data[end] != '/' && target.data[end] != '?') {
                end++;
            }
            *authority_out = text_slice(target, skipped, end);
            return text_slice(target, end, target.bytes);
        }
    }
    return NO_TEXT;
}

bool http_parse_target(struct text target, struct text *path_out, struct text *query_out)
{
    if (target.bytes == 0 || !is_made_of(&target_bytes, target)) {
        return false;
    }
    struct text rest = target;
    if (target.data[0] != '/') {
        struct text authority = NO_TEXT;
        rest = behind_authority(target, &authority);
        if (authority.bytes == 0 || !is_made_of(&host_bytes, authority)) {
            return false;
        }
    }
    const char *mark = rest.bytes ? memchr(rest.data, '?', rest.bytes) : NULL;
    size_t path_bytes = mark ? (size_t)(mark - rest.data) : rest.bytes;
    *path_out = path_bytes ? text_slice(rest, 0, path_bytes) : TEXT("/");
    *query_out = mark ? text_slice(rest, path_bytes + 1, rest.bytes) : NO_TEXT;
    return true;
}

static const struct http_refusal *parse_version(struct text version, struct http_head *head)
{
    if (version.bytes != 8 || memcmp(version.data, "HTTP/", 5) != 0 || version.data[6] != '.') {
        return &http_refusal_framing;
    }
    char major = version.data[5];
    char minor = version.data[7];
    if (major < '0' || major > '9' || minor < '0' || minor > '9') {
        return &http_refusal_framing;
    }
    if (major != '1' || minor > '1') {
        return &http_refusal_version;
    }
    head->minor_version = (unsigned)(minor - '0');
    head->keeps_alive = minor == '1';
    return NULL;
}

static const struct http_refusal *parse_request_line(const struct http_head_limits *limits,
                                                     struct text line, struct http_head *head)
{
    struct text rest;
    struct text version;
    if (!text_cut(line, ' ', &head->method_name, &rest) ||
        !text_cut(rest, ' ', &head->target, &version)) {
        return &http_refusal_framing;
    }
    if (!http_is_token(head->method_name) || head->method_name.bytes > METHOD_BYTES_MAX) {
        return &http_refusal_framing;
    }
    if (head->target.bytes > limits->target_bytes_max) {
        return &http_refusal_target_long;
    }
    const struct http_refusal *refusal = parse_version(version, head);
    if (refusal != NULL) {
        return refusal;
    }
    head->method = http_parse_method(head->method_name);
    if (head->method == HTTP_OPTIONS && text_equals(head->target, TEXT("*"))) {
        head->path = head->target;
        head->query = NO_TEXT;
        return NULL;
    }
    bool is_good = http_parse_target(head->target, &head->path, &head->query);
    return is_good ? NULL : &http_refusal_framing;
}

/* ---- the headers that decide about framing ---- */

/* What has been seen of them so far. */
struct seen {
    struct text host;
    bool length;
    bool coding;
};

static const struct http_refusal *parse_host(struct text value, struct seen *seen,
                                             struct http_head *head)
{
    (void)head;
    if (text_is_given(seen->host) || !is_made_of(&host_bytes, value)) {
        return &http_refusal_framing;
    }
    seen->host = value;
    return NULL;
}

static const struct http_refusal *parse_length(struct text value, struct seen *seen,
                                               struct http_head *head)
{
    bool has_extra_zero = value.bytes > 1 && value.data[0] == '0';
    if (seen->length || value.bytes == 0 || value.bytes > CONTENT_LENGTH_DIGITS_MAX ||
        has_extra_zero) {
        return &http_refusal_framing;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < value.bytes; i++) {
        if (value.data[i] < '0' || value.data[i] > '9') {
            return &http_refusal_framing;
        }
        number = number * 10 + (uint64_t)(value.data[i] - '0');
    }
    seen->length = true;
    head->body_bytes = number;
    return NULL;
}

static const struct http_refusal *parse_coding(struct text value, struct seen *seen,
                                               struct http_head *head)
{
    if (seen->coding || head->minor_version == 0) {
        return &http_refusal_framing;
    }
    seen->coding = true;
    if (text_equals_ignoring_case(value, TEXT("chunked"))) {
        head->is_chunked = true;
        return NULL;
    }
    bool is_list = value.bytes == 0 || memchr(value.data, ',', value.bytes) != NULL;
    return is_list ? &http_refusal_framing : &http_refusal_coding;
}

/* Spaces and tabs only: text_trim would also forgive a stray carriage return. */
static struct text trim_blanks(struct text value)
{
    while (value.bytes > 0 && (value.data[0] == ' ' || value.data[0] == '\t')) {
        value.data++;
        value.bytes--;
    }
    while (value.bytes > 0 &&
           (value.data[value.bytes - 1] == ' ' || value.data[value.bytes - 1] == '\t')) {
        value.bytes--;
    }
    return value;
}

static const struct http_refusal *parse_connection(struct text value, struct seen *seen,
                                                   struct http_head *head)
{
    (void)seen;
    bool closes = false;
    struct text rest = value;
    while (rest.bytes > 0) {
        struct text item;
        (void)text_cut(rest, ',', &item, &rest);
        item = trim_blanks(item);
        if (text_equals_ignoring_case(item, TEXT("close"))) {
            closes = true;
        } else if (text_equals_ignoring_case(item, TEXT("keep-alive"))) {
            head->keeps_alive = true;
        }
    }
    if (closes) {
        head->keeps_alive = false;
    }
    return NULL;
}

static const struct http_refusal *parse_expect(struct text value, struct seen *seen,
                                               struct http_head *head)
{
    (void)seen;
    if (!text_equals_ignoring_case(value, TEXT("100-continue"))) {
        return &http_refusal_expectation;
    }
    head->expects_continue = head->minor_version > 0;
    return NULL;
}

static const struct {
    struct text name;
    const struct http_refusal *(*parse)(struct text value, struct seen *seen,
                                        struct http_head *head);
} framing_headers[] = {
    {{"Host", 4}, parse_host},
    {{"Expect", 6}, parse_expect},
    {{"Connection", 10}, parse_connection},
    {{"Content-Length", 14}, parse_length},
    {{"Transfer-Encoding", 17}, parse_coding},
};

static const struct http_refusal *parse_header(struct text line, struct seen *seen,
                                               struct http_head *head)
{
    size_t name_bytes = 0;
    while (name_bytes < line.bytes && is_in(&token_bytes, line.data[name_bytes])) {
        name_bytes++;
    }
    if (name_bytes == 0 || name_bytes == line.bytes || line.data[name_bytes] != ':') {
        return &http_refusal_framing;
    }
    struct http_header *header = &head->headers[head->header_count++];
    header->name = (struct text){line.data, name_bytes};
    header->value =
        trim_blanks((struct text){line.data + name_bytes + 1, line.bytes - name_bytes - 1});
    if (!is_made_of(&value_bytes, header->value)) {
        return &http_refusal_framing;
    }
    for (size_t i = 0; i < COUNT_OF(framing_headers); i++) {
        if (framing_headers[i].name.bytes == name_bytes &&
            text_equals_ignoring_case(framing_headers[i].name, header->name)) {
            return framing_headers[i].parse(header->value, seen, head);
        }
    }
    return NULL;
}

/* What only the whole head can tell. */
static const struct http_refusal *check_head(const struct seen *seen, const struct http_head *head)
{
    if (seen->length && seen->coding) {
        return &http_refusal_framing;
    }
    if (head->minor_version > 0 && !text_is_given(seen->host)) {
        return &http_refusal_framing;
    }
    struct text authority = NO_TEXT;
    (void)behind_authority(head->target, &authority);
    if (text_is_given(authority) && text_is_given(seen->host) &&
        !text_equals_ignoring_case(authority, seen->host)) {
        return &http_refusal_framing;
    }
    return NULL;
}

const struct http_refusal *http_parse_head(const struct http_head_limits *limits, struct text text,
                                           struct http_head *head_out)
{
    MUST(text.bytes >= 4 && memcmp(text.data + text.bytes - 4, "\r\n\r\n", 4) == 0);
    struct http_header *headers = head_out->headers;
    *head_out = (struct http_head){.headers = headers};
    struct seen seen = {.host = NO_TEXT};
    const char *line = text.data;
    const char *end = text.data + text.bytes - 2; /* the empty line */
    while (line < end) {
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        MUST(feed != NULL && feed > line); /* the scan saw to it */
        struct text content = {line, (size_t)(feed - line) - 1};
        const struct http_refusal *refusal = line == text.data
                                                 ? parse_request_line(limits, content, head_out)
                                                 : parse_header(content, &seen, head_out);
        if (refusal != NULL) {
            return refusal;
        }
        MUST(head_out->header_count <= limits->header_count_max);
        line = feed + 1;
    }
    return check_head(&seen, head_out);
}
