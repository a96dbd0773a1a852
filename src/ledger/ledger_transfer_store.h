/* ledger_transfer_store.h - the rows of transfers, as they were made. */
#ifndef LEDGER_LEDGER_TRANSFER_STORE_H
#define LEDGER_LEDGER_TRANSFER_STORE_H

#include "ledger/ledger_sheet.h"

/* That the id is taken is a CONFLICT, seen by this or a later statement: it was looked for. */
NODISCARD enum status moves_insert(struct store *store, const struct made_move *moves,
                                   size_t count);
/* One that ends no hold, and its two accounts with it; of a shared store. */
NODISCARD enum status moves_insert_whole(struct store *store, const struct made_move *made);

/* How many of these transfers are there. */
NODISCARD enum status moves_count(struct store *store, struct arena *arena, const struct id *ids,
                                  size_t count, size_t *there_out);

/* Those of struct made_move, by part. None: OK with count 0. */
NODISCARD enum status moves_find(struct store *store, struct arena *arena, struct id id,
                                 struct rows *rows_out);

/* The id of the transfer that reverses this one; none: ABSENT. */
NODISCARD enum status moves_find_reversal(struct store *store, struct arena *arena, struct id id,
                                          struct id *reversal_out);

#endif
