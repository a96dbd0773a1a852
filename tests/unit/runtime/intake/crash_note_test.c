/* crash_note_test.c - who ends the program again and again is found out, also when the file is not
 * as it should be.
 */
#include "base/clock.h"
#include "runtime/intake/crash_note.h"
#include "tests/lib/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct crash_note *notes;

static void open_notes(size_t count)
{
    CHECK_STATUS(crash_notes_open(test_directory(), count, &notes), STATUS_OK);
}

static const char *path(void)
{
    static char text[512];
    snprintf(text, sizeof text, "%s/intake.notes", test_directory());
    return text;
}

/* The process ends while this is handled, and starts again. */
static void crash(struct id message)
{
    CHECK(crash_note_begin(&notes[0], message, 0));
    crash_notes_close(notes, 2);
    open_notes(2);
}

static void handle(struct id message)
{
    CHECK(crash_note_begin(&notes[0], message, 0));
    crash_note_end(&notes[0]);
}

static void twenty_in_a_row_are_enough(void)
{
    struct id poison = id_new();
    open_notes(2);
    for (int i = 0; i < CRASHES_MAX; i++) {
        CHECK_INT(notes[0].crashes, i);
        handle(id_new()); /* who comes before it in the batch */
        crash(poison);
    }
    CHECK(!crash_note_begin(&notes[0], poison, 0));
    CHECK(!crash_note_begin(&notes[0], poison, 0));
    handle(id_new());                              /* the others go on */
    CHECK(crash_note_begin(&notes[1], poison, 0)); /* and the other services */
}

static void success_clears(void)
{
    struct id message = id_new();
    open_notes(2);
    for (int i = 1; i < CRASHES_MAX; i++) {
        crash(message);
    }
    handle(message);
    CHECK_INT(notes[0].crashes, 0);
    crash(message);
    CHECK_INT(notes[0].crashes, 1);
}

static void only_the_same_one_in_a_row_counts(void)
{
    struct id one = id_new();
    struct id other = id_new();
    open_notes(2);
    for (int i = 0; i < CRASHES_MAX; i++) {
        crash(one);
        crash(other);
    }
    handle(one);
    handle(other);
}

static void a_crash_of_something_else_counts_for_nobody(void)
{
    struct id message = id_new();
    open_notes(2);
    crash(message);
    handle(id_new());
    crash_notes_close(notes, 2); /* between two messages */
    open_notes(2);
    CHECK_INT(notes[0].crashes, 1);
    CHECK(id_equals(notes[0].suspect, message));
}

static void a_replay_begins_anew_and_is_counted_too(void)
{
    struct id poison = id_new();
    open_notes(2);
    for (int round = 0; round < 2; round++) {
        int64_t replayed_at = clock_wall_ms() + 1;
        while (clock_wall_ms() <= replayed_at) {
            usleep(500);
        }
        for (int i = 0; i < CRASHES_MAX; i++) {
            CHECK(crash_note_begin(&notes[0], poison, replayed_at));
            crash_notes_close(notes, 2);
            open_notes(2);
        }
        CHECK(!crash_note_begin(&notes[0], poison, replayed_at));
    }
}

static void write_file(size_t bytes, unsigned char filling)
{
    unsigned char content[512];
    memset(content, filling, sizeof content);
    int file = open(path(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(file >= 0 && write(file, content, bytes) == (ssize_t)bytes);
    close(file);
}

static void a_damaged_file_stops_nobody(void)
{
    static const size_t sizes[] = {0, 1, 47, 48, 95, 96, 97, 500};
    static const unsigned char fillings[] = {0x00, 0x01, 0x7F, 0xFF};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        for (size_t j = 0; j < COUNT_OF(fillings); j++) {
            write_file(sizes[i], fillings[j]);
            open_notes(2);
            struct id message = id_new();
            handle(message);
            for (int crashes = 0; crashes < CRASHES_MAX; crashes++) {
                crash(message);
            }
            CHECK(!crash_note_begin(&notes[0], message, 0));
            crash_notes_close(notes, 2);
        }
    }
}

static void more_services_find_what_fewer_have_left(void)
{
    struct stat found;
    open_notes(2);
    crash(id_new());
    crash_notes_close(notes, 2);
    open_notes(3);
    CHECK_INT(notes[0].crashes, 1);
    CHECK_INT(notes[2].crashes, 0);
    CHECK_INT(stat(path(), &found), 0);
    CHECK_INT(found.st_mode & 0777, 0600);
    crash_notes_close(notes, 3);
}

static void without_its_directory_there_are_none(void)
{
    CHECK_STATUS(crash_notes_open("/no/such/directory", 1, &notes), STATUS_UNAVAILABLE);
}

static void begin_twice(void)
{
    struct crash_note note = {.crashes = 0};
    (void)crash_note_begin(&note, id_new(), 0);
    (void)crash_note_begin(&note, id_new(), 0);
}

static void one_at_a_time(void)
{
    CHECK_MUST_FAIL(begin_twice, "id_is_none(note->current)");
}

static const struct test tests[] = {
    {.name = "twenty_in_a_row_are_enough", .run = twenty_in_a_row_are_enough},
    {.name = "success_clears", .run = success_clears},
    {.name = "only_the_same_one_in_a_row_counts", .run = only_the_same_one_in_a_row_counts},
    {.name = "a_crash_of_something_else_counts_for_nobody",
     .run = a_crash_of_something_else_counts_for_nobody},
    {.name = "a_replay_begins_anew_and_is_counted_too",
     .run = a_replay_begins_anew_and_is_counted_too},
    {.name = "a_damaged_file_stops_nobody", .run = a_damaged_file_stops_nobody},
    {.name = "more_services_find_what_fewer_have_left",
     .run = more_services_find_what_fewer_have_left},
    {.name = "without_its_directory_there_are_none", .run = without_its_directory_there_are_none},
    {.name = "one_at_a_time", .run = one_at_a_time},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
