/* workflow_net.h - the plain net of a workflow, for the checker and the picture.
 *
 * Places keep their numbers. Each way of a transition becomes one of the net: how it should go
 * bears the transition's name, "feed (next send)" is what its function may choose, "feed (failed)"
 * where it goes when it has failed for good.
 */
#ifndef ENGINE_WORKFLOW_NET_H
#define ENGINE_WORKFLOW_NET_H

#include "engine/net.h"
#include "engine/workflow.h"

struct workflow_net {
    struct net net;
    const int *transitions; /* of each transition of the net the one of the workflow */
};

/* Lives in the arena, beside the workflow whose names it shares. */
const struct workflow_net *workflow_net(struct arena *arena, const struct workflow *workflow);

#endif
