/* must.h - what is never allowed to be false, checked always, in production too.
 *
 * MUST is for our own mistakes: it prints the place and aborts, and the next start goes on from the
 * last durable step. It is never for input, for the disk or for the network.
 */
#ifndef BASE_MUST_H
#define BASE_MUST_H

#include <stddef.h>

_Noreturn void must_failed(const char *file, int line, const char *what);

#define MUST(condition) ((condition) ? (void)0 : must_failed(__FILE__, __LINE__, #condition))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Exit codes of the program, after sysexits.h; the manual page lists them. */
enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 64,       /* the command line or the configuration is wrong */
    EXIT_DATA = 65,        /* what is stored is damaged, newer, or behind its high-water mark */
    EXIT_UNREACHABLE = 69, /* a server we need does not answer */
    EXIT_NO_MEMORY = 71,   /* an allocation failed; nothing half done was acknowledged */
    EXIT_IO = 74,          /* a commit or checkpoint met an I/O error; start again to recover */
    EXIT_BUSY = 75,        /* another process serves this data directory */
};

#endif
