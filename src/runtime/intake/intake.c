/* intake.c - a batch of messages as one piece of work. */
#include "runtime/intake/intake.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "bus/message_trace.h"
#include "runtime/intake/intake_apply.h"
#include "runtime/intake/parked_store.h"

enum { CURSORS_MAX = 64, TRIES_MAX = 3, ARENA_BYTES_MAX = 16 * 1024 * 1024 };

/* How far one source has come in on the channel of the batch. */
struct place {
    struct text source;
    int64_t cursor;
    bool has_moved;
};

struct intake {
    struct work work;
    struct host *host;
    struct bus *bus;
    struct bus_batch *batch;

    /* Of one run. */
    struct store *store;
    struct arena *arena; /* of the message at hand: reset before each */
    bool has_marks;
    struct place places[CURSORS_MAX];
    size_t place_count;
    bool any_parked;
    bool has_stopped; /* before the end of the batch; what came before is kept */
    bool wrote;
    struct work_effects effects;
};

static struct intake *intake_of(struct work *work)
{
    return (struct intake *)(void *)((char *)work - offsetof(struct intake, work));
}

/* NULL: there is no room for another source; this far, and the rest comes again. */
static enum status find_place(struct intake *intake, struct text source, struct place **place_out)
{
    *place_out = NULL;
    for (size_t i = 0; i < intake->place_count; i++) {
        if (text_equals(intake->places[i].source, source)) {
            *place_out = &intake->places[i];
            return STATUS_OK;
        }
    }
    if (intake->place_count == CURSORS_MAX) {
        return STATUS_OK;
    }
    struct place *place = &intake->places[intake->place_count];
    *place = (struct place){.source = source};
    enum status status =
        cursor_find(intake->store, intake->arena, source, intake->batch->channel, &place->cursor);
    if (status == STATUS_OK && !intake->any_parked) {
        /* Only now: another process may have parked one of this source while we waited for it. */
        status = parked_any(intake->store, intake->arena, &intake->any_parked);
    }
    if (status == STATUS_OK) {
        intake->place_count++;
        *place_out = place;
    }
    return status;
}

/* ABSENT: it lacks the mark for that. */
static enum status undo(const struct intake *intake, unsigned long writes_before)
{
    if (intake->has_marks) {
        return store_undo(intake->store);
    }
    return store_is_untouched(intake->store, writes_before) ? STATUS_OK : STATUS_ABSENT;
}

/* OK with what came of it in why_out: OK, or why it failed and was undone. ABSENT: only with marks
 * can it go on. Else the transaction is lost. */
static enum status apply_or_undo(struct intake *intake, struct applying *applying,
                                 enum status *why_out)
{
    unsigned long writes_before = intake->store->writes;
    enum status status = intake->has_marks ? store_mark(intake->store) : STATUS_OK;
    if (status != STATUS_OK) {
        return status;
    }
    *why_out = intake_apply(applying);
    if (*why_out == STATUS_OK) {
        TRACE(
            message_trace(intake->store, "apply", intake->host->service->name, applying->message));
        return STATUS_OK;
    }
    return applying->needs_mark ? STATUS_ABSENT : undo(intake, writes_before);
}

/* Who has lost a race sees the winner's rows when it runs again; who loses always has failed. A
 * store in trouble cannot undo, or not park: so what is parked is the fault of its handler. */
static enum status apply_or_park(struct intake *intake, const struct message *message)
{
    struct applying applying;
    enum status why = STATUS_CONFLICT;
    for (int i = 0; i < TRIES_MAX && why == STATUS_CONFLICT; i++) {
        arena_reset(intake->arena);
        applying = (struct applying){
            .host = intake->host,
            .store = intake->store,
            .arena = intake->arena,
            .message = message,
            .attempt = 1,
            .now_ms = clock_wall_ms(),
            .has_mark = intake->has_marks,
        };
        enum status status = apply_or_undo(intake, &applying, &why);
        if (status != STATUS_OK) {
            return status;
        }
    }
    enum status status = STATUS_OK;
    if (why != STATUS_OK) {
        intake->any_parked = true;
        status = intake_park(&applying);
    }
    work_add_effects(&intake->effects, &applying.effects);
    return status;
}

static enum status park_behind(struct intake *intake, const struct message *message)
{
    return intake_park_behind(&(struct applying){
        .host = intake->host,
        .store = intake->store,
        .arena = intake->arena,
        .message = message,
        .now_ms = clock_wall_ms(),
    });
}

/* A bus may bring what nobody here wants: that is only counted. */
static enum status take_in(struct intake *intake, const struct message *message)
{
    bool is_held = false;
    enum status status = STATUS_OK;
    if (message_is(message, message_event) && !intake_wants(intake->host->service, message)) {
        return STATUS_OK;
    }
    if (intake->any_parked) {
        status = parked_line_is_held(intake->store, intake->arena, message->source,
                                     intake_line(message), &is_held);
    }
    if (status != STATUS_OK) {
        return status;
    }
    return is_held ? park_behind(intake, message) : apply_or_park(intake, message);
}

/* OK: dealt with, whether it had been here before or not; or has_stopped before it. */
static enum status take_one(struct intake *intake, const struct message *message)
{
    struct place *place;
    arena_reset(intake->arena);
    enum status status = find_place(intake, message->source, &place);
    if (status != STATUS_OK) {
        return status;
    }
    if (place == NULL) {
        intake->has_stopped = true;
        return STATUS_OK;
    }
    if (message->position <= place->cursor) {
        TRACE(message_trace_look(intake->store, "duplicate", intake->host->service->name, message));
        return STATUS_OK; /* it was counted when it came first */
    }
    if (message->previous > place->cursor && !SEEDED_BUG("intake_ignores_gaps")) {
        TRACE(message_trace_look(intake->store, "gap", intake->host->service->name, message));
        intake->has_stopped = true; /* one is missing before it */
        return STATUS_OK;
    }
    status = take_in(intake, message);
    if (status == STATUS_OK) {
        place->cursor = message->position;
        place->has_moved = true;
    }
    return status;
}

static enum status move_cursors(struct intake *intake)
{
    for (size_t i = 0; i < intake->place_count; i++) {
        const struct place *place = &intake->places[i];
        intake->wrote = intake->wrote || place->has_moved;
        if (place->has_moved && !SEEDED_BUG("cursor_not_moved")) {
            enum status status =
                cursor_move(intake->store, place->source, intake->batch->channel, place->cursor);
            if (status != STATUS_OK) {
                return status;
            }
        }
    }
    return STATUS_OK;
}

/* The reader of the journal has seen more than it delivered: nobody here wanted the rest. */
static enum status note_upto(struct intake *intake)
{
    const struct bus_batch *batch = intake->batch;
    struct place *place;
    if (batch->upto == 0 || intake->has_stopped) {
        return STATUS_OK;
    }
    enum status status = find_place(intake, batch->source, &place);
    if (status == STATUS_OK && place != NULL && batch->upto > place->cursor) {
        place->cursor = batch->upto;
        place->has_moved = true;
    }
    return status;
}

static enum status take_batch(struct intake *intake)
{
    const struct bus_batch *batch = intake->batch;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < batch->count && status == STATUS_OK && !intake->has_stopped; i++) {
        status = take_one(intake, &batch->messages[i]);
    }
    if (status == STATUS_OK) {
        status = note_upto(intake);
    }
    return status == STATUS_OK ? move_cursors(intake) : status;
}

static struct work_outcome outcome_of(const struct intake *intake, enum status status)
{
    if (status == STATUS_OK) {
        return (struct work_outcome){
            .result = WORK_DONE, .wrote = intake->wrote, .effects = intake->effects};
    }
    if (status == STATUS_ABSENT) {
        return (struct work_outcome){.result = WORK_NEEDS_MARK};
    }
    return (struct work_outcome){.result = WORK_FAULT, .fault = status};
}

static struct work_outcome run(struct work *work, struct store *store, bool with_mark)
{
    struct intake *intake = intake_of(work);
    intake->store = store;
    intake->has_marks = with_mark;
    intake->arena = arena_create("message", ARENA_BYTES_MAX);
    intake->place_count = 0;
    intake->has_stopped = false;
    intake->any_parked = false;
    intake->wrote = false;
    intake->effects = (struct work_effects){0};
    enum status status = take_batch(intake);
    FAULT_POINT("intake_ran");
    arena_destroy(&intake->arena);
    return outcome_of(intake, status);
}

static void finish(struct work *work, enum status status)
{
    struct intake *intake = intake_of(work);
    if (status == STATUS_OK && intake->has_stopped) {
        status = STATUS_CONFLICT;
    }
    bus_taken(intake->bus, intake->batch, status);
}

struct work_outcome intake_take(struct host *host, struct store *store, struct bus_batch *batch,
                                bool with_mark)
{
    struct intake intake = {.host = host, .batch = batch};
    return run(&intake.work, store, with_mark);
}

static const struct work_ops intake_work_ops = {.name = "messages", .run = run, .finish = finish};

void intake_deliver(struct host *host, struct bus *bus, struct bus_batch *batch)
{
    struct intake *intake = ARENA_NEW(batch->arena, struct intake);
    intake->work.ops = &intake_work_ops;
    intake->host = host;
    intake->bus = bus;
    intake->batch = batch;
    TRACE(message_trace_batch("deliver", host->service->name, batch));
    /* Always the same executor, the one that retries: so order within a line has one keeper. */
    enum status status = executor_submit(host->executors[0], &intake->work);
    if (status != STATUS_OK) {
        bus_taken(bus, batch, status);
    }
}
