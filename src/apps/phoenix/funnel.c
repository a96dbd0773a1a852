/* funnel.c - the funnel as it is looked at: where requests stand now; what came, went and stayed in
 * a window of days of the business; and what has become of those that began in it.
 */
#include "apps/phoenix/funnel.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/json.h"
#include "runtime/host.h"
#include "runtime/later/later.h"

enum { DAYS_MAX = 366, DAYS_USUAL = 30, DAY_BYTES = 10, BYTES_EXPECTED = 16384 };

const struct refusal funnel_bad_day = {
    "bad_day", 400, "The last day is none of the calendar, as 2026-03-31 is, or is still to come."};

struct funnel_input {
    int64_t days;
    struct text last_day;
};
#define AT(member) .offset = offsetof(struct funnel_input, member), .place = FIELD_IN_QUERY
static const struct field takes_fields[] = {
    {.name = "days",
     .kind = FIELD_INTEGER,
     AT(days),
     .minimum = 1,
     .maximum = DAYS_MAX,
     .otherwise = DAYS_USUAL,
     .meaning = "How many days the window has"},
    {.name = "last_day",
     .kind = FIELD_TEXT,
     AT(last_day),
     .bytes_max = DAY_BYTES,
     .meaning = "The last of them, 2026-03-31, as the business counts days; without it today"},
};
#undef AT
const struct shape funnel_takes = {
    .name = "FunnelAsked",
    .fields = takes_fields,
    .field_count = COUNT_OF(takes_fields),
    .bytes = sizeof(struct funnel_input),
};

#define INTEGER "{\"type\":\"integer\"}"
#define COUNTS  "{\"type\":\"object\",\"additionalProperties\":" INTEGER "}"
#define BEGUN                                                                                      \
    "{\"type\":\"object\",\"required\":[\"opened\",\"submitted\",\"approved\",\"completed\","      \
    "\"rejected\",\"abandoned\"],\"properties\":{\"opened\":" INTEGER ",\"submitted\":" INTEGER    \
    ",\"approved\":" INTEGER ",\"completed\":" INTEGER ",\"rejected\":" INTEGER                    \
    ",\"abandoned\":" INTEGER "}}"
const char funnel_answer[] =
    "{\"type\":\"object\",\"required\":[\"zone\",\"first_day\",\"last_day\",\"places\",\"begun\","
    "\"days\",\"counts_all\"],\"properties\":{"
    "\"zone\":{\"type\":\"string\",\"description\":\"In which a day begins and ends\"},"
    "\"first_day\":{\"type\":\"string\",\"format\":\"date\"},"
    "\"last_day\":{\"type\":\"string\",\"format\":\"date\"},"
    "\"counts_all\":{\"type\":\"boolean\",\"description\":\"false: requests that began before "
    "anybody counted are still being counted\"},"
    "\"places\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"place\",\"now\","
    "\"oldest_since\",\"entered\",\"left\",\"median_ms\",\"p90_ms\"],\"properties\":{"
    "\"place\":{\"type\":\"string\"},"
    "\"now\":{\"type\":\"integer\",\"description\":\"Requests that are there now\"},"
    "\"oldest_since\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"},"
    "\"entered\":" INTEGER ",\"left\":" INTEGER ","
    "\"median_ms\":{\"type\":[\"integer\",\"null\"],\"description\":\"Of the stays that ended in "
    "the window; at most a sixteenth wrong\"},"
    "\"p90_ms\":{\"type\":[\"integer\",\"null\"]}}}},"
    "\"begun\":" BEGUN ","
    "\"days\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"day\",\"entered\","
    "\"left\",\"begun\"],\"properties\":{\"day\":{\"type\":\"string\",\"format\":\"date\"},"
    "\"entered\":" COUNTS ",\"left\":" COUNTS ",\"begun\":" BEGUN "}}}}}";

/* ---- what was counted ---- */

struct funnel_view {
    int64_t first;
    int64_t last;
    struct funnel_now_row now[FUNNEL_PLACE_COUNT];
    int64_t entered[DAYS_MAX][FUNNEL_PLACE_COUNT];
    int64_t gone[DAYS_MAX][FUNNEL_PLACE_COUNT];
    int64_t reached[DAYS_MAX][FUNNEL_PLACE_COUNT]; /* by the day they began on */
    int64_t stays[FUNNEL_PLACE_COUNT][FUNNEL_BUCKET_COUNT];
    bool counts_all;
};

static size_t index_of(struct text place)
{
    size_t index = 0;
    while (index < FUNNEL_PLACE_COUNT && !text_equals(place, text_of(funnel_places[index]))) {
        index++;
    }
    MUST(index < FUNNEL_PLACE_COUNT); /* nobody writes others */
    return index;
}

static enum status read_now(struct call *call, struct funnel_view *view)
{
    struct rows rows = {.count = 0};
    enum status status = funnel_list_now(call->store, call->arena, &rows);
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        const struct funnel_now_row *row = &((const struct funnel_now_row *)rows.items)[i];
        view->now[index_of(row->place)] = *row;
    }
    return status;
}

static enum status read_days(struct call *call, struct funnel_view *view)
{
    struct rows rows = {.count = 0};
    enum status status = funnel_list_days(call->store, call->arena, view->first, view->last, &rows);
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        const struct funnel_day_row *row = &((const struct funnel_day_row *)rows.items)[i];
        view->entered[row->day - view->first][index_of(row->place)] = row->entered;
        view->gone[row->day - view->first][index_of(row->place)] = row->gone;
    }
    return status;
}

static enum status read_cohorts(struct call *call, struct funnel_view *view)
{
    struct rows rows = {.count = 0};
    enum status status =
        funnel_list_cohorts(call->store, call->arena, view->first, view->last, &rows);
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        const struct funnel_cohort_row *row = &((const struct funnel_cohort_row *)rows.items)[i];
        view->reached[row->day - view->first][index_of(row->place)] = row->count;
    }
    return status;
}

static enum status read_stays(struct call *call, struct funnel_view *view)
{
    struct rows rows = {.count = 0};
    enum status status =
        funnel_list_stays(call->store, call->arena, view->first, view->last, &rows);
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        const struct funnel_stay_row *row = &((const struct funnel_stay_row *)rows.items)[i];
        MUST(row->bucket >= 0 && row->bucket < FUNNEL_BUCKET_COUNT);
        view->stays[index_of(row->place)][row->bucket] = row->count;
    }
    return status;
}

static enum status read_view(struct call *call, struct funnel_view *view)
{
    struct funnel_walk walk = {.is_over = false};
    enum status status = funnel_walk_find(call->store, call->arena, &walk);
    view->counts_all = walk.is_over;
    if (status == STATUS_OK || status == STATUS_ABSENT) {
        status = read_now(call, view);
    }
    status = status == STATUS_OK ? read_days(call, view) : status;
    status = status == STATUS_OK ? read_cohorts(call, view) : status;
    return status == STATUS_OK ? read_stays(call, view) : status;
}

/* ---- as JSON ---- */

static struct text day_text(struct arena *arena, int64_t day)
{
    struct date date = date_of_days(day);
    return text_format(arena, "%04d-%02d-%02d", date.year, date.month, date.day);
}

static void put_number(struct json_writer *writer, const char *key, int64_t number)
{
    json_key(writer, key);
    if (number == FIELD_NONE) {
        json_put_null(writer);
    } else {
        json_put_integer(writer, number);
    }
}

static void put_time(struct json_writer *writer, const char *key, int64_t wall_ms)
{
    char text[CLOCK_TEXT_BYTES + 1];
    json_key(writer, key);
    if (wall_ms == 0) {
        json_put_null(writer);
    } else {
        clock_write(wall_ms, text);
        json_put_text(writer, text_of(text));
    }
}

static int64_t sum_of(const struct funnel_view *view, const int64_t (*counts)[FUNNEL_PLACE_COUNT],
                      size_t place)
{
    int64_t sum = 0;
    for (int64_t i = 0; i <= view->last - view->first; i++) {
        sum += counts[i][place];
    }
    return sum;
}

static void put_places(struct json_writer *writer, const struct funnel_view *view)
{
    json_key(writer, "places");
    json_begin_array(writer);
    for (size_t i = 0; i < FUNNEL_PLACE_COUNT; i++) {
        json_begin_object(writer);
        json_key(writer, "place");
        json_put_text(writer, text_of(funnel_places[i]));
        put_number(writer, "now", view->now[i].count);
        put_time(writer, "oldest_since", view->now[i].oldest);
        put_number(writer, "entered", sum_of(view, view->entered, i));
        put_number(writer, "left", sum_of(view, view->gone, i));
        put_number(writer, "median_ms", funnel_percentile(view->stays[i], 50));
        put_number(writer, "p90_ms", funnel_percentile(view->stays[i], 90));
        json_end_object(writer);
    }
    json_end_array(writer);
}

/* What has become of those that began: by the places they came to, at least once. */
static const struct {
    const char *name;
    enum funnel_place place;
} steps[] = {
    {"opened", FUNNEL_COMPANY_FORM},   {"submitted", FUNNEL_MODERATION},
    {"approved", FUNNEL_PROVISIONING}, {"completed", FUNNEL_COMPLETED},
    {"rejected", FUNNEL_REJECTED},     {"abandoned", FUNNEL_ABANDONED},
};

static void put_begun(struct json_writer *writer, const int64_t *reached)
{
    json_key(writer, "begun");
    json_begin_object(writer);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        put_number(writer, steps[i].name, reached[steps[i].place]);
    }
    json_end_object(writer);
}

static void put_counts(struct json_writer *writer, const char *key, const int64_t *counts)
{
    json_key(writer, key);
    json_begin_object(writer);
    for (size_t i = 0; i < FUNNEL_PLACE_COUNT; i++) {
        put_number(writer, funnel_places[i], counts[i]);
    }
    json_end_object(writer);
}

static void put_days(struct json_writer *writer, const struct funnel_view *view,
                     struct arena *arena)
{
    json_key(writer, "days");
    json_begin_array(writer);
    for (int64_t i = 0; i <= view->last - view->first; i++) {
        json_begin_object(writer);
        json_key(writer, "day");
        json_put_text(writer, day_text(arena, view->first + i));
        put_counts(writer, "entered", view->entered[i]);
        put_counts(writer, "left", view->gone[i]);
        put_begun(writer, view->reached[i]);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static struct text write_view(const struct call *call, const struct funnel_view *view)
{
    const struct zone *zone = later_zone(call->host->later);
    struct json_writer writer;
    int64_t all[FUNNEL_PLACE_COUNT];
    for (size_t i = 0; i < FUNNEL_PLACE_COUNT; i++) {
        all[i] = sum_of(view, view->reached, i);
    }
    json_writer_init(&writer, call->arena, BYTES_EXPECTED);
    json_begin_object(&writer);
    json_key(&writer, "zone");
    json_put_text(&writer, zone != NULL ? zone_name(zone) : TEXT("UTC"));
    json_key(&writer, "first_day");
    json_put_text(&writer, day_text(call->arena, view->first));
    json_key(&writer, "last_day");
    json_put_text(&writer, day_text(call->arena, view->last));
    json_key(&writer, "counts_all");
    json_put_flag(&writer, view->counts_all);
    put_places(&writer, view);
    put_begun(&writer, all);
    put_days(&writer, view, call->arena);
    json_end_object(&writer);
    return json_written(&writer);
}

/* ---- the question ---- */

/* As many digits, all of them. */
static bool read_number(struct text text, size_t at, size_t digits, int *number_out)
{
    *number_out = 0;
    for (size_t i = at; i < at + digits; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        *number_out = *number_out * 10 + (text.data[i] - '0');
    }
    return true;
}

static bool read_day(struct text text, int64_t *day_out)
{
    struct date date = {.year = 0};
    if (text.bytes != DAY_BYTES || text.data[4] != '-' || text.data[7] != '-' ||
        !read_number(text, 0, 4, &date.year) || !read_number(text, 5, 2, &date.month) ||
        !read_number(text, 8, 2, &date.day) || !date_is_real(date)) {
        return false;
    }
    *day_out = date_to_days(date);
    return true;
}

enum status funnel_handle(struct call *call)
{
    const struct funnel_input *input = call->input;
    struct funnel_view *view = ARENA_NEW(call->arena, struct funnel_view);
    int64_t today = funnel_day(call, call->now_ms);
    *view = (struct funnel_view){.last = today};
    if (text_is_given(input->last_day) &&
        (!read_day(input->last_day, &view->last) || view->last > today)) {
        return refuse_field(call, &funnel_bad_day, "last_day");
    }
    view->first = view->last - input->days + 1;
    enum status status = read_view(call, view);
    return status == STATUS_OK ? answer_json(call, write_view(call, view), NO_TEXT) : status;
}
