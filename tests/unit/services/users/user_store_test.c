/* user_store_test.c - people in SQLite: found, unique, changed over the newest revision only. */
#include "services/users/user_store.h"

#include "store/sqlite.h"
#include "tests/lib/check.h"

enum { ARENA_BYTES_MAX = 32 * 1024 * 1024, MANY = 40 };

static struct arena *arena;
static struct store_source *source;
static struct store *store;

static void begin(void)
{
    const struct sqlite_options options = {.directory = test_directory(), .schema = "users"};
    struct text error = NO_TEXT;
    arena = arena_create("users", ARENA_BYTES_MAX);
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    CHECK_STATUS(source->open(source, STORE_WRITE, &store), STATUS_OK);
    CHECK_STATUS(migrate(store, "users", user_migrations, USER_MIGRATION_COUNT, arena, &error),
                 STATUS_OK);
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
}

static void end(void)
{
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

static struct texts roles_of(const char *first, const char *second, const char *third)
{
    struct text *items = ARENA_ARRAY(arena, struct text, 3);
    size_t count = 0;
    const char *const given[] = {first, second, third};
    for (size_t i = 0; i < COUNT_OF(given); i++) {
        if (given[i] != NULL) {
            items[count++] = text_of(given[i]);
        }
    }
    return (struct texts){items, count};
}

static struct user make(const char *email)
{
    const struct user_input input = {.email = text_of(email),
                                     .full_name = TEXT("Somebody"),
                                     .type = TEXT("worker"),
                                     .roles = roles_of("worker", "driver", NULL)};
    return user_new(&input, id_new(), 1000);
}

static struct user put(const char *email)
{
    struct user user = make(email);
    CHECK_STATUS(user_insert(store, arena, &user), STATUS_OK);
    return user;
}

static struct user find(struct id id)
{
    struct user user;
    CHECK_STATUS(user_find(store, arena, id, &user), STATUS_OK);
    return user;
}

static size_t count_of_role(const char *role)
{
    const struct user_filter filter = {.role = text_of(role), .activated = -1, .limit = 200};
    struct rows rows;
    CHECK_STATUS(user_list(store, arena, &filter, &rows), STATUS_OK);
    return rows.count;
}

static void gives_back_what_it_was_given(void)
{
    begin();
    struct user made = make("anna@example.com");
    made.external_id = TEXT("crm-7");
    made.telegram_id = TEXT("42");
    made.activated = true;
    made.spec = TEXT("windows");
    made.phone = TEXT("+79161234567");
    made.contacts = TEXT("{\"a\": [1]}");
    made.requisite = TEXT("{}");
    CHECK_STATUS(user_insert(store, arena, &made), STATUS_OK);
    struct user found = find(made.id);
    CHECK(id_equals(found.id, made.id));
    CHECK_TEXT(found.external_id, "crm-7");
    CHECK_TEXT(found.email, "anna@example.com");
    CHECK_TEXT(found.full_name, "Somebody");
    CHECK_TEXT(found.type, "worker");
    CHECK_INT(found.roles.count, 2);
    CHECK_TEXT(found.roles.items[1], "driver");
    CHECK_TEXT(found.status, "active");
    CHECK(found.activated);
    CHECK_TEXT(found.spec, "windows");
    CHECK_TEXT(found.phone, "+79161234567");
    CHECK_TEXT(found.telegram_id, "42");
    CHECK_TEXT(found.contacts, "{\"a\": [1]}");
    CHECK_TEXT(found.requisite, "{}");
    CHECK_TEXT(found.locale, "ru");
    CHECK_INT(found.revision, 1);
    CHECK_INT(found.created_at, 1000);
    CHECK_INT(found.changed_at, 1000);
    CHECK_INT(found.blocked_at, 0);
    CHECK_TEXT(found.block_reason, NULL);
    end();
}

static void finds_by_each_of_its_keys(void)
{
    struct user found;
    begin();
    struct user made = make("Anna@Example.com");
    made.external_id = TEXT("crm-7");
    made.telegram_id = TEXT("42");
    CHECK_STATUS(user_insert(store, arena, &made), STATUS_OK);
    CHECK_STATUS(user_find_by_email(store, arena, TEXT("ANNA@example.com"), &found), STATUS_OK);
    CHECK(id_equals(found.id, made.id));
    CHECK_STATUS(user_find_by_external_id(store, arena, TEXT("crm-7"), &found), STATUS_OK);
    CHECK(id_equals(found.id, made.id));
    CHECK_STATUS(user_find_by_telegram_id(store, arena, TEXT("42"), &found), STATUS_OK);
    CHECK(id_equals(found.id, made.id));
    CHECK_STATUS(user_find(store, arena, id_new(), &found), STATUS_ABSENT);
    CHECK_STATUS(user_find_by_email(store, arena, TEXT("a@example.com"), &found), STATUS_ABSENT);
    CHECK_STATUS(user_find_by_external_id(store, arena, TEXT("CRM-7"), &found), STATUS_ABSENT);
    CHECK_STATUS(user_find_by_telegram_id(store, arena, TEXT("4"), &found), STATUS_ABSENT);
    end();
}

/* EXISTS, and the store goes on as if nothing had been tried. */
static void inserts_no_twin(void)
{
    begin();
    struct user first = make("anna@example.com");
    first.external_id = TEXT("crm-7");
    first.telegram_id = TEXT("42");
    CHECK_STATUS(user_insert(store, arena, &first), STATUS_OK);
    unsigned long writes = store->writes;
    struct user twin = make("ANNA@example.com");
    CHECK_STATUS(user_insert(store, arena, &twin), STATUS_EXISTS);
    twin = make("bob@example.com");
    twin.external_id = first.external_id;
    CHECK_STATUS(user_insert(store, arena, &twin), STATUS_EXISTS);
    twin.external_id = NO_TEXT;
    twin.telegram_id = first.telegram_id;
    CHECK_STATUS(user_insert(store, arena, &twin), STATUS_EXISTS);
    CHECK(store_is_untouched(store, writes));
    CHECK_INT(count_of_role("driver"), 1);
    twin.telegram_id = NO_TEXT; /* nothing is not unique */
    CHECK_STATUS(user_insert(store, arena, &twin), STATUS_OK);
    (void)put("carol@example.com");
    end();
}

/* Another id with the same milliseconds and counter: in SQLite both would stand at one place. */
static void takes_nobody_for_another(void)
{
    begin();
    struct user anna = put("anna@example.com");
    struct user other = make("bob@example.com");
    struct user found;
    other.id = anna.id;
    other.id.bytes[ID_BYTES - 1] ^= 1;
    CHECK_INT(id_number(other.id), id_number(anna.id));
    CHECK_STATUS(user_find(store, arena, other.id, &found), STATUS_ABSENT);
    unsigned long writes = store->writes;
    CHECK_STATUS(user_insert(store, arena, &other), STATUS_CONFLICT);
    CHECK(store_is_untouched(store, writes));
    CHECK_STATUS(user_saw_login(store, other.id, 5000), STATUS_OK);
    other.revision = 2;
    CHECK_STATUS(user_update(store, arena, &other), STATUS_CONFLICT);
    found = find(anna.id);
    CHECK_TEXT(found.email, "anna@example.com");
    CHECK_INT(found.revision, 1);
    CHECK_INT(found.last_login_at, 0);
    end();
}

/* The order of a list is that of the ids also where many have one name. */
static void goes_on_among_people_of_one_name(void)
{
    begin();
    for (int i = 0; i < MANY; i++) {
        (void)put(text_format(arena, "u%02d@example.com", MANY - i).data);
    }
    struct user_filter filter = {.name_start = TEXT("some"), .activated = -1, .limit = 7};
    struct rows rows;
    size_t count = 0;
    do {
        CHECK_STATUS(user_list(store, arena, &filter, &rows), STATUS_OK);
        const struct user *users = rows.items;
        for (size_t i = 0; i < rows.count; i++) {
            CHECK(id_number(filter.after_id) < id_number(users[i].id));
            filter.after_id = users[i].id;
            filter.after_key = user_name_key(arena, users[i].full_name);
        }
        count += rows.count;
    } while (rows.count > 0 && count <= MANY);
    CHECK_INT(count, MANY);
    end();
}

static void changes_the_newest_revision_only(void)
{
    begin();
    struct user anna = put("anna@example.com");
    struct user stale = anna;
    anna.revision = 2;
    anna.full_name = TEXT("Anna");
    anna.changed_at = 2000;
    CHECK_STATUS(user_update(store, arena, &anna), STATUS_OK);
    stale.revision = 2;
    stale.full_name = TEXT("Ann");
    CHECK_STATUS(user_update(store, arena, &stale), STATUS_CONFLICT);
    stale.revision = 4;
    CHECK_STATUS(user_update(store, arena, &stale), STATUS_CONFLICT);
    struct user found = find(anna.id);
    CHECK_TEXT(found.full_name, "Anna");
    CHECK_INT(found.revision, 2);
    CHECK_INT(found.created_at, 1000);
    CHECK_INT(found.changed_at, 2000);
    struct user nobody = make("nobody@example.com");
    nobody.revision = 2;
    CHECK_STATUS(user_update(store, arena, &nobody), STATUS_CONFLICT);
    end();
}

static void takes_values_away(void)
{
    begin();
    struct user anna = make("anna@example.com");
    anna.telegram_id = TEXT("42");
    anna.phone = TEXT("+79161234567");
    CHECK_STATUS(user_insert(store, arena, &anna), STATUS_OK);
    CHECK(user_block(&anna, TEXT("away"), 2000));
    anna.revision = 2;
    CHECK_STATUS(user_update(store, arena, &anna), STATUS_OK);
    struct user found = find(anna.id);
    CHECK_TEXT(found.status, "blocked");
    CHECK_INT(found.blocked_at, 2000);
    CHECK_TEXT(found.block_reason, "away");
    CHECK(user_unblock(&found, 3000));
    found.telegram_id = NO_TEXT;
    found.phone = NO_TEXT;
    found.full_name = NO_TEXT;
    found.revision = 3;
    CHECK_STATUS(user_update(store, arena, &found), STATUS_OK);
    found = find(anna.id);
    CHECK_TEXT(found.status, "active");
    CHECK_INT(found.blocked_at, 0);
    CHECK_TEXT(found.block_reason, NULL);
    CHECK_TEXT(found.telegram_id, NULL);
    CHECK_TEXT(found.phone, NULL);
    CHECK_TEXT(found.full_name, NULL);
    end();
}

static void replaces_roles_exactly(void)
{
    static const char *const steps[][3] = {
        {"driver", "manager", NULL},    {NULL, NULL, NULL},
        {"worker", "driver", "cook"},   {"cook", "driver", "worker"},
        {"manager", "manager", "cook"}, {"worker", NULL, NULL},
    };
    static const char *const all[] = {"worker", "driver", "manager", "cook"};
    begin();
    struct user other = put("other@example.com"); /* keeps his own: worker, driver */
    struct user anna = put("anna@example.com");
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        anna.roles = roles_of(steps[i][0], steps[i][1], steps[i][2]);
        anna.revision++;
        CHECK_STATUS(user_update(store, arena, &anna), STATUS_OK);
        struct user found = find(anna.id);
        CHECK_INT(found.roles.count, anna.roles.count);
        for (size_t j = 0; j < COUNT_OF(all); j++) {
            size_t expected = j < 2; /* the other one's */
            for (size_t k = 0; k < anna.roles.count; k++) {
                if (text_equals(anna.roles.items[k], text_of(all[j]))) {
                    expected++;
                    break;
                }
            }
            CHECK_INT(count_of_role(all[j]), expected);
        }
    }
    CHECK_INT(find(other.id).roles.count, 2);
    end();
}

/* ---- lists ---- */

static void put_many(void)
{
    for (int i = 0; i < MANY; i++) {
        struct user user = make(text_format(arena, "u%02d@example.com", i).data);
        user.full_name = text_format(arena, "%s %02d", i % 2 ? "Olga" : "\xC3\x89mile", i);
        user.type = i % 4 ? TEXT("client") : TEXT("worker");
        user.activated = i % 5 == 0;
        user.roles = i % 10 ? (struct texts){NULL, 0} : roles_of("boss", NULL, NULL);
        CHECK_STATUS(user_insert(store, arena, &user), STATUS_OK);
        if (i % 8 == 0) {
            CHECK(user_block(&user, NO_TEXT, 2000));
            user.revision = 2;
            CHECK_STATUS(user_update(store, arena, &user), STATUS_OK);
        }
    }
}

static const struct {
    const char *email_start;
    const char *name_start;
    const char *type;
    const char *role;
    const char *status;
    int activated;
    size_t count;
} filters[] = {
    {NULL, NULL, NULL, NULL, NULL, -1, 40},
    {NULL, NULL, "worker", NULL, NULL, -1, 10},
    {NULL, NULL, "nobody", NULL, NULL, -1, 0},
    {NULL, NULL, NULL, "boss", NULL, -1, 4},
    {NULL, NULL, NULL, "bos", NULL, -1, 0},
    {NULL, NULL, NULL, NULL, "blocked", -1, 5},
    {NULL, NULL, NULL, NULL, "active", -1, 35},
    {NULL, NULL, NULL, NULL, NULL, 1, 8},
    {NULL, NULL, NULL, NULL, NULL, 0, 32},
    {NULL, NULL, "worker", "boss", "active", 1, 1}, /* number 20 */
    {"u0", NULL, NULL, NULL, NULL, -1, 10},
    {"u0", NULL, "worker", NULL, "blocked", -1, 2},
    {NULL, "olga", NULL, NULL, NULL, -1, 20},
    {NULL, "\xC3\xA9mile", NULL, "boss", NULL, -1, 4},
    {NULL, "olga 1", NULL, NULL, NULL, -1, 5},
    {NULL, "lga", NULL, NULL, NULL, -1, 0},
};

static struct user_filter filter_of(size_t number)
{
    return (struct user_filter){
        .email_start = text_of(filters[number].email_start),
        .name_start = text_of(filters[number].name_start),
        .type = text_of(filters[number].type),
        .role = text_of(filters[number].role),
        .status = text_of(filters[number].status),
        .activated = filters[number].activated,
        .limit = 7,
    };
}

static struct text key_of(const struct user_filter *filter, const struct user *user)
{
    if (filter->name_start.data != NULL) {
        return user_name_key(arena, user->full_name);
    }
    return filter->email_start.data ? user_email_key(arena, user->email) : NO_TEXT;
}

/* Page by page, each beginning after the last of the one before: everybody once, in order. */
static size_t walk(struct user_filter filter)
{
    size_t count = 0;
    struct rows rows;
    do {
        CHECK_STATUS(user_list(store, arena, &filter, &rows), STATUS_OK);
        CHECK((int64_t)rows.count <= filter.limit);
        const struct user *users = rows.items;
        for (size_t i = 0; i < rows.count; i++) {
            struct text key = key_of(&filter, &users[i]);
            int order = count == 0 && i == 0 ? 1 : text_compare(key, filter.after_key);
            CHECK(order >= 0);
            filter.after_id = users[i].id;
            filter.after_key = key;
        }
        count += rows.count;
    } while (rows.count > 0 && count <= MANY);
    return count;
}

static void lists_by_every_filter(void)
{
    begin();
    put_many();
    for (size_t i = 0; i < COUNT_OF(filters); i++) {
        int64_t counted = -1;
        struct user_filter filter = filter_of(i);
        CHECK_STATUS(user_count(store, arena, &filter, &counted), STATUS_OK);
        CHECK_INT(counted, filters[i].count);
        CHECK_INT(walk(filter), filters[i].count);
    }
    end();
}

static void skips_as_many_as_it_is_told(void)
{
    begin();
    put_many();
    struct user_filter filter = filter_of(0);
    struct rows all;
    struct rows some;
    filter.limit = 201;
    CHECK_STATUS(user_list(store, arena, &filter, &all), STATUS_OK);
    CHECK_INT(all.count, MANY);
    filter.limit = 3;
    filter.offset = 5;
    CHECK_STATUS(user_list(store, arena, &filter, &some), STATUS_OK);
    CHECK_INT(some.count, 3);
    CHECK(
        id_equals(((const struct user *)some.items)[0].id, ((const struct user *)all.items)[5].id));
    filter.offset = MANY;
    CHECK_STATUS(user_list(store, arena, &filter, &some), STATUS_OK);
    CHECK_INT(some.count, 0);
    end();
}

static void list_without_a_limit(void)
{
    begin();
    const struct user_filter filter = {.activated = -1};
    struct rows rows;
    CHECK_STATUS(user_list(store, arena, &filter, &rows), STATUS_OK);
}

static void lists_nothing_without_a_limit(void)
{
    CHECK_MUST_FAIL(list_without_a_limit, "filter->limit");
}

static const struct test tests[] = {
    {"gives_back_what_it_was_given", gives_back_what_it_was_given, 0},
    {"finds_by_each_of_its_keys", finds_by_each_of_its_keys, 0},
    {"inserts_no_twin", inserts_no_twin, 0},
    {"takes_nobody_for_another", takes_nobody_for_another, 0},
    {"goes_on_among_people_of_one_name", goes_on_among_people_of_one_name, 0},
    {"changes_the_newest_revision_only", changes_the_newest_revision_only, 0},
    {"takes_values_away", takes_values_away, 0},
    {"replaces_roles_exactly", replaces_roles_exactly, 0},
    {"lists_by_every_filter", lists_by_every_filter, 0},
    {"skips_as_many_as_it_is_told", skips_as_many_as_it_is_told, 0},
    {"lists_nothing_without_a_limit", lists_nothing_without_a_limit, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
