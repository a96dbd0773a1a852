/* intake_apply.c - an event, a command, a reply: which handler, and what else belongs to it. */
#include "runtime/intake/intake_apply.h"

#include "base/fault.h"
#include "base/json.h"
#include "base/log.h"
#include "bus/journal.h"
#include "bus/message_trace.h"
#include "runtime/host.h"
#include "runtime/intake/errand_store.h"
#include "runtime/intake/intake.h"
#include "runtime/intake/parked_store.h"

#include <sodium.h>
#include <string.h>

static bool is_named(struct text name, const char *row)
{
    return text_equals(name, text_of(row));
}

static const struct subscription *find_subscription(const struct service *service, struct text name)
{
    const struct subscription *of_all = NULL;
    for (size_t i = 0; i < service->subscription_count; i++) {
        const struct subscription *row = &service->subscriptions[i];
        if (is_named(name, row->event)) {
            return row;
        }
        of_all = is_named(TEXT(SUBSCRIPTION_ALL), row->event) ? row : of_all;
    }
    return of_all;
}

static const struct command *find_command(const struct service *service, struct text name)
{
    for (size_t i = 0; i < service->command_count; i++) {
        if (is_named(name, service->commands[i].name)) {
            return &service->commands[i];
        }
    }
    return NULL;
}

static const struct errand *find_errand(const struct service *service, struct text name)
{
    for (size_t i = 0; i < service->errand_count; i++) {
        if (is_named(name, service->errands[i].command)) {
            return &service->errands[i];
        }
    }
    return NULL;
}

static const struct timer *find_timer(const struct service *service, struct text name)
{
    for (size_t i = 0; i < service->timer_count; i++) {
        if (is_named(name, service->timers[i].name)) {
            return &service->timers[i];
        }
    }
    return NULL;
}

static const struct schedule_row *find_schedule(const struct service *service, struct text name)
{
    for (size_t i = 0; i < service->schedule_count; i++) {
        if (is_named(name, service->schedules[i].name)) {
            return &service->schedules[i];
        }
    }
    return NULL;
}

bool intake_wants(const struct service *service, const struct message *message)
{
    return find_subscription(service, message->name) != NULL;
}

static bool find_reply_handler(const struct service *service, struct text name,
                               struct handler *handler_out)
{
    const struct errand *errand = find_errand(service, name);
    *handler_out = (struct handler){.handle = NULL};
    if (errand == NULL) {
        return false;
    }
    *handler_out = (struct handler){.name = errand->command,
                                    .handle = errand->on_reply,
                                    .takes = errand->takes,
                                    .retry = errand->retry};
    return true;
}

/* Timers and schedules are events that a service tells itself. */
static bool find_own_handler(const struct service *service, struct text name,
                             struct handler *handler_out)
{
    const struct timer *timer = find_timer(service, name);
    const struct schedule_row *schedule = find_schedule(service, name);
    if (timer != NULL) {
        *handler_out = (struct handler){.name = timer->name,
                                        .handle = timer->handle,
                                        .takes = timer->takes,
                                        .retry = timer->retry};
    } else if (schedule != NULL) {
        *handler_out = (struct handler){
            .name = schedule->name, .handle = schedule->handle, .retry = schedule->retry};
    }
    return timer != NULL || schedule != NULL;
}

static bool find_event_handler(const struct service *service, const struct message *message,
                               struct handler *handler_out)
{
    if (is_named(message->source, service->name) &&
        find_own_handler(service, message->name, handler_out)) {
        return true;
    }
    const struct subscription *subscription = find_subscription(service, message->name);
    if (subscription == NULL) {
        return false;
    }
    *handler_out = (struct handler){.name = subscription->event,
                                    .handle = subscription->handle,
                                    .takes = subscription->takes,
                                    .retry = subscription->retry};
    return true;
}

bool intake_find_handler(const struct service *service, const struct message *message,
                         struct handler *handler_out)
{
    if (message_is(message, message_event)) {
        return find_event_handler(service, message, handler_out);
    }
    if (message_is(message, message_reply)) {
        return find_reply_handler(service, message->name, handler_out);
    }
    const struct command *command = find_command(service, message->name);
    if (command == NULL) {
        return false;
    }
    *handler_out = (struct handler){.name = command->name,
                                    .handle = command->handle,
                                    .takes = command->takes,
                                    .gives = command->gives,
                                    .retry = command->retry};
    return true;
}

static enum status run_handler(struct applying *applying, const struct handler *handler,
                               struct message_run *run_out)
{
    *run_out = (struct message_run){
        .host = applying->host,
        .store = applying->store,
        .arena = applying->arena,
        .handler = handler,
        .message = applying->message,
        .attempt = applying->attempt,
        .decided_at = applying->parked != NULL ? applying->parked->changed_at : 0,
        .now_ms = applying->now_ms,
    };
    enum status status = message_run(run_out);
    applying->retry = handler->retry;
    applying->reason = run_out->reason;
    applying->effects = run_out->effects;
    applying->is_hopeless = run_out->is_hopeless;
    return status;
}

static enum status hopeless(struct applying *applying, struct text reason)
{
    applying->reason = reason;
    applying->is_hopeless = true;
    return STATUS_REFUSED;
}

/* ---- an event ---- */

static enum status apply_event(struct applying *applying)
{
    const struct message *message = applying->message;
    const struct service *service = applying->host->service;
    struct handler handler;
    struct message_run run;
    if (!find_event_handler(service, message, &handler)) {
        return hopeless(applying, text_format(applying->arena, "%s does nothing at %.*s any more.",
                                              service->name, TEXT_ARGS(message->name)));
    }
    const struct subscription *subscription = find_subscription(service, message->name);
    if (subscription != NULL && message->version > subscription->version) {
        return hopeless(applying,
                        text_format(applying->arena,
                                    "This is version %lld of the event; %s understands version %u. "
                                    "Replay it after an upgrade.",
                                    (long long)message->version, service->name,
                                    subscription->version));
    }
    return run_handler(applying, &handler, &run);
}

/* ---- a command ---- */

static enum status reply(struct applying *applying, struct text outcome, struct text data)
{
    const struct message *command = applying->message;
    enum status status =
        journal_append(applying->store, &(struct message){
                                            .id = id_new(),
                                            .kind = message_reply,
                                            .source = text_of(applying->host->service->name),
                                            .addressee = command->source,
                                            .name = command->name,
                                            .version = 1,
                                            .subject = command->subject,
                                            .revision = FIELD_NONE,
                                            .answers = command->id,
                                            .outcome = outcome,
                                            .actor = command->actor,
                                            .trace = command->trace,
                                            .told_at = applying->now_ms,
                                            .data = data,
                                        });
    applying->effects.told = applying->effects.told || status == STATUS_OK;
    return status;
}

static struct text refusal_as_json(struct arena *arena, const char *code, struct text sentence)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "code");
    json_put_text(&writer, text_of(code));
    json_key(&writer, "message");
    json_put_text(&writer, sentence);
    json_end_object(&writer);
    return json_written(&writer);
}

/* The answer to a command that was not carried out, and never will be. */
static enum status reply_no(struct applying *applying, const char *code, struct text sentence)
{
    applying->is_hopeless = false;
    applying->effects = (struct work_effects){0};
    return reply(applying, outcome_refused, refusal_as_json(applying->arena, code, sentence));
}

static enum status apply_command(struct applying *applying)
{
    const struct message *message = applying->message;
    struct handler handler;
    struct message_run run;
    if (message->deadline != 0 && message->deadline < applying->now_ms) {
        return reply_no(applying, "deadline_passed", TEXT("It came after its deadline."));
    }
    if (!intake_find_handler(applying->host->service, message, &handler)) {
        return hopeless(applying,
                        text_format(applying->arena, "%s knows no command %.*s.",
                                    applying->host->service->name, TEXT_ARGS(message->name)));
    }
    unsigned long writes_before = applying->store->writes;
    enum status status = run_handler(applying, &handler, &run);
    if (status == STATUS_OK) {
        return reply(applying, outcome_done, run.reply.data ? run.reply : TEXT("{}"));
    }
    if (status != STATUS_REFUSED && status != STATUS_MALFORMED) {
        return status;
    }
    /* A definite no: what it has written before goes, and the reply takes its place. */
    if (applying->has_mark) {
        status = store_undo(applying->store);
        if (status != STATUS_OK) {
            return status;
        }
    } else if (!store_is_untouched(applying->store, writes_before)) {
        applying->needs_mark = true;
        return STATUS_REFUSED;
    }
    return reply_no(applying, run.refusal ? run.refusal->code : "malformed_data",
                    run.refusal ? text_of(run.refusal->text) : run.reason);
}

/* ---- a reply ---- */

/* The expiry of an errand is made where that is settled, and parked when its handler fails: a
 * person may replay it after a long time. There is one for each errand. */
static bool is_expiry(const struct applying *applying)
{
    const struct message *message = applying->message;
    return is_named(message->source, applying->host->service->name) &&
           text_equals(message->outcome, outcome_expired);
}

static enum status apply_reply(struct applying *applying)
{
    const struct message *message = applying->message;
    struct errand_row errand;
    struct handler handler;
    struct message_run run;
    enum status status = STATUS_OK;
    if (!is_expiry(applying)) {
        const struct errand_end end = {.id = message->answers,
                                       .state = message->outcome,
                                       .now_ms = applying->now_ms,
                                       .reply = message};
        status = errand_settle(applying->store, applying->arena, &end, &errand);
    }
    if (status == STATUS_ABSENT) {
        return stray_insert(applying->store, applying->arena, message, applying->now_ms);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (!find_reply_handler(applying->host->service, message->name, &handler)) {
        return hopeless(applying,
                        text_format(applying->arena, "%s has no errand %.*s any more.",
                                    applying->host->service->name, TEXT_ARGS(message->name)));
    }
    if (handler.handle == NULL) {
        return STATUS_OK; /* that it is settled is all its teller wants */
    }
    if (!text_equals(message->outcome, outcome_done)) {
        handler.takes = NULL; /* a refusal has another shape: its handler reads message->data */
    }
    return run_handler(applying, &handler, &run);
}

/* The same for every attempt to tell of it: see crash_note.h. A UUID of version 8, made of what it
 * stands for. */
static struct id expiry_id(struct id errand)
{
    struct id id;
    crypto_generichash(id.bytes, sizeof id.bytes, errand.bytes, sizeof errand.bytes, NULL, 0);
    id.bytes[6] = (uint8_t)(0x80 | (id.bytes[6] & 0x0F));
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3F));
    return id;
}

struct message intake_expiry(const struct host *host, const struct errand_row *errand,
                             int64_t now_ms)
{
    return (struct message){
        .id = expiry_id(errand->id),
        .kind = message_reply,
        .source = text_of(host->service->name),
        .addressee = text_of(host->service->name),
        .name = errand->command,
        .version = 1,
        .subject = errand->subject,
        .revision = FIELD_NONE,
        .answers = errand->id,
        .outcome = outcome_expired,
        .actor = errand->actor,
        .trace = errand->trace,
        .told_at = now_ms,
        .data = TEXT("{}"),
    };
}

static enum status apply(struct applying *applying)
{
    if (message_is(applying->message, message_event)) {
        return apply_event(applying);
    }
    return message_is(applying->message, message_command) ? apply_command(applying)
                                                          : apply_reply(applying);
}

enum status intake_apply(struct applying *applying)
{
    FAULT_POINT("intake_before_apply");
    enum status status = apply(applying);
    if (status != STATUS_OK && applying->reason.data == NULL) {
        applying->reason = text_of(status_text(status));
    }
    return status;
}

/* ---- parking ---- */

struct text intake_line(const struct message *message)
{
    struct text line = message->subject.data ? message->subject : TEXT("");
    return text_start(line, MESSAGE_SUBJECT_BYTES_MAX);
}

static struct parked parked_of(const struct applying *applying)
{
    const struct message *message = applying->message;
    return (struct parked){
        .handler = message->name,
        .source = message->source,
        .subject = intake_line(message),
        .parked_at = applying->now_ms,
        .changed_at = applying->now_ms,
        .message = message_write(applying->arena, message),
    };
}

enum status intake_park(struct applying *applying)
{
    struct parked parked = parked_of(applying);
    parked.attempts = 1;
    parked.reason = applying->reason;
    parked.due_at = applying->is_hopeless ? 0 : retry_due(&applying->retry, 1, applying->now_ms);
    parked.state = parked.due_at ? parked_waiting : parked_dead;
    applying->effects = (struct work_effects){.alarm_at = parked.due_at};
    log_line(parked.due_at ? LOG_WARNING : LOG_ERROR, applying->host->service->name,
             parked.due_at ? "a message could not be handled; it is tried again"
                           : "a message is dead: see kontora dead list",
             LOG_TEXT("handler", applying->message->name), LOG_TEXT("source", parked.source),
             LOG_TEXT("subject", parked.subject), LOG_TEXT("reason", parked.reason),
             LOG_TEXT("trace", applying->message->trace));
    TRACE(message_trace_failed(applying->store, "park", applying->host->service->name,
                               applying->message, parked.due_at == 0));
    return parked_insert(applying->store, &parked);
}

enum status intake_park_behind(struct applying *applying)
{
    struct parked parked = parked_of(applying);
    parked.state = parked_behind;
    TRACE(message_trace(applying->store, "park_behind", applying->host->service->name,
                        applying->message));
    return parked_insert(applying->store, &parked);
}
