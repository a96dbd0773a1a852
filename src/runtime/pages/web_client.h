/* web_client.h - the web client is served: its page at / and /app/..., its files at /assets/...
 *
 * The page is the same for every address below /app/: which view that is, the client knows. Files
 * have a hash in their name and are kept by browsers for a year; the page is asked for anew each
 * time and costs a 304. Whatever the client needs is here: its policy lets a browser load nothing
 * from elsewhere, run no inline script, and be framed by nobody.
 */
#ifndef RUNTIME_PAGES_WEB_CLIENT_H
#define RUNTIME_PAGES_WEB_CLIENT_H

#include "net/http.h"

void web_client_answer_page(void *context, struct http_exchange *exchange);
void web_client_answer_file(void *context, struct http_exchange *exchange);

#endif
