/* workflows_look.c - which versions there are, and one of them as it was written. */
#include "engine/extend/engine_room.h"
#include "engine/migration/crossing_store.h"
#include "engine/migration/workflows_handle.h"

/* ---- one version ---- */

static bool is_of_program(const struct catalog *catalog, const struct recipe *recipe)
{
    for (size_t i = 0; i < catalog->room->recipe_count; i++) {
        const struct room_recipe *one = &catalog->room->recipes[i];
        if (one->recipe->workflow == recipe->workflow) {
            return one->is_of_program;
        }
    }
    return false;
}

static struct version_entry describe(const struct catalog *catalog, const struct recipe *recipe)
{
    return (struct version_entry){
        .workflow = recipe->workflow->name,
        .version = recipe->workflow->version,
        .source = is_of_program(catalog, recipe) ? TEXT("program")
                  : recipe->is_kept              ? TEXT("kept")
                                                 : TEXT("directory"),
        .file = recipe->workflow->file,
        .is_newest = recipe->is_newest,
        .held_up = recipe->held_up,
        .closed = FIELD_NONE,
        .text = recipe->text,
    };
}

enum status workflows_show_handle(struct call *call)
{
    const struct workflows_input *input = call->input;
    const struct catalog *catalog = catalog_of(call);
    int64_t version = input->version == FIELD_NONE ? 0 : input->version;
    const struct recipe *recipe = catalog_find(catalog, input->workflow, version);
    for (size_t i = 0; recipe == NULL && version == 0 && i < catalog->recipe_count; i++) {
        bool is_it = text_equals(catalog->recipes[i]->workflow->name, input->workflow);
        recipe = is_it ? catalog->recipes[i] : NULL; /* nobody begins one: the last there was */
    }
    if (recipe == NULL) {
        return refuse(call, version == 0 ? &workflows_no_workflow : &workflows_no_version);
    }
    struct version_entry entry = describe(catalog, recipe);
    return answer(call, &entry);
}

/* ---- all of them ---- */

static void add_closed(struct version_entry *entry, const struct rows *closed)
{
    const struct closed_count *counts = closed->items;
    entry->closed = 0;
    for (size_t i = 0; i < closed->count; i++) {
        if (text_equals(counts[i].workflow, entry->workflow) &&
            counts[i].version == entry->version) {
            entry->closed = counts[i].count;
        }
    }
}

enum status workflows_list_handle(struct call *call)
{
    const struct workflows_input *input = call->input;
    const struct catalog *catalog = catalog_of(call);
    struct rows closed = {.count = 0};
    struct version_entry *entries =
        ARENA_ARRAY(call->arena, struct version_entry, catalog->recipe_count + 1);
    enum status status =
        input->with_closed ? closed_cases_count(call->store, call->arena, &closed) : STATUS_OK;
    for (size_t i = 0; i < catalog->recipe_count && status == STATUS_OK; i++) {
        entries[i] = describe(catalog, catalog->recipes[i]);
        status = open_cases_count(call->store, call->arena, catalog->recipes[i], &entries[i].open);
        if (input->with_closed) {
            add_closed(&entries[i], &closed);
        }
    }
    return status == STATUS_OK ? answer_list(call, &(struct list){.items = entries,
                                                                  .count = catalog->recipe_count,
                                                                  .total = FIELD_NONE})
                               : status;
}
