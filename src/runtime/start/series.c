/* series.c - which migrations belong to the schema of a service. */
#include "runtime/start/series.h"

#include "bus/journal.h"
#include "runtime/idempotency_store.h"
#include "runtime/intake/errand_store.h"
#include "runtime/later/later.h"

size_t series_of(const struct service *service, struct series series_out[SERIES_MAX])
{
    const struct series all[] = {
        {"runtime", runtime_migrations, runtime_migration_count},
        {"bus", bus_migrations, bus_migration_count},
        {"intake", intake_migrations, intake_migration_count},
        {"later", later_migrations, later_migration_count},
        {service->name, service->migrations, service->migration_count},
    };
    size_t count = 0;
    MUST(COUNT_OF(all) + service->series_count <= SERIES_MAX);
    for (size_t i = 0; i + 1 < COUNT_OF(all); i++) {
        series_out[count++] = all[i];
    }
    for (size_t i = 0; i < service->series_count; i++) {
        series_out[count++] = service->series[i];
    }
    series_out[count++] = all[COUNT_OF(all) - 1]; /* the service's own come last */
    return count;
}
