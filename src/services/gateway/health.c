/* health.c - the shared cache and Consul, as the door sees them now.
 *
 * Without either it goes on, so the answer is 200 in any case; where they are is nobody's business
 * here. Whether a process can answer at all is said by /readyz.
 */
#include "services/gateway/health.h"

#include "runtime/front/front.h"

struct health {
    struct text cache;
    struct text consul;
};

static const char *const cache_words[] = {"own", "shared", "away"};
static const char *const consul_words[] = {"none", "answers", "away"};

static const struct field health_fields[] = {
    {.name = "cache",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct health, cache),
     .bytes_max = 16,
     .choices = cache_words,
     .choice_count = COUNT_OF(cache_words),
     .meaning = "own: in this process; shared: with others; away: each counts for itself"},
    {.name = "consul",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct health, consul),
     .bytes_max = 16,
     .choices = consul_words,
     .choice_count = COUNT_OF(consul_words),
     .meaning = "none: it is not asked; away: what it has said of addresses stays"},
};
static const struct shape health_gives = {
    .name = "Health",
    .fields = health_fields,
    .field_count = COUNT_OF(health_fields),
    .bytes = sizeof(struct health),
};

static enum status health_handle(struct call *call)
{
    struct front_health health = {0};
    if (call->host->front != NULL) {
        front_look_at_health(call->host->front, call->arena, &health);
    }
    const char *cache = health.cache_is_away ? "away" : health.cache_is_shared ? "shared" : "own";
    const char *consul = health.consul_is_away    ? "away"
                         : health.consul_is_asked ? "answers"
                                                  : "none";
    return answer(call, &(struct health){.cache = text_of(cache), .consul = text_of(consul)});
}

const struct route health_routes[HEALTH_ROUTE_COUNT] = {
    {
        .method = HTTP_GET,
        .path = "/health",
        .operation = "get_health",
        .summary = "Whether the shared cache and Consul answer",
        .kind = ROUTE_READS_POINT,
        .handle = health_handle,
        .gives = &health_gives,
    },
};
