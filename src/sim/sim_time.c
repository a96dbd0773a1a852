/* sim_time.c - time passes, what is due is done, and now and then somebody sets the clock. */
#include "base/clock.h"
#include "runtime/intake/intake.h"
#include "runtime/later/schedule_run.h"
#include "runtime/later/timer_run.h"
#include "runtime/telling.h"
#include "sim/sim_store.h"
#include "sim/sim_world.h"

enum { PIECES_MOST = 20, MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

struct running {
    chore_fn *chore;
    bool more;
};

static enum status run_chore(struct world *world, struct member *member, void *context)
{
    struct running *running = context;
    struct chore_run run = {.host = &member->host,
                            .store = member->store,
                            .arena = world->turn,
                            .now_ms = clock_wall_ms()};
    run.call = telling_call(&run);
    enum status status = running->chore(&run);
    running->more = status == STATUS_OK && run.more;
    return status;
}

static void run_until_done(struct world *world, struct member *member, chore_fn *chore)
{
    struct running running = {.chore = chore, .more = true};
    for (int piece = 0; piece < PIECES_MOST && running.more; piece++) {
        running.more = false;
        enum status status = world_write(world, member, run_chore, &running);
        if (status != STATUS_OK) { /* it is tried again */
            world_say(world, "... a chore of %s: %s", member->host.service->name,
                      status_text(status));
        }
    }
}

void run_chores(struct world *world)
{
    static chore_fn *const chores[] = {later_run_timers, later_run_schedules, intake_retry,
                                       intake_expire,    intake_free_orphans, intake_forget};
    for (size_t i = 0; i < world->member_count; i++) {
        struct member *member = &world->members[i];
        for (size_t k = 0; k < COUNT_OF(chores); k++) {
            run_until_done(world, member, chores[k]);
        }
        for (size_t k = 0; k < member->host.service->chore_count; k++) {
            run_until_done(world, member, member->host.service->chores[k].run);
        }
    }
}

/* Of all services; 0: nothing is. */
int64_t soonest_due(struct world *world)
{
    int64_t soonest = 0;
    for (size_t i = 0; i < world->member_count; i++) {
        struct due due = {0};
        struct store *store = world_look(&world->members[i]);
        enum status status = sim_soonest(store, world->look, &due);
        MUST(status == STATUS_OK);
        world_looked(store);
        if (due.at != 0 && (soonest == 0 || due.at < soonest)) {
            soonest = due.at;
        }
    }
    return soonest;
}

static void pass(struct world *world)
{
    int64_t due_at = soonest_due(world);
    int64_t now_ms = clock_wall_ms();
    if (due_at > now_ms && dice_percent(&world->dice, 60)) {
        ports_pass(due_at - now_ms);
        world_say(world, "time passes, until something is due");
    } else {
        int64_t most = dice_percent(&world->dice, 20) ? DAY_MS : 5 * MINUTE_MS;
        ports_pass(dice_between(&world->dice, 0, most));
        world_say(world, "time passes");
    }
}

void move_time(struct world *world)
{
    if (dice_percent(&world->dice, world->rates.jumps)) {
        int64_t by_ms = dice_between(&world->dice, -6 * HOUR_MS, 6 * HOUR_MS);
        ports_set_wall(clock_wall_ms() + by_ms);
        world_say(world, "somebody sets the clock");
    } else {
        pass(world);
    }
    run_chores(world);
}
