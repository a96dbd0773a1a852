/* asker.c - settles at the start who is asked how. */
#include "runtime/ask/asker.h"

#include "runtime/ask/ask_inside.h"

#include <string.h>

enum { ARENA_BYTES_MAX = 16 * 1024 * 1024 };

/* ---- who there is ---- */

static const struct service *find_service(const struct asker *asker, struct text name)
{
    for (size_t i = 0; i < asker->options.known_count; i++) {
        if (text_equals(text_of(asker->options.known[i]->name), name)) {
            return asker->options.known[i];
        }
    }
    return NULL;
}

static struct host *find_host(const struct asker *asker, const char *name)
{
    for (size_t i = 0; i < asker->options.host_count; i++) {
        if (strcmp(asker->options.hosts[i].service->name, name) == 0) {
            return &asker->options.hosts[i];
        }
    }
    return NULL;
}

static struct ask_target *find_target(const struct asker *asker, const char *name)
{
    for (size_t i = 0; i < asker->target_count; i++) {
        if (strcmp(asker->targets[i].service, name) == 0) {
            return &asker->targets[i];
        }
    }
    return NULL;
}

static const struct route *find_route(const struct service *service, const char *operation)
{
    for (size_t i = 0; i < service->route_count; i++) {
        if (strcmp(service->routes[i].operation, operation) == 0) {
            return &service->routes[i];
        }
    }
    must_failed(__FILE__, __LINE__, "ask_check has found this operation");
}

/* ---- addresses ---- */

/* "http://10.0.0.5:8480": what is behind the port is the route's. */
static bool read_url(struct text url)
{
    static const struct text schemes[] = {{"http://", 7}, {"https://", 8}};
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        if (text_starts_with(url, schemes[i])) {
            struct text host = text_slice(url, schemes[i].bytes, url.bytes);
            bool has_more = false;
            for (size_t j = 0; j < host.bytes; j++) {
                has_more = has_more || memchr("/?#@", host.data[j], 4) != NULL;
            }
            return host.bytes > 0 && !has_more;
        }
    }
    return false;
}

static bool read_address(struct arena *arena, struct text address, struct ask_target *target_out)
{
    if (text_starts_with(address, TEXT("unix:/"))) {
        target_out->unix_socket = text_copy(arena, text_slice(address, 5, address.bytes)).data;
        target_out->url = "http://localhost";
        return true;
    }
    target_out->url = text_copy(arena, address).data;
    return read_url(address);
}

static enum status add_target(struct asker *asker, struct text entry, struct text *error_out)
{
    struct text name;
    struct text address;
    struct ask_target *target = &asker->targets[asker->target_count];
    text_cut(entry, '=', &name, &address);
    const struct service *service = find_service(asker, name);
    if (service == NULL || address.data == NULL || !read_address(asker->arena, address, target)) {
        *error_out = text_format(asker->arena,
                                 "ask.addresses: '%.*s' is not SERVICE=http://HOST:PORT, "
                                 "SERVICE=https://... or SERVICE=unix:/PATH of a service that "
                                 "there is.",
                                 TEXT_ARGS(entry));
        return STATUS_MALFORMED;
    }
    if (find_target(asker, service->name) != NULL) {
        *error_out =
            text_format(asker->arena, "ask.addresses: %s has two addresses.", service->name);
        return STATUS_MALFORMED;
    }
    target->service = service->name;
    circuit_init(&target->circuit);
    asker->target_count++;
    return STATUS_OK;
}

static enum status read_addresses(struct asker *asker, struct text *error_out)
{
    struct text rest = text_of(asker->options.addresses);
    asker->targets = ARENA_ARRAY(asker->arena, struct ask_target, asker->options.known_count + 1);
    while (rest.data != NULL) {
        struct text entry;
        text_cut(rest, ' ', &entry, &rest);
        enum status status = entry.bytes > 0 ? add_target(asker, entry, error_out) : STATUS_OK;
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

/* ---- plans ---- */

static enum status make_plan(struct asker *asker, struct ask_plan *plan, struct text *error_out)
{
    const struct service *asked = find_service(asker, text_of(plan->ask->service));
    MUST(asked != NULL); /* ask_check has found it */
    plan->route = find_route(asked, plan->ask->operation);
    plan->host = find_host(asker, asked->name);
    if (plan->host != NULL) {
        plan->shelf = &asker->shelves[plan->host->index];
        return STATUS_OK;
    }
    plan->shelf = &asker->shelf_elsewhere;
    plan->target = find_target(asker, asked->name);
    if (plan->target == NULL) {
        *error_out = text_format(asker->arena,
                                 "%s asks %s, which does not run in this process. Say where it "
                                 "answers, such as --ask.addresses '%s=http://10.0.0.5:8480', or "
                                 "serve it here too.",
                                 plan->asking->name, asked->name, asked->name);
        return STATUS_MALFORMED;
    }
    if (asker->client == NULL) {
        asker->client = http_client_create();
    }
    return STATUS_OK;
}

static enum status make_plans(struct asker *asker, struct host *host, struct text *error_out)
{
    const struct service *service = host->service;
    struct ask_plan *plans = ARENA_ARRAY(asker->arena, struct ask_plan, service->ask_count + 1);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < service->ask_count; i++) {
        plans[i].ask = &service->asks[i];
        plans[i].asking = service;
        pthread_mutex_init(&plans[i].lock, NULL);
    }
    asker->plans[host->index] = plans;
    for (size_t i = 0; i < service->ask_count && status == STATUS_OK; i++) {
        status = make_plan(asker, &plans[i], error_out);
    }
    host->asker = asker;
    return status;
}

/* ---- who may stay on the loops ---- */

/* A point read runs on the thread of a loop because it never waits. That is over when somebody it
 * asks may wait: for a network, or for a long read. There are no circles, so this ends. */
static bool asks_at_once(const struct asker *asker, const struct host *host)
{
    for (size_t i = 0; i < host->service->ask_count; i++) {
        const struct ask_plan *plan = &asker->plans[host->index][i];
        if (plan->host == NULL || plan->route->kind != ROUTE_READS_POINT ||
            !plan->host->reads_at_once || !asks_at_once(asker, plan->host)) {
            return false;
        }
    }
    return true;
}

static void take_off_the_loops(struct asker *asker)
{
    bool at_once[HOSTS_MAX];
    for (size_t i = 0; i < asker->options.host_count; i++) {
        at_once[i] = asks_at_once(asker, &asker->options.hosts[i]);
    }
    for (size_t i = 0; i < asker->options.host_count; i++) {
        struct host *host = &asker->options.hosts[i];
        host->reads_at_once = host->reads_at_once && at_once[i];
    }
}

/* ---- beginning and end ---- */

static enum status settle(struct asker *asker, struct text *error_out)
{
    static _Thread_local char sentence[512];
    enum status status = read_addresses(asker, error_out);
    for (size_t i = 0; i < asker->options.host_count && status == STATUS_OK; i++) {
        status = make_plans(asker, &asker->options.hosts[i], error_out);
    }
    if (status != STATUS_OK) { /* the sentence must outlive the arena */
        struct text cut = text_slice(*error_out, 0, sizeof sentence - 1);
        memcpy(sentence, cut.data, cut.bytes);
        sentence[cut.bytes] = '\0';
        *error_out = (struct text){sentence, cut.bytes};
    }
    return status;
}

enum status asker_create(const struct asker_options *options, struct asker **asker_out,
                         struct text *error_out)
{
    MUST(options->deadline_ms > 0 && options->host_count <= HOSTS_MAX);
    struct arena *arena = arena_create("asker", ARENA_BYTES_MAX);
    struct asker *asker = ARENA_NEW(arena, struct asker);
    asker->arena = arena;
    asker->options = *options;
    if (options->key != NULL) {
        asker->key = *options->key;
    }
    for (size_t i = 0; i < HOSTS_MAX; i++) {
        pthread_mutex_init(&asker->shelves[i].lock, NULL);
    }
    pthread_mutex_init(&asker->shelf_elsewhere.lock, NULL);
    enum status status = settle(asker, error_out);
    if (status != STATUS_OK) {
        asker_destroy(&asker);
        return status;
    }
    MUST(asker->client == NULL || options->key != NULL);
    take_off_the_loops(asker);
    *asker_out = asker;
    return STATUS_OK;
}

static void empty_shelf(struct ask_shelf *shelf)
{
    while (shelf->free != NULL) {
        struct ask_desk *desk = shelf->free;
        shelf->free = desk->next;
        store_destroy(&desk->store);
        arena_destroy(&desk->arena);
        memory_free(desk);
    }
    pthread_mutex_destroy(&shelf->lock);
}

void asker_destroy(struct asker **place)
{
    struct asker *asker = *place;
    if (asker == NULL) {
        return;
    }
    struct arena *arena = asker->arena;
    http_client_destroy(&asker->client);
    for (size_t i = 0; i < HOSTS_MAX; i++) {
        empty_shelf(&asker->shelves[i]);
    }
    empty_shelf(&asker->shelf_elsewhere);
    for (size_t i = 0; i < asker->target_count; i++) {
        circuit_destroy(&asker->targets[i].circuit);
    }
    for (size_t i = 0; i < asker->options.host_count; i++) {
        asker->options.hosts[i].asker = NULL;
    }
    explicit_bzero(&asker->key, sizeof asker->key);
    arena_destroy(&arena);
    *place = NULL;
}

size_t asker_count(struct asker *asker, struct ask_counts *counts_out, size_t count_max)
{
    size_t count = asker->target_count < count_max ? asker->target_count : count_max;
    for (size_t i = 0; i < count; i++) {
        struct ask_target *target = &asker->targets[i];
        counts_out[i] = (struct ask_counts){
            .service = target->service,
            .answered = atomic_load_explicit(&target->answered, memory_order_relaxed),
            .failed = atomic_load_explicit(&target->failed, memory_order_relaxed),
            .is_cut_off = circuit_is_open(&target->circuit),
        };
    }
    return count;
}
