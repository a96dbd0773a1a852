/* clerk.h - does by hand what a handler does with the ledger, one transaction for each thing.
 *
 * On SQLite, or on a PostgreSQL that main() has started. What is refused must not have written
 * anything; a CONFLICT is tried again, as an executor does.
 */
#ifndef TESTS_LIB_LEDGER_CLERK_H
#define TESTS_LIB_LEDGER_CLERK_H

#include "ledger/ledger_statement.h"
#include "tests/lib/check.h"
#include "tests/lib/postgres_server.h"

enum { CLERK_NOW = 1000000 };

struct clerk {
    struct arena *arena; /* of everything that is read */
    struct store_source *source;
    struct store *store;
    int64_t now_ms;
    bool has_book; /* each order comes behind something else that has taken the book */
    struct ledger_answer answer; /* to the newest order */
    int conflicts;
};

extern struct postgres_server *clerk_server; /* NULL: SQLite */
extern const struct service clerk_service;

/* The same tables again, by whoever calls it in one test. */
struct store_source *clerk_source(void);
void clerk_open(struct clerk *clerk);
void clerk_close(struct clerk *clerk);

/* Forgets what was read. */
void clerk_rest(struct clerk *clerk);

/* ---- orders; each answers its refusal ---- */

/* What an order is made of, where it says something unusual. */
struct clerk_order {
    struct id id; /* none: a new one */
    struct id debit;
    struct id credit;
    int64_t amount;
    const char *currency; /* NULL: RUB */
    const char *code;     /* NULL: "pay" */
    enum ledger_extent extent;
    struct ledger_about about;
    int64_t dated_at;
    int64_t expires_at;
};

struct clerk_limits {
    int64_t least;
    int64_t most;
};
struct id clerk_account(struct clerk *clerk); /* in RUB, without limits */
struct id clerk_limited(struct clerk *clerk, struct clerk_limits limits);
enum ledger_refusal clerk_open_account(struct clerk *clerk, const struct ledger_account *opened);
enum ledger_refusal clerk_close_account(struct clerk *clerk, struct id id);
enum ledger_refusal clerk_reopen_account(struct clerk *clerk, struct id id);
enum ledger_refusal clerk_set_limits(struct clerk *clerk, struct id id, struct clerk_limits limits);

enum ledger_refusal clerk_pay(struct clerk *clerk, const struct clerk_order *order);
enum ledger_refusal clerk_transfer(struct clerk *clerk, const struct ledger_transfer *transfers,
                                   size_t count);
enum ledger_refusal clerk_hold(struct clerk *clerk, const struct clerk_order *order);
enum ledger_refusal clerk_hold_all(struct clerk *clerk, const struct ledger_transfer *held,
                                   int64_t expires_at);
enum ledger_refusal clerk_post(struct clerk *clerk, const struct ledger_post *post);
enum ledger_refusal clerk_void(struct clerk *clerk, struct id hold);
enum ledger_refusal clerk_reverse(struct clerk *clerk, const struct ledger_reversal *reversal);
enum ledger_refusal clerk_close_period(struct clerk *clerk, int64_t before_ms);

/* The timer of this hold comes. */
void clerk_expire(struct clerk *clerk, struct id hold);

/* ---- what is there ---- */

struct ledger_account clerk_find(struct clerk *clerk, struct id id);
int64_t clerk_balance(struct clerk *clerk, struct id id);
struct ledger_totals clerk_totals(struct clerk *clerk, struct id id, int64_t before_ms,
                                  enum ledger_view view);
struct rows clerk_list(struct clerk *clerk, const struct ledger_page *page);

/* What fsck finds wrong; empty: nothing. */
struct text clerk_fsck(struct clerk *clerk);

int64_t clerk_count(struct clerk *clerk, const struct statement *statement);
#define CLERK_COUNTS(name, query)                                                                  \
    static const struct statement name = {.sql = query, .gives = &clerk_count_shape}
extern const struct shape clerk_count_shape;

#endif
