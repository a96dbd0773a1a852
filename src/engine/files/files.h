/* files.h - files that people hand in with forms: sent in pieces, taken by a form, fetched again.
 *
 *   POST cases/{case_id}/files             {field, name, bytes}: what is coming
 *   PUT  cases/{case_id}/files/{file_id}   ?offset=: a piece of it; the last one makes it whole
 *   GET  cases/{case_id}/files             what there is, of fields that the caller sees
 *   GET  cases/{case_id}/files/{file_id}   the bytes
 *
 * A piece is kept when it is answered: who was cut off asks how much has come, and goes on there.
 * Who may send one may do an operation now whose form has the field. A form names files by their
 * ids; from then on whoever sees the field sees them, in that case and nowhere else. What no form
 * has taken for a day is forgotten. Inside the engine only.
 */
#ifndef ENGINE_FILES_FILES_H
#define ENGINE_FILES_FILES_H

#include "engine/run/case_move.h"
#include "runtime/service.h"

enum { FILE_PIECE_BYTES_MAX = 512 * 1024, FILES_LOOSE_MAX = 20 };

/* ---- the routes; operations/operation_routes.c gives them to workflows with such fields ---- */

extern const struct shape file_create_takes;
extern const struct shape file_piece_takes;
extern const struct shape file_list_takes;
extern const struct shape file_fetch_takes;
NODISCARD enum status file_create_handle(struct call *call);
NODISCARD enum status file_piece_handle(struct call *call);
NODISCARD enum status file_list_handle(struct call *call);
NODISCARD enum status file_fetch_handle(struct call *call);

/* ---- inside a form ---- */

/* The files that the form names in this field belong to it from now on. MALFORMED: one is none of
 * this case and field, or not whole; error_out says so. */
NODISCARD enum status files_bind(struct step *step, const struct case_field *field,
                                 const struct json *ids, struct text *error_out);

/* ---- what nobody has taken ---- */

extern const struct chore file_chore;
bool files_are_in(const struct workflow *workflow);

#endif
