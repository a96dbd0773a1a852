/* http_curl.h - libcurl, loaded when the first request is made and not before.
 *
 * Linking it would pull some thirty libraries into every start of the program, most of which never
 * asks anybody anything. Only the functions of the list are used, through the one table.
 */
#ifndef NET_CLIENT_HTTP_CURL_H
#define NET_CLIENT_HTTP_CURL_H

#include <curl/curl.h>
#include <stdbool.h>

/* X(what it returns, its name behind "curl_", its parameters) */
#define CURL_FUNCTIONS(X)                                                                          \
    X(CURLcode, global_init, (long flags))                                                         \
    X(CURL *, easy_init, (void))                                                                   \
    X(CURLcode, easy_setopt, (CURL * easy, CURLoption option, ...))                                \
    X(CURLcode, easy_getinfo, (CURL * easy, CURLINFO info, ...))                                   \
    X(CURLcode, easy_perform, (CURL * easy))                                                       \
    X(void, easy_cleanup, (CURL * easy))                                                           \
    X(struct curl_slist *, slist_append, (struct curl_slist * list, const char *text))             \
    X(void, slist_free_all, (struct curl_slist * list))                                            \
    X(CURLM *, multi_init, (void))                                                                 \
    X(CURLMcode, multi_setopt, (CURLM * multi, CURLMoption option, ...))                           \
    X(CURLMcode, multi_add_handle, (CURLM * multi, CURL * easy))                                   \
    X(CURLMcode, multi_remove_handle, (CURLM * multi, CURL * easy))                                \
    X(CURLMcode, multi_socket_action,                                                              \
      (CURLM * multi, curl_socket_t socket, int events, int *left))                                \
    X(CURLMsg *, multi_info_read, (CURLM * multi, int *left))                                      \
    X(CURLMcode, multi_cleanup, (CURLM * multi))

struct curl_functions {
#define X(result, name, parameters) result(*name) parameters;
    CURL_FUNCTIONS(X)
#undef X
};

/* NULL when there is no libcurl here; that was logged. From any thread; loads once. */
const struct curl_functions *http__curl(void);

#endif
