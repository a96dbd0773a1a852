/* sim_cast.c - reads what the workflows name, and makes services that have it. */
#include "sim/sim_cast.h"

#include "engine/engine.h"
#include "engine/recipe/judged.h"
#include "sim/sim_plays.h"
#include "sim/sim_store.h"

#include <string.h>

enum { NAMES_MAX = 400, DATA_BYTES_MAX = 1024 * 1024, SLOT = sizeof(struct text) };

struct casting {
    struct arena *arena;
    const struct workflow *workflows[SIM_FILES_MAX];
    size_t workflow_count;
    struct cast *cast;
    struct text events[NAMES_MAX]; /* that others tell */
    size_t event_count;
    struct text error;
};

static const char *copy(const struct casting *casting, struct text text)
{
    return text_copy(casting->arena, text).data;
}

/* ---- parts ---- */

static struct part *find_part(struct casting *casting, struct text name, bool is_command)
{
    struct cast *cast = casting->cast;
    for (size_t i = 0; i < cast->part_count; i++) {
        if (cast->parts[i].is_command == is_command && text_equals(cast->parts[i].name, name)) {
            return &cast->parts[i];
        }
    }
    if (cast->part_count == CAST_PARTS_MAX) {
        casting->error = TEXT("there are more functions and commands than can be played");
        return &cast->parts[0];
    }
    struct part *part = &cast->parts[cast->part_count++];
    part->name = name;
    part->is_command = is_command;
    part->takes = (struct shape){.name = copy(casting, name), .bytes = SLOT};
    part->gives = (struct shape){.name = copy(casting, name), .bytes = SLOT};
    return part;
}

static bool has_field(const struct shape *shape, struct text name)
{
    for (size_t i = 0; i < shape->field_count; i++) {
        if (text_equals(text_of(shape->fields[i].name), name)) {
            return true;
        }
    }
    return false;
}

static void add_field(const struct casting *casting, struct shape *shape, struct text name)
{
    struct field *fields = ARENA_ARRAY(casting->arena, struct field, shape->field_count + 1);
    for (size_t i = 0; i < shape->field_count; i++) {
        fields[i] = shape->fields[i];
    }
    fields[shape->field_count] = (struct field){
        .name = copy(casting, name),
        .kind = FIELD_JSON,
        .offset = shape->field_count * SLOT,
        .bytes_max = DATA_BYTES_MAX,
    };
    shape->fields = fields;
    shape->field_count++;
    shape->bytes = shape->field_count * SLOT;
}

static void add_with(struct casting *casting, struct part *part, const struct transition *rules)
{
    for (size_t i = 0; i < rules->with_count; i++) {
        if (!has_field(&part->takes, rules->with[i].name)) {
            add_field(casting, &part->takes, rules->with[i].name);
        }
    }
}

static void add_result(struct casting *casting, struct part *part, const struct workflow *workflow,
                       const struct transition *rules)
{
    if (rules->kind != TRANSITION_STAGE || rules->stage.result == WORKFLOW_NOWHERE) {
        return;
    }
    const struct case_field *field = &workflow->fields[rules->stage.result];
    if (!has_field(&part->gives, field->name) && part->gives.field_count < CAST_GIVES_MAX) {
        part->kept[part->gives.field_count] = field;
        add_field(casting, &part->gives, field->name);
    }
}

static void add_part(struct casting *casting, const struct workflow *workflow,
                     const struct transition *rules, struct text name)
{
    bool is_command = rules->kind == TRANSITION_STAGE && rules->stage.work == STAGE_CALLS;
    struct part *part = find_part(casting, name, is_command);
    if (is_command && !has_field(&part->takes, TEXT("work_id"))) {
        add_field(casting, &part->takes, TEXT("work_id"));
    }
    add_with(casting, part, rules);
    add_result(casting, part, workflow, rules);
}

static void add_parts(struct casting *casting, const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *rules = &workflow->transitions[i];
        bool is_stage = rules->kind == TRANSITION_STAGE;
        if (text_is_given(rules->run)) {
            add_part(casting, workflow, rules, rules->run);
        }
        if (is_stage && (rules->stage.work == STAGE_RUNS || rules->stage.work == STAGE_CALLS)) {
            add_part(casting, workflow, rules, rules->stage.target);
        }
        if (is_stage && text_is_given(rules->stage.undo)) {
            add_with(casting, find_part(casting, rules->stage.undo, false), rules);
        }
    }
}

/* ---- events ---- */

static bool is_told_here(const struct casting *casting, struct text event)
{
    for (size_t w = 0; w < casting->workflow_count; w++) {
        const struct workflow *workflow = casting->workflows[w];
        for (size_t i = 0; i < workflow->transition_count; i++) {
            for (size_t k = 0; k < workflow->transitions[i].tell_count; k++) {
                if (text_equals(workflow->transitions[i].tells[k], event)) {
                    return true;
                }
            }
        }
    }
    return false;
}

static void add_event(struct casting *casting, struct text event)
{
    for (size_t i = 0; i < casting->event_count; i++) {
        if (text_equals(casting->events[i], event)) {
            return;
        }
    }
    if (is_told_here(casting, event)) {
        return;
    }
    if (casting->event_count == NAMES_MAX) {
        casting->error = TEXT("there are more events than can be told");
        return;
    }
    casting->events[casting->event_count++] = event;
}

static void add_events(struct casting *casting, const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->transition_count; i++) {
        if (workflow->transitions[i].kind == TRANSITION_EVENT) {
            add_event(casting, workflow->transitions[i].event.event);
        }
    }
}

/* ---- services ---- */

static struct text owner_of(struct text name)
{
    struct text head;
    struct text rest;
    (void)text_cut(name, '.', &head, &rest);
    return head;
}

static struct service *find_service(struct casting *casting, struct service *services,
                                    struct text name)
{
    struct cast *cast = casting->cast;
    for (size_t i = 1; i < cast->service_count; i++) {
        if (text_equals(text_of(services[i].name), name)) {
            return &services[i];
        }
    }
    if (cast->service_count == CAST_SERVICES_MAX) {
        casting->error = TEXT("there are more services named than can be played");
        return &services[1];
    }
    struct service *service = &services[cast->service_count];
    *service = (struct service){
        .name = copy(casting, name),
        .purpose = "Played by the simulator",
        .migrations = sim_migrations,
        .migration_count = sim_migration_count,
    };
    cast->services[cast->service_count++] = service;
    return service;
}

static void add_command(const struct casting *casting, struct service *service,
                        const struct part *part)
{
    struct command *rows = ARENA_ARRAY(casting->arena, struct command, service->command_count + 1);
    for (size_t i = 0; i < service->command_count; i++) {
        rows[i] = service->commands[i];
    }
    rows[service->command_count++] = (struct command){
        .name = copy(casting, part->name),
        .summary = "Played by the simulator",
        .takes = &part->takes,
        .gives = part->gives.field_count > 0 ? &part->gives : NULL,
        .handle = play_command,
        .retry = {.attempts_max = 6, .first_ms = 1000, .longest_ms = 60000},
    };
    service->commands = rows;
}

static void add_told(const struct casting *casting, struct service *service, struct text event)
{
    struct event *rows = ARENA_ARRAY(casting->arena, struct event, service->event_count + 1);
    for (size_t i = 0; i < service->event_count; i++) {
        rows[i] = service->events[i];
    }
    rows[service->event_count++] = (struct event){
        .name = copy(casting, event), .version = 1, .summary = "Told by the simulator"};
    service->events = rows;
}

static void make_others(struct casting *casting, struct service *services)
{
    struct cast *cast = casting->cast;
    for (size_t i = 0; i < cast->part_count; i++) {
        if (cast->parts[i].is_command) {
            add_command(casting, find_service(casting, services, owner_of(cast->parts[i].name)),
                        &cast->parts[i]);
        }
    }
    for (size_t i = 0; i < casting->event_count; i++) {
        add_told(casting, find_service(casting, services, owner_of(casting->events[i])),
                 casting->events[i]);
    }
}

static struct case_work *make_work(const struct casting *casting)
{
    struct cast *cast = casting->cast;
    struct case_function *functions =
        ARENA_ARRAY(casting->arena, struct case_function, cast->part_count + 1);
    struct case_work *work = ARENA_NEW(casting->arena, struct case_work);
    for (size_t i = 0; i < cast->part_count; i++) {
        struct part *part = &cast->parts[i];
        if (!part->is_command) {
            functions[work->function_count++] = (struct case_function){
                .name = copy(casting, part->name),
                .summary = "Played by the simulator",
                .takes = &part->takes,
                .gives = part->gives.field_count > 0 ? &part->gives : NULL,
                .run = play_function,
            };
        }
    }
    work->functions = functions;
    return work;
}

/* ---- files ---- */

static void add_file(struct casting *casting, struct text name, struct text yaml,
                     struct text workflow)
{
    struct cast *cast = casting->cast;
    cast->names[cast->file_count] = workflow;
    cast->files[cast->file_count++] = (struct workflow_file){
        .name = copy(casting, name), .begin = yaml.data, .end = yaml.data + yaml.bytes};
}

static size_t count_versions(const struct casting *casting, struct text name)
{
    size_t count = 0;
    for (size_t i = 0; i < casting->workflow_count; i++) {
        count += text_equals(casting->workflows[i]->name, name);
    }
    return count;
}

/* The text with the next number on its line "version: 1"; NO_TEXT: it has no such line. */
static struct text twin_of(const struct casting *casting, const struct workflow *workflow,
                           struct text yaml)
{
    struct text head =
        text_format(casting->arena, "\nversion: %lld\n", (long long)workflow->version);
    for (size_t i = 0; i + head.bytes <= yaml.bytes; i++) {
        if (text_starts_with(text_slice(yaml, i, yaml.bytes), head)) {
            struct text before = text_slice(yaml, 0, i);
            struct text after = text_slice(yaml, i + head.bytes, yaml.bytes);
            return text_format(casting->arena, "%.*s\nversion: %lld\n%.*s", TEXT_ARGS(before),
                               (long long)workflow->version + 1, TEXT_ARGS(after));
        }
    }
    return NO_TEXT;
}

static void add_files(struct casting *casting, const struct sim_file *files, bool with_twins)
{
    struct cast *cast = casting->cast;
    size_t count = casting->workflow_count;
    cast->files = ARENA_ARRAY(casting->arena, struct workflow_file, count * 2);
    cast->chosen = ARENA_ARRAY(casting->arena, struct workflow_file, count * 2);
    cast->names = ARENA_ARRAY(casting->arena, struct text, count * 2);
    for (size_t i = 0; i < count; i++) {
        add_file(casting, files[i].name, files[i].yaml, casting->workflows[i]->name);
    }
    for (size_t i = 0; with_twins && i < count; i++) {
        const struct workflow *workflow = casting->workflows[i];
        struct text twin = twin_of(casting, workflow, files[i].yaml);
        if (count_versions(casting, workflow->name) == 1 && text_is_given(twin)) {
            add_file(casting, text_join(casting->arena, TEXT("next-"), files[i].name), twin,
                     workflow->name);
            cast->twin_count++;
        }
    }
}

static bool has_file_of(const struct cast *cast, size_t count, struct text workflow)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < cast->file_count; k++) {
            if (cast->chosen[i].begin == cast->files[k].begin &&
                text_equals(cast->names[k], workflow)) {
                return true;
            }
        }
    }
    return false;
}

void cast_choose_files(struct cast *cast, struct dice *dice)
{
    struct workflow_file *chosen = cast->chosen;
    size_t count = 0;
    for (size_t i = 0; i < cast->file_count; i++) {
        chosen[count] = cast->files[i];
        count += dice_percent(dice, 60);
    }
    for (size_t i = 0; i < cast->file_count; i++) {
        if (!has_file_of(cast, count, cast->names[i])) {
            chosen[count++] = cast->files[i];
        }
    }
    cast->work->workflows = chosen;
    cast->work->workflow_count = count;
}

bool cast_has_twin(const struct cast *cast, struct text workflow)
{
    for (size_t i = cast->file_count - cast->twin_count; i < cast->file_count; i++) {
        if (text_equals(cast->names[i], workflow)) {
            return true;
        }
    }
    return false;
}

/* ---- all of it ---- */

static bool read_one(struct casting *casting, const struct sim_file *file)
{
    struct judged judged;
    const struct recipe_source source = {.file = file->name, .yaml = file->yaml};
    if (!recipe_judge(casting->arena, &source, &judged)) {
        casting->error = judged_text(casting->arena, &judged);
        return false;
    }
    casting->workflows[casting->workflow_count++] = judged.workflow;
    return true;
}

enum status cast_make(struct arena *arena, const struct sim_file *files, size_t file_count,
                      bool with_twins, struct cast *cast_out, struct text *error_out)
{
    struct casting *casting = ARENA_NEW(arena, struct casting);
    struct service *services = ARENA_ARRAY(arena, struct service, CAST_SERVICES_MAX);
    casting->arena = arena;
    casting->cast = cast_out;
    *cast_out = (struct cast){.parts = ARENA_ARRAY(arena, struct part, CAST_PARTS_MAX)};
    MUST(file_count >= 1 && file_count <= SIM_FILES_MAX);
    for (size_t i = 0; i < file_count; i++) {
        if (!read_one(casting, &files[i])) {
            *error_out = casting->error;
            return STATUS_MALFORMED;
        }
    }
    for (size_t i = 0; i < file_count; i++) {
        add_parts(casting, casting->workflows[i]);
        add_events(casting, casting->workflows[i]);
    }
    add_files(casting, files, with_twins);
    cast_out->work = make_work(casting);
    services[0] = (struct service){
        .name = "simulated",
        .purpose = "Has the workflows that are simulated",
        .migrations = sim_migrations,
        .migration_count = sim_migration_count,
        .cases = cast_out->work,
    };
    cast_out->services[0] = &services[0];
    cast_out->service_count = 1;
    make_others(casting, services);
    *error_out = casting->error;
    return text_is_given(casting->error) ? STATUS_MALFORMED : STATUS_OK;
}

const struct part *cast_part(const struct cast *cast, const struct shape *takes)
{
    for (size_t i = 0; i < cast->part_count; i++) {
        if (&cast->parts[i].takes == takes) {
            return &cast->parts[i];
        }
    }
    MUST(false); /* it is handed what its part takes */
    return NULL;
}
