/* tell_check_test.c - one mistake in a table of what is told or heard is one sentence. */
#include "runtime/start/tell_check.h"
#include "tests/lib/check.h"

enum { ARENA_BYTES_MAX = 4 * 1024 * 1024 };

static enum status handle(struct call *call)
{
    (void)call;
    return STATUS_OK;
}

static struct field said_fields[] = {
    {.name = "amount", .kind = FIELD_INTEGER},
    {.name = "why", .kind = FIELD_TEXT, .bytes_max = 9},
};
static struct field read_fields[] = {
    {.name = "amount", .kind = FIELD_INTEGER, .required = true},
    {.name = "why", .kind = FIELD_TEXT, .bytes_max = 9},
};
static const struct shape said = {
    .name = "Said", .fields = said_fields, .field_count = 2, .bytes = 32};
static struct shape read_shape = {
    .name = "Read", .fields = read_fields, .field_count = 2, .bytes = 32};
static struct shape poor = {
    .name = "Poor", .fields = read_fields + 1, .field_count = 1, .bytes = 32};

/* A shop that tells an event and an errand, a till that hears and does them. */
static struct event events[2];
static struct subscription subscriptions[2];
static struct command commands[2];
static struct errand errands[2];
static struct service shop;
static struct service till;
static bool is_till_first = true; /* what it complains of first */

static void make(void)
{
    said_fields[0].kind = FIELD_INTEGER;
    read_fields[0] = (struct field){.name = "amount", .kind = FIELD_INTEGER, .required = true};
    read_fields[1] = (struct field){.name = "why", .kind = FIELD_TEXT, .bytes_max = 9};
    events[0] = (struct event){
        .name = "shop.ordered", .version = 1, .data = &said, .summary = "Something is ordered"};
    events[1] =
        (struct event){.name = "shop.deal.closed_2", .version = 3, .summary = "All is over"};
    subscriptions[0] = (struct subscription){
        .event = "shop.ordered", .version = 1, .takes = &read_shape, .handle = handle};
    subscriptions[1] =
        (struct subscription){.event = "shop.deal.closed_2", .version = 4, .handle = handle};
    commands[0] = (struct command){.name = "till.charge",
                                   .summary = "Charges",
                                   .takes = &read_shape,
                                   .gives = &said,
                                   .handle = handle};
    commands[1] = (struct command){.name = "till.open", .summary = "Opens", .handle = handle};
    errands[0] = (struct errand){.service = "till",
                                 .command = "till.charge",
                                 .data = &said,
                                 .takes = &read_shape,
                                 .on_reply = handle};
    errands[1] = (struct errand){.service = "till", .command = "till.open"};
    shop = (struct service){
        .name = "shop", .events = events, .event_count = 2, .errands = errands, .errand_count = 2};
    till = (struct service){.name = "till",
                            .subscriptions = subscriptions,
                            .subscription_count = 2,
                            .commands = commands,
                            .command_count = 2};
}

/* And then all is well again. */
static void check_complaint(const char *complaint)
{
    const struct service *const services[] = {is_till_first ? &till : &shop,
                                              is_till_first ? &shop : &till};
    struct arena *arena = arena_create("check", ARENA_BYTES_MAX);
    CHECK_TEXT(tell_check(arena, services, COUNT_OF(services)), complaint);
    arena_destroy(&arena);
    make();
}

static void passes_good_tables(void)
{
    make();
    check_complaint(NULL);
    said_fields[0].kind = read_fields[0].kind = FIELD_ID;
    check_complaint(NULL);
    read_fields[1].kind = FIELD_ID; /* texts of several kinds are read from each other */
    check_complaint(NULL);
    subscriptions[0].takes = NULL;
    check_complaint(NULL);
}

static void complains_of_events(void)
{
    static const char *const names[] = {NULL,           "",        "ordered",      ".ordered",
                                        "shop.",        "shop..x", "shop.Ordered", "shop ordered.x",
                                        "shop.\xD0\xB6"};
    make();
    is_till_first = false;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        events[1].name = names[i];
        check_complaint("shop: event 1 has no name like 'users.created', no version, or no "
                        "summary");
    }
    events[0].version = 0;
    check_complaint("shop: event 0 has no name like 'users.created', no version, or no summary");
    events[0].summary = NULL;
    check_complaint("shop: event 0 has no name like 'users.created', no version, or no summary");
    events[1].name = "shop.ordered";
    check_complaint("shop: the event 'shop.ordered' is told by somebody else too");
    is_till_first = true;
    events[1].name = NULL; /* who listens comes first */
    check_complaint("till: nobody tells 'shop.deal.closed_2'");
}

static void complains_of_subscriptions(void)
{
    make();
    subscriptions[0].handle = NULL;
    check_complaint("till: subscription 0 has no event, no version, or no handler");
    subscriptions[1].event = NULL;
    check_complaint("till: subscription 1 has no event, no version, or no handler");
    subscriptions[0].version = 0;
    check_complaint("till: subscription 0 has no event, no version, or no handler");
    subscriptions[1].event = "shop.ordered";
    check_complaint("till: 'shop.ordered' is listened to twice");
    subscriptions[0].event = "shop.orderd";
    check_complaint("till: nobody tells 'shop.orderd'; did you mean 'shop.ordered'?");
    subscriptions[0].event = "kitchen.burnt";
    check_complaint("till: nobody tells 'kitchen.burnt'");
    subscriptions[1].version = 2;
    check_complaint("till: 'shop.deal.closed_2' is told in version 3 and understood up to version "
                    "2");
    subscriptions[1].retry.attempts_max = -1;
    check_complaint("till: 'shop.deal.closed_2' is to be tried again a negative number of times or "
                    "ms");
    read_fields[1].bytes_max = 0;
    check_complaint("till: 'shop.ordered': text field 'why' has no bytes_max");
}

static void complains_of_what_cannot_be_read(void)
{
    make();
    read_fields[0].name = "price";
    check_complaint("till: 'shop.ordered' requires the field 'price', which is not said");
    read_fields[0].name = "price";
    read_fields[0].required = false; /* it may be missing */
    check_complaint(NULL);
    read_fields[0].kind = FIELD_TEXT;
    read_fields[0].bytes_max = 9;
    check_complaint("till: 'shop.ordered' reads the field 'amount' as something else than is said");
    events[0].data = NULL;
    check_complaint("till: 'shop.ordered' requires the field 'amount', which is not said");
}

static void complains_of_commands(void)
{
    make();
    commands[0].name = "charge";
    check_complaint("till: command 0 has no name like 'till.charge', no handler, or no summary");
    commands[1].handle = NULL;
    check_complaint("till: command 1 has no name like 'till.charge', no handler, or no summary");
    commands[1].summary = NULL;
    check_complaint("till: command 1 has no name like 'till.charge', no handler, or no summary");
    commands[1].name = "till.charge";
    check_complaint("till: the command 'till.charge' stands there twice");
    commands[1].retry.first_ms = -1;
    check_complaint("till: 'till.open' is to be tried again a negative number of times or ms");
}

static void complains_of_errands(void)
{
    make();
    errands[0].service = "tiller";
    check_complaint("shop: errand 0 goes to 'tiller', which is no service");
    errands[1].service = NULL;
    check_complaint("shop: errand 1 goes to '', which is no service");
    errands[0].command = "till.chrage";
    check_complaint("shop: till knows no command 'till.chrage'");
    errands[1] = errands[0];
    check_complaint("shop: the errand 'till.charge' stands there twice");
    errands[1].deadline_ms = -1;
    check_complaint("shop: the errand 'till.open' has a negative deadline");
    errands[0].retry.longest_ms = -1;
    check_complaint("shop: 'till.charge' is to be tried again a negative number of times or ms");
    errands[0].data = &poor;
    check_complaint("shop: 'till.charge' requires the field 'amount', which is not said");
    commands[0].gives = &poor; /* of the reply */
    check_complaint("shop: 'till.charge' requires the field 'amount', which is not said");
}

static const struct test tests[] = {
    {.name = "passes_good_tables", .run = passes_good_tables},
    {.name = "complains_of_events", .run = complains_of_events},
    {.name = "complains_of_subscriptions", .run = complains_of_subscriptions},
    {.name = "complains_of_what_cannot_be_read", .run = complains_of_what_cannot_be_read},
    {.name = "complains_of_commands", .run = complains_of_commands},
    {.name = "complains_of_errands", .run = complains_of_errands},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
