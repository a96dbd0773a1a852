/* case_checks.h - what must be true of the cases of a service, whatever has happened to it.
 *
 * Each check is one function with a name and a sentence, as those of `kontora fsck` are, which runs
 * them beside its own: engine_extend puts them into service.checks. They read one snapshot of the
 * rows and change nothing; whoever has a store in a READ transaction may run them.
 */
#ifndef ENGINE_FSCK_CASE_CHECKS_H
#define ENGINE_FSCK_CASE_CHECKS_H

#include "runtime/fsck/fsck.h"

extern const struct own_check case_checks[];
extern const size_t case_check_count;

/* All of them, one after the other; look->detail then has a line "CHECK: ..." for everything that
 * is wrong. look->service is one that engine_extend has made. */
NODISCARD enum status case_checks_run(struct fsck_look *look);

#endif
