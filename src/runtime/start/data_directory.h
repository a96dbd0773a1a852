/* data_directory.h - the directory that holds everything of an installation, for one process.
 *
 * It is made when it is not there (0700), and locked: a second process on the same directory is
 * told so at once. The lock ends with the process, however it ends.
 */
#ifndef RUNTIME_START_DATA_DIRECTORY_H
#define RUNTIME_START_DATA_DIRECTORY_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

/* BUSY: another process has it. lock_out is a descriptor, held as long as the directory is used. */
NODISCARD enum status data_directory_open(struct arena *arena, const char *path, int *lock_out,
                                          struct text *error_out);

void data_directory_close(int lock);

#endif
