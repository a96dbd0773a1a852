/* judged_show.h - what was found out about a workflow file, for programs and as a picture. */
#ifndef ENGINE_SHELF_JUDGED_SHOW_H
#define ENGINE_SHELF_JUDGED_SHOW_H

#include "base/json.h"
#include "engine/draw/draw.h"
#include "engine/recipe/judged.h"

/* Members of an object that is open: "ok", "workflow" and "version", "complaints", "soundness".
 * With a trouble the file could not even be read, and that is all there is. */
void judged_put(struct json_writer *writer, const struct judged *judged, struct text trouble);

/* The first fault that has something to show is lit. */
void judged_show_fault(const struct judged *judged, struct draw_options *options);

#endif
