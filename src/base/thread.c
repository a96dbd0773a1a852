/* thread.c - starts threads. */
#include "base/thread.h"

#include "base/arena.h"

#include <signal.h>
#include <stdio.h>

enum { NAME_BYTES = 16 };

void thread_start(pthread_t *thread, void *(*run)(void *), void *argument, const char *name)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* the new one has the mask of who starts it */
    int error = pthread_create(thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        memory_refused();
    }
    char shown[NAME_BYTES];
    snprintf(shown, sizeof shown, "%s", name);
    pthread_setname_np(*thread, shown);
}
