/* message_run.c - reads the data of a message by its handler's table, and runs the handler. */
#include "runtime/message_run.h"

#include "base/chance.h"
#include "base/log.h"
#include "runtime/host.h"
#include "runtime/input.h"
#include "runtime/intake/crash_note.h"

enum { ATTEMPTS_OTHERWISE = 10, FIRST_MS_OTHERWISE = 1000, LONGEST_MS_OTHERWISE = 600000 };

int64_t retry_wait_ms(int64_t first_ms, int64_t longest_ms, int64_t attempt)
{
    MUST(attempt >= 1);
    int64_t wait_ms = first_ms;
    for (int64_t i = 1; i < attempt && wait_ms < longest_ms; i++) {
        wait_ms *= 2;
    }
    wait_ms = wait_ms > longest_ms ? longest_ms : wait_ms;
    /* Half of it by chance, so that what failed together does not come back together. */
    return wait_ms / 2 + (int64_t)(chance_number() % (uint64_t)(wait_ms / 2 + 1));
}

int64_t retry_due(const struct retry *retry, unsigned attempt, int64_t now_ms)
{
    MUST(attempt >= 1);
    int attempts_max = retry->attempts_max ? retry->attempts_max : ATTEMPTS_OTHERWISE;
    int64_t first_ms = retry->first_ms ? retry->first_ms : FIRST_MS_OTHERWISE;
    int64_t longest_ms = retry->longest_ms ? retry->longest_ms : LONGEST_MS_OTHERWISE;
    if (attempt >= (unsigned)attempts_max) {
        return 0;
    }
    return now_ms + retry_wait_ms(first_ms, longest_ms, attempt);
}

static struct call call_of(struct message_run *run, const struct input_data *data)
{
    return (struct call){
        .arena = run->arena,
        .store = run->store,
        .service = run->host->service,
        .host = run->host,
        .input = data->structure,
        .given = data->given,
        .caller = {.kind = CALLER_SERVICE, .name = run->message->source},
        .now_ms = run->now_ms,
        .expected_revision = FIELD_NONE,
        .message = run->message,
        .attempt = run->attempt,
        .gathered = run->gathered,
        .takes = run->handler->takes,
        .gives = run->handler->gives,
    };
}

static enum status read_data(struct message_run *run, struct input_data *data_out)
{
    struct text error;
    *data_out = (struct input_data){.structure = NULL};
    if (run->handler->takes == NULL) {
        return STATUS_OK;
    }
    enum status status =
        input_read_data(run->arena, run->handler->takes, run->message->data, data_out, &error);
    if (status != STATUS_OK) {
        run->reason = text_format(run->arena, "The data does not fit: %.*s.", TEXT_ARGS(error));
        run->is_hopeless = true;
    }
    return status;
}

/* Checked while the message is noted: a handler that breaks its contract stops the process again
 * and again, and only so is it found out. */
static enum status handle(struct message_run *run, struct call *call)
{
    log_trace(run->message->trace);
    enum status status = run->handler->handle(call);
    log_trace(NO_TEXT);
    if (status == STATUS_OK) {
        MUST(run->store->state == STORE_WRITING);              /* it has heard of every failure */
        MUST(call->gives == NULL || call->reply.data != NULL); /* it said something */
    }
    MUST(status != STATUS_REFUSED || call->refusal != NULL); /* refuse() has said why */
    return status;
}

static enum status read_and_handle(struct message_run *run)
{
    struct input_data data;
    enum status status = read_data(run, &data);
    if (status != STATUS_OK) {
        return status;
    }
    struct call call = call_of(run, &data);
    status = handle(run, &call);
    if (status == STATUS_OK) {
        run->reply = call.reply;
        run->effects = call.effects;
    } else if (status == STATUS_REFUSED) {
        run->is_hopeless = true;
        run->refusal = call.refusal;
        run->reason =
            text_format(run->arena, "Refused (%s): %s", call.refusal->code, call.refusal->text);
    } else {
        run->reason = text_of(status_text(status));
    }
    return status;
}

enum status message_run(struct message_run *run)
{
    struct crash_note *note = run->host->crash_note;
    if (note != NULL && !crash_note_begin(note, run->message->id, run->decided_at)) {
        run->is_hopeless = true;
        run->reason = text_format(run->arena,
                                  "The program ended %d times in a row while this was "
                                  "being handled. Replay it after an upgrade.",
                                  CRASHES_MAX);
        return STATUS_CORRUPT;
    }
    enum status status = read_and_handle(run);
    if (note != NULL) {
        crash_note_end(note);
    }
    return status;
}
