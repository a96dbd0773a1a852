/* extend_catalog.c - the recipes of a service in order, each pointing into the tables made for it.
 */
#include "base/json.h"
#include "engine/extend/engine_room.h"
#include "engine/signature.h"

#include <stdlib.h>
#include <string.h>

static const struct event *find_event(const struct service *service, struct text name)
{
    for (size_t i = 0; i < service->event_count; i++) {
        if (text_equals(text_of(service->events[i].name), name)) {
            return &service->events[i];
        }
    }
    return NULL;
}

static const struct errand *find_errand(const struct service *service, struct text command)
{
    for (size_t i = 0; i < service->errand_count; i++) {
        if (text_equals(text_of(service->errands[i].command), command)) {
            return &service->errands[i];
        }
    }
    return NULL;
}

/* A copy: the same recipe may be in a service that was made before. */
static struct recipe *bind(struct arena *arena, const struct recipe *recipe,
                           const struct service *made)
{
    const struct workflow *workflow = recipe->workflow;
    struct recipe *bound = ARENA_NEW(arena, struct recipe);
    struct recipe_transition *transitions =
        ARENA_ARRAY(arena, struct recipe_transition, workflow->transition_count + 1);
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *transition = &workflow->transitions[i];
        const struct event **tells =
            ARENA_ARRAY(arena, const struct event *, transition->tell_count + 1);
        for (size_t k = 0; k < transition->tell_count; k++) {
            tells[k] = find_event(made, transition->tells[k]);
        }
        transitions[i] = recipe->transitions[i];
        transitions[i].tells = tells;
        if (transition->kind == TRANSITION_STAGE && transition->stage.work == STAGE_CALLS) {
            transitions[i].errand = find_errand(made, transition->stage.target);
        }
    }
    *bound = *recipe;
    bound->transitions = transitions;
    return bound;
}

static int by_name_and_version(const void *left, const void *right)
{
    const struct workflow *one = (*(const struct recipe *const *)left)->workflow;
    const struct workflow *other = (*(const struct recipe *const *)right)->workflow;
    int order = text_compare(one->name, other->name);
    if (order != 0) {
        return order;
    }
    return one->version < other->version ? 1 : one->version > other->version ? -1 : 0;
}

/* Of one name: the newest that a file has. Without one the workflow was withdrawn, and no case of
 * it begins; unless a file was refused, which may have been its. */
static void mark_newest(const struct engine_room *room, struct recipe **recipes)
{
    for (size_t i = 0; i < room->recipe_count;) {
        struct text name = recipes[i]->workflow->name;
        struct recipe *newest = NULL;
        struct recipe *kept = NULL;
        for (; i < room->recipe_count && text_equals(recipes[i]->workflow->name, name); i++) {
            recipes[i]->is_newest = false;
            bool may_begin = !text_is_given(recipes[i]->held_up);
            if (newest == NULL && !recipes[i]->is_kept && may_begin) {
                newest = recipes[i];
            }
            if (kept == NULL && recipes[i]->is_kept && may_begin) {
                kept = recipes[i];
            }
        }
        newest = newest == NULL && room->has_refused ? kept : newest;
        if (newest != NULL) {
            newest->is_newest = true;
        }
    }
}

/* The schedules were made of the recipes before they were copied. */
static const struct recipe_schedule *bind_schedules(const struct engine_room *room,
                                                    struct recipe *const *recipes,
                                                    struct recipe_schedules schedules)
{
    struct recipe_schedule *bound =
        ARENA_ARRAY(room->arena, struct recipe_schedule, schedules.count + 1);
    for (size_t i = 0; i < schedules.count; i++) {
        bound[i] = schedules.items[i];
        for (size_t k = 0; k < room->recipe_count; k++) {
            if (recipes[k]->workflow == schedules.items[i].recipe->workflow) {
                bound[i].recipe = recipes[k];
            }
        }
    }
    return bound;
}

/* What a gateway routes by, for the page /workflows. A version whose cases stand still is known,
 * and not served. */
static struct text write_served(struct arena *arena, struct recipe *const *recipes, size_t count)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(&writer);
        json_key(&writer, "workflow");
        json_put_text(&writer, recipes[i]->workflow->name);
        json_key(&writer, "version");
        json_put_integer(&writer, recipes[i]->workflow->version);
        json_key(&writer, "is_newest");
        json_put_flag(&writer, recipes[i]->is_newest);
        json_key(&writer, "is_served");
        json_put_flag(&writer, !text_is_given(recipes[i]->held_up));
        json_end_object(&writer);
    }
    json_end_array(&writer);
    return json_written(&writer);
}

void extend__catalog(const struct engine_room *room, struct service *made,
                     struct recipe_schedules schedules)
{
    struct recipe **recipes = ARENA_ARRAY(room->arena, struct recipe *, room->recipe_count + 1);
    for (size_t i = 0; i < room->recipe_count; i++) {
        recipes[i] = bind(room->arena, room->recipes[i].recipe, made);
    }
    qsort(recipes, room->recipe_count, sizeof *recipes, by_name_and_version);
    mark_newest(room, recipes);
    const struct recipe **sorted =
        ARENA_ARRAY(room->arena, const struct recipe *, room->recipe_count + 1);
    for (size_t i = 0; i < room->recipe_count; i++) {
        sorted[i] = recipes[i];
    }
    struct text changed = text_format(room->arena, "%s.case_changed", made->name);
    struct text viewed = text_format(room->arena, "%s.case_viewed_as", made->name);
    struct text forgotten = text_format(room->arena, "%s.case_forgotten", made->name);
    struct catalog *catalog = ARENA_NEW(room->arena, struct catalog);
    *catalog = (struct catalog){
        .service = made,
        .recipes = sorted,
        .recipe_count = room->recipe_count,
        .case_changed = find_event(made, changed),
        .case_viewed = find_event(made, viewed),
        .case_forgotten = find_event(made, forgotten),
        .case_timer = &made->timers[made->timer_count - 1],
        .schedules = bind_schedules(room, recipes, schedules),
        .schedule_count = schedules.count,
        .room = room,
        .signing_key = ARENA_NEW(room->arena, struct signing_key),
    };
    MUST(catalog->case_changed != NULL && catalog->case_viewed != NULL);
    MUST(catalog->case_forgotten != NULL);
    made->catalog = catalog;
    made->workflows = write_served(room->arena, recipes, room->recipe_count);
}
