/* sim_versions.c - somebody at `kontora workflows move`: cases go to another version and back. And
 * what they must be then, worked out from the two definitions and the history alone.
 */
#include "sim/sim_versions.h"

#include "engine/migration/workflows_handle.h"
#include "engine/net.h"
#include "engine/run/case_store.h"
#include "engine/soundness/reachable.h"
#include "engine/workflow_net.h"
#include "sim/sim_request.h"

static const struct text move_start = {"moved to version ", 17};

bool versions_is_move(const struct case_step *step)
{
    return text_starts_with(step->transition, move_start);
}

/* ---- what was what ---- */

static bool has(struct texts names, struct text name)
{
    for (size_t i = 0; i < names.count; i++) {
        if (text_equals(names.items[i], name)) {
            return true;
        }
    }
    return false;
}

/* A thing of a workflow that may have had other names: a place or a field. */
struct named {
    struct text name;
    struct texts was;
};

static struct named place_named(const struct workflow *workflow, size_t index)
{
    return (struct named){workflow->places[index].name, workflow->places[index].was};
}

static struct named field_named(const struct workflow *workflow, size_t index)
{
    return (struct named){workflow->fields[index].name, workflow->fields[index].was};
}

static bool are_the_same(struct named one, struct named other)
{
    return text_equals(one.name, other.name) || has(one.was, other.name) ||
           has(other.was, one.name);
}

/* Of this field in the version before; WORKFLOW_NOWHERE: it is new. One that says what it was is
 * that, whatever else has its name. */
static int field_before(const struct workflow *from, const struct workflow *to, size_t field)
{
    int found = WORKFLOW_NOWHERE;
    for (size_t i = 0; i < from->field_count; i++) {
        struct named old = field_named(from, i);
        if (has(to->fields[field].was, old.name)) {
            return (int)i;
        }
        found = are_the_same(old, field_named(to, field)) ? (int)i : found;
    }
    return found;
}

/* ---- a row that says: moved to version 2 ---- */

struct moving {
    struct world *world;
    struct watched_case *watched; /* as it was */
    const struct workflow *from;
    const struct workflow *to;
    struct text name; /* "case 3" */
    long long revision;
    struct value *values; /* as one of `to` */
};

static void carry_values(const struct moving *moving)
{
    for (size_t i = 0; i < moving->to->field_count; i++) {
        int old = field_before(moving->from, moving->to, i);
        if (old != WORKFLOW_NOWHERE) {
            moving->values[i] = moving->watched->values[old];
        }
    }
}

static bool reads_as(const struct moving *moving, const struct case_field *field,
                     const struct json *json, struct value *value_out)
{
    struct text error = NO_TEXT;
    bool is_read =
        json != NULL && case_value_read(moving->world->arena, field, json, value_out, &error);
    if (!is_read) {
        world_violated(moving->world, "revision %lld of %.*s has a value of %.*s that does not fit",
                       moving->revision, TEXT_ARGS(moving->name), TEXT_ARGS(field->name));
    }
    return is_read;
}

static void check_was(const struct moving *moving, const struct case_field *field,
                      const struct json *json, const struct value *known)
{
    struct value then;
    if (reads_as(moving, field, json, &then) && !case_value_equals(&then, known)) {
        world_violated(moving->world,
                       "revision %lld of %.*s: \"%.*s\" was something else before "
                       "the case moved",
                       moving->revision, TEXT_ARGS(moving->name), TEXT_ARGS(field->name));
    }
}

/* {"name": [before, after]}: of a field of the new version, or of one that was given up. */
static void follow_field(const struct moving *moving, const struct json *pair)
{
    int now = workflow_field(moving->to, pair->key);
    int gone = workflow_field(moving->from, pair->key);
    if (now != WORKFLOW_NOWHERE) {
        int old = field_before(moving->from, moving->to, (size_t)now);
        const struct case_field *rules = &moving->to->fields[now];
        check_was(moving, old != WORKFLOW_NOWHERE ? &moving->from->fields[old] : rules, pair->first,
                  &moving->values[now]);
        (void)reads_as(moving, rules, pair->first != NULL ? pair->first->next : NULL,
                       &moving->values[now]);
    } else if (gone != WORKFLOW_NOWHERE) {
        check_was(moving, &moving->from->fields[gone], pair->first, &moving->watched->values[gone]);
    } else {
        world_violated(moving->world,
                       "revision %lld of %.*s: \"%.*s\" is no field of either "
                       "version",
                       moving->revision, TEXT_ARGS(moving->name), TEXT_ARGS(pair->key));
    }
}

static bool comes_from(const struct moving *moving, size_t place)
{
    const struct bit_set *marking = &moving->watched->marking;
    for (int i = net_next(marking, 0); i >= 0; i = net_next(marking, i + 1)) {
        if (are_the_same(place_named(moving->from, (size_t)i), place_named(moving->to, place))) {
            return true;
        }
    }
    return false;
}

static size_t count_of(const struct bit_set *marking)
{
    size_t count = 0;
    for (int i = net_next(marking, 0); i >= 0; i = net_next(marking, i + 1)) {
        count++;
    }
    return count;
}

/* As many places, each the same as before, and a case of that version is in them at some time. */
static struct bit_set follow_places(const struct moving *moving, const struct json *places)
{
    struct bit_set after = {{0}};
    struct arena *look = moving->world->look;
    for (const struct json *one = places ? places->first : NULL; one; one = one->next) {
        int place = workflow_place(moving->to, one->text);
        if (place == WORKFLOW_NOWHERE || !comes_from(moving, (size_t)place)) {
            world_violated(moving->world,
                           "%.*s has moved to \"%.*s\" of another version, and was "
                           "not there before",
                           TEXT_ARGS(moving->name), TEXT_ARGS(one->text));
            return moving->watched->marking;
        }
        bit_set_add(&after, (size_t)place);
    }
    const struct net *net = &workflow_net(look, moving->to)->net;
    if (count_of(&after) != count_of(&moving->watched->marking) ||
        !reachable_has(reachable_make(look, net), &after)) {
        world_violated(moving->world, "%.*s has moved to where no case of version %lld is",
                       TEXT_ARGS(moving->name), (long long)moving->to->version);
    }
    return after;
}

static const struct recipe *recipe_named(struct world *world, const struct watched_case *watched,
                                         const struct case_step *step)
{
    int64_t version = 0;
    struct text number = text_slice(step->transition, move_start.bytes, step->transition.bytes);
    bool is_number = text_to_integer(number, &version) && version > 0;
    return is_number ? catalog_find(world_catalog(world), watched->workflow_name, version) : NULL;
}

void versions_follow(struct world *world, struct watched_case *watched,
                     const struct case_step *step, const struct json *changes)
{
    const struct recipe *to = recipe_named(world, watched, step);
    struct text name = world_case_name(world, watched->id);
    if (to == NULL || to == watched->recipe) {
        world_violated(world, "%.*s has %.*s, which is not there, or was it already",
                       TEXT_ARGS(name), TEXT_ARGS(step->transition));
        return;
    }
    const struct moving moving = {
        .world = world,
        .watched = watched,
        .from = watched->recipe->workflow,
        .to = to->workflow,
        .name = name,
        .revision = (long long)step->revision,
        .values = ARENA_ARRAY(world->arena, struct value, to->workflow->field_count + 1),
    };
    carry_values(&moving);
    const struct json *fields = json_member(changes, TEXT("fields"));
    for (const struct json *pair = fields ? fields->first : NULL; pair; pair = pair->next) {
        follow_field(&moving, pair);
    }
    watched->marking = follow_places(&moving, json_member(changes, TEXT("places")));
    watched->values = moving.values;
    watched->recipe = to;
    watched->version = to->workflow->version;
    world->moved_count++;
}

/* ---- who moves them ---- */

static const struct watched_case *choose_case(struct world *world)
{
    const struct watched_case *found[WORLD_CASES_MAX];
    size_t count = 0;
    bool with_closed = dice_percent(&world->dice, 10);
    for (size_t i = 0; i < world->case_count; i++) {
        if (with_closed || !world->cases[i]->is_closed) {
            found[count++] = world->cases[i];
        }
    }
    return count > 0 ? found[dice_below(&world->dice, count)] : NULL;
}

/* Any other version of its workflow; NULL: there is none. */
static const struct recipe *choose_version(struct world *world, const struct watched_case *watched)
{
    const struct catalog *catalog = world_catalog(world);
    const struct recipe *found[SIM_FILES_MAX * 2];
    size_t count = 0;
    for (size_t i = 0; i < catalog->recipe_count && count < COUNT_OF(found); i++) {
        const struct recipe *recipe = catalog->recipes[i];
        if (recipe != watched->recipe &&
            text_equals(recipe->workflow->name, watched->workflow_name)) {
            found[count++] = recipe;
        }
    }
    return count > 0 ? found[dice_below(&world->dice, count)] : NULL;
}

static struct texts fields_to_give_up(struct world *world, const struct workflow *workflow)
{
    struct text *names = ARENA_ARRAY(world->look, struct text, workflow->field_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < workflow->field_count; i++) {
        if (dice_percent(&world->dice, 30)) {
            names[count++] = workflow->fields[i].name;
        }
    }
    return (struct texts){names, count};
}

/* What was answered, held against what is there. */
static void check_answer(struct world *world, const struct request *request,
                         const struct workflows_input *input)
{
    const struct json *root = request_json(world, request);
    const struct json *verdict = json_member(root, TEXT("verdict"));
    const struct json *moved = json_member(root, TEXT("has_moved"));
    struct case_record *record = NULL;
    if (verdict == NULL || verdict->kind != JSON_STRING || moved == NULL) {
        world_violated(world, "a case was to move, and it is not said what came of it");
        return;
    }
    world_say(world, "... it %.*s", TEXT_ARGS(verdict->text));
    bool moves = text_equals(verdict->text, TEXT("moves"));
    struct store *store = world_look(world_cases(world));
    enum status status =
        case_load(store, world->look, world_catalog(world), input->case_id, &record);
    world_looked(store);
    MUST(status == STATUS_OK);
    bool is_there = record->recipe->workflow->version == input->to;
    if ((moved->kind == JSON_TRUE) != is_there) {
        world_violated(world, "it is said that a case has %s to another version, and it has%s",
                       is_there ? "not moved" : "moved", is_there ? "" : " not");
    }
    bool is_twin = cast_has_twin(&world->cast, input->workflow);
    if (is_twin && !moves && record->closed_at == 0 && input->give_up.count == 0) {
        world_violated(world, "a case may not move to a version that differs by its number only");
    }
}

void move_version(struct world *world)
{
    const struct watched_case *watched = choose_case(world);
    const struct recipe *to = watched != NULL ? choose_version(world, watched) : NULL;
    if (to == NULL) {
        move_person(world);
        return;
    }
    struct workflows_input input = {
        .workflow = watched->workflow_name,
        .to = to->workflow->version,
        .case_id = watched->id,
        .is_plan = dice_percent(&world->dice, 10),
    };
    if (dice_percent(&world->dice, 15)) {
        input.give_up = fields_to_give_up(world, watched->recipe->workflow);
    }
    struct request request = {
        .path = text_format(world->look, "/api/workflows/%s/{workflow}/move",
                            world_cases(world)->host.service->name),
        .input = &input,
        .person = world->people[0],
    };
    struct text name = world_case_name(world, watched->id);
    world_say(world, "a person would move %.*s to version %lld", TEXT_ARGS(name),
              (long long)input.to);
    bool is_known = request_write(world, &request);
    MUST(is_known);
    if (request.status == STATUS_OK) {
        check_answer(world, &request, &input);
    } else if (request.status != STATUS_OK) {
        world_say(world, "... %s", status_text(request.status));
    }
}
