/* crash_note.h - remembers across a crash which message was being handled.
 *
 * A handler with a bug may stop the whole process, and the message that made it do so comes again
 * after the start, for ever. So the message at hand is noted in a small file of the data directory,
 * mapped into memory: a note costs one store, and outlives the process though not the machine,
 * which is enough. Who has stopped the process CRASHES_MAX times in a row is not run again but
 * parked as dead, until a person replays it.
 */
#ifndef RUNTIME_INTAKE_CRASH_NOTE_H
#define RUNTIME_INTAKE_CRASH_NOTE_H

#include "base/id.h"
#include "base/must.h"
#include "base/status.h"

enum { CRASHES_MAX = 20 };

/* One service's; used by its first executor only. */
struct crash_note {
    struct id current;  /* none: nothing is being handled */
    struct id suspect;  /* what was being handled when the process ended */
    uint64_t crashes;   /* of the suspect, in a row */
    int64_t counted_at; /* wall ms: when the newest of them was seen */
};

/* The notes of `count` services, from DIR/intake.notes; what a crash has left is counted here.
 * UNAVAILABLE: the file cannot be opened or mapped. */
NODISCARD enum status crash_notes_open(const char *directory, size_t count,
                                       struct crash_note **notes_out);
void crash_notes_close(struct crash_note *notes, size_t count);

/* False: this message has stopped the process too often since somebody decided to try it (wall ms;
 * 0: nobody has). Else it is noted until crash_note_end. */
bool crash_note_begin(struct crash_note *note, struct id message, int64_t decided_at);
void crash_note_end(struct crash_note *note);

#endif
