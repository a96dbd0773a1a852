/* sim_request.h - a request without a server: the row of its path, its handler, its answer. Inside
 * the room only.
 */
#ifndef SIM_SIM_REQUEST_H
#define SIM_SIM_REQUEST_H

#include "sim/sim_world.h"

struct request {
    struct text path;  /* as the row has it, with {names} */
    const void *input; /* what the row takes */
    struct id person;
    struct texts roles;

    /* What came of it; texts live until the next look. */
    enum status status; /* OK, REFUSED: there is an answer. UNCERTAIN: it was lost */
    int code;           /* 200 ... */
    struct text body;
};

/* Of the service that has the cases: POST, GET. False: it has no such row. */
bool request_write(struct world *world, struct request *request);
bool request_read(struct world *world, struct request *request);

/* The body; null when it is no JSON. */
const struct json *request_json(struct world *world, const struct request *request);

#endif
