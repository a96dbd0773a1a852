/* popug_world.c - thirty days of a company of popugs, by a seed. */
#include "tests/lib/popug/popug_world.h"

#include "apps/popug/accounts/accounts.h"
#include "apps/popug/board/popug_board.h"
#include "apps/popug/board/work_item.h"
#include "apps/popug/payments/payments.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/cases.h"
#include "runtime/input.h"
#include "runtime/intake/intake.h"
#include "runtime/later/schedule_run.h"
#include "runtime/runtime.h"
#include "runtime/telling.h"
#include "store/sqlite.h"
#include "tests/lib/check.h"
#include "tests/lib/disk/one_process.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ARENA_BYTES_MAX = 512 * 1024 * 1024,
    HOUR_MS = 60 * 60 * 1000,
    PEACE_ROUNDS_MAX = 400,
    SERVICES = 5,
    WATCH_EVERY = 100,
};
/* Each seed has a time of its own, for ids only grow in a process: so it is the same world whether
 * others were before it or not. */
static const int64_t beginning_ms = 1798761600000; /* 2027-01-01 */
static const int64_t apart_ms = (int64_t)40 * 24 * HOUR_MS;

struct member *popug_member(struct popug_world *popugs, const char *service)
{
    struct member *found = NULL;
    for (size_t i = 0; i < popugs->world.member_count; i++) {
        if (strcmp(popugs->world.members[i].service->name, service) == 0) {
            found = &popugs->world.members[i];
        }
    }
    MUST(found != NULL);
    return found;
}

/* ---- a request without a server ---- */

struct wish {
    const char *service;
    const char *operation;
    struct text input; /* JSON, of path and body together */
    struct id person;
    const void *gathered;

    struct text body; /* of the answer */
};

static const struct route *route_of(const struct service *service, const char *operation)
{
    const struct route *found = NULL;
    for (size_t i = 0; i < service->route_count; i++) {
        if (strcmp(service->routes[i].operation, operation) == 0) {
            found = &service->routes[i];
        }
    }
    MUST(found != NULL);
    return found;
}

/* Path and body in one object. */
static const void *input_of(struct world *world, const struct shape *takes, struct text json)
{
    struct field *fields = ARENA_ARRAY(world->turn, struct field, takes->field_count);
    struct shape all = *takes;
    struct input_data data;
    struct text error;
    for (size_t i = 0; i < takes->field_count; i++) {
        fields[i] = takes->fields[i];
        fields[i].place = FIELD_IN_BODY;
    }
    all.fields = fields;
    enum status status = input_read_data(world->turn, &all, json, &data, &error);
    MUST(status == STATUS_OK);
    return data.structure;
}

static enum status handle(struct world *world, struct member *member, void *context)
{
    struct wish *wish = context;
    const struct route *route = route_of(member->host.service, wish->operation);
    struct http_exchange *exchange = ARENA_NEW(world->turn, struct http_exchange);
    struct call call = world_call(world, member, "somebody");
    exchange->arena = world->turn;
    exchange->request.method = route->method;
    call.caller = (struct caller){.kind = CALLER_ROOT, .person = wish->person};
    call.message = NULL;
    call.exchange = exchange;
    call.route = route;
    call.input = route->takes == NULL ? NULL : input_of(world, route->takes, wish->input);
    call.given = UINT64_MAX;
    call.takes = route->takes;
    call.gives = route->gives;
    call.gathered = wish->gathered;
    enum status status = route->handle(&call);
    wish->body = exchange->answer.body.data != NULL ? text_copy(world->look, exchange->answer.body)
                                                    : TEXT("{}");
    return status;
}

static enum status ask_for(struct popug_world *popugs, struct wish *wish)
{
    enum status status =
        world_write(&popugs->world, popug_member(popugs, wish->service), handle, wish);
    world_say(&popugs->world, "%s: %s", wish->operation, status_text(status));
    return status;
}

/* ---- what people do ---- */

static struct id some_id(struct popug_world *popugs)
{
    struct id id;
    for (size_t i = 0; i < ID_BYTES; i++) {
        id.bytes[i] = (uint8_t)dice_number(&popugs->world.dice);
    }
    return id;
}

static struct id somebody(struct popug_world *popugs)
{
    return popugs->popugs[dice_below(&popugs->world.dice, popugs->popug_count)];
}

struct hiring {
    struct id who;
    bool is_boss;
};

static enum status hire_one(struct world *world, struct member *member, void *context)
{
    const struct hiring *hiring = context;
    struct call call = world_call(world, member, "somebody");
    return popug_hire(&call, hiring->who, hiring->is_boss);
}

static void hire(struct popug_world *popugs)
{
    struct hiring hiring = {some_id(popugs), id_is_none(popugs->boss)};
    enum status status =
        world_write(&popugs->world, popug_member(popugs, "users"), hire_one, &hiring);
    world_say(&popugs->world, "somebody is hired: %s", status_text(status));
    if (status == STATUS_OK && hiring.is_boss) {
        popugs->boss = hiring.who;
    } else if (status == STATUS_OK) {
        popugs->popugs[popugs->popug_count++] = hiring.who;
    }
}

static const void *price(struct popug_world *popugs)
{
    struct dice *dice = &popugs->world.dice;
    struct input_data data;
    struct text error;
    struct text drawn = text_format(
        popugs->world.look, "{\"fee_minor\":%lld,\"reward_minor\":%lld,\"currency\":\"USD\"}",
        (long long)dice_between(dice, 10, 20) * 100, (long long)dice_between(dice, 20, 40) * 100);
    enum status status =
        input_read_data(popugs->world.look, item_ask_price.takes, drawn, &data, &error);
    MUST(status == STATUS_OK);
    return data.structure;
}

static struct id id_in(struct popug_world *popugs, struct text body)
{
    const struct json *root = NULL;
    struct json_error error;
    struct id id = {{0}};
    enum { VALUES_MAX = 100 };
    MUST(json_read(popugs->world.look, body, VALUES_MAX, &root, &error) == STATUS_OK);
    const struct json *member = json_member(root, TEXT("id"));
    MUST(member != NULL && id_read(member->text, &id));
    return id;
}

static void create(struct popug_world *popugs)
{
    struct wish wish = {.service = "board",
                        .operation = "create_task",
                        .input = TEXT("{\"title\":\"Feed the parrots\"}"),
                        .person = somebody(popugs),
                        .gathered = price(popugs)};
    if (popugs->task_count < TASKS_MAX && ask_for(popugs, &wish) == STATUS_OK) {
        popugs->tasks[popugs->task_count++].id = id_in(popugs, wish.body);
    }
}

/* One of the newest, by whoever has it, or by somebody who has not. */
static void finish(struct popug_world *popugs)
{
    enum { NEWEST = 15 };
    if (popugs->task_count == 0) {
        return;
    }
    size_t back = 1 + dice_below(&popugs->world.dice,
                                 popugs->task_count < NEWEST ? popugs->task_count : NEWEST);
    struct told_task *chosen = &popugs->tasks[popugs->task_count - back];
    struct text id = id_text(popugs->world.look, chosen->id);
    struct wish wish = {
        .service = "board",
        .operation = "finish_task",
        .input = text_format(popugs->world.look, "{\"task_id\":\"%.*s\"}", TEXT_ARGS(id)),
    };
    bool was_done = !id_is_none(chosen->finished_by);
    for (size_t i = 0; i < popugs->popug_count; i++) {
        wish.person = popugs->popugs[i];
        enum status status = ask_for(popugs, &wish);
        if (status == STATUS_OK && was_done) {
            world_violated(&popugs->world, "a task is done a second time");
        }
        if (status != STATUS_REFUSED) {
            chosen->finished_by = status == STATUS_OK ? wish.person : chosen->finished_by;
            return;
        }
    }
}

static void press(struct popug_world *popugs)
{
    struct wish wish = {.service = "board", .operation = "shuffle_tasks", .person = popugs->boss};
    (void)ask_for(popugs, &wish);
}

static void end_day(struct popug_world *popugs)
{
    struct wish wish = {.service = "accounts", .operation = "end_day", .person = popugs->boss};
    (void)ask_for(popugs, &wish);
}

static void act(struct popug_world *popugs)
{
    size_t number = dice_below(&popugs->world.dice, 100);
    if (id_is_none(popugs->boss) || popugs->popug_count < 2 ||
        (popugs->popug_count < POPUGS_MAX && number < 4)) {
        hire(popugs);
    } else if (number < 42) {
        create(popugs);
    } else if (number < 91) {
        finish(popugs);
    } else if (number < 96) {
        press(popugs);
    } else {
        end_day(popugs);
    }
}

/* ---- days ---- */

struct running {
    chore_fn *chore;
    bool more;
};

static enum status run_piece(struct world *world, struct member *member, void *context)
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

static void run_chore(struct world *world, struct member *member, chore_fn *chore)
{
    enum { PIECES_MOST = 10 };
    struct running running = {.chore = chore, .more = true};
    for (int piece = 0; piece < PIECES_MOST && running.more; piece++) {
        running.more = false;
        enum status status = world_write(world, member, run_piece, &running);
        running.more = running.more && status == STATUS_OK;
    }
}

/* Those that have something to do; in peace all of them run. */
static void run_some_chores(struct popug_world *popugs)
{
    struct world *world = &popugs->world;
    run_chore(world, popug_member(popugs, "accounts"), later_run_schedules);
    for (size_t i = 0; i < world->member_count; i++) {
        struct member *member = &world->members[i];
        run_chore(world, member, intake_retry);
        for (size_t k = 0; k < member->host.service->chore_count; k++) {
            run_chore(world, member, member->host.service->chores[k].run);
        }
    }
    if (dice_percent(&world->dice, 10)) {
        run_chores(world);
    }
}

static void pass_time(struct popug_world *popugs)
{
    struct world *world = &popugs->world;
    if (dice_percent(&world->dice, world->rates.jumps)) {
        ports_set_wall(clock_wall_ms() + dice_between(&world->dice, -3 * HOUR_MS, 3 * HOUR_MS));
        world_say(world, "somebody sets the clock");
    }
    ports_pass(dice_between(&world->dice, 0, 16 * HOUR_MS));
    run_some_chores(popugs);
}

static void trouble(struct popug_world *popugs)
{
    struct world *world = &popugs->world;
    int64_t until_ms = clock_wall_ms() + (int64_t)POPUG_DAYS * 24 * HOUR_MS;
    unsigned crash = world->rates.crash;
    while (clock_wall_ms() < until_ms && !text_is_given(world->violation)) {
        size_t number = dice_below(&world->dice, 100);
        world->step++;
        world->rates.crash = dice_percent(&world->dice, 25) ? crash : 0; /* it takes long */
        if (number < 34) {
            act(popugs);
        } else if (number < 68) {
            move_message(world);
        } else if (number < 86) {
            popug_pay(popugs);
        } else {
            pass_time(popugs);
        }
        if (world->step % WATCH_EVERY == 0) {
            popug_watch(popugs);
        }
        arena_reset(world->turn);
        arena_reset(world->look);
    }
}

static void peace(struct popug_world *popugs)
{
    enum { ROUND_MS = 11 * 60 * 1000 };
    struct world *world = &popugs->world;
    bool rests = false;
    world->is_friendly = true;
    world_say(world, "peace: from now on nothing goes wrong, and nobody asks for anything");
    for (int round = 0; round < PEACE_ROUNDS_MAX && !rests; round++) {
        bool goes_on = deliver_all(world);
        goes_on = popug_pay_all(popugs) || goes_on;
        run_chores(world);
        rests = !goes_on && popug_rests(popugs);
        ports_pass(goes_on ? 0 : ROUND_MS);
        arena_reset(world->turn);
        arena_reset(world->look);
    }
    popug_watch(popugs);
    if (!text_is_given(world->violation)) {
        popug_watch_end(popugs);
    }
}

/* ---- the whole of it ---- */

static enum status open_rows(const char *directory, const char *service,
                             struct store_source **source_out, struct text *error_out)
{
    return sqlite_source(&(struct sqlite_options){.directory = directory, .schema = service},
                         source_out, error_out);
}

/* In memory: what must survive here is the end of a process, not of the electric power. */
static const char *make_directory(struct arena *arena)
{
    static const char in_memory[] = "/dev/shm/kontora-popugs-XXXXXX";
    char *path = arena_take(arena, sizeof in_memory);
    memcpy(path, in_memory, sizeof in_memory);
    return mkdtemp(path) != NULL ? path : test_directory();
}

static void remove_rows(struct arena *arena, const char *directory)
{
    DIR *folder = opendir(directory);
    for (const struct dirent *entry = folder ? readdir(folder) : NULL; entry != NULL;
         entry = readdir(folder)) {
        if (entry->d_name[0] != '.') {
            (void)unlink(text_format(arena, "%s/%s", directory, entry->d_name).data);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    (void)rmdir(directory);
}

static unsigned some_rate(struct dice *dice, unsigned most)
{
    return dice_percent(dice, 30) ? 0 : (unsigned)dice_between(dice, 1, most);
}

static void draw_rates(struct world *world)
{
    struct dice *dice = &world->dice;
    world->rates = (struct rates){
        .crash = some_rate(dice, 3),
        .trouble = some_rate(dice, 8),
        .lost = some_rate(dice, 30),
        .doubled = some_rate(dice, 50),
        .mixed = some_rate(dice, 30),
        .jumps = some_rate(dice, 10),
    };
}

static const struct config *read_config(struct arena *arena)
{
    static const char *const flags[] = {"--payments.provider=http://bank.example"};
    const struct config *config = NULL;
    struct text error;
    enum status status =
        config_load(arena,
                    &(struct config_sources){.settings = runtime_settings,
                                             .setting_count = runtime_setting_count,
                                             .flags = flags,
                                             .flag_count = COUNT_OF(flags)},
                    &config, &error);
    MUST(status == STATUS_OK);
    return config;
}

static void live(struct popug_world *popugs)
{
    static struct case_work no_work;
    const struct service *const services[SERVICES] = {&popug_users, &popug_letters, &board_service,
                                                      &accounts_service, &payments_service};
    struct world *world = &popugs->world;
    struct text error = NO_TEXT;
    memcpy(world->cast.services, services, sizeof services);
    world->cast.service_count = SERVICES;
    world->cast.work = &no_work;
    enum status status = world_open(world, &error);
    CHECK_STATUS(status, STATUS_OK);
    trouble(popugs);
    if (!text_is_given(world->violation)) {
        peace(popugs);
    }
    world_close(world);
}

static void report(const struct popug_world *popugs, struct arena *arena,
                   struct popug_report *report_out)
{
    const struct world *world = &popugs->world;
    size_t count = world->line_count < WORLD_LAST_LINES ? world->line_count : WORLD_LAST_LINES;
    struct text *last = ARENA_ARRAY(arena, struct text, count + 1);
    for (size_t i = 0; i < count; i++) {
        size_t line = (world->line_count - count + i) % WORLD_LAST_LINES;
        last[i] = text_copy(arena, text_of(world->lines[line]));
    }
    *report_out = (struct popug_report){
        .violation = text_is_given(world->violation) ? text_copy(arena, world->violation) : NO_TEXT,
        .last = {last, count},
        .trace_hash = world->hash,
        .steps = world->step,
        .crashes = world->crash_count,
        .tasks = popugs->task_count,
    };
    for (size_t i = 0; i < popugs->bank_count; i++) {
        report_out->paid += popugs->bank[i].paid;
    }
}

void popug_world_run(struct arena *arena, uint64_t seed, struct popug_report *report_out)
{
    static const struct sim_options options = {.open = open_rows};
    struct popug_world *popugs = ARENA_NEW(arena, struct popug_world);
    popugs->world = (struct world){
        .options = &options,
        .arena = arena_create("world", ARENA_BYTES_MAX),
        .life = arena_create("life", ARENA_BYTES_MAX),
        .turn = arena_create("turn", ARENA_BYTES_MAX),
        .look = arena_create("look", ARENA_BYTES_MAX),
        .dice = {.state = seed},
        .hash = 14695981039346656037u,
    };
    one_process();
    popugs->world.directory = make_directory(popugs->world.arena);
    popugs->config = read_config(popugs->world.arena);
    log_threshold(LOG_NOTHING);
    draw_rates(&popugs->world);
    ports_take(seed, beginning_ms + (int64_t)seed * apart_ms);
    live(popugs);
    ports_give_back();
    log_threshold(LOG_INFO);
    report(popugs, arena, report_out);
    remove_rows(popugs->world.arena, popugs->world.directory);
    arena_destroy(&popugs->world.look);
    arena_destroy(&popugs->world.turn);
    arena_destroy(&popugs->world.life);
    arena_destroy(&popugs->world.arena);
}
