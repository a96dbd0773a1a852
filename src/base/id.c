/* id.c - UUID version 7 (RFC 9562): 48 bits of milliseconds, a counter, randomness.
 *
 *   0               6                8               9                16
 *   | unix ms       | 7 | count (12) | 10 | count (6) | random (56)    |
 *
 * The 12 + 6 bits after the version and the variant are one counter that starts at a random place
 * in its lower half each millisecond and grows by one: ids of one process always grow, also within
 * a millisecond and when the wall clock goes back. A millisecond that needs more ids than the
 * counter has takes them from the next one.
 */
#include "base/id.h"

#include "base/arena.h"
#include "base/chance.h"
#include "base/clock.h"

#include <stdatomic.h>
#include <string.h>

/* Together with the 46 bits of milliseconds that will do until the year 4199. */
enum { COUNTER_BITS = 18 };

/* milliseconds << COUNTER_BITS | counter of the newest id. */
static _Atomic uint64_t newest;

static uint64_t next_stamp(uint64_t chance)
{
    uint64_t fresh =
        ((uint64_t)clock_wall_ms() << COUNTER_BITS) | (chance & ((1u << (COUNTER_BITS - 1)) - 1));
    uint64_t seen = atomic_load_explicit(&newest, memory_order_relaxed);
    uint64_t stamp;
    do {
        stamp = (fresh >> COUNTER_BITS) > (seen >> COUNTER_BITS) ? fresh : seen + 1;
    } while (!atomic_compare_exchange_weak_explicit(&newest, &seen, stamp, memory_order_relaxed,
                                                    memory_order_relaxed));
    return stamp;
}

struct id id_new(void)
{
    uint64_t chance[2];
    chance_fill(chance, sizeof chance);
    uint64_t stamp = next_stamp(chance[0]);
    uint64_t ms = stamp >> COUNTER_BITS;
    unsigned counter = (unsigned)(stamp & ((1u << COUNTER_BITS) - 1));
    struct id id;
    for (int i = 0; i < 6; i++) {
        id.bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
    }
    id.bytes[6] = (uint8_t)(0x70 | (counter >> 14));
    id.bytes[7] = (uint8_t)(counter >> 6);
    id.bytes[8] = (uint8_t)(0x80 | (counter & 0x3F));
    memcpy(id.bytes + 9, &chance[1], 7);
    return id;
}

bool id_is_none(struct id id)
{
    static const struct id none;
    return id_equals(id, none);
}

bool id_equals(struct id left, struct id right)
{
    return memcmp(left.bytes, right.bytes, ID_BYTES) == 0;
}

int64_t id_number(struct id id)
{
    uint64_t ms = 0;
    for (int i = 0; i < 6; i++) {
        ms = ms << 8 | id.bytes[i];
    }
    unsigned counter =
        (id.bytes[6] & 0x0FU) << 14 | (unsigned)id.bytes[7] << 6 | (id.bytes[8] & 0x3FU);
    return (int64_t)(ms << COUNTER_BITS | counter);
}

/* 8-4-4-4-12: a dash stands before these bytes. */
static bool has_dash_before(int byte_index)
{
    return byte_index == 4 || byte_index == 6 || byte_index == 8 || byte_index == 10;
}

void id_write(struct id id, char text_out[ID_TEXT_BYTES + 1])
{
    static const char digits[] = "0123456789abcdef";
    char *next = text_out;
    for (int i = 0; i < ID_BYTES; i++) {
        if (has_dash_before(i)) {
            *next++ = '-';
        }
        *next++ = digits[id.bytes[i] >> 4];
        *next++ = digits[id.bytes[i] & 15];
    }
    *next = '\0';
}

static int hex_digit(char letter)
{
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    char lower = (char)(letter | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

struct text id_text(struct arena *arena, struct id id)
{
    char *text = arena_take(arena, ID_TEXT_BYTES + 1);
    id_write(id, text);
    return (struct text){text, ID_TEXT_BYTES};
}

bool id_read(struct text text, struct id *id_out)
{
    if (text.bytes != ID_TEXT_BYTES) {
        return false;
    }
    struct id id;
    const char *next = text.data;
    for (int i = 0; i < ID_BYTES; i++) {
        if (has_dash_before(i) && *next++ != '-') {
            return false;
        }
        int high = hex_digit(next[0]);
        int low = hex_digit(next[1]);
        if (high < 0 || low < 0) {
            return false;
        }
        id.bytes[i] = (uint8_t)(high * 16 + low);
        next += 2;
    }
    *id_out = id;
    return true;
}
