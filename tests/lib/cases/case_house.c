/* case_house.c - the house and the shop. */
#include "tests/lib/cases/case_house.h"

#include <string.h>

struct script script;

#define AT(member) .offset = offsetof(struct thing, member)
static const struct field handed_fields[] = {
    {.name = "amount", .kind = FIELD_INTEGER, AT(amount)},
    {.name = "note", .kind = FIELD_TEXT, AT(note), .bytes_max = 2000, .may_be_empty = true},
};
static const struct field given_fields[] = {
    {.name = "amount", .kind = FIELD_INTEGER, AT(amount)},
    {.name = "fine", .kind = FIELD_FLAG, AT(fine)},
    {.name = "note", .kind = FIELD_TEXT, AT(note), .bytes_max = 2000},
    {.name = "thing", .kind = FIELD_OBJECT, AT(thing), .bytes_max = 200000},
};
static const struct field seen_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "amount", .kind = FIELD_INTEGER, AT(amount)},
    {.name = "note", .kind = FIELD_TEXT, AT(note), .bytes_max = 2000},
};
#undef AT
static const struct shape handed_shape = {.name = "Handed",
                                          .fields = handed_fields,
                                          .field_count = COUNT_OF(handed_fields),
                                          .bytes = sizeof(struct thing)};
static const struct shape given_shape = {.name = "Given",
                                         .fields = given_fields,
                                         .field_count = COUNT_OF(given_fields),
                                         .bytes = sizeof(struct thing)};
static const struct shape seen_shape = {.name = "Seen",
                                        .fields = seen_fields,
                                        .field_count = COUNT_OF(seen_fields),
                                        .bytes = sizeof(struct thing)};

/* ---- the tables of the house, written by its functions ---- */

static const struct migration house_migrations[] = {
    {.version = 1,
     .name = "notes",
     .sqlite = "CREATE TABLE note (number INTEGER NOT NULL PRIMARY KEY, word TEXT NOT NULL) STRICT",
     .postgres = "CREATE TABLE note (number bigint NOT NULL PRIMARY KEY, word text NOT NULL)"}};

static const struct statement note_insert = {.sql =
                                                 "INSERT INTO note (number, word) VALUES ($1, $2)"};

static const struct refusal not_so = {"not_so", 409, "It is not so."};
static const struct refusal *const house_refusals[] = {&not_so};

static struct text remember(struct text text)
{
    size_t bytes = text.bytes < sizeof script.memory / 4 ? text.bytes : sizeof script.memory / 4;
    static size_t slot;
    char *at = script.memory + (slot++ % 4) * (sizeof script.memory / 4);
    if (text.data == NULL) {
        return NO_TEXT;
    }
    memcpy(at, text.data, bytes);
    return (struct text){at, bytes};
}

static enum status write_note(struct call *call, struct text word)
{
    return store_exec(call->store, &note_insert,
                      VALUES(value_integer(++script.notes), value_text(word)), NULL);
}

static enum status begin_another(struct call *call)
{
    struct text error = NO_TEXT;
    script.began_as =
        case_start(call, &(struct case_start){.workflow = script.begins}, &script.began, &error);
    return script.began_as == STATUS_OK ? answer(call, &script.gives) : script.began_as;
}

static enum status answer_another(struct call *call)
{
    struct text error = NO_TEXT;
    script.began_as = case_answer(
        call, &(struct case_answer){.work_id = script.answers, .result = TEXT("{}")}, &error);
    return script.began_as == STATUS_OK ? answer(call, &script.gives) : script.began_as;
}

static enum status say(struct call *call, char letter)
{
    const struct thing *handed = call->input;
    switch (letter) {
    case 'r':
        return stage_retry(call, "not yet");
    case 'x':
        return refuse(call, &not_so);
    case 'n':
        return stage_next(call, script.next, &script.gives);
    case 'a':
        return stage_ask(call, &call->service->errands[0], handed);
    case 'w':
        return stage_wait(call);
    case 'p':
        return answer(call, handed);
    case 'c':
        return begin_another(call);
    case 'g':
        return answer_another(call);
    case 'e':
        return STATUS_ABSENT;
    case 'u':
        return STATUS_UNAVAILABLE;
    default:
        return answer(call, &script.gives);
    }
}

static enum status work(struct call *call)
{
    const struct thing *handed = call->input;
    char letter = script.letters != NULL && *script.letters ? *script.letters++ : 'd';
    script.previous = remember(stage_previous(call));
    script.work_id = remember(stage_work_id(call));
    script.visit = stage_visit(call);
    struct text word = text_format(call->arena, "%c %lld %.*s", letter,
                                   (long long)(handed->amount == FIELD_NONE ? -1 : handed->amount),
                                   TEXT_ARGS(handed->note));
    enum status status = write_note(call, word);
    return status == STATUS_OK ? say(call, letter) : status;
}

static enum status undo_work(struct call *call)
{
    const struct thing *handed = call->input;
    char letter = script.letters != NULL && *script.letters ? *script.letters++ : 'd';
    enum status status =
        write_note(call, text_format(call->arena, "undo %c %.*s", letter, TEXT_ARGS(handed->note)));
    return status != STATUS_OK ? status
           : letter == 'x'     ? refuse(call, &not_so)
                               : answer_empty(call);
}

static enum status plain(struct call *call)
{
    script.previous = remember(stage_previous(call));
    enum status status = write_note(call, TEXT("plain"));
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* As the example of a business case needs it. */
struct signing {
    struct text address;
    struct text signature;
};
static const struct field signed_fields[] = {
    {.name = "address",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct signing, address),
     .bytes_max = 200},
};
static const struct shape signed_shape = {.name = "Signed",
                                          .fields = signed_fields,
                                          .field_count = COUNT_OF(signed_fields),
                                          .bytes = sizeof(struct signing)};
static const struct field signing_fields[] = {
    {.name = "signature",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct signing, signature),
     .bytes_max = 200},
};
static const struct shape signing_shape = {.name = "Signing",
                                           .fields = signing_fields,
                                           .field_count = COUNT_OF(signing_fields),
                                           .bytes = sizeof(struct signing)};

static enum status sign(struct call *call)
{
    return answer(call, &(struct signing){.signature = TEXT("signed")});
}

const struct case_function house_functions[] = {
    {.name = "sign",
     .summary = "Signs",
     .takes = &signed_shape,
     .gives = &signing_shape,
     .run = sign},
    {.name = "work",
     .summary = "Does as it is told",
     .takes = &handed_shape,
     .gives = &given_shape,
     .run = work,
     .refusals = house_refusals,
     .refusal_count = 1},
    {.name = "undo_work",
     .summary = "Takes it back",
     .takes = &handed_shape,
     .run = undo_work,
     .refusals = house_refusals,
     .refusal_count = 1},
    {.name = "plain", .summary = "Reads and gives nothing", .run = plain},
};

const size_t house_function_count = COUNT_OF(house_functions);

static const struct event house_events[] = {
    {.name = "house.seen", .version = 1, .data = &seen_shape, .summary = "Has a row of its own"},
};

static const struct errand house_errands[] = {
    {.service = "shop",
     .command = "shop.buy",
     .data = &handed_shape,
     .takes = NULL,
     .on_reply = case_reply,
     .deadline_ms = 24 * 60 * 60 * 1000},
};

const struct service house_bare = {
    .name = "house",
    .purpose = "Has cases",
    .migrations = house_migrations,
    .migration_count = COUNT_OF(house_migrations),
    .events = house_events,
    .event_count = COUNT_OF(house_events),
    .errands = house_errands,
    .errand_count = COUNT_OF(house_errands),
};

/* ---- the other service ---- */

static enum status never(struct call *call)
{
    (void)call;
    return STATUS_UNAVAILABLE;
}

static const struct command shop_commands[] = {
    {.name = "shop.buy",
     .summary = "Buys it",
     .takes = &handed_shape,
     .gives = &given_shape,
     .handle = never},
    {.name = "shop.sell",
     .summary = "Sells it",
     .takes = &handed_shape,
     .gives = &given_shape,
     .handle = never},
};

#define SHOP_EVENT(text)                                                                           \
    {                                                                                              \
        .name = (text), .version = 1, .data = &given_shape, .summary = "Somebody says something"   \
    }
static const struct event shop_events[] = {SHOP_EVENT("shop.paid"), SHOP_EVENT("shop.opened"),
                                           SHOP_EVENT("shop.moved")};

const struct service shop_service = {
    .name = "shop",
    .purpose = "Is told and tells",
    .commands = shop_commands,
    .command_count = COUNT_OF(shop_commands),
    .events = shop_events,
    .event_count = COUNT_OF(shop_events),
};
