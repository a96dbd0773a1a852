/* case_trace.c - what has happened to cases, for the service's own code; cases.h. */
#include "engine/cases.h"

#include "engine/run/case_find_store.h"
#include "engine/run/case_store.h"

enum { CHANGES_VALUES_MAX = 100000 };

static enum status read_places(struct arena *arena, struct text changes, struct texts *places_out)
{
    const struct json *root = NULL;
    struct json_error error;
    if (json_read(arena, changes, CHANGES_VALUES_MAX, &root, &error) != STATUS_OK) {
        return STATUS_CORRUPT;
    }
    const struct json *places = json_member(root, TEXT("places"));
    if (places == NULL || places->kind != JSON_ARRAY) {
        return STATUS_CORRUPT; /* every step is noted with them */
    }
    struct text *names = ARENA_ARRAY(arena, struct text, places->count + 1);
    size_t count = 0;
    for (const struct json *place = places->first; place != NULL; place = place->next) {
        names[count++] = place->text;
    }
    *places_out = (struct texts){names, count};
    return STATUS_OK;
}

enum status case_trace_read(struct call *call, struct id case_id, int64_t after,
                            const struct case_trace **steps_out, size_t *count_out)
{
    struct rows rows = {.count = 0};
    enum status status =
        case_steps(call->store, call->arena, case_id, after, CASE_TRACE_MAX, &rows);
    struct case_trace *traces = ARENA_ARRAY(call->arena, struct case_trace, rows.count + 1);
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        const struct case_step *step = &((const struct case_step *)rows.items)[i];
        traces[i] = (struct case_trace){
            .revision = step->revision, .at = step->at, .transition = step->transition};
        status = read_places(call->arena, step->changes, &traces[i].places);
    }
    *steps_out = traces;
    *count_out = status == STATUS_OK ? rows.count : 0;
    return status;
}

enum status case_list_ids(struct call *call, struct id after, const struct id **ids_out,
                          size_t *count_out)
{
    struct rows rows = {.count = 0};
    enum status status = case_find_all(call->store, call->arena, after, &rows);
    *ids_out = rows.items;
    *count_out = status == STATUS_OK ? rows.count : 0;
    return status;
}
