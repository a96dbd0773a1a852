/* bus_test.c - what callers and implementations of a bus owe is checked in one place. */
#include "bus/bus.h"

#include "tests/lib/check.h"

#include <stdio.h>

/* A bus that does nothing, but answers as it is told. */
static struct bus toy;
static struct bus_depth told_depth;
static enum status told_start = STATUS_OK;
static struct text told_error;
static unsigned delivered;
static unsigned destroyed;

static enum status start(struct bus *bus, struct text *error_out)
{
    (void)bus;
    *error_out = told_error;
    return told_start;
}

static void announce(struct bus *bus, size_t member)
{
    (void)bus;
    (void)member;
}

static void taken(struct bus *bus, struct bus_batch *batch, enum status status)
{
    (void)bus;
    (void)batch;
    (void)status;
}

static void depth(struct bus *bus, struct bus_depth *depth_out)
{
    (void)bus;
    *depth_out = told_depth;
}

static bool stop(struct bus *bus, int timeout_ms)
{
    (void)bus;
    return timeout_ms > 0;
}

static void destroy(struct bus *bus)
{
    (void)bus;
    destroyed++;
}

static const struct bus_ops toy_ops = {.name = "toy",
                                       .start = start,
                                       .announce = announce,
                                       .taken = taken,
                                       .depth = depth,
                                       .stop = stop,
                                       .destroy = destroy};

static enum status open_nothing(struct store_source *source, enum store_access access,
                                struct store **store_out)
{
    (void)source;
    (void)access;
    *store_out = NULL;
    return STATUS_UNAVAILABLE;
}

static struct store_source no_store = {.open = open_nothing, .schema = "users"};

static void deliver(void *context, struct bus_batch *batch)
{
    (void)context;
    (void)batch;
    delivered++;
}

static void write_nothing(void *context, struct bus_write *write)
{
    (void)context;
    (void)write;
}

static const char *follows[] = {"a", "b"};
static struct bus_member members[2];
static struct bus_options options = {.members = members, .member_count = 2};

static void begin(void)
{
    members[0] = (struct bus_member){.name = "users",
                                     .exchange = "users.domain",
                                     .stores = &no_store,
                                     .follows = follows,
                                     .follow_count = 2,
                                     .deliver = deliver,
                                     .write = write_nothing};
    members[1] = members[0];
    members[1].name = "board";
}

static void init(void)
{
    bus_init(&toy, &toy_ops, &options);
}

static void a_half_filled_table_is_a_bug(void)
{
    begin();
    init();
    members[1].deliver = NULL;
    CHECK_MUST_FAIL(init, "deliver");
    begin();
    members[1].stores = NULL;
    CHECK_MUST_FAIL(init, "stores");
    begin();
    members[1].name = "users";
    CHECK_MUST_FAIL(init, "strcmp");
    begin();
    follows[0] = "c";
    CHECK_MUST_FAIL(init, "follows");
}

static struct arena *arena;
static struct message message;
static struct bus_batch batch;

static void deliver_batch(void)
{
    bus_deliver(&toy, &batch);
}

static void begin_batch(void)
{
    message = (struct message){.position = 5,
                               .previous = 4,
                               .id = id_new(),
                               .kind = message_event,
                               .source = TEXT("users")};
    batch = (struct bus_batch){.arena = arena,
                               .messages = &message,
                               .count = 1,
                               .channel = BUS_EVENTS,
                               .source = TEXT("users"),
                               .upto = 6,
                               .member = 1};
}

static void a_wrong_batch_is_a_bug(void)
{
    begin();
    init();
    arena = arena_create("batch", 100000);
    begin_batch();
    deliver_batch();
    CHECK_INT(delivered, 1);
    message.previous = 5;
    CHECK_MUST_FAIL(deliver_batch, "previous");
    begin_batch();
    message.addressee = TEXT("board");
    CHECK_MUST_FAIL(deliver_batch, "addressee");
    begin_batch();
    batch.channel = BUS_COMMANDS;
    CHECK_MUST_FAIL(deliver_batch, "addressee");
    begin_batch();
    batch.upto = 4;
    CHECK_MUST_FAIL(deliver_batch, "upto");
    begin_batch();
    message.source = TEXT("other");
    CHECK_MUST_FAIL(deliver_batch, "source");
    begin_batch();
    batch.count = 0;
    deliver_batch();
    batch.upto = 0;
    CHECK_MUST_FAIL(deliver_batch, "upto");
    begin_batch();
    batch.member = 2;
    CHECK_MUST_FAIL(deliver_batch, "member");
    CHECK_INT(delivered, 2);
    arena_destroy(&arena);
}

static void announce_nobody(void)
{
    bus_announce(&toy, 2);
}

static void take_nothing(void)
{
    bus_taken(&toy, NULL, STATUS_OK);
}

static void start_it(void)
{
    struct text error;
    enum status status = bus_start(&toy, &error);
    printf("#   %s\n", status_name(status));
}

static void ask_depth(void)
{
    struct bus_depth seen;
    bus_depth(&toy, &seen);
}

static void what_both_sides_owe_is_checked(void)
{
    begin();
    init();
    start_it();
    bus_announce(&toy, 1);
    CHECK_MUST_FAIL(announce_nobody, "member");
    CHECK_MUST_FAIL(take_nothing, "batch");
    told_start = STATUS_UNAVAILABLE; /* without a sentence */
    CHECK_MUST_FAIL(start_it, "error_out");
    told_error = TEXT("There is no broker.");
    start_it();
    ask_depth();
    told_depth.again = 1;
    CHECK_MUST_FAIL(ask_depth, "again");
    CHECK(bus_stop(&toy, 1));
    CHECK(!bus_stop(&toy, 0));
    struct bus *ending = &toy;
    bus_destroy(&ending);
    CHECK(ending == NULL);
    bus_destroy(&ending);
    CHECK_INT(destroyed, 1);
}

static const struct test tests[] = {
    {.name = "a_half_filled_table_is_a_bug", .run = a_half_filled_table_is_a_bug},
    {.name = "a_wrong_batch_is_a_bug", .run = a_wrong_batch_is_a_bug},
    {.name = "what_both_sides_owe_is_checked", .run = what_both_sides_owe_is_checked},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
