/* house.c - GET and PATCH /api/house: everybody sees what is hidden, few may choose it. */
#include "services/iam/house/house.h"

#include "runtime/access.h"
#include "services/iam/iam_events.h"
#include "store/json_texts.h"

enum { APPS_MAX = 32, APP_BYTES_MAX = 64 };

static const struct refusal house_changed = {
    "revision_changed", 412, "Somebody has chosen meanwhile. Read it again before you change it."};
static const struct refusal house_bad_app = {
    "bad_app", 422, "An app is named by its service: small letters, digits and _."};

struct house {
    struct texts hidden;
    int64_t revision;
    int64_t changed_at;
};

#define AT(member) .offset = offsetof(struct house, member)
#define HIDDEN_FIELD                                                                               \
    {                                                                                              \
        .name = "hidden", .kind = FIELD_TEXTS, AT(hidden), .bytes_max = APP_BYTES_MAX,             \
        .items_max = APPS_MAX, .meaning = "Services whose screens and cases nobody is shown"       \
    }
static const struct field house_fields[] = {
    HIDDEN_FIELD,
    {.name = "revision",
     .kind = FIELD_INTEGER,
     AT(revision),
     .is_revision = true,
     .meaning = "0: nobody has chosen yet"},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
};
static const struct field change_fields[] = {HIDDEN_FIELD};
#undef AT
static const struct shape house_shape = {
    .name = "House",
    .fields = house_fields,
    .field_count = COUNT_OF(house_fields),
    .bytes = sizeof(struct house),
};
static const struct shape change_takes = {
    .name = "ChangeHouse",
    .fields = change_fields,
    .field_count = COUNT_OF(change_fields),
    .bytes = sizeof(struct house),
};

/* ---- the store ---- */

static const struct statement find_house = {
    .sql = "SELECT hidden, revision, changed_at FROM iam.house WHERE place = 1",
    .gives = &house_shape,
};
static const struct statement insert_house = {
    .sql = "INSERT INTO iam.house (place, hidden, revision, changed_at) VALUES (1, $1, $2, $3)"
           " ON CONFLICT (place) DO NOTHING",
};
static const struct statement update_house = {
    .sql = "UPDATE iam.house SET hidden = $1, revision = $2, changed_at = $3"
           " WHERE place = 1 AND revision = $2 - 1",
};

static enum status find(struct call *call, struct house *house_out)
{
    enum status status = store_one(call->store, call->arena, &find_house, NO_VALUES, house_out);
    if (status == STATUS_ABSENT) {
        *house_out = (struct house){.revision = 0};
        status = STATUS_OK;
    }
    return status;
}

static enum status keep(struct call *call, const struct house *house)
{
    const struct statement *how = house->revision == 1 ? &insert_house : &update_house;
    int64_t changed = 0;
    enum status status =
        store_exec(call->store, how,
                   VALUES(value_text(json_texts(call->arena, house->hidden)),
                          value_integer(house->revision), value_time(house->changed_at)),
                   &changed);
    return status == STATUS_OK && changed == 0 ? STATUS_CONFLICT : status;
}

static const struct migration migrations[] = {
    {
        .version = 1,
        .name = "house",
        .sqlite = "CREATE TABLE iam.house ("
                  " place INTEGER NOT NULL PRIMARY KEY, hidden TEXT NOT NULL,"
                  " revision INTEGER NOT NULL, changed_at INTEGER NOT NULL) STRICT;",
        .postgres = "CREATE TABLE iam.house ("
                    " place integer NOT NULL PRIMARY KEY, hidden text NOT NULL,"
                    " revision bigint NOT NULL, changed_at bigint NOT NULL);",
    },
};

/* ---- operations ---- */

static enum status get_handle(struct call *call)
{
    struct house house;
    enum status status = find(call, &house);
    return status == STATUS_OK ? answer(call, &house) : status;
}

static bool is_name(struct text app)
{
    bool is = app.bytes > 0;
    for (size_t i = 0; i < app.bytes; i++) {
        char letter = app.data[i];
        is = is && ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                    letter == '_');
    }
    return is;
}

static enum status change_handle(struct call *call)
{
    const struct house *input = call->input;
    struct house house;
    enum status status = find(call, &house);
    if (status != STATUS_OK) {
        return status;
    }
    if (call->expected_revision != FIELD_NONE && call->expected_revision != house.revision) {
        return refuse(call, &house_changed);
    }
    for (size_t i = 0; i < input->hidden.count; i++) {
        if (!is_name(input->hidden.items[i])) {
            return refuse_field(call, &house_bad_app, "hidden");
        }
    }
    house.hidden = input_has(call, "hidden") ? input->hidden : house.hidden;
    house.revision++;
    house.changed_at = call->now_ms;
    status = keep(call, &house);
    if (status == STATUS_OK) {
        status = iam_tell_house_changed(call, house.hidden);
    }
    return status == STATUS_OK ? answer(call, &house) : status;
}

static const struct refusal *const change_refusals[] = {&house_changed, &house_bad_app};

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/api/house",
        .operation = "get_house",
        .permission = PERMISSION_PERSON,
        .summary = "What is chosen for the whole house: which apps are hidden",
        .kind = ROUTE_READS_POINT,
        .handle = get_handle,
        .gives = &house_shape,
    },
    {
        .method = HTTP_PATCH,
        .path = "/api/house",
        .operation = "change_house",
        .permission = "iam.house",
        .summary = "Choose which apps are hidden; nothing stops or starts by it",
        .kind = ROUTE_WRITES,
        .handle = change_handle,
        .takes = &change_takes,
        .gives = &house_shape,
        .revision = REVISION_MAY,
        .refusals = change_refusals,
        .refusal_count = COUNT_OF(change_refusals),
    },
};

static const struct series series[] = {
    {.name = "house", .migrations = migrations, .count = COUNT_OF(migrations)},
};

const struct service_part house_part = {
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .series = series,
    .series_count = COUNT_OF(series),
};
