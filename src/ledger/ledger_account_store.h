/* ledger_account_store.h - the rows of accounts and of the book, into a sheet and back. */
#ifndef LEDGER_LEDGER_ACCOUNT_STORE_H
#define LEDGER_LEDGER_ACCOUNT_STORE_H

#include "ledger/ledger_sheet.h"

/* EXISTS: the id is taken. */
NODISCARD enum status account_insert(struct store *store, const struct ledger_account *account);
NODISCARD enum status account_find(struct store *store, struct arena *arena, struct id id,
                                   struct ledger_account *account_out);

/* From here until the commit nobody else moves money in this schema: what is read afterwards, or is
 * recalled, is how it is. Fills closed_before of the sheet. */
NODISCARD enum status book_enter(struct store *store, struct arena *arena, struct sheet *sheet);
NODISCARD enum status book_read(struct store *store, struct arena *arena, struct sheet *sheet);
NODISCARD enum status book_close(struct store *store, int64_t before_ms);

/* All the accounts of the sheet; after book_enter. */
NODISCARD enum status sheet_load(struct store *store, struct arena *arena, struct sheet *sheet);

/* The same for a transfer between two, book_enter included: one question. It also asks whether
 * there is a transfer with this id. ABSENT: one of the accounts is not there. */
NODISCARD enum status sheet_load_pair(struct store *store, struct arena *arena, struct sheet *sheet,
                                      struct id transfer, bool *was_there_out);

/* The same without a question, where both accounts can be recalled, and the transfer believed to
 * be new: if it is not, to insert it is a CONFLICT. False: it has to be asked. */
bool sheet_recall_pair(struct store *store, struct arena *arena, struct sheet *sheet);

/* What has changed. */
NODISCARD enum status sheet_save(struct store *store, const struct sheet *sheet);

/* The same for who writes the accounts himself: before, and when they are as the sheet says. */
NODISCARD enum status book_stamp(struct store *store);
void sheet_keep(struct store *store, const struct sheet *sheet);

/* Limits, and whether it is open. */
NODISCARD enum status account_set(struct store *store, const struct ledger_account *account);

#endif
