/* schedule_routes.c - the schedules of a service as a person sees them. */
#include "runtime/later/schedule_routes.h"

#include "base/log.h"
#include "runtime/host.h"
#include "runtime/later/schedule_run.h"
#include "runtime/later/schedule_store.h"

enum { NAME_BYTES_MAX = 100 };

static const struct refusal schedule_not_found = {"schedule_not_found", 404,
                                                  "There is no such schedule."};

struct schedule_input {
    struct text schedule;
};
static const struct field run_fields[] = {
    {.name = "schedule",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct schedule_input, schedule),
     .place = FIELD_IN_PATH,
     .required = true,
     .bytes_max = NAME_BYTES_MAX,
     .meaning = "Its name in the list"},
};
static const struct shape run_takes = {
    .name = "ScheduleName",
    .fields = run_fields,
    .field_count = COUNT_OF(run_fields),
    .bytes = sizeof(struct schedule_input),
};

struct schedule_shown {
    struct text name;
    struct text summary;
    struct text written;
    struct text catch_up;
    int64_t last_at;
    int64_t next_at;
};
#define AT(member) .offset = offsetof(struct schedule_shown, member)
static const struct field shown_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, AT(name), .required = true},
    {.name = "summary", .kind = FIELD_TEXT, AT(summary)},
    {.name = "schedule",
     .kind = FIELD_TEXT,
     AT(written),
     .meaning = "With the time zone, where it matters"},
    {.name = "catch_up",
     .kind = FIELD_TEXT,
     AT(catch_up),
     .meaning = "Times that were missed: once, all, none"},
    {.name = "last_at", .kind = FIELD_TIME, AT(last_at), .meaning = "null: it has not run yet"},
    {.name = "next_at", .kind = FIELD_TIME, AT(next_at), .meaning = "null: never again"},
};
#undef AT
static const struct shape shown_shape = {
    .name = "ScheduleShown",
    .fields = shown_fields,
    .field_count = COUNT_OF(shown_fields),
    .bytes = sizeof(struct schedule_shown),
};

static struct text catch_up_name(enum catch_up catch_up)
{
    switch (catch_up) {
    case CATCH_UP_ONCE:
        return TEXT("once");
    case CATCH_UP_ALL:
        return TEXT("all");
    case CATCH_UP_NONE:
        return TEXT("none");
    }
    return NO_TEXT;
}

static struct schedule_shown shown_of(const struct later_schedule *schedule,
                                      const struct schedule_state *state)
{
    const char *summary = schedule->row->summary;
    return (struct schedule_shown){
        .name = state->name,
        .summary = summary == NULL ? NO_TEXT : text_of(summary),
        .written = schedule->written,
        .catch_up = catch_up_name(schedule->row->catch_up),
        .last_at = state->last_at,
        .next_at = state->due_at,
    };
}

/* NULL: the row is of another version of the program. */
static const struct later_schedule *schedule_of(const struct call *call, struct text name)
{
    const struct later *later = call->host->later;
    MUST(later != NULL);
    for (size_t i = 0; i < later->schedule_count; i++) {
        if (text_equals(text_of(later->schedules[i].row->name), name)) {
            return &later->schedules[i];
        }
    }
    return NULL;
}

static enum status list_handle(struct call *call)
{
    struct rows rows;
    size_t count = 0;
    enum status status = schedule_list(call->store, call->arena, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct schedule_state *states = rows.items;
    struct schedule_shown *shown = ARENA_ARRAY(call->arena, struct schedule_shown, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        const struct later_schedule *schedule = schedule_of(call, states[i].name);
        if (schedule != NULL) {
            shown[count++] = shown_of(schedule, &states[i]);
        }
    }
    return answer_list(call, &(struct list){.items = shown, .count = count, .total = FIELD_NONE});
}

/* OK or ABSENT. */
static enum status find(struct call *call, struct text name, struct schedule_state *state_out)
{
    struct rows rows;
    enum status status = schedule_list(call->store, call->arena, &rows);
    const struct schedule_state *states = rows.items;
    for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
        if (text_equals(states[i].name, name)) {
            *state_out = states[i];
            return STATUS_OK;
        }
    }
    return status == STATUS_OK ? STATUS_ABSENT : status;
}

/* The chore finds it due: it alone runs schedules, so a run by hand is a run like any other. */
static enum status run_handle(struct call *call)
{
    const struct schedule_input *input = call->input;
    const struct later_schedule *schedule = schedule_of(call, input->schedule);
    struct schedule_state state;
    enum status status = schedule == NULL ? STATUS_ABSENT : find(call, input->schedule, &state);
    if (status == STATUS_ABSENT) {
        return refuse(call, &schedule_not_found);
    }
    bool is_due = status == STATUS_OK && state.due_at != 0 && state.due_at <= call->now_ms;
    if (status == STATUS_OK && !is_due) {
        status = schedule_move(call->store, &state, call->now_ms, state.last_at);
    }
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_CONFLICT : status;
    }
    state.due_at = is_due ? state.due_at : call->now_ms;
    log_line(LOG_WARNING, call->service->name, "a schedule is run by a person before its time",
             LOG_TEXT("who", call->caller.name), LOG_TEXT("schedule", state.name));
    call->effects.alarm_at = call->now_ms;
    struct schedule_shown shown = shown_of(schedule, &state);
    return answer(call, &shown);
}

const struct route *schedule_routes(struct arena *arena, const struct service *service,
                                    size_t *count_out)
{
    static const struct refusal *const run_refusals[] = {&schedule_not_found};
    enum { ROUTES = 2 };
    *count_out = service->schedule_count == 0 ? 0 : ROUTES;
    if (*count_out == 0) {
        return NULL;
    }
    struct route *routes = ARENA_ARRAY(arena, struct route, ROUTES);
    routes[0] = (struct route){
        .method = HTTP_GET,
        .path = text_format(arena, "/api/schedules/%s", service->name).data,
        .operation = text_format(arena, "list_schedules_of_%s", service->name).data,
        .permission = "schedules.read",
        .summary = "What runs by the calendar: when it ran, when it will",
        .kind = ROUTE_READS,
        .handle = list_handle,
        .gives = &shown_shape,
        .gives_list = true,
    };
    routes[1] = (struct route){
        .method = HTTP_POST,
        .path = text_format(arena, "/api/schedules/%s/{schedule}/run", service->name).data,
        .operation = text_format(arena, "run_schedule_of_%s", service->name).data,
        .permission = "schedules.run",
        .summary = "Run it now, once, as if it were due; then it goes on by the calendar",
        .kind = ROUTE_WRITES,
        .handle = run_handle,
        .takes = &run_takes,
        .gives = &shown_shape,
        .refusals = run_refusals,
        .refusal_count = COUNT_OF(run_refusals),
    };
    return routes;
}
