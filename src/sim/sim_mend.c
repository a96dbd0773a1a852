/* sim_mend.c - somebody at `kontora case`: he retries, skips, edits, moves and cancels, mostly
 * where a stage waits for a person, and sometimes where nothing is wrong.
 */
#include "engine/casebook/casebook_parts.h"
#include "engine/net.h"
#include "engine/stages/mend.h"
#include "sim/sim_request.h"
#include "sim/sim_store.h"

static const struct watched_case *find_case(const struct world *world, struct id id)
{
    for (size_t i = 0; i < world->case_count; i++) {
        if (id_equals(world->cases[i]->id, id)) {
            return world->cases[i];
        }
    }
    return NULL;
}

/* One that has an incident, if there is any; now and then any open one. */
static const struct watched_case *choose(struct world *world)
{
    struct rows rows = {.count = 0};
    struct store *store = world_look(world_cases(world));
    const struct watched_case *found[WORLD_CASES_MAX];
    size_t count = 0;
    enum status status = sim_stages(store, world->look, &rows);
    MUST(status == STATUS_OK);
    world_looked(store);
    bool is_any = dice_percent(&world->dice, 15);
    const struct stage_row *stages = rows.items;
    for (size_t i = 0; !is_any && i < rows.count && count < WORLD_CASES_MAX; i++) {
        const struct watched_case *watched = find_case(world, stages[i].case_id);
        if (watched != NULL && text_equals(stages[i].state, stage_incident)) {
            found[count++] = watched;
        }
    }
    for (size_t i = 0; is_any && i < world->case_count; i++) {
        if (!world->cases[i]->is_closed) {
            found[count++] = world->cases[i];
        }
    }
    return count > 0 ? found[dice_below(&world->dice, count)] : NULL;
}

static struct text some_fields(struct world *world, const struct workflow *workflow)
{
    struct json_writer writer;
    json_writer_init(&writer, world->look, 128);
    json_begin_object(&writer);
    if (workflow->field_count > 0) {
        const struct case_field *field =
            &workflow->fields[dice_below(&world->dice, workflow->field_count)];
        json_key_text(&writer, field->name);
        json_put_raw(&writer, world_value(world, field));
    }
    json_end_object(&writer);
    return json_written(&writer);
}

static struct texts some_places(struct world *world, const struct workflow *workflow)
{
    size_t count = dice_percent(&world->dice, 70) ? 1 : 2;
    struct text *places = ARENA_ARRAY(world->look, struct text, count);
    for (size_t i = 0; i < count; i++) {
        places[i] = workflow->places[dice_below(&world->dice, workflow->place_count)].name;
    }
    return (struct texts){places, count};
}

void move_mend(struct world *world)
{
    static const char *const verbs[] = {"retry", "retry", "retry", "skip",
                                        "edit",  "move",  "cancel"};
    const struct watched_case *watched = choose(world);
    if (watched == NULL) {
        return;
    }
    const struct workflow *workflow = watched->recipe->workflow;
    const char *verb = verbs[dice_below(&world->dice, COUNT_OF(verbs))];
    struct mend_input input = {.case_id = watched->id, .reason = TEXT("the dice say so")};
    if (verb[0] == 'e') {
        input.fields = some_fields(world, workflow);
    } else if (verb[0] == 'm') {
        input.places = some_places(world, workflow);
    }
    struct request request = {
        .path = text_format(world->look, "/api/cases/%s/{case_id}/%s",
                            world_cases(world)->host.service->name, verb),
        .input = &input,
        .person = world->people[0],
    };
    bool is_there = request_write(world, &request);
    MUST(is_there);
    struct text name = world_case_name(world, watched->id);
    world_say(world, "a person would %s %.*s: %s", verb, TEXT_ARGS(name),
              status_text(request.status));
}
