/* payout.h - at the end of the day everybody gets what he has earned, once.
 *
 *   pending ---- the bank has it ----> paid      the held sum leaves his account, and he is told
 *      |
 *      +-------- the bank says no ---> failed    the hold is given up: the next day pays it
 *
 * A payout is a row (one for a person and a day) and a hold of the sum on his account, made
 * together; so what is on its way is in no second payout, and nothing leaves his account before
 * the bank has it.
 */
#ifndef APPS_POPUG_ACCOUNTS_PAYOUT_H
#define APPS_POPUG_ACCOUNTS_PAYOUT_H

#include "runtime/service.h"

struct payout {
    struct id id; /* of the hold, too, and of the payment */
    struct id person_id;
    int64_t day;
    struct text day_text;
    int64_t amount_minor;
    struct text currency;
    struct text status;
    struct text reason;
    int64_t created_at;
    int64_t changed_at;
};
extern const struct shape payout_shape;

struct pay_day {
    int64_t day;
    bool is_over;
    struct id last_person;
};

/* Once more from the first person when it has begun before: who was paid is not paid again. */
NODISCARD enum status pay_day_begin(struct store *store, int64_t day, int64_t at);
/* One that is not over; ABSENT: none. */
NODISCARD enum status pay_day_find(struct store *store, struct arena *arena,
                                   struct pay_day *pay_day_out);
/* CONFLICT: another process has gone on meanwhile. */
NODISCARD enum status pay_day_update(struct store *store, const struct pay_day *pay_day,
                                     struct id last_before);

/* How far the newest day is; it is counted out when is_counting is over and none is pending. */
struct pay_progress {
    int64_t day;
    struct text day_text; /* NO_TEXT: none has ended yet */
    bool is_counting;
    int64_t payouts;
    int64_t paid;
    int64_t failed;
};
extern const struct shape pay_progress_shape;
/* ABSENT: no day has ended yet. */
NODISCARD enum status pay_progress_find(struct store *store, struct arena *arena,
                                        struct pay_progress *progress_out);

struct earned {
    struct id person_id;
    int64_t amount_minor;
};
enum { EARNED_CHUNK_MAX = 100, PAYOUTS_PAGE_MAX = 200 };
/* Who has something that is not on its way already; in the order of ids behind the last. */
NODISCARD enum status earned_list(struct store *store, struct arena *arena, struct id after,
                                  struct rows *rows_out);

/* EXISTS: he has one of that day. */
NODISCARD enum status payout_insert(struct store *store, const struct payout *payout);
NODISCARD enum status payout_find(struct store *store, struct arena *arena, struct id id,
                                  struct payout *payout_out);
/* From pending only; CONFLICT otherwise. */
NODISCARD enum status payout_end(struct store *store, const struct payout *payout);
NODISCARD enum status payout_list(struct store *store, struct arena *arena, struct id person,
                                  struct id before, struct rows *rows_out);

enum status day_end_handle(struct call *call);     /* 18:00 */
enum status day_carry_handle(struct call *call);   /* 00:00 */
enum status day_end_now_handle(struct call *call); /* by hand */
enum status day_progress_handle(struct call *call);
enum status payout_paid_hear(struct call *call);
enum status payout_failed_hear(struct call *call);
enum status payout_list_handle(struct call *call);
enum status my_payouts_handle(struct call *call);
chore_fn pay_out_chunk;
extern const struct shape payout_paid_heard;
extern const struct shape payout_list_takes;
extern const struct shape my_payouts_takes;
extern const struct shape day_ended_shape;

#endif
