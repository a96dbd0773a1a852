/* yaml_tree_test.c - YAML as a tree: what is plain is read, the rest refused, and what is meant to
 * hurt costs nothing.
 */
#include "base/clock.h"
#include "engine/definition/yaml_tree.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 64 * 1024 * 1024, QUICK_MS = 2000 };

static struct arena *arena;
static struct arena *inputs;
static struct complaints complaints;

static const struct yaml_node *read_yaml(struct text yaml)
{
    if (arena != NULL) {
        arena_destroy(&arena);
    }
    arena = arena_create("yaml", ARENA_BYTES);
    complaints_init(&complaints, arena, TEXT("f"));
    return yaml_tree_read(&complaints, yaml);
}

static void check_refused(struct text yaml, const char *said)
{
    CHECK(read_yaml(yaml) == NULL);
    CHECK_TEXT(complaints_text(&complaints), said);
}

static const struct yaml_node *member(const struct yaml_node *node, const char *key)
{
    for (const struct yaml_node *one = node->first; one != NULL; one = one->next) {
        if (text_equals(one->key.text, text_of(key))) {
            return one;
        }
    }
    CHECK(false);
    return NULL;
}

static void knows_where_everything_stands(void)
{
    const struct yaml_node *root = read_yaml(TEXT("a: 1\n"
                                                  "имя: {b: [x, \"y z\"], c: }\n"
                                                  "d:\n"
                                                  "  - e\n"
                                                  "  - >-\n"
                                                  "    two\n"
                                                  "    lines\n"));
    CHECK(root != NULL && root->kind == YAML_MAPPING);
    CHECK_INT(root->count, 3);
    const struct yaml_node *name = member(root, "имя");
    CHECK_INT(name->key.at.line, 2);
    CHECK_INT(name->at.column, 6); /* in letters */
    const struct yaml_node *list = member(name, "b");
    CHECK(list->kind == YAML_LIST && list->count == 2);
    CHECK_TEXT(list->last->text, "y z");
    CHECK(!list->last->is_plain && list->first->is_plain);
    CHECK_INT(list->last->at.column, 14);
    CHECK(yaml_is_nothing(member(name, "c")));
    CHECK_TEXT(member(root, "d")->last->text, "two lines");
    CHECK_INT(member(root, "d")->first->at.line, 4);
}

static void knows_nothing_from_something(void)
{
    const struct yaml_node *root = read_yaml(TEXT("{a: , b: ~, c: null, d: '', e: 'null', f: 0}"));
    CHECK(yaml_is_nothing(member(root, "a")));
    CHECK(yaml_is_nothing(member(root, "b")));
    CHECK(yaml_is_nothing(member(root, "c")));
    CHECK(!yaml_is_nothing(member(root, "d")));
    CHECK(!yaml_is_nothing(member(root, "e")));
    CHECK(!yaml_is_nothing(member(root, "f")));
}

static void refuses_what_is_not_plain(void)
{
    check_refused(TEXT(""), "f:1:1: the file is empty; it begins with workflow: NAME");
    check_refused(TEXT("# only this\n"), "f:1:1: the file is empty; it begins with workflow: NAME");
    check_refused(TEXT("a: &b c"), "f:1:4: &names are not used here; write it out");
    check_refused(TEXT("a: &b {c: d}"), "f:1:4: &names are not used here; write it out");
    check_refused(TEXT("a: *b"),
                  "f:1:4: *names are not used here; write it out, or put the text in "
                  "\"quotes\"");
    check_refused(TEXT("a: !b c"), "f:1:4: !tags are not used here; put a text that begins with ! "
                                   "in \"quotes\"");
    check_refused(TEXT("a: !!map {}"),
                  "f:1:4: !tags are not used here; put a text that begins with "
                  "! in \"quotes\"");
    check_refused(TEXT("a: b\n---\nc: d"),
                  "f:2:1: a second document begins here; one file is one workflow");
    check_refused(TEXT("{a: b}: c"), "f:1:1: a name must stand here; { } and [ ] are no names");
    check_refused(TEXT("a: \xFF"), "f:1:1: the file is no text in UTF-8");
    check_refused(TEXT("%YAML 3.0\n--- a"),
                  "f:1:1: this is no YAML: found incompatible YAML document");
    check_refused(TEXT("a: \"b"), "f:1:6: the closing quote is missing");
    check_refused(TEXT("a: b\n\tc: d"), "f:2:1: a tab; indent with spaces");
    check_refused(TEXT("a: @b"),
                  "f:1:4: a tab, @, ` or % may not begin a word; indent with spaces, and "
                  "put such a text in \"quotes\"");
}

static void refuses_a_key_that_comes_twice(void)
{
    const struct yaml_node *root = read_yaml(TEXT("a: 1\nb: 2\na: {x: [1, 2]}\nc: 3\n"));
    CHECK(root != NULL);
    CHECK_TEXT(complaints_text(&complaints), "f:3:1: \"a\" is in line 1 already");
    CHECK_INT(root->count, 3);
    CHECK_TEXT(member(root, "a")->text, "1");
    CHECK_TEXT(member(root, "c")->text, "3");
}

/* Many times the same bytes. */
static struct text repeat(const char *bytes, size_t count)
{
    size_t length = strlen(bytes);
    inputs = inputs != NULL ? inputs : arena_create("inputs", ARENA_BYTES);
    char *all = arena_take(inputs, count * length + 1);
    for (size_t i = 0; i < count; i++) {
        memcpy(all + i * length, bytes, length);
    }
    return (struct text){all, count * length};
}

static void check_quickly_refused(struct text yaml, const char *sentence)
{
    int64_t began_ms = test_processor_ms();
    CHECK(read_yaml(yaml) == NULL);
    CHECK(test_processor_ms() - began_ms < QUICK_MS);
    const char *said = complaints_text(&complaints).data;
    printf("# %s\n", said);
    CHECK(strstr(said, sentence) != NULL);
}

static void stops_at_its_limits(void)
{
    check_quickly_refused(repeat("[", 200000), "more than 16 levels deep");
    check_quickly_refused(repeat("{a: ", 60000), "more than 16 levels deep");
    check_quickly_refused(repeat("- ", 100000), "more than 16 levels deep");
    check_quickly_refused(repeat("? ", 100000), "");
    check_quickly_refused(repeat("- a\n", 60000), "more than 1000 things in one list");
    check_quickly_refused(repeat("- [a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a]\n", 900),
                          "more than 20000 things in one file");
    check_quickly_refused(repeat("x", YAML_BYTES_MAX + 1), "larger than 256 KiB");
}

/* Every member is held against those before it. */
static void finds_many_twins_quickly(void)
{
    int64_t began_ms = test_processor_ms();
    CHECK(read_yaml(repeat("a: 1\n", 15000)) != NULL);
    CHECK_INT(complaints.count, COMPLAINTS_MAX);
    CHECK_INT(complaints.total, 14999);
    CHECK(test_processor_ms() - began_ms < QUICK_MS);
}

static const struct test tests[] = {
    {"knows_where_everything_stands", knows_where_everything_stands, 0},
    {"knows_nothing_from_something", knows_nothing_from_something, 0},
    {"refuses_what_is_not_plain", refuses_what_is_not_plain, 0},
    {"refuses_a_key_that_comes_twice", refuses_a_key_that_comes_twice, 0},
    {"stops_at_its_limits", stops_at_its_limits, 0},
    {"finds_many_twins_quickly", finds_many_twins_quickly, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
