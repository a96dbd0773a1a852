/* ledger_parts.h - what the operations of the ledger share; nobody else includes it. */
#ifndef LEDGER_LEDGER_PARTS_H
#define LEDGER_LEDGER_PARTS_H

#include "ledger/ledger_account_store.h"
#include "ledger/ledger_hold_store.h"
#include "ledger/ledger_transfer_store.h"

/* REFUSED with the refusal in the answer; OK for LEDGER_DONE. */
NODISCARD enum status ledger__say(struct ledger_answer *answer, enum ledger_refusal refusal);

/* ID_IS_TAKEN where a field differs from then, else it was there. */
NODISCARD enum status ledger__was_there(struct ledger_answer *answer, const char *differs);

/* A sheet with nothing on it yet, and the book taken: what is read from here on is the newest. */
NODISCARD enum status ledger__enter(struct call *call, struct sheet *sheet);

/* Puts the accounts of these moves on it. */
NODISCARD enum status ledger__load(struct call *call, struct sheet *sheet,
                                   const struct ledger_move *moves, size_t count);

bool ledger__is_same_about(const struct ledger_about *left, const struct ledger_about *right);

/* What has been made, as it is answered. */
void ledger__tell(struct ledger_answer *answer, const struct made_move *made, size_t count);

/* All that was made, and the sheet. */
NODISCARD enum status ledger__write(struct call *call, const struct sheet *sheet,
                                    const struct made_move *made, size_t count);

/* ---- holds ---- */

/* May it still be posted or voided? LEDGER_DONE: yes. */
enum ledger_refusal ledger__is_held(struct rows rows, int64_t now_ms);

/* Its moves, without a currency. */
void ledger__read_held(struct call *call, struct rows rows, const struct ledger_move **moves_out);

NODISCARD enum status ledger__clear_timer(struct call *call, const struct held_move *held);

#endif
