/* lottery.c - what is known of a shuffle, and how chance is taken from its seed. */
#include "apps/popug/board/lottery.h"

const struct text lottery_committed = {"committed", 9};
const struct text lottery_running = {"running", 7};
const struct text lottery_done = {"done", 4};

const struct refusal lottery_not_ready = {
    "shuffle_not_ready", 409, "The seed of the next shuffle is not laid down yet; try again soon."};
const struct refusal lottery_not_found = {"shuffle_not_found", 404, "There is no such shuffle."};

#define ROW(name_, kind_)                                                                          \
    {                                                                                              \
        .name = #name_, .kind = (kind_), .offset = offsetof(struct lottery, name_)                 \
    }
#define SEEN                                                                                       \
    ROW(id, FIELD_ID), ROW(number, FIELD_INTEGER), ROW(commitment, FIELD_TEXT),                    \
        ROW(seed, FIELD_TEXT), ROW(status, FIELD_TEXT), ROW(committed_at, FIELD_TIME),             \
        ROW(pressed_by, FIELD_ID), ROW(pressed_at, FIELD_TIME), ROW(finished_at, FIELD_TIME),      \
        ROW(people, FIELD_INTEGER), ROW(total, FIELD_INTEGER), ROW(moved, FIELD_INTEGER)

static const struct field fields[] = {SEEN, ROW(last_done, FIELD_ID), ROW(last_item, FIELD_ID)};
static const struct field seen_fields[] = {SEEN};
const struct shape lottery_shape = {
    .name = "Lottery",
    .fields = fields,
    .field_count = COUNT_OF(fields),
    .bytes = sizeof(struct lottery),
};
const struct shape lottery_seen_shape = {
    .name = "Shuffle",
    .fields = seen_fields,
    .field_count = COUNT_OF(seen_fields),
    .bytes = sizeof(struct lottery),
};

static const struct field person_fields[] = {
    {.name = "position",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct lottery_person, position)},
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct lottery_person, person_id)},
};
const struct shape lottery_person_shape = {
    .name = "ShufflePerson",
    .fields = person_fields,
    .field_count = COUNT_OF(person_fields),
    .bytes = sizeof(struct lottery_person),
};

static const struct field result_fields[] = {
    {.name = "task_id", .kind = FIELD_ID, .offset = offsetof(struct lottery_result, task_id)},
    {.name = "assignment",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct lottery_result, assignment)},
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct lottery_result, person_id)},
};
const struct shape lottery_result_shape = {
    .name = "ShuffleResult",
    .fields = result_fields,
    .field_count = COUNT_OF(result_fields),
    .bytes = sizeof(struct lottery_result),
};

static uint64_t value_of(char digit)
{
    return (uint64_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

size_t lottery_choose(struct arena *arena, struct text seed, struct id item, size_t people)
{
    enum { DIGITS = 16 };
    MUST(people > 0 && seed.bytes == DIGEST_HEX_BYTES);
    struct digest_key key;
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        key.bytes[i] =
            (unsigned char)(value_of(seed.data[2 * i]) << 4 | value_of(seed.data[2 * i + 1]));
    }
    struct text digest = digest_keyed(arena, &key, id_text(arena, item));
    uint64_t number = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        number = number << 4 | value_of(digest.data[i]);
    }
    return (size_t)(number % people);
}
