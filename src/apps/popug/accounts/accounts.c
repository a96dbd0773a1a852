/* accounts.c - the money of those who work here, on one page. */
#include "apps/popug/accounts/accounts.h"

#include "apps/popug/accounts/payout.h"
#include "apps/popug/accounts/purse.h"
#include "ledger/ledger_fsck.h"
#include "runtime/access.h"

static const struct refusal *const find_refusals[] = {&purse_not_found};
static const struct refusal *const sheet_refusals[] = {&purse_not_found, &purse_too_many_lines};
static const struct refusal *const entries_refusals[] = {&purse_not_found, &purse_bad_cursor};

/* The rest of a row that reads an account: one's own, or another's. */
#define OF_ACCOUNT(handle_, takes_, gives_, is_list_, refusals_)                                   \
    .kind = ROUTE_READS, .handle = (handle_), .takes = (takes_), .gives = (gives_),                \
    .gives_list = (is_list_), .refusals = (refusals_), .refusal_count = COUNT_OF(refusals_)

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/internal/accounts/price",
        .operation = "draw_price",
        .permission = "accounts.price",
        .summary = "A price for a new task, by chance",
        .kind = ROUTE_READS,
        .handle = price_draw_handle,
        .gives = &price_shape,
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/me",
        .operation = "get_my_account",
        .permission = PERMISSION_PERSON,
        .summary = "My balance",
        OF_ACCOUNT(purse_get_handle, NULL, &purse_shape, false, find_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/me/entries",
        .operation = "list_my_entries",
        .permission = PERMISSION_PERSON,
        .summary = "What was charged and paid, and why",
        OF_ACCOUNT(purse_entries_handle, &my_entries_takes, &purse_entry_shape, true,
                   entries_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/me/statement.csv",
        .operation = "get_my_statement_sheet",
        .permission = PERMISSION_PERSON,
        .summary = "My account as a table for spreadsheets, the oldest line first",
        .answer_type = "text/csv",
        OF_ACCOUNT(purse_sheet_handle, &my_sheet_takes, NULL, false, sheet_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/me/days",
        .operation = "list_my_days",
        .permission = PERMISSION_PERSON,
        .summary = "My account day by day",
        OF_ACCOUNT(purse_days_handle, &my_days_takes, &day_shape, true, find_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/me/payouts",
        .operation = "list_my_payouts",
        .permission = PERMISSION_PERSON,
        .summary = "What was paid out to me, newest first",
        OF_ACCOUNT(my_payouts_handle, &my_payouts_takes, &payout_shape, true, find_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts",
        .operation = "list_accounts",
        .permission = "accounts.read",
        .summary = "What everybody who works here has",
        .kind = ROUTE_READS,
        .handle = purse_list_handle,
        .takes = &purse_list_takes,
        .gives = &purse_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/totals.csv",
        .operation = "get_totals_sheet",
        .permission = "accounts.read",
        .summary = "The totals as a table for spreadsheets, the oldest day first",
        .kind = ROUTE_READS,
        .handle = totals_sheet_handle,
        .takes = &totals_takes,
        .answer_type = "text/csv",
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/totals",
        .operation = "list_account_totals",
        .permission = "accounts.read",
        .summary = "Fees, rewards and payouts of all, day by day",
        .kind = ROUTE_READS,
        .handle = totals_handle,
        .takes = &totals_takes,
        .gives = &total_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/payouts",
        .operation = "list_payouts",
        .permission = "accounts.read",
        .summary = "What was paid out, newest first",
        .kind = ROUTE_READS,
        .handle = payout_list_handle,
        .takes = &payout_list_takes,
        .gives = &payout_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/day-end",
        .operation = "get_day_end",
        .permission = "accounts.read",
        .summary = "How far the payouts of the newest day are",
        .kind = ROUTE_READS,
        .handle = day_progress_handle,
        .gives = &pay_progress_shape,
    },
    {
        .method = HTTP_POST,
        .path = "/api/accounts/day-end",
        .operation = "end_day",
        .permission = "accounts.pay",
        .summary = "Pay out what is earned now; a day pays everybody once",
        .kind = ROUTE_WRITES,
        .handle = day_end_now_handle,
        .gives = &day_ended_shape,
        .success_status = 202,
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/{person_id}",
        .operation = "get_account",
        .permission = "accounts.read",
        .summary = "Somebody's balance",
        OF_ACCOUNT(purse_get_handle, &purse_id_takes, &purse_shape, false, find_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/{person_id}/entries",
        .operation = "list_account_entries",
        .permission = "accounts.read",
        .summary = "What somebody was charged and paid, and why",
        OF_ACCOUNT(purse_entries_handle, &entries_takes, &purse_entry_shape, true,
                   entries_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/{person_id}/statement.csv",
        .operation = "get_statement_sheet",
        .permission = "accounts.read",
        .summary = "Somebody's account as a table for spreadsheets",
        .answer_type = "text/csv",
        OF_ACCOUNT(purse_sheet_handle, &purse_sheet_takes, NULL, false, sheet_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/accounts/{person_id}/days",
        .operation = "list_account_days",
        .permission = "accounts.read",
        .summary = "Somebody's account day by day",
        OF_ACCOUNT(purse_days_handle, &days_takes, &day_shape, true, find_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/analytics",
        .operation = "get_analytics",
        .permission = "analytics.read",
        .summary = "The management's earning today, who owes, the dearest finished tasks",
        .kind = ROUTE_READS,
        .handle = analytics_handle,
        .gives = &analytics_shape,
    },
    {
        .method = HTTP_GET,
        .path = "/api/analytics/days",
        .operation = "list_analytics_days",
        .permission = "analytics.read",
        .summary = "The management's earning and the dearest finished task, day by day",
        .kind = ROUTE_READS,
        .handle = analytics_days_handle,
        .takes = &totals_takes,
        .gives = &analytics_day_shape,
        .gives_list = true,
    },
};

static const struct subscription subscriptions[] = {
    {.event = "users.created",
     .version = 1,
     .takes = &purse_person_heard,
     .handle = purse_person_hear},
    {.event = "users.changed",
     .version = 1,
     .takes = &purse_person_heard,
     .handle = purse_person_hear},
    {.event = "board.task_created",
     .version = 1,
     .takes = &purse_created_heard,
     .handle = purse_created_hear},
    {.event = "board.task_assigned",
     .version = 1,
     .takes = &purse_assigned_heard,
     .handle = purse_assigned_hear},
    {.event = "board.task_finished",
     .version = 1,
     .takes = &purse_finished_heard,
     .handle = purse_finished_hear},
    {.event = "payments.earning_transferred",
     .version = 1,
     .takes = &payout_paid_heard,
     .handle = payout_paid_hear},
    {.event = "payments.transfer_failed",
     .version = 1,
     .takes = &payout_paid_heard,
     .handle = payout_failed_hear},
};

static const struct schedule_row schedules[] = {
    {.name = "end_the_day",
     .when = "daily 18:00",
     .catch_up = CATCH_UP_ONCE,
     .handle = day_end_handle,
     .summary = "Everybody gets what he has earned"},
    {.name = "carry_over",
     .when = "daily 00:00",
     .catch_up = CATCH_UP_ONCE,
     .handle = day_carry_handle,
     .summary = "What is owed goes on into the next day"},
};

static const struct chore chores[] = {
    {.name = "pay_out", .run = pay_out_chunk, .every_ms = 1000, .heeds_alarms = true},
};

static const struct series series[] = {{"ledger", ledger_migrations, LEDGER_MIGRATION_COUNT}};
static const struct timer timers[] = {{.name = LEDGER_HOLD_TIMER, .handle = ledger_free_hold}};
static const struct own_check checks[] = {
    {.name = "ledger", .meaning = LEDGER_FSCK_MEANING, .run = ledger_fsck},
};

const struct service accounts_service = {
    .name = "accounts",
    .purpose = "The money of those who work here: fees, rewards, balances, the end of the day",
    .migrations = accounts_migrations,
    .migration_count = ACCOUNTS_MIGRATION_COUNT,
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .chores = chores,
    .chore_count = COUNT_OF(chores),
    .events = accounts_events,
    .event_count = ACCOUNTS_EVENT_COUNT,
    .subscriptions = subscriptions,
    .subscription_count = COUNT_OF(subscriptions),
    .errands = accounts_errands,
    .errand_count = ACCOUNTS_ERRAND_COUNT,
    .timers = timers,
    .timer_count = COUNT_OF(timers),
    .schedules = schedules,
    .schedule_count = COUNT_OF(schedules),
    .series = series,
    .series_count = COUNT_OF(series),
    .checks = checks,
    .check_count = COUNT_OF(checks),
};
