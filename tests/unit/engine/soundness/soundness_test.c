/* soundness_test.c - each verdict with its sentence and its path, and how fast it is found. */
#include "engine/soundness/soundness.h"

#include "base/arena.h"
#include "base/clock.h"
#include "tests/lib/check.h"
#include "tests/unit/engine/soundness/net_text.h"

#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 * 1024, SENTENCES_MAX = 3 };

struct verdict {
    const char *net;
    const char *sentences[SENTENCES_MAX]; /* all of them, in order; none: sound */
};

static void check_verdict(const struct verdict *verdict)
{
    struct arena *arena = arena_create("verdict", ARENA_BYTES_MAX);
    const struct net *net = net_of(arena, verdict->net);
    struct soundness soundness;
    soundness_check(arena, net, NULL, &soundness);
    size_t expected = 0;
    while (expected < SENTENCES_MAX && verdict->sentences[expected] != NULL) {
        expected++;
    }
    for (size_t i = 0; i < expected && i < soundness.fault_count; i++) {
        CHECK_TEXT(soundness.faults[i].sentence, verdict->sentences[i]);
    }
    for (size_t i = expected; i < soundness.fault_count; i++) {
        CHECK_TEXT(soundness.faults[i].sentence, "nothing more");
    }
    CHECK_INT(soundness.fault_count, expected);
    CHECK(soundness.is_sound == (expected == 0));
    arena_destroy(&arena);
}

static void check_verdicts(const struct verdict *verdicts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_verdict(&verdicts[i]);
    }
}

/* ---- B38, B39, B55, T33: the order ---- */

static void order_of_B55_is_sound(void)
{
    check_verdict(&(struct verdict){ORDER_NET, {NULL}});
}

static void naive_cancel_of_B55_is_refused(void)
{
    check_verdict(&(struct verdict){
        ORDER_NET "cancel @person: NeedExecutor > Cancelled\n",
        {"'cancel' from 'NeedExecutor' leaves a mark in 'NeedSupply': create, ask_estimate, "
         "set_example_rate, cancel"}});
}

static void naive_cancel_of_B55_is_four_steps(void)
{
    struct arena *arena = arena_create("cancel", ARENA_BYTES_MAX);
    const struct net *net = net_of(arena, ORDER_NET "cancel: NeedExecutor > Cancelled\n");
    struct soundness soundness;
    soundness_check(arena, net, NULL, &soundness);
    CHECK_INT(soundness.fault_count, 1);
    const struct unsound *fault = &soundness.faults[0];
    CHECK_TEXT(text_of(unsound_name(fault->kind)), "left_behind");
    CHECK_INT(fault->path_count, 4);
    CHECK(fault->is_shortest);
    struct json_writer writer;
    json_writer_init(&writer, arena, 1024);
    soundness_write_json(&writer, net, &soundness);
    CHECK_TEXT(json_written(&writer),
               "{\"sound\":false,\"markings\":20,\"faults\":[{\"kind\":\"left_behind\","
               "\"sentence\":\"'cancel' from 'NeedExecutor' leaves a mark in 'NeedSupply': create, "
               "ask_estimate, set_example_rate, cancel\",\"transition\":\"cancel\",\"places\":["
               "\"NeedSupply\"],\"path\":[\"create\",\"ask_estimate\",\"set_example_rate\","
               "\"cancel\"],\"shortest\":true,\"marking\":[\"Cancelled\",\"NeedSupply\"]}]}");
    arena_destroy(&arena);
}

/* A cancel that takes the other branch with it, wherever that is. */
static void draining_cancel_of_B55_is_sound(void)
{
    check_verdict(&(struct verdict){ORDER_NET "cancel_a: NeedExecutor NeedSupply > Cancelled\n"
                                              "cancel_b: NeedExecutor Supplied > Cancelled\n",
                                    {NULL}});
    check_verdict(
        &(struct verdict){ORDER_NET "cancel_a: NeedExecutor NeedSupply > Cancelled\n", {NULL}});
}

/* ---- each verdict ---- */

static void nets_without_trouble(void)
{
    static const struct verdict verdicts[] = {
        {"start: a\nends: a\n", {NULL}},
        {"start: i\nends: o\nt: i > o\n", {NULL}},
        {"start: i\nends: o p\nt: i > o\nu: i > p\n", {NULL}},
        {"start: i\nends: o\nt: i > a\nagain: a > i\nu: a > o\n", {NULL}},
        {"start: a b\nends: o\nt: a b > o\n", {NULL}},
        {"start: i\nends: o\nt: i > a b\nu: a >\nv: b > o\nlast ^1: a b > o\n",
         {"'v' from 'b' leaves a mark in 'a': t, v"}},
        {"start: i\nends: o\nfork: i > a b\nedit @person: a > a\njoin: a b > o\n", {NULL}},
    };
    check_verdicts(verdicts, COUNT_OF(verdicts));
}

static void nets_that_are_no_nets(void)
{
    static const struct verdict verdicts[] = {
        {"start:\nends: o\nt: a > o\n", {"no place is marked at the start"}},
        {"start: i\nends:\nt: i > a\n", {"no place is an end"}},
        {"start: i\nends: o\nt: > o\n", {"'t' takes no mark, so it could happen for ever"}},
        {"start: i\nends: o\nt: i > o\nreopen: o > i\n", {"'reopen' leaves 'o', which is an end"}},
    };
    check_verdicts(verdicts, COUNT_OF(verdicts));
}

static void places_nothing_leads_to(void)
{
    static const struct verdict verdicts[] = {
        {"start: i\nends: o\nt: i > o\nu: c > d\nv: d > o\n", {"nothing leads to 'c'"}},
        {"start: i\nends: o\nt: i > o\nu: c > d\nv: d > c\n", {"nothing leads to 'c'"}},
        {"start: i\nends: o p\nt: i > o\n", {"nothing leads to 'p'"}},
    };
    check_verdicts(verdicts, COUNT_OF(verdicts));
}

static void second_marks(void)
{
    static const struct verdict verdicts[] = {
        {"start: i\nends: o\nfork: i > a b\npaid: a > c\nsent: b > c\nlast: c > o\n",
         {"'sent' enters 'c' twice: fork, paid, sent", "'paid' enters 'c' twice: fork, sent, paid",
          "'last' from 'c' leaves a mark in 'b': fork, paid, last"}},
        {"start: i\nends: o\nmore: i > i a\nlast: i a > o\n",
         {"'more' enters 'a' twice: more, more"}},
    };
    check_verdicts(verdicts, COUNT_OF(verdicts));
}

static void ends_that_leave_something(void)
{
    static const struct verdict verdicts[] = {
        {"start: i\nends: o p\nfork: i > a b\nleft: a > o\nright: b > p\n",
         {"'left' from 'a' leaves a mark in 'b': fork, left",
          "'right' from 'b' leaves a mark in 'a': fork, right"}},
        {"start: i\nends: o p\nboth: i > o p\n",
         {"'both' from 'i' leaves a mark in 'o' and 'p': both"}},
        {"start: o a\nends: o\nt: a > o\n",
         {"the start is an end, and marks 'a' too: at the start"}},
    };
    check_verdicts(verdicts, COUNT_OF(verdicts));
}

static void cases_that_get_stuck(void)
{
    static const struct verdict verdicts[] = {
        {"start: i\nends: o\nt: i > a\nu: i > b\njoin: a b > o\n",
         {"the case is stuck in 'a': 'join' waits for 'b': t",
          "the case is stuck in 'b': 'join' waits for 'a': u",
          "'join' can never happen: at the nearest it lacks 'b': t"}},
        {"start: i\nends: o\nt: i > o\nlose: i > a\n",
         {"the case is stuck in 'a': nothing leads on: lose"}},
        {"start: i\nends: o\nt: i > o\nforget: i >\n",
         {"no mark is left, and the case has not ended: forget"}},
    };
    check_verdicts(verdicts, COUNT_OF(verdicts));
}

static void traps(void)
{
    static const struct verdict verdicts[] = {
        {"start: i\nends: o\nt: i > o\nmatch: i > a\nback: a > b\nforth: b > a\n",
         {"no way to an end from 'a': match"}},
        {"start: i\nends: o\nt: i > o\nmatch: i > a\nagain: a > a\n",
         {"no way to an end from 'a': match"}},
    };
    check_verdicts(verdicts, COUNT_OF(verdicts));
}

static void what_never_happens(void)
{
    static const struct verdict verdicts[] = {
        {"start: i\nends: o\nt: i > a\nu: i > b\nv: a > o\nw: b > o\nboth: a b > o\n",
         {"'both' can never happen: at the nearest it lacks 'b': t"}},
        {"start: i\nends: o\nt: i > a b\nfirst: a > o c\nv: a b > o\n",
         {"'first' from 'a' leaves a mark in 'b' and 'c': t, first"}},
        {"start: i\nends: o\nt: i > o\nlater ^1: i > o\n",
         {"'later' from 'i' can never happen: an earlier way is always taken instead: at the "
          "start"}},
    };
    check_verdicts(verdicts, COUNT_OF(verdicts));
}

static void conditions(void)
{
    static const struct verdict verdicts[] = {
        {"start: i\nends: o p\ngo: i > a\nyes ?1: a > o\nno else1: a > p\n", {NULL}},
        {"start: i\nends: o p\ngo: i > a\nyes ?1: a > o\nno ?1: a > p\n",
         {"every way on from 'a' has a condition ('yes', 'no'); one of them must be the else: go"}},
        {"start: i\nends: o p\ngo: i > a\nyes else1: a > o\nno else1: a > p\n",
         {"'yes' and 'no' both leave 'a' without a condition; only one can"}},
        {"start: i\nends: o\ngo: i > a\npay ?: a > o\n",
         {"from 'a' the case may never end: it goes on only by 'pay', which nobody can rely on: "
          "go"}},
        {"start: i\nends: o p\ngo: i > a\npay ?: a > o\nforgotten @time: a > p\n", {NULL}},
        {"start: i\nends: o\ngo: i > a\nfails ~: a > o\nedit: a > a\n",
         {"from 'a' the case may never end: it goes on only by 'fails', which nobody can rely "
          "on: go"}},
        {"start: i\nends: o\nfork: i > a b\nedit: a > a\npay ?: b > c\njoin: a c > o\n",
         {"from 'a' and 'b' the case may never end: it goes on only by 'pay', which nobody can "
          "rely on: fork"}},
    };
    check_verdicts(verdicts, COUNT_OF(verdicts));
}

/* Of several ways of one transition the first that can be gone is, so the last one here never
 * leaves a mark behind. */
static void earlier_ways_go_first(void)
{
    check_verdict(&(struct verdict){"start: i\nends: o\nfork: i > a b\nu: b >\n"
                                    "cancel: a b > o\ncancel ^1: a > o\nhurry: a > o\n",
                                    {"'hurry' from 'a' leaves a mark in 'b': fork, hurry"}});
    check_verdict(&(struct verdict){"start: i\nends: o\nfork: i > a b\nu: b > c\njoin: a c > o\n"
                                    "cancel: a b > o\ncancel ^1: a c > o\ncancel ^2: a > o\n",
                                    {"'cancel' from 'a' can never happen: an earlier way is always "
                                     "taken instead: fork"}});
    check_verdict(
        &(struct verdict){"start: i\nends: o\nfork: i > a b\nu: b > c\njoin: a c > o\n"
                          "cancel: a b > o\ncancel: a > o\n",
                          {"'cancel' from 'a' leaves a mark in 'b': fork, cancel", NULL}});
}

/* ---- size and speed ---- */

struct text_writer {
    char *data;
    size_t room;
    size_t bytes;
};

static void put(struct text_writer *writer, const char *word, int number)
{
    size_t room = writer->room - writer->bytes;
    int bytes = number >= 0 ? snprintf(writer->data + writer->bytes, room, "%s%d", word, number)
                            : snprintf(writer->data + writer->bytes, room, "%s", word);
    CHECK(bytes > 0 && (size_t)bytes < room);
    writer->bytes += (size_t)bytes;
}

/* Branches that run side by side, each of two places; with a lock they hinder each other. */
static const char *branches(struct text_writer *writer, int count, bool has_lock)
{
    writer->bytes = 0;
    put(writer, "start: i\nends: o\nfork: i >", -1);
    for (int i = 0; i < count; i++) {
        put(writer, " a", i);
    }
    put(writer, has_lock ? " lock\njoin: lock" : "\njoin:", -1);
    for (int i = 0; i < count; i++) {
        put(writer, " b", i);
    }
    put(writer, " > o\n", -1);
    for (int i = 0; i < count; i++) {
        put(writer, "t", i);
        put(writer, ": a", i);
        put(writer, has_lock ? " lock > lock b" : " > b", i);
        put(writer, "\n", -1);
    }
    return writer->data;
}

static double check_in_ms(const char *lines, bool is_sound, size_t *markings_out)
{
    struct arena *arena = arena_create("speed", ARENA_BYTES_MAX);
    const struct net *net = net_of(arena, lines);
    struct soundness soundness;
    int64_t before = clock_monotonic_ns();
    soundness_check(arena, net, NULL, &soundness);
    double ms = (double)(clock_monotonic_ns() - before) / 1e6;
    CHECK(soundness.is_sound == is_sound);
    *markings_out = soundness.marking_count;
    arena_destroy(&arena);
    return ms;
}

static void branches_cost_nothing(void)
{
    static char room[65536];
    struct text_writer writer = {.data = room, .room = sizeof room};
    size_t markings = 0;
    double ms = check_in_ms(branches(&writer, 20, false), true, &markings);
    printf("# 2^20 markings of independent branches: %.2f ms, %zu looked at\n", ms, markings);
    CHECK(ms < 100);
    CHECK(markings < 10);
    branches(&writer, 20, false);
    put(&writer, "cancel: a3 > o\n", -1);
    ms = check_in_ms(writer.data, false, &markings);
    printf("# ... with a cancel that leaves the others: %.2f ms\n", ms);
}

static void locks_are_looked_at_one_by_one(void)
{
    static char room[65536];
    struct text_writer writer = {.data = room, .room = sizeof room};
    size_t markings = 0;
    for (int count = 12; count <= 19; count += 7) {
        double ms = check_in_ms(branches(&writer, count, true), true, &markings);
        printf("# 2^%d markings that hinder each other: %.1f ms, %zu looked at\n", count, ms,
               markings);
    }
}

static void too_large_is_said(void)
{
    static char room[65536];
    struct text_writer writer = {.data = room, .room = sizeof room};
    struct arena *arena = arena_create("limit", ARENA_BYTES_MAX);
    const struct net *net = net_of(arena, branches(&writer, 40, true));
    struct soundness soundness;
    struct soundness_limits limits = {.markings_max = 5000};
    soundness_check(arena, net, &limits, &soundness);
    CHECK(!soundness.is_sound);
    CHECK_TEXT(soundness.faults[0].sentence,
               "more than 5000 markings can come about, too many to look at each; let fewer things "
               "go on at the same time");
    arena_destroy(&arena);
}

/* The whole net has too many markings to find the trouble breadth first; the shrunk one shows it.
 */
static void deep_trouble_is_found(void)
{
    static char room[65536];
    struct text_writer writer = {.data = room, .room = sizeof room};
    branches(&writer, 30, false);
    for (char *at = room; *at != '\0'; at++) {
        if (at[0] == '>' && at[1] == ' ' && at[2] == 'o') {
            at[2] = 'z'; /* the join leads to z, and z nowhere */
        }
    }
    put(&writer, "u: z > y\nround: y > z\nskip: i > o\n", -1);
    struct arena *arena = arena_create("deep", ARENA_BYTES_MAX);
    const struct net *net = net_of(arena, room);
    struct soundness soundness;
    int64_t before = clock_monotonic_ns();
    soundness_check(arena, net, NULL, &soundness);
    printf("# trouble behind 2^30 markings: %.1f ms\n",
           (double)(clock_monotonic_ns() - before) / 1e6);
    CHECK_INT(soundness.fault_count, 1);
    const struct unsound *fault = &soundness.faults[0];
    CHECK_TEXT(text_of(unsound_name(fault->kind)), "trapped");
    CHECK(!fault->is_shortest);
    CHECK(fault->has_path && fault->path_count >= 32);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"order_of_B55_is_sound", order_of_B55_is_sound, 0},
    {"naive_cancel_of_B55_is_refused", naive_cancel_of_B55_is_refused, 0},
    {"naive_cancel_of_B55_is_four_steps", naive_cancel_of_B55_is_four_steps, 0},
    {"draining_cancel_of_B55_is_sound", draining_cancel_of_B55_is_sound, 0},
    {"nets_without_trouble", nets_without_trouble, 0},
    {"nets_that_are_no_nets", nets_that_are_no_nets, 0},
    {"places_nothing_leads_to", places_nothing_leads_to, 0},
    {"second_marks", second_marks, 0},
    {"ends_that_leave_something", ends_that_leave_something, 0},
    {"cases_that_get_stuck", cases_that_get_stuck, 0},
    {"traps", traps, 0},
    {"what_never_happens", what_never_happens, 0},
    {"conditions", conditions, 0},
    {"earlier_ways_go_first", earlier_ways_go_first, 0},
    {"branches_cost_nothing", branches_cost_nothing, 0},
    {"locks_are_looked_at_one_by_one", locks_are_looked_at_one_by_one, 0},
    {"too_large_is_said", too_large_is_said, 0},
    {"deep_trouble_is_found", deep_trouble_is_found, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
