/* recipe_test.c - every workflow of tests/workflows becomes a recipe; what is in it, and how it is
 * found among others.
 */
#include "engine/recipe/judged.h"
#include "tests/lib/check.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 64 * 1024 * 1024, FILE_BYTES_MAX = 256 * 1024 };

static struct recipe make(struct arena *arena, struct text yaml)
{
    const struct recipe_source source = {.file = TEXT("f.yaml"), .yaml = yaml};
    struct recipe recipe = {.workflow = NULL};
    struct text said = TEXT("");
    enum status status = recipe_make(arena, &source, &recipe, &said);
    CHECK_TEXT(said, "");
    CHECK_STATUS(status, STATUS_OK);
    return recipe;
}

/* Tests are run from the root of the tree. */
static struct text read_example(struct arena *arena, const char *name)
{
    char *bytes = arena_take_raw(arena, FILE_BYTES_MAX);
    FILE *file = fopen(text_format(arena, "tests/workflows/%s", name).data, "r");
    CHECK(file != NULL);
    size_t count = fread(bytes, 1, FILE_BYTES_MAX, file);
    fclose(file);
    return (struct text){bytes, count};
}

static const struct recipe_transition *transition_of(const struct recipe *recipe, const char *name)
{
    int index = workflow_transition(recipe->workflow, text_of(name));
    CHECK(index != WORKFLOW_NOWHERE);
    return &recipe->transitions[index];
}

static void every_example(void)
{
    struct arena *arena = arena_create("recipe", ARENA_BYTES);
    DIR *folder = opendir("tests/workflows");
    int made = 0;
    CHECK(folder != NULL);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strstr(entry->d_name, ".yaml") == NULL) {
            continue;
        }
        struct recipe recipe = make(arena, read_example(arena, entry->d_name));
        CHECK_INT(recipe.hash.bytes, 64);
        CHECK(recipe.text.bytes > 0);
        made++;
    }
    closedir(folder);
    CHECK(made >= 8);
    arena_destroy(&arena);
}

static void expressions_stand_beside_their_transition(void)
{
    struct arena *arena = arena_create("recipe", ARENA_BYTES);
    struct recipe recipe = make(arena, read_example(arena, "application.yaml"));
    CHECK_TEXT(condition_text(transition_of(&recipe, "passed")->when), "score >= 60");
    CHECK(transition_of(&recipe, "failed")->when == NULL);
    CHECK_TEXT(condition_text(transition_of(&recipe, "submitted")->sets[0]), "event.score");
    struct condition_fields used = condition_fields(transition_of(&recipe, "submitted")->sets[0]);
    CHECK_INT(used.count, 1);
    CHECK_INT(used.items[0], recipe.workflow->field_count + RECIPE_EVENT);
    recipe = make(arena, read_example(arena, "feeding.yaml"));
    const struct recipe_transition *feed = transition_of(&recipe, "feed");
    CHECK_TEXT(condition_text(feed->skip_when), "balance >= 5");
    CHECK_TEXT(condition_text(feed->with[1]), "5 - balance");
    arena_destroy(&arena);
}

static void an_else_knows_its_rivals(void)
{
    struct arena *arena = arena_create("recipe", ARENA_BYTES);
    struct recipe recipe = make(arena, read_example(arena, "application.yaml"));
    const struct recipe_transition *failed = transition_of(&recipe, "failed");
    CHECK_INT(failed->rival_count, 1);
    CHECK_INT(failed->rivals[0], workflow_transition(recipe.workflow, TEXT("passed")));
    CHECK_INT(transition_of(&recipe, "passed")->rival_count, 0);
    recipe = make(arena, TEXT("workflow: w\n"
                              "version: 1\n"
                              "participants: {man: {sees: all}}\n"
                              "fields: {n: integer}\n"
                              "places: {a: , b: , done: {end: true}}\n"
                              "operations:\n"
                              "  begin: {who: man, from: start, to: a, asks: n}\n"
                              "  jump: {who: man, from: b, to: done, when: n > 7}\n"
                              "stages:\n"
                              "  low: {from: a, when: n < 3, to: b}\n"
                              "  middle: {from: a, when: n = 3, to: done}\n"
                              "  high: {from_any: [a, b], else: true, to: done}\n"));
    const struct recipe_transition *high = transition_of(&recipe, "high");
    CHECK_INT(high->rival_count, 3); /* from wherever it is left */
    CHECK_INT(high->rivals[0], workflow_transition(recipe.workflow, TEXT("jump")));
    CHECK_INT(high->rivals[1], workflow_transition(recipe.workflow, TEXT("low")));
    CHECK_INT(high->rivals[2], workflow_transition(recipe.workflow, TEXT("middle")));
    arena_destroy(&arena);
}

static bool is_key(const struct recipe *recipe, const char *field)
{
    return bit_set_has(&recipe->keys, (size_t)workflow_field(recipe->workflow, text_of(field)));
}

static void keys_are_what_cases_are_looked_for_by(void)
{
    struct arena *arena = arena_create("recipe", ARENA_BYTES);
    struct recipe recipe = make(arena, read_example(arena, "application.yaml"));
    CHECK(is_key(&recipe, "email"));
    CHECK(!is_key(&recipe, "score"));
    recipe = make(arena, read_example(arena, "order.yaml"));
    CHECK(is_key(&recipe, "client_id"));
    CHECK(is_key(&recipe, "executor_id"));
    CHECK(!is_key(&recipe, "value"));
    arena_destroy(&arena);
}

static void the_hash_is_of_every_byte(void)
{
    struct arena *arena = arena_create("recipe", ARENA_BYTES);
    struct text yaml = read_example(arena, "payout.yaml");
    struct recipe one = make(arena, yaml);
    struct recipe same = make(arena, yaml);
    struct recipe other = make(arena, text_join(arena, yaml, TEXT("\n")));
    CHECK(text_equals(one.hash, same.hash));
    CHECK(!text_equals(one.hash, other.hash));
    arena_destroy(&arena);
}

static void a_catalog_finds(void)
{
    static const struct workflow flows[] = {
        {.name = {"a", 1}, .version = 1},
        {.name = {"ab", 2}, .version = 3},
        {.name = {"ab", 2}, .version = 2},
        {.name = {"b", 1}, .version = 9},
    };
    static const struct recipe recipes[] = {
        {.workflow = &flows[0], .is_newest = true},
        {.workflow = &flows[1]}, /* a newer one that new cases are not of yet */
        {.workflow = &flows[2], .is_newest = true},
        {.workflow = &flows[3]},
    };
    static const struct recipe *const sorted[] = {&recipes[0], &recipes[1], &recipes[2],
                                                  &recipes[3]};
    const struct catalog catalog = {.recipes = sorted, .recipe_count = COUNT_OF(sorted)};
    CHECK(catalog_find(&catalog, TEXT("a"), 0) == &recipes[0]);
    CHECK(catalog_find(&catalog, TEXT("a"), 1) == &recipes[0]);
    CHECK(catalog_find(&catalog, TEXT("a"), 2) == NULL);
    CHECK(catalog_find(&catalog, TEXT("ab"), 0) == &recipes[2]);
    CHECK(catalog_find(&catalog, TEXT("ab"), 3) == &recipes[1]);
    CHECK(catalog_find(&catalog, TEXT("b"), 9) == &recipes[3]);
    CHECK(catalog_find(&catalog, TEXT("b"), 0) == NULL);
    CHECK(catalog_find(&catalog, TEXT("c"), 0) == NULL);
    CHECK(catalog_find(&catalog, TEXT(""), 0) == NULL);
}

static const struct test tests[] = {
    {.name = "every_example", .run = every_example},
    {.name = "expressions_stand_beside_their_transition",
     .run = expressions_stand_beside_their_transition},
    {.name = "an_else_knows_its_rivals", .run = an_else_knows_its_rivals},
    {.name = "keys_are_what_cases_are_looked_for_by", .run = keys_are_what_cases_are_looked_for_by},
    {.name = "the_hash_is_of_every_byte", .run = the_hash_is_of_every_byte},
    {.name = "a_catalog_finds", .run = a_catalog_finds},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
