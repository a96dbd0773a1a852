/* corp.c - takes in companies: a workflow with outside partners, the functions it shares with them,
 * and a trigger that remembers. */
#include "base/json.h"
#include "engine/cases.h"
#include "tests/sample/sample.h"

WORKFLOW_TEXT(phoenix);
WORKFLOW_TEXT(waiting);

/* ---- what was made elsewhere, as far as a sample goes ---- */

struct made {
    struct text kind;
    struct text about;
    struct id id;
};

#define AT(member) .offset = offsetof(struct made, member)
static const struct field made_fields[] = {
    {.name = "kind", .kind = FIELD_TEXT, AT(kind)},
    {.name = "about", .kind = FIELD_TEXT, AT(about)},
    {.name = "id", .kind = FIELD_ID, AT(id)},
};
#undef AT
static const struct shape made_shape = {
    .name = "CorpMade",
    .fields = made_fields,
    .field_count = COUNT_OF(made_fields),
    .bytes = sizeof(struct made),
};

static const struct migration migrations[] = {
    {
        .version = 1,
        .name = "made",
        .sqlite = "CREATE TABLE corp.made (id BLOB NOT NULL PRIMARY KEY, kind TEXT NOT NULL,"
                  " about TEXT NOT NULL) STRICT, WITHOUT ROWID;",
        .postgres = "CREATE TABLE corp.made (id uuid NOT NULL PRIMARY KEY, kind text NOT NULL,"
                    " about text NOT NULL);",
    },
};

static const struct statement insert_made = {
    .sql = "INSERT INTO corp.made (id, kind, about) VALUES ($1, $2, $3)",
};
static const struct statement list_made = {
    .sql = "SELECT id, kind, about FROM corp.made ORDER BY id LIMIT 1000",
    .gives = &made_shape,
    .rows_max = 1000,
};

static enum status make(struct call *call, struct text kind, struct text about, struct id *id_out)
{
    *id_out = id_new();
    return store_exec(call->store, &insert_made,
                      VALUES(value_id(*id_out), value_text(kind), value_text(about)), NULL);
}

static struct text written(struct call *call, struct id id)
{
    char text[ID_TEXT_BYTES + 1];
    id_write(id, text);
    return text_copy(call->arena, text_of(text));
}

/* ---- functions ---- */

struct corp {
    struct id ticket_id;
    struct id corp_client_id;
    struct text company;
    int64_t revision;
    struct id user_id;
    struct text name;
    struct text role;
    struct id employee_id;
};

#define AT(member) .offset = offsetof(struct corp, member)
#define ID_FIELD(n)                                                                                \
    {                                                                                              \
        .name = #n, .kind = FIELD_ID, AT(n), .required = true,                                     \
    }
#define TEXT_FIELD(n, max)                                                                         \
    {                                                                                              \
        .name = #n, .kind = FIELD_TEXT, AT(n), .bytes_max = (max),                                 \
    }
static const struct field client_fields[] = {ID_FIELD(ticket_id)};
static const struct field client_id_fields[] = {ID_FIELD(corp_client_id)};
static const struct field cargo_fields[] = {ID_FIELD(ticket_id), ID_FIELD(corp_client_id),
                                            TEXT_FIELD(company, 800)};
static const struct field cargo_made_fields[] = {
    ID_FIELD(corp_client_id), {.name = "revision", .kind = FIELD_INTEGER, AT(revision)}};
static const struct field employee_fields[] = {ID_FIELD(corp_client_id), ID_FIELD(user_id),
                                               TEXT_FIELD(name, 800), TEXT_FIELD(role, 40)};
static const struct field employee_id_fields[] = {ID_FIELD(employee_id)};
#undef AT
#define SHAPE(n, rows)                                                                             \
    {                                                                                              \
        .name = (n), .fields = (rows), .field_count = COUNT_OF(rows), .bytes = sizeof(struct corp) \
    }
static const struct shape client_shape = SHAPE("CorpClientFor", client_fields);
static const struct shape client_id_shape = SHAPE("CorpClientId", client_id_fields);
static const struct shape cargo_shape = SHAPE("CargoClient", cargo_fields);
static const struct shape cargo_made_shape = SHAPE("CargoClientMade", cargo_made_fields);
static const struct shape employee_shape = SHAPE("CargoEmployee", employee_fields);
static const struct shape employee_id_shape = SHAPE("CargoEmployeeId", employee_id_fields);

static const struct refusal no_company = {"company_missing", 422, "The company has no name."};
static const struct refusal *const cargo_refusals[] = {&no_company};

static enum status create_client(struct call *call)
{
    struct corp corp = *(const struct corp *)call->input;
    MUST(id_equals(stage_case(call), corp.ticket_id));
    enum status status =
        make(call, TEXT("client"), written(call, corp.ticket_id), &corp.corp_client_id);
    return status == STATUS_OK ? answer(call, &corp) : status;
}

static enum status create_cargo_client(struct call *call)
{
    struct corp corp = *(const struct corp *)call->input;
    struct id id;
    if (!text_is_given(corp.company)) {
        return refuse(call, &no_company);
    }
    corp.revision = 1;
    enum status status = make(call, TEXT("cargo_client"), written(call, corp.corp_client_id), &id);
    return status == STATUS_OK ? answer(call, &corp) : status;
}

static enum status create_employee(struct call *call)
{
    struct corp corp = *(const struct corp *)call->input;
    enum status status =
        make(call, TEXT("employee"), written(call, corp.user_id), &corp.employee_id);
    return status == STATUS_OK ? answer(call, &corp) : status;
}

/* What only a case can do, and what nobody can do now: both make something first. */
static enum status wait_for_somebody(struct call *call)
{
    struct id id;
    enum status status = make(call, TEXT("waiting"), stage_work_id(call), &id);
    return status == STATUS_OK ? stage_wait(call) : status;
}

static enum status come_later(struct call *call)
{
    struct id id;
    enum status status = make(call, TEXT("later"), stage_work_id(call), &id);
    return status == STATUS_OK ? stage_retry(call, "not yet") : status;
}

static const struct case_function functions[] = {
    {.name = "create-corp-client-id",
     .summary = "A corporate client for a ticket",
     .takes = &client_shape,
     .gives = &client_id_shape,
     .run = create_client,
     .is_shared = true},
    {.name = "create-cargo-corp-client",
     .summary = "The same client in cargo",
     .takes = &cargo_shape,
     .gives = &cargo_made_shape,
     .run = create_cargo_client,
     .refusals = cargo_refusals,
     .refusal_count = COUNT_OF(cargo_refusals),
     .is_shared = true},
    {.name = "create-cargo-corp-employee",
     .summary = "Somebody of the client",
     .takes = &employee_shape,
     .gives = &employee_id_shape,
     .run = create_employee,
     .is_shared = true},
    {.name = "wait-for-somebody",
     .summary = "What only a case can do",
     .run = wait_for_somebody,
     .is_shared = true},
    {.name = "come-later",
     .summary = "What cannot be done now",
     .run = come_later,
     .is_shared = true},
    {.name = "of-our-own", .summary = "What nobody else may run", .run = come_later},
};

/* ---- a trigger: reminds three times, then gives up ---- */

enum { REMINDERS = 3 };

struct reminding {
    int64_t count;
    struct text note;
};

#define AT(member) .offset = offsetof(struct reminding, member)
static const struct field state_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, AT(count)},
};
static const struct field payload_fields[] = {
    {.name = "note", .kind = FIELD_TEXT, AT(note), .bytes_max = 100},
};
#undef AT
static const struct shape state_shape = {
    .name = "Reminding",
    .fields = state_fields,
    .field_count = COUNT_OF(state_fields),
    .bytes = sizeof(struct reminding),
};
static const struct shape payload_shape = {
    .name = "ReminderNote",
    .fields = payload_fields,
    .field_count = COUNT_OF(payload_fields),
    .bytes = sizeof(struct reminding),
};

static const struct refusal no_more = {"enough_reminders", 409, "There were enough reminders."};
static const struct refusal *const remind_refusals[] = {&no_more};

static enum status remind(struct call *call)
{
    const struct reminding *heard = call->input;
    const void *before = NULL;
    struct id id;
    enum status status = trigger_recall(call, &state_shape, &before);
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    struct reminding now = {.count = before ? ((const struct reminding *)before)->count + 1 : 1};
    status = make(call, TEXT("reminder"), written(call, stage_case(call)), &id);
    if (status == STATUS_OK && now.count > REMINDERS) {
        return refuse(call, &no_more);
    }
    status = status == STATUS_OK ? trigger_remember(call, &state_shape, &now) : status;
    if (status == STATUS_OK && text_is_given(heard->note) &&
        text_equals(heard->note, TEXT("not now"))) {
        return STATUS_UNAVAILABLE;
    }
    if (status == STATUS_OK && now.count == REMINDERS) {
        status = case_hear(call, stage_case(call), "stq.abandon", TEXT("{}"));
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

static const struct case_trigger triggers[] = {
    {.kind = "remind",
     .summary = "Reminds, and gives up after three times",
     .takes = &payload_shape,
     .run = remind,
     .refusals = remind_refusals,
     .refusal_count = COUNT_OF(remind_refusals)},
};

/* ---- the service ---- */

static const struct workflow_file workflows[] = {WORKFLOW_FILE(phoenix), WORKFLOW_FILE(waiting)};

static const struct case_partner partners[] = {
    {.service = "engine_of_companies", .kind = "procaas"},
    {.service = "queue_of_companies", .kind = "stq"},
    {.service = "helper_of_companies"},
};

static const struct case_work cases = {
    .workflows = workflows,
    .workflow_count = COUNT_OF(workflows),
    .functions = functions,
    .function_count = COUNT_OF(functions),
    .triggers = triggers,
    .trigger_count = COUNT_OF(triggers),
    .partners = partners,
    .partner_count = COUNT_OF(partners),
    .is_front = true,
};

struct opening {
    struct id owner_id;
    struct id ticket_id;
    struct text company;
};

#define AT(member) .offset = offsetof(struct opening, member)
static const struct field open_fields[] = {
    {.name = "owner_id", .kind = FIELD_ID, AT(owner_id), .required = true},
    {.name = "company", .kind = FIELD_TEXT, AT(company), .bytes_max = 800},
};
static const struct field opened_fields[] = {
    {.name = "ticket_id", .kind = FIELD_ID, AT(ticket_id)},
};
#undef AT
static const struct shape open_shape = {
    .name = "OpenTicket",
    .fields = open_fields,
    .field_count = COUNT_OF(open_fields),
    .bytes = sizeof(struct opening),
};
static const struct shape opened_shape = {
    .name = "TicketOpened",
    .fields = opened_fields,
    .field_count = COUNT_OF(opened_fields),
    .bytes = sizeof(struct opening),
};

static const struct refusal no_start = {"no_start", 409, "It cannot begin."};
static const struct refusal *const open_refusals[] = {&no_start};

static enum status open_ticket(struct call *call)
{
    struct opening opening = *(const struct opening *)call->input;
    struct text error = NO_TEXT;
    struct json_writer form;
    json_writer_init(&form, call->arena, 64);
    json_begin_object(&form);
    if (text_is_given(opening.company)) {
        json_key(&form, "company");
        json_put_text(&form, opening.company);
    }
    json_end_object(&form);
    enum status status = case_start(call,
                                    &(struct case_start){.workflow = "phoenix",
                                                         .form = json_written(&form),
                                                         .person = opening.owner_id},
                                    &opening.ticket_id, &error);
    if (status == STATUS_ABSENT || status == STATUS_MALFORMED) {
        return refuse(call, &no_start);
    }
    return status == STATUS_OK || status == STATUS_EXISTS ? answer(call, &opening) : status;
}

static enum status list_handle(struct call *call)
{
    struct rows rows;
    enum status status = store_query(call->store, call->arena, &list_made, NO_VALUES, &rows);
    return status == STATUS_OK ? answer_list(call, &(struct list){.items = rows.items,
                                                                  .count = rows.count,
                                                                  .total = FIELD_NONE})
                               : status;
}

static const struct route routes[] = {
    {.method = HTTP_POST,
     .path = "/api/corp/tickets",
     .operation = "open_ticket",
     .permission = "corp.write",
     .summary = "Take in a company",
     .kind = ROUTE_WRITES,
     .handle = open_ticket,
     .takes = &open_shape,
     .gives = &opened_shape,
     .refusals = open_refusals,
     .refusal_count = COUNT_OF(open_refusals)},
    {.method = HTTP_GET,
     .path = "/api/corp/made",
     .operation = "list_corp_made",
     .permission = "corp.read",
     .summary = "What was made elsewhere",
     .kind = ROUTE_READS,
     .handle = list_handle,
     .gives = &made_shape,
     .gives_list = true},
};

const struct service corp_service = {
    .name = "corp",
    .purpose = "Takes in companies (sample)",
    .migrations = migrations,
    .migration_count = COUNT_OF(migrations),
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .cases = &cases,
};
