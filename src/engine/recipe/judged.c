/* judged.c - from a file to a recipe, and all that is wrong on the way. */
#include "engine/recipe/judged.h"

#include "base/encode.h"
#include "base/must.h"
#include "engine/definition/definition.h"
#include "engine/recipe/recipe_maker.h"

#include <sodium.h>

/* A definition, its net and the proof, and a thousand expressions. */
enum { JUDGED_BYTES_MAX = 3 * DEFINITION_ARENA_BYTES, HASH_BYTES = 32 };

static void end_arena(void *thing)
{
    struct arena *arena = thing;
    arena_destroy(&arena);
}

/* ---- what follows from the workflow alone ---- */

static bool shares_way(const struct transition *left, const struct transition *right)
{
    for (size_t i = 0; i < left->way_count; i++) {
        for (size_t k = 0; k < right->way_count; k++) {
            if (left->ways[i].kind == WAY_ON && right->ways[k].kind == WAY_ON &&
                bit_set_equals(&left->ways[i].takes, &right->ways[k].takes)) {
                return true;
            }
        }
    }
    return false;
}

void recipe__rivals(struct recipe_maker *maker)
{
    const struct workflow *workflow = maker->workflow;
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *transition = &workflow->transitions[i];
        if (!transition->is_else) {
            continue;
        }
        int *rivals = ARENA_ARRAY(maker->arena, int, workflow->transition_count);
        size_t count = 0;
        for (size_t k = 0; k < workflow->transition_count; k++) {
            const struct transition *other = &workflow->transitions[k];
            if (k != i && other->when.text.data != NULL && shares_way(transition, other)) {
                rivals[count++] = (int)k;
            }
        }
        maker->transitions[i].rivals = rivals;
        maker->transitions[i].rival_count = count;
    }
}

static struct bit_set keys_of(const struct workflow *workflow)
{
    struct bit_set keys = {{0}};
    for (size_t i = 0; i < workflow->field_count; i++) {
        if (workflow->fields[i].is_found) {
            bit_set_add(&keys, i);
        }
    }
    for (size_t i = 0; i < workflow->one_open_per_count; i++) {
        bit_set_add(&keys, (size_t)workflow->one_open_per[i]);
    }
    for (size_t i = 0; i < workflow->party_count; i++) {
        if (workflow->parties[i].is_field != WORKFLOW_NOWHERE) {
            bit_set_add(&keys, (size_t)workflow->parties[i].is_field);
        }
    }
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *transition = &workflow->transitions[i];
        size_t count = transition->kind == TRANSITION_EVENT ? transition->event.match_count : 0;
        for (size_t k = 0; k < count; k++) {
            if (transition->event.matches[k].field != WORKFLOW_NOWHERE) {
                bit_set_add(&keys, (size_t)transition->event.matches[k].field);
            }
        }
    }
    return keys;
}

static struct bit_set passing_of(const struct workflow *workflow)
{
    struct bit_set passing = {{0}};
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *rules = &workflow->transitions[i];
        if (rules->kind == TRANSITION_STAGE && !rules->stage.is_stored &&
            rules->stage.result != WORKFLOW_NOWHERE) {
            bit_set_add(&passing, (size_t)rules->stage.result);
        }
    }
    return passing;
}

static struct bit_set ends_of(const struct workflow *workflow)
{
    struct bit_set ends = {{0}};
    for (size_t i = 0; i < workflow->place_count; i++) {
        if (workflow->places[i].is_end) {
            bit_set_add(&ends, i);
        }
    }
    return ends;
}

static struct text hash_of(struct arena *arena, struct text text)
{
    unsigned char hash[HASH_BYTES];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text.data, text.bytes, NULL, 0);
    return encode_hex(arena, hash, sizeof hash);
}

/* ---- judging ---- */

static struct recipe *make_recipe(struct arena *arena, const struct recipe_source *source,
                                  const struct workflow *workflow, struct complaints *complaints)
{
    struct recipe_maker maker = {
        .arena = arena,
        .source = source,
        .complaints = complaints,
        .workflow = workflow,
        .transitions = ARENA_ARRAY(arena, struct recipe_transition, workflow->transition_count + 1),
        .musts = ARENA_ARRAY(arena, const struct condition *, workflow->field_count + 1),
    };
    recipe__names(&maker);
    recipe__expressions(&maker);
    recipe__bind(&maker);
    recipe__rivals(&maker);
    struct recipe *recipe = ARENA_NEW(arena, struct recipe);
    *recipe = (struct recipe){.workflow = workflow,
                              .text = text_copy(arena, source->yaml),
                              .hash = hash_of(arena, source->yaml),
                              .transitions = maker.transitions,
                              .musts = maker.musts,
                              .keys = keys_of(workflow),
                              .passing = passing_of(workflow),
                              .ends = ends_of(workflow),
                              .leads_to = recipe__leads_to(arena, workflow)};
    return recipe;
}

bool recipe_judge(struct arena *arena, const struct recipe_source *source,
                  struct judged *judged_out)
{
    struct arena *own = arena_create("recipe", JUDGED_BYTES_MAX);
    struct judged judged = {.complaints = NULL};
    arena_on_end(arena, end_arena, own);
    if (definition_read(own, source->file, source->yaml, &judged.workflow, &judged.complaints) ==
        STATUS_OK) {
        struct complaints *complaints = ARENA_NEW(own, struct complaints);
        complaints_init(complaints, own, judged.workflow->file);
        judged.recipe = make_recipe(own, source, judged.workflow, complaints);
        complaints_sort(complaints);
        judged.complaints = complaints;
        judged.made = workflow_net(own, judged.workflow);
        soundness_check(own, &judged.made->net, NULL, &judged.soundness);
    }
    *judged_out = judged;
    return judged_is_fine(judged_out);
}

bool judged_is_fine(const struct judged *judged)
{
    return judged->workflow != NULL && judged->complaints->total == 0 && judged->soundness.is_sound;
}

/* ---- saying it ---- */

struct spot judged_spot(const struct judged *judged, const struct unsound *fault)
{
    const struct workflow *workflow = judged->workflow;
    MUST(workflow != NULL);
    if (fault->transition != NET_NOTHING) {
        return workflow->transitions[judged->made->transitions[fault->transition]].at;
    }
    int place = net_next(&fault->places, 0);
    place = place >= 0 ? place : net_next(&fault->marking, 0);
    return place >= 0 ? workflow->places[place].at : (struct spot){0, 0};
}

static struct text fault_text(struct arena *arena, const struct judged *judged,
                              const struct unsound *fault)
{
    struct spot at = judged_spot(judged, fault);
    struct text file = judged->complaints->file;
    return at.line > 0
               ? text_format(arena, "%.*s:%d:%d: %.*s", TEXT_ARGS(file), at.line, at.column,
                             TEXT_ARGS(fault->sentence))
               : text_format(arena, "%.*s: %.*s", TEXT_ARGS(file), TEXT_ARGS(fault->sentence));
}

struct text judged_text(struct arena *arena, const struct judged *judged)
{
    struct text all = text_trim(complaints_text(judged->complaints));
    for (size_t i = 0; i < judged->soundness.fault_count; i++) {
        struct text one = fault_text(arena, judged, &judged->soundness.faults[i]);
        all = text_format(arena, "%.*s%s%.*s", TEXT_ARGS(all), all.bytes > 0 ? "\n" : "",
                          TEXT_ARGS(one));
    }
    return all;
}

enum status recipe_make(struct arena *arena, const struct recipe_source *source,
                        struct recipe *recipe_out, struct text *complaint_out)
{
    struct judged judged;
    if (!recipe_judge(arena, source, &judged)) {
        *complaint_out = judged_text(arena, &judged);
        return STATUS_MALFORMED;
    }
    *recipe_out = *judged.recipe;
    return STATUS_OK;
}
