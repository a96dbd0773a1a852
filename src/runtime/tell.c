/* tell.c - writes what a handler tells into the journal of its service. */
#include "runtime/tell.h"

#include "base/chance.h"
#include "base/encode.h"
#include "base/json.h"
#include "bus/journal.h"
#include "runtime/host.h"
#include "runtime/intake/errand_store.h"
#include "runtime/problem.h"
#include "runtime/telling.h"

#include <string.h>

bool subscription_hears(const struct subscription *subscription, const char *event)
{
    return strcmp(subscription->event, SUBSCRIPTION_ALL) == 0 ||
           strcmp(subscription->event, event) == 0;
}

enum { DAY_MS = 24 * 60 * 60 * 1000, DATA_BYTES_EXPECTED = 512 };

struct text telling_actor(const struct call *call)
{
    bool is_passed_on = call->message != NULL && call->message->actor.data != NULL;
    return is_passed_on ? call->message->actor : call->caller.name;
}

struct text telling_trace(const struct call *call)
{
    return call->exchange != NULL ? problem_trace_id(call->exchange) : call->message->trace;
}

struct call *telling_call(const struct chore_run *run)
{
    const struct service *service = run->host->service;
    struct message *behind = ARENA_NEW(run->arena, struct message);
    struct call *call = ARENA_NEW(run->arena, struct call);
    uint64_t chance[2] = {chance_number(), chance_number()};
    behind->actor = text_of(service->name);
    behind->trace = encode_hex(run->arena, chance, sizeof chance);
    *call = (struct call){
        .arena = run->arena,
        .store = run->store,
        .service = service,
        .host = run->host,
        .caller = {.kind = CALLER_SERVICE, .name = text_of(service->name)},
        .now_ms = run->now_ms,
        .expected_revision = FIELD_NONE,
        .message = behind,
    };
    return call;
}

struct text telling_data(struct call *call, const struct shape *shape, const void *data)
{
    if (shape == NULL) {
        return TEXT("{}");
    }
    struct json_writer writer;
    json_writer_init(&writer, call->arena, DATA_BYTES_EXPECTED);
    json_put_struct(&writer, shape, data);
    return json_written(&writer);
}

static enum status append(struct call *call, const struct message *message)
{
    enum status status = journal_append(call->store, message);
    call->effects.told = call->effects.told || status == STATUS_OK;
    return status;
}

enum status telling_event(struct call *call, const struct event *event, struct text subject,
                          int64_t revision, struct text data, struct id *id_out)
{
    MUST(event >= call->service->events &&
         event < call->service->events + call->service->event_count);
    MUST(subject.data != NULL);
    if (subject.bytes > MESSAGE_SUBJECT_BYTES_MAX) {
        return STATUS_TOO_LARGE;
    }
    struct id id = id_new();
    if (id_out != NULL) {
        *id_out = id;
    }
    return append(call, &(struct message){
                            .id = id,
                            .kind = message_event,
                            .source = text_of(call->service->name),
                            .name = text_of(event->name),
                            .version = event->version,
                            .subject = subject,
                            .revision = revision,
                            .actor = telling_actor(call),
                            .trace = telling_trace(call),
                            .told_at = call->now_ms,
                            .data = data,
                        });
}

enum status tell(struct call *call, const struct event *event, struct text subject,
                 int64_t revision, const void *data)
{
    return telling_event(call, event, subject, revision, telling_data(call, event->data, data),
                         NULL);
}

enum status telling_errand(struct call *call, const struct errand *errand, struct text subject,
                           struct text data, struct id *id_out)
{
    struct message message = {
        .id = id_new(),
        .kind = message_command,
        .source = text_of(call->service->name),
        .addressee = text_of(errand->service),
        .name = text_of(errand->command),
        .version = 1,
        .subject = subject,
        .revision = FIELD_NONE,
        .actor = telling_actor(call),
        .trace = telling_trace(call),
        .told_at = call->now_ms,
        .deadline = call->now_ms + (errand->deadline_ms ? errand->deadline_ms : DAY_MS),
        .data = data,
    };
    MUST(subject.data != NULL);
    if (subject.bytes > MESSAGE_SUBJECT_BYTES_MAX) {
        return STATUS_TOO_LARGE;
    }
    enum status status = append(call, &message);
    if (status == STATUS_OK) {
        status = errand_insert(call->store, &(struct errand_row){
                                                .id = message.id,
                                                .service = message.addressee,
                                                .command = message.name,
                                                .subject = subject,
                                                .deadline_at = message.deadline,
                                                .told_at = message.told_at,
                                                .actor = message.actor,
                                                .trace = message.trace,
                                            });
    }
    work_add_effects(&call->effects, &(struct work_effects){.alarm_at = message.deadline});
    if (id_out != NULL) {
        *id_out = message.id;
    }
    return status;
}

enum status tell_to(struct call *call, const struct errand *errand, struct text subject,
                    const void *data, struct id *id_out)
{
    MUST(errand >= call->service->errands &&
         errand < call->service->errands + call->service->errand_count);
    return telling_errand(call, errand, subject, telling_data(call, errand->data, data), id_out);
}
