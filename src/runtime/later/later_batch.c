/* later_batch.c - runs what is due as messages of the service to itself, and parks what fails. */
#include "runtime/later/later_batch.h"

#include "base/chance.h"
#include "base/encode.h"
#include "runtime/host.h"
#include "runtime/intake/intake.h"
#include "runtime/intake/parked_store.h"
#include "runtime/later/timer_store.h"

enum {
    PIECE = LATER_PIECE_MAX,
    /* PostgreSQL keeps 64 savepoints of a transaction cheaply. */
    PIECE_SHARED = 60,
    ARENA_BYTES_MAX = 16 * 1024 * 1024,
};

int64_t later__piece(const struct store *store)
{
    return store_has(store, STORE_IS_SHARED) ? PIECE_SHARED : PIECE;
}

void later__begin(struct later_batch *batch, struct chore_run *run)
{
    *batch =
        (struct later_batch){.run = run, .arena = arena_create("what is due", ARENA_BYTES_MAX)};
}

void later__was_overtaken(struct later_batch *batch)
{
    batch->knows_parked = batch->any_parked;
}

void later__end(struct later_batch *batch)
{
    work_add_effects(&batch->run->effects, &batch->effects);
    arena_destroy(&batch->arena);
}

static struct text new_trace(struct arena *arena)
{
    uint64_t chance[2] = {chance_number(), chance_number()};
    return encode_hex(arena, chance, sizeof chance);
}

struct message later__message(struct later_batch *batch, const struct later_message *parts)
{
    return (struct message){
        .id = parts->id,
        .kind = message_event,
        .source = text_of(batch->run->host->service->name),
        .name = parts->name,
        .version = 1,
        .subject = parts->subject,
        .revision = FIELD_NONE,
        .actor = parts->actor,
        .trace = text_is_given(parts->trace) ? parts->trace : new_trace(batch->arena),
        .told_at = parts->due_at,
        .data = parts->data,
    };
}

static struct applying applying_of(const struct later_batch *batch, const struct message *message)
{
    return (struct applying){
        .host = batch->run->host,
        .store = batch->run->store,
        .arena = batch->arena,
        .message = message,
        .attempt = 1,
        .now_ms = batch->run->now_ms,
    };
}

/* Asked only when a row is ours: whoever had it before us may have parked one of its line. */
static enum status is_held(struct later_batch *batch, const struct message *message, bool *held_out)
{
    enum status status = STATUS_OK;
    *held_out = false;
    if (!batch->knows_parked) {
        status = parked_any(batch->run->store, batch->arena, &batch->any_parked);
        batch->knows_parked = status == STATUS_OK;
    }
    if (status == STATUS_OK && batch->any_parked) {
        status = parked_line_is_held(batch->run->store, batch->arena, message->source,
                                     message->subject, held_out);
    }
    return status;
}

static enum status apply(struct later_batch *batch, struct applying *applying)
{
    const struct message *message = applying->message;
    struct handler handler;
    bool held = false;
    enum status status = is_held(batch, message, &held);
    if (status != STATUS_OK || held) {
        return held ? intake_park_behind(applying) : status;
    }
    if (!intake_find_handler(applying->host->service, message, &handler)) {
        applying->is_hopeless = true; /* set by another version of the program */
        applying->reason = TEXT("This program has no timer or schedule of this name.");
        return STATUS_REFUSED;
    }
    return intake_apply(applying);
}

enum status later__run(struct later_batch *batch, const struct message *message)
{
    struct applying applying = applying_of(batch, message);
    enum status status = apply(batch, &applying);
    if (status == STATUS_OK) {
        work_add_effects(&batch->effects, &applying.effects);
        return STATUS_OK;
    }
    /* The memory of the message ends before it is parked. */
    struct text reason =
        text_is_given(applying.reason) ? applying.reason : text_of(status_text(status));
    batch->has_failed = true;
    batch->failed = applying;
    batch->failed.reason = text_copy(batch->run->arena, reason);
    return status;
}

enum status later__park(struct later_batch *batch, const struct message *message)
{
    struct applying applying = applying_of(batch, message);
    applying.is_hopeless = batch->failed.is_hopeless;
    applying.retry = batch->failed.retry;
    applying.reason = batch->failed.reason;
    batch->any_parked = batch->knows_parked = true;
    enum status status = intake_park(&applying);
    if (status == STATUS_OK) {
        work_add_effects(&batch->effects, &applying.effects);
    }
    return status;
}
