/* http_steps.h - the steps that carry a connection of HTTP/1.1 from phase to phase.
 *
 * A step does one thing and answers whether there may be more to do at once. It may refuse or close
 * the connection; then the phase says so.
 */
#ifndef NET_HTTP_STEPS_H
#define NET_HTTP_STEPS_H

#include "net/http_core.h"

/* http_request.c */
bool step__head(struct connection *connection);
bool step__body(struct connection *connection);

/* http_connection.c: the answer of connection->hosted is complete. */
void connection__answer(struct connection *connection);

/* http2.c: may these first bytes become, and are they, what a client of HTTP/2 begins with? */
bool http2__may_begin(struct text input);
bool http2__has_begun(struct text input);
bool http2__start(struct connection *connection);
bool step__http2(struct connection *connection);
void http2__answer(struct hosted *hosted);
void http2__closed(struct connection *connection);
void http2__drain(struct connection *connection);
int64_t http2__due_ms(const struct connection *connection);
size_t http2__bytes_held(const struct connection *connection);

#endif
