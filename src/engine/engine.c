/* engine.c - reads the workflows of every service, and makes the services that will run. */
#include "engine/engine.h"

#include "engine/cases.h"
#include "engine/extend/engine_room.h"
#include "engine/recipe/judged.h"

struct extending {
    struct arena *arena;
    const struct engine_options *options;
    struct engine_room **rooms; /* NULL: a service without workflows */
    const struct service **made;
};

/* ---- recipes ---- */

/* Cases are known by their workflow's name alone, whichever service has it. NO_TEXT: it is free. */
static struct text complain_of_twin(const struct extending *extending,
                                    const struct engine_room *room, const struct recipe *recipe)
{
    const struct workflow *workflow = recipe->workflow;
    for (size_t i = 0; i < extending->options->service_count; i++) {
        const struct engine_room *other = extending->rooms[i];
        for (size_t k = 0; other != NULL && k < other->recipe_count; k++) {
            const struct workflow *one = other->recipes[k].recipe->workflow;
            bool has_name = text_equals(one->name, workflow->name);
            if (has_name && other != room) {
                return text_format(extending->arena, "%.*s: there is a workflow \"%.*s\" of %s",
                                   TEXT_ARGS(workflow->file), TEXT_ARGS(workflow->name),
                                   other->base->name);
            }
            if (has_name && one->version == workflow->version) {
                return text_format(extending->arena, "%.*s: version %lld of \"%.*s\" is in %.*s",
                                   TEXT_ARGS(workflow->file), (long long)workflow->version,
                                   TEXT_ARGS(workflow->name), TEXT_ARGS(one->file));
            }
        }
    }
    return room->recipe_count < ROOM_RECIPES_MAX
               ? NO_TEXT
               : text_format(extending->arena, "%.*s: there are more than %d workflows",
                             TEXT_ARGS(workflow->file), ROOM_RECIPES_MAX);
}

static bool tells(const struct recipe *recipe, struct text event)
{
    for (size_t i = 0; i < recipe->workflow->transition_count; i++) {
        const struct transition *transition = &recipe->workflow->transitions[i];
        for (size_t k = 0; k < transition->tell_count; k++) {
            if (text_equals(transition->tells[k], event)) {
                return true;
            }
        }
    }
    return false;
}

static struct text told_by_both(const struct recipe *left, const struct recipe *right)
{
    for (size_t i = 0; i < left->workflow->transition_count; i++) {
        const struct transition *transition = &left->workflow->transitions[i];
        for (size_t k = 0; k < transition->tell_count; k++) {
            if (tells(right, transition->tells[k])) {
                return transition->tells[k];
            }
        }
    }
    return NO_TEXT;
}

static bool employs(const struct recipe *recipe, struct text queue)
{
    for (size_t i = 0; i < recipe->workflow->transition_count; i++) {
        const struct transition *transition = &recipe->workflow->transitions[i];
        if (transition->kind == TRANSITION_STAGE && transition->stage.work == STAGE_EMPLOYS &&
            text_equals(transition->stage.target, queue)) {
            return true;
        }
    }
    return false;
}

static struct text queue_of_both(const struct recipe *left, const struct recipe *right)
{
    for (size_t i = 0; i < left->workflow->transition_count; i++) {
        const struct transition *transition = &left->workflow->transitions[i];
        if (transition->kind == TRANSITION_STAGE && transition->stage.work == STAGE_EMPLOYS &&
            employs(right, transition->stage.target)) {
            return transition->stage.target;
        }
    }
    return NO_TEXT;
}

/* What two recipes have in common; NO_TEXT: nothing. */
typedef struct text common_fn(const struct recipe *left, const struct recipe *right);

/* Of one service only. NO_TEXT: no other one has a workflow with it. */
static struct text complain_of_common(const struct extending *extending,
                                      const struct engine_room *room, const struct recipe *recipe,
                                      common_fn *common, const char *belongs)
{
    for (size_t i = 0; i < extending->options->service_count; i++) {
        const struct engine_room *other = extending->rooms[i];
        for (size_t k = 0; other != NULL && other != room && k < other->recipe_count; k++) {
            struct text name = common(recipe, other->recipes[k].recipe);
            if (text_is_given(name)) {
                return text_format(extending->arena, "%.*s: \"%.*s\" is %s %s",
                                   TEXT_ARGS(recipe->workflow->file), TEXT_ARGS(name), belongs,
                                   other->base->name);
            }
        }
    }
    return NO_TEXT;
}

/* NO_TEXT: it was added; otherwise all that is wrong. */
static struct text add_file(const struct extending *extending, struct engine_room *room,
                            const struct recipe_source *source, bool is_of_program)
{
    struct judged judged;
    if (!recipe_judge(extending->arena, source, &judged)) {
        return judged_text(extending->arena, &judged);
    }
    struct text said = complain_of_twin(extending, room, judged.recipe);
    if (!text_is_given(said)) {
        said = complain_of_common(extending, room, judged.recipe, told_by_both, "told by");
    }
    if (!text_is_given(said)) {
        said = complain_of_common(extending, room, judged.recipe, queue_of_both, "a queue of");
    }
    if (!text_is_given(said)) {
        engine_room_add(room, judged.recipe, is_of_program);
    }
    return said;
}

static enum status add_of_program(const struct extending *extending, struct engine_room *room,
                                  struct text *error_out)
{
    const struct case_work *cases = room->base->cases;
    struct text all = NO_TEXT;
    for (size_t i = 0; i < cases->workflow_count; i++) {
        const struct workflow_file *file = &cases->workflows[i];
        struct text yaml = {file->begin, (size_t)(file->end - file->begin)};
        const struct recipe_source source = engine_room_source(room, text_of(file->name), yaml);
        struct text said = add_file(extending, room, &source, true);
        if (text_is_given(said)) {
            all = text_format(extending->arena, "%.*s%s%.*s", TEXT_ARGS(all),
                              all.bytes > 0 ? "\n" : "", TEXT_ARGS(said));
        }
    }
    *error_out = all;
    return text_is_given(all) ? STATUS_MALFORMED : STATUS_OK;
}

static void add_of_directory(const struct extending *extending, struct engine_room *room)
{
    for (size_t i = 0; i < extending->options->file_count; i++) {
        const struct engine_file *file = &extending->options->files[i];
        const struct recipe_source source = engine_room_source(room, file->name, file->yaml);
        struct text said = text_is_given(file->trouble) ? file->trouble
                                                        : add_file(extending, room, &source, false);
        if (text_is_given(said)) {
            room->has_refused = true;
            engine_room_remark(room, text_format(extending->arena, "%.*s is not loaded:\n%.*s",
                                                 TEXT_ARGS(file->name), TEXT_ARGS(said)));
        }
    }
}

/* ---- services ---- */

static void open_rooms(const struct extending *extending)
{
    const struct engine_options *options = extending->options;
    for (size_t i = 0; i < options->service_count; i++) {
        const struct service *base = options->services[i];
        extending->made[i] = base;
        if (base->cases != NULL) {
            struct engine_room *room = ARENA_NEW(extending->arena, struct engine_room);
            room->arena = extending->arena;
            room->base = base;
            room->services = extending->made;
            room->service_count = options->service_count;
            extending->rooms[i] = room;
        }
    }
}

static enum status read_all(const struct extending *extending, struct text *error_out)
{
    size_t count = extending->options->service_count;
    for (size_t i = 0; i < count; i++) {
        if (extending->rooms[i] != NULL) {
            enum status status = add_of_program(extending, extending->rooms[i], error_out);
            if (status != STATUS_OK) {
                return status;
            }
        }
    }
    size_t takers = 0;
    for (size_t i = 0; i < count; i++) {
        if (extending->rooms[i] != NULL && extending->rooms[i]->base->cases->takes_directory) {
            MUST(takers++ == 0); /* a file is one service's */
            add_of_directory(extending, extending->rooms[i]);
        }
    }
    return STATUS_OK;
}

/* What a workflow tells another one may wait for, so all events come first. */
static enum status make_all(const struct extending *extending, struct text *error_out)
{
    size_t count = extending->options->service_count;
    struct service **made = ARENA_ARRAY(extending->arena, struct service *, count);
    for (size_t i = 0; i < count; i++) {
        if (extending->rooms[i] != NULL) {
            made[i] = ARENA_NEW(extending->arena, struct service);
            *made[i] = *extending->options->services[i];
            extend__events(extending->rooms[i], made[i]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        extending->made[i] = made[i] != NULL ? made[i] : extending->made[i];
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (made[i] != NULL) {
            status = extend__finish(extending->rooms[i], made[i], error_out);
        }
    }
    return status;
}

enum status engine_extend(struct arena *arena, const struct engine_options *options,
                          const struct service *const **services_out, struct text *error_out)
{
    struct extending extending = {
        .arena = arena,
        .options = options,
        .rooms = ARENA_ARRAY(arena, struct engine_room *, options->service_count),
        .made = ARENA_ARRAY(arena, const struct service *, options->service_count),
    };
    *error_out = NO_TEXT;
    open_rooms(&extending);
    enum status status = read_all(&extending, error_out);
    if (status == STATUS_OK) {
        status = make_all(&extending, error_out);
    }
    *services_out = extending.made;
    return status;
}
