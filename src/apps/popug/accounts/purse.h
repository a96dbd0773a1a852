/* purse.h - the money of one who works here: charged when a task falls on him, paid when it is
 * done.
 *
 * Signs are those of whoever works: what he gets is above zero, what he pays below. The company's
 * view is the negation. The books are the ledger's: his account has his id, the company has one,
 * and what is paid out goes to the bank's. Each assignment is charged once, each task paid once:
 * the ids of their transfers are made of the task and the number of the assignment.
 *
 * What is left below zero at the end of a day stays: it is worked off.
 */
#ifndef APPS_POPUG_ACCOUNTS_PURSE_H
#define APPS_POPUG_ACCOUNTS_PURSE_H

#include "ledger/ledger.h"

#define PURSE_CURRENCY "USD"

extern const struct id purse_company; /* where fees go and rewards come from */
extern const struct id purse_bank;    /* where payouts go */

/* A business day: days since 1970-01-01, as the business's calendar has them. */
int64_t purse_day(const struct call *call, int64_t wall_ms);
struct text purse_day_text(struct arena *arena, int64_t day);

/* An id for what is told by these three alone. */
struct id purse_made_id(struct arena *arena, const char *what, struct id of, int64_t number);

NODISCARD enum status purse_open(struct call *call, struct id person);

/* Open or not: it is opened first where it is not there. */
NODISCARD enum status purse_transfer(struct call *call, const struct ledger_transfer *transfer,
                                     struct id person);

extern const struct refusal purse_not_found;

/* ---- what is asked of an account, and what is answered ---- */

enum { PURSE_DAYS_MAX = 92 };
struct purse_input {
    struct id person_id; /* none: one's own */
    struct text cursor;
    int64_t limit;
    int64_t days;
};

struct purse {
    struct id person_id;
    int64_t balance_minor;
    int64_t held_minor;
    struct text currency;
    int64_t opened_at;
};

/* The account that a purse_input asks for; refuses purse_not_found. */
NODISCARD enum status purse_find(struct call *call, struct ledger_account *found_out);

/* One line of a statement, and why it is there. */
struct purse_line {
    int64_t number;
    int64_t at;
    struct text kind;
    struct text why;      /* in English, for programs that show it as it is */
    struct text title;    /* of the task */
    struct text day;      /* of the business */
    struct text paid_day; /* of a payout: which is paid */
    int64_t amount_minor;
    int64_t balance_minor;
    struct id about;
    int64_t assignment;
};
struct ledger_entry; /* ledger/ledger_statement.h */
NODISCARD enum status purse_line_of(struct call *call, const struct ledger_entry *from,
                                    struct purse_line *line_out);

enum { PURSES_PAGE_MAX = 200 };
struct purse_filter {
    struct id after_id; /* in the order of ids */
    bool owing;         /* only who is below zero */
    int64_t limit;
};
NODISCARD enum status purse_list(struct store *store, struct arena *arena,
                                 const struct purse_filter *filter, struct rows *rows_out);

/* ---- people and prices, kept from what others tell ---- */

enum status purse_person_hear(struct call *call);   /* users.* */
enum status purse_created_hear(struct call *call);  /* board.task_created */
enum status purse_assigned_hear(struct call *call); /* board.task_assigned */
enum status purse_finished_hear(struct call *call); /* board.task_finished */
extern const struct shape purse_person_heard;
extern const struct shape purse_created_heard;
extern const struct shape purse_assigned_heard;
extern const struct shape purse_finished_heard;

struct priced {
    struct id id;
    struct text title;
    int64_t fee_minor;
    int64_t reward_minor;
    struct text currency;
    int64_t created_at;
    int64_t finished_at;
    struct id finished_by;
};
extern const struct shape priced_shape;
NODISCARD enum status priced_find(struct store *store, struct arena *arena, struct id id,
                                  struct priced *priced_out);
NODISCARD enum status priced_keep(struct store *store, const struct priced *priced);
NODISCARD enum status priced_finish(struct store *store, struct id id, struct id person,
                                    int64_t at);
/* The dearest that was finished in the period; ABSENT: none was. */
NODISCARD enum status priced_dearest(struct store *store, struct arena *arena, int64_t from_ms,
                                     int64_t before_ms, struct priced *priced_out);
/* How many owe something, and how much they owe together. */
struct owed {
    int64_t people;
    int64_t minor;
};
NODISCARD enum status purse_owed(struct store *store, struct arena *arena, struct owed *owed_out);

/* Whether he was not there before. */
NODISCARD enum status holder_insert(struct store *store, struct id person, int64_t at,
                                    bool *is_new_out);

/* ---- what is told ---- */

enum { TELLS_OPENED, TELLS_PRICED, TELLS_COUNTED, TELLS_CARRIED, ACCOUNTS_EVENT_COUNT };
extern const struct event accounts_events[ACCOUNTS_EVENT_COUNT];
enum { ERRAND_ACTIVATE, ERRAND_PAY, ERRAND_NOTIFY, ACCOUNTS_ERRAND_COUNT };
extern const struct errand accounts_errands[ACCOUNTS_ERRAND_COUNT];

struct letter { /* of notifications.send */
    struct text template;
    struct id person_id;
    struct text payload;
    struct text dedup_key;
};

/* ---- what can be asked; accounts.c routes ---- */

enum status price_draw_handle(struct call *call);
enum status purse_get_handle(struct call *call);
enum status purse_list_handle(struct call *call);
enum status purse_entries_handle(struct call *call);
enum status purse_sheet_handle(struct call *call);
enum status totals_sheet_handle(struct call *call);
enum status analytics_days_handle(struct call *call);
extern const struct shape purse_list_takes;
extern const struct shape purse_sheet_takes;
extern const struct shape my_sheet_takes;
extern const struct shape analytics_day_shape;
extern const struct refusal purse_too_many_lines;
enum status purse_days_handle(struct call *call);
enum status totals_handle(struct call *call);
enum status analytics_handle(struct call *call);
extern const struct shape price_shape;
extern const struct shape purse_id_takes;
extern const struct shape purse_shape;
extern const struct shape entries_takes;
extern const struct shape my_entries_takes;
extern const struct shape purse_entry_shape;
extern const struct shape days_takes;
extern const struct shape my_days_takes;
extern const struct shape totals_takes;
extern const struct shape day_shape;
extern const struct shape total_shape;
extern const struct shape analytics_shape;
extern const struct refusal purse_bad_cursor;

enum { ACCOUNTS_MIGRATION_COUNT = 2 };
extern const struct migration accounts_migrations[];

#endif
