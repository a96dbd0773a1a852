/* popug_played.c - the directory and the letters of a world of popugs: so much of them as the three
 * services tell and are told.
 */
#include "tests/lib/popug/popug_world.h"

/* ---- the directory ---- */

struct person {
    struct id id;
    struct text full_name;
    struct text type;
    struct texts roles;
    struct text status;
    bool activated;
    int64_t revision;
    struct text requisite;
};
#define AT(member) .offset = offsetof(struct person, member)
static const struct field person_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name), .bytes_max = 40},
    {.name = "type", .kind = FIELD_TEXT, AT(type), .bytes_max = 40},
    {.name = "roles", .kind = FIELD_TEXTS, AT(roles), .bytes_max = 40, .items_max = 2},
    {.name = "status", .kind = FIELD_TEXT, AT(status), .bytes_max = 40},
    {.name = "activated", .kind = FIELD_FLAG, AT(activated)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
};
static const struct field asked_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(id), .required = true},
};
static const struct field requisite_fields[] = {
    {.name = "requisite", .kind = FIELD_OBJECT, AT(requisite), .bytes_max = 400},
};
#undef AT
#define SHAPE(name_, fields_)                                                                      \
    {                                                                                              \
        .name = (name_), .fields = (fields_), .field_count = COUNT_OF(fields_),                    \
        .bytes = sizeof(struct person)                                                             \
    }
static const struct shape person_shape = SHAPE("PlayedPerson", person_fields);
static const struct shape asked_shape = SHAPE("PlayedAsked", asked_fields);
static const struct shape requisite_shape = SHAPE("PlayedRequisite", requisite_fields);

enum { CREATED, ACTIVATED, EVENT_COUNT };
static const struct event events[EVENT_COUNT] = {
    [CREATED] = {.name = "users.created", .version = 1, .data = &person_shape},
    [ACTIVATED] = {.name = "users.activated", .version = 1, .data = &person_shape},
};

static enum status tell_of(struct call *call, size_t event, const struct person *person)
{
    char subject[ID_TEXT_BYTES + 1];
    id_write(person->id, subject);
    return tell(call, &events[event], text_of(subject), person->revision, person);
}

static struct person person_of(struct id id, bool is_activated)
{
    return (struct person){.id = id,
                           .full_name = TEXT("A popug"),
                           .type = TEXT("popug"),
                           .status = TEXT("active"),
                           .activated = is_activated,
                           .revision = is_activated ? 2 : 1};
}

enum status popug_hire(struct call *call, struct id who, bool is_boss)
{
    static const struct text boss_roles[] = {{"manager", 7}};
    struct person person = person_of(who, false);
    if (is_boss) {
        person.roles = (struct texts){boss_roles, 1};
    }
    return tell_of(call, CREATED, &person);
}

static enum status activate(struct call *call)
{
    const struct person *asked = call->input;
    struct person person = person_of(asked->id, true);
    enum status status = tell_of(call, ACTIVATED, &person);
    return status == STATUS_OK ? answer_empty(call) : status;
}

static enum status tell_requisite(struct call *call)
{
    return answer(
        call, &(struct person){.requisite = TEXT("{\"bank_account\":\"40817810099910004312\"}")});
}

static const struct command users_commands[] = {
    {.name = "users.activate_person", .takes = &asked_shape, .handle = activate},
    {.name = "users.tell_requisite",
     .takes = &asked_shape,
     .gives = &requisite_shape,
     .handle = tell_requisite},
};

const struct service popug_users = {
    .name = "users",
    .events = events,
    .event_count = COUNT_OF(events),
    .commands = users_commands,
    .command_count = COUNT_OF(users_commands),
};

/* ---- the letters ---- */

struct letter {
    struct text template;
    struct text dedup_key;
};
static const struct field letter_fields[] = {
    {.name = "template",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct letter, template),
     .bytes_max = 100},
    {.name = "dedup_key",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct letter, dedup_key),
     .bytes_max = 200},
};
static const struct shape letter_shape = {.name = "PlayedLetter",
                                          .fields = letter_fields,
                                          .field_count = 2,
                                          .bytes = sizeof(struct letter)};

static const struct statement keep = {
    .sql = "INSERT INTO notifications.letter (dedup_key, template) VALUES ($1, $2)"
           " ON CONFLICT DO NOTHING",
};

static enum status take_letter(struct call *call)
{
    const struct letter *letter = call->input;
    enum status status =
        store_exec(call->store, &keep,
                   VALUES(value_text(letter->dedup_key), value_text(letter->template)), NULL);
    return status == STATUS_OK ? answer_empty(call) : status;
}

static const struct command letters_commands[] = {
    {.name = "notifications.send", .takes = &letter_shape, .handle = take_letter},
};
static const struct migration letters_migrations[] = {
    {
        .version = 1,
        .name = "letter",
        .sqlite = "CREATE TABLE notifications.letter ("
                  " dedup_key TEXT NOT NULL PRIMARY KEY, template TEXT NOT NULL"
                  ") STRICT, WITHOUT ROWID;",
        .postgres = "CREATE TABLE notifications.letter ("
                    " dedup_key text NOT NULL PRIMARY KEY, template text NOT NULL);",
    },
};

const struct service popug_letters = {
    .name = "notifications",
    .migrations = letters_migrations,
    .migration_count = COUNT_OF(letters_migrations),
    .commands = letters_commands,
    .command_count = COUNT_OF(letters_commands),
};
