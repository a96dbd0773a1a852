/* workflow_manual_test.c - docs/workflow.md, block by block: whole definitions are read, pieces are
 * held against the examples they were cut from, and what is said of faults is what is said.
 */
#include "engine/definition/definition.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

enum { FILE_BYTES_MAX = 256 * 1024 };

static const char *const examples[] = {
    "application", "deal", "feeding", "order", "payout", "phoenix", "policy", "popug_task",
};

static struct arena *arena;

/* Tests are run from the root of the tree. */
static struct text read_file(const char *path)
{
    char *bytes = arena_take_raw(arena, FILE_BYTES_MAX);
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    size_t count = fread(bytes, 1, FILE_BYTES_MAX - 1, file);
    fclose(file);
    bytes[count] = '\0';
    return (struct text){bytes, count};
}

static struct text manual(void)
{
    arena = arena_create("manual", DEFINITION_ARENA_BYTES * 4);
    return read_file("docs/workflow.md");
}

/* The next block fenced with ```kind; false when there is none. */
static bool next_block(struct text *rest_inout, const char *kind, struct text *block_out)
{
    struct text fence = text_format(arena, "\n```%s\n", kind);
    const char *begin = strstr(rest_inout->data, fence.data);
    if (begin == NULL) {
        return false;
    }
    begin += fence.bytes;
    const char *end = strstr(begin, "\n```");
    CHECK(end != NULL);
    *block_out = (struct text){begin, (size_t)(end - begin)};
    *rest_inout = text_of(end + 1);
    return true;
}

static struct text say(struct text file, struct text yaml)
{
    const struct workflow *workflow = NULL;
    const struct complaints *complaints = NULL;
    struct arena *own = arena_create("definition", DEFINITION_ARENA_BYTES * 2);
    enum status status = definition_read(own, file, yaml, &workflow, &complaints);
    CHECK((status == STATUS_OK) == (workflow != NULL));
    struct text said = text_copy(arena, complaints_text(complaints));
    arena_destroy(&own);
    return said;
}

static void reads_whole_definitions(void)
{
    struct text rest = manual();
    struct text block;
    int count = 0;
    while (next_block(&rest, "yaml", &block)) {
        if (text_starts_with(block, TEXT("workflow:"))) {
            CHECK_TEXT(say(TEXT("workflow.md"), block), "");
            count++;
        }
    }
    CHECK_INT(count, 1);
    arena_destroy(&arena);
}

static bool is_in_an_example(struct text piece)
{
    const char *wanted = text_format(arena, "\n%.*s\n", TEXT_ARGS(piece)).data;
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        struct text path = text_format(arena, "tests/workflows/%s.yaml", examples[i]);
        if (strstr(read_file(path.data).data, wanted) != NULL) {
            return true;
        }
    }
    return false;
}

static void cuts_pieces_from_examples(void)
{
    struct text rest = manual();
    struct text block;
    int count = 0;
    while (next_block(&rest, "yaml", &block)) {
        if (!text_starts_with(block, TEXT("workflow:"))) {
            printf("# %.*s\n", TEXT_ARGS(block));
            CHECK(is_in_an_example(block));
            count++;
        }
    }
    CHECK(count >= 7);
    arena_destroy(&arena);
}

/* "Writing `a` instead of `b` gives", and then what is said. */
static void says_of_faults_what_it_says(void)
{
    struct text rest = manual();
    struct text whole;
    struct text said;
    CHECK(next_block(&rest, "yaml", &whole));
    int count = 0;
    const char *place;
    while ((place = strstr(rest.data, "riting `")) != NULL) {
        struct text wrong;
        struct text right;
        struct text ignored;
        struct text after = text_of(place + strlen("riting `"));
        CHECK(text_cut(after, '`', &wrong, &after));
        CHECK(text_cut(after, '`', &ignored, &after) && text_cut(after, '`', &right, &after));
        rest = after;
        CHECK(next_block(&rest, "text", &said));
        struct text line = text_format(arena, "    %.*s\n", TEXT_ARGS(right));
        const char *found = strstr(whole.data, line.data);
        CHECK(found != NULL && found < whole.data + whole.bytes);
        struct text faulty = text_format(
            arena, "%.*s    %.*s%.*s", (int)(found - whole.data), whole.data, TEXT_ARGS(wrong),
            (int)(whole.data + whole.bytes - (found + line.bytes - 1)), found + line.bytes - 1);
        CHECK_TEXT(say(TEXT("leave.yaml"), faulty), text_copy(arena, said).data);
        count++;
    }
    CHECK_INT(count, 2);
    arena_destroy(&arena);
}

static void reads_every_example(void)
{
    arena = arena_create("manual", DEFINITION_ARENA_BYTES * 4);
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        struct text path = text_format(arena, "tests/workflows/%s.yaml", examples[i]);
        CHECK_TEXT(say(path, read_file(path.data)), "");
    }
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"reads_whole_definitions", reads_whole_definitions, 0},
    {"cuts_pieces_from_examples", cuts_pieces_from_examples, 0},
    {"says_of_faults_what_it_says", says_of_faults_what_it_says, 0},
    {"reads_every_example", reads_every_example, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
