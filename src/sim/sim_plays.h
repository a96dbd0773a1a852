/* sim_plays.h - what functions and commands do that nobody has written yet. Inside the room only.
 */
#ifndef SIM_SIM_PLAYS_H
#define SIM_SIM_PLAYS_H

#include "runtime/call.h"

NODISCARD enum status play_function(struct call *call);
NODISCARD enum status play_command(struct call *call);

#endif
