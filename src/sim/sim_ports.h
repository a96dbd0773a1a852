/* sim_ports.h - dice, and the clock and the chance of the process while a world runs.
 *
 * What the program draws by chance comes from dice of its own: a program that draws once more does
 * not change what the world does to it.
 */
#ifndef SIM_SIM_PORTS_H
#define SIM_SIM_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

uint64_t dice_number(struct dice *dice);
/* 0 ... count - 1; 0 of none. */
size_t dice_below(struct dice *dice, size_t count);
int64_t dice_between(struct dice *dice, int64_t least, int64_t most);
bool dice_percent(struct dice *dice, unsigned percent);

/* From now on the process has this clock and this chance; until ports_give_back. */
void ports_take(uint64_t seed, int64_t wall_ms);
void ports_give_back(void);

/* Time passes: both clocks go on. */
void ports_pass(int64_t ms);
/* Somebody sets the clock on the wall; the other does not care. */
void ports_set_wall(int64_t wall_ms);

#endif
