/* sim_value.c - values and forms, as the dice fall. */
#include "base/clock.h"
#include "base/date.h"
#include "sim/sim_world.h"

enum { LETTERS_MOST = 24, DAYS_MOST = 60, DAY_MS = 24 * 60 * 60 * 1000, FEW = 1000 };

static struct text letters(struct world *world, int64_t least, int64_t most)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz";
    int64_t enough = least > LETTERS_MOST ? least : LETTERS_MOST;
    int64_t some = least == 0 && most > 0 ? 1 : least; /* what is asked for must not be empty */
    int64_t count = dice_between(&world->dice, some, most < enough ? most : enough);
    char *written = arena_take(world->turn, (size_t)count + 1);
    for (int64_t i = 0; i < count; i++) {
        written[i] = alphabet[dice_below(&world->dice, 26)];
    }
    return (struct text){written, (size_t)count};
}

static int64_t number(struct world *world, const struct case_field *field)
{
    int64_t least = field->minimum < -FEW ? -FEW : field->minimum;
    int64_t most = field->maximum > FEW ? FEW : field->maximum;
    if (least > most) { /* all of them are far away */
        least = field->minimum > FEW ? field->minimum : field->maximum;
        most = least;
    }
    return dice_between(&world->dice, least, most);
}

static struct id some_id(struct world *world)
{
    return dice_percent(&world->dice, 70) ? world->people[dice_below(&world->dice, WORLD_PEOPLE)]
                                          : (struct id){.bytes = {0x11, 0x22, 0x33}};
}

static int64_t some_day(struct world *world)
{
    return clock_wall_ms() / DAY_MS + dice_between(&world->dice, -2, DAYS_MOST);
}

static struct text text_list(struct world *world, const struct case_field *field)
{
    struct json_writer writer;
    size_t most = field->items_max < 3 ? field->items_max : 3;
    size_t count = dice_below(&world->dice, most + 1);
    json_writer_init(&writer, world->turn, 64);
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        json_put_text(&writer, letters(world, field->minimum, field->maximum));
    }
    json_end_array(&writer);
    return json_written(&writer);
}

static struct value fitting(struct world *world, const struct case_field *field)
{
    switch (field->kind) {
    case CASE_TEXT:
        return value_text(letters(world, field->minimum, field->maximum));
    case CASE_CHOICE:
        return value_text(field->choices[dice_below(&world->dice, field->choice_count)].name);
    case CASE_EMAIL:
        return value_text(dice_percent(&world->dice, 50) ? TEXT("ann@example.org")
                                                         : TEXT("bob@example.org"));
    case CASE_PHONE:
        return value_text(TEXT("+79161234567"));
    case CASE_INTEGER:
    case CASE_MONEY:
        return value_integer(number(world, field));
    case CASE_FLAG:
        return value_flag(dice_percent(&world->dice, 50));
    case CASE_ID:
        return value_id(some_id(world));
    case CASE_DATE:
        return value_integer(some_day(world));
    case CASE_TIME:
        return value_time(some_day(world) * DAY_MS + 1000);
    case CASE_TEXTS:
        return value_text(text_list(world, field));
    case CASE_OBJECT:
        return value_text(TEXT("{\"played\":1}"));
    case CASE_FILES: /* nobody sends any here */
    case CASE_KIND_COUNT:
        break;
    }
    return (struct value){.kind = VALUE_NULL};
}

struct text world_value(struct world *world, const struct case_field *field)
{
    static const char *const misfits[] = {"[[]]", "\"\\u0007\"", "1.5e3", "null"};
    struct json_writer writer;
    if (!world->is_friendly && dice_percent(&world->dice, world->rates.misfits)) {
        return text_of(misfits[dice_below(&world->dice, COUNT_OF(misfits))]);
    }
    struct value value = fitting(world, field);
    json_writer_init(&writer, world->turn, 64);
    case_value_write(&writer, field, &value);
    return json_written(&writer);
}

struct text world_form(struct world *world, const struct recipe *recipe, int transition)
{
    const struct transition *rules = &recipe->workflow->transitions[transition];
    struct json_writer writer;
    json_writer_init(&writer, world->turn, 256);
    json_begin_object(&writer);
    for (size_t i = 0; i < rules->operation.ask_count; i++) {
        const struct asked *asked = &rules->operation.asks[i];
        const struct case_field *field = &recipe->workflow->fields[asked->field];
        unsigned percent = !asked->is_required ? 50 : 100 - world->rates.misfits / 2;
        if (dice_percent(&world->dice, percent)) {
            json_key_text(&writer, field->name);
            json_put_raw(&writer, world_value(world, field));
        }
    }
    if (dice_percent(&world->dice, world->rates.misfits / 4)) {
        json_key(&writer, "nobody_asks_for_this");
        json_put_null(&writer);
    }
    json_end_object(&writer);
    return json_written(&writer);
}
