/* crossing_test.c - what becomes of one case in another version: a table of two definitions, where
 * the case is, and every reason why it does not move. E14, E36.
 */
#include "engine/migration/crossing.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char first[] =
    "workflow: visit\n"
    "version: 1\n"
    "one_open_per: guest\n"
    "fields:\n"
    "  guest: {kind: text, max: 100}\n"
    "  room: {kind: choice, choices: [red, green]}\n"
    "  price: {kind: money, currency: RUB}\n"
    "  key: {kind: text, max: 40, secret: true}\n"
    "  day: date\n"
    "participants: {desk: {sees: all}}\n"
    "places: {asked: , paying: , cleaning: , clean: , paid: , gone: {end: true},"
    " thrown: {end: true, undoes: true}}\n"
    "operations:\n"
    "  ask: {who: desk, from: start, to: asked, accepts: guest}\n"
    "  accept: {who: desk, from: asked, to: [paying, cleaning]}\n"
    "  pay: {who: desk, from: paying, to: paid}\n"
    "  leave: {who: desk, from: [paid, clean], to: gone}\n"
    "  throw_out: {who: desk, from: asked, to: thrown}\n"
    "stages:\n"
    "  clean_up: {from: cleaning, worker: maids, undo: undo_clean, to: clean}\n";
/* clang-format on */

struct example {
    const char *name;
    const char *from; /* each part of the first version like this is in the second like that */
    const char *to;
    const char *but; /* and then this part is like that */
    const char *like;
    const char *places;
    const char *stages; /* "": nothing is under way */
    const char *fields;
    const char *without;
    const char *state;   /* of the row of clean_up; NULL: there is none */
    const char *verdict; /* "moves ["asked"] {...}": places and fields */
};

#define NOTHING  "{\"visits\":{},\"waiting\":[],\"done\":[]}"
#define CLEANING "{\"visits\":{\"clean_up\":2},\"waiting\":[\"clean_up\"],\"done\":[]}"
#define CLEANED  "{\"visits\":{\"clean_up\":1},\"waiting\":[],\"done\":[\"clean_up\"]}"

static const struct example examples[] = {
    /* ---- places ---- */
    {"nothing differs", "", "", "", "", "[\"asked\"]", NOTHING, "{\"guest\":\"Anna\"}", "", NULL,
     "moves [\"asked\"] {\"guest\":\"Anna\"}"},
    {"two places at once", "", "", "", "", "[\"paying\",\"clean\"]", CLEANED, "{}", "", NULL,
     "moves [\"paying\",\"clean\"] {}"},
    {"a place has another name, and says so", "asked", "requested", "requested: ,",
     "requested: {was: asked},", "[\"asked\"]", NOTHING, "{}", "", NULL,
     "moves [\"requested\"] {}"},
    {"a place has another name, and does not say so", "asked", "requested", "", "", "[\"asked\"]",
     NOTHING, "{}", "", NULL, "stays: it is in 'asked', which version 2 has not"},
    {"a place is gone in which it is not", "asked", "requested", "", "", "[\"paid\",\"clean\"]",
     NOTHING, "{}", "", NULL, "moves [\"clean\",\"paid\"] {}"},
    {"there is no fork any more", "to: [paying, cleaning]}",
     "to: paying}\n  tidy: {who: desk, from: paid, to: cleaning}", "[paid, clean]", "clean",
     "[\"paying\",\"cleaning\"]", CLEANING, "{}", "", "queued",
     "stays: a case of version 2 is never in 'paying' and 'cleaning' and nowhere else"},
    {"there is no fork, and it is in one place", "to: [paying, cleaning]}",
     "to: paying}\n  tidy: {who: desk, from: paid, to: cleaning}", "[paid, clean]", "clean",
     "[\"asked\"]", NOTHING, "{}", "", NULL, "moves [\"asked\"] {}"},
    /* ---- fields ---- */
    {"a field is new, and has a default", "  day: date",
     "  day: date\n  bill: {kind: integer, default: 7}", "", "", "[\"asked\"]", NOTHING, "{}", "",
     NULL, "moves [\"asked\"] {\"bill\":7}"},
    {"a field is gone that has a value", "  day: date\n", "", "", "", "[\"asked\"]", NOTHING,
     "{\"day\":\"2026-03-31\"}", "", NULL,
     "blocked: 'day' has a value, and is no field of version 2"},
    {"a field is gone that has none", "  day: date\n", "", "", "", "[\"asked\"]", NOTHING, "{}", "",
     NULL, "moves [\"asked\"] {}"},
    {"a field is gone and given up", "  day: date\n", "", "", "", "[\"asked\"]", NOTHING,
     "{\"day\":\"2026-03-31\"}", "day", NULL, "moves [\"asked\"] {}"},
    {"a field has another name", "  day: date", "  date: {kind: date, was: [day, tag]}", "", "",
     "[\"asked\"]", NOTHING, "{\"day\":\"2026-03-31\"}", "", NULL,
     "moves [\"asked\"] {\"date\":\"2026-03-31\"}"},
    {"a limit is less than what it has", "guest: {kind: text, max: 100}",
     "guest: {kind: text, max: 3}", "", "", "[\"asked\"]", NOTHING, "{\"guest\":\"Anna\"}", "",
     NULL, "blocked: 'guest' does not fit version 2: it must have at most 3 letters, and has 4"},
    {"a choice is gone", "choices: [red, green]", "choices: [red, blue]", "", "", "[\"asked\"]",
     NOTHING, "{\"room\":\"green\"}", "", NULL,
     "blocked: 'room' does not fit version 2: it must be one of: red, blue"},
    {"a choice is gone that it has not", "choices: [red, green]", "choices: [red, blue]", "", "",
     "[\"asked\"]", NOTHING, "{\"room\":\"red\"}", "", NULL,
     "moves [\"asked\"] {\"room\":\"red\"}"},
    {"another currency", "currency: RUB", "currency: USD", "", "", "[\"asked\"]", NOTHING,
     "{\"price\":\"10.00\"}", "", NULL,
     "blocked: 'price' does not fit version 2: it is in RUB, and would be in USD"},
    {"a day becomes a text", "  day: date", "  day: {kind: text, max: 20}", "", "", "[\"asked\"]",
     NOTHING, "{\"day\":\"2026-03-31\"}", "", NULL, "moves [\"asked\"] {\"day\":\"2026-03-31\"}"},
    {"a secret would be shown, even if it is none now", ", secret: true", "", "", "", "[\"asked\"]",
     NOTHING, "{}", "key", NULL, "stays: 'key' is secret, and version 2 would show it"},
    {"two things are wrong", "asked", "requested", "max: 100", "max: 3", "[\"asked\"]", NOTHING,
     "{\"guest\":\"Anna\"}", "", NULL,
     "stays: it is in 'asked', which version 2 has not; 'guest' does not fit version 2: it must "
     "have "
     "at most 3 letters, and has 4"},
    /* ---- stages ---- */
    {"a stage is under way", "", "", "", "", "[\"paying\",\"cleaning\"]", CLEANING, "{}", "",
     "queued", "moves [\"paying\",\"cleaning\"] {} clean_up 2 of 1"},
    {"a stage is under way, and is given to others", "worker: maids", "worker: robots", "", "",
     "[\"paying\",\"cleaning\"]", CLEANING, "{}", "", "queued",
     "blocked: 'clean_up' is under way, and version 2 does it otherwise"},
    {"a stage has failed for good, and is given to others", "worker: maids", "worker: robots", "",
     "", "[\"paying\",\"cleaning\"]", CLEANING, "{}", "", "incident",
     "moves [\"paying\",\"cleaning\"] {} clean_up 2 of 1"},
    {"a stage is not under way, and is given to others", "worker: maids", "worker: robots", "", "",
     "[\"asked\"]", NOTHING, "{}", "", NULL, "moves [\"asked\"] {}"},
    {"a stage under way has another name", "clean_up:", "sweep:", "", "",
     "[\"paying\",\"cleaning\"]", CLEANING, "{}", "", "queued",
     "blocked: 'clean_up' is under way, and is no stage of version 2"},
    {"what was done could not be taken back", ", undo: undo_clean", "", ", undoes: true", "",
     "[\"paying\",\"clean\"]", CLEANED, "{}", "", NULL,
     "stays: version 2 could not take back what 'clean_up' did"},
    {"something could not be taken back, and is gone", "clean_up:", "sweep:", "", "", "[\"asked\"]",
     NOTHING, "{}", "", "incident",
     "blocked: a person must look at 'clean_up', which is no stage of version 2"},
};

/* ---- the rig ---- */

/* All of them, or the first. */
static struct text replace(struct arena *arena, struct text text, const char *from, const char *to,
                           bool all)
{
    struct text done = TEXT("");
    const char *at = strstr(text.data, from);
    CHECK(at != NULL);
    while (from[0] != '\0' && at != NULL) {
        done =
            text_format(arena, "%.*s%.*s%s", TEXT_ARGS(done), (int)(at - text.data), text.data, to);
        text = text_of(at + strlen(from));
        at = all ? strstr(text.data, from) : NULL;
    }
    return text_format(arena, "%.*s%.*s", TEXT_ARGS(done), TEXT_ARGS(text));
}

static struct text second_version(struct arena *arena, const struct example *example)
{
    struct text yaml = replace(arena, text_of(first), "version: 1", "version: 2", false);
    yaml = replace(arena, yaml, example->from, example->to, true);
    return replace(arena, yaml, example->but, example->like, false);
}

static const struct recipe *make(struct arena *arena, struct text yaml)
{
    struct recipe *recipe = ARENA_NEW(arena, struct recipe);
    struct text complaint = NO_TEXT;
    const struct recipe_source source = {.file = TEXT("visit.yaml"), .yaml = yaml};
    enum status status = recipe_make(arena, &source, recipe, &complaint);
    if (status != STATUS_OK) {
        printf("# %.*s\n", TEXT_ARGS(complaint));
    }
    CHECK_STATUS(status, STATUS_OK);
    return recipe;
}

static struct case_record *read_case(struct arena *arena, const struct recipe *recipe,
                                     const struct example *example)
{
    struct case_record *record = ARENA_NEW(arena, struct case_record);
    const struct case_written written = {.places = text_of(example->places),
                                         .stages = text_of(example->stages),
                                         .fields = text_of(example->fields)};
    record->recipe = recipe;
    record->id = id_new();
    record->revision = 5;
    CHECK_STATUS(case_record_read(arena, &written, record), STATUS_OK);
    return record;
}

static struct text waiting(struct arena *arena, const struct case_record *record)
{
    struct text all = TEXT("");
    for (size_t i = 0; i < record->recipe->workflow->transition_count; i++) {
        struct text name = record->recipe->workflow->transitions[i].name;
        if (record->is_waiting[i]) {
            all = text_format(arena, "%.*s %.*s %lld of %lld", TEXT_ARGS(all), TEXT_ARGS(name),
                              (long long)record->visits[i],
                              (long long)case_work_version(record, (int)i));
        }
    }
    return all;
}

static struct text say(struct arena *arena, const struct crossing_plan *plan)
{
    if (plan->verdict == CROSSING_MOVES) {
        struct text places = case_places_write(arena, plan->moved);
        struct text fields = case_fields_write(arena, plan->moved);
        struct text stages = waiting(arena, plan->moved);
        CHECK_INT(plan->moved->revision, 5);
        CHECK_INT(plan->because_count, 0);
        return text_format(arena, "moves %.*s %.*s%.*s", TEXT_ARGS(places), TEXT_ARGS(fields),
                           TEXT_ARGS(stages));
    }
    CHECK(plan->moved == NULL);
    struct text all = text_format(arena, "%s:", crossing_words[plan->verdict]);
    for (size_t i = 0; i < plan->because_count; i++) {
        all = text_format(arena, "%.*s%s %.*s", TEXT_ARGS(all), i > 0 ? ";" : "",
                          TEXT_ARGS(plan->because[i]));
    }
    return all;
}

static struct text plan_example(struct arena *arena, const struct example *example)
{
    struct text without = text_of(example->without);
    struct crossing crossing = {.from = make(arena, text_of(first)),
                                .to = make(arena, second_version(arena, example)),
                                .without = {&without, without.bytes > 0}};
    struct crossing_plan plan;
    const struct stage_row row = {
        .stage = TEXT("clean_up"), .visit = 2, .state = text_of(example->state)};
    crossing_begin(arena, &crossing);
    struct case_record *record = read_case(arena, crossing.from, example);
    crossing_plan(arena, &crossing, record, &row, example->state != NULL, &plan);
    return say(arena, &plan);
}

/* ---- the tests ---- */

/* E14: cases go on side by side, and which of them could move is known before any does. */
static void says_what_becomes_of_a_case(void)
{
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        struct arena *arena = arena_create("example", 256 * 1024 * 1024);
        printf("# %s\n", examples[i].name);
        CHECK_TEXT(plan_example(arena, &examples[i]), examples[i].verdict);
        arena_destroy(&arena);
    }
}

#define SMALL(version, field, place)                                                               \
    "workflow: visit\nversion: " version "\nfields:\n  " field "\n"                                \
    "participants: {desk: {sees: all}}\nplaces: {" place " , gone: {end: true}}\n"                 \
    "operations:\n  ask: {who: desk, from: start, to: here}\n"                                     \
    "  go: {who: desk, from: here, to: gone}\n"

static struct text cross_small(struct arena *arena, const char *from, const char *to,
                               const char *places, const char *fields)
{
    const struct example example = {.places = places, .stages = NOTHING, .fields = fields};
    struct crossing crossing = {.from = make(arena, text_of(from)), .to = make(arena, text_of(to))};
    struct crossing_plan plan;
    crossing_begin(arena, &crossing);
    crossing_plan(arena, &crossing, read_case(arena, crossing.from, &example), NULL, 0, &plan);
    return say(arena, &plan);
}

/* A version that was a mistake: cases move back, by the same names. */
static void goes_back_by_the_same_names(void)
{
    struct arena *arena = arena_create("back", 256 * 1024 * 1024);
    static const char newer[] = SMALL("2", "visitor: {kind: text, max: 9, was: guest}", "here:");
    static const char older[] = SMALL("1", "guest: {kind: text, max: 9}", "here:");
    CHECK_TEXT(cross_small(arena, newer, older, "[\"here\"]", "{\"visitor\":\"Anna\"}"),
               "moves [\"here\"] {\"guest\":\"Anna\"}");
    arena_destroy(&arena);
}

/* What was `guest` is `visitor` now, and there was a `visitor` before, which is something else. */
static void two_fields_never_become_one(void)
{
    struct arena *arena = arena_create("one", 256 * 1024 * 1024);
    static const char older[] =
        SMALL("1", "guest: {kind: text, max: 9}\n  visitor: {kind: text, max: 9}", "here:");
    static const char newer[] = SMALL("2", "visitor: {kind: text, max: 9, was: guest}", "here:");
    CHECK_TEXT(cross_small(arena, older, newer, "[\"here\"]", "{\"guest\":\"Anna\"}"),
               "moves [\"here\"] {\"visitor\":\"Anna\"}");
    CHECK_TEXT(cross_small(arena, older, newer, "[\"here\"]", "{\"visitor\":\"Boris\"}"),
               "blocked: 'visitor' has a value, and is no field of version 2");
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"says_what_becomes_of_a_case", says_what_becomes_of_a_case, 0},
    {"goes_back_by_the_same_names", goes_back_by_the_same_names, 0},
    {"two_fields_never_become_one", two_fields_never_become_one, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
