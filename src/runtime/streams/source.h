/* source.h - one journal, and those who watch it.
 *
 * `end` is how far the journal was read. Whoever stands there is live: what is read next is his
 * too. Who stands before it is behind and is fed from where he stands; those who stand near each
 * other share what is read. Each row is weighed against each reader's own position, so at the seam
 * between the two nothing is missed and nothing said twice.
 */
#ifndef RUNTIME_STREAMS_SOURCE_H
#define RUNTIME_STREAMS_SOURCE_H

#include "bus/journal.h"
#include "runtime/streams/watch.h"

#include <stdatomic.h>

struct streams;

struct source {
    struct streams *streams;
    const struct host *host;
    atomic_size_t watched; /* streams that are open or being opened */
    atomic_bool has_grown; /* as announced */

    /* The thread's own. */
    struct store *store;
    bool may_have_more;
    struct chain arriving;
    struct chain live;
    struct chain behind;
    int64_t end;
    int64_t retry_at_ms; /* monotonic: the journal could not be read */
};

/* What came of looking after a source. */
enum source_progress {
    SOURCE_RESTS,  /* until its journal grows */
    SOURCE_WORKED, /* there may be more to do at once */
    SOURCE_WAITS,  /* for readers who are behind and cannot take more now */
    SOURCE_FAILED, /* the journal cannot be read: again after a second */
};

void source_init(struct source *source, struct streams *streams, const struct host *host);

/* One bounded piece: places who has arrived, reads what is new, feeds one who is behind. */
enum source_progress source_work(struct source *source);

bool source_is_watched(const struct source *source);
bool source_is_shared(const struct source *source);
void source_close(struct source *source);

#endif
