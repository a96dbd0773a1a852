/* wiring.c - chooses back ends by the configuration. */
#include "runtime/start/wiring.h"

#include "base/fault.h"
#include "bus/bus_fault.h"
#include "bus/rabbitmq.h"
#include "store/postgres.h"
#include "store/sqlite.h"

#include <string.h>

static bool is_sqlite(const struct config *config)
{
    return text_equals(config_text(config, "store.kind"), TEXT("sqlite"));
}

enum status wiring_source(const struct runtime_options *options, struct arena *arena,
                          const char *schema, struct store_source **source_out,
                          struct text *error_out)
{
    if (is_sqlite(options->config)) {
        struct sqlite_options sqlite = {
            .directory = options->directory,
            .schema = schema,
            .cache_kib = (int)(config_integer(options->config, "store.cache") / 1024),
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
    if (status != STATUS_OK) {
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

static bool is_local(const struct config *config)
{
    return text_equals(config_text(config, "bus.kind"), TEXT("local"));
}

enum status wiring_bus(const struct config *config, struct arena *arena,
                       const struct bus_options *options, struct bus **bus_out,
                       struct text *error_out)
{
    if (SEEDED_BUG("careless_bus")) { /* no mistake: a bus that keeps its promise badly */
        *bus_out = bus_fault_create(options, &careless);
        return STATUS_OK;
    }
    if (is_local(config)) {
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

static enum status check_bus(const struct config *config, struct arena *arena,
                             struct text *error_out)
{
    struct text address = config_text(config, "bus.address");
    if (is_local(config)) {
        return STATUS_OK;
    }
    if (address.bytes == 0) {
        *error_out = TEXT("bus.kind is rabbitmq, but bus.address is empty. Give the address, for "
                          "example --bus.address='amqp://kontora:secret@127.0.0.1/kontora'.");
        return STATUS_MALFORMED;
    }
    const char *complaint = bus_rabbitmq_complain(text_copy(arena, address).data);
    if (complaint != NULL) {
        *error_out = text_format(arena, "bus.address: %s", complaint);
        return STATUS_MALFORMED;
    }
    return STATUS_OK;
}

enum status wiring_check(const struct config *config, struct arena *arena, struct text *error_out)
{
    enum status status = check_bus(config, arena, error_out);
    if (status != STATUS_OK) {
        return status;
    }
    if (is_sqlite(config)) {
        return sqlite_check_library(error_out);
    }
    if (config_text(config, "store.address").bytes == 0) {
        *error_out =
            text_format(arena, "store.kind is postgres, but store.address is empty. Give the "
                               "connection string, for example "
                               "--store.address='host=/run/postgresql dbname=kontora'.");
        return STATUS_MALFORMED;
    }
    return STATUS_OK;
}
