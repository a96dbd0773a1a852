/* file_store.h - the rows of files: what belongs to which field of which case, and the bytes.
 * Inside the engine only.
 *
 * Bytes come in chunks and are kept as they come. The same bytes are kept once: a content has as
 * many uses as files have it, and goes with the last of them.
 */
#ifndef ENGINE_FILES_FILE_STORE_H
#define ENGINE_FILES_FILE_STORE_H

#include "base/field.h"
#include "base/id.h"
#include "store/migrate.h"
#include "store/store.h"

extern const struct migration file_migrations[];
extern const size_t file_migration_count;

struct file_row {
    struct id file_id;
    struct id case_id;
    struct text field;
    struct text name;
    int64_t bytes;          /* as many as it will have */
    int64_t received;       /* and has by now */
    struct text media_type; /* NO_TEXT: its first bytes have not come */
    struct text sha256;     /* hexadecimal; NO_TEXT: it is not whole yet */
    struct id content;
    struct id person; /* who has sent it; none: a service */
    int64_t created_at;
    int64_t completed_at; /* 0: it is not whole yet */
    int64_t bound_at;     /* a form has taken it since then; 0: none has */
};
extern const struct shape file_row_shape; /* what is told of it; case, content and person are not */

enum { FILES_OF_CASE_MAX = 500 };

NODISCARD enum status file_insert(struct store *store, const struct file_row *row);
/* ABSENT: this case has no such file. */
NODISCARD enum status file_find(struct store *store, struct arena *arena, struct id case_id,
                                struct id file_id, struct file_row *row_out);
NODISCARD enum status file_list(struct store *store, struct arena *arena, struct id case_id,
                                struct rows *rows_out);

/* Received, type, name, hash, content and times as the row says. CONFLICT: it has received
 * something else meanwhile. */
NODISCARD enum status file_update(struct store *store, const struct file_row *row,
                                  int64_t received_before);
NODISCARD enum status file_bind(struct store *store, struct id file_id, int64_t now_ms);

NODISCARD enum status chunk_insert(struct store *store, struct id content, int64_t at,
                                   struct text bytes);
/* The chunk that begins there. ABSENT: none does. */
NODISCARD enum status chunk_find(struct store *store, struct arena *arena, struct id content,
                                 int64_t at, struct text *bytes_out);

/* The file's bytes are whole. When they are kept already, those that came go, and content_inout
 * becomes the one that has them. */
NODISCARD enum status content_settle(struct store *store, struct arena *arena, struct text sha256,
                                     struct id *content_inout);

/* Those that no form has taken, begun before then; a few at once. */
NODISCARD enum status file_list_loose(struct store *store, struct arena *arena, int64_t before,
                                      struct rows *rows_out);
/* With its bytes, unless others use them. */
NODISCARD enum status file_delete(struct store *store, const struct file_row *row);
/* All of a case, in whatever state. */
NODISCARD enum status file_forget_all(struct store *store, struct arena *arena, struct id case_id);

#endif
