/* later_check.c - a schedule that cannot be read, or never comes, is a sentence at start. */
#include "runtime/later/later_check.h"

#include "base/schedule.h"
#include "runtime/later/schedule_store.h"

#include <string.h>

enum { NAME_BYTES_MAX = 32 };

static bool is_plain_name(const char *name)
{
    size_t bytes = name ? strlen(name) : 0;
    bool plain = bytes > 0 && bytes <= NAME_BYTES_MAX && name[0] >= 'a' && name[0] <= 'z';
    for (size_t i = 0; plain && i < bytes; i++) {
        plain = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
                name[i] == '_';
    }
    return plain;
}

/* Both kinds together: a failed one is known by its name alone. */
static size_t count_called(const struct service *service, const char *name)
{
    size_t count = 0;
    MUST(name != NULL);
    for (size_t i = 0; i < service->timer_count; i++) {
        count += service->timers[i].name && strcmp(service->timers[i].name, name) == 0;
    }
    for (size_t i = 0; i < service->schedule_count; i++) {
        count += service->schedules[i].name && strcmp(service->schedules[i].name, name) == 0;
    }
    return count;
}

static struct text check_name(struct arena *arena, const struct service *service, const char *name)
{
    return count_called(service, name) > 1
               ? text_format(arena, "two timers or schedules are called '%s'", name)
               : NO_TEXT;
}

static struct text check_takes(struct arena *arena, const struct timer *timer)
{
    for (size_t i = 0; timer->takes != NULL && i < timer->takes->field_count; i++) {
        const struct field *field = &timer->takes->fields[i];
        bool is_text = field->kind == FIELD_TEXT || field->kind == FIELD_EMAIL ||
                       field->kind == FIELD_PHONE || field->kind == FIELD_TEXTS ||
                       field->kind == FIELD_OBJECT || field->kind == FIELD_JSON;
        if (is_text && field->bytes_max == 0) {
            return text_format(arena, "timer '%s': text field '%s' has no bytes_max", timer->name,
                               field->name);
        }
    }
    return NO_TEXT;
}

static struct text check_timer(struct arena *arena, const struct service *service, size_t index)
{
    const struct timer *timer = &service->timers[index];
    if (!is_plain_name(timer->name) || timer->handle == NULL) {
        return text_format(arena, "timer %zu has no plain name, or no handler", index);
    }
    struct text complaint = check_name(arena, service, timer->name);
    return text_is_given(complaint) ? complaint : check_takes(arena, timer);
}

static struct text check_when(struct arena *arena, const struct schedule_row *row)
{
    struct schedule schedule;
    const struct zone *utc = NULL;
    struct text error = NO_TEXT;
    int64_t next_ms;
    enum status status = zone_open(arena, TEXT("UTC"), &utc, &error);
    if (status == STATUS_OK) {
        status = schedule_read(arena, text_of(row->when), &schedule, &error);
    }
    if (status != STATUS_OK) {
        return text_format(arena, "schedule '%s': %.*s", row->name, TEXT_ARGS(error));
    }
    return schedule_next(&schedule, utc, 0, &next_ms)
               ? NO_TEXT
               : text_format(arena, "schedule '%s': '%s' never comes", row->name, row->when);
}

static struct text check_schedule(struct arena *arena, const struct service *service, size_t index)
{
    const struct schedule_row *row = &service->schedules[index];
    if (!is_plain_name(row->name) || row->handle == NULL || row->when == NULL ||
        row->summary == NULL) {
        return text_format(
            arena, "schedule %zu has no plain name, no handler, no time, or no summary", index);
    }
    struct text complaint = check_name(arena, service, row->name);
    return text_is_given(complaint) ? complaint : check_when(arena, row);
}

static struct text check_service(struct arena *arena, const struct service *service)
{
    struct text complaint = NO_TEXT;
    if (service->schedule_count > SCHEDULES_MAX) {
        return text_format(arena, "there are more than %d schedules", SCHEDULES_MAX);
    }
    for (size_t i = 0; !text_is_given(complaint) && i < service->timer_count; i++) {
        complaint = check_timer(arena, service, i);
    }
    for (size_t i = 0; !text_is_given(complaint) && i < service->schedule_count; i++) {
        complaint = check_schedule(arena, service, i);
    }
    return complaint;
}

struct text later_check(struct arena *arena, const struct service *const *services,
                        size_t service_count)
{
    for (size_t i = 0; i < service_count; i++) {
        struct text complaint = check_service(arena, services[i]);
        if (text_is_given(complaint)) {
            return text_format(arena, "%s: %.*s", services[i]->name, TEXT_ARGS(complaint));
        }
    }
    return NO_TEXT;
}
