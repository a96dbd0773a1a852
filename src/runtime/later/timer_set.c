/* timer_set.c - what a handler says about later: a timer, or a command that is told then. */
#include "runtime/later/timer_store.h"
#include "runtime/service.h"
#include "runtime/telling.h"

static bool is_of_service(const struct service *service, const struct timer *timer)
{
    return timer >= service->timers && timer < service->timers + service->timer_count;
}

/* A time of long ago, or none at all, is now. */
static int64_t time_of(int64_t at_ms)
{
    return at_ms < 1 ? 1 : at_ms;
}

static void wake_at(struct call *call, int64_t at_ms)
{
    work_add_effects(&call->effects, &(struct work_effects){.alarm_at = at_ms});
}

enum status timer_set(struct call *call, const struct timer *timer, struct text subject,
                      int64_t at_ms, const void *data)
{
    MUST(is_of_service(call->service, timer));
    MUST(subject.bytes > 0);
    MUST((timer->takes == NULL) == (data == NULL));
    if (subject.bytes > LATER_SUBJECT_BYTES_MAX) {
        return STATUS_TOO_LARGE;
    }
    struct timer_row row = {
        .id = id_new(),
        .name = text_of(timer->name),
        .subject = subject,
        .due_at = time_of(at_ms),
        .data = telling_data(call, timer->takes, data),
        .actor = telling_actor(call),
        .trace = telling_trace(call),
    };
    enum status status = timer_put(call->store, &row, call->now_ms);
    if (status == STATUS_OK) {
        wake_at(call, row.due_at);
    }
    return status;
}

enum status timer_clear(struct call *call, const struct timer *timer, struct text subject)
{
    MUST(is_of_service(call->service, timer));
    return timer_remove(call->store, text_of(timer->name), subject);
}

enum status timer_clear_all(struct call *call, const struct timer *timer, struct text of)
{
    MUST(is_of_service(call->service, timer));
    MUST(of.bytes > 0);
    return timer_remove_all(call->store, text_of(timer->name),
                            text_join(call->arena, of, TEXT("/")),
                            text_join(call->arena, of, TEXT("0")));
}

enum status tell_to_at(struct call *call, const struct errand *errand, struct text subject,
                       const void *data, int64_t at_ms)
{
    const struct service *service = call->service;
    MUST(errand >= service->errands && errand < service->errands + service->errand_count);
    MUST(subject.data != NULL);
    if (subject.bytes > LATER_SUBJECT_BYTES_MAX) {
        return STATUS_TOO_LARGE;
    }
    struct delayed delayed = {
        .id = id_new(),
        .service = text_of(errand->service),
        .command = text_of(errand->command),
        .subject = subject,
        .data = telling_data(call, errand->data, data),
        .actor = telling_actor(call),
        .trace = telling_trace(call),
        .due_at = time_of(at_ms),
        .deadline_ms = errand->deadline_ms,
    };
    enum status status = delayed_put(call->store, &delayed, call->now_ms);
    if (status == STATUS_OK) {
        wake_at(call, delayed.due_at);
    }
    return status;
}
