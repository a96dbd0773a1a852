/* work_queue.h - outside workers: programs of any language that do stages (docs/workers.md).
 *
 *   POST /work/QUEUE/take       what is to be done; waits for it
 *   POST /work/QUEUE/answer     what came of it
 *   POST /work/QUEUE/heartbeat  it takes longer
 *
 * A queue is what `worker:` of a stage names, and belongs to the service whose workflow names it.
 * Who takes work has it for a while (its lease). Whoever does not answer until then has failed: it
 * counts as a try, and somebody else may take it. An answer counts once, whoever brings it.
 */
#ifndef ENGINE_STAGES_WORK_QUEUE_H
#define ENGINE_STAGES_WORK_QUEUE_H

#include "engine/recipe.h"

/* The queues of a service's workflows, each once. */
struct texts work_queues(struct arena *arena, const struct catalog *catalog);

/* The rows of these queues; none without a queue. */
const struct route *work_routes(struct arena *arena, const struct catalog *catalog,
                                size_t *count_out);

/* Of every service with a queue: takes work back from who has had it too long, and looks for those
 * who wait. */
extern const struct chore work_chore;

/* The same queues for workers that are reached over a broker; NULL without a queue. */
const struct post_table *work_post(struct arena *arena, const struct catalog *catalog);

/* Whose work is that was sent away; no other worker may be called so. */
extern const struct text work_sent_away;

#endif
