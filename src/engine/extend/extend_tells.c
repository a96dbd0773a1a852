/* extend_tells.c - events, subscriptions and errands of a service, with those that its workflows
 * need.
 */
#include "engine/case_told.h"
#include "engine/extend/engine_room.h"
#include "engine/handlers.h"
#include "engine/triggers/triggers.h"

#include <string.h>

/* Each transition of those recipes that move. */
struct walk {
    const struct engine_room *room;
    size_t recipe;
    size_t index;
    const struct recipe *of;
    const struct transition *transition;
    const struct recipe_transition *made;
};

static bool next(struct walk *walk)
{
    while (walk->recipe < walk->room->recipe_count) {
        const struct recipe *recipe = walk->room->recipes[walk->recipe].recipe;
        if (walk->index < recipe->workflow->transition_count && !text_is_given(recipe->held_up)) {
            walk->of = recipe;
            walk->transition = &recipe->workflow->transitions[walk->index];
            walk->made = &recipe->transitions[walk->index++];
            return true;
        }
        walk->recipe++;
        walk->index = 0;
    }
    return false;
}

/* ---- events ---- */

static size_t count_tells(const struct engine_room *room)
{
    size_t count = 0;
    for (struct walk walk = {.room = room}; next(&walk);) {
        count += walk.transition->tell_count;
    }
    return count;
}

static bool has_event(const struct event *events, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equals(text_of(events[i].name), name)) {
            return true;
        }
    }
    return false;
}

void extend__events(const struct engine_room *room, struct service *made)
{
    const struct service *base = room->base;
    struct event *events =
        ARENA_ARRAY(room->arena, struct event, base->event_count + 3 + count_tells(room));
    size_t count = 0;
    for (size_t i = 0; i < base->event_count; i++) {
        events[count++] = base->events[i];
    }
    events[count++] = (struct event){
        .name = text_format(room->arena, "%s.case_changed", base->name).data,
        .version = 1,
        .data = &case_changed_shape,
        .summary = "A case has moved, or something in it has changed",
    };
    events[count++] = (struct event){
        .name = text_format(room->arena, "%s.case_viewed_as", base->name).data,
        .version = 1,
        .data = &case_viewed_shape,
        .summary = "Somebody has looked at a case as if he were another participant",
    };
    events[count++] = (struct event){
        .name = text_format(room->arena, "%s.case_forgotten", base->name).data,
        .version = 1,
        .data = &case_forgotten_shape,
        .summary = "A case is gone for good, with all that stood beside it",
    };
    for (struct walk walk = {.room = room}; next(&walk);) {
        for (size_t i = 0; i < walk.transition->tell_count; i++) {
            struct text name = walk.transition->tells[i];
            if (!has_event(events, count, name)) {
                events[count++] = (struct event){
                    .name = text_copy(room->arena, name).data,
                    .version = 1,
                    .data = &case_told_shape,
                    .summary = text_format(room->arena, "Told by the workflow \"%.*s\"",
                                           TEXT_ARGS(walk.of->workflow->name))
                                   .data,
                };
            }
        }
    }
    made->events = events;
    made->event_count = count;
}

/* ---- subscriptions ---- */

static const struct event *find_event(const struct engine_room *room, struct text name)
{
    for (size_t i = 0; i < room->service_count; i++) {
        const struct service *service = room->services[i];
        for (size_t k = 0; k < service->event_count; k++) {
            if (text_equals(text_of(service->events[k].name), name)) {
                return &service->events[k];
            }
        }
    }
    return NULL;
}

static bool is_listened_to(const struct subscription *rows, size_t count, const char *event)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].event, event) == 0) {
            return true;
        }
    }
    return false;
}

static const char *nearest_event(const struct engine_room *room, struct text name)
{
    enum { KNOWN_MAX = 512 };
    const char *known[KNOWN_MAX];
    size_t count = 0;
    for (size_t i = 0; i < room->service_count; i++) {
        const struct service *service = room->services[i];
        for (size_t k = 0; k < service->event_count && count < KNOWN_MAX; k++) {
            known[count++] = service->events[k].name;
        }
    }
    return text_nearest(name, known, count);
}

/* An error of the program; in a file of the directory the service may yet come. */
static enum status say_nobody_tells(struct engine_room *room, const struct walk *walk,
                                    struct text *error_out)
{
    const struct transition *transition = walk->transition;
    struct text name = transition->event.event;
    const char *nearest = nearest_event(room, name);
    struct text said = text_format(
        room->arena, "%.*s:%d:%d: event \"%.*s\": nobody tells \"%.*s\"%s%s%s",
        TEXT_ARGS(walk->of->workflow->file), transition->at.line, transition->at.column,
        TEXT_ARGS(transition->name), TEXT_ARGS(name), nearest ? "; did you mean \"" : "",
        nearest ? nearest : "", nearest ? "\"?" : ", so it never comes");
    if (room->recipes[walk->recipe].is_of_program) {
        *error_out = said;
        return STATUS_MALFORMED;
    }
    engine_room_remark(room, said);
    return STATUS_OK;
}

enum status extend__subscriptions(struct engine_room *room, struct service *made,
                                  struct text *error_out)
{
    const struct service *base = room->base;
    size_t count = 0;
    size_t most = base->subscription_count;
    for (struct walk walk = {.room = room}; next(&walk);) {
        most += walk.transition->kind == TRANSITION_EVENT;
    }
    struct subscription *rows = ARENA_ARRAY(room->arena, struct subscription, most + 1);
    for (; count < base->subscription_count; count++) {
        rows[count] = base->subscriptions[count];
    }
    enum status status = STATUS_OK;
    for (struct walk walk = {.room = room}; status == STATUS_OK && next(&walk);) {
        if (walk.transition->kind != TRANSITION_EVENT) {
            continue;
        }
        const struct event *event = find_event(room, walk.transition->event.event);
        if (event == NULL && trigger_hears(walk.of->workflow, walk.transition->event.event)) {
            continue; /* it is notified of, not told */
        }
        if (event == NULL) {
            status = say_nobody_tells(room, &walk, error_out);
        } else if (!is_listened_to(rows, count, event->name)) {
            rows[count++] = (struct subscription){
                .event = event->name, .version = event->version, .handle = case_event};
        }
    }
    made->subscriptions = rows;
    made->subscription_count = count;
    return status;
}

/* ---- errands ---- */

static const struct command *find_command(const struct engine_room *room, struct text name,
                                          const struct service **service_out)
{
    for (size_t i = 0; i < room->service_count; i++) {
        const struct service *service = room->services[i];
        for (size_t k = 0; k < service->command_count; k++) {
            if (text_equals(text_of(service->commands[k].name), name)) {
                *service_out = service;
                return &service->commands[k];
            }
        }
    }
    return NULL;
}

static struct errand *find_errand(struct errand *rows, size_t count, const char *command)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].command, command) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

/* A command has one row, whoever calls it: the most patient of the stages says how long. What is
 * handed over was held against what the command reads. */
void extend__errands(const struct engine_room *room, struct service *made)
{
    const struct service *base = room->base;
    size_t count = 0;
    size_t most = base->errand_count;
    for (struct walk walk = {.room = room}; next(&walk);) {
        most += walk.transition->kind == TRANSITION_STAGE;
    }
    struct errand *rows = ARENA_ARRAY(room->arena, struct errand, most + 1);
    for (; count < base->errand_count; count++) {
        rows[count] = base->errands[count];
    }
    for (struct walk walk = {.room = room}; next(&walk);) {
        const struct stage_rules *stage = &walk.transition->stage;
        if (walk.transition->kind != TRANSITION_STAGE || stage->work != STAGE_CALLS) {
            continue;
        }
        const struct service *other = NULL;
        const struct command *command = find_command(room, stage->target, &other);
        MUST(command != NULL); /* the recipe was refused otherwise */
        struct errand *row = find_errand(rows, count, command->name);
        if (row == NULL) {
            rows[count++] = (struct errand){.service = other->name,
                                            .command = command->name,
                                            .data = command->takes,
                                            .on_reply = case_reply,
                                            .deadline_ms = stage->deadline_ms};
        } else if (row >= rows + base->errand_count && row->deadline_ms != 0 &&
                   (stage->deadline_ms == 0 || stage->deadline_ms > row->deadline_ms)) {
            row->deadline_ms = stage->deadline_ms;
        }
    }
    made->errands = rows;
    made->errand_count = count;
}
