/* reminder.h - what the queue of tasks outside may wake: a reminder for a request that nobody goes
 * on with (A31-A34). How often that was done is remembered with a revision.
 */
#ifndef APPS_PHOENIX_REMINDER_H
#define APPS_PHOENIX_REMINDER_H

#include "engine/cases.h"

enum { REMINDER_COUNT = 1 };
extern const struct case_trigger reminder_triggers[REMINDER_COUNT];

#endif
