/* extend_times.c - timers and schedules of a service, with those that its workflows need. */
#include "engine/extend/engine_room.h"
#include "engine/handlers.h"

#include <sodium.h>
#include <string.h>

/* "feeding_end_of_day" as long as it fits; see runtime/later/later_check.c for what a name is. */
enum { NAME_BYTES_MAX = 32, HASH_BYTES = 4, HASH_LETTERS = 2 * HASH_BYTES };

static void add_timer(const struct engine_room *room, struct service *made)
{
    const struct service *base = room->base;
    struct timer *timers = ARENA_ARRAY(room->arena, struct timer, base->timer_count + 1);
    for (size_t i = 0; i < base->timer_count; i++) {
        timers[i] = base->timers[i];
    }
    timers[base->timer_count] = (struct timer){.name = "case_timer", .handle = case_timer};
    made->timers = timers;
    made->timer_count = base->timer_count + 1;
}

/* ---- schedules ---- */

struct scheduling {
    const struct engine_room *room;
    struct schedule_row *rows;
    size_t row_count;
    struct recipe_schedule *items;
    size_t item_count;
};

static struct text lower(struct arena *arena, struct text name)
{
    char *letters = arena_take_raw(arena, name.bytes + 1);
    for (size_t i = 0; i < name.bytes; i++) {
        char letter = name.data[i];
        letters[i] = letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
    }
    letters[name.bytes] = '\0';
    return (struct text){letters, name.bytes};
}

/* WORKFLOW_TIMER; when that is too long, or means another time in another version, its beginning
 * and a hash of all that makes it what it is. */
static const char *name_of(const struct scheduling *scheduling, const struct workflow *workflow,
                           const struct transition *transition, const char *when)
{
    struct arena *arena = scheduling->room->arena;
    struct text full = lower(arena, text_format(arena, "%.*s_%.*s", TEXT_ARGS(workflow->name),
                                                TEXT_ARGS(transition->name)));
    bool is_free = full.bytes <= NAME_BYTES_MAX;
    for (size_t i = 0; i < scheduling->row_count && is_free; i++) {
        const struct schedule_row *row = &scheduling->rows[i];
        is_free = strcmp(row->name, full.data) != 0 ||
                  (strcmp(row->when, when) == 0 && row->handle == case_schedule);
    }
    if (is_free) {
        return full.data;
    }
    unsigned char hash[crypto_generichash_BYTES_MIN];
    struct text all = text_format(arena, "%.*s %s", TEXT_ARGS(full), when);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)all.data, all.bytes, NULL, 0);
    size_t bytes = full.bytes < NAME_BYTES_MAX - HASH_LETTERS - 1
                       ? full.bytes
                       : NAME_BYTES_MAX - HASH_LETTERS - 1;
    return text_format(arena, "%.*s_%02x%02x%02x%02x", (int)bytes, full.data, hash[0], hash[1],
                       hash[2], hash[3])
        .data;
}

static bool has_row(const struct scheduling *scheduling, const char *name)
{
    for (size_t i = 0; i < scheduling->row_count; i++) {
        if (strcmp(scheduling->rows[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_schedule(struct scheduling *scheduling, const struct recipe *recipe, size_t index)
{
    struct arena *arena = scheduling->room->arena;
    const struct workflow *workflow = recipe->workflow;
    const struct transition *transition = &workflow->transitions[index];
    const char *when = schedule_text(arena, &transition->timer.schedule).data;
    const char *name = name_of(scheduling, workflow, transition, when);
    if (!has_row(scheduling, name)) {
        scheduling->rows[scheduling->row_count++] = (struct schedule_row){
            .name = name,
            .when = when,
            .catch_up = CATCH_UP_ONCE,
            .handle = case_schedule,
            .summary = text_format(arena, "\"%.*s\" of the workflow \"%.*s\"",
                                   TEXT_ARGS(transition->name), TEXT_ARGS(workflow->name))
                           .data,
        };
    }
    scheduling->items[scheduling->item_count++] =
        (struct recipe_schedule){.name = name, .recipe = recipe, .transition = (int)index};
}

static size_t count_schedules(const struct recipe *recipe)
{
    size_t count = 0;
    for (size_t i = 0; i < recipe->workflow->transition_count; i++) {
        const struct transition *transition = &recipe->workflow->transitions[i];
        count += transition->kind == TRANSITION_TIMER && transition->timer.has_schedule;
    }
    return text_is_given(recipe->held_up) ? 0 : count;
}

struct recipe_schedules extend__times(const struct engine_room *room, struct service *made)
{
    const struct service *base = room->base;
    size_t most = 0;
    add_timer(room, made);
    for (size_t i = 0; i < room->recipe_count; i++) {
        most += count_schedules(room->recipes[i].recipe);
    }
    struct scheduling scheduling = {
        .room = room,
        .rows = ARENA_ARRAY(room->arena, struct schedule_row, base->schedule_count + most + 1),
        .items = ARENA_ARRAY(room->arena, struct recipe_schedule, most + 1),
    };
    for (size_t i = 0; i < base->schedule_count; i++) {
        scheduling.rows[scheduling.row_count++] = base->schedules[i];
    }
    for (size_t i = 0; i < room->recipe_count; i++) {
        const struct recipe *recipe = room->recipes[i].recipe;
        for (size_t k = 0; count_schedules(recipe) > 0 && k < recipe->workflow->transition_count;
             k++) {
            const struct transition *transition = &recipe->workflow->transitions[k];
            if (transition->kind == TRANSITION_TIMER && transition->timer.has_schedule) {
                add_schedule(&scheduling, recipe, k);
            }
        }
    }
    made->schedules = scheduling.rows;
    made->schedule_count = scheduling.row_count;
    return (struct recipe_schedules){scheduling.items, scheduling.item_count};
}
