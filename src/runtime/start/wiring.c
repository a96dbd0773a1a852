/* wiring.c - chooses back ends by the configuration. */
#include "runtime/start/wiring.h"

#include "base/fault.h"
#include "bus/bus_fault.h"
#include "bus/rabbitmq.h"
#include "bus/rabbitmq/amqp_nonce.h"
#include "bus/rabbitmq_outside.h"
#include "runtime/start/machine.h"
#include "store/postgres.h"
#include "store/sqlite.h"

#include <string.h>

enum { BUS_TRY_MS = 5000 };

/* Of the memory for pages of a file, when nobody has said how much it may be. A dozen services
 * have a file each, and of most of them all pages fit into a fraction of it. */
enum { CACHE_PART = 64, CACHE_MIB_MIN = 32, CACHE_MIB_MAX = 1024, KIB_IN_MIB = 1024 };
enum { CACHE_BYTES_GIVEN_MIN = 1024 * 1024 }; /* by who has said it; less is a mistake */

static bool is_kind(const struct config *config, const char *setting, const char *kind)
{
    return text_equals(config_text(config, setting), text_of(kind));
}

static bool is_sqlite(const struct config *config)
{
    return is_kind(config, "store.kind", "sqlite");
}

static const char *address_of(const struct config *config, struct arena *arena, const char *name)
{
    struct text address = config_text(config, name);
    return address.data == NULL ? "" : text_copy(arena, address).data;
}

/* A kind that is a server needs to be told where it is. */
static enum status need_address(const struct config *config, struct arena *arena, const char *what,
                                const char *example, struct text *error_out)
{
    struct text kind = text_format(arena, "%s.kind", what);
    struct text address = text_format(arena, "%s.address", what);
    if (config_text(config, address.data).bytes > 0) {
        return STATUS_OK;
    }
    struct text chosen = config_text(config, kind.data);
    *error_out = text_format(arena,
                             "%s is %.*s, but %s is empty. Give the address, for example "
                             "--%s='%s'.",
                             kind.data, TEXT_ARGS(chosen), address.data, address.data, example);
    return STATUS_MALFORMED;
}

static int cache_kib(const struct config *config)
{
    int64_t kib = config_integer(config, "store.cache") / 1024;
    if (kib == 0) {
        kib = machine_memory() / 1024 / CACHE_PART;
        kib = kib < CACHE_MIB_MIN * KIB_IN_MIB ? CACHE_MIB_MIN * KIB_IN_MIB : kib;
        kib = kib > CACHE_MIB_MAX * KIB_IN_MIB ? CACHE_MIB_MAX * KIB_IN_MIB : kib;
    }
    return (int)kib;
}

enum status wiring_source(const struct runtime_options *options, struct arena *arena,
                          const char *schema, struct store_source **source_out,
                          struct text *error_out)
{
    if (is_sqlite(options->config)) {
        int64_t cache = config_integer(options->config, "store.cache");
        if (cache > 0 && cache < CACHE_BYTES_GIVEN_MIN) {
            *error_out = TEXT("store.cache is less than 1MiB: give at least that, or 0 for a part "
                              "of the machine's memory.");
            return STATUS_MALFORMED;
        }
        struct sqlite_options sqlite = {
            .directory = options->directory,
            .schema = schema,
            .cache_kib = cache_kib(options->config),
            .accept_loss =
                options->accept_loss != NULL && strcmp(options->accept_loss, schema) == 0,
        };
        return sqlite_source(&sqlite, source_out, error_out);
    }
    struct postgres_options postgres = {
        .address = text_copy(arena, config_text(options->config, "store.address")).data,
        .schema = schema,
    };
    return postgres_source(&postgres, source_out, error_out);
}

enum status wiring_source_to_read(const struct runtime_options *options, struct arena *arena,
                                  const char *schema, struct store_source **source_out,
                                  struct text *pages_out)
{
    *pages_out = NO_TEXT;
    if (!is_sqlite(options->config)) {
        return wiring_source(options, arena, schema, source_out, pages_out);
    }
    struct sqlite_options sqlite = {.directory = options->directory, .schema = schema};
    enum status status = sqlite_source_to_read(&sqlite, source_out, pages_out);
    if (status != STATUS_OK) { /* the sentence is the room's, until it says the next one */
        *pages_out = text_is_given(*pages_out) ? text_copy(arena, *pages_out) : NO_TEXT;
        return status;
    }
    status = sqlite_check_file(&sqlite, arena, pages_out);
    if (status != STATUS_OK) {
        (*source_out)->destroy(*source_out);
        *source_out = NULL;
    }
    return status;
}

static const struct bus_fault_script careless = {
    .seed = 42,
    .lose = 150,
    .twice = 150,
    .mix = 150,
    .late = 150,
    .withhold = 150,
    .forget = 100,
};

bool wiring_bus_leaves(const struct config *config)
{
    return is_kind(config, "bus.kind", "rabbitmq");
}

enum status wiring_bus(const struct config *config, struct arena *arena,
                       const struct bus_options *options, struct bus **bus_out,
                       struct text *error_out)
{
    if (SEEDED_BUG("careless_bus")) { /* no mistake: a bus that keeps its promise badly */
        *bus_out = bus_fault_create(options, &careless);
        return STATUS_OK;
    }
    if (!wiring_bus_leaves(config)) {
        *bus_out = bus_local_create(options);
        return STATUS_OK;
    }
    const char *error = NULL;
    struct text address = text_copy(arena, config_text(config, "bus.address"));
    *bus_out = bus_rabbitmq_create(options, address.data, &error);
    if (*bus_out == NULL) {
        *error_out = text_format(arena, "bus.address: %s", error);
        return STATUS_MALFORMED;
    }
    return STATUS_OK;
}

enum status wiring_outside(const struct config *config, struct arena *arena,
                           const struct outside_options *options, struct outside **outside_out,
                           struct text *error_out)
{
    const char *error = NULL;
    MUST(wiring_bus_leaves(config)); /* wiring_check has seen to it */
    *outside_out =
        rabbitmq_outside_create(options, address_of(config, arena, "bus.address"), &error);
    if (*outside_out == NULL) {
        *error_out = text_format(arena, "bus.address: %s", error);
        return STATUS_MALFORMED;
    }
    return STATUS_OK;
}

static enum status check_bus(const struct config *config, struct arena *arena,
                             struct text *error_out)
{
    struct text address = config_text(config, "bus.address");
    if (!wiring_bus_leaves(config)) {
        bool needs_broker = config_text(config, "work.amqp").bytes > 0;
        *error_out =
            needs_broker ? TEXT("work.amqp: workers over AMQP need bus.kind=rabbitmq.") : NO_TEXT;
        return needs_broker ? STATUS_MALFORMED : STATUS_OK;
    }
    enum status status =
        need_address(config, arena, "bus", "amqp://kontora:secret@127.0.0.1/kontora", error_out);
    if (status != STATUS_OK) {
        return status;
    }
    const char *complaint = bus_rabbitmq_complain(text_copy(arena, address).data);
    if (complaint != NULL) {
        *error_out = text_format(arena, "bus.address: %s", complaint);
        return STATUS_MALFORMED;
    }
    return STATUS_OK;
}

enum status wiring_try_bus(const struct config *config, struct arena *arena, struct text *error_out)
{
    if (!wiring_bus_leaves(config)) {
        return STATUS_OK;
    }
    return amqp_nonce_try(address_of(config, arena, "bus.address"), BUS_TRY_MS, arena, error_out);
}

bool wiring_cache_is_shared(const struct config *config)
{
    return is_kind(config, "cache.kind", "redis");
}

enum status wiring_cache(const struct config *config, struct arena *arena, struct cache **cache_out,
                         struct text *error_out)
{
    if (is_kind(config, "cache.kind", "memory")) {
        *cache_out = cache_memory_create((size_t)config_integer(config, "cache.memory"));
        return STATUS_OK;
    }
    struct text trouble = NO_TEXT;
    *cache_out = cache_redis_create(address_of(config, arena, "cache.address"), &trouble);
    if (*cache_out == NULL) {
        *error_out = text_format(arena, "cache.address: %.*s", TEXT_ARGS(trouble));
    }
    return *cache_out == NULL ? STATUS_MALFORMED : STATUS_OK;
}

enum status wiring_check(const struct config *config, struct arena *arena, struct text *error_out)
{
    enum status status = check_bus(config, arena, error_out);
    if (status != STATUS_OK) {
        return status;
    }
    if (is_sqlite(config)) {
        status = sqlite_check_library(error_out);
    } else {
        status =
            need_address(config, arena, "store", "host=/run/postgresql dbname=kontora", error_out);
    }
    if (status == STATUS_OK && is_kind(config, "cache.kind", "redis")) {
        status = need_address(config, arena, "cache", "redis://127.0.0.1", error_out);
    }
    return status;
}
