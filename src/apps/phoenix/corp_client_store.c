/* corp_client_store.c - the rows of corporate clients and their employees. */
#include "apps/phoenix/corp_client.h"

const struct migration phoenix_migrations[PHOENIX_MIGRATION_COUNT] = {
    {
        .version = 1,
        .name = "clients",
        .sqlite = "CREATE TABLE phoenix.corp_client (corp_client_id BLOB NOT NULL PRIMARY KEY,"
                  " ticket_id BLOB NOT NULL UNIQUE, created_at INTEGER NOT NULL,"
                  " closed_at INTEGER NOT NULL, company TEXT, inn TEXT, city TEXT,"
                  " revision INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
                  "CREATE TABLE phoenix.corp_employee (corp_client_id BLOB NOT NULL,"
                  " user_id BLOB NOT NULL, employee_id BLOB NOT NULL UNIQUE, name TEXT, phone TEXT,"
                  " email TEXT, role TEXT, created_at INTEGER NOT NULL,"
                  " PRIMARY KEY (corp_client_id, user_id)) STRICT, WITHOUT ROWID;",
        .postgres =
            "CREATE TABLE phoenix.corp_client (corp_client_id uuid NOT NULL PRIMARY KEY,"
            " ticket_id uuid NOT NULL UNIQUE, created_at bigint NOT NULL,"
            " closed_at bigint NOT NULL, company text, inn text, city text,"
            " revision bigint NOT NULL);"
            "CREATE TABLE phoenix.corp_employee (corp_client_id uuid NOT NULL,"
            " user_id uuid NOT NULL, employee_id uuid NOT NULL UNIQUE, name text, phone text,"
            " email text, role text, created_at bigint NOT NULL,"
            " PRIMARY KEY (corp_client_id, user_id));",
    },
    {
        .version = 2,
        .name = "notices",
        .sqlite = "CREATE TABLE phoenix.moderator (person_id BLOB NOT NULL PRIMARY KEY)"
                  " STRICT, WITHOUT ROWID;"
                  "CREATE TABLE phoenix.wording (wording INTEGER NOT NULL PRIMARY KEY) STRICT;",
        .postgres = "CREATE TABLE phoenix.moderator (person_id uuid NOT NULL PRIMARY KEY);"
                    "CREATE TABLE phoenix.wording (wording bigint NOT NULL PRIMARY KEY);",
    },
    {
        .version = 3,
        .name = "funnel",
        .sqlite = "CREATE TABLE phoenix.funnel_case (case_id BLOB NOT NULL PRIMARY KEY,"
                  " revision INTEGER NOT NULL, place TEXT NOT NULL, since INTEGER NOT NULL,"
                  " opened_day INTEGER NOT NULL, reached INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
                  "CREATE INDEX phoenix.funnel_case_since ON funnel_case (place, since);"
                  "CREATE TABLE phoenix.funnel_place (place TEXT NOT NULL PRIMARY KEY,"
                  " count INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
                  "CREATE TABLE phoenix.funnel_day (day INTEGER NOT NULL, place TEXT NOT NULL,"
                  " entered INTEGER NOT NULL, gone INTEGER NOT NULL, PRIMARY KEY (day, place))"
                  " STRICT, WITHOUT ROWID;"
                  "CREATE TABLE phoenix.funnel_stay (day INTEGER NOT NULL, place TEXT NOT NULL,"
                  " bucket INTEGER NOT NULL, count INTEGER NOT NULL,"
                  " PRIMARY KEY (day, place, bucket)) STRICT, WITHOUT ROWID;"
                  "CREATE TABLE phoenix.funnel_cohort (day INTEGER NOT NULL, place TEXT NOT NULL,"
                  " count INTEGER NOT NULL, PRIMARY KEY (day, place)) STRICT, WITHOUT ROWID;"
                  "CREATE TABLE phoenix.funnel_walk (one INTEGER NOT NULL PRIMARY KEY, last BLOB,"
                  " is_over INTEGER NOT NULL) STRICT;",
        .postgres = "CREATE TABLE phoenix.funnel_case (case_id uuid NOT NULL PRIMARY KEY,"
                    " revision bigint NOT NULL, place text COLLATE \"C\" NOT NULL,"
                    " since bigint NOT NULL, opened_day bigint NOT NULL,"
                    " reached bigint NOT NULL) WITH (fillfactor = 80);"
                    "CREATE INDEX funnel_case_since ON phoenix.funnel_case (place, since);"
                    "CREATE TABLE phoenix.funnel_place (place text COLLATE \"C\" NOT NULL"
                    " PRIMARY KEY, count bigint NOT NULL);"
                    "CREATE TABLE phoenix.funnel_day (day bigint NOT NULL,"
                    " place text COLLATE \"C\" NOT NULL, entered bigint NOT NULL,"
                    " gone bigint NOT NULL, PRIMARY KEY (day, place));"
                    "CREATE TABLE phoenix.funnel_stay (day bigint NOT NULL,"
                    " place text COLLATE \"C\" NOT NULL, bucket bigint NOT NULL,"
                    " count bigint NOT NULL, PRIMARY KEY (day, place, bucket));"
                    "CREATE TABLE phoenix.funnel_cohort (day bigint NOT NULL,"
                    " place text COLLATE \"C\" NOT NULL, count bigint NOT NULL,"
                    " PRIMARY KEY (day, place));"
                    "CREATE TABLE phoenix.funnel_walk (one bigint NOT NULL PRIMARY KEY, last uuid,"
                    " is_over smallint NOT NULL);",
    },
};

/* ---- clients ---- */

#define AT(member) .offset = offsetof(struct corp_client, member)
static const struct field client_fields[] = {
    {.name = "corp_client_id", .kind = FIELD_ID, AT(corp_client_id), .meaning = "Its number"},
    {.name = "ticket_id", .kind = FIELD_ID, AT(ticket_id), .meaning = "The request it came of"},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at), .meaning = "Since when"},
    {.name = "closed_at",
     .kind = FIELD_TIME,
     AT(closed_at),
     .meaning = "Taken back then; null: it is open"},
    {.name = "company", .kind = FIELD_TEXT, AT(company), .meaning = "Its name in cargo"},
    {.name = "inn", .kind = FIELD_TEXT, AT(inn), .meaning = "Its tax number"},
    {.name = "city", .kind = FIELD_TEXT, AT(city), .meaning = "Where it is"},
    {.name = "revision",
     .kind = FIELD_INTEGER,
     AT(revision),
     .meaning = "Of what cargo has of it; 0: nothing yet"},
};
#undef AT
const struct shape corp_client_shape = {
    .name = "CorpClient",
    .fields = client_fields,
    .field_count = COUNT_OF(client_fields),
    .bytes = sizeof(struct corp_client),
};

#define CLIENT                                                                                     \
    "SELECT corp_client_id, ticket_id, created_at, closed_at, company, inn, city, revision"        \
    " FROM phoenix.corp_client"
static const struct statement find_client = {.sql = CLIENT " WHERE corp_client_id = $1",
                                             .gives = &corp_client_shape};
static const struct statement find_client_of = {.sql = CLIENT " WHERE ticket_id = $1",
                                                .gives = &corp_client_shape};
static const struct statement list_clients = {
    .sql = CLIENT " ORDER BY corp_client_id DESC LIMIT 101",
    .gives = &corp_client_shape,
    .rows_max = CORP_CLIENTS_PAGE + 1,
};
static const struct statement list_clients_behind = {
    .sql = CLIENT " WHERE corp_client_id < $1 ORDER BY corp_client_id DESC LIMIT 101",
    .gives = &corp_client_shape,
    .rows_max = CORP_CLIENTS_PAGE + 1,
};
static const struct statement insert_client = {
    .sql = "INSERT INTO phoenix.corp_client (corp_client_id, ticket_id, created_at, closed_at,"
           " company, inn, city, revision) VALUES ($1, $2, $3, 0, $4, $5, $6, $7)"
           " ON CONFLICT DO NOTHING",
};
static const struct statement update_client = {
    .sql = "UPDATE phoenix.corp_client SET company = $2, inn = $3, city = $4, revision = $5"
           " WHERE corp_client_id = $1",
};
static const struct statement close_client = {
    .sql = "UPDATE phoenix.corp_client SET closed_at = $2 WHERE ticket_id = $1 AND closed_at = 0",
};

enum status corp_client_find(struct store *store, struct arena *arena, struct id id,
                             struct corp_client *client_out)
{
    return store_one(store, arena, &find_client, VALUES(value_id(id)), client_out);
}

enum status corp_client_find_of(struct store *store, struct arena *arena, struct id ticket_id,
                                struct corp_client *client_out)
{
    return store_one(store, arena, &find_client_of, VALUES(value_id(ticket_id)), client_out);
}

enum status corp_client_insert(struct store *store, const struct corp_client *client)
{
    int64_t inserted = 0;
    enum status status = store_exec(
        store, &insert_client,
        VALUES(value_id(client->corp_client_id), value_id(client->ticket_id),
               value_time(client->created_at), value_text(client->company), value_text(client->inn),
               value_text(client->city), value_integer(client->revision)),
        &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_CONFLICT : status;
}

enum status corp_client_update(struct store *store, const struct corp_client *client)
{
    return store_exec(store, &update_client,
                      VALUES(value_id(client->corp_client_id), value_text(client->company),
                             value_text(client->inn), value_text(client->city),
                             value_integer(client->revision)),
                      NULL);
}

enum status corp_client_close(struct store *store, struct id ticket_id, int64_t now_ms)
{
    return store_exec(store, &close_client, VALUES(value_id(ticket_id), value_time(now_ms)), NULL);
}

enum status corp_client_list(struct store *store, struct arena *arena, struct id after,
                             struct rows *rows_out)
{
    return id_is_none(after)
               ? store_query(store, arena, &list_clients, NO_VALUES, rows_out)
               : store_query(store, arena, &list_clients_behind, VALUES(value_id(after)), rows_out);
}

/* ---- employees ---- */

#define AT(member) .offset = offsetof(struct corp_employee, member)
static const struct field employee_fields[] = {
    {.name = "employee_id", .kind = FIELD_ID, AT(employee_id), .meaning = "His number"},
    {.name = "corp_client_id", .kind = FIELD_ID, AT(corp_client_id), .meaning = "The client"},
    {.name = "user_id", .kind = FIELD_ID, AT(user_id), .meaning = "The person"},
    {.name = "name", .kind = FIELD_TEXT, AT(name), .meaning = "What he is called"},
    {.name = "phone", .kind = FIELD_TEXT, AT(phone), .meaning = "His telephone"},
    {.name = "email", .kind = FIELD_TEXT, AT(email), .meaning = "His address"},
    {.name = "role", .kind = FIELD_TEXT, AT(role), .meaning = "What he may do there"},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at), .meaning = "Since when"},
};
#undef AT
const struct shape corp_employee_shape = {
    .name = "CorpEmployee",
    .fields = employee_fields,
    .field_count = COUNT_OF(employee_fields),
    .bytes = sizeof(struct corp_employee),
};

enum { EMPLOYEES_MAX = 1000 };

#define EMPLOYEE                                                                                   \
    "SELECT employee_id, corp_client_id, user_id, name, phone, email, role, created_at"            \
    " FROM phoenix.corp_employee WHERE corp_client_id = $1"
static const struct statement find_employee = {.sql = EMPLOYEE " AND user_id = $2",
                                               .gives = &corp_employee_shape};
static const struct statement list_employees = {
    .sql = EMPLOYEE " ORDER BY user_id LIMIT 1000",
    .gives = &corp_employee_shape,
    .rows_max = EMPLOYEES_MAX,
};
static const struct statement insert_employee = {
    .sql = "INSERT INTO phoenix.corp_employee (corp_client_id, user_id, employee_id, name, phone,"
           " email, role, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
           " ON CONFLICT DO NOTHING",
};

enum status corp_employee_find(struct store *store, struct arena *arena, struct id corp_client_id,
                               struct id user_id, struct corp_employee *employee_out)
{
    return store_one(store, arena, &find_employee,
                     VALUES(value_id(corp_client_id), value_id(user_id)), employee_out);
}

enum status corp_employee_insert(struct store *store, const struct corp_employee *employee)
{
    int64_t inserted = 0;
    enum status status =
        store_exec(store, &insert_employee,
                   VALUES(value_id(employee->corp_client_id), value_id(employee->user_id),
                          value_id(employee->employee_id), value_text(employee->name),
                          value_text(employee->phone), value_text(employee->email),
                          value_text(employee->role), value_time(employee->created_at)),
                   &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_CONFLICT : status;
}

enum status corp_employee_list(struct store *store, struct arena *arena, struct id corp_client_id,
                               struct rows *rows_out)
{
    return store_query(store, arena, &list_employees, VALUES(value_id(corp_client_id)), rows_out);
}
