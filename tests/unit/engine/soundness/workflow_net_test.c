/* workflow_net_test.c - workflows as people write them, as nets, and whether they are sound. */
#include "engine/workflow_net.h"

#include "base/arena.h"
#include "engine/definition/definition.h"
#include "engine/soundness/soundness.h"
#include "tests/lib/check.h"

#include <stdio.h>

enum { ARENA_BYTES_MAX = DEFINITION_ARENA_BYTES + 32 * 1024 * 1024, FILE_BYTES_MAX = 65536 };

static const char *const samples[] = {
    "application", "deal", "feeding", "order", "payout", "phoenix", "policy", "popug_task",
};

static struct text read_file(struct arena *arena, const char *name)
{
    struct text path = text_format(arena, "tests/workflows/%s.yaml", name);
    FILE *file = fopen(path.data, "rb");
    CHECK(file != NULL);
    char *data = arena_take(arena, FILE_BYTES_MAX);
    struct text text = {data, fread(data, 1, FILE_BYTES_MAX, file)};
    fclose(file);
    CHECK(text.bytes > 0 && text.bytes < FILE_BYTES_MAX);
    return text;
}

static const struct workflow_net *net_of_yaml(struct arena *arena, struct text yaml)
{
    const struct workflow *workflow = NULL;
    const struct complaints *complaints = NULL;
    enum status status = definition_read(arena, TEXT("test.yaml"), yaml, &workflow, &complaints);
    if (status != STATUS_OK) {
        CHECK_TEXT(complaints_text(complaints), "");
    }
    return workflow_net(arena, workflow);
}

static void sample_workflows_are_sound(void)
{
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct arena *arena = arena_create("sample", ARENA_BYTES_MAX);
        const struct workflow_net *made = net_of_yaml(arena, read_file(arena, samples[i]));
        struct soundness soundness;
        soundness_check(arena, &made->net, NULL, &soundness);
        if (!soundness.is_sound) {
            CHECK_TEXT(soundness.faults[0].sentence, samples[i]);
        }
        CHECK(soundness.marking_count > 0);
        arena_destroy(&arena);
    }
}

/* The whole complaint about a workflow, made of a sample and something more at its end. */
static void check_sentence(const char *sample, const char *more, const char *sentence)
{
    struct arena *arena = arena_create("faulty", ARENA_BYTES_MAX);
    struct text yaml = text_join(arena, read_file(arena, sample), text_of(more));
    const struct workflow_net *made = net_of_yaml(arena, yaml);
    struct soundness soundness;
    soundness_check(arena, &made->net, NULL, &soundness);
    CHECK(!soundness.is_sound);
    CHECK_TEXT(soundness.faults[0].sentence, sentence);
    CHECK_INT(soundness.fault_count, 1);
    arena_destroy(&arena);
}

/* B55: the worker is not found, and whoever fetches supplies is forgotten. */
static void naive_cancel_of_B55_is_refused(void)
{
    check_sentence("order", "  cancel: {after: 7d, from: NeedExecutor, to: Cancelled}\n",
                   "'cancel' from 'NeedExecutor' leaves a mark in 'NeedSupply': create, "
                   "ask_estimate, set_example_rate, cancel");
}

static void cancel_in_the_wrong_order_is_refused(void)
{
    check_sentence("order",
                   "  cancel:\n    after: 7d\n    from_any: [[NeedExecutor, NeedSupply], "
                   "[NeedExecutor]]\n    to: Cancelled\n",
                   "'cancel' from 'NeedExecutor' leaves a mark in 'Supplied': create, "
                   "ask_estimate, set_example_rate, set_supplied, cancel");
}

static const char small[] = "workflow: small\n"
                            "version: 1\n"
                            "participants: {client: {sees: all}}\n"
                            "fields: {score: {kind: integer}}\n"
                            "places: {good: {end: true}, bad: {end: true}, middle: }\n"
                            "operations:\n"
                            "  begin: {who: client, from: start, to: middle}\n";

static void check_small(const char *more, const char *sentence)
{
    struct arena *arena = arena_create("small", ARENA_BYTES_MAX);
    struct text yaml = text_join(arena, text_of(small), text_of(more));
    const struct workflow_net *made = net_of_yaml(arena, yaml);
    struct soundness soundness;
    soundness_check(arena, &made->net, NULL, &soundness);
    if (sentence == NULL) {
        CHECK(soundness.is_sound);
    } else {
        CHECK_INT(soundness.fault_count, 1);
        CHECK_TEXT(soundness.faults[0].sentence, sentence);
    }
    arena_destroy(&arena);
}

static void alternatives_are_covered(void)
{
    check_small("stages:\n"
                "  yes: {from: middle, when: score > 5, to: good}\n"
                "  no: {from: middle, else: true, to: bad}\n",
                NULL);
    check_small("stages:\n"
                "  yes: {from: middle, when: score > 5, to: good}\n"
                "  no: {from: middle, when: score < 5, to: bad}\n",
                "every way on from 'middle' has a condition ('yes', 'no'); one of them must be the "
                "else: begin");
    check_small("  accept: {who: client, from: middle, to: good}\n"
                "  decline: {who: client, from: middle, to: bad}\n",
                NULL);
    check_small("  accept: {who: client, from: middle, when: score > 5, to: good}\n"
                "  decline: {who: client, from: middle, when: score < 5, to: bad}\n",
                "from 'middle' the case may never end: it goes on only by 'accept', 'decline', "
                "which nobody can rely on: begin");
    check_small("  accept: {who: client, from: middle, when: score > 5, to: good}\n"
                "timers:\n"
                "  forgotten: {after: 1d, from: middle, to: bad}\n",
                NULL);
}

static void a_stage_may_fail_or_choose(void)
{
    check_small("stages:\n"
                "  work: {from: middle, run: work, to: good, catch: bad}\n",
                NULL);
    check_small("  lose: {who: client, from: middle, to: bad}\n"
                "stages:\n"
                "  work: {from: middle, run: work, next: middle, to: good}\n",
                NULL);
    check_small("stages:\n"
                "  work: {from: middle, run: work, next: bad, to: middle, catch: good}\n",
                "from 'middle' the case may never end: it goes on only by 'work (next bad)', "
                "'work (failed)', which nobody can rely on: begin");
}

static const struct test tests[] = {
    {"sample_workflows_are_sound", sample_workflows_are_sound, 0},
    {"naive_cancel_of_B55_is_refused", naive_cancel_of_B55_is_refused, 0},
    {"cancel_in_the_wrong_order_is_refused", cancel_in_the_wrong_order_is_refused, 0},
    {"alternatives_are_covered", alternatives_are_covered, 0},
    {"a_stage_may_fail_or_choose", a_stage_may_fail_or_choose, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
