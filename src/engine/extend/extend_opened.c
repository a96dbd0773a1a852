/* extend_opened.c - definitions are kept in the store, so no case ever loses its recipe.
 *
 * What was loaded from files is held against what is kept. A definition whose cases are open may
 * not change under the same version; one that no file has any more is loaded from here, and its
 * cases go on. When it cannot be (a function is gone), they stand still, and it is said aloud. The
 * key that operations and stages are signed with is read here too.
 */
#include "base/clock.h"
#include "engine/extend/engine_room.h"
#include "engine/migration/crossing_store.h"
#include "engine/operations/signing_key_store.h"
#include "engine/recipe/definition_lost_store.h"
#include "engine/recipe/definition_store.h"
#include "engine/recipe/judged.h"

enum { SCRATCH_BYTES_MAX = 16 * 1024 * 1024 };

struct opening {
    struct engine_room *room;
    struct store *store;
    struct arena *scratch;
    struct rows kept; /* struct definition_key, as they were before */
    struct signing_key key;
    struct text error;
};

static const struct definition_key *find_kept(const struct opening *opening,
                                              const struct workflow *workflow)
{
    const struct definition_key *keys = opening->kept.items;
    for (size_t i = 0; i < opening->kept.count; i++) {
        if (text_equals(keys[i].workflow, workflow->name) && keys[i].version == workflow->version) {
            return &keys[i];
        }
    }
    return NULL;
}

/* ---- what files have ---- */

static int64_t next_version(const struct opening *opening, struct text workflow)
{
    const struct definition_key *keys = opening->kept.items;
    int64_t newest = 0;
    for (size_t i = 0; i < opening->kept.count; i++) {
        if (text_equals(keys[i].workflow, workflow) && keys[i].version > newest) {
            newest = keys[i].version;
        }
    }
    return newest + 1;
}

/* An error of the program; a file of the directory is left out, and the kept one comes in. */
static enum status refuse_change(struct opening *opening, const struct room_recipe *one)
{
    const struct workflow *workflow = one->recipe->workflow;
    struct engine_room *room = opening->room;
    struct text said = text_format(
        room->arena,
        "%.*s: version %lld of %.*s is not what its cases began with; give the new one version "
        "%lld",
        TEXT_ARGS(workflow->file), (long long)workflow->version, TEXT_ARGS(workflow->name),
        (long long)next_version(opening, workflow->name));
    if (one->is_of_program) {
        opening->error = said;
        return STATUS_MALFORMED;
    }
    room->has_refused = true;
    engine_room_remark(room, text_format(room->arena, "%.*s is not loaded:\n%.*s",
                                         TEXT_ARGS(workflow->file), TEXT_ARGS(said)));
    return STATUS_OK;
}

/* stays_out: it is among the recipes further on. */
static enum status keep_one(struct opening *opening, const struct room_recipe *one, bool *stays_out)
{
    const struct recipe *recipe = one->recipe;
    const struct definition_key *kept = find_kept(opening, recipe->workflow);
    const struct definition_key key = {recipe->workflow->name, recipe->workflow->version,
                                       recipe->hash};
    bool is_used = false;
    enum status status = STATUS_OK;
    *stays_out = true;
    if (kept != NULL && text_equals(kept->hash, recipe->hash)) {
        return STATUS_OK;
    }
    if (kept != NULL) {
        status = definition_is_used(opening->store, opening->scratch, &key, &is_used);
    }
    if (status == STATUS_OK && is_used) {
        *stays_out = false;
        return refuse_change(opening, one);
    }
    return status == STATUS_OK
               ? definition_keep(opening->store, &key, recipe->text, clock_wall_ms())
               : status;
}

static enum status keep_all(struct opening *opening)
{
    struct engine_room *room = opening->room;
    size_t count = room->recipe_count;
    enum status status = STATUS_OK;
    room->recipe_count = 0;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        const struct room_recipe one = room->recipes[i];
        bool stays = true;
        status = keep_one(opening, &one, &stays);
        if (stays) {
            room->recipes[room->recipe_count++] = one;
        }
    }
    return status;
}

/* ---- what no file has ---- */

static enum status hold_up(struct opening *opening, const struct definition_key *key,
                           const struct judged *judged)
{
    struct engine_room *room = opening->room;
    bool is_used = false;
    enum status status = definition_is_used(opening->store, opening->scratch, key, &is_used);
    if (status != STATUS_OK) {
        return status;
    }
    struct text why = judged_text(room->arena, judged);
    if (judged->recipe != NULL) {
        judged->recipe->is_kept = true;
        judged->recipe->held_up = why;
        engine_room_add(room, judged->recipe, false);
    }
    if (is_used) {
        engine_room_remark(
            room, text_format(room->arena,
                              "cases of version %lld of %.*s stand still, because no file has it "
                              "and what is kept cannot run here:\n%.*s",
                              (long long)key->version, TEXT_ARGS(key->workflow), TEXT_ARGS(why)));
    }
    return STATUS_OK;
}

static enum status load_kept(struct opening *opening, const struct definition_key *key)
{
    struct engine_room *room = opening->room;
    struct text yaml = NO_TEXT;
    struct judged judged;
    if (room->recipe_count == ROOM_RECIPES_MAX) {
        engine_room_remark(room, text_format(room->arena,
                                             "version %lld of %.*s is kept, but there are more "
                                             "than %d workflows",
                                             (long long)key->version, TEXT_ARGS(key->workflow),
                                             ROOM_RECIPES_MAX));
        return STATUS_OK;
    }
    enum status status = definition_text(opening->store, opening->scratch, key, &yaml);
    if (status != STATUS_OK) {
        return status;
    }
    struct text file = text_format(opening->scratch, "%.*s-%lld (kept)", TEXT_ARGS(key->workflow),
                                   (long long)key->version);
    const struct recipe_source source = engine_room_source(room, file, yaml);
    if (!recipe_judge(room->arena, &source, &judged)) {
        return hold_up(opening, key, &judged);
    }
    judged.recipe->is_kept = true;
    engine_room_add(room, judged.recipe, false);
    return STATUS_OK;
}

static enum status load_all(struct opening *opening)
{
    const struct definition_key *keys = opening->kept.items;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < opening->kept.count && status == STATUS_OK; i++) {
        if (engine_room_find(opening->room, keys[i].workflow, keys[i].version) == NULL) {
            status = load_kept(opening, &keys[i]);
        }
    }
    return status;
}

/* ---- what nobody has any more ---- */

static bool is_end(const void *context, struct text workflow, struct text place)
{
    const struct engine_room *room = context;
    for (size_t i = 0; i < room->recipe_count; i++) {
        const struct workflow *one = room->recipes[i].recipe->workflow;
        int index = workflow_place(one, place);
        if (text_equals(one->name, workflow) && index != WORKFLOW_NOWHERE) {
            return one->places[index].is_end;
        }
    }
    return false;
}

/* Somebody has deleted it by hand. These cases stand still, and the others go on. */
static enum status say_lost(struct opening *opening)
{
    struct engine_room *room = opening->room;
    struct lost_definitions *lost = ARENA_NEW(opening->scratch, struct lost_definitions);
    enum status status = definition_lost(opening->store, opening->scratch, is_end, room, lost);
    for (size_t i = 0; i < lost->count; i++) {
        const struct lost_definition *one = &lost->items[i];
        engine_room_remark(
            room,
            text_format(room->arena,
                        "cases of version %lld of %.*s stand still, %lld at least, because "
                        "no file has it and what was kept is gone from engine_definition: "
                        "start with a file of that version",
                        (long long)one->version, TEXT_ARGS(one->workflow), (long long)one->cases));
    }
    return status;
}

/* ---- the hook ---- */

static enum status reconcile(struct opening *opening)
{
    enum status status = store_begin(opening->store, STORE_WRITE);
    if (status != STATUS_OK) {
        return status;
    }
    status = definition_list(opening->store, opening->scratch, &opening->kept);
    if (status == STATUS_OK) {
        status = keep_all(opening);
    }
    if (status == STATUS_OK) {
        status = load_all(opening);
    }
    if (status == STATUS_OK) {
        status = say_lost(opening);
    }
    if (status == STATUS_OK) {
        status = signing_key_open(opening->store, opening->scratch, &opening->key);
    }
    if (status == STATUS_OK) {
        return store_commit(opening->store);
    }
    store_rollback(opening->store);
    return status;
}

static enum status make_anew(struct engine_room *room, const struct service **service_out,
                             struct text *error_out)
{
    struct service *made = ARENA_NEW(room->arena, struct service);
    *made = *room->base;
    extend__events(room, made);
    const struct service **services =
        ARENA_ARRAY(room->arena, const struct service *, room->service_count);
    for (size_t i = 0; i < room->service_count; i++) {
        bool is_it = text_equals(text_of(room->services[i]->name), text_of(made->name));
        services[i] = is_it ? made : room->services[i];
    }
    room->services = services;
    *service_out = made;
    return extend__finish(room, made, error_out);
}

enum status extend__opened(const struct service *service, struct store *store, struct arena *arena,
                           const struct service **service_out, struct text *error_out)
{
    struct engine_room *room = ARENA_NEW(arena, struct engine_room);
    MUST(service->catalog != NULL);
    *room = *service->catalog->room;
    room->arena = arena;
    struct opening opening = {
        .room = room,
        .store = store,
        .scratch = arena_create("definitions", SCRATCH_BYTES_MAX),
        .error = NO_TEXT,
    };
    *service_out = service;
    enum status status = reconcile(&opening);
    if (status == STATUS_OK) {
        status = make_anew(room, service_out, &opening.error);
    }
    if (status == STATUS_OK) {
        *(*service_out)->catalog->signing_key = opening.key;
        status = open_cases_say(store, (*service_out)->catalog);
    }
    signing_key_forget(&opening.key);
    if (status != STATUS_OK) {
        *error_out =
            text_is_given(opening.error)
                ? opening.error
                : text_format(arena,
                              "The definitions and the key that %s keeps cannot be read: %s.",
                              service->name, status_text(status));
    }
    arena_destroy(&opening.scratch);
    return status;
}
