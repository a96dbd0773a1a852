/* intake.c - a batch of messages as one piece of work. */
#include "runtime/intake/intake.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "runtime/intake/intake_apply.h"
#include "runtime/intake/parked_store.h"

enum { CURSORS_MAX = 64 };

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
    struct place places[CURSORS_MAX];
    size_t place_count;
    bool any_parked;
    enum status stopped; /* OK: the whole batch was gone through */
    bool wrote;
    struct work_effects effects;
};

static struct intake *intake_of(struct work *work)
{
    return (struct intake *)(void *)((char *)work - offsetof(struct intake, work));
}

static enum status find_place(struct intake *intake, struct text source, struct place **place_out)
{
    for (size_t i = 0; i < intake->place_count; i++) {
        if (text_equals(intake->places[i].source, source)) {
            *place_out = &intake->places[i];
            return STATUS_OK;
        }
    }
    if (intake->place_count == CURSORS_MAX) {
        return STATUS_TOO_LARGE; /* this far, and the rest comes again */
    }
    struct place *place = &intake->places[intake->place_count];
    *place = (struct place){.source = source};
    enum status status = cursor_find(intake->store, intake->batch->arena, source,
                                     intake->batch->channel, &place->cursor);
    if (status == STATUS_OK) {
        intake->place_count++;
        *place_out = place;
    }
    return status;
}

/* OK: only what the message wrote is gone. */
static enum status undo(const struct applying *applying, unsigned long writes_before)
{
    if (applying->has_mark) {
        return store_undo(applying->store);
    }
    bool is_clean = applying->store->state != STORE_FAILED &&
                    store_is_untouched(applying->store, writes_before);
    return is_clean ? STATUS_OK : STATUS_ABSENT;
}

/* The store itself is in trouble: parking would meet it again. */
static bool is_store_fault(const struct store *store, enum status status)
{
    return store->state == STORE_FAILED &&
           (status == STATUS_UNAVAILABLE || status == STATUS_FULL || status == STATUS_CORRUPT ||
            status == STATUS_TIMEOUT || status == STATUS_BUSY);
}

/* OK: applied, or parked. ABSENT: only a mark helps. CONFLICT: undone, someone was faster. */
static enum status take_in(struct intake *intake, struct applying *applying)
{
    unsigned long writes_before = intake->store->writes;
    if (intake->any_parked) {
        bool held;
        struct text subject = applying->message->subject;
        enum status status =
            parked_line_is_held(intake->store, applying->arena, applying->message->source,
                                subject.data ? subject : TEXT(""), &held);
        if (status != STATUS_OK || held) {
            return status == STATUS_OK ? intake_park_behind(applying) : status;
        }
    }
    if (applying->has_mark) {
        enum status status = store_mark(intake->store);
        if (status != STATUS_OK) {
            return status;
        }
    }
    enum status status = intake_apply(applying);
    if (status == STATUS_OK || is_store_fault(intake->store, status)) {
        return status;
    }
    if (applying->needs_mark) {
        return STATUS_ABSENT;
    }
    enum status undone = undo(applying, writes_before);
    if (undone != STATUS_OK || status == STATUS_CONFLICT) {
        return undone == STATUS_OK ? STATUS_CONFLICT : undone;
    }
    intake->any_parked = true;
    return intake_park(applying);
}

/* OK: dealt with, whether it had been here before or not. CONFLICT: stop before this one. */
static enum status take_one(struct intake *intake, const struct message *message, bool with_mark)
{
    struct place *place;
    enum status status = find_place(intake, message->source, &place);
    if (status != STATUS_OK) {
        return status;
    }
    if (message->position <= place->cursor) {
        return STATUS_OK; /* it was counted when it came first */
    }
    if (message->previous > place->cursor && !SEEDED_BUG("intake_ignores_gaps")) {
        return STATUS_CONFLICT; /* one is missing before it */
    }
    struct applying applying = {
        .host = intake->host,
        .store = intake->store,
        .arena = intake->batch->arena,
        .message = message,
        .attempt = 1,
        .now_ms = clock_wall_ms(),
        .has_mark = with_mark,
    };
    status = take_in(intake, &applying);
    if (status == STATUS_OK) {
        work_add_effects(&intake->effects, &applying.effects);
        place->cursor = message->position;
        place->has_moved = true;
    }
    return status;
}

static enum status move_cursors(struct intake *intake)
{
    if (SEEDED_BUG("cursor_not_moved")) {
        return STATUS_OK;
    }
    for (size_t i = 0; i < intake->place_count; i++) {
        const struct place *place = &intake->places[i];
        if (place->has_moved) {
            enum status status =
                cursor_move(intake->store, place->source, intake->batch->channel, place->cursor);
            if (status != STATUS_OK) {
                return status;
            }
            intake->wrote = true;
        }
    }
    return STATUS_OK;
}

/* The reader of the journal has seen more than it delivered: nobody here wanted the rest. */
static enum status note_upto(struct intake *intake)
{
    const struct bus_batch *batch = intake->batch;
    if (batch->upto == 0) {
        return STATUS_OK;
    }
    struct place *place;
    enum status status = find_place(intake, batch->source, &place);
    if (status == STATUS_OK && batch->upto > place->cursor) {
        place->cursor = batch->upto;
        place->has_moved = true;
    }
    return status;
}

static struct work_outcome outcome_of(struct intake *intake, enum status status)
{
    if (status == STATUS_OK) {
        return (struct work_outcome){
            .result = WORK_DONE, .wrote = intake->wrote, .effects = intake->effects};
    }
    if (status == STATUS_ABSENT) {
        return (struct work_outcome){.result = WORK_NEEDS_MARK};
    }
    return (struct work_outcome){.result = status == STATUS_CONFLICT ? WORK_AGAIN : WORK_FAULT,
                                 .fault = status};
}

static struct work_outcome run(struct work *work, struct store *store, bool with_mark)
{
    struct intake *intake = intake_of(work);
    const struct bus_batch *batch = intake->batch;
    intake->store = store;
    intake->place_count = 0;
    intake->wrote = false;
    intake->stopped = STATUS_OK;
    intake->effects = (struct work_effects){0};
    enum status status = parked_any(store, batch->arena, &intake->any_parked);
    for (size_t i = 0; i < batch->count && status == STATUS_OK; i++) {
        status = take_one(intake, &batch->messages[i], with_mark);
        if (status == STATUS_CONFLICT || status == STATUS_TOO_LARGE) {
            intake->stopped = STATUS_CONFLICT; /* what came before it is kept */
            status = STATUS_OK;
            break;
        }
    }
    if (status == STATUS_OK && intake->stopped == STATUS_OK) {
        status = note_upto(intake);
    }
    if (status == STATUS_OK) {
        status = move_cursors(intake);
    }
    FAULT_POINT("intake_ran");
    return outcome_of(intake, status);
}

static void finish(struct work *work, enum status status)
{
    struct intake *intake = intake_of(work);
    bus_taken(intake->bus, intake->batch, status == STATUS_OK ? intake->stopped : status);
}

static const struct work_ops intake_work_ops = {.name = "messages", .run = run, .finish = finish};

void intake_deliver(struct host *host, struct bus *bus, struct bus_batch *batch)
{
    struct intake *intake = ARENA_NEW(batch->arena, struct intake);
    intake->work.ops = &intake_work_ops;
    intake->host = host;
    intake->bus = bus;
    intake->batch = batch;
    /* Always the same executor, the one that retries: so order within a line has one keeper. */
    enum status status = executor_submit(host->executors[0], &intake->work);
    if (status != STATUS_OK) {
        bus_taken(bus, batch, status);
    }
}
