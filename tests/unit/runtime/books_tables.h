/* books_tables.h - what the routes of books take, give and refuse, and its SQL; for books.h. */
#ifndef TESTS_UNIT_RUNTIME_BOOKS_TABLES_H
#define TESTS_UNIT_RUNTIME_BOOKS_TABLES_H

#include "runtime/service.h"

struct entry {
    struct text name;
    int64_t amount;
    int64_t revision;
    int64_t thread; /* who answered */
};

struct entry_input {
    struct text name;
    int64_t amount;
    struct text how;
    bool gate;
};

static const struct refusal books_no = {"no", 409, "The answer is no."};
static const struct refusal books_armed = {"armed", 410, "What comes now fails."};
static const struct refusal books_absent = {"absent", 404, "There is no such entry."};
static const struct refusal *const books_refusals[] = {&books_no, &books_armed, &books_absent};

#define AT(member) .offset = offsetof(struct entry, member)
static const struct field books_entry_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "amount", .kind = FIELD_INTEGER, AT(amount)},
    {.name = "revision", .kind = FIELD_INTEGER, .is_revision = true, AT(revision)},
    {.name = "thread", .kind = FIELD_INTEGER, AT(thread)},
};
#undef AT
static const struct shape books_entry = {
    .name = "Entry", .fields = books_entry_fields, .field_count = 4, .bytes = sizeof(struct entry)};
static const struct shape books_row = {
    .name = "Row", .fields = books_entry_fields, .field_count = 3, .bytes = sizeof(struct entry)};

#define AT(member) .offset = offsetof(struct entry_input, member)
static const struct field books_put_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, .required = true, .bytes_max = 99, AT(name)},
    {.name = "amount", .kind = FIELD_INTEGER, .otherwise = 1, AT(amount)},
    {.name = "how", .kind = FIELD_TEXT, .bytes_max = 20, AT(how)},
};
static const struct shape books_put = {.name = "EntryIn",
                                       .fields = books_put_fields,
                                       .field_count = COUNT_OF(books_put_fields),
                                       .bytes = sizeof(struct entry_input)};
static const struct field books_put_named_fields[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     .place = FIELD_IN_PATH,
     .required = true,
     .bytes_max = 99,
     AT(name)},
    {.name = "amount", .kind = FIELD_INTEGER, .otherwise = 1, AT(amount)},
};
static const struct shape books_put_named = {.name = "EntryNamed",
                                             .fields = books_put_named_fields,
                                             .field_count = COUNT_OF(books_put_named_fields),
                                             .bytes = sizeof(struct entry_input)};
static const struct field books_name_fields[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     .place = FIELD_IN_PATH,
     .required = true,
     .bytes_max = 99,
     AT(name)},
    {.name = "gate", .kind = FIELD_FLAG, .place = FIELD_IN_QUERY, AT(gate)},
};
static const struct shape books_name = {.name = "EntryName",
                                        .fields = books_name_fields,
                                        .field_count = 2,
                                        .bytes = sizeof(struct entry_input)};
static const struct field books_list_fields[] = {
    {.name = "gate", .kind = FIELD_FLAG, .place = FIELD_IN_QUERY, AT(gate)},
};
#undef AT
static const struct shape books_list = {.name = "EntryList",
                                        .fields = books_list_fields,
                                        .field_count = 1,
                                        .bytes = sizeof(struct entry_input)};

static const struct statement books_add = {
    .sql = "INSERT INTO books.entry (name, amount, revision) VALUES ($1, $2, 1)"
           " ON CONFLICT (name) DO UPDATE SET amount = books.entry.amount + $2,"
           " revision = books.entry.revision + 1",
};
static const struct statement books_insert = {
    .sql = "INSERT INTO books.entry (name, amount, revision) VALUES ($1, $2, 1)",
};
static const struct statement books_find = {
    .sql = "SELECT name, amount, revision FROM books.entry WHERE name = $1",
    .gives = &books_row,
};
static const struct statement books_sum = {
    .sql = "SELECT 'all' AS name, CAST(COALESCE(sum(amount), 0) AS BIGINT) AS amount,"
           " count(*) AS revision FROM books.entry",
    .gives = &books_row,
};

static const struct migration books_migrations[] = {
    {
        .version = 1,
        .name = "entry",
        .sqlite = "CREATE TABLE books.entry (name text NOT NULL PRIMARY KEY, amount bigint NOT"
                  " NULL, revision bigint NOT NULL)",
        .postgres = "CREATE TABLE books.entry (name text NOT NULL PRIMARY KEY, amount bigint NOT"
                    " NULL, revision bigint NOT NULL)",
    },
};

#endif
