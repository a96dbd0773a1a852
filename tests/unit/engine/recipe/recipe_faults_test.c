/* recipe_faults_test.c - what is wrong in expressions and in what a workflow names of the program:
 * one fault after the other is put into a good file, and each is told where it stands.
 */
#include "engine/recipe/judged.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 64 * 1024 * 1024 };

/* clang-format off */
static const char good[] =
    "workflow: shop\n"
    "version: 1\n"
    "participants:\n"
    "  client: {is: owner_id, sees: [note]}\n"
    "fields:\n"
    "  owner_id: id\n"
    "  price: {kind: money, currency: RUB}\n"
    "  fine: {kind: money, currency: EUR}\n"
    "  note: {kind: text, max: 500}\n"
    "  level: {kind: choice, choices: [low, high]}\n"
    "  paid: flag\n"
    "  receipt: object\n"
    "places:\n"
    "  ordered:\n"
    "  packed:\n"
    "  sent: {end: true}\n"
    "  failed: {end: true, undoes: true}\n"
    "operations:\n"
    "  order:\n"
    "    who: client\n"
    "    from: start\n"
    "    to: ordered\n"
    "    asks: [note, price]\n"
    "    sets: {owner_id: caller_id, level: '''low'''}\n"
    "    tells: shop.ordered\n"
    "    run: look\n"
    "  pay:\n"
    "    who: client\n"
    "    from: ordered\n"
    "    to: charge\n"
    "    when: >-\n"
    "      price > 0\n"
    "      and note <> 'бесплатно'\n"
    "stages:\n"
    "  charge:\n"
    "    call: till.charge\n"
    "    with: {order_id: case_id, amount: price}\n"
    "    result: receipt\n"
    "    undo: refund\n"
    "    catch: failed\n"
    "  weigh: {run: weigh, with: {text: note}, result: paid}\n"
    "  pack: {to: packed}\n"
    "  ship: {from: packed, when: paid, to: sent}\n"
    "  keep: {from: packed, else: true, to: failed}\n"
    "events:\n"
    "  came: {event: stock.came, match: {owner_id: owner}, in: ordered,\n"
    "    sets: {note: event.note}}\n"
    "timers:\n"
    "  late: {after: 30d, from: ordered, to: failed}\n";
/* clang-format on */

/* ---- the program that the file is for ---- */

static enum status say_yes(struct call *call)
{
    (void)call;
    return STATUS_OK;
}

static const struct field charge_fields[] = {
    {.name = "order_id", .kind = FIELD_ID, .required = true},
    {.name = "amount", .kind = FIELD_INTEGER, .required = true},
    {.name = "memo", .kind = FIELD_TEXT, .bytes_max = 40},
};
static const struct shape charge_shape = {
    .name = "Charge", .fields = charge_fields, .field_count = COUNT_OF(charge_fields)};
static const struct command commands[] = {
    {.name = "till.charge", .takes = &charge_shape, .gives = &charge_shape, .handle = say_yes}};
static const struct event till_events[] = {{.name = "till.charged", .version = 1}};
static const struct service till = {.name = "till",
                                    .commands = commands,
                                    .command_count = COUNT_OF(commands),
                                    .events = till_events,
                                    .event_count = COUNT_OF(till_events)};

static const struct field text_fields[] = {{.name = "text", .kind = FIELD_TEXT, .bytes_max = 9}};
static const struct shape text_shape = {
    .name = "Text", .fields = text_fields, .field_count = COUNT_OF(text_fields)};
static const struct field flag_fields[] = {{.name = "is_heavy", .kind = FIELD_FLAG}};
static const struct shape flag_shape = {
    .name = "Heavy", .fields = flag_fields, .field_count = COUNT_OF(flag_fields)};
static const struct case_function functions[] = {
    {.name = "refund", .run = say_yes},
    {.name = "look", .run = say_yes},
    {.name = "weigh", .takes = &text_shape, .gives = &flag_shape, .run = say_yes},
};
static const struct case_work cases = {.functions = functions,
                                       .function_count = COUNT_OF(functions)};
static const struct event shop_events[] = {{.name = "shop.ordered", .version = 1}};
static const struct errand errands[] = {{.service = "till", .command = "till.charge"}};
static const struct service shop = {.name = "shop",
                                    .cases = &cases,
                                    .events = shop_events,
                                    .event_count = COUNT_OF(shop_events),
                                    .errands = errands,
                                    .errand_count = COUNT_OF(errands)};
static const struct service *const services[] = {&shop, &till};

static struct recipe_source source_of(struct text yaml, bool is_known)
{
    return (struct recipe_source){.service = is_known ? &shop : NULL,
                                  .services = services,
                                  .service_count = is_known ? COUNT_OF(services) : 0,
                                  .file = TEXT("f.yaml"),
                                  .yaml = yaml};
}

/* `from` is in the file once and becomes `to`; `said` is everything that is said then. */
struct fault {
    const char *from;
    const char *to;
    const char *said;
};

static struct text put_in(struct arena *arena, const struct fault *fault)
{
    const char *at = strstr(good, fault->from);
    CHECK(at != NULL);
    CHECK(strstr(at + 1, fault->from) == NULL);
    return text_format(arena, "%.*s%s%s", (int)(at - good), good, fault->to,
                       at + strlen(fault->from));
}

static void check_faults(const struct fault *faults, size_t count, bool is_known)
{
    for (size_t i = 0; i < count; i++) {
        struct arena *arena = arena_create("faults", ARENA_BYTES);
        struct recipe_source source = source_of(put_in(arena, &faults[i]), is_known);
        struct recipe recipe;
        struct text said = NO_TEXT;
        CHECK_STATUS(recipe_make(arena, &source, &recipe, &said), STATUS_MALFORMED);
        CHECK_TEXT(said, faults[i].said);
        arena_destroy(&arena);
    }
}

static void good_is_good(void)
{
    struct arena *arena = arena_create("faults", ARENA_BYTES);
    for (int is_known = 0; is_known <= 1; is_known++) {
        struct recipe_source source = source_of(text_of(good), is_known != 0);
        struct recipe recipe;
        struct text said = TEXT("");
        enum status status = recipe_make(arena, &source, &recipe, &said);
        CHECK_TEXT(said, "");
        CHECK_STATUS(status, STATUS_OK);
    }
    arena_destroy(&arena);
}

static const struct fault expression_faults[] = {
    {"  note: {kind: text, max: 500}", "  note: {kind: text, max: 500, must: length(nota) > 3}",
     "f.yaml:9:45: unknown field 'nota'; did you mean 'note'?"},
    {"  note: {kind: text, max: 500}", "  note: {kind: text, max: 500, must: note = event.note}",
     "f.yaml:9:45: a field has no \"event\": only what waits for one has"},
    {"when: paid", "when: payd", "f.yaml:43:30: unknown field 'payd'; did you mean 'paid'?"},
    {"      price > 0\n", "      prise > 0\n",
     "f.yaml:32:7: unknown field 'prise'; did you mean 'price'?"},
    {"and note <> 'бесплатно'", "and note <> 'бесплатно' and naughty",
     "f.yaml:33:35: unknown field 'naughty'"},
    {"level: '''low'''", "level: '''lower'''",
     "f.yaml:24:41: 'level' can never be 'lower'; it can be 'low', 'high'"},
    {"level: '''low'''", "level: \"'low' || \\\"x\\\"\"",
     "f.yaml:24:50: a text stands in single quotes: 'new'; a field is written as it is called"},
    {"owner_id: caller_id", "paid: ' ''it''''s'' = nobody'",
     "f.yaml:24:34: unknown field 'nobody'"},
    {"owner_id: caller_id", "owner_id: note",
     "f.yaml:24:22: 'owner_id' takes an id, and note is a text"},
    {"owner_id: caller_id", "fine: price", "f.yaml:24:18: 'fine' is in EUR, and price is in RUB"},
    {"note: event.note", "note: event",
     "f.yaml:47:18: 'note' takes a text, and event is an object"},
    {"{after: 30d, from: ordered", "{after: 30d, when: event.late, from: ordered",
     "f.yaml:49:28: timer \"late\" has no \"event\": only what waits for one has\n"
     "f.yaml:14:3: from 'ordered' the case may never end: it goes on only by 'pay', 'late', which "
     "nobody can rely on: order"},
    {"order_id: case_id", "order_id: case_ib",
     "f.yaml:37:22: unknown field 'case_ib'; did you mean 'case_id'?"},
    {"  paid: flag\n", "  paid: flag\n  end: flag\n",
     "f.yaml:12:3: no field may be called \"end\": expressions have the word already"},
    {"when: paid", "when: note", "f.yaml:43:30: a condition is true or false, and note is a text"},
    {"when: paid", "when: 'pa\n    id id'", "f.yaml:43:31: unknown field 'pa'"},
};

static void expressions(void)
{
    check_faults(expression_faults, COUNT_OF(expression_faults), false);
}

static const struct fault name_faults[] = {
    {"undo: refund", "undo: refundd",
     "f.yaml:35:3: stage \"charge\": \"undo\": there is no function \"refundd\"; did you mean "
     "\"refund\"?"},
    {"run: look", "run: loook",
     "f.yaml:19:3: operation \"order\": \"run\": there is no function \"loook\"; did you mean "
     "\"look\"?"},
    {"run: weigh, with", "run: wiegh, with",
     "f.yaml:41:3: stage \"weigh\": \"run\": there is no function \"wiegh\"; did you mean "
     "\"weigh\"?"},
    {"call: till.charge", "call: tell.charge",
     "f.yaml:35:3: stage \"charge\": \"call\": there is no service \"tell\"; did you mean "
     "\"till\"?"},
    {"call: till.charge", "call: till.chrage",
     "f.yaml:35:3: stage \"charge\": \"call\": there is no command \"till.chrage\"; did you mean "
     "\"till.charge\"?"},
    {", amount: price}", "}",
     "f.yaml:35:3: stage \"charge\": command \"till.charge\" needs \"amount\": add it to \"with\""},
    {"amount: price", "amount: note",
     "f.yaml:37:39: command \"till.charge\" reads \"amount\" as something else than this is"},
    {"amount: price", "amount: price, sum: price",
     "f.yaml:37:51: command \"till.charge\" takes no \"sum\"; there may be order_id, amount, memo"},
    {"{text: note}", "{txt: note}",
     "f.yaml:41:35: function \"weigh\" takes no \"txt\"; did you mean \"text\"?"},
    {"result: paid}", "result: price}",
     "f.yaml:41:3: stage \"weigh\": function \"weigh\" gives nothing of the kind of \"price\""},
    {"result: receipt", "result: note",
     "f.yaml:35:3: stage \"charge\": command \"till.charge\" gives nothing of the kind of "
     "\"note\""},
    {"run: weigh, with: {text: note}", "run: look",
     "f.yaml:41:3: stage \"weigh\": function \"look\" gives nothing that \"paid\" could keep"},
    {"tells: shop.ordered", "tells: till.charged",
     "f.yaml:19:3: operation \"order\": \"tells\": \"till.charged\" is told by till"},
    {"tells: shop.ordered", "tells: Shop.Ordered",
     "f.yaml:19:3: operation \"order\": \"tells\": \"Shop.Ordered\" is no name of an event: small "
     "letters, digits, _ and dots, 64 at most"},
};

static void names(void)
{
    check_faults(name_faults, COUNT_OF(name_faults), true);
}

static const struct fault many = {"      price > 0\n", "      prise > 0\n", NULL};

/* Not only the first, and what can get stuck is told beside what is misspelt. */
static void everything_at_once(void)
{
    struct arena *arena = arena_create("faults", ARENA_BYTES);
    struct text yaml = put_in(arena, &many);
    yaml = text_format(arena, "%.*s  stray: {after: 1d, from: ordered, to: [packed, sent]}\n",
                       TEXT_ARGS(yaml));
    struct recipe_source source = source_of(yaml, true);
    struct recipe recipe;
    struct text said = NO_TEXT;
    const char *at = strstr(yaml.data, "undo: refund");
    CHECK(at != NULL);
    yaml = text_format(arena, "%.*sundo: refuse%s", (int)(at - yaml.data), yaml.data,
                       at + strlen("undo: refund"));
    source.yaml = yaml;
    CHECK_STATUS(recipe_make(arena, &source, &recipe, &said), STATUS_MALFORMED);
    CHECK_TEXT(said, "f.yaml:32:7: unknown field 'prise'; did you mean 'price'?\n"
                     "f.yaml:35:3: stage \"charge\": \"undo\": there is no function \"refuse\"; "
                     "did you mean \"refund\"?\n"
                     "f.yaml:50:3: 'stray' from 'ordered' leaves a mark in 'packed': order, stray");
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {.name = "good_is_good", .run = good_is_good},
    {.name = "expressions", .run = expressions},
    {.name = "names", .run = names},
    {.name = "everything_at_once", .run = everything_at_once},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
