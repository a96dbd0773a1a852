/* desk.c - the desk with its store. */
#include "tests/lib/desk/desk.h"

#include "runtime/intake/errand_store.h"
#include "runtime/intake/intake_apply.h"
#include "runtime/start/series.h"
#include "store/postgres.h"
#include "store/sqlite.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

const char desk_trace[] = "0123456789abcdef0123456789abcdef";
struct postgres_server *desk_server;

/* One value of a row as the database says it. */
struct desk_count {
    int64_t count;
};
static const struct field desk_count_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, .offset = offsetof(struct desk_count, count)},
};
const struct shape desk_count_shape = {.name = "Count",
                                       .fields = desk_count_fields,
                                       .field_count = 1,
                                       .bytes = sizeof(struct desk_count)};

struct store_source *desk_source(void)
{
    static bool has_database; /* each test is a process of its own */
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    if (desk_server == NULL) {
        const struct sqlite_options options = {.directory = test_directory(), .schema = "desk"};
        CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
        return source;
    }
    if (!has_database) {
        char name[32];
        snprintf(name, sizeof name, "desk_%d", (int)getpid());
        postgres_server_use_database(desk_server, name);
        has_database = true;
    }
    const struct postgres_options options = {.address = postgres_server_address(desk_server),
                                             .schema = "desk"};
    CHECK_STATUS(postgres_source(&options, &source, &error), STATUS_OK);
    return source;
}

void desk_open(struct desk *desk)
{
    struct series series[SERIES_MAX];
    struct text error = NO_TEXT;
    CHECK(sodium_init() >= 0);
    *desk = (struct desk){.arena = arena_create("desk", DESK_ARENA_MAX),
                          .source = desk_source(),
                          .host.service = &desk_service,
                          .now_ms = DESK_NOW};
    CHECK_STATUS(desk->source->open(desk->source, STORE_WRITE, &desk->store), STATUS_OK);
    size_t count = series_of(&desk_service, series);
    CHECK_STATUS(migrate_all(desk->store, series, count, desk->arena, &error), STATUS_OK);
}

void desk_close(struct desk *desk)
{
    store_destroy(&desk->store);
    desk->source->destroy(desk->source);
    arena_destroy(&desk->arena);
}

void desk_begin(struct desk *desk)
{
    CHECK_STATUS(store_begin(desk->store, STORE_WRITE), STATUS_OK);
}

void desk_commit(struct desk *desk)
{
    CHECK_STATUS(store_commit(desk->store), STATUS_OK);
}

struct message desk_event(int64_t position, const char *name, const char *subject, const char *data)
{
    return (struct message){
        .position = position,
        .previous = position - 1,
        .id = id_new(),
        .kind = message_event,
        .source = TEXT("shop"),
        .name = text_of(name),
        .version = 1,
        .subject = text_of(subject),
        .revision = FIELD_NONE,
        .actor = TEXT("anna"),
        .trace = text_of(desk_trace),
        .told_at = DESK_NOW,
        .data = text_of(data),
    };
}

struct message desk_command(int64_t position, const char *subject, const char *data)
{
    struct message message = desk_event(position, "desk.do", subject, data);
    message.kind = message_command;
    message.addressee = TEXT("desk");
    message.deadline = DESK_NOW + 24LL * 60 * 60 * 1000;
    return message;
}

struct message desk_reply(struct id answers, struct text outcome, const char *data)
{
    struct message message = desk_event(1, "till.charge", "a", data);
    message.kind = message_reply;
    message.source = TEXT("till");
    message.addressee = TEXT("desk");
    message.answers = answers;
    message.outcome = outcome;
    return message;
}

enum status desk_take(struct desk *desk, const struct message *message)
{
    struct applying applying = {.host = &desk->host,
                                .store = desk->store,
                                .arena = desk->arena,
                                .message = message,
                                .attempt = 1,
                                .now_ms = desk->now_ms,
                                .has_mark = true};
    desk_begin(desk);
    CHECK_STATUS(store_mark(desk->store), STATUS_OK);
    enum status status = intake_apply(&applying);
    if (status != STATUS_OK) {
        CHECK_STATUS(store_undo(desk->store), STATUS_OK);
        CHECK_STATUS(intake_park(&applying), STATUS_OK);
    }
    desk_commit(desk);
    return status;
}

void desk_park_behind(struct desk *desk, const struct message *message)
{
    struct applying applying = {.host = &desk->host,
                                .store = desk->store,
                                .arena = desk->arena,
                                .message = message,
                                .now_ms = desk->now_ms};
    desk_begin(desk);
    CHECK_STATUS(intake_park_behind(&applying), STATUS_OK);
    desk_commit(desk);
}

struct id desk_add_errand(struct desk *desk, const char *command, int64_t deadline_at)
{
    struct id id = id_new();
    desk_begin(desk);
    CHECK_STATUS(errand_insert(desk->store, &(struct errand_row){.id = id,
                                                                 .service = TEXT("till"),
                                                                 .command = text_of(command),
                                                                 .subject = TEXT("a"),
                                                                 .deadline_at = deadline_at,
                                                                 .told_at = desk->now_ms,
                                                                 .actor = TEXT("anna"),
                                                                 .trace = text_of(desk_trace)}),
                 STATUS_OK);
    desk_commit(desk);
    return id;
}

enum status desk_try(struct desk *desk, chore_fn *chore)
{
    desk->last = (struct chore_run){
        .host = &desk->host, .store = desk->store, .arena = desk->arena, .now_ms = desk->now_ms};
    desk_begin(desk);
    enum status status = chore(&desk->last);
    if (status == STATUS_OK) {
        return store_commit(desk->store);
    }
    store_rollback(desk->store);
    return status;
}

void desk_run(struct desk *desk, chore_fn *chore, int64_t now_ms)
{
    desk->now_ms = now_ms;
    do {
        CHECK_STATUS(desk_try(desk, chore), STATUS_OK);
    } while (desk->last.more);
}

static struct text desk_add_word(struct arena *arena, struct text words, struct text word)
{
    return words.data == NULL ? word
                              : text_format(arena, "%.*s, %.*s", TEXT_ARGS(words), TEXT_ARGS(word));
}

static struct text desk_ended(struct text words)
{
    return words.data == NULL ? TEXT("") : words;
}

struct text desk_effects_in(struct store *store, struct arena *arena)
{
    struct rows rows;
    struct text words = NO_TEXT;
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_query(store, arena, &effect_list, NO_VALUES, &rows), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    const struct effect *effects = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        words =
            desk_add_word(arena, words,
                          text_format(arena, "%.*s %.*s %lld", TEXT_ARGS(effects[i].name),
                                      TEXT_ARGS(effects[i].subject), (long long)effects[i].amount));
    }
    return desk_ended(words);
}

const struct parked *desk_parked_rows(struct store *store, struct arena *arena, size_t *count_out)
{
    struct rows rows;
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_STATUS(parked_list(store, arena, NO_TEXT, 0, 1000, &rows), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    *count_out = rows.count;
    return rows.items;
}

struct text desk_parked_in(struct store *store, struct arena *arena)
{
    size_t count;
    struct text words = NO_TEXT;
    const struct parked *parked = desk_parked_rows(store, arena, &count);
    for (size_t i = 0; i < count; i++) {
        words =
            desk_add_word(arena, words,
                          text_format(arena, "%.*s %.*s %lld", TEXT_ARGS(parked[i].state),
                                      TEXT_ARGS(parked[i].subject), (long long)parked[i].attempts));
    }
    return desk_ended(words);
}

struct text desk_told_in(struct store *store, struct arena *arena)
{
    struct messages messages;
    int64_t settled;
    struct text words = NO_TEXT;
    if (store_has(store, STORE_IS_SHARED)) {
        CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
        CHECK_STATUS(journal_settle(store, arena, 1000, &settled), STATUS_OK);
        CHECK_STATUS(store_commit(store), STATUS_OK);
    }
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_STATUS(journal_read(store, arena, TEXT("desk"), 0, &messages), STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    for (size_t i = 0; i < messages.count; i++) {
        const struct message *told = &messages.items[i];
        bool is_reply = told->outcome.data != NULL;
        words = desk_add_word(arena, words,
                              text_format(arena, "%.*s %.*s%s%.*s", TEXT_ARGS(told->name),
                                          TEXT_ARGS(told->subject), is_reply ? " " : "",
                                          TEXT_ARGS(told->outcome)));
    }
    return desk_ended(words);
}

struct text desk_effects(struct desk *desk)
{
    return desk_effects_in(desk->store, desk->arena);
}

struct text desk_parked(struct desk *desk)
{
    return desk_parked_in(desk->store, desk->arena);
}

struct text desk_told(struct desk *desk)
{
    return desk_told_in(desk->store, desk->arena);
}

struct text desk_reason(struct desk *desk)
{
    size_t count;
    const struct parked *parked = desk_parked_rows(desk->store, desk->arena, &count);
    CHECK(count > 0);
    return parked[count - 1].reason;
}

void desk_replay(struct desk *desk, int64_t number, bool changes)
{
    int64_t changed = -1;
    desk_begin(desk);
    CHECK_STATUS(parked_replay(desk->store, number, desk->now_ms, &changed), STATUS_OK);
    CHECK_INT(changed, changes);
    desk_commit(desk);
}

int64_t desk_count(struct desk *desk, const struct statement *statement)
{
    struct desk_count row;
    CHECK_STATUS(store_begin(desk->store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_one(desk->store, desk->arena, statement, NO_VALUES, &row), STATUS_OK);
    CHECK_STATUS(store_commit(desk->store), STATUS_OK);
    return row.count;
}
