/* journal_test.c - the journal, cursors and followers on a store that is ours alone. */
#include "bus/journal.h"

#include "base/clock.h"
#include "store/sqlite.h"
#include "tests/lib/check.h"

#include <stdio.h>

static struct arena *arena;
static struct store_source *source;
static struct store *store;

static void commit(void)
{
    CHECK_STATUS(store_commit(store), STATUS_OK);
}

static void begin_write(void)
{
    CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
}

static void begin(void)
{
    struct text error = NO_TEXT;
    struct sqlite_options options = {.directory = test_directory(), .schema = "users"};
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    CHECK_STATUS(source->open(source, STORE_WRITE, &store), STATUS_OK);
    arena = arena_create("journal", 16 * 1024 * 1024);
    CHECK_STATUS(migrate(store, "bus", bus_migrations, bus_migration_count, arena, &error),
                 STATUS_OK);
    begin_write();
}

static void end(void)
{
    commit();
    store_destroy(&store);
    source->destroy(source);
    arena_destroy(&arena);
}

static struct message event(void)
{
    return (struct message){.id = id_new(),
                            .kind = message_event,
                            .name = TEXT("users.created"),
                            .version = FIELD_NONE,
                            .revision = FIELD_NONE,
                            .told_at = 1000};
}

static void append(struct text addressee, int64_t told_at)
{
    struct message message = event();
    message.addressee = addressee;
    message.kind = text_is_given(addressee) ? message_command : message_event;
    message.told_at = told_at;
    CHECK_STATUS(journal_append(store, &message), STATUS_OK);
}

static struct messages read_after(int64_t after)
{
    struct messages messages;
    CHECK_STATUS(journal_read(store, arena, TEXT("users"), after, &messages), STATUS_OK);
    return messages;
}

static void rows_come_back_whole(void)
{
    begin();
    struct message bare = event();
    struct message full = {
        .id = id_new(),
        .kind = message_reply,
        .addressee = TEXT("board"),
        .name = TEXT("users.charge"),
        .version = 2,
        .subject = TEXT("s"),
        .revision = 7,
        .answers = id_new(),
        .outcome = outcome_done,
        .actor = TEXT("a"),
        .trace = TEXT("t"),
        .told_at = 5,
        .deadline = 6,
        .data = TEXT("{}"),
    };
    CHECK_STATUS(journal_append(store, &bare), STATUS_OK);
    CHECK_STATUS(journal_append(store, &full), STATUS_OK);
    struct messages messages = read_after(0);
    CHECK_INT(messages.count, 2);
    CHECK_INT(messages.items[0].position, 1);
    CHECK_TEXT(messages.items[0].source, "users");
    CHECK_TEXT(messages.items[0].addressee, NULL);
    CHECK_TEXT(messages.items[0].subject, NULL);
    CHECK_TEXT(messages.items[0].data, NULL);
    CHECK_INT(messages.items[0].version, FIELD_NONE);
    CHECK_INT(messages.items[0].revision, FIELD_NONE);
    CHECK(id_is_none(messages.items[0].answers));
    const struct message *back = &messages.items[1];
    CHECK_INT(back->position, 2);
    CHECK(id_equals(back->id, full.id) && id_equals(back->answers, full.answers));
    CHECK_TEXT(back->kind, "reply");
    CHECK_TEXT(back->addressee, "board");
    CHECK_TEXT(back->name, "users.charge");
    CHECK_INT(back->version, 2);
    CHECK_TEXT(back->subject, "s");
    CHECK_INT(back->revision, 7);
    CHECK_TEXT(back->outcome, "done");
    CHECK_TEXT(back->actor, "a");
    CHECK_TEXT(back->trace, "t");
    CHECK_INT(back->told_at, 5);
    CHECK_INT(back->deadline, 6);
    CHECK_TEXT(back->data, "{}");
    end();
}

static void reading_has_pages(void)
{
    begin();
    for (int i = 0; i < JOURNAL_READ_MAX + 10; i++) {
        append(NO_TEXT, 1);
    }
    CHECK_INT(read_after(0).count, JOURNAL_READ_MAX);
    CHECK_INT(read_after(JOURNAL_READ_MAX).count, 10);
    CHECK_INT(read_after(JOURNAL_READ_MAX).items[0].position, JOURNAL_READ_MAX + 1);
    CHECK_INT(read_after(JOURNAL_READ_MAX + 10).count, 0);
    struct messages few;
    CHECK_STATUS(journal_read_few(store, arena, TEXT("users"), 3, &few), STATUS_OK);
    CHECK_INT(few.count, JOURNAL_READ_FEW);
    CHECK_INT(few.items[0].position, 4);
    struct messages one;
    CHECK_STATUS(journal_read_next(store, arena, TEXT("users"), 3, &one), STATUS_OK);
    CHECK_INT(one.count, 1);
    CHECK_INT(one.items[0].position, 4);
    end();
}

static void what_is_undone_leaves_no_hole(void)
{
    begin();
    append(NO_TEXT, 1);
    CHECK_STATUS(store_mark(store), STATUS_OK);
    append(NO_TEXT, 1);
    CHECK_STATUS(store_undo(store), STATUS_OK);
    append(NO_TEXT, 1);
    CHECK_INT(read_after(0).count, 2);
    CHECK_INT(read_after(0).items[1].position, 2);
    end();
}

static void there_is_nothing_to_settle(void)
{
    begin();
    append(NO_TEXT, 1);
    int64_t settled = 7;
    bool is_settled = false;
    CHECK_STATUS(journal_settle(store, arena, 10, &settled), STATUS_OK);
    CHECK_STATUS(journal_is_settled(store, arena, &is_settled), STATUS_OK);
    CHECK_INT(settled, 0);
    CHECK(is_settled);
    end();
}

static void ends_and_the_newest_are_known(void)
{
    begin();
    struct journal_ends ends = {7, 7};
    int64_t newest = 7;
    CHECK_STATUS(journal_ends(store, arena, &ends), STATUS_OK);
    CHECK_INT(ends.first, 0);
    CHECK_INT(ends.last, 0);
    CHECK_STATUS(journal_newest(store, arena, NO_TEXT, 100, &newest), STATUS_OK);
    CHECK_INT(newest, 0);
    append(NO_TEXT, 1);
    append(TEXT("board"), 1);
    append(NO_TEXT, 1);
    append(TEXT("crm"), 1);
    CHECK_STATUS(journal_ends(store, arena, &ends), STATUS_OK);
    CHECK_INT(ends.first, 1);
    CHECK_INT(ends.last, 4);
    CHECK_STATUS(journal_newest(store, arena, NO_TEXT, 100, &newest), STATUS_OK);
    CHECK_INT(newest, 3);
    CHECK_STATUS(journal_newest(store, arena, NO_TEXT, 2, &newest), STATUS_OK);
    CHECK_INT(newest, 1);
    CHECK_STATUS(journal_newest(store, arena, TEXT("board"), 100, &newest), STATUS_OK);
    CHECK_INT(newest, 2);
    CHECK_STATUS(journal_newest(store, arena, TEXT("board"), 1, &newest), STATUS_OK);
    CHECK_INT(newest, 0);
    end();
}

static int64_t forget(int64_t before_ms, int64_t upto)
{
    int64_t forgotten = -1;
    CHECK_STATUS(journal_forget(store, before_ms, upto, &forgotten), STATUS_OK);
    return forgotten;
}

static void only_what_is_old_and_taken_is_forgotten(void)
{
    begin();
    CHECK_INT(forget(1000, INT64_MAX), 0);
    for (int i = 1; i <= 10; i++) {
        append(NO_TEXT, i * 100);
    }
    CHECK_INT(forget(100, INT64_MAX), 0);
    CHECK_INT(forget(301, INT64_MAX), 3);
    CHECK_INT(read_after(0).items[0].position, 4);
    CHECK_INT(forget(100000, 5), 2);
    CHECK_INT(read_after(0).items[0].position, 6);
    CHECK_INT(forget(100000, INT64_MAX), 4); /* never the newest */
    CHECK_INT(read_after(0).items[0].position, 10);
    CHECK_INT(forget(100000, INT64_MAX), 0);
    append(NO_TEXT, 1);
    CHECK_INT(read_after(10).items[0].position, 11);
    end();
}

static void forgetting_makes_no_hole_when_the_clock_went_back(void)
{
    begin();
    append(NO_TEXT, 100);
    append(NO_TEXT, 900);
    append(NO_TEXT, 200);
    append(NO_TEXT, 900);
    CHECK_INT(forget(500, INT64_MAX), 1);
    CHECK_INT(read_after(0).count, 3);
    CHECK_INT(read_after(0).items[0].position, 2);
    end();
}

static void forgetting_goes_in_pieces(void)
{
    begin();
    for (int i = 0; i < 1200; i++) {
        append(NO_TEXT, 1);
    }
    CHECK_INT(forget(1000, INT64_MAX), 500);
    CHECK_INT(forget(1000, INT64_MAX), 500);
    CHECK_INT(forget(1000, INT64_MAX), 199);
    CHECK_INT(forget(1000, INT64_MAX), 0);
    end();
}

static int64_t cursor(struct text from, enum bus_channel channel)
{
    int64_t position = -1;
    CHECK_STATUS(cursor_find(store, arena, from, channel, &position), STATUS_OK);
    return position;
}

static void a_cursor_goes_forward_only(void)
{
    begin();
    CHECK_INT(cursor(TEXT("crm"), BUS_EVENTS), 0);
    CHECK_STATUS(cursor_move(store, TEXT("crm"), BUS_EVENTS, 5), STATUS_OK);
    CHECK_STATUS(cursor_move(store, TEXT("crm"), BUS_COMMANDS, 2), STATUS_OK);
    CHECK_STATUS(cursor_move(store, TEXT("crm"), BUS_EVENTS, 4), STATUS_OK);
    CHECK_INT(cursor(TEXT("crm"), BUS_EVENTS), 5);
    CHECK_INT(cursor(TEXT("crm"), BUS_COMMANDS), 2);
    CHECK_STATUS(cursor_move(store, TEXT("crm"), BUS_EVENTS, 6), STATUS_OK);
    CHECK_INT(cursor(TEXT("crm"), BUS_EVENTS), 6);
    CHECK_INT(cursor(TEXT("board"), BUS_EVENTS), 0);
    end();
}

static void the_slowest_follower_is_known(void)
{
    begin();
    int64_t position = 0;
    CHECK_STATUS(follower_slowest(store, arena, &position), STATUS_OK);
    CHECK(position == INT64_MAX);
    CHECK_STATUS(follower_move(store, TEXT("board"), BUS_EVENTS, 9, 1), STATUS_OK);
    CHECK_STATUS(follower_move(store, TEXT("relay"), BUS_EVENTS, 7, 1), STATUS_OK);
    CHECK_STATUS(follower_move(store, TEXT("board"), BUS_COMMANDS, 8, 1), STATUS_OK);
    CHECK_STATUS(follower_slowest(store, arena, &position), STATUS_OK);
    CHECK_INT(position, 7);
    CHECK_STATUS(follower_move(store, TEXT("relay"), BUS_EVENTS, 20, 2), STATUS_OK);
    CHECK_STATUS(follower_slowest(store, arena, &position), STATUS_OK);
    CHECK_INT(position, 8);
    /* Its schema was restored from a backup: it needs again what it had. */
    CHECK_STATUS(follower_move(store, TEXT("board"), BUS_EVENTS, 0, 3), STATUS_OK);
    CHECK_STATUS(follower_slowest(store, arena, &position), STATUS_OK);
    CHECK_INT(position, 0);
    CHECK_STATUS(follower_find(store, arena, TEXT("relay"), BUS_EVENTS, &position), STATUS_OK);
    CHECK_INT(position, 20);
    CHECK_STATUS(follower_find(store, arena, TEXT("crm"), BUS_EVENTS, &position), STATUS_OK);
    CHECK_INT(position, 0);
    end();
}

static void append_without_id(void)
{
    struct message message = event();
    message.id = (struct id){0};
    enum status status = journal_append(store, &message);
    printf("#   %s\n", status_name(status));
}

static void a_message_has_an_id(void)
{
    begin();
    CHECK_MUST_FAIL(append_without_id, "id_is_none");
    end();
}

static const struct test tests[] = {
    {.name = "rows_come_back_whole", .run = rows_come_back_whole},
    {.name = "reading_has_pages", .run = reading_has_pages},
    {.name = "what_is_undone_leaves_no_hole", .run = what_is_undone_leaves_no_hole},
    {.name = "there_is_nothing_to_settle", .run = there_is_nothing_to_settle},
    {.name = "ends_and_the_newest_are_known", .run = ends_and_the_newest_are_known},
    {.name = "only_what_is_old_and_taken_is_forgotten",
     .run = only_what_is_old_and_taken_is_forgotten},
    {.name = "forgetting_makes_no_hole_when_the_clock_went_back",
     .run = forgetting_makes_no_hole_when_the_clock_went_back},
    {.name = "forgetting_goes_in_pieces", .run = forgetting_goes_in_pieces},
    {.name = "a_cursor_goes_forward_only", .run = a_cursor_goes_forward_only},
    {.name = "the_slowest_follower_is_known", .run = the_slowest_follower_is_known},
    {.name = "a_message_has_an_id", .run = a_message_has_an_id},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
