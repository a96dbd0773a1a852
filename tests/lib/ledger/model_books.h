/* model_books.h - the books of the model: a list of moves, from which all else is computed. */
#ifndef TESTS_LIB_LEDGER_MODEL_BOOKS_H
#define TESTS_LIB_LEDGER_MODEL_BOOKS_H

#include "tests/lib/ledger/clerk.h"

enum { ACCOUNTS = 10, ORDERS_MAX = 100000, PARTS_MAX = 4 };

struct purse {
    struct id id;
    int64_t least;
    int64_t most;
    bool is_closed;
};

struct part {
    int debit;
    int credit;
    int64_t amount;
};

struct moved {
    struct part part;
    int64_t at;
    int64_t dated_at;
};

enum state { HELD, POSTED, VOIDED, EXPIRED };

struct held {
    struct id id;
    struct part parts[PARTS_MAX];
    int count;
    int64_t expires_at;
    enum state state;
};

/* A transfer that was made, to be repeated and reversed. */
struct made {
    struct id id;
    struct part parts[PARTS_MAX]; /* as they moved */
    int count;
    int64_t asked;
    enum ledger_extent extent;
    int64_t dated_at;
    bool is_plain; /* an order of one transfer, which can be given again */
    bool is_reversal;
    bool is_reversed;
};

struct model {
    struct clerk *clerk;
    uint64_t random;
    int step;
    struct purse purses[ACCOUNTS];
    struct moved *moved;
    int moved_count;
    struct held *helds;
    int held_count;
    struct made *mades;
    int made_count;
    int64_t closed_before;
    int64_t opened_at;
    int refused;
    int done;
};

/* Of everything before the moment. */
struct ledger_totals model_totals(const struct model *model, int who, int64_t before_ms,
                                  enum ledger_view view);
struct ledger_totals model_set_aside(const struct model *model, int who);
int64_t model_balance(const struct model *model, int who);

enum ledger_refusal model_may(const struct model *model, struct part part);
enum ledger_refusal model_may_date(const struct model *model, int64_t dated_at);

/* All or none. */
enum ledger_refusal model_move_all(struct model *model, const struct part *parts, int count,
                                   int64_t dated_at);

/* How much a sweep of at most this would move; below 1: nothing. */
int64_t model_swept(const struct model *model, struct part part, enum ledger_extent extent);

#endif
