/* funnel_store.c - the rows of the funnel. */
#include "apps/phoenix/funnel.h"

enum { DAYS_MAX = 367, STAYS_MAX = FUNNEL_PLACE_COUNT * FUNNEL_BUCKET_COUNT };

#define AT(of, member) .offset = offsetof(struct of, member)
#define SHAPE(shape_, name_, fields_, of)                                                          \
    static const struct shape shape_ = {                                                           \
        .name = (name_),                                                                           \
        .fields = (fields_),                                                                       \
        .field_count = COUNT_OF(fields_),                                                          \
        .bytes = sizeof(struct of),                                                                \
    }

static const struct field case_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(funnel_case, case_id)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(funnel_case, revision)},
    {.name = "place", .kind = FIELD_TEXT, AT(funnel_case, place)},
    {.name = "since", .kind = FIELD_TIME, AT(funnel_case, since)},
    {.name = "opened_day", .kind = FIELD_INTEGER, AT(funnel_case, opened_day)},
    {.name = "reached", .kind = FIELD_INTEGER, AT(funnel_case, reached)},
};
SHAPE(case_shape, "FunnelCase", case_fields, funnel_case);

static const struct field day_fields[] = {
    {.name = "day", .kind = FIELD_INTEGER, AT(funnel_day_row, day)},
    {.name = "place", .kind = FIELD_TEXT, AT(funnel_day_row, place)},
    {.name = "entered", .kind = FIELD_INTEGER, AT(funnel_day_row, entered)},
    {.name = "gone", .kind = FIELD_INTEGER, AT(funnel_day_row, gone)},
};
SHAPE(day_shape, "FunnelDay", day_fields, funnel_day_row);

static const struct field stay_fields[] = {
    {.name = "place", .kind = FIELD_TEXT, AT(funnel_stay_row, place)},
    {.name = "bucket", .kind = FIELD_INTEGER, AT(funnel_stay_row, bucket)},
    {.name = "count", .kind = FIELD_INTEGER, AT(funnel_stay_row, count)},
};
SHAPE(stay_shape, "FunnelStay", stay_fields, funnel_stay_row);

static const struct field cohort_fields[] = {
    {.name = "day", .kind = FIELD_INTEGER, AT(funnel_cohort_row, day)},
    {.name = "place", .kind = FIELD_TEXT, AT(funnel_cohort_row, place)},
    {.name = "count", .kind = FIELD_INTEGER, AT(funnel_cohort_row, count)},
};
SHAPE(cohort_shape, "FunnelCohort", cohort_fields, funnel_cohort_row);

static const struct field now_fields[] = {
    {.name = "place", .kind = FIELD_TEXT, AT(funnel_now_row, place)},
    {.name = "count", .kind = FIELD_INTEGER, AT(funnel_now_row, count)},
    {.name = "oldest", .kind = FIELD_TIME, AT(funnel_now_row, oldest)},
};
SHAPE(now_shape, "FunnelNow", now_fields, funnel_now_row);

static const struct field walk_fields[] = {
    {.name = "last", .kind = FIELD_ID, AT(funnel_walk, last)},
    {.name = "is_over", .kind = FIELD_FLAG, AT(funnel_walk, is_over)},
};
SHAPE(walk_shape, "FunnelWalk", walk_fields, funnel_walk);

/* ---- one request ---- */

static const struct statement find_case = {
    .sql = "SELECT case_id, revision, place, since, opened_day, reached FROM phoenix.funnel_case"
           " WHERE case_id = $1",
    .gives = &case_shape,
};
static const struct statement insert_case = {
    .sql = "INSERT INTO phoenix.funnel_case (case_id, revision, place, since, opened_day, reached)"
           " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
};
static const struct statement update_case = {
    .sql = "UPDATE phoenix.funnel_case SET revision = $2, place = $3, since = $4, opened_day = $5,"
           " reached = $6 WHERE case_id = $1 AND revision = $7",
};

enum status funnel_case_find(struct store *store, struct arena *arena, struct id case_id,
                             struct funnel_case *row_out)
{
    return store_one(store, arena, &find_case, VALUES(value_id(case_id)), row_out);
}

enum status funnel_case_keep(struct store *store, const struct funnel_case *row, int64_t before)
{
    const struct value values[] = {value_id(row->case_id),         value_integer(row->revision),
                                   value_text(row->place),         value_time(row->since),
                                   value_integer(row->opened_day), value_integer(row->reached),
                                   value_integer(before)};
    int64_t kept = 0;
    enum status status = store_exec(store, before == 0 ? &insert_case : &update_case,
                                    (struct values){values, before == 0 ? 6 : 7}, &kept);
    return status == STATUS_OK && kept == 0 ? STATUS_CONFLICT : status;
}

/* ---- counts ---- */

static const struct statement enter_day = {
    .sql = "INSERT INTO phoenix.funnel_day (day, place, entered, gone) VALUES ($1, $2, $3, 0)"
           " ON CONFLICT (day, place) DO UPDATE SET entered = funnel_day.entered + $3",
};
static const struct statement leave_day = {
    .sql = "INSERT INTO phoenix.funnel_day (day, place, entered, gone) VALUES ($1, $2, 0, $3)"
           " ON CONFLICT (day, place) DO UPDATE SET gone = funnel_day.gone + $3",
};
static const struct statement enter_place = {
    .sql = "INSERT INTO phoenix.funnel_place (place, count) VALUES ($1, $2)"
           " ON CONFLICT (place) DO UPDATE SET count = funnel_place.count + $2",
};
static const struct statement leave_place = {
    .sql = "UPDATE phoenix.funnel_place SET count = count - $2 WHERE place = $1",
};
static const struct statement stay = {
    .sql = "INSERT INTO phoenix.funnel_stay (day, place, bucket, count) VALUES ($1, $2, $3, $4)"
           " ON CONFLICT (day, place, bucket) DO UPDATE SET count = funnel_stay.count + $4",
};
static const struct statement reach = {
    .sql = "INSERT INTO phoenix.funnel_cohort (day, place, count) VALUES ($1, $2, $3)"
           " ON CONFLICT (day, place) DO UPDATE SET count = funnel_cohort.count + $3",
};
static const struct statement drop_case = {
    .sql = "DELETE FROM phoenix.funnel_case WHERE case_id = $1 AND revision = $2",
};
/* What nobody stands for any more. */
static const struct statement drop_counts[] = {
    {.sql = "DELETE FROM phoenix.funnel_day WHERE entered <= 0 AND gone <= 0"},
    {.sql = "DELETE FROM phoenix.funnel_place WHERE count <= 0"},
    {.sql = "DELETE FROM phoenix.funnel_stay WHERE count <= 0"},
    {.sql = "DELETE FROM phoenix.funnel_cohort WHERE count <= 0"},
};

enum status funnel_enter(struct store *store, int64_t day, struct text place, int64_t by)
{
    enum status status = store_exec(
        store, &enter_day, VALUES(value_integer(day), value_text(place), value_integer(by)), NULL);
    return status == STATUS_OK
               ? store_exec(store, &enter_place, VALUES(value_text(place), value_integer(by)), NULL)
               : status;
}

enum status funnel_leave(struct store *store, const struct funnel_stay *stayed, int64_t by)
{
    struct value place = value_text(stayed->place);
    enum status status = store_exec(
        store, &leave_day, VALUES(value_integer(stayed->day), place, value_integer(by)), NULL);
    if (status == STATUS_OK) {
        status = store_exec(store, &leave_place, VALUES(place, value_integer(by)), NULL);
    }
    return status == STATUS_OK
               ? store_exec(store, &stay,
                            VALUES(value_integer(stayed->day), place, value_integer(stayed->bucket),
                                   value_integer(by)),
                            NULL)
               : status;
}

enum status funnel_reach(struct store *store, int64_t opened_day, struct text place, int64_t by)
{
    return store_exec(store, &reach,
                      VALUES(value_integer(opened_day), value_text(place), value_integer(by)),
                      NULL);
}

enum status funnel_case_drop(struct store *store, const struct funnel_case *row)
{
    int64_t dropped = 0;
    enum status status = store_exec(
        store, &drop_case, VALUES(value_id(row->case_id), value_integer(row->revision)), &dropped);
    if (status == STATUS_OK && dropped == 0) {
        return STATUS_CONFLICT;
    }
    for (size_t i = 0; i < COUNT_OF(drop_counts) && status == STATUS_OK; i++) {
        status = store_exec(store, &drop_counts[i], NO_VALUES, NULL);
    }
    return status;
}

/* ---- looking ---- */

static const struct statement list_days = {
    .sql = "SELECT day, place, entered, gone FROM phoenix.funnel_day"
           " WHERE day BETWEEN $1 AND $2 ORDER BY day",
    .gives = &day_shape,
    .rows_max = DAYS_MAX * FUNNEL_PLACE_COUNT,
};
static const struct statement list_stays = {
    .sql = "SELECT place, bucket, CAST(sum(count) AS bigint) AS count FROM phoenix.funnel_stay"
           " WHERE day BETWEEN $1 AND $2 GROUP BY place, bucket",
    .gives = &stay_shape,
    .rows_max = STAYS_MAX,
};
static const struct statement list_cohorts = {
    .sql = "SELECT day, place, count FROM phoenix.funnel_cohort WHERE day BETWEEN $1 AND $2"
           " ORDER BY day",
    .gives = &cohort_shape,
    .rows_max = DAYS_MAX * FUNNEL_PLACE_COUNT,
};
static const struct statement list_now = {
    .sql = "SELECT p.place AS place, p.count AS count, (SELECT min(c.since) FROM"
           " phoenix.funnel_case AS c WHERE c.place = p.place) AS oldest"
           " FROM phoenix.funnel_place AS p",
    .gives = &now_shape,
    .rows_max = FUNNEL_PLACE_COUNT,
};

enum status funnel_list_days(struct store *store, struct arena *arena, int64_t from, int64_t to,
                             struct rows *rows_out)
{
    return store_query(store, arena, &list_days, VALUES(value_integer(from), value_integer(to)),
                       rows_out);
}

enum status funnel_list_stays(struct store *store, struct arena *arena, int64_t from, int64_t to,
                              struct rows *rows_out)
{
    return store_query(store, arena, &list_stays, VALUES(value_integer(from), value_integer(to)),
                       rows_out);
}

enum status funnel_list_cohorts(struct store *store, struct arena *arena, int64_t from, int64_t to,
                                struct rows *rows_out)
{
    return store_query(store, arena, &list_cohorts, VALUES(value_integer(from), value_integer(to)),
                       rows_out);
}

enum status funnel_list_now(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list_now, NO_VALUES, rows_out);
}

/* ---- the way through what was there before ---- */

static const struct statement find_walk = {
    .sql = "SELECT last, is_over FROM phoenix.funnel_walk WHERE one = 1",
    .gives = &walk_shape,
};
static const struct statement keep_walk = {
    .sql = "INSERT INTO phoenix.funnel_walk (one, last, is_over) VALUES (1, $1, $2)"
           " ON CONFLICT (one) DO UPDATE SET last = excluded.last, is_over = excluded.is_over",
};

enum status funnel_walk_find(struct store *store, struct arena *arena, struct funnel_walk *walk_out)
{
    return store_one(store, arena, &find_walk, NO_VALUES, walk_out);
}

enum status funnel_walk_keep(struct store *store, const struct funnel_walk *walk)
{
    return store_exec(store, &keep_walk, VALUES(value_id(walk->last), value_flag(walk->is_over)),
                      NULL);
}
