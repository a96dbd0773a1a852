/* ledger.h - double-entry money: accounts, transfers between them, holds, reversals, statements.
 *
 * Every amount is a whole number of minor units, positive, and leaves one account in the moment in
 * which it reaches another: so the sum over all accounts is zero, always. What is written is never
 * changed; a mistake is reversed by another transfer. Nothing is dated into a closed period.
 *
 *   balance = credits - debits: what the account's owner has. A debit takes, a credit gives.
 *
 *   hold ----> posted: a transfer of what was held, or of less
 *     |------> voided
 *     \------> expired: by itself, at its time
 *
 * The ledger is no service: its tables (ledger_migrations) lie in the schema of the service that
 * uses it, and its functions are called by handlers, inside their transaction. That service names
 * `ledger` among its series, and the row of LEDGER_HOLD_TIMER among its timers when it holds.
 * Everything has an id of the caller's own; the same id with the same content is the same thing,
 * answered as the first time, and with another content it is refused.
 *
 * A function that moves money gives OK when it is done (or was done before), REFUSED when the
 * answer says why not and nothing was written; `return ledger_refuse(call, &answer)` tells whoever
 * asked. Any other status is a fault of the world. On a shared store who moves money waits for
 * whoever does so at the moment (no deadlocks): let such requests concern the same thing, and they
 * share commits instead. docs/ledger.md tells more.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "base/money.h"
#include "runtime/service.h"

enum {
    LEDGER_CODE_BYTES_MAX = 40,
    LEDGER_MOVES_MAX = 64,   /* of one transfer */
    LEDGER_LINKED_MAX = 512, /* moves of all transfers of one call */
    LEDGER_PAGE_MAX = 500,
};

#define LEDGER_NO_LIMIT FIELD_NONE

/* ---- the word no: in the order in which they are looked for ---- */

/* X(name, HTTP status, code, text) */
#define LEDGER_REFUSALS(X)                                                                         \
    X(ID_MUST_BE_GIVEN, 400, "id_must_be_given", "An id must be given.")                           \
    X(CODE_MUST_BE_GIVEN, 400, "code_must_be_given",                                               \
      "It must be said in a word of at most 40 bytes what this is.")                               \
    X(MOVES_MUST_BE_GIVEN, 400, "moves_must_be_given", "A transfer has between 1 and 64 moves.")   \
    X(ACCOUNTS_MUST_DIFFER, 400, "accounts_must_differ",                                           \
      "Money moves from one account to another, not to the same.")                                 \
    X(AMOUNT_MUST_BE_POSITIVE, 400, "amount_must_be_positive", "An amount must be above zero.")    \
    X(CURRENCY_IS_UNKNOWN, 400, "currency_is_unknown", "There is no such currency here.")          \
    X(LIMITS_MUST_SPAN_ZERO, 400, "limits_must_span_zero",                                         \
      "An account begins at zero: its least may not be above, its most not below, and there must " \
      "be room between them.")                                                                     \
    X(SWEEP_HAS_ONE_MOVE, 400, "sweep_has_one_move",                                               \
      "A transfer of as much as there is has exactly one move.")                                   \
    X(EXPIRY_MUST_BE_LATER, 400, "expiry_must_be_later", "A hold must expire later than now.")     \
    X(ID_IS_TAKEN, 409, "id_is_taken", "Something else was done under this id before.")            \
    X(SOME_WERE_THERE, 409, "some_were_there",                                                     \
      "A part of these linked transfers was made before, without the others.")                     \
    X(ACCOUNT_IS_UNKNOWN, 404, "account_is_unknown", "There is no such account.")                  \
    X(DEBIT_ACCOUNT_IS_UNKNOWN, 404, "debit_account_is_unknown",                                   \
      "There is no account to take from.")                                                         \
    X(CREDIT_ACCOUNT_IS_UNKNOWN, 404, "credit_account_is_unknown",                                 \
      "There is no account to give to.")                                                           \
    X(CURRENCIES_MUST_MATCH, 409, "currencies_must_match",                                         \
      "The amount and both accounts must be of the same currency.")                                \
    X(DATE_IS_IN_THE_FUTURE, 400, "date_is_in_the_future", "The date may not be later than now.")  \
    X(PERIOD_IS_CLOSED, 409, "period_is_closed", "The date lies in a period that is closed.")      \
    X(HOLD_IS_UNKNOWN, 404, "hold_is_unknown", "There is no such hold.")                           \
    X(HOLD_WAS_POSTED, 409, "hold_was_posted", "The hold was posted before.")                      \
    X(HOLD_WAS_VOIDED, 409, "hold_was_voided", "The hold was given up before.")                    \
    X(HOLD_HAS_EXPIRED, 409, "hold_has_expired", "The hold has expired.")                          \
    X(HOLD_IS_POSTED_WHOLE, 409, "hold_is_posted_whole",                                           \
      "A hold with several moves can only be posted as it is.")                                    \
    X(EXCEEDS_HOLD, 409, "exceeds_hold", "More than what is held cannot be posted.")               \
    X(TRANSFER_IS_UNKNOWN, 404, "transfer_is_unknown", "There is no such transfer.")               \
    X(IS_A_REVERSAL, 409, "is_a_reversal", "A reversal cannot be reversed; transfer again.")       \
    X(WAS_REVERSED, 409, "was_reversed", "The transfer was reversed before.")                      \
    X(DEBIT_ACCOUNT_IS_CLOSED, 409, "debit_account_is_closed",                                     \
      "The account to take from is closed.")                                                       \
    X(CREDIT_ACCOUNT_IS_CLOSED, 409, "credit_account_is_closed",                                   \
      "The account to give to is closed.")                                                         \
    X(NOTHING_TO_MOVE, 409, "nothing_to_move", "There is nothing that could be moved.")            \
    X(EXCEEDS_LEAST, 409, "exceeds_least",                                                         \
      "The account to take from would fall below its limit, with what is held.")                   \
    X(EXCEEDS_MOST, 409, "exceeds_most",                                                           \
      "The account to give to would rise above its limit, with what is held.")                     \
    X(EXCEEDS_NUMBERS, 409, "exceeds_numbers", "The books cannot hold so large a number.")         \
    X(ACCOUNT_IS_IN_USE, 409, "account_is_in_use",                                                 \
      "The account still has a balance, or something is held.")

enum ledger_refusal {
    LEDGER_DONE,
#define X(name, http_status, code, text) LEDGER_##name,
    LEDGER_REFUSALS(X)
#undef X
        LEDGER_REFUSAL_COUNT
};

/* For the refusals of a route or command: all of them, in their order. */
enum { LEDGER_REFUSALS_COUNT = LEDGER_REFUSAL_COUNT - 1 };
extern const struct refusal *const ledger_refusals[LEDGER_REFUSALS_COUNT];

struct ledger_answer {
    enum ledger_refusal refusal; /* LEDGER_DONE unless REFUSED */
    size_t index;                /* which of the linked transfers */
    const char *field;           /* of ID_IS_TAKEN: what differs from then; else NULL */
    bool was_there;              /* it had been done before, and nothing was written now */
    int64_t moved_minor;         /* by all moves together; of a hold: what it holds */
    int64_t at_ms;               /* when it was recorded */
};

/* `answer` says why; the details of the problem say where. */
NODISCARD enum status ledger_refuse(struct call *call, const struct ledger_answer *answer);

/* ---- accounts ---- */

struct ledger_account {
    struct id id;
    struct text currency; /* "RUB": known to money.h */
    struct text code;     /* what kind of account it is, for people and reports */
    /* Of the balance: who may not owe has least 0 (debits must not exceed credits), who may only
     * owe has most 0 (credits must not exceed debits). LEDGER_NO_LIMIT: none. */
    int64_t least;
    int64_t most;

    /* Kept by the ledger from here on. */
    int64_t debits;
    int64_t credits;
    int64_t debits_held; /* will be debits, unless voided; they count against least already */
    int64_t credits_held;
    int64_t moves; /* the number of its newest one: 1, 2, 3 ... */
    int64_t opened_at;
    int64_t changed_at;
    int64_t closed_at; /* 0: open */
};

static inline int64_t ledger_balance(const struct ledger_account *row)
{
    return row->credits - row->debits;
}

NODISCARD enum status ledger_open_account(struct call *call, const struct ledger_account *opened,
                                          struct ledger_answer *answer_out);
/* Refused as long as there is a balance or a hold. Closed before: done. */
NODISCARD enum status ledger_close_account(struct call *call, struct id id,
                                           struct ledger_answer *answer_out);
NODISCARD enum status ledger_reopen_account(struct call *call, struct id id,
                                            struct ledger_answer *answer_out);
/* Refused where the balance, with what is held, is outside of them already. */
NODISCARD enum status ledger_set_limits(struct call *call, struct id id, int64_t least,
                                        int64_t most, struct ledger_answer *answer_out);

/* OK or ABSENT. */
NODISCARD enum status ledger_find_account(struct store *store, struct arena *arena, struct id id,
                                          struct ledger_account *row_out);

/* ---- transfers ---- */

struct ledger_move {
    struct id debit; /* the account it is taken from */
    struct id credit;
    struct money amount;
};

/* What of the business this is about; none of it is looked at here. */
struct ledger_about {
    struct id id;
    struct id other;
    int64_t number; /* FIELD_NONE: none */
};

/* How much of the amount moves: exactly it, or at most it and as much as does not take the account
 * on that side across zero (and no limit of either account). */
enum ledger_extent { LEDGER_EXACTLY, LEDGER_AS_DEBIT_HAS, LEDGER_AS_CREDIT_OWES };

struct ledger_transfer {
    struct id id;
    struct text code; /* "task_fee" */
    const struct ledger_move *moves;
    size_t move_count;
    enum ledger_extent extent;
    struct ledger_about about;
    int64_t dated_at; /* wall ms; 0: when it is recorded */
};

/* One, or several that are linked: all of them or none, each upon what the ones before it leave. It
 * is a bug to link more than LEDGER_LINKED_MAX moves. */
NODISCARD enum status ledger_transfer(struct call *call, const struct ledger_transfer *transfers,
                                      size_t count, struct ledger_answer *answer_out);

/* Moves everything back that this one has moved; it must not have been reversed. */
struct ledger_reversal {
    struct id id;
    struct id reverses;
    struct text code;
    struct ledger_about about;
    int64_t dated_at; /* its own; as of a transfer */
};
NODISCARD enum status ledger_reverse(struct call *call, const struct ledger_reversal *reversal,
                                     struct ledger_answer *answer_out);

/* ---- holds ---- */

/* The name of a row of service.timers, with the handler ledger_free_hold and nothing it takes. */
#define LEDGER_HOLD_TIMER "ledger_hold"
handle_fn ledger_free_hold;

/* Sets the amounts aside; extent and dated_at of a hold mean nothing. expires_at, wall ms; 0:
 * never. */
NODISCARD enum status ledger_hold(struct call *call, const struct ledger_transfer *held,
                                  int64_t expires_at, struct ledger_answer *answer_out);

struct ledger_post {
    struct id id; /* of the transfer that it makes, with code and about of the hold */
    struct id hold;
    int64_t amount_minor; /* 0: all; less of a hold with one move only, the rest is free again */
    int64_t dated_at;
};
NODISCARD enum status ledger_post(struct call *call, const struct ledger_post *post,
                                  struct ledger_answer *answer_out);

/* Voided before: done. */
NODISCARD enum status ledger_void(struct call *call, struct id hold,
                                  struct ledger_answer *answer_out);

/* ---- periods ---- */

/* From now on nothing is dated before this moment. Closed before: done; a period is never opened
 * again. DATE_IS_IN_THE_FUTURE: it is not over yet. */
NODISCARD enum status ledger_close_period(struct call *call, int64_t before_ms,
                                          struct ledger_answer *answer_out);
NODISCARD enum status ledger_find_period(struct store *store, struct arena *arena,
                                         int64_t *closed_before_out);

/* A row of service.series: {"ledger", ledger_migrations, LEDGER_MIGRATION_COUNT}. */
enum { LEDGER_MIGRATION_COUNT = 2 };
extern const struct migration ledger_migrations[LEDGER_MIGRATION_COUNT];

#endif
