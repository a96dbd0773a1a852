/* must.c - says where we were wrong, and stops. */
#include "base/must.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void must_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "kontora: bug at %s:%d: this must hold: %s\n", file, line, what);
    fflush(stderr);
    abort();
}
