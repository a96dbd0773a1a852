/* ledger_hold_store.h - the rows of holds, and how each has ended. */
#ifndef LEDGER_LEDGER_HOLD_STORE_H
#define LEDGER_LEDGER_HOLD_STORE_H

#include "ledger/ledger_sheet.h"

/* One move that is set aside. */
struct held_move {
    struct id id;
    int64_t part;
    struct text code;
    struct id debit_id;
    struct id credit_id;
    int64_t amount;
    int64_t at;
    int64_t expires_at; /* 0: never */
    struct ledger_about about;
    struct text state; /* held, posted, voided, expired */
    int64_t ended_at;
    struct id transfer; /* that it became */
};

extern const struct text hold_held;
extern const struct text hold_posted;
extern const struct text hold_voided;
extern const struct text hold_expired;

NODISCARD enum status held_insert(struct store *store, const struct held_move *moves, size_t count);

/* By part. None: OK with count 0. */
NODISCARD enum status held_find(struct store *store, struct arena *arena, struct id id,
                                struct rows *rows_out);

/* How all moves of a hold have ended. */
struct hold_end {
    struct id id;
    struct text state;
    int64_t at;
    struct id transfer;
};
NODISCARD enum status held_end(struct store *store, const struct hold_end *end);

#endif
