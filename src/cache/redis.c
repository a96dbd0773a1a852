/* redis.c - a cache in a Redis that several processes share.
 *
 * Values are strings with a time; a counter is a string too, changed by a script, so that it and
 * its time come into being together. What the server refuses (no memory left, a replica that may
 * not be written to) is UNAVAILABLE for this one call; what does not arrive opens the circuit for
 * all.
 */
#include "cache/cache.h"

#include "base/clock.h"
#include "cache/redis_pool.h"

#include <inttypes.h>
#include <stdio.h>

enum { ADDRESS_ARENA_BYTES = 64 * 1024, NUMBER_BYTES = 24 };

/* Numbers of the script are floating point, exact within CACHE_COUNTER_MAX. */
#define ADD_SCRIPT                                                                                 \
    "if type(redis.pcall('GET',KEYS[1]))=='string' then "                                          \
    "local n=redis.pcall('INCRBY',KEYS[1],ARGV[1]) "                                               \
    "if type(n)=='number' and n<=9007199254740991 and n>=-9007199254740991 then return n end end " \
    "redis.call('PSETEX',KEYS[1],ARGV[2],ARGV[1]) "                                                \
    "return tonumber(ARGV[1])"

struct redis_cache {
    struct cache cache; /* must be first */
    struct arena *arena;
    struct redis_address address;
    struct redis_pool *pool;
};

static struct redis_cache *self_of(struct cache *cache)
{
    return (struct redis_cache *)(void *)cache;
}

/* One command, as one call makes it. The link stays with the caller while it looks at the answer.
 */
struct asked {
    struct redis_link *link; /* NULL: there is no answer */
    struct resp_answer answer;
};

/* OK: an answer that is no error; it is ended with redis_pool_give or _fail. */
static enum status ask(struct redis_cache *self, const struct text *words, size_t count,
                       struct asked *asked)
{
    int64_t deadline_ns = clock_monotonic_ns() + self->address.deadline_ms * INT64_C(1000000);
    struct redis_link *link = redis_pool_take(self->pool, deadline_ns);
    const char *trouble = NULL;
    if (link == NULL) {
        return STATUS_UNAVAILABLE;
    }
    enum status status = redis_link_ask(link, words, count, deadline_ns, &asked->answer, &trouble);
    if (status == STATUS_TOO_LARGE) {
        redis_pool_drop(self->pool, link);
    } else if (status != STATUS_OK) {
        redis_pool_fail(self->pool, link, trouble);
    } else if (asked->answer.kind == RESP_ERROR) {
        struct text code = redis_error_code(&asked->answer);
        status = text_equals(code, TEXT("WRONGTYPE")) ? STATUS_ABSENT : STATUS_UNAVAILABLE;
        if (status == STATUS_UNAVAILABLE) {
            redis_pool_refused(self->pool, code);
        }
        redis_pool_give(self->pool, link);
    } else {
        asked->link = link;
    }
    return status;
}

/* Ends what ask began. */
static enum status end(struct redis_cache *self, struct asked *asked, bool is_sensible)
{
    if (is_sensible) {
        redis_pool_give(self->pool, asked->link);
        return STATUS_OK;
    }
    redis_pool_fail(self->pool, asked->link, "does not answer as a Redis does");
    return STATUS_UNAVAILABLE;
}

static struct text number_text(char buffer[NUMBER_BYTES], int64_t number)
{
    int bytes = snprintf(buffer, NUMBER_BYTES, "%" PRId64, number);
    MUST(bytes > 0 && bytes < NUMBER_BYTES);
    return (struct text){buffer, (size_t)bytes};
}

static enum status get(struct cache *cache, struct arena *arena, struct text key,
                       struct text *value_out)
{
    struct redis_cache *self = self_of(cache);
    const struct text words[] = {TEXT("GET"), key};
    struct asked asked = {0};
    enum status status = ask(self, words, COUNT_OF(words), &asked);
    if (status != STATUS_OK) {
        return status == STATUS_TOO_LARGE ? STATUS_ABSENT : status;
    }
    const struct resp_answer *answer = &asked.answer;
    bool is_value = answer->kind == RESP_VALUE;
    bool is_found = is_value && arena_has_room(arena, answer->text.bytes + 1);
    if (is_found) {
        *value_out = text_copy(arena, answer->text);
    }
    status = end(self, &asked, is_value || answer->kind == RESP_NOTHING);
    return status == STATUS_OK && !is_found ? STATUS_ABSENT : status;
}

static enum status put(struct cache *cache, struct text key, struct text value, int64_t ttl_ms)
{
    struct redis_cache *self = self_of(cache);
    char digits[NUMBER_BYTES];
    const struct text words[] = {TEXT("PSETEX"), key, number_text(digits, ttl_ms), value};
    struct asked asked = {0};
    enum status status = ask(self, words, COUNT_OF(words), &asked);
    if (status != STATUS_OK) {
        return STATUS_UNAVAILABLE;
    }
    return end(self, &asked, asked.answer.kind == RESP_SIMPLE);
}

static enum status forget(struct cache *cache, struct text key)
{
    struct redis_cache *self = self_of(cache);
    const struct text words[] = {TEXT("DEL"), key};
    struct asked asked = {0};
    enum status status = ask(self, words, COUNT_OF(words), &asked);
    if (status != STATUS_OK) {
        return STATUS_UNAVAILABLE;
    }
    return end(self, &asked, asked.answer.kind == RESP_NUMBER);
}

static bool is_counter(const struct resp_answer *answer)
{
    return answer->kind == RESP_NUMBER && answer->number >= -CACHE_COUNTER_MAX &&
           answer->number <= CACHE_COUNTER_MAX;
}

static enum status add(struct cache *cache, struct text key, int64_t amount, int64_t ttl_ms,
                       int64_t *value_out)
{
    struct redis_cache *self = self_of(cache);
    char amount_digits[NUMBER_BYTES];
    char ttl_digits[NUMBER_BYTES];
    const struct text words[] = {
        TEXT("EVAL"),
        TEXT(ADD_SCRIPT),
        TEXT("1"),
        key,
        number_text(amount_digits, amount),
        number_text(ttl_digits, ttl_ms),
    };
    struct asked asked = {0};
    enum status status = ask(self, words, COUNT_OF(words), &asked);
    if (status != STATUS_OK) {
        return STATUS_UNAVAILABLE;
    }
    bool is_sensible = is_counter(&asked.answer);
    *value_out = is_sensible ? asked.answer.number : 0;
    return end(self, &asked, is_sensible);
}

static struct text trouble(struct cache *cache, struct arena *arena)
{
    return redis_pool_trouble(self_of(cache)->pool, arena);
}

static void destroy(struct cache *cache)
{
    struct redis_cache *self = self_of(cache);
    redis_pool_destroy(&self->pool);
    arena_destroy(&self->arena);
    memory_free(self);
}

static const struct cache_ops redis_ops = {
    .name = "redis",
    .get = get,
    .put = put,
    .forget = forget,
    .add = add,
    .trouble = trouble,
    .destroy = destroy,
};

struct cache *cache_redis_create(const char *address, struct text *error_out)
{
    static _Thread_local char error_bytes[256];
    struct arena *arena = arena_create("redis", ADDRESS_ARENA_BYTES);
    struct redis_address read = {0};
    struct text error = NO_TEXT;
    if (redis_address_read(arena, text_of(address), &read, &error) != STATUS_OK) {
        snprintf(error_bytes, sizeof error_bytes, "%.*s", TEXT_ARGS(error));
        *error_out = text_of(error_bytes);
        arena_destroy(&arena);
        return NULL;
    }
    struct redis_cache *self = memory_take(sizeof *self);
    self->arena = arena;
    self->address = read;
    self->pool = redis_pool_create(&self->address);
    cache_init(&self->cache, &redis_ops);
    return &self->cache;
}
