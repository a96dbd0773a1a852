/* bench_effect_store.h - the rows that the listener of `kontora bench events` writes. */
#ifndef CLI_BENCH_BENCH_EFFECT_STORE_H
#define CLI_BENCH_BENCH_EFFECT_STORE_H

#include "bus/message.h"
#include "store/migrate.h"
#include "store/store.h"

extern const struct migration bench_effect_migrations[];
extern const size_t bench_effect_migration_count;

NODISCARD enum status bench_effect_insert(struct store *store, const struct message *message);

/* How many there are: they are numbered 1, 2, 3 ... and never go. */
struct effect_count {
    int64_t effects;
};
extern const struct shape effect_count_shape;
NODISCARD enum status bench_effect_count(struct store *store, struct arena *arena,
                                         struct effect_count *count_out);

/* Every row looked at. Disorder: a revision that is not above the one before it of its subject. */
struct effect_summary {
    int64_t effects;
    int64_t doubles;
    int64_t disorder;
};
extern const struct shape effect_summary_shape;
NODISCARD enum status bench_effect_summarize(struct store *store, struct arena *arena,
                                             struct effect_summary *summary_out);

#endif
