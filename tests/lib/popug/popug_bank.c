/* popug_bank.c - payments are leased, asked of a bank that is played, and noted; each of the three
 * at a moment of its own, and what is in hand is lost when the process dies.
 *
 * The bank pays each id once, as it has promised. That it is never sent again what nobody has asked
 * it for is our promise, and looked at here.
 */
#include "base/clock.h"
#include "runtime/telling.h"
#include "tests/lib/popug/popug_world.h"

/* ---- what the bank does ---- */

static struct bank_entry *entry_of(struct popug_world *popugs, const struct payment *payment)
{
    for (size_t i = 0; i < popugs->bank_count; i++) {
        if (id_equals(popugs->bank[i].id, payment->id)) {
            return &popugs->bank[i];
        }
    }
    MUST(popugs->bank_count < BANK_MAX);
    struct bank_entry *entry = &popugs->bank[popugs->bank_count++];
    *entry = (struct bank_entry){.id = payment->id, .amount_minor = payment->amount_minor};
    return entry;
}

static void settle_late(struct bank_entry *entry)
{
    entry->paid += entry->paid == 0;
    entry->is_late = false;
}

static bool throws(struct popug_world *popugs, unsigned percent)
{
    return !popugs->world.is_friendly && dice_percent(&popugs->world.dice, percent);
}

static enum outcome send(struct popug_world *popugs, struct bank_entry *entry)
{
    entry->is_unknown = throws(popugs, 15);
    if (throws(popugs, 8)) { /* lost on its way there */
        entry->is_unknown = true;
        return OUTCOME_UNKNOWN;
    }
    bool is_new = entry->paid == 0 && !entry->is_late && !entry->is_refused;
    if (is_new && throws(popugs, 8)) {
        entry->is_refused = true;
    } else if (is_new && throws(popugs, 10)) {
        entry->is_late = true;
    } else if (is_new) {
        entry->paid++;
    }
    if (entry->is_unknown) { /* or on its way back */
        return OUTCOME_UNKNOWN;
    }
    return entry->paid > 0 ? OUTCOME_DONE : entry->is_refused ? OUTCOME_FAILED : OUTCOME_WAITS;
}

static enum outcome look_up(struct popug_world *popugs, struct bank_entry *entry)
{
    if (throws(popugs, 15)) {
        return OUTCOME_UNKNOWN;
    }
    entry->is_unknown = false;
    if (popugs->world.is_friendly && entry->is_late) {
        settle_late(entry);
    }
    if (entry->paid > 0) {
        return OUTCOME_DONE;
    }
    return entry->is_refused                       ? OUTCOME_FAILED
           : entry->is_late && !throws(popugs, 50) ? OUTCOME_WAITS
                                                   : OUTCOME_ABSENT;
}

static void ask_bank(struct popug_world *popugs, struct payment_job *job)
{
    struct bank_entry *entry = entry_of(popugs, &job->payment);
    if (entry->amount_minor != job->payment.amount_minor) {
        world_violated(&popugs->world, "a payment has another amount the second time");
    }
    if (!job->is_lookup && entry->is_unknown) {
        world_violated(&popugs->world, "a payment is sent again that nobody has asked for");
    }
    job->outcome = job->is_lookup ? look_up(popugs, entry) : send(popugs, entry);
    world_say(&popugs->world, "the bank is %s a payment: %d", job->is_lookup ? "asked for" : "sent",
              (int)job->outcome);
}

/* ---- leased ---- */

static struct text kept(struct popug_world *popugs, struct text text)
{
    return text.data == NULL ? NO_TEXT : text_copy(popugs->world.arena, text);
}

static struct chore_run run_of(struct popug_world *popugs, struct member *member)
{
    member->host.config = popugs->config;
    return (struct chore_run){.host = &member->host,
                              .store = member->store,
                              .arena = popugs->world.turn,
                              .now_ms = clock_wall_ms()};
}

struct leasing {
    struct popug_world *popugs;
    struct payment_job job;
    bool is_leased;
};

static enum status lease(struct world *world, struct member *member, void *context)
{
    (void)world;
    struct leasing *leasing = context;
    struct chore_run run = run_of(leasing->popugs, member);
    void *job = NULL;
    run.call = telling_call(&run);
    enum status status = payment_dispatch.lease(&run, &job);
    leasing->is_leased = status == STATUS_OK && job != NULL;
    if (leasing->is_leased) {
        leasing->job = *(struct payment_job *)job;
        struct payment *payment = &leasing->job.payment;
        payment->currency = kept(leasing->popugs, payment->currency);
        payment->channel = kept(leasing->popugs, payment->channel);
        payment->destination = kept(leasing->popugs, payment->destination);
        payment->status = kept(leasing->popugs, payment->status);
        payment->reference = NO_TEXT;
        payment->reason = NO_TEXT;
    }
    return status;
}

static void forget_lost(struct popug_world *popugs)
{
    if (popugs->crashes_seen != popugs->world.crash_count) {
        popugs->crashes_seen = popugs->world.crash_count;
        popugs->job_count = 0;
    }
}

static bool take_one(struct popug_world *popugs)
{
    struct leasing leasing = {.popugs = popugs};
    enum status status =
        world_write(&popugs->world, popug_member(popugs, "payments"), lease, &leasing);
    forget_lost(popugs);
    if (status != STATUS_OK || !leasing.is_leased) {
        return false;
    }
    ask_bank(popugs, &leasing.job);
    popugs->jobs[popugs->job_count++] = leasing.job;
    return true;
}

/* ---- noted ---- */

struct noting {
    struct popug_world *popugs;
    struct payment_job job;
};

static enum status note(struct world *world, struct member *member, void *context)
{
    (void)world;
    struct noting *noting = context;
    struct chore_run run = run_of(noting->popugs, member);
    run.call = telling_call(&run);
    return payment_dispatch.note(&run, &noting->job);
}

static void note_one(struct popug_world *popugs)
{
    size_t which = dice_below(&popugs->world.dice, popugs->job_count);
    struct noting noting = {popugs, popugs->jobs[which]};
    popugs->jobs[which] = popugs->jobs[--popugs->job_count];
    enum status status =
        world_write(&popugs->world, popug_member(popugs, "payments"), note, &noting);
    world_say(&popugs->world, "what came of a payment is noted: %s", status_text(status));
    forget_lost(popugs);
}

void popug_pay(struct popug_world *popugs)
{
    forget_lost(popugs);
    if (popugs->bank_count > 0 && throws(popugs, 20)) {
        struct bank_entry *entry =
            &popugs->bank[dice_below(&popugs->world.dice, popugs->bank_count)];
        if (entry->is_late) {
            settle_late(entry);
            world_say(&popugs->world, "a payment that was late is made");
        }
    }
    if (popugs->job_count > 0 &&
        (popugs->job_count == JOBS_MAX || dice_percent(&popugs->world.dice, 50))) {
        note_one(popugs);
    } else {
        (void)take_one(popugs);
    }
}

bool popug_pay_all(struct popug_world *popugs)
{
    bool any = false;
    forget_lost(popugs);
    while (popugs->job_count > 0 || take_one(popugs)) {
        note_one(popugs);
        any = true;
    }
    return any;
}
