/* desk_service.c - a small service that writes down what comes in, and goes wrong as it is told. */
#include "tests/lib/desk/desk_service.h"

#include "base/log.h"

static const struct field note_fields[] = {
    {.name = "how",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct note, how),
     .bytes_max = 40,
     .may_be_empty = true},
    {.name = "amount",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct note, amount),
     .required = true},
};
const struct shape note_shape = {.name = "Note",
                                 .fields = note_fields,
                                 .field_count = COUNT_OF(note_fields),
                                 .bytes = sizeof(struct note)};

#define AT(member) .offset = offsetof(struct effect, member)
static const struct field effect_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, AT(number)},
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "subject", .kind = FIELD_TEXT, AT(subject)},
    {.name = "actor", .kind = FIELD_TEXT, AT(actor)},
    {.name = "trace", .kind = FIELD_TEXT, AT(trace)},
    {.name = "attempt", .kind = FIELD_INTEGER, AT(attempt)},
    {.name = "amount", .kind = FIELD_INTEGER, AT(amount)},
};
#undef AT
static const struct shape effect_shape = {.name = "Effect",
                                          .fields = effect_fields,
                                          .field_count = COUNT_OF(effect_fields),
                                          .bytes = sizeof(struct effect)};

enum { DESK_BIG_BYTES = 1024 * 1024 };

static const struct statement effect_add = {
    .sql = "INSERT INTO desk.effect (name, subject, actor, trace, attempt, amount)"
           " VALUES ($1, $2, $3, $4, $5, $6)",
};
const struct statement effect_list = {
    .sql = "SELECT number, name, subject, actor, trace, attempt, amount FROM desk.effect"
           " ORDER BY number",
    .gives = &effect_shape,
    .rows_max = EFFECTS_MAX,
};
const struct statement twin_add = {.sql = "INSERT INTO desk.twin (id) VALUES (1)"};

static const struct migration desk_migrations[] = {
    {
        .version = 1,
        .name = "effect",
        .sqlite = "CREATE TABLE desk.effect (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                  " subject TEXT NOT NULL, actor TEXT, trace TEXT, attempt INTEGER NOT NULL,"
                  " amount INTEGER NOT NULL) STRICT;"
                  "CREATE TABLE desk.twin (id INTEGER PRIMARY KEY) STRICT;"
                  "INSERT INTO desk.twin (id) VALUES (1);",
        .postgres = "CREATE TABLE desk.effect (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY"
                    " KEY, name text NOT NULL, subject text NOT NULL, actor text, trace text,"
                    " attempt bigint NOT NULL, amount bigint NOT NULL);"
                    "CREATE TABLE desk.twin (id bigint PRIMARY KEY);"
                    "INSERT INTO desk.twin (id) VALUES (1);",
    },
};

static const struct refusal desk_no = {"no", 409, "The answer is no."};

struct desk_world desk_world;

const struct event desk_events[] = {
    {.name = "desk.heard", .version = 1, .data = &note_shape, .summary = "Something was heard"},
};

static enum status desk_on_reply(struct call *call);

const struct errand desk_errands[] = {
    {.service = "till",
     .command = "till.charge",
     .data = &note_shape,
     .takes = &note_shape,
     .on_reply = desk_on_reply,
     .retry = {.attempts_max = 3},
     .deadline_ms = 5000},
    {.service = "till", .command = "till.forget", .deadline_ms = 5000},
};

static bool desk_is(struct text how, const char *wanted)
{
    return how.data != NULL && text_equals(how, text_of(wanted));
}

static enum status desk_write(struct call *call, int64_t amount)
{
    const struct message *message = call->message;
    return store_exec(call->store, &effect_add,
                      VALUES(value_text(message->name), value_text(message->subject),
                             value_text(message->actor), value_text(message->trace),
                             value_integer(call->attempt), value_integer(amount)),
                      NULL);
}

static enum status desk_lose_once(void)
{
    if (desk_world.conflicts == 0) {
        return STATUS_OK;
    }
    desk_world.conflicts--;
    return STATUS_CONFLICT;
}

static enum status desk_tell(struct call *call, struct text how)
{
    const struct note heard = {.how = TEXT(""), .amount = 7};
    enum status status = tell(call, &desk_events[0], call->message->subject, FIELD_NONE, &heard);
    if (status == STATUS_OK && desk_is(how, "tell_refuse")) {
        return refuse(call, &desk_no);
    }
    return status == STATUS_OK && desk_is(how, "tell_conflict_once") ? desk_lose_once() : status;
}

static enum status desk_go_wrong(struct call *call, struct text how)
{
    if (desk_is(how, "refuse") || desk_is(how, "early_refuse")) {
        return refuse(call, &desk_no);
    }
    if (desk_is(how, "fail") || desk_is(how, "early_fail")) {
        log_say(LOG_WARNING, "desk", "it fails");
        return STATUS_UNAVAILABLE;
    }
    if (desk_is(how, "exists")) {
        return store_exec(call->store, &twin_add, NO_VALUES, NULL);
    }
    if (desk_is(how, "conflict_once")) {
        return desk_lose_once();
    }
    return desk_is(how, "conflict") ? STATUS_CONFLICT : STATUS_OK;
}

static enum status desk_behave(struct call *call, struct text how)
{
    if (atomic_load(&desk_world.is_mended)) {
        return STATUS_OK;
    }
    if (how.data != NULL && text_starts_with(how, TEXT("tell"))) {
        return desk_tell(call, how);
    }
    if (desk_is(how, "errand")) {
        return tell_to(call, &desk_errands[0], call->message->subject,
                       &(struct note){.how = TEXT(""), .amount = 9}, NULL);
    }
    if (desk_is(how, "big")) {
        (void)arena_take_raw(call->arena, DESK_BIG_BYTES);
    }
    if (desk_is(how, "arm") && desk_world.plan.calls != 0) {
        desk_world.fault = desk_world.plan;
        desk_world.plan.calls = 0;
    }
    return desk_go_wrong(call, how);
}

static enum status desk_handle(struct call *call)
{
    const struct note nothing = {.how = TEXT(""), .amount = 0};
    const struct note *note = call->input != NULL ? call->input : &nothing;
    bool is_early = note->how.data != NULL && text_starts_with(note->how, TEXT("early"));
    enum status status = STATUS_OK;
    atomic_fetch_add(&desk_world.runs, 1);
    atomic_store(&desk_world.input, call->input);
    if (!is_early || atomic_load(&desk_world.is_mended)) {
        status = desk_write(call, note->amount);
    }
    if (status == STATUS_OK) {
        status = desk_behave(call, note->how);
    }
    return status == STATUS_OK && call->gives != NULL ? answer(call, note) : status;
}

/* The amount says how it ended: what the reply says, or -1 refused, -2 expired. */
static enum status desk_on_reply(struct call *call)
{
    const struct note *note = call->input;
    bool is_refused = text_equals(call->message->outcome, outcome_refused);
    int64_t amount = note != NULL ? note->amount : is_refused ? -1 : -2;
    atomic_fetch_add(&desk_world.runs, 1);
    enum status status = desk_write(call, amount);
    bool fails = desk_world.conflicts > 0 && !atomic_load(&desk_world.is_mended);
    return status == STATUS_OK && fails ? STATUS_UNAVAILABLE : status;
}

static const struct subscription desk_subscriptions[] = {
    {.event = "shop.ordered",
     .version = 1,
     .takes = &note_shape,
     .handle = desk_handle,
     .retry = {.attempts_max = 3}},
    {.event = "shop.plain", .version = 1, .handle = desk_handle},
    {.event = "desk.heard", .version = 1, .handle = desk_handle},
};

static const struct command desk_commands[] = {
    {.name = "desk.do",
     .summary = "Does something",
     .takes = &note_shape,
     .gives = &note_shape,
     .handle = desk_handle,
     .retry = {.attempts_max = 2}},
};

const struct timer desk_timers[] = {{.name = "ring", .handle = desk_handle}};

const struct service desk_service = {
    .name = "desk",
    .purpose = "Writes down what comes in",
    .migrations = desk_migrations,
    .migration_count = COUNT_OF(desk_migrations),
    .events = desk_events,
    .event_count = COUNT_OF(desk_events),
    .subscriptions = desk_subscriptions,
    .subscription_count = COUNT_OF(desk_subscriptions),
    .commands = desk_commands,
    .command_count = COUNT_OF(desk_commands),
    .errands = desk_errands,
    .errand_count = COUNT_OF(desk_errands),
    .timers = desk_timers,
    .timer_count = COUNT_OF(desk_timers),
};
