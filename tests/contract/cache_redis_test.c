/* cache_redis_test.c - a real Redis keeps the contract of the cache, over TCP with a secret. */
#include "tests/lib/cache_contract.h"
#include "tests/lib/check.h"
#include "tests/lib/redis_server.h"

#include <stdio.h>

static struct redis_server *server;

/* The test waits for the machine, not for the deadline: that has tests of its own. */
static struct cache *open_cache(void)
{
    char address[256];
    struct text error = NO_TEXT;
    snprintf(address, sizeof address, "%s/3?deadline_ms=10000", redis_server_tcp_address(server));
    CHECK_TEXT(text_of(redis_server_run(server, "FLUSHALL")), "+OK");
    struct cache *cache = cache_redis_create(address, &error);
    CHECK(cache != NULL);
    return cache;
}

int main(int argc, char **argv)
{
    server = redis_server_start(&(struct redis_server_options){.secret = "a:secret/@"});
    int result = cache_contract_main(argc, argv, open_cache);
    redis_server_stop(&server);
    return result;
}
