/* sim_ports.c - numbers from a seed (splitmix64), and a clock that moves when it is told to. */
#include "sim/sim_ports.h"

#include "base/chance.h"
#include "base/clock.h"
#include "base/must.h"

#include <string.h>

enum { NS_OF_MS = 1000000 };

static struct {
    struct dice dice;
    int64_t wall_ms;
    int64_t monotonic_ms;
} ports;

uint64_t dice_number(struct dice *dice)
{
    dice->state += 0x9E3779B97F4A7C15u;
    uint64_t mixed = dice->state;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

size_t dice_below(struct dice *dice, size_t count)
{
    return count == 0 ? 0 : (size_t)(dice_number(dice) % count);
}

int64_t dice_between(struct dice *dice, int64_t least, int64_t most)
{
    MUST(least <= most);
    uint64_t span = (uint64_t)most - (uint64_t)least;
    uint64_t number = dice_number(dice);
    return (int64_t)((uint64_t)least + (span == UINT64_MAX ? number : number % (span + 1)));
}

bool dice_percent(struct dice *dice, unsigned percent)
{
    return dice_number(dice) % 100 < percent;
}

static void fill(void *bytes_out, size_t bytes)
{
    char *next = bytes_out;
    while (bytes > 0) {
        uint64_t number = dice_number(&ports.dice);
        size_t piece = bytes < sizeof number ? bytes : sizeof number;
        memcpy(next, &number, piece);
        next += piece;
        bytes -= piece;
    }
}

static int64_t wall_ms(void)
{
    return ports.wall_ms;
}

static int64_t monotonic_ns(void)
{
    return ports.monotonic_ms * NS_OF_MS;
}

void ports_take(uint64_t seed, int64_t at_ms)
{
    static const struct clock_ops clock = {.wall_ms = wall_ms, .monotonic_ns = monotonic_ns};
    ports.dice.state = seed;
    ports.wall_ms = at_ms;
    ports.monotonic_ms = 1000;
    clock_use(&clock);
    chance_use(fill);
}

void ports_give_back(void)
{
    clock_use(NULL);
    chance_use(NULL);
}

void ports_pass(int64_t ms)
{
    MUST(ms >= 0);
    ports.wall_ms += ms;
    ports.monotonic_ms += ms;
}

void ports_set_wall(int64_t at_ms)
{
    ports.wall_ms = at_ms;
}
