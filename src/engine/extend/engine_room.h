/* engine_room.h - a service and its recipes, while its tables are made. Shared by engine.c and the
 * files of this folder; no door.
 */
#ifndef ENGINE_EXTEND_ENGINE_ROOM_H
#define ENGINE_EXTEND_ENGINE_ROOM_H

#include "engine/recipe.h"

enum { ROOM_RECIPES_MAX = 512 };

struct room_recipe {
    const struct recipe *recipe;
    bool is_of_program; /* compiled in: when it is wrong the program is */
};

struct engine_room {
    struct arena *arena;
    const struct service *base;            /* as it was written */
    const struct service *const *services; /* all of them, made or being made */
    size_t service_count;
    struct room_recipe recipes[ROOM_RECIPES_MAX];
    size_t recipe_count;
    struct texts remarks; /* what service.remarks will be */
    bool has_refused;     /* a file of the directory: nobody knows what it would have been */
};

/* Adds a sentence to the remarks. */
void engine_room_remark(struct engine_room *room, struct text remark);

/* NULL: the room has none of this name and version. */
const struct recipe *engine_room_find(const struct engine_room *room, struct text workflow,
                                      int64_t version);

/* There must be room, and none of this name and version. */
void engine_room_add(struct engine_room *room, const struct recipe *recipe, bool is_of_program);

/* What a recipe of this service is made from. */
struct recipe_source engine_room_source(const struct engine_room *room, struct text file,
                                        struct text yaml);

/* ---- tables; `made` is the service that is being made, and one of room->services ---- */

/* First of every room: others may wait for its events. */
void extend__events(const struct engine_room *room, struct service *made);

/* MALFORMED: a workflow of the program waits for what nobody tells. */
NODISCARD enum status extend__subscriptions(struct engine_room *room, struct service *made,
                                            struct text *error_out);
void extend__errands(const struct engine_room *room, struct service *made);

/* Timers, and schedules; answers what these are of. */
struct recipe_schedules {
    const struct recipe_schedule *items;
    size_t count;
};
struct recipe_schedules extend__times(const struct engine_room *room, struct service *made);

/* Last: it points into the tables. */
void extend__catalog(const struct engine_room *room, struct service *made,
                     struct recipe_schedules schedules);

/* Behind the catalog: what it adds to the routes and the streams. */
void extend__people(const struct engine_room *room, struct service *made);

/* The hook of the service, service.opened. */
NODISCARD enum status extend__opened(const struct service *service, struct store *store,
                                     struct arena *arena, const struct service **service_out,
                                     struct text *error_out);

/* Everything behind the events. */
NODISCARD enum status extend__finish(struct engine_room *room, struct service *made,
                                     struct text *error_out);

#endif
