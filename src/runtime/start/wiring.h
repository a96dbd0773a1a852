/* wiring.h - the one place that knows which back ends there are. */
#ifndef RUNTIME_START_WIRING_H
#define RUNTIME_START_WIRING_H

#include "bus/bus.h"
#include "bus/outside.h"
#include "cache/cache.h"
#include "runtime/runtime.h"

/* Where the rows of this service are kept, by the configuration. */
NODISCARD enum status wiring_source(const struct runtime_options *options, struct arena *arena,
                                    const char *schema, struct store_source **source_out,
                                    struct text *error_out);

/* The same for looking only, also while another process serves it. ABSENT: its rows are not kept
 * here. `pages_out` says what a reading of the whole file has found, NO_TEXT where there is none
 * of our own; CORRUPT: it says what is wrong, and there is no source. */
NODISCARD enum status wiring_source_to_read(const struct runtime_options *options,
                                            struct arena *arena, const char *schema,
                                            struct store_source **source_out,
                                            struct text *pages_out);

/* Is the chosen back end fit to be used at all? For start and doctor. */
NODISCARD enum status wiring_check(const struct config *config, struct arena *arena,
                                   struct text *error_out);

/* What carries messages, by the configuration. The options live as long as the bus. */
NODISCARD enum status wiring_bus(const struct config *config, struct arena *arena,
                                 const struct bus_options *options, struct bus **bus_out,
                                 struct text *error_out);

/* Plain queues for programs outside, where the chosen bus has a broker. The broker need not be
 * there. */
NODISCARD enum status wiring_outside(const struct config *config, struct arena *arena,
                                     const struct outside_options *options,
                                     struct outside **outside_out, struct text *error_out);

/* Does the chosen bus reach services of other processes? */
bool wiring_bus_leaves(const struct config *config);

/* For doctor: carries a nonce there and back. error_out is a sentence when it is not OK. */
NODISCARD enum status wiring_try_bus(const struct config *config, struct arena *arena,
                                     struct text *error_out);

/* Do several processes see the same of the chosen cache? */
bool wiring_cache_is_shared(const struct config *config);

/* What may be lost, by the configuration. MALFORMED: an address that is none. */
NODISCARD enum status wiring_cache(const struct config *config, struct arena *arena,
                                   struct cache **cache_out, struct text *error_out);

#endif
