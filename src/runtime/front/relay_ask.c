/* relay_ask.c - asks one address after the other. */
#include "runtime/front/relay_ask.h"

#include "base/clock.h"

#include <stdio.h>

enum { CONNECT_MS = 1000 };

void relay_question_prepare(struct relay_question *question, struct http_exchange *exchange,
                            const struct caller *caller)
{
    const struct relay_way way = {
        .upstream = question->upstream,
        .caller = caller,
        .credential =
            relays_credential(question->relays, exchange->arena, caller, question->upstream),
    };
    relay_write_own_headers(exchange, &way, &question->headers);
    question->tried = 0;
    question->give_up_at_ms = clock_monotonic_ms() + question->deadline_ms;
}

static void on_answered(void *context, enum status status, const struct http_answer *answer);

static void send_to(struct relay_question *question, struct upstream_address *address, int left_ms)
{
    question->address = address;
    int bytes = snprintf(question->url, sizeof question->url, "%s%.*s", address->url,
                         TEXT_ARGS(question->target));
    MUST(bytes > 0 && (size_t)bytes < sizeof question->url);
    http_client_send(relays_client(question->relays),
                     &(struct http_client_request){
                         .method = "GET",
                         .url = question->url,
                         .headers = question->headers.items,
                         .header_count = question->headers.count,
                         .deadline_ms = left_ms,
                         .connect_ms = CONNECT_MS,
                         .answer_bytes_max = question->body_bytes_max,
                         .unix_socket = address->unix_socket,
                     },
                     on_answered, question);
}

void relay_ask(struct relay_question *question)
{
    int64_t left_ms = question->give_up_at_ms - clock_monotonic_ms();
    struct upstream_address *address =
        left_ms > 0 ? upstream_choose(question->upstream, NO_TEXT, &question->tried) : NULL;
    if (address != NULL) {
        send_to(question, address, (int)left_ms);
    } else {
        question->answered(question->context, NULL);
    }
}

static void on_answered(void *context, enum status status, const struct http_answer *answer)
{
    struct relay_question *question = context;
    if (status == STATUS_OK) {
        question->answered(question->context, answer);
        return;
    }
    if (status == STATUS_UNAVAILABLE) {
        atomic_store(&question->address->is_up, false); /* until it says that it is ready */
    }
    relay_ask(question); /* it only reads */
}
