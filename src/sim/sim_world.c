/* sim_world.c - brings the services of a world up, lets the process die, and commits. */
#include "sim/sim_world.h"

#include "base/clock.h"
#include "base/encode.h"
#include "engine/engine.h"
#include "runtime/start/series.h"
#include "runtime/telling.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TRIES_MAX = 3, CALLS_MOST = 24 };

static struct world *now;

struct world *world_now(void)
{
    return now;
}

/* ---- up ---- */

static enum status extend(struct world *world, struct text *error_out)
{
    const struct service *const *made = NULL;
    const struct engine_options options = {.services = world->cast.services,
                                           .service_count = world->cast.service_count};
    cast_choose_files(&world->cast, &world->dice);
    enum status status = engine_extend(world->life, &options, &made, error_out);
    for (size_t i = 0; status == STATUS_OK && i < world->cast.service_count; i++) {
        world->members[i].service = made[i];
    }
    world->member_count = world->cast.service_count;
    return status;
}

static enum status bring_up_tables(struct world *world, struct member *member,
                                   struct text *error_out)
{
    struct series series[SERIES_MAX];
    size_t count = series_of(member->service, series);
    return migrate_all(member->store, series, count, world->life, error_out);
}

/* As host_open does it, without its threads. */
static enum status open_member(struct world *world, struct member *member, struct text *error_out)
{
    struct store *inner = NULL;
    member->fault = (struct store_fault){.calls = 0};
    member->host = (struct host){.service = member->service};
    enum status status =
        world->options->open(world->directory, member->service->name, &member->source, error_out);
    if (status == STATUS_OK) {
        status = member->source->open(member->source, STORE_WRITE, &inner);
    }
    if (status != STATUS_OK) {
        return status;
    }
    member->host.source = member->source;
    member->store = store_fault_create(inner, &member->fault);
    status = bring_up_tables(world, member, error_out);
    if (status == STATUS_OK && member->service->opened != NULL) {
        status = member->service->opened(member->service, member->store, world->life,
                                         &member->host.service, error_out);
    }
    if (status == STATUS_OK) {
        status = later_open(&(struct later_options){.service = member->host.service,
                                                    .store = member->store,
                                                    .now_ms = clock_wall_ms()},
                            world->life, &member->host.later, error_out);
    }
    return status;
}

static enum status open_all(struct world *world, struct text *error_out)
{
    enum status status = extend(world, error_out);
    for (size_t i = 0; i < world->member_count && status == STATUS_OK; i++) {
        status = open_member(world, &world->members[i], error_out);
    }
    return status;
}

static void close_all(struct world *world)
{
    for (size_t i = 0; i < world->member_count; i++) {
        struct member *member = &world->members[i];
        store_destroy(&member->store);
        if (member->source != NULL) {
            member->source->destroy(member->source);
            member->source = NULL;
        }
    }
    arena_reset(world->life);
}

enum status world_open(struct world *world, struct text *error_out)
{
    MUST(now == NULL);
    now = world;
    return open_all(world, error_out);
}

void world_close(struct world *world)
{
    close_all(world);
    now = NULL;
}

/* Recipes are memory of the process: what is watched is held against the new ones. */
static void find_recipes_again(struct world *world)
{
    for (size_t i = 0; i < world->case_count; i++) {
        struct watched_case *watched = world->cases[i];
        struct text name = watched->workflow_name;
        watched->recipe = catalog_find(world_catalog(world), name, watched->version);
        MUST(watched->recipe != NULL);
    }
}

void world_crash(struct world *world)
{
    struct text error = NO_TEXT;
    world->crash_count++;
    world_say(world, "the process dies, and begins again");
    close_all(world);
    memset(world->roads, 0, sizeof world->roads);
    enum status status = open_all(world, &error);
    if (status != STATUS_OK) {
        world_violated(world, "after the process has died it does not begin again: %s %.*s",
                       status_text(status), TEXT_ARGS(error));
        return;
    }
    find_recipes_again(world);
}

const struct catalog *world_catalog(struct world *world)
{
    return world_cases(world)->host.service->catalog;
}

/* ---- the trace ---- */

static void hash_line(struct world *world, const char *line)
{
    for (; *line != '\0'; line++) {
        world->hash = (world->hash ^ (unsigned char)*line) * 1099511628211u;
    }
}

void world_say(struct world *world, const char *format, ...)
{
    char *line = world->lines[world->line_count++ % WORLD_LAST_LINES];
    char time[CLOCK_TEXT_BYTES + 1];
    va_list values;
    clock_write(clock_wall_ms(), time);
    int begun = snprintf(line, WORLD_LINE_BYTES, "%4u  %.19s  ", world->step, time);
    va_start(values, format);
    vsnprintf(line + begun, (size_t)(WORLD_LINE_BYTES - begun), format, values);
    va_end(values);
    hash_line(world, line);
    if (world->options->on_line != NULL) {
        world->options->on_line(world->options->context, text_of(line));
    }
}

void world_violated(struct world *world, const char *format, ...)
{
    char sentence[1000];
    va_list values;
    if (text_is_given(world->violation)) {
        return;
    }
    va_start(values, format);
    vsnprintf(sentence, sizeof sentence, format, values);
    va_end(values);
    world->violation = text_copy(world->arena, text_of(sentence));
    world_say(world, "VIOLATED: %s", sentence);
}

struct text world_case_name(struct world *world, struct id case_id)
{
    for (size_t i = 0; i < world->case_count; i++) {
        if (id_equals(world->cases[i]->id, case_id)) {
            return text_format(world->look, "case %zu", i + 1);
        }
    }
    return TEXT("a new case");
}

/* ---- transactions ---- */

static void arm(struct world *world, struct member *member, bool *dies_out)
{
    static const enum status troubles[] = {STATUS_CONFLICT, STATUS_UNAVAILABLE, STATUS_CONFLICT,
                                           STATUS_FULL};
    struct store_fault *fault = &member->fault;
    *fault = (struct store_fault){.calls = 0};
    *dies_out = !world->is_friendly && dice_percent(&world->dice, world->rates.crash);
    if (*dies_out && dice_percent(&world->dice, 30)) { /* at its end, and nobody hears of it */
        fault->calls = STORE_FAULT_COMMIT;
        fault->status = STATUS_UNCERTAIN;
        fault->commit_happens = dice_percent(&world->dice, 50);
        fault->repeat = 1;
    } else if (*dies_out) { /* between two writes: from here on nothing works */
        fault->calls = STORE_FAULT_EXEC | STORE_FAULT_QUERY | STORE_FAULT_MARK | STORE_FAULT_UNDO |
                       STORE_FAULT_COMMIT | STORE_FAULT_PART | STORE_FAULT_PART_UNDO;
        fault->status = STATUS_UNAVAILABLE;
        fault->countdown = (int)dice_below(&world->dice, CALLS_MOST);
    } else if (!world->is_friendly && dice_percent(&world->dice, world->rates.trouble)) {
        fault->calls = STORE_FAULT_EXEC;
        fault->status = troubles[dice_below(&world->dice, COUNT_OF(troubles))];
        fault->countdown = (int)dice_below(&world->dice, CALLS_MOST);
        fault->repeat = 1;
    }
}

static enum status try_once(struct world *world, struct member *member, write_fn *write,
                            void *context)
{
    arena_reset(world->turn);
    enum status status = store_begin(member->store, STORE_WRITE);
    if (status != STATUS_OK) {
        return status;
    }
    status = write(world, member, context);
    if (status != STATUS_OK) {
        if (member->store->state != STORE_IDLE) {
            store_rollback(member->store);
        }
        return status;
    }
    return store_commit(member->store);
}

enum status world_write(struct world *world, struct member *member, write_fn *write, void *context)
{
    bool dies = false;
    enum status status = STATUS_CONFLICT;
    arm(world, member, &dies);
    member->write_count++;
    for (int i = 0; i < TRIES_MAX && status == STATUS_CONFLICT; i++) {
        status = try_once(world, member, write, context);
    }
    bool was_hit = member->fault.hits > 0;
    member->fault.calls = 0;
    if (was_hit) {
        world_say(world, "... the store: %s", status_text(status));
    }
    if (dies) {
        world_crash(world);
        return status == STATUS_OK ? STATUS_UNCERTAIN : status;
    }
    return status;
}

struct store *world_look(struct member *member)
{
    enum status status = store_begin(member->store, STORE_READ);
    MUST(status == STATUS_OK);
    return member->store;
}

void world_looked(struct store *store)
{
    store_rollback(store);
}

struct call world_call(struct world *world, struct member *member, const char *actor)
{
    struct message *behind = ARENA_NEW(world->turn, struct message);
    uint64_t trace[2] = {dice_number(&world->dice), dice_number(&world->dice)};
    behind->actor = text_of(actor);
    behind->trace = encode_hex(world->turn, trace, sizeof trace);
    return (struct call){
        .arena = world->turn,
        .store = member->store,
        .service = member->host.service,
        .host = &member->host,
        .caller = {.kind = CALLER_SERVICE, .name = text_of(member->host.service->name)},
        .now_ms = clock_wall_ms(),
        .expected_revision = FIELD_NONE,
        .message = behind,
    };
}
