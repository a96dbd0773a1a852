/* http_asking.c - one request by libcurl: its options, what comes back, what that means. */
#include "net/client/http_asking.h"

#include "base/clock.h"
#include "base/must.h"
#include "net/client/public_address.h"

#include <string.h>

enum {
    ARENA_EXTRA_BYTES = 1024 * 1024, /* for headers, both ways */
    ANSWER_FIRST_BYTES = 4096,
};

/* ---- what is asked ---- */

static bool is_clean(struct text text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

static const char *copy_c_string(struct arena *arena, const char *c_string)
{
    return c_string == NULL ? NULL : text_copy(arena, text_of(c_string)).data;
}

static void copy_headers(struct asking *asking, const struct http_client_request *request)
{
    struct http_header *headers =
        ARENA_ARRAY(asking->arena, struct http_header, request->header_count + 1);
    for (size_t i = 0; i < request->header_count; i++) {
        headers[i].name = text_copy(asking->arena, request->headers[i].name);
        headers[i].value = text_copy(asking->arena, request->headers[i].value);
        bool is_good =
            headers[i].name.bytes > 0 && is_clean(headers[i].name) && is_clean(headers[i].value);
        asking->is_malformed = asking->is_malformed || !is_good;
    }
    asking->sent_headers = headers;
    asking->sent_header_count = request->header_count;
}

struct asking *asking__create(const struct http_client_request *request, http_client_fn *done,
                              void *context)
{
    MUST(done != NULL);
    MUST(request->method != NULL && request->url != NULL);
    MUST(request->deadline_ms > 0);
    size_t given = request->body.bytes + strlen(request->url);
    for (size_t i = 0; i < request->header_count; i++) {
        given += 2 * (request->headers[i].name.bytes + request->headers[i].value.bytes + 128);
    }
    struct asking *asking = memory_take(sizeof *asking);
    asking->arena = arena_create("asking", given + ARENA_EXTRA_BYTES);
    asking->done = done;
    asking->context = context;
    asking->method = copy_c_string(asking->arena, request->method);
    asking->url = copy_c_string(asking->arena, request->url);
    asking->unix_socket = copy_c_string(asking->arena, request->unix_socket);
    asking->body = text_is_given(request->body) ? text_copy(asking->arena, request->body) : NO_TEXT;
    asking->deadline_ms = clock_monotonic_ms() + request->deadline_ms;
    asking->answer_bytes_max = request->answer_bytes_max;
    asking->on_piece = request->on_piece;
    asking->connect_ms = request->connect_ms;
    asking->is_public_only = request->is_public_only;
    asking->is_malformed = !is_clean(text_of(asking->method));
    copy_headers(asking, request);
    return asking;
}

/* ---- what comes back ---- */

static struct text trimmed_value(struct text line, size_t colon)
{
    return text_trim(text_slice(line, colon + 1, line.bytes));
}

/* Of one hop, or already known otherwise; the few places are for the others. */
static bool is_dull(struct text name)
{
    static const struct text names[] = {
        {"Date", 4},        {"Server", 6},      {"Content-Length", 14}, {"Transfer-Encoding", 17},
        {"Connection", 10}, {"Keep-Alive", 10},
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (text_equals_ignoring_case(name, names[i])) {
            return true;
        }
    }
    return false;
}

static void take_header(struct asking *asking, struct text line)
{
    struct http_answer *answer = &asking->answer;
    const char *found = memchr(line.data, ':', line.bytes);
    if (found == NULL || !arena_has_room(asking->arena, 2 * line.bytes + 64)) {
        return;
    }
    size_t colon = (size_t)(found - line.data);
    struct text name = text_slice(line, 0, colon);
    struct text value = text_copy(asking->arena, trimmed_value(line, colon));
    if (text_equals_ignoring_case(name, TEXT("Content-Type"))) {
        answer->content_type = value;
    } else if (!is_dull(name) && answer->header_count < COUNT_OF(answer->headers)) {
        answer->headers[answer->header_count++] =
            (struct http_header){.name = text_copy(asking->arena, name), .value = value};
    }
}

/* "HTTP/1.1 200 OK" */
static int status_of(struct text line)
{
    struct text version;
    struct text rest;
    int64_t status = 0;
    text_cut(text_trim(line), ' ', &version, &rest);
    return text_to_integer(text_slice(rest, 0, 3), &status) ? (int)status : 0;
}

/* False: whoever asked wants no more. */
static bool end_head(struct asking *asking)
{
    asking->goes_on = asking->on_piece != NULL && asking->answer.status == 200 &&
                      text_starts_with(asking->answer.content_type, TEXT("text/event-stream"));
    return !asking->goes_on || asking->on_piece(asking->context, &asking->answer, TEXT(""));
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    struct asking *asking = context;
    struct text line = {data, size * count};
    if (text_starts_with(line, TEXT("HTTP/"))) { /* the one before was 1xx */
        asking->answer = (struct http_answer){.status = status_of(line)};
        return line.bytes;
    }
    take_header(asking, line);
    return text_trim(line).bytes > 0 || end_head(asking) ? line.bytes : 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct asking *asking = context;
    size_t bytes = size * count;
    if (asking->goes_on) {
        struct text piece = {data, bytes};
        return asking->on_piece(asking->context, &asking->answer, piece) ? bytes : 0;
    }
    if (bytes > asking->answer_bytes_max - asking->answer_bytes) {
        asking->is_too_large = true;
        return 0; /* libcurl ends the transfer */
    }
    size_t needed = asking->answer_bytes + bytes;
    if (needed > asking->answer_room) {
        size_t room = asking->answer_room ? asking->answer_room * 2 : ANSWER_FIRST_BYTES;
        asking->answer_room = room > needed ? room : needed;
        asking->answer_data = memory_resize(asking->answer_data, asking->answer_room);
    }
    memcpy(asking->answer_data + asking->answer_bytes, data, bytes);
    asking->answer_bytes = needed;
    return bytes;
}

/* ---- libcurl's options ---- */

static bool append_header(struct asking *asking, const struct curl_functions *curl,
                          const char *line)
{
    struct curl_slist *longer = curl->slist_append(asking->headers, line);
    if (longer == NULL) {
        return false;
    }
    asking->headers = longer;
    return true;
}

/* "Name;" is libcurl's way to send a header without a value. */
static bool prepare_headers(struct asking *asking, const struct curl_functions *curl)
{
    bool is_good = append_header(asking, curl, "Expect:"); /* no waiting for 100 Continue */
    for (size_t i = 0; is_good && i < asking->sent_header_count; i++) {
        const struct http_header *header = &asking->sent_headers[i];
        struct text line = header->value.bytes > 0
                               ? text_format(asking->arena, "%.*s: %.*s", TEXT_ARGS(header->name),
                                             TEXT_ARGS(header->value))
                               : text_format(asking->arena, "%.*s;", TEXT_ARGS(header->name));
        is_good = append_header(asking, curl, line.data);
    }
    return is_good;
}

/* libcurl sends a request again by itself when a connection that it had kept turns out to be dead.
 * Only whoever asks knows whether twice is safe; so what changes something gets a connection of its
 * own, where that never happens. */
static bool may_reuse_connection(const struct asking *asking)
{
    return strcmp(asking->method, "GET") == 0 || strcmp(asking->method, "HEAD") == 0 ||
           strcmp(asking->method, "OPTIONS") == 0;
}

static bool prepare_method(struct asking *asking, const struct curl_functions *curl)
{
    CURL *easy = asking->easy;
    bool is_good = true;
    if (strcmp(asking->method, "HEAD") == 0) {
        is_good = curl->easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
    } else if (text_is_given(asking->body)) {
        curl_off_t bytes = (curl_off_t)asking->body.bytes;
        is_good = curl->easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
                  curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, bytes) == CURLE_OK &&
                  curl->easy_setopt(easy, CURLOPT_POSTFIELDS, asking->body.data) == CURLE_OK;
    }
    return is_good && curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, asking->method) == CURLE_OK &&
           curl->easy_setopt(easy, CURLOPT_FRESH_CONNECT, may_reuse_connection(asking) ? 0L : 1L) ==
               CURLE_OK;
}

static long milliseconds_left(const struct asking *asking)
{
    int64_t left_ms = asking->deadline_ms - clock_monotonic_ms();
    return left_ms > 1 ? (long)left_ms : 1L;
}

/* Looked at when it is connected to, so that a name may not become another address meanwhile. */
static curl_socket_t open_public(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)context;
    (void)purpose;
    if (!address_is_public(&address->addr)) {
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool asking__prepare(struct asking *asking, const struct curl_functions *curl)
{
    asking->easy = curl->easy_init();
    CURL *easy = asking->easy;
    if (easy == NULL || !prepare_headers(asking, curl) || !prepare_method(asking, curl)) {
        return false;
    }
    const struct {
        CURLoption option;
        long number;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1L},
        {CURLOPT_FOLLOWLOCATION, 0L},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_TIMEOUT_MS, milliseconds_left(asking)},
        {CURLOPT_CONNECTTIMEOUT_MS, asking->connect_ms},
    };
    const struct {
        CURLoption option;
        const void *thing;
    } things[] = {
        {CURLOPT_URL, asking->url},
        {CURLOPT_PROTOCOLS_STR, "http,https"},
        {CURLOPT_PROXY, ""}, /* whatever the environment says */
        {CURLOPT_USERAGENT, "kontora/" KONTORA_VERSION},
        {CURLOPT_HTTPHEADER, asking->headers},
        {CURLOPT_ERRORBUFFER, asking->error},
        {CURLOPT_PRIVATE, asking},
        {CURLOPT_HEADERDATA, asking},
        {CURLOPT_WRITEDATA, asking},
        {CURLOPT_UNIX_SOCKET_PATH, asking->unix_socket},
    };
    bool is_good = curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
                   curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK;
    if (asking->is_public_only) {
        is_good =
            curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_public) == CURLE_OK && is_good;
    }
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        is_good =
            curl->easy_setopt(easy, numbers[i].option, numbers[i].number) == CURLE_OK && is_good;
    }
    for (size_t i = 0; i < COUNT_OF(things); i++) {
        is_good = curl->easy_setopt(easy, things[i].option, things[i].thing) == CURLE_OK && is_good;
    }
    return is_good;
}

/* ---- the end ---- */

enum status asking__status(const struct asking *asking, const struct curl_functions *curl,
                           CURLcode result)
{
    long sent_bytes = 0;
    (void)curl->easy_getinfo(asking->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
    if (result == CURLE_OK) {
        return STATUS_OK;
    }
    if (asking->is_too_large) {
        return STATUS_TOO_LARGE;
    }
    if (result == CURLE_URL_MALFORMAT || result == CURLE_UNSUPPORTED_PROTOCOL) {
        return STATUS_MALFORMED;
    }
    if (sent_bytes > 0) {
        return STATUS_UNCERTAIN; /* it may have arrived */
    }
    return result == CURLE_OPERATION_TIMEDOUT ? STATUS_TIMEOUT : STATUS_UNAVAILABLE;
}

void asking__tell(struct asking *asking, const struct curl_functions *curl, enum status status)
{
    if (status == STATUS_OK) {
        long code = 0;
        (void)curl->easy_getinfo(asking->easy, CURLINFO_RESPONSE_CODE, &code);
        asking->answer.status = (int)code;
        asking->answer.body = asking->answer_bytes > 0
                                  ? (struct text){asking->answer_data, asking->answer_bytes}
                                  : TEXT("");
    }
    asking->done(asking->context, status, status == STATUS_OK ? &asking->answer : NULL);
    if (asking->easy != NULL) {
        curl->easy_cleanup(asking->easy);
    }
    if (asking->headers != NULL) {
        curl->slist_free_all(asking->headers);
    }
    memory_free(asking->answer_data);
    arena_destroy(&asking->arena);
    memory_free(asking);
}
