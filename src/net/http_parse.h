/* http_parse.h - reads the head of a request and the chunks of a body, and does no I/O.
 *
 * What is ambiguous is refused, never repaired: two readers of the same bytes must not be able to
 * disagree about where a request ends. Texts point into the input. A head is found first
 * (http_scan_head, which may be called again with more bytes and does not look at any byte twice)
 * and read then (http_parse_head), so it does not matter how the bytes were cut on their way.
 */
#ifndef NET_HTTP_PARSE_H
#define NET_HTTP_PARSE_H

#include "net/http.h"

/* Why a request is not taken: one static row each, so they are compared by address. */
struct http_refusal {
    int status;
    const char *code; /* for programs: "bad_framing" */
    const char *message;
};

struct http_head_limits {
    size_t head_bytes_max;
    size_t header_count_max;
    size_t target_bytes_max;
};

enum http_scan_result { HTTP_SCAN_MORE, HTTP_SCAN_COMPLETE, HTTP_SCAN_REFUSED };

/* How far a head has been looked at; starts zeroed. */
struct http_scan {
    size_t start; /* of the request line: behind an empty line that may come first */
    size_t line_start;
    size_t looked_at;
    size_t line_count;
    size_t head_bytes;                  /* when complete: from the start of the input */
    const struct http_refusal *refusal; /* when refused */
};

/* The input begins where it began at the last call and may have grown. */
enum http_scan_result http_scan_head(const struct http_head_limits *limits, struct text input,
                                     struct http_scan *scan);

struct http_head {
    enum http_method method;
    struct text method_name;
    struct text target;
    struct text path;
    struct text query;
    struct http_header *headers; /* the caller's, with room for limits.header_count_max */
    size_t header_count;
    unsigned minor_version; /* of HTTP/1.x: 0 or 1 */
    bool keeps_alive;
    bool expects_continue;
    bool is_chunked;
    uint64_t body_bytes; /* 0 when chunked */
};

/* The complete head, from scan.start to scan.head_bytes. NULL when it is good. */
const struct http_refusal *http_parse_head(const struct http_head_limits *limits, struct text text,
                                           struct http_head *head_out);

/* Splits a target in its path and query and names the method; shared with HTTP/2. False when the
 * target is none that a server like this one answers. */
bool http_parse_target(struct text target, struct text *path_out, struct text *query_out);
enum http_method http_parse_method(struct text name);

/* Are these the bytes of a header's name and value? */
bool http_is_token(struct text name);
bool http_is_value(struct text value);

/* ---- chunks ---- */

enum http_chunk_state {
    HTTP_CHUNK_SIZE,
    HTTP_CHUNK_EXTENSION,
    HTTP_CHUNK_SIZE_END,
    HTTP_CHUNK_DATA,
    HTTP_CHUNK_DATA_RETURN,
    HTTP_CHUNK_DATA_END,
    HTTP_CHUNK_TRAILER,
    HTTP_CHUNK_TRAILER_NAME,
    HTTP_CHUNK_TRAILER_VALUE,
    HTTP_CHUNK_TRAILER_END,
    HTTP_CHUNK_LAST_END,
    HTTP_CHUNK_DONE,
};

/* Starts zeroed. Extensions and trailers are checked, counted and dropped. */
struct http_chunks {
    enum http_chunk_state state;
    uint64_t left; /* of the size that is being read, or of the data */
    unsigned digit_count;
    size_t extra_bytes; /* of extensions and trailers so far */
    const struct http_refusal *refusal;
};

/* Takes bytes from the front of the input until a run of data is found, the input is used up, the
 * body is complete (state DONE) or something is wrong (refusal set). Returns how many were taken.
 */
size_t http_take_chunk(struct http_chunks *chunks, struct text input, struct text *data_out);

extern const struct http_refusal http_refusal_framing;
extern const struct http_refusal http_refusal_target_long;
extern const struct http_refusal http_refusal_head_large;
extern const struct http_refusal http_refusal_version;
extern const struct http_refusal http_refusal_coding;
extern const struct http_refusal http_refusal_expectation;

#endif
