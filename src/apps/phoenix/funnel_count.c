/* funnel_count.c - each step of each request is counted once. */
#include "apps/phoenix/funnel.h"

#include "base/date.h"
#include "engine/cases.h"
#include "runtime/host.h"
#include "runtime/later/later.h"

enum { WALK_PIECE = 20, SUB_BITS = 3, SUB_COUNT = 1 << SUB_BITS };

const char *const funnel_places[FUNNEL_PLACE_COUNT] = {
    [FUNNEL_COMPANY_FORM] = "company_form", [FUNNEL_CONTACT_FORM] = "contact_form",
    [FUNNEL_MODERATION] = "moderation",     [FUNNEL_PROVISIONING] = "provisioning",
    [FUNNEL_COMPLETED] = "completed",       [FUNNEL_REJECTED] = "rejected",
    [FUNNEL_ABANDONED] = "abandoned",
};

int64_t funnel_day(const struct call *call, int64_t wall_ms)
{
    struct civil civil = zone_civil(later_zone(call->host->later), wall_ms);
    return date_to_days((struct date){civil.year, civil.month, civil.day});
}

/* ---- buckets: eight to each doubling ---- */

int64_t funnel_bucket(int64_t ms)
{
    uint64_t rest = ms > 0 ? (uint64_t)ms : 0;
    int64_t shift = 0;
    while (rest >= 2 * SUB_COUNT) {
        rest >>= 1;
        shift++;
    }
    int64_t bucket = shift * SUB_COUNT + (int64_t)rest;
    return bucket < FUNNEL_BUCKET_COUNT ? bucket : FUNNEL_BUCKET_COUNT - 1;
}

int64_t funnel_bucket_ms(int64_t bucket)
{
    MUST(bucket >= 0 && bucket < FUNNEL_BUCKET_COUNT);
    if (bucket < 2 * SUB_COUNT) {
        return bucket;
    }
    int64_t shift = bucket / SUB_COUNT - 1;
    int64_t begin = (bucket % SUB_COUNT + SUB_COUNT) << shift;
    return begin + ((INT64_C(1) << shift) - 1) / 2;
}

int64_t funnel_percentile(const int64_t *counts, int percent)
{
    int64_t total = 0;
    MUST(percent > 0 && percent <= 100);
    for (size_t i = 0; i < FUNNEL_BUCKET_COUNT; i++) {
        total += counts[i];
    }
    int64_t wanted = (total * percent + 99) / 100;
    int64_t seen = 0;
    for (size_t i = 0; i < FUNNEL_BUCKET_COUNT && total > 0; i++) {
        seen += counts[i];
        if (seen >= wanted) {
            return funnel_bucket_ms((int64_t)i);
        }
    }
    return FIELD_NONE;
}

/* ---- one request ---- */

/* Opening is over before anybody looks; what stands between provisioning and the end is the names
 * of its stages. */
enum funnel_place funnel_place_of(struct texts places)
{
    for (size_t i = 0; i < FUNNEL_PLACE_COUNT && places.count > 0; i++) {
        if (text_equals(places.items[0], text_of(funnel_places[i]))) {
            return (enum funnel_place)i;
        }
    }
    bool is_opening = places.count == 0 || text_equals(places.items[0], TEXT("opened"));
    return is_opening ? FUNNEL_COMPANY_FORM : FUNNEL_PROVISIONING;
}

static enum status come_to(struct call *call, struct funnel_case *row, enum funnel_place place,
                           int64_t at, int64_t by)
{
    struct text name = text_of(funnel_places[place]);
    int64_t bit = INT64_C(1) << place;
    enum status status = STATUS_OK;
    if (text_is_given(row->place)) {
        const struct funnel_stay stayed = {funnel_day(call, at), row->place,
                                           funnel_bucket(at - row->since)};
        status = funnel_leave(call->store, &stayed, by);
    }
    if (status == STATUS_OK) {
        status = funnel_enter(call->store, funnel_day(call, at), name, by);
    }
    if (status == STATUS_OK && (row->reached & bit) == 0) {
        status = funnel_reach(call->store, row->opened_day, name, by);
    }
    row->reached |= bit;
    row->place = name;
    row->since = at;
    return status;
}

static enum status count_step(struct call *call, struct funnel_case *row,
                              const struct case_trace *step, int64_t by)
{
    enum funnel_place place = funnel_place_of(step->places);
    if (row->revision == 0) {
        row->opened_day = funnel_day(call, step->at);
    }
    row->revision = step->revision;
    return text_equals(row->place, text_of(funnel_places[place]))
               ? STATUS_OK
               : come_to(call, row, place, step->at, by);
}

static enum status count_case(struct call *call, struct id case_id)
{
    struct funnel_case row = {.case_id = case_id};
    const struct case_trace *steps = NULL;
    size_t count = 0;
    enum status status = funnel_case_find(call->store, call->arena, case_id, &row);
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    int64_t before = row.revision;
    do {
        status = case_trace_read(call, case_id, row.revision, &steps, &count);
        for (size_t i = 0; i < count && status == STATUS_OK; i++) {
            status = count_step(call, &row, &steps[i], 1);
        }
    } while (status == STATUS_OK && count == CASE_TRACE_MAX);
    return status == STATUS_OK && row.revision > before
               ? funnel_case_keep(call->store, &row, before)
               : status;
}

/* The same steps once more, taken back, as far as they were counted. */
enum status funnel_forget(struct call *call, struct id case_id)
{
    struct funnel_case counted = {.case_id = case_id};
    struct funnel_case row = {.case_id = case_id};
    const struct case_trace *steps = NULL;
    size_t count = 0;
    enum status status = funnel_case_find(call->store, call->arena, case_id, &counted);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    do {
        status = case_trace_read(call, case_id, row.revision, &steps, &count);
        for (size_t i = 0; i < count && status == STATUS_OK; i++) {
            status =
                row.revision < counted.revision ? count_step(call, &row, &steps[i], -1) : STATUS_OK;
        }
    } while (status == STATUS_OK && count == CASE_TRACE_MAX && row.revision < counted.revision);
    return status == STATUS_OK ? funnel_case_drop(call->store, &counted) : status;
}

/* ---- what says that there is something new ---- */

struct heard {
    struct id case_id;
};
static const struct field heard_fields[] = {
    {.name = "case_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct heard, case_id),
     .required = true},
};
const struct shape funnel_heard = {
    .name = "FunnelHeard",
    .fields = heard_fields,
    .field_count = COUNT_OF(heard_fields),
    .bytes = sizeof(struct heard),
};

enum status funnel_hear(struct call *call)
{
    const struct heard *heard = call->input;
    enum status status = count_case(call, heard->case_id);
    return status == STATUS_OK ? answer_empty(call) : status;
}

enum status funnel_chore(struct chore_run *run)
{
    struct call *call = run->call;
    struct funnel_walk walk = {.is_over = false};
    const struct id *ids = NULL;
    size_t count = 0;
    enum status status = funnel_walk_find(call->store, call->arena, &walk);
    if (walk.is_over || (status != STATUS_OK && status != STATUS_ABSENT)) {
        return status;
    }
    status = case_list_ids(call, walk.last, &ids, &count);
    for (size_t i = 0; i < count && i < WALK_PIECE && status == STATUS_OK; i++) {
        status = count_case(call, ids[i]);
        walk.last = ids[i];
    }
    walk.is_over = count <= WALK_PIECE;
    run->more = !walk.is_over;
    return status == STATUS_OK ? funnel_walk_keep(call->store, &walk) : status;
}
