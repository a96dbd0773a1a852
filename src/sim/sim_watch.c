/* sim_watch.c - after each step: does every case say what its history says, and was every step of
 * it one that its workflow allows?
 *
 * What a case must be is worked out here from its history alone, row by row, and held against its
 * own row: an oracle that shares nothing with the code that moves cases.
 */
#include "base/clock.h"
#include "engine/fsck/case_checks.h"
#include "engine/net.h"
#include "engine/run/case_store.h"
#include "engine/soundness/reachable.h"
#include "engine/workflow_net.h"
#include "sim/sim_store.h"
#include "sim/sim_versions.h"
#include "sim/sim_world.h"

#include <string.h>

enum { CHANGES_VALUES_MAX = 20000 };

struct watching {
    struct world *world;
    struct store *store;
    struct watched_case *watched;
    struct text name; /* "case 3" */
};

/* ---- a case that is new ---- */

static struct watched_case *begin_watching(struct world *world, const struct case_head *head,
                                           const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    struct watched_case *watched = ARENA_NEW(world->arena, struct watched_case);
    MUST(world->case_count < WORLD_CASES_MAX);
    watched->id = head->id;
    watched->workflow_name = text_copy(world->arena, workflow->name);
    watched->version = workflow->version;
    watched->recipe = record->recipe;
    watched->values = ARENA_ARRAY(world->arena, struct value, workflow->field_count + 1);
    bit_set_add(&watched->marking, WORKFLOW_START);
    world->cases[world->case_count++] = watched;
    return watched;
}

static struct watched_case *find_watched(struct world *world, struct id id)
{
    for (size_t i = 0; i < world->case_count; i++) {
        if (id_equals(world->cases[i]->id, id)) {
            return world->cases[i];
        }
    }
    return NULL;
}

/* ---- one row of history ---- */

static struct bit_set places_of(const struct watching *watching, const struct json *changes)
{
    const struct workflow *workflow = watching->watched->recipe->workflow;
    const struct json *places = json_member(changes, TEXT("places"));
    struct bit_set marking = {0};
    for (const struct json *name = places ? places->first : NULL; name; name = name->next) {
        int place = workflow_place(workflow, name->text);
        if (place == WORKFLOW_NOWHERE) {
            world_violated(watching->world,
                           "%.*s was in \"%.*s\", which is no place of its workflow",
                           TEXT_ARGS(watching->name), TEXT_ARGS(name->text));
        } else {
            bit_set_add(&marking, (size_t)place);
        }
    }
    return marking;
}

/* By one of its ways, from where the case was to where it was afterwards? */
static bool leads_there(const struct watching *watching, const struct transition *rules,
                        const struct bit_set *after)
{
    const struct bit_set *before = &watching->watched->marking;
    for (size_t i = 0; i < rules->way_count; i++) {
        const struct way *way = &rules->ways[i];
        struct bit_set reached = *before;
        bool is_safe = bit_set_contains(before, &way->takes);
        for (size_t k = 0; k < BIT_SET_WORDS; k++) {
            reached.words[k] &= ~way->takes.words[k];
            is_safe = is_safe && (reached.words[k] & way->gives.words[k]) == 0;
            reached.words[k] |= way->gives.words[k];
        }
        if (is_safe && bit_set_equals(&reached, after)) {
            return true;
        }
    }
    return false;
}

/* A person moves a case to where a case of this workflow could be, and nowhere else. */
static bool is_moved_by_hand(const struct watching *watching, const struct case_step *step,
                             const struct bit_set *after)
{
    struct arena *arena = watching->world->look;
    bool says_so = text_equals(step->transition, TEXT("moved")) ||
                   text_equals(step->transition, TEXT("cancelled"));
    if (!says_so) {
        return false;
    }
    const struct net *net = &workflow_net(arena, watching->watched->recipe->workflow)->net;
    return reachable_has(reachable_make(arena, net), after);
}

static void check_move(const struct watching *watching, const struct case_step *step,
                       const struct bit_set *after)
{
    const struct watched_case *watched = watching->watched;
    const struct workflow *workflow = watched->recipe->workflow;
    int transition = workflow_transition(workflow, step->transition);
    bool stays = bit_set_equals(&watched->marking, after) && watched->revision > 0;
    if (stays || is_moved_by_hand(watching, step, after) ||
        (transition != WORKFLOW_NOWHERE &&
         leads_there(watching, &workflow->transitions[transition], after))) {
        return;
    }
    world_violated(watching->world,
                   "revision %lld of %.*s: \"%.*s\" does not lead from where the case was to %.*s",
                   (long long)step->revision, TEXT_ARGS(watching->name),
                   TEXT_ARGS(step->transition), TEXT_ARGS(step->changes));
}

static bool read_value(const struct watching *watching, int field, const struct json *json,
                       struct value *value_out)
{
    struct text error = NO_TEXT;
    const struct case_field *rules = &watching->watched->recipe->workflow->fields[field];
    if (json == NULL || !case_value_read(watching->world->look, rules, json, value_out, &error)) {
        world_violated(watching->world, "the history of %.*s has a value of %.*s that does not fit",
                       TEXT_ARGS(watching->name), TEXT_ARGS(rules->name));
        return false;
    }
    return true;
}

static void keep_value(struct world *world, struct value *kept, const struct value *value)
{
    *kept = *value;
    if (value->text.data != NULL) {
        kept->text = text_copy(world->arena, value->text);
    }
}

/* {"name": [before, after]}: what was before must be what we know. */
static void check_fields(const struct watching *watching, const struct case_step *step,
                         const struct json *changes)
{
    const struct json *fields = json_member(changes, TEXT("fields"));
    for (const struct json *pair = fields ? fields->first : NULL; pair; pair = pair->next) {
        int field = workflow_field(watching->watched->recipe->workflow, pair->key);
        struct value before;
        struct value after;
        if (field == WORKFLOW_NOWHERE || !read_value(watching, field, pair->first, &before) ||
            !read_value(watching, field, pair->first->next, &after)) {
            return;
        }
        if (!case_value_equals(&before, &watching->watched->values[field])) {
            world_violated(watching->world,
                           "revision %lld of %.*s: \"%.*s\" was not what its history says it was",
                           (long long)step->revision, TEXT_ARGS(watching->name),
                           TEXT_ARGS(pair->key));
        }
        keep_value(watching->world, &watching->watched->values[field], &after);
    }
}

static void follow(const struct watching *watching, const struct case_step *step)
{
    struct watched_case *watched = watching->watched;
    const struct json *changes = NULL;
    struct json_error error;
    if (step->revision != watched->revision + 1) {
        world_violated(watching->world, "the history of %.*s has no revision %lld",
                       TEXT_ARGS(watching->name), (long long)watched->revision + 1);
    }
    enum status status =
        json_read(watching->world->look, step->changes, CHANGES_VALUES_MAX, &changes, &error);
    if (status != STATUS_OK) {
        world_violated(watching->world, "the history of %.*s cannot be read",
                       TEXT_ARGS(watching->name));
        return;
    }
    if (versions_is_move(step)) {
        versions_follow(watching->world, watched, step, changes);
    } else {
        struct bit_set after = places_of(watching, changes);
        check_move(watching, step, &after);
        check_fields(watching, step, changes);
        watched->marking = after;
    }
    watched->revision = step->revision;
    watching->world->revision_count++;
}

/* ---- the case itself ---- */

static bool is_handed_on(const struct workflow *workflow, int field)
{
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *rules = &workflow->transitions[i];
        if (rules->kind == TRANSITION_STAGE && !rules->stage.is_stored &&
            rules->stage.result == field) {
            return true;
        }
    }
    return false;
}

static bool has_ended(const struct workflow *workflow, const struct bit_set *marking)
{
    for (int i = net_next(marking, 0); i >= 0; i = net_next(marking, i + 1)) {
        if (!workflow->places[i].is_end) {
            return false;
        }
    }
    return true;
}

static void compare(const struct watching *watching, const struct case_record *record)
{
    struct watched_case *watched = watching->watched;
    const struct workflow *workflow = watched->recipe->workflow;
    struct world *world = watching->world;
    if (record->revision != watched->revision) {
        world_violated(world, "%.*s is at revision %lld, and its history ends at %lld",
                       TEXT_ARGS(watching->name), (long long)record->revision,
                       (long long)watched->revision);
    }
    if (record->recipe != watched->recipe) {
        world_violated(world, "%.*s is of version %lld, and its history says of version %lld",
                       TEXT_ARGS(watching->name), (long long)record->recipe->workflow->version,
                       (long long)workflow->version);
        return;
    }
    if (!bit_set_equals(&record->marking, &watched->marking)) {
        struct text places = case_places_write(world->look, record);
        world_violated(world, "%.*s is in %.*s, and its history leads elsewhere",
                       TEXT_ARGS(watching->name), TEXT_ARGS(places));
    }
    for (size_t i = 0; i < workflow->field_count; i++) {
        if (!is_handed_on(workflow, (int)i) &&
            !case_value_equals(&record->values[i], &watched->values[i])) {
            world_violated(world, "\"%.*s\" of %.*s is not what its history says",
                           TEXT_ARGS(workflow->fields[i].name), TEXT_ARGS(watching->name));
        }
    }
    watched->is_closed = has_ended(workflow, &watched->marking);
    if (watched->is_closed != (record->closed_at != 0)) {
        world_violated(world, "%.*s %s", TEXT_ARGS(watching->name),
                       watched->is_closed ? "has ended and is not closed"
                                          : "is closed and has not ended");
    }
    if (watched->is_closed && (!case_is_at_rest(record) || !id_is_none(record->operation))) {
        world_violated(world, "%.*s is closed, and something of it is under way",
                       TEXT_ARGS(watching->name));
    }
}

static void watch_case(struct world *world, struct store *store, const struct case_head *head)
{
    struct case_record *record = NULL;
    struct rows rows = {.count = 0};
    struct watched_case *watched = find_watched(world, head->id);
    if (watched != NULL && watched->revision == head->revision) {
        return;
    }
    enum status status = case_load(store, world->look, world_catalog(world), head->id, &record);
    if (status != STATUS_OK) {
        world_violated(world, "a case cannot be read: %s", status_text(status));
        return;
    }
    watched = watched != NULL ? watched : begin_watching(world, head, record);
    const struct watching watching = {world, store, watched, world_case_name(world, head->id)};
    status = case_steps(store, world->look, head->id, watched->revision, CASE_STEPS_MAX, &rows);
    MUST(status == STATUS_OK);
    const struct case_step *steps = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        follow(&watching, &steps[i]);
    }
    compare(&watching, record);
    struct text places = case_places_write(world->look, record);
    world_say(world, "    %.*s (%.*s): revision %lld, %.*s%s", TEXT_ARGS(watching.name),
              TEXT_ARGS(watched->recipe->workflow->name), (long long)record->revision,
              TEXT_ARGS(places), watched->is_closed ? ", closed" : "");
}

void world_watch(struct world *world)
{
    struct rows rows = {.count = 0};
    struct store *store = world_look(world_cases(world));
    enum status status = sim_cases(store, world->look, &rows);
    MUST(status == STATUS_OK);
    const struct case_head *heads = rows.items;
    if (rows.count < world->case_count) {
        world_violated(world, "a case that was committed is gone");
    }
    for (size_t i = 0; i < rows.count && !text_is_given(world->violation); i++) {
        watch_case(world, store, &heads[i]);
    }
    world_looked(store);
}
