/* sim_run.c - one world from its seed to its end: steps in which everything may go wrong, and then
 * peace, in which everything must come to rest.
 */
#include "base/clock.h"
#include "base/log.h"
#include "sim/sim_world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dirent.h>

enum {
    ARENA_BYTES_MAX = 512 * 1024 * 1024,
    PEACE_ROUNDS_MAX = 600,
    ALL_EVERY = 10, /* steps between two looks at everything */
    WORDS_BYTES = 300,
    TWINS_PERCENT = 50,
};

static const int64_t beginning_ms = 1798761600000; /* 2027-01-01 */

/* ---- a place for the rows ---- */

/* In memory where there is such a place: what must survive here is the end of a process, not of the
 * electric power. */
static bool make_directory(struct arena *arena, const char **directory_out)
{
    const char *const roots[] = {"/dev/shm", getenv("TMPDIR"), "/tmp"};
    for (size_t i = 0; i < COUNT_OF(roots); i++) {
        if (roots[i] != NULL) {
            char *path =
                (char *)(uintptr_t)text_format(arena, "%s/kontora-sim-XXXXXX", roots[i]).data;
            if (mkdtemp(path) != NULL) {
                *directory_out = path;
                return true;
            }
        }
    }
    return false;
}

static void remove_directory(struct arena *arena, const char *directory)
{
    DIR *folder = opendir(directory);
    for (const struct dirent *entry = folder ? readdir(folder) : NULL; entry;
         entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            (void)unlink(text_format(arena, "%s/%s", directory, entry->d_name).data);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    (void)rmdir(directory);
}

/* ---- last words: a MUST that does not hold ends the process, and says so itself ---- */

static char last_words[WORDS_BYTES];

static void say_last_words(int signal_number)
{
    (void)signal_number;
    ssize_t written = write(STDERR_FILENO, last_words, strlen(last_words));
    (void)written;
}

static void prepare_last_words(const struct world *world)
{
    snprintf(last_words, sizeof last_words,
             "kontora: the program stopped itself: seed %llu, step %u; run it again with --seed "
             "%llu --trace\n",
             (unsigned long long)world->options->seed, world->step,
             (unsigned long long)world->options->seed);
}

/* ---- steps ---- */

static unsigned some_rate(struct dice *dice, unsigned most)
{
    return dice_percent(dice, 30) ? 0 : (unsigned)dice_between(dice, 1, most);
}

static void draw_rates(struct world *world)
{
    struct dice *dice = &world->dice;
    world->rates = (struct rates){
        .crash = some_rate(dice, 6),
        .trouble = some_rate(dice, 12),
        .lost = some_rate(dice, 30),
        .doubled = some_rate(dice, 50),
        .mixed = some_rate(dice, 30),
        .refuses = some_rate(dice, 15),
        .retries = some_rate(dice, 30),
        .halves = some_rate(dice, 60),
        .waits = some_rate(dice, 20),
        .misfits = some_rate(dice, 10),
        .jumps = some_rate(dice, 15),
    };
    for (size_t i = 0; i < WORLD_PEOPLE; i++) {
        for (size_t k = 0; k < sizeof world->people[i].bytes; k++) {
            world->people[i].bytes[k] = (uint8_t)dice_number(dice);
        }
    }
}

static void take_step(struct world *world)
{
    static const struct {
        unsigned weight;
        void (*move)(struct world *world);
    } moves[] = {
        {26, move_person}, {23, move_message}, {17, move_worker}, {10, move_event},
        {13, move_time},   {6, move_mend},     {5, move_version},
    };
    size_t number = dice_below(&world->dice, 100);
    size_t i = 0;
    while (number >= moves[i].weight) {
        number -= moves[i].weight;
        i++;
    }
    MUST(i < COUNT_OF(moves));
    moves[i].move(world);
}

static void look_at(struct world *world, bool at_all)
{
    arena_reset(world->turn);
    world_watch(world);
    if (at_all && !text_is_given(world->violation)) {
        world_watch_all(world);
    }
    arena_reset(world->look);
}

static void trouble(struct world *world)
{
    while (world->step < world->options->steps && !text_is_given(world->violation)) {
        unsigned crashes = world->crash_count;
        world->step++;
        prepare_last_words(world);
        take_step(world);
        look_at(world, world->step % ALL_EVERY == 0 || world->crash_count > crashes);
    }
}

/* Until nothing happens by itself any more, at any time. */
static void peace(struct world *world)
{
    bool goes_on = true;
    world->is_friendly = true;
    world_say(world, "peace: from now on nothing goes wrong, and nobody asks for anything");
    for (int round = 0; round < PEACE_ROUNDS_MAX && goes_on; round++) {
        int64_t revisions = world->revision_count;
        prepare_last_words(world);
        goes_on = deliver_all(world);
        goes_on = work_all(world) || goes_on;
        run_chores(world);
        int64_t due_at = soonest_due(world);
        if (!goes_on && due_at != 0) {
            int64_t now_ms = clock_wall_ms();
            ports_pass(due_at > now_ms ? due_at - now_ms : 1000);
            goes_on = true;
        }
        look_at(world, false);
        goes_on = goes_on || world->revision_count > revisions;
        goes_on = goes_on && !text_is_given(world->violation);
    }
    if (goes_on) {
        world_say(world, "peace does not come: there is always something more to do");
    }
    look_at(world, true);
    if (!text_is_given(world->violation) && !goes_on) {
        world_watch_end(world);
    }
}

/* ---- the whole of it ---- */

static void report(const struct world *world, struct arena *arena, struct sim_report *report_out)
{
    size_t count = world->line_count < WORLD_LAST_LINES ? world->line_count : WORLD_LAST_LINES;
    struct text *last = ARENA_ARRAY(arena, struct text, count + 1);
    for (size_t i = 0; i < count; i++) {
        size_t line = (world->line_count - count + i) % WORLD_LAST_LINES;
        last[i] = text_copy(arena, text_of(world->lines[line]));
    }
    *report_out = (struct sim_report){
        .violation = text_is_given(world->violation) ? text_copy(arena, world->violation) : NO_TEXT,
        .steps = world->step,
        .last = {last, count},
        .trace_hash = world->hash,
        .case_count = (int64_t)world->case_count,
        .revision_count = world->revision_count,
        .moved_count = world->moved_count,
        .crash_count = world->crash_count,
    };
    for (size_t i = 0; i < world->case_count; i++) {
        report_out->closed_count += world->cases[i]->is_closed;
    }
}

static enum status live(struct world *world, struct text *error_out)
{
    struct text error = NO_TEXT;
    bool with_twins = dice_percent(&world->dice, TWINS_PERCENT);
    enum status status = cast_make(world->arena, world->options->files, world->options->file_count,
                                   with_twins, &world->cast, &error);
    if (status == STATUS_OK) {
        status = world_open(world, &error);
        if (status == STATUS_OK) {
            trouble(world);
        }
        if (status == STATUS_OK && !text_is_given(world->violation)) {
            peace(world);
        }
        *error_out = text_copy(world->arena, text_is_given(error) ? error : TEXT(""));
        world_close(world);
        return status;
    }
    *error_out = error;
    return status;
}

enum status sim_run(struct arena *arena, const struct sim_options *options,
                    struct sim_report *report_out, struct text *error_out)
{
    struct world *world = ARENA_NEW(arena, struct world);
    *world = (struct world){
        .options = options,
        .arena = arena_create("world", ARENA_BYTES_MAX),
        .life = arena_create("life", ARENA_BYTES_MAX),
        .turn = arena_create("turn", ARENA_BYTES_MAX),
        .look = arena_create("look", ARENA_BYTES_MAX),
        .dice = {.state = options->seed},
        .hash = 14695981039346656037u,
    };
    enum status status = STATUS_UNAVAILABLE;
    *error_out = TEXT("there is no directory for the rows: neither /dev/shm, TMPDIR nor /tmp");
    if (make_directory(world->arena, &world->directory)) {
        void (*before)(int) = signal(SIGABRT, say_last_words);
        log_threshold(LOG_NOTHING);
        draw_rates(world);
        ports_take(options->seed, beginning_ms);
        status = live(world, error_out);
        ports_give_back();
        log_threshold(LOG_INFO);
        (void)signal(SIGABRT, before);
        remove_directory(world->arena, world->directory);
    }
    *error_out = text_copy(arena, *error_out);
    report(world, arena, report_out);
    arena_destroy(&world->look);
    arena_destroy(&world->turn);
    arena_destroy(&world->life);
    arena_destroy(&world->arena);
    return status;
}
