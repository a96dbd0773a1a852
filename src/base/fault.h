/* fault.h - places where a test may stop the world, and bugs a test must be able to find.
 *
 * Only the `fault` variant of the build (-DFAULTS) has them; in every other they are nothing.
 *
 * FAULT_POINT("name"): KONTORA_FAULT=name:3 kills the process (SIGKILL) when the point is reached
 * the third time. KONTORA_FAULT_LIST=FILE appends the name of each point reached, to learn what
 * there is.
 *
 * SEEDED_BUG("name") is true when KONTORA_BUG names it (several with commas): a mistake made on
 * purpose, to prove that the crash tests would find it. A suite that cannot fail counts for
 * nothing.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

#ifdef FAULTS
void fault_reached(const char *name);
bool fault_bug(const char *name);
#define FAULT_POINT(name) fault_reached(name)
#define SEEDED_BUG(name)  fault_bug(name)
#else
#define FAULT_POINT(name) ((void)0)
#define SEEDED_BUG(name)  false
#endif

#endif
