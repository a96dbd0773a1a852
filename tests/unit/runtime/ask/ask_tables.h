/* ask_tables.h - what the services of ask_services.h take, give and refuse, and what they share. */
#ifndef TESTS_UNIT_RUNTIME_ASK_ASK_TABLES_H
#define TESTS_UNIT_RUNTIME_ASK_ASK_TABLES_H

#include "runtime/service.h"

#include <stdatomic.h>

/* What tests and handlers share. */
static struct {
    atomic_bool is_held;
    atomic_uint asked;    /* runs of get_person */
    atomic_uint failures; /* how often "once" fails */
    atomic_uint placed;   /* runs of place_order's handler */
} ask_world;

struct person {
    struct text name;
    struct text city;
    struct text phone; /* none for most */
    int64_t age;
    int64_t revision;
};

struct person_input {
    struct text name;
    struct text city;
};

#define AT(member) .offset = offsetof(struct person, member)
static const struct field person_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, AT(name), .bytes_max = 99},
    {.name = "city", .kind = FIELD_TEXT, AT(city), .bytes_max = 99},
    {.name = "phone", .kind = FIELD_TEXT, AT(phone), .bytes_max = 99},
    {.name = "age", .kind = FIELD_INTEGER, AT(age)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .is_revision = true},
};
static const struct shape person_shape = {
    .name = "Person", .fields = person_fields, .field_count = 5, .bytes = sizeof(struct person)};

/* What orders reads of it: less, and at other places. */
struct client {
    int64_t age;
    struct text city;
    struct text phone;
};
#undef AT
#define AT(member) .offset = offsetof(struct client, member)
static const struct field client_fields[] = {
    {.name = "city", .kind = FIELD_TEXT, AT(city), .bytes_max = 20, .required = true},
    {.name = "age", .kind = FIELD_INTEGER, AT(age), .maximum = 150},
    {.name = "phone", .kind = FIELD_TEXT, AT(phone), .bytes_max = 20},
};
static const struct shape client_shape = {
    .name = "Client", .fields = client_fields, .field_count = 3, .bytes = sizeof(struct client)};
#undef AT

#define AT(member) .offset = offsetof(struct person_input, member)
static const struct field by_name_fields[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     .place = FIELD_IN_PATH,
     .required = true,
     .bytes_max = 99,
     AT(name)},
};
static const struct shape by_name = {.name = "ByName",
                                     .fields = by_name_fields,
                                     .field_count = 1,
                                     .bytes = sizeof(struct person_input)};
static const struct field by_city_fields[] = {
    {.name = "city", .kind = FIELD_TEXT, .place = FIELD_IN_QUERY, .bytes_max = 99, AT(city)},
};
static const struct shape by_city = {.name = "ByCity",
                                     .fields = by_city_fields,
                                     .field_count = 1,
                                     .bytes = sizeof(struct person_input)};
static const struct field place_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, .required = true, .bytes_max = 99, AT(name)},
};
static const struct shape place_takes = {.name = "Place",
                                         .fields = place_fields,
                                         .field_count = 1,
                                         .bytes = sizeof(struct person_input)};
#undef AT

static const struct refusal no_person = {"no_person", 404, "There is no such person."};
static const struct refusal not_him = {"not_him", 409, "Not him."};
static const struct refusal not_you = {"not_you", 403, "Not you."};
static const struct refusal *const all_refusals[] = {&no_person, &not_him, &not_you};

#endif
