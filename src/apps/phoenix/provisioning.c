/* provisioning.c - a client, its entry in cargo, its first employee; and all of it taken back. */
#include "apps/phoenix/provisioning.h"

#include "apps/phoenix/corp_client.h"

enum { NAME_BYTES_MAX = 800, SHORT_BYTES_MAX = 254 };

static const struct refusal company_missing = {"company_missing", 422, "The company has no name."};
static const struct refusal client_unknown = {"corp_client_unknown", 422,
                                              "There is no such corporate client."};
static const struct refusal *const cargo_refusals[] = {&company_missing, &client_unknown};
static const struct refusal *const employee_refusals[] = {&client_unknown};

/* ---- create-corp-client-id ---- */

struct ticket {
    struct id ticket_id;
};
static const struct field ticket_fields[] = {
    {.name = "ticket_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct ticket, ticket_id),
     .required = true,
     .meaning = "The request that was approved"},
};
static const struct shape ticket_shape = {
    .name = "TicketForClient",
    .fields = ticket_fields,
    .field_count = COUNT_OF(ticket_fields),
    .bytes = sizeof(struct ticket),
};
static const struct field client_id_fields[] = {
    {.name = "corp_client_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct corp_client, corp_client_id),
     .meaning = "The same for the same request"},
};
static const struct shape client_id_shape = {
    .name = "CorpClientId",
    .fields = client_id_fields,
    .field_count = COUNT_OF(client_id_fields),
    .bytes = sizeof(struct corp_client),
};

static enum status create_client(struct call *call)
{
    const struct ticket *ticket = call->input;
    struct corp_client client;
    enum status status = corp_client_find_of(call->store, call->arena, ticket->ticket_id, &client);
    if (status == STATUS_ABSENT) {
        client = (struct corp_client){
            .corp_client_id = id_new(),
            .ticket_id = ticket->ticket_id,
            .created_at = call->now_ms,
        };
        status = corp_client_insert(call->store, &client);
    }
    return status == STATUS_OK ? answer(call, &client) : status;
}

/* ---- create-cargo-corp-client ---- */

struct cargo {
    struct id ticket_id;
    struct id corp_client_id;
    struct text company;
    struct text inn;
    struct text city;
};
#define AT(member) .offset = offsetof(struct cargo, member)
static const struct field cargo_fields[] = {
    {.name = "ticket_id",
     .kind = FIELD_ID,
     AT(ticket_id),
     .required = true,
     .meaning = "The request"},
    {.name = "corp_client_id",
     .kind = FIELD_ID,
     AT(corp_client_id),
     .required = true,
     .meaning = "The client that was made for it"},
    {.name = "company",
     .kind = FIELD_TEXT,
     AT(company),
     .bytes_max = NAME_BYTES_MAX,
     .meaning = "What the company is called"},
    {.name = "inn",
     .kind = FIELD_TEXT,
     AT(inn),
     .bytes_max = SHORT_BYTES_MAX,
     .meaning = "Its tax number"},
    {.name = "city",
     .kind = FIELD_TEXT,
     AT(city),
     .bytes_max = SHORT_BYTES_MAX,
     .meaning = "Where it is"},
};
#undef AT
static const struct shape cargo_shape = {
    .name = "CargoCorpClient",
    .fields = cargo_fields,
    .field_count = COUNT_OF(cargo_fields),
    .bytes = sizeof(struct cargo),
};
static const struct field cargo_made_fields[] = {
    {.name = "corp_client_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct corp_client, corp_client_id),
     .meaning = "The client"},
    {.name = "revision",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct corp_client, revision),
     .meaning = "Grows when something else was written"},
};
static const struct shape cargo_made_shape = {
    .name = "CargoCorpClientMade",
    .fields = cargo_made_fields,
    .field_count = COUNT_OF(cargo_made_fields),
    .bytes = sizeof(struct corp_client),
};

static bool has_changed(const struct corp_client *client, const struct cargo *cargo)
{
    return client->revision == 0 || !text_equals(client->company, cargo->company) ||
           !text_equals(client->inn, cargo->inn) || !text_equals(client->city, cargo->city);
}

static enum status create_cargo_client(struct call *call)
{
    const struct cargo *cargo = call->input;
    struct corp_client client;
    if (!text_is_given(cargo->company)) {
        return refuse(call, &company_missing);
    }
    enum status status = corp_client_find(call->store, call->arena, cargo->corp_client_id, &client);
    bool is_its_own = status == STATUS_OK && id_equals(client.ticket_id, cargo->ticket_id);
    if (status == STATUS_ABSENT || (status == STATUS_OK && !is_its_own)) {
        return refuse(call, &client_unknown);
    }
    if (status == STATUS_OK && has_changed(&client, cargo)) {
        client.company = cargo->company;
        client.inn = cargo->inn;
        client.city = cargo->city;
        client.revision++;
        status = corp_client_update(call->store, &client);
    }
    return status == STATUS_OK ? answer(call, &client) : status;
}

/* ---- create-cargo-corp-employee ---- */

#define AT(member) .offset = offsetof(struct corp_employee, member)
static const struct field employee_fields[] = {
    {.name = "corp_client_id",
     .kind = FIELD_ID,
     AT(corp_client_id),
     .required = true,
     .meaning = "Whose employee"},
    {.name = "user_id", .kind = FIELD_ID, AT(user_id), .required = true, .meaning = "The person"},
    {.name = "name",
     .kind = FIELD_TEXT,
     AT(name),
     .bytes_max = NAME_BYTES_MAX,
     .meaning = "What he is called"},
    {.name = "phone",
     .kind = FIELD_TEXT,
     AT(phone),
     .bytes_max = SHORT_BYTES_MAX,
     .meaning = "His telephone"},
    {.name = "email",
     .kind = FIELD_TEXT,
     AT(email),
     .bytes_max = SHORT_BYTES_MAX,
     .meaning = "His address"},
    {.name = "role",
     .kind = FIELD_TEXT,
     AT(role),
     .bytes_max = SHORT_BYTES_MAX,
     .meaning = "What he may do there"},
};
static const struct field employee_id_fields[] = {
    {.name = "employee_id",
     .kind = FIELD_ID,
     AT(employee_id),
     .meaning = "The same for the same person at the same client"},
};
#undef AT
static const struct shape employee_shape = {
    .name = "CargoCorpEmployee",
    .fields = employee_fields,
    .field_count = COUNT_OF(employee_fields),
    .bytes = sizeof(struct corp_employee),
};
static const struct shape employee_id_shape = {
    .name = "CargoCorpEmployeeId",
    .fields = employee_id_fields,
    .field_count = COUNT_OF(employee_id_fields),
    .bytes = sizeof(struct corp_employee),
};

static enum status create_employee(struct call *call)
{
    const struct corp_employee *wanted = call->input;
    struct corp_client client;
    struct corp_employee employee;
    enum status status =
        corp_client_find(call->store, call->arena, wanted->corp_client_id, &client);
    if (status == STATUS_ABSENT) {
        return refuse(call, &client_unknown);
    }
    if (status == STATUS_OK) {
        status = corp_employee_find(call->store, call->arena, wanted->corp_client_id,
                                    wanted->user_id, &employee);
    }
    if (status == STATUS_ABSENT) {
        employee = *wanted;
        employee.employee_id = id_new();
        employee.created_at = call->now_ms;
        status = corp_employee_insert(call->store, &employee);
    }
    return status == STATUS_OK ? answer(call, &employee) : status;
}

/* ---- delete-corp-client ---- */

/* What its employees did stays theirs; the client is closed, and nobody works for it any more. */
static enum status delete_client(struct call *call)
{
    enum status status = corp_client_close(call->store, stage_case(call), call->now_ms);
    return status == STATUS_OK ? answer_empty(call) : status;
}

const struct case_function provisioning_functions[PROVISIONING_COUNT] = {
    {.name = "create-corp-client-id",
     .summary = "A corporate client for a request",
     .takes = &ticket_shape,
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
     .summary = "A person who may act for the client",
     .takes = &employee_shape,
     .gives = &employee_id_shape,
     .run = create_employee,
     .refusals = employee_refusals,
     .refusal_count = COUNT_OF(employee_refusals),
     .is_shared = true},
    {.name = "delete-corp-client",
     .summary = "Closes the client of a request that came to nothing",
     .run = delete_client},
};
