/* rule_routes.c - rules listed, made, changed, taken away; and the routes of it on one page. */
#include "services/notifications/rules/rule_check.h"
#include "services/notifications/rules/rule_store.h"
#include "services/notifications/templates/template.h"

static const struct refusal rule_not_found = {"rule_not_found", 404, "There is no such rule."};
static const struct refusal rule_exists = {"rule_exists", 409, "There is a rule of this name."};
static const struct refusal rule_changed = {
    "revision_changed", 409, "Somebody has changed the rule meanwhile; read it again."};
static const struct refusal rule_too_many = {"rule_too_many", 409, "There are 500 rules already."};

/* ---- what is taken, and given ---- */

static const char *const statuses[] = {"active", "inactive"};
static const char *const channels[] = {"inbox", "telegram", "email"};

#define AT(member) .offset = offsetof(struct rule, member)

static const struct field shown_fields[] = {
    {.name = "id",
     .kind = FIELD_ID,
     AT(id),
     .is_optional = true,
     .meaning = "None: it comes with the program"},
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "event", .kind = FIELD_TEXT, AT(event)},
    {.name = "template", .kind = FIELD_TEXT, AT(template)},
    {.name = "channels", .kind = FIELD_TEXTS, AT(channels)},
    {.name = "to_path", .kind = FIELD_TEXT, AT(to_path)},
    {.name = "to_role", .kind = FIELD_TEXT, AT(to_role)},
    {.name = "to_person", .kind = FIELD_ID, AT(to_person)},
    {.name = "status", .kind = FIELD_TEXT, AT(status)},
    {.name = "origin", .kind = FIELD_TEXT, AT(origin)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .is_revision = true},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
};
const struct shape rule_shape = {
    .name = "NotificationRule",
    .fields = shown_fields,
    .field_count = COUNT_OF(shown_fields),
    .bytes = sizeof(struct rule),
};

#define ID_FIELD                                                                                   \
    {                                                                                              \
        .name = "rule_id", .kind = FIELD_ID, AT(id), .place = FIELD_IN_PATH, .required = true      \
    }
#define WISH_FIELDS(required_)                                                                     \
    {.name = "event",                                                                              \
     .kind = FIELD_TEXT,                                                                           \
     AT(event),                                                                                    \
     .required = (required_),                                                                      \
     .bytes_max = RULE_EVENT_BYTES_MAX,                                                            \
     .meaning = "What has happened: orders.late"},                                                 \
        {.name = "template",                                                                       \
         .kind = FIELD_TEXT,                                                                       \
         AT(template),                                                                             \
         .required = (required_),                                                                  \
         .bytes_max = TEMPLATE_KEY_BYTES_MAX,                                                      \
         .meaning = "The key of the words; the event's data fill them"},                           \
        {.name = "channels",                                                                       \
         .kind = FIELD_TEXTS,                                                                      \
         AT(channels),                                                                             \
         .bytes_max = 16,                                                                          \
         .items_max = RULE_CHANNELS_MAX,                                                           \
         .choices = channels,                                                                      \
         .choice_count = COUNT_OF(channels),                                                       \
         .meaning = "In the order of trying, the inbox at once; none: those that reach him"},      \
        {.name = "to_path",                                                                        \
         .kind = FIELD_TEXT,                                                                       \
         AT(to_path),                                                                              \
         .may_be_null = true,                                                                      \
         .bytes_max = RULE_PATH_BYTES_MAX,                                                         \
         .meaning = "Where in the event's data a person's id or a mailbox stands: client.id"},     \
        {.name = "to_role",                                                                        \
         .kind = FIELD_TEXT,                                                                       \
         AT(to_role),                                                                              \
         .may_be_null = true,                                                                      \
         .is_role = true,                                                                          \
         .bytes_max = RULE_ROLE_BYTES_MAX,                                                         \
         .meaning = "Everybody who has this role and may come in"},                                \
        {.name = "to_person", .kind = FIELD_ID, AT(to_person), .may_be_null = true},               \
    {                                                                                              \
        .name = "status", .kind = FIELD_CHOICE, AT(status), .bytes_max = 16, .choices = statuses,  \
        .choice_count = COUNT_OF(statuses)                                                         \
    }

static const struct field create_fields[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     AT(name),
     .required = true,
     .bytes_max = RULE_NAME_BYTES_MAX,
     .meaning = "That of a shipped rule takes its place"},
    WISH_FIELDS(true),
};
static const struct field change_fields[] = {ID_FIELD, WISH_FIELDS(false)};
static const struct field id_fields[] = {ID_FIELD};
#undef AT

#define TAKES(variable, name_, table)                                                              \
    static const struct shape variable = {                                                         \
        .name = (name_),                                                                           \
        .fields = (table),                                                                         \
        .field_count = COUNT_OF(table),                                                            \
        .bytes = sizeof(struct rule),                                                              \
    }
TAKES(create_takes, "CreateNotificationRule", create_fields);
TAKES(change_takes, "ChangeNotificationRule", change_fields);
TAKES(id_takes, "NotificationRuleId", id_fields);
#undef TAKES

/* ---- read ---- */

static bool stands_in(const struct rule *rows, size_t count, const struct rule *shipped)
{
    bool stands = false;
    for (size_t i = 0; i < count; i++) {
        stands = stands || text_equals(rows[i].name, shipped->name);
    }
    return stands;
}

/* The rows, and those shipped that no row has taken the place of. */
static enum status list_all(struct call *call)
{
    struct rows rows;
    enum status status = rule_list(call->store, call->arena, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    size_t count = rows.count;
    struct rule *all = ARENA_ARRAY(call->arena, struct rule, count + rules_shipped_count);
    for (size_t i = 0; i < count; i++) {
        all[i] = ((const struct rule *)rows.items)[i];
    }
    for (size_t i = 0; i < rules_shipped_count; i++) {
        if (!stands_in(rows.items, rows.count, &rules_shipped[i])) {
            all[count++] = rules_shipped[i];
        }
    }
    return answer_list(call, &(struct list){.items = all, .count = count, .total = FIELD_NONE});
}

static enum status find_asked(struct call *call, struct rule *rule_out)
{
    const struct rule *input = call->input;
    enum status status = rule_find(call->store, call->arena, input->id, rule_out);
    return status == STATUS_ABSENT ? refuse(call, &rule_not_found) : status;
}

static enum status get_one(struct call *call)
{
    struct rule rule;
    enum status status = find_asked(call, &rule);
    return status == STATUS_OK ? answer(call, &rule) : status;
}

/* ---- written ---- */

static enum status create(struct call *call)
{
    struct rows rows;
    struct rule rule = *(const struct rule *)call->input;
    rule.id = id_new();
    rule.status = text_is_given(rule.status) ? rule.status : template_active;
    rule.origin = template_from_person;
    rule.revision = 1;
    rule.created_at = rule.changed_at = call->now_ms;
    enum status status = rule_check(call, &rule);
    if (status == STATUS_OK) {
        status = rule_list(call->store, call->arena, &rows);
    }
    if (status == STATUS_OK && rows.count >= RULES_MAX) {
        return refuse(call, &rule_too_many);
    }
    if (status == STATUS_OK) {
        status = rule_insert(call->store, call->arena, &rule);
    }
    if (status == STATUS_EXISTS) {
        return refuse_field(call, &rule_exists, "name");
    }
    return status == STATUS_OK ? answer(call, &rule) : status;
}

static void change_given(const struct call *call, struct rule *rule)
{
    const struct rule *input = call->input;
    rule->event = input_has(call, "event") ? input->event : rule->event;
    rule->template = input_has(call, "template") ? input->template : rule->template;
    rule->channels = input_has(call, "channels") ? input->channels : rule->channels;
    rule->to_path = input_has(call, "to_path") ? input->to_path : rule->to_path;
    rule->to_role = input_has(call, "to_role") ? input->to_role : rule->to_role;
    rule->to_person = input_has(call, "to_person") ? input->to_person : rule->to_person;
    rule->status = input_has(call, "status") ? input->status : rule->status;
    rule->revision++;
    rule->changed_at = call->now_ms;
}

static enum status change(struct call *call)
{
    struct rule rule;
    enum status status = find_asked(call, &rule);
    if (status != STATUS_OK) {
        return status;
    }
    if (call->expected_revision != FIELD_NONE && call->expected_revision != rule.revision) {
        return refuse(call, &rule_changed);
    }
    change_given(call, &rule);
    status = rule_check(call, &rule);
    if (status == STATUS_OK) {
        status = rule_update(call->store, call->arena, &rule);
    }
    return status == STATUS_OK ? answer(call, &rule) : status;
}

static enum status take_away(struct call *call)
{
    struct rule rule;
    enum status status = find_asked(call, &rule);
    if (status == STATUS_OK) {
        status = rule_delete(call->store, rule.id);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* ---- the page ---- */

#define OF_FIELDS                                                                                  \
    &rule_event_unknown, &rule_event_hidden, &rule_template_unknown, &rule_channel_twice,          \
        &rule_recipient_unclear, &rule_path_unknown, &rule_person_unknown, &rule_bad_name
static const struct refusal *const create_refusals[] = {OF_FIELDS, &rule_exists, &rule_too_many};
static const struct refusal *const change_refusals[] = {OF_FIELDS, &rule_not_found, &rule_changed};
static const struct refusal *const find_refusals[] = {&rule_not_found};

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/api/notification_rules",
        .operation = "list_notification_rules",
        .permission = "notifications.templates",
        .summary = "Who is told what when something happens, shipped rules among them",
        .kind = ROUTE_READS,
        .handle = list_all,
        .gives = &rule_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_POST,
        .path = "/api/notification_rules",
        .operation = "create_notification_rule",
        .permission = "notifications.templates",
        .summary = "Have somebody told when something happens",
        .kind = ROUTE_WRITES,
        .handle = create,
        .takes = &create_takes,
        .gives = &rule_shape,
        .success_status = 201,
        .refusals = create_refusals,
        .refusal_count = COUNT_OF(create_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/notification_rules/{rule_id}",
        .operation = "get_notification_rule",
        .permission = "notifications.templates",
        .summary = "One rule",
        .kind = ROUTE_READS_POINT,
        .handle = get_one,
        .takes = &id_takes,
        .gives = &rule_shape,
        .refusals = find_refusals,
        .refusal_count = COUNT_OF(find_refusals),
    },
    {
        .method = HTTP_PATCH,
        .path = "/api/notification_rules/{rule_id}",
        .operation = "change_notification_rule",
        .permission = "notifications.templates",
        .summary = "Change a rule, or switch it off",
        .kind = ROUTE_WRITES,
        .handle = change,
        .takes = &change_takes,
        .gives = &rule_shape,
        .revision = REVISION_MAY,
        .refusals = change_refusals,
        .refusal_count = COUNT_OF(change_refusals),
    },
    {
        .method = HTTP_DELETE,
        .path = "/api/notification_rules/{rule_id}",
        .operation = "delete_notification_rule",
        .permission = "notifications.templates",
        .summary = "Take a rule away; the shipped one of its name comes back",
        .kind = ROUTE_WRITES,
        .handle = take_away,
        .takes = &id_takes,
        .success_status = 204,
        .refusals = find_refusals,
        .refusal_count = COUNT_OF(find_refusals),
    },
};

static const struct series series[] = {
    {.name = "rules", .migrations = rule_migrations, .count = RULE_MIGRATION_COUNT},
};

const struct service_part rules_part = {
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .series = series,
    .series_count = COUNT_OF(series),
};
