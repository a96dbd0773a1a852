/* sim_rig.h - workflow files read, and worlds run with them. */
#ifndef TESTS_UNIT_SIM_SIM_RIG_H
#define TESTS_UNIT_SIM_SIM_RIG_H

#include "sim/sim.h"
#include "store/sqlite.h"
#include "tests/lib/check.h"
#include "tests/lib/disk/one_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RIG_FILES_MAX = 16, RIG_ARENA_MAX = 256 * 1024 * 1024, RIG_FILE_BYTES_MAX = 100000 };

static const char *const rig_workflows[] = {
    "tests/workflows/application.yaml", "tests/workflows/deal.yaml",
    "tests/workflows/feeding.yaml",     "tests/workflows/order.yaml",
    "tests/workflows/payout.yaml",      "tests/workflows/phoenix.yaml",
    "tests/workflows/policy.yaml",      "tests/workflows/popug_task.yaml",
    "tests/unit/sim/rounds.yaml",
};

struct rig_world {
    struct arena *arena;
    struct sim_file files[RIG_FILES_MAX];
    size_t file_count;
    struct sim_report report;
    struct text error;
};

static inline void rig_open(struct rig_world *rig)
{
    one_process();
    *rig = (struct rig_world){.arena = arena_create("rig", RIG_ARENA_MAX)};
}

static inline void rig_close(struct rig_world *rig)
{
    arena_destroy(&rig->arena);
}

static inline void rig_add_text(struct rig_world *rig, const char *name, struct text yaml)
{
    CHECK(rig->file_count < RIG_FILES_MAX);
    rig->files[rig->file_count++] = (struct sim_file){text_of(name), yaml};
}

static inline void rig_add(struct rig_world *rig, const char *path)
{
    FILE *file = fopen(path, "re");
    CHECK(file != NULL);
    char *data = arena_take(rig->arena, RIG_FILE_BYTES_MAX);
    size_t bytes = fread(data, 1, RIG_FILE_BYTES_MAX, file);
    fclose(file);
    CHECK(bytes > 0 && bytes < RIG_FILE_BYTES_MAX);
    rig_add_text(rig, path, (struct text){data, bytes});
}

static inline enum status rig_open_rows(const char *directory, const char *service,
                                        struct store_source **source_out, struct text *error_out)
{
    return sqlite_source(&(struct sqlite_options){.directory = directory, .schema = service},
                         source_out, error_out);
}

static inline enum status rig_run(struct rig_world *rig, uint64_t seed, unsigned steps)
{
    const struct sim_options options = {
        .files = rig->files,
        .file_count = rig->file_count,
        .seed = seed,
        .steps = steps,
        .open = rig_open_rows,
    };
    return sim_run(rig->arena, &options, &rig->report, &rig->error);
}

/* As a person reads it. */
static inline void rig_show(const struct rig_world *rig, uint64_t seed)
{
    printf("# seed %llu, step %u: %.*s\n", (unsigned long long)seed, rig->report.steps,
           TEXT_ARGS(rig->report.violation));
    for (size_t i = 0; i < rig->report.last.count; i++) {
        printf("#   %.*s\n", TEXT_ARGS(rig->report.last.items[i]));
    }
}

#endif
