/* machine.h - what the machine, or the part of it that is ours, has. */
#ifndef RUNTIME_START_MACHINE_H
#define RUNTIME_START_MACHINE_H

#include <stdint.h>

/* Bytes of memory: the machine's, or the least that a control group above this process allows. */
int64_t machine_memory(void);

/* The least of what "/system.slice/kontora.service" and the groups above it allow, as the folder
 * `groups` says; INT64_MAX when none has a limit. */
int64_t machine_group_memory(const char *groups, const char *group);

#endif
