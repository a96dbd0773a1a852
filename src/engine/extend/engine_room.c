/* engine_room.c - gathers the recipes of a service, and makes its tables of them. */
#include "engine/extend/engine_room.h"

#include "engine/casebook/casebook.h"
#include "engine/files/file_store.h"
#include "engine/files/files.h"
#include "engine/fsck/case_checks.h"
#include "engine/migration/workflows.h"
#include "engine/run/case_store.h"
#include "engine/sample/sample_case.h"
#include "engine/shelf/shelf.h"
#include "engine/stages/work_queue.h"
#include "engine/triggers/triggers.h"

void engine_room_remark(struct engine_room *room, struct text remark)
{
    struct text *items = ARENA_ARRAY(room->arena, struct text, room->remarks.count + 1);
    for (size_t i = 0; i < room->remarks.count; i++) {
        if (text_equals(room->remarks.items[i], remark)) {
            return; /* tables may be made twice */
        }
        items[i] = room->remarks.items[i];
    }
    items[room->remarks.count] = text_copy(room->arena, remark);
    room->remarks = (struct texts){items, room->remarks.count + 1};
}

const struct recipe *engine_room_find(const struct engine_room *room, struct text workflow,
                                      int64_t version)
{
    for (size_t i = 0; i < room->recipe_count; i++) {
        const struct workflow *one = room->recipes[i].recipe->workflow;
        if (text_equals(one->name, workflow) && one->version == version) {
            return room->recipes[i].recipe;
        }
    }
    return NULL;
}

void engine_room_add(struct engine_room *room, const struct recipe *recipe, bool is_of_program)
{
    MUST(room->recipe_count < ROOM_RECIPES_MAX);
    MUST(engine_room_find(room, recipe->workflow->name, recipe->workflow->version) == NULL);
    room->recipes[room->recipe_count++] = (struct room_recipe){recipe, is_of_program};
}

struct recipe_source engine_room_source(const struct engine_room *room, struct text file,
                                        struct text yaml)
{
    return (struct recipe_source){.service = room->base,
                                  .services = room->services,
                                  .service_count = room->service_count,
                                  .file = file,
                                  .yaml = yaml,
                                  .on_reply = case_reply};
}

static void add_checks(const struct engine_room *room, struct service *made)
{
    const struct service *base = room->base;
    struct own_check *checks =
        ARENA_ARRAY(room->arena, struct own_check, base->check_count + case_check_count);
    for (size_t i = 0; i < base->check_count; i++) {
        checks[i] = base->checks[i];
    }
    for (size_t i = 0; i < case_check_count; i++) {
        checks[base->check_count + i] = case_checks[i];
    }
    made->checks = checks;
    made->check_count = base->check_count + case_check_count;
}

static void add_series(const struct engine_room *room, struct service *made)
{
    const struct service *base = room->base;
    struct series *series = ARENA_ARRAY(room->arena, struct series, base->series_count + 2);
    for (size_t i = 0; i < base->series_count; i++) {
        series[i] = base->series[i];
    }
    series[base->series_count] =
        (struct series){"engine", engine_migrations, engine_migration_count};
    series[base->series_count + 1] =
        (struct series){"engine_files", file_migrations, file_migration_count};
    made->series = series;
    made->series_count = base->series_count + 2;
}

static void add_routes(const struct engine_room *room, struct service *made,
                       const struct route *added, size_t count)
{
    size_t before = made->route_count;
    struct route *routes = ARENA_ARRAY(room->arena, struct route, before + count + 1);
    for (size_t i = 0; i < before + count; i++) {
        routes[i] = i < before ? made->routes[i] : added[i - before];
    }
    made->routes = routes;
    made->route_count = before + count;
}

/* What every service with outside workers has beside its own. */
static void add_work(const struct engine_room *room, struct service *made)
{
    size_t before = made->chore_count;
    size_t count = 0;
    const struct route *added = work_routes(room->arena, made->catalog, &count);
    if (count == 0) {
        return;
    }
    struct chore *chores = ARENA_ARRAY(room->arena, struct chore, before + 1);
    for (size_t i = 0; i < before; i++) {
        chores[i] = made->chores[i];
    }
    chores[before] = work_chore;
    made->chores = chores;
    made->chore_count = before + 1;
    made->post = work_post(room->arena, made->catalog);
    add_routes(room, made, added, count);
}

/* What forgets files that no form has taken. */
static void add_files(const struct engine_room *room, struct service *made)
{
    size_t before = made->chore_count;
    bool has_files = false;
    for (size_t i = 0; i < room->recipe_count; i++) {
        has_files = has_files || files_are_in(room->recipes[i].recipe->workflow);
    }
    if (!has_files) {
        return;
    }
    struct chore *chores = ARENA_ARRAY(room->arena, struct chore, before + 1);
    for (size_t i = 0; i < before; i++) {
        chores[i] = made->chores[i];
    }
    chores[before] = file_chore;
    made->chores = chores;
    made->chore_count = before + 1;
}

static void add_triggers(const struct engine_room *room, struct service *made)
{
    size_t count = 0;
    const struct route *added = trigger_routes(room->arena, made->catalog, &count);
    add_routes(room, made, added, count);
}

static void add_samples(const struct engine_room *room, struct service *made)
{
    if (room->base->cases->takes_samples) {
        made->commands = sample_case_commands(room->arena, made, &made->command_count);
    }
}

/* What people ask about versions. */
static void add_workflows(const struct engine_room *room, struct service *made)
{
    size_t count = 0;
    const struct route *added = workflows_routes(room->arena, made, &count);
    add_routes(room, made, added, count);
}

static void add_casebook(const struct engine_room *room, struct service *made)
{
    size_t count = 0;
    const struct route *added = casebook_routes(room->arena, made, &count);
    add_routes(room, made, added, count);
}

static void add_shelf(const struct engine_room *room, struct service *made)
{
    size_t count = 0;
    const struct route *added = shelf_routes(room->arena, made, &count);
    add_routes(room, made, added, count);
}

enum status extend__finish(struct engine_room *room, struct service *made, struct text *error_out)
{
    enum status status = extend__subscriptions(room, made, error_out);
    if (status == STATUS_OK) {
        extend__errands(room, made);
        add_samples(room, made);
        add_series(room, made);
        add_checks(room, made);
        extend__catalog(room, made, extend__times(room, made));
        add_work(room, made);
        add_files(room, made);
        add_casebook(room, made);
        add_triggers(room, made);
        add_workflows(room, made);
        add_shelf(room, made);
        extend__people(room, made);
        made->remarks = room->remarks;
        made->opened = extend__opened;
    }
    return status;
}
