/* ledger_recall.h - the accounts as this connection has seen or left them under the book.
 *
 * Who moves money has the book, and nobody else changes an account meanwhile. Each transaction that
 * changes one also puts a new stamp into the book. So who comes back and finds the stamp that he
 * has put there himself knows that his accounts are still what they were, and asks for none of them
 * again. Another stamp, or something of his own that may be gone again (store.losses): all is
 * forgotten. Only on a store that others share; belongs to it, and to its thread.
 */
#ifndef LEDGER_LEDGER_RECALL_H
#define LEDGER_LEDGER_RECALL_H

#include "ledger/ledger.h"

struct recall;

/* The store's, made when it is missing. */
struct recall *recall_of(struct store *store);

/* The book is ours since a moment ago, with this stamp. */
void recall_enter(struct recall *recall, const struct store *store, struct id stamp,
                  int64_t closed_before);

/* None: in this transaction the book has got its new stamp already. Else that stamp, to be written
 * now. */
struct id recall_stamp(struct recall *recall);

int64_t recall_closed_before(const struct recall *recall);
void recall_close(struct recall *recall, int64_t closed_before);

/* False: not known. Its texts live as long as the arena. */
bool recall_find(const struct recall *recall, struct arena *arena, struct id id,
                 struct ledger_account *account_out);
void recall_keep(struct recall *recall, const struct ledger_account *account);

/* May a transfer be believed to be new without asking? Not for a while after something was lost, or
 * one was found to be old. */
bool recall_trusts(struct recall *recall);
void recall_doubt(struct recall *recall);

#endif
