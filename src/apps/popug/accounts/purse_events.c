/* purse_events.c - what the accounts tell, and whom they tell to do something. */
#include "apps/popug/accounts/payout.h"
#include "apps/popug/accounts/purse.h"

static const struct field opened_fields[] = {
    {.name = "user_id", .kind = FIELD_ID, .offset = 0, .required = true},
};
static const struct shape opened_shape = {
    .name = "AccountOpened", .fields = opened_fields, .field_count = 1, .bytes = sizeof(struct id)};

#define AT(member) .offset = offsetof(struct priced, member), .required = true
static const struct field priced_fields[] = {
    {.name = "task_id", .kind = FIELD_ID, AT(id)},
    {.name = "fee_minor", .kind = FIELD_INTEGER, AT(fee_minor)},
    {.name = "reward_minor", .kind = FIELD_INTEGER, AT(reward_minor)},
    {.name = "currency", .kind = FIELD_TEXT, AT(currency), .bytes_max = 3},
};
#undef AT
static const struct shape priced_told = {.name = "TaskPriced",
                                         .fields = priced_fields,
                                         .field_count = COUNT_OF(priced_fields),
                                         .bytes = sizeof(struct priced)};

#define AT(member) .offset = offsetof(struct payout, member), .required = true
static const struct field counted_fields[] = {
    {.name = "payout_id", .kind = FIELD_ID, AT(id)},
    {.name = "user_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "day", .kind = FIELD_TEXT, AT(day_text), .bytes_max = 10},
    {.name = "amount_minor", .kind = FIELD_INTEGER, AT(amount_minor)},
    {.name = "currency", .kind = FIELD_TEXT, AT(currency), .bytes_max = 3},
};
#undef AT
static const struct shape counted_shape = {.name = "DailyEarningCounted",
                                           .fields = counted_fields,
                                           .field_count = COUNT_OF(counted_fields),
                                           .bytes = sizeof(struct payout)};

#define AT(member) .offset = offsetof(struct owed, member), .required = true
static const struct field carried_fields[] = {
    {.name = "people", .kind = FIELD_INTEGER, AT(people)},
    {.name = "owed_minor", .kind = FIELD_INTEGER, AT(minor)},
};
#undef AT
static const struct shape carried_shape = {.name = "BalancesCarried",
                                           .fields = carried_fields,
                                           .field_count = COUNT_OF(carried_fields),
                                           .bytes = sizeof(struct owed)};

const struct event accounts_events[ACCOUNTS_EVENT_COUNT] = {
    [TELLS_OPENED] = {.name = "accounts.account_opened",
                      .version = 1,
                      .data = &opened_shape,
                      .summary = "Somebody who works here has an account now",
                      .alias = "BillCreated"},
    [TELLS_PRICED] = {.name = "accounts.task_priced",
                      .version = 1,
                      .data = &priced_told,
                      .summary = "The price of a task stands in the books",
                      .alias = "TaskPriced"},
    [TELLS_COUNTED] = {.name = "accounts.daily_earning_counted",
                       .version = 1,
                       .data = &counted_shape,
                       .summary = "What somebody is paid for a day",
                       .alias = "DailyEarningCounted"},
    [TELLS_CARRIED] = {.name = "accounts.balances_carried",
                       .version = 1,
                       .data = &carried_shape,
                       .summary = "A day is over, and what is owed goes on into the next",
                       .alias = "MoveNegativeBalance"},
};

/* ---- errands ---- */

static const struct field activate_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, .offset = 0, .required = true},
};
static const struct shape activate_data = {.name = "ActivatePerson",
                                           .fields = activate_fields,
                                           .field_count = 1,
                                           .bytes = sizeof(struct id)};

#define AT(member) .offset = offsetof(struct payout, member), .required = true
static const struct field pay_fields[] = {
    {.name = "payment_id", .kind = FIELD_ID, AT(id)},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "amount_minor", .kind = FIELD_INTEGER, AT(amount_minor)},
    {.name = "currency", .kind = FIELD_TEXT, AT(currency), .bytes_max = 3},
};
#undef AT
static const struct shape pay_data = {.name = "PaySomebody",
                                      .fields = pay_fields,
                                      .field_count = COUNT_OF(pay_fields),
                                      .bytes = sizeof(struct payout)};

#define AT(member) .offset = offsetof(struct letter, member), .required = true
static const struct field notify_fields[] = {
    {.name = "template", .kind = FIELD_TEXT, AT(template), .bytes_max = 100},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "payload", .kind = FIELD_OBJECT, AT(payload), .bytes_max = 1000},
    {.name = "dedup_key", .kind = FIELD_TEXT, AT(dedup_key), .bytes_max = 200},
};
#undef AT
static const struct shape notify_data = {.name = "TellPayout",
                                         .fields = notify_fields,
                                         .field_count = COUNT_OF(notify_fields),
                                         .bytes = sizeof(struct letter)};

/* Whoever is away is waited for: there is nobody who would tell it again. */
#define PATIENCE_MS ((int64_t)10 * 365 * 24 * 60 * 60 * 1000)

const struct errand accounts_errands[ACCOUNTS_ERRAND_COUNT] = {
    [ERRAND_ACTIVATE] = {.service = "users",
                         .command = "users.activate_person",
                         .data = &activate_data,
                         .deadline_ms = PATIENCE_MS},
    [ERRAND_PAY] = {.service = "payments",
                    .command = "payments.transfer",
                    .data = &pay_data,
                    .deadline_ms = PATIENCE_MS},
    [ERRAND_NOTIFY] = {.service = "notifications",
                       .command = "notifications.send",
                       .data = &notify_data,
                       .deadline_ms = PATIENCE_MS},
};
