/* one_process.c - answers SQLite that every lock is its own. */
#include "tests/lib/disk/one_process.h"

#include "tests/lib/check.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>

static int answer(int descriptor, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (command == F_GETLK) {
        ((struct flock *)argument)->l_type = F_UNLCK;
    }
    bool is_lock = command == F_GETLK || command == F_SETLK || command == F_SETLKW;
    return is_lock ? 0 : fcntl(descriptor, command, argument);
}

void one_process(void)
{
    sqlite3_vfs *system = sqlite3_vfs_find("unix");
    CHECK(system != NULL);
    CHECK_INT(system->xSetSystemCall(system, "fcntl", (sqlite3_syscall_ptr)answer), SQLITE_OK);
}
