/* compose.h - dashboards (runtime/compose/dashboard.h): several reads become one answer.
 *
 *   compose_begin  a reader's thread: what is elsewhere is asked, then what is here is read
 *     |    \
 *     |     answers come, on the thread of the HTTP client
 *     v    v
 *   the last one: back to a reader's thread, where the answer is written and what is new is kept
 *
 * No thread waits for anybody. What was said well is kept in the cache for whoever has asked, by
 * who he is and what he may: he sees it again for a few seconds, and when its service is away also
 * later, marked as old. A cache that is away makes parts missing, nothing else.
 */
#ifndef RUNTIME_COMPOSE_COMPOSE_H
#define RUNTIME_COMPOSE_COMPOSE_H

#include "cache/cache.h"
#include "runtime/dispatch.h"

struct composer;

struct composer_options {
    const struct dispatch *dispatch; /* with router, readers and elsewhere; it must outlive it */
    struct cache *cache;
    const struct service *const *known; /* whose dashboards there are */
    size_t known_count;
    int deadline_ms;  /* of each part */
    int64_t fresh_ms; /* for so long nobody is asked again */
    int64_t stale_ms; /* for so long what was said last is shown when nobody answers */
};

struct composer *composer_create(const struct composer_options *options);

/* From now on nothing is given to the readers' threads: they are about to end. */
void composer_end(struct composer *composer);
void composer_destroy(struct composer **composer);

/* route.answers_later: the call is finished some time later, from whichever thread. */
bool compose_begin(struct call *call);

#endif
