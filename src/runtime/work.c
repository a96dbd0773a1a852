/* work.c - what pieces of work set in motion, put together. */
#include "runtime/work.h"

void work_add_effects(struct work_effects *sum, const struct work_effects *effects)
{
    sum->told = sum->told || effects->told;
    if (effects->alarm_at != 0 && (sum->alarm_at == 0 || effects->alarm_at < sum->alarm_at)) {
        sum->alarm_at = effects->alarm_at;
    }
    sum->stirred |= effects->stirred;
    sum->stir_count += effects->stir_count;
}
