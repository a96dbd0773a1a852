/* camel.h - names of JSON members as some clients write them: created_at becomes createdAt. */
#ifndef RUNTIME_FRONT_CAMEL_H
#define RUNTIME_FRONT_CAMEL_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

/* Is the path below one of these, "/v1/crm/ /v1/auth/"? */
bool camel_is_wanted(struct text starts, struct text path);

/* Every member's name, at whatever depth; values stay as they are, digit for digit. A name that is
 * more than small letters, digits and underscores is left alone, and so is one that would meet
 * another. MALFORMED: it is no JSON. TOO_LARGE: the arena has no room. */
NODISCARD enum status camel_write(struct arena *arena, struct text json, struct text *json_out);

#endif
