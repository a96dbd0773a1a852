/* compose_write.c - parts become JSON. */
#include "runtime/compose/compose_write.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/must.h"
#include "runtime/problem.h"

enum { BYTES_BESIDE = 256, RETRY_S = 2 };

static const char *const names[COMPOSED_WHY_COUNT] = {
    [COMPOSED_UNAVAILABLE] = "unavailable",
    [COMPOSED_FORBIDDEN] = "forbidden",
    [COMPOSED_NOT_FOUND] = "not_found",
    [COMPOSED_REFUSED] = "refused",
};

static void put_part(struct json_writer *writer, const struct composed_part *part)
{
    int64_t age_ms = clock_wall_ms() - part->said_at;
    json_key(writer, part->name);
    json_begin_object(writer);
    if (part->json.data != NULL) {
        json_key(writer, "data");
        json_put_raw(writer, part->json);
        json_key(writer, "stale");
        json_put_flag(writer, part->is_stale);
        json_key(writer, "age_seconds");
        json_put_integer(writer, age_ms > 0 ? age_ms / 1000 : 0);
    } else {
        json_key(writer, "missing");
        json_put_flag(writer, true);
        json_key(writer, "why");
        json_put_text(writer, text_of(names[part->why]));
    }
    json_end_object(writer);
}

static void put_all(struct http_exchange *exchange, const struct composed_part *parts, size_t count,
                    size_t bytes)
{
    struct json_writer writer;
    json_writer_init(&writer, exchange->arena, bytes);
    json_begin_object(&writer);
    json_key(&writer, "parts");
    json_begin_object(&writer);
    for (size_t i = 0; i < count; i++) {
        put_part(&writer, &parts[i]);
    }
    json_end_object(&writer);
    json_end_object(&writer);
    exchange->answer = (struct http_answer){
        .status = 200,
        .content_type = TEXT("application/json"),
        .body = json_written(&writer),
    };
}

void composed_answer(struct http_exchange *exchange, const struct composed_part *parts,
                     size_t count)
{
    size_t bytes = 0;
    size_t there = 0;
    size_t forbidden = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += parts[i].json.bytes + BYTES_BESIDE;
        there += parts[i].json.data != NULL;
        forbidden += parts[i].json.data == NULL && parts[i].why == COMPOSED_FORBIDDEN;
    }
    if (there == 0 && forbidden == count) {
        problem_say(exchange, 403, "forbidden", "You may see no part of this.");
    } else if (there == 0) {
        problem_answer(exchange, &(struct problem){
                                     .http_status = 503,
                                     .code = "upstream_unavailable",
                                     .message = TEXT("Nothing of this can be shown now. Try again "
                                                     "in a moment."),
                                     .retry_after_s = RETRY_S,
                                 });
    } else if (!arena_has_room(exchange->arena, bytes * 2)) {
        problem_fault(exchange, STATUS_TOO_LARGE);
    } else {
        put_all(exchange, parts, count, bytes);
    }
}
