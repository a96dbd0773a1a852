/* library.c - dlopen and dlsym, behind one door. */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

/* ISO C has no cast from the object pointer of dlsym to a function pointer; POSIX promises that
 * the bytes are the same. */
enum library_answer library_load(const char *file, const struct library_function *functions,
                                 size_t count, void *table)
{
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == NULL) {
        return LIBRARY_MISSING;
    }
    for (size_t i = 0; i < count; i++) {
        void *function = dlsym(handle, functions[i].name);
        if (function == NULL) {
            return LIBRARY_TOO_OLD;
        }
        memcpy((char *)table + functions[i].offset, &function, sizeof function);
    }
    return LIBRARY_LOADED;
}
