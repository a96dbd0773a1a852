/* shelf_parts.h - the handlers of the shelf, and what they take. Inside the room only. */
#ifndef ENGINE_SHELF_SHELF_PARTS_H
#define ENGINE_SHELF_SHELF_PARTS_H

#include "runtime/call.h"

extern const char shelf_doors_schema[];
NODISCARD enum status shelf_doors_handle(struct call *call);

extern const struct shape shelf_picture_takes;
extern const struct shape shelf_places_takes;
extern const char shelf_places_schema[];
NODISCARD enum status shelf_picture_handle(struct call *call);
NODISCARD enum status shelf_places_handle(struct call *call);

/* What /flow/KIND/WORKFLOW/about says to this participant. */
struct flow;
struct json_writer;
void shelf_put_about(struct json_writer *writer, const struct flow *flow);

extern const struct shape shelf_view_as_takes;
extern const char shelf_view_as_schema[];
extern const struct refusal shelf_no_participant;
extern const struct refusal shelf_has_no_part;
NODISCARD enum status shelf_view_as_handle(struct call *call);

extern const struct shape shelf_check_takes;
extern const char shelf_check_schema[];
NODISCARD enum status shelf_check_gather(struct call *call);
NODISCARD enum status shelf_check_handle(struct call *call);

#endif
