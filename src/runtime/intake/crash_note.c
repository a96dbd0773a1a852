/* crash_note.c - a mapped file with one note for each service. */
#include "runtime/intake/crash_note.h"

#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096 };

static void count_crash(struct crash_note *note)
{
    if (id_is_none(note->current)) {
        return;
    }
    bool is_same = id_equals(note->current, note->suspect);
    note->crashes = is_same ? note->crashes + 1 : 1;
    note->suspect = note->current;
    note->counted_at = clock_wall_ms();
    note->current = (struct id){.bytes = {0}};
}

static void forgive(struct crash_note *note)
{
    note->suspect = (struct id){.bytes = {0}};
    note->crashes = 0;
}

static struct crash_note *map_file(int file, size_t bytes)
{
    if (posix_fallocate(file, 0, (off_t)bytes) !=
        0) { /* a hole could not be filled on a full disk */
        return NULL;
    }
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

enum status crash_notes_open(const char *directory, size_t count, struct crash_note **notes_out)
{
    char path[PATH_BYTES_MAX];
    int written = snprintf(path, sizeof path, "%s/intake.notes", directory);
    MUST(written > 0 && (size_t)written < sizeof path && count > 0);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        return STATUS_UNAVAILABLE;
    }
    struct crash_note *notes = map_file(file, count * sizeof *notes);
    close(file);
    for (size_t i = 0; notes != NULL && i < count; i++) {
        count_crash(&notes[i]);
    }
    *notes_out = notes;
    return notes == NULL ? STATUS_UNAVAILABLE : STATUS_OK;
}

void crash_notes_close(struct crash_note *notes, size_t count)
{
    if (notes != NULL) {
        munmap(notes, count * sizeof *notes);
    }
}

bool crash_note_begin(struct crash_note *note, struct id message, int64_t decided_at)
{
    MUST(id_is_none(note->current) && !id_is_none(message));
    if (id_equals(note->suspect, message)) {
        if (note->counted_at < decided_at) {
            forgive(note);
        } else if (note->crashes >= CRASHES_MAX) {
            return false;
        }
    }
    note->current = message;
    return true;
}

void crash_note_end(struct crash_note *note)
{
    if (id_equals(note->current, note->suspect)) { /* it can be handled after all */
        forgive(note);
    }
    note->current = (struct id){.bytes = {0}};
}
