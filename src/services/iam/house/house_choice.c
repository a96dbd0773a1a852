/* house_choice.c - GET and PATCH /api/house: everybody sees what is hidden, few may choose it. */
#include "services/iam/house/house_choice.h"

#include "runtime/access.h"
#include "services/iam/house/house_migrations.h"
#include "services/iam/iam_events.h"

enum { APPS_MAX = 32, APP_BYTES_MAX = 64 };

static const struct refusal house_changed = {
    "revision_changed", 412, "Somebody has chosen meanwhile. Read it again before you change it."};
static const struct refusal house_bad_app = {
    "bad_app", 422, "An app is named by its service: small letters, digits and _."};

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
const struct shape house_shape = {
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

/* ---- operations ---- */

static enum status get_handle(struct call *call)
{
    struct house house;
    enum status status = house_find(call->store, call->arena, &house);
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
    enum status status = house_find(call->store, call->arena, &house);
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
    status = house_keep(call->store, call->arena, &house);
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
    {.name = "house", .migrations = house_migrations, .count = HOUSE_MIGRATION_COUNT},
};

const struct service_part house_part = {
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .series = series,
    .series_count = COUNT_OF(series),
};
