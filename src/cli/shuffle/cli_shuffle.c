/* cli_shuffle.c - kontora shuffle verify: did each task fall where the seed says? Asks nobody.
 *
 * What it reads is the proof of a shuffle, as its page saves it: commitment, seed, people, results.
 */
#include "apps/popug/board/lottery.h"
#include "base/json.h"
#include "cli/cli.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { FILE_BYTES_MAX = 64 * 1024 * 1024, VALUES_MAX = 2000000 };

static const struct flag flags[] = {
    {"commitment", "DIGITS", "What was shown before the press, as somebody has noted it"},
};

struct proof {
    struct text commitment;
    struct text seed;
    const struct json *people;
    const struct json *results;
    struct id *ids; /* of the people, in their order */
};

/* ---- reading ---- */

static bool read_file(struct arena *arena, const char *path, struct text *text_out)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    char *data = arena_take_raw(arena, FILE_BYTES_MAX);
    size_t bytes = fread(data, 1, FILE_BYTES_MAX, file);
    bool is_whole = bytes < FILE_BYTES_MAX && !ferror(file);
    fclose(file);
    *text_out = (struct text){data, bytes};
    return is_whole;
}

static struct text member_text(const struct json *object, struct text key)
{
    const struct json *member = json_member(object, key);
    return member != NULL && member->kind == JSON_STRING ? member->text : NO_TEXT;
}

static const struct json *member_list(const struct json *object, struct text key)
{
    const struct json *member = json_member(object, key);
    return member != NULL && member->kind == JSON_ARRAY ? member : NULL;
}

static bool is_digest(struct text text)
{
    bool is = text.bytes == DIGEST_HEX_BYTES;
    for (size_t i = 0; is && i < text.bytes; i++) {
        is = strchr("0123456789abcdef", text.data[i]) != NULL && text.data[i] != '\0';
    }
    return is;
}

static bool read_proof(struct arena *arena, const struct json *root, struct proof *proof_out)
{
    *proof_out = (struct proof){
        .commitment = member_text(root, TEXT("commitment")),
        .seed = member_text(root, TEXT("seed")),
        .people = member_list(root, TEXT("people")),
        .results = member_list(root, TEXT("results")),
    };
    bool is_one = is_digest(proof_out->commitment) && is_digest(proof_out->seed) &&
                  proof_out->people != NULL && proof_out->results != NULL;
    if (!is_one) {
        return false;
    }
    proof_out->ids = ARENA_ARRAY(arena, struct id, proof_out->people->count + 1);
    struct id *next = proof_out->ids;
    for (const struct json *each = proof_out->people->first; each != NULL; each = each->next) {
        if (each->kind != JSON_STRING || !id_read(each->text, next++)) {
            return false;
        }
    }
    return true;
}

/* ---- judging: how much is wrong, each said ---- */

static size_t judge_seed(struct arena *arena, const struct proof *proof)
{
    if (text_equals(digest_hex(arena, proof->seed), proof->commitment)) {
        return 0;
    }
    printf("The SHA-256 of the seed is another one than the commitment.\n");
    return 1;
}

static size_t judge_people(const struct proof *proof)
{
    size_t count = proof->people->count;
    bool is_ordered = count > 0;
    for (size_t i = 1; i < count; i++) {
        is_ordered = is_ordered && memcmp(&proof->ids[i - 1], &proof->ids[i], ID_BYTES) < 0;
    }
    if (!is_ordered) {
        printf("The people are not each there once, in the order of their ids.\n");
    }
    return !is_ordered;
}

static size_t judge_result(struct arena *arena, const struct proof *proof,
                           const struct json *result)
{
    struct text item_text = member_text(result, TEXT("task_id"));
    struct text person_text = member_text(result, TEXT("person_id"));
    struct id item;
    struct id person;
    if (!id_read(item_text, &item) || !id_read(person_text, &person)) {
        printf("A result without the ids of a task and a person.\n");
        return 1;
    }
    size_t chosen = lottery_choose(arena, proof->seed, item, proof->people->count);
    if (id_equals(proof->ids[chosen], person)) {
        return 0;
    }
    struct text expected = id_text(arena, proof->ids[chosen]);
    printf("%.*s fell on %.*s, and had to fall on %.*s.\n", TEXT_ARGS(item_text),
           TEXT_ARGS(person_text), TEXT_ARGS(expected));
    return 1;
}

/* Each in an arena of its own, for there may be a hundred thousand. */
static size_t judge_results(const struct proof *proof)
{
    enum { ARENA_BYTES_MAX = 64 * 1024 };
    size_t wrong = 0;
    for (const struct json *each = proof->results->first; each != NULL; each = each->next) {
        struct arena *arena = arena_create("a result", ARENA_BYTES_MAX);
        wrong += each->kind == JSON_OBJECT ? judge_result(arena, proof, each) : 1;
        arena_destroy(&arena);
    }
    return wrong;
}

static int judge(struct command_line *line, const struct proof *proof)
{
    const char *noted = cli_flag(line, "commitment");
    size_t wrong = judge_seed(line->arena, proof) + judge_people(proof);
    if (noted != NULL && !text_equals(text_of(noted), proof->commitment)) {
        printf("The commitment is another one than was noted.\n");
        wrong++;
    }
    wrong += proof->people->count > 0 ? judge_results(proof) : 0;
    if (wrong > 0) {
        printf("Not right.\n");
        return EXIT_FAILED;
    }
    printf("Right: %zu tasks fell on %zu people as the seed says.\n", proof->results->count,
           proof->people->count);
    if (noted == NULL) {
        printf("Whether the seed was there before the press, only who has noted the commitment "
               "knows:\n%.*s\n",
               TEXT_ARGS(proof->commitment));
    }
    return EXIT_OK;
}

static int run(struct command_line *line)
{
    struct text text;
    struct proof proof;
    const struct json *root = NULL;
    struct json_error error;
    if (line->word_count != 2 || strcmp(line->words[0], "verify") != 0) {
        return cli_fail(EXIT_USAGE, "`kontora shuffle` takes the word verify and a file");
    }
    MUST(sodium_init() >= 0);
    if (!read_file(line->arena, line->words[1], &text)) {
        return cli_fail(EXIT_FAILED, "%s cannot be read", line->words[1]);
    }
    if (json_read(line->arena, text, VALUES_MAX, &root, &error) != STATUS_OK) {
        return cli_fail(EXIT_FAILED, "%s is not JSON: %s", line->words[1], error.what);
    }
    if (root->kind != JSON_OBJECT || !read_proof(line->arena, root, &proof)) {
        return cli_fail(EXIT_FAILED, "%s is no proof: it needs commitment, seed, people, results",
                        line->words[1]);
    }
    return judge(line, &proof);
}

const struct cli_command cli_shuffle = {
    .name = "shuffle",
    .words = "verify FILE",
    .summary = "Compute a shuffle of the task board anew, from its proof",
    .help =
        "FILE is what \"Save the proof\" on the page of a shuffle gives. Nobody is asked: each\n"
        "task is computed anew from the seed. With --commitment the proof must hold what was\n"
        "noted before the press.\n"
        "\n"
        "Exit code 0: everything fell where the seed says; 1: it did not.\n"
        "\n"
        "  kontora shuffle verify shuffle-12.json\n",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .run = run,
};
