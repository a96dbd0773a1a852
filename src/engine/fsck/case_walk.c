/* case_walk.c - page by page through the cases, each read by its own version of its workflow. */
#include "engine/fsck/case_walk.h"

#include "engine/recipe/definition_store.h"
#include "engine/recipe/judged.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    WALK_BYTES_MAX = 1024 * 1024 * 1024,
    PIECE_BYTES_MAX = 512 * 1024 * 1024,
    WALK_RECIPES_MAX = 1024,
    WHY_BYTES_MAX = 300,
};

void case_fault(struct case_faults *faults, struct arena *arena, struct id id, const char *format,
                ...)
{
    if (faults->count++ > 0) {
        return;
    }
    char why[WHY_BYTES_MAX];
    va_list values;
    va_start(values, format);
    vsnprintf(why, sizeof why, format, values);
    va_end(values);
    faults->first = id;
    faults->why = text_copy(arena, text_of(why));
}

const char *case_fault_id(const struct case_faults *faults, struct arena *arena)
{
    char *text = arena_take(arena, ID_TEXT_BYTES + 1);
    id_write(faults->first, text);
    return text;
}

/* ---- recipes ---- */

/* What no file has any more is read for its cases alone: whether it could run is no matter here. */
static const struct recipe *kept_recipe(struct case_walk *walk, const struct walked_row *row)
{
    struct text yaml = NO_TEXT;
    struct judged judged = {0};
    const struct definition_key key = {.workflow = row->workflow, .version = row->version};
    enum status status = definition_text(walk->look->store, walk->arena, &key, &yaml);
    if (status != STATUS_OK) {
        return NULL;
    }
    const struct recipe_source source = {.file = row->workflow, .yaml = yaml};
    return recipe_judge(walk->arena, &source, &judged) ? judged.recipe : NULL;
}

static struct walked_recipe *find_recipe(struct case_walk *walk, const struct walked_row *row)
{
    for (size_t i = 0; i < walk->recipe_count; i++) {
        struct walked_recipe *known = &walk->recipes[i];
        if (text_equals(known->workflow, row->workflow) && known->version == row->version) {
            return known;
        }
    }
    MUST(walk->recipe_count < WALK_RECIPES_MAX);
    struct walked_recipe *found = &walk->recipes[walk->recipe_count++];
    *found = (struct walked_recipe){
        .workflow = text_copy(walk->arena, row->workflow),
        .version = row->version,
        .recipe = catalog_find(walk->look->service->catalog, row->workflow, row->version),
    };
    if (found->recipe == NULL) {
        found->recipe = kept_recipe(walk, row);
    }
    return found;
}

bool case_walk_reaches(struct case_walk *walk, const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    const struct walked_row row = {.workflow = workflow->name, .version = workflow->version};
    struct walked_recipe *known = find_recipe(walk, &row);
    if (known->reachable == NULL) {
        const struct workflow_net *net = workflow_net(walk->arena, workflow);
        known->reachable = reachable_make(walk->arena, &net->net);
    }
    return reachable_has(known->reachable, &record->marking);
}

/* ---- cases ---- */

static const struct case_record *read_case(struct case_walk *walk, const struct walked_row *row)
{
    const struct recipe *recipe = find_recipe(walk, row)->recipe;
    if (recipe == NULL) {
        return NULL;
    }
    struct case_record *record = case_record_new(walk->piece, recipe, row->id);
    record->marking = (struct bit_set){{0}};
    record->revision = row->revision;
    record->closed_at = row->closed_at;
    record->operation = row->operation;
    const struct case_written written = {row->places, row->stages, row->fields};
    return case_record_read(walk->piece, &written, record) == STATUS_OK ? record : NULL;
}

typedef enum status list_fn(struct store *store, struct arena *arena, struct id before,
                            struct rows *rows_out);

static enum status walk_pages(struct case_walk *walk, list_fn *list, int64_t most)
{
    struct id before;
    struct rows rows = {.count = 0};
    enum status status = STATUS_OK;
    memset(&before, 0xFF, sizeof before);
    do {
        arena_reset(walk->piece);
        status = list(walk->look->store, walk->piece, before, &rows);
        const struct walked_row *cases = rows.items;
        for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
            before = cases[i].id;
            status = walk->visit(walk, &cases[i], read_case(walk, &cases[i]));
        }
        most -= (int64_t)rows.count;
    } while (status == STATUS_OK && rows.count == WALK_PIECE && most > 0);
    return status;
}

static void begin(struct case_walk *walk)
{
    MUST(walk->look->service->catalog != NULL);
    walk->arena = arena_create("walk through cases", WALK_BYTES_MAX);
    walk->piece = arena_create("page of cases", PIECE_BYTES_MAX);
    walk->recipes = ARENA_ARRAY(walk->arena, struct walked_recipe, WALK_RECIPES_MAX);
    walk->recipe_count = 0;
}

static enum status end(struct case_walk *walk, enum status status)
{
    arena_destroy(&walk->piece);
    arena_destroy(&walk->arena);
    return status;
}

enum status case_walk_open(struct case_walk *walk)
{
    begin(walk);
    return end(walk, walk_pages(walk, check_list_open, INT64_MAX));
}

enum status case_walk_waiting(struct case_walk *walk)
{
    begin(walk);
    return end(walk, walk_pages(walk, check_list_waiting, INT64_MAX));
}

enum status case_walk_all(struct case_walk *walk)
{
    begin(walk);
    enum status status = walk_pages(walk, check_list_open, INT64_MAX);
    if (status == STATUS_OK) {
        status = walk_pages(walk, check_list_closed, CLOSED_LOOK_BACK);
    }
    return end(walk, status);
}
