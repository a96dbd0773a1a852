/* thread.h - a thread that has a name and leaves signals to the main thread. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/* Fifteen bytes of the name are what `top -H` shows. A program whose thread is refused cannot go
 * on, and ends as if it were memory. `thread` is set before `run` begins. */
void thread_start(pthread_t *thread, void *(*run)(void *), void *argument, const char *name);

#endif
