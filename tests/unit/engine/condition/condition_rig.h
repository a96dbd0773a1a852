/* condition_rig.h - a case with fields of every kind, for tests of conditions. */
#ifndef TESTS_UNIT_ENGINE_CONDITION_CONDITION_RIG_H
#define TESTS_UNIT_ENGINE_CONDITION_CONDITION_RIG_H

#include "engine/condition/condition.h"
#include "tests/lib/check.h"

#include <stdio.h>

#define RIG_ID "01890a5d-ac96-774b-bcce-b302099a8057"

enum {
    RIG_AMOUNT,
    RIG_LIMIT,
    RIG_PRICE,
    RIG_FEE_USD,
    RIG_COUNT,
    RIG_NOTHING,
    RIG_STATUS,
    RIG_INN,
    RIG_NAME,
    RIG_NO_NAME,
    RIG_IS_VIP,
    RIG_IS_OLD,
    RIG_MAY_BE,
    RIG_OWNER_ID,
    RIG_CALLER_ID,
    RIG_BORN,
    RIG_CREATED,
    RIG_NOW,
    RIG_TAGS,
    RIG_EVENT,
    RIG_FIELD_COUNT
};

static const struct text rig_statuses[] = {{"new", 3}, {"test", 4}, {"paid", 4}, {"closed", 6}};

#define RIG_FIELD(word, of_kind)                                                                   \
    {                                                                                              \
        .name = {word, sizeof(word) - 1}, .kind = CONDITION_##of_kind                              \
    }

static const struct condition_field rig_fields[RIG_FIELD_COUNT] = {
    [RIG_AMOUNT] = RIG_FIELD("amount", INTEGER),
    [RIG_LIMIT] = {.name = {"limit_minor", 11}, .kind = CONDITION_MONEY, .currency = "RUB"},
    [RIG_PRICE] = {.name = {"price", 5}, .kind = CONDITION_MONEY, .currency = "RUB"},
    [RIG_FEE_USD] = {.name = {"fee_usd", 7}, .kind = CONDITION_MONEY, .currency = "USD"},
    [RIG_COUNT] = RIG_FIELD("places", INTEGER),
    [RIG_NOTHING] = RIG_FIELD("nothing", INTEGER),
    [RIG_STATUS] = {.name = {"status", 6},
                    .kind = CONDITION_TEXT,
                    .choices = rig_statuses,
                    .choice_count = COUNT_OF(rig_statuses)},
    [RIG_INN] = RIG_FIELD("inn", TEXT),
    [RIG_NAME] = RIG_FIELD("name", TEXT),
    [RIG_NO_NAME] = RIG_FIELD("no_name", TEXT),
    [RIG_IS_VIP] = RIG_FIELD("isVip", FLAG),
    [RIG_IS_OLD] = RIG_FIELD("is_old", FLAG),
    [RIG_MAY_BE] = RIG_FIELD("may_be", FLAG),
    [RIG_OWNER_ID] = RIG_FIELD("owner_id", ID),
    [RIG_CALLER_ID] = RIG_FIELD("caller_id", ID),
    [RIG_BORN] = RIG_FIELD("born", DATE),
    [RIG_CREATED] = RIG_FIELD("created", TIME),
    [RIG_NOW] = RIG_FIELD("now", TIME),
    [RIG_TAGS] = RIG_FIELD("tags", TEXTS),
    [RIG_EVENT] = RIG_FIELD("event", OBJECT),
};

/* amount 1500, limit 2000.00, price null, places 7, status "test" ...; the texts are in the
 * program.
 */
static inline void rig_values(struct value values_out[RIG_FIELD_COUNT])
{
    struct id owner;
    bool is_id = id_read(TEXT(RIG_ID), &owner);
    CHECK(is_id);
    for (size_t i = 0; i < RIG_FIELD_COUNT; i++) {
        values_out[i] = (struct value){.kind = VALUE_NULL};
    }
    values_out[RIG_AMOUNT] = value_integer(1500);
    values_out[RIG_LIMIT] = value_integer(200000);
    values_out[RIG_FEE_USD] = value_integer(99);
    values_out[RIG_COUNT] = value_integer(7);
    values_out[RIG_STATUS] = value_text(TEXT("test"));
    values_out[RIG_INN] = value_text(TEXT("7707083893"));
    values_out[RIG_NAME] = value_text(TEXT("Пётр О'Нил"));
    values_out[RIG_IS_VIP] = value_flag(true);
    values_out[RIG_IS_OLD] = value_flag(false);
    values_out[RIG_OWNER_ID] = value_id(owner);
    values_out[RIG_CALLER_ID] = value_id(owner);
    values_out[RIG_BORN] = value_integer(20543);         /* 2026-03-31 */
    values_out[RIG_CREATED] = value_time(1774947600000); /* 2026-03-31T09:00:00Z */
    values_out[RIG_NOW] = value_time(1775120399999);     /* two days later, less a ms */
    values_out[RIG_TAGS] = value_text(TEXT("[\"vip\",\"late\"]"));
    values_out[RIG_EVENT] =
        value_text(TEXT("{\"score\":70,\"status\":\"paid\",\"ok\":true,\"who\":\"" RIG_ID "\","
                        "\"at\":\"2026-03-31T09:00:00Z\",\"day\":\"2026-03-31\",\"none\":null,"
                        "\"tags\":[\"a\",\"b\"],\"deep\":{\"er\":{\"x\":-3}},\"half\":0.5}"));
}

static inline struct condition_source rig_source(const char *text)
{
    return (struct condition_source){
        .text = text_of(text), .fields = rig_fields, .field_count = RIG_FIELD_COUNT};
}

/* Must compile. */
static inline const struct condition *rig_compile(struct arena *arena, const char *text,
                                                  struct condition_field gives)
{
    struct condition_source source = rig_source(text);
    struct condition_error error = {0};
    const struct condition *condition = NULL;
    source.gives = gives;
    if (condition_compile(arena, &source, &condition, &error) != STATUS_OK) {
        printf("# %s\n# %d:%d: %.*s\n", text, error.line, error.column, TEXT_ARGS(error.what));
        CHECK_TEXT(text_of("refused"), text);
    }
    return condition;
}

/* As a person writes it: 'text', 12, null, an id. */
static inline struct text rig_show(struct arena *arena, const struct value *value)
{
    char id[ID_TEXT_BYTES + 1];
    switch (value->kind) {
    case VALUE_INTEGER:
        return text_format(arena, "%lld", (long long)value->integer);
    case VALUE_TEXT:
    case VALUE_BYTES:
        return text_format(arena, "'%.*s'", TEXT_ARGS(value->text));
    case VALUE_ID:
        id_write(value->id, id);
        return text_format(arena, "%s", id);
    case VALUE_NULL:
        break;
    }
    return TEXT("null");
}

#endif
