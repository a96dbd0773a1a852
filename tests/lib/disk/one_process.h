/* one_process.h - SQLite without the locks that keep other processes out, for whoever is alone.
 *
 * Connections of one process keep each other out by themselves; the system is asked about locks
 * for the sake of other processes only. A world of its own has none, and thirty thousand questions.
 */
#ifndef TESTS_LIB_DISK_ONE_PROCESS_H
#define TESTS_LIB_DISK_ONE_PROCESS_H

/* For every file that this process opens from now on, in any thread. */
void one_process(void);

#endif
