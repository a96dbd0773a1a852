/* sim_cast.h - who else is there: services made of what the workflows name. Inside the room only.
 *
 * The workflows are those of one service; its functions are played (sim_plays.c). What they call
 * and wait for belongs to other services, which have just the commands and events that are named.
 *
 * A workflow of which one version only is given may have a twin: the same once more under the next
 * number, so that cases can move between two versions of anything.
 */
#ifndef SIM_SIM_CAST_H
#define SIM_SIM_CAST_H

#include "engine/cases.h"
#include "engine/recipe.h"
#include "sim/sim.h"
#include "sim/sim_ports.h"

enum { CAST_PARTS_MAX = 256, CAST_SERVICES_MAX = 24, CAST_GIVES_MAX = 16 };

/* A function or a command: what it is handed, and what of its result somebody keeps. */
struct part {
    struct text name;
    bool is_command;
    struct shape takes;
    struct shape gives;                            /* no field: it gives nothing */
    const struct case_field *kept[CAST_GIVES_MAX]; /* by field of gives: what it must fit */
};

struct cast {
    const struct service *services[CAST_SERVICES_MAX]; /* [0] has the cases */
    size_t service_count;
    struct part *parts;
    size_t part_count;

    struct workflow_file *files; /* all versions of all workflows */
    struct text *names;          /* by file: of its workflow */
    size_t file_count;
    size_t twin_count;            /* the last of the files */
    struct workflow_file *chosen; /* those that a process has */
    struct case_work *work;       /* of the first service */
};

/* MALFORMED: a file is wrong, or there is too much in them; error_out says all of it. */
NODISCARD enum status cast_make(struct arena *arena, const struct sim_file *files,
                                size_t file_count, bool with_twins, struct cast *cast_out,
                                struct text *error_out);

/* A process begins, and has the files that the dice say: some version of each workflow. */
void cast_choose_files(struct cast *cast, struct dice *dice);

/* Do the versions of this workflow differ by their numbers only? */
bool cast_has_twin(const struct cast *cast, struct text workflow);

/* Of the shape that a function or command was handed. */
const struct part *cast_part(const struct cast *cast, const struct shape *takes);

#endif
