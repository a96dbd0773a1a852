/* http_asking.h - one request of the HTTP client, from the copy of what was asked to the answer. */
#ifndef NET_CLIENT_HTTP_ASKING_H
#define NET_CLIENT_HTTP_ASKING_H

#include "net/client/http_curl.h"
#include "net/http_client.h"

struct asking {
    struct mailbox_node node;
    struct asking *next; /* of those under way */
    struct asking *previous;
    struct arena *arena; /* all texts below, and the headers of the answer */
    http_client_fn *done;
    void *context;
    const char *method;
    const char *url;
    const char *unix_socket;
    const struct http_header *sent_headers;
    size_t sent_header_count;
    struct text body;
    int64_t deadline_ms; /* monotonic */
    size_t answer_bytes_max;
    http_client_piece_fn *on_piece; /* NULL: the answer is kept */
    bool goes_on;                   /* it is an answer that on_piece gets */
    int connect_ms;
    bool is_public_only;
    bool is_malformed; /* a header or the method has bytes that must not be sent */
    struct curl_slist *headers;
    CURL *easy;
    struct http_answer answer;
    char *answer_data;
    size_t answer_bytes;
    size_t answer_room;
    bool is_too_large;
    char error[CURL_ERROR_SIZE];
};

struct asking *asking__create(const struct http_client_request *request, http_client_fn *done,
                              void *context);

/* False when libcurl refuses an option. */
bool asking__prepare(struct asking *asking, const struct curl_functions *curl);

/* Tells the one who asked, and ends the asking. */
void asking__tell(struct asking *asking, const struct curl_functions *curl, enum status status);

/* What the result of libcurl means. */
enum status asking__status(const struct asking *asking, const struct curl_functions *curl,
                           CURLcode result);

#endif
