/* waiting_room.h - calls that have found nothing yet, and are held until there is something.
 *
 * A worker asks for work and there is none: its call costs the memory of its exchange and a link
 * here, no thread and no query, and so may a thousand of them. A commit that stirs its topic
 * (call.h) runs the handler of whoever has waited longest once more; when nothing comes the answer
 * that it gave leaves at its time, which waiting_room_tick looks at.
 *
 * Topics are told apart by six bits of a hash: who is run for nothing finds nothing, and waits
 * again. What other processes commit stirs nothing here; whoever cares looks (stages/work_chore.c).
 * All functions may be called from any thread.
 */
#ifndef RUNTIME_WAITING_ROOM_H
#define RUNTIME_WAITING_ROOM_H

#include "runtime/call.h"

struct waiting_room;

struct waiting_room *waiting_room_create(void);
void waiting_room_destroy(struct waiting_room **room);

/* Of a call that was run and committed. True: it is held, or runs again at once, because there was
 * a stir since it has looked; it is not the caller's any more. */
bool waiting_room_keep(struct call *call);

/* So many of those that listen for one of the topics run again. */
void waiting_room_stir(struct waiting_room *room, uint64_t topics, size_t count);

/* Answers whose time is over leave. The topics that somebody still listens for. */
uint64_t waiting_room_tick(struct waiting_room *room);

/* Everybody is answered, and nobody is held from now on. */
void waiting_room_close(struct waiting_room *room);

/* The bit of a topic. */
uint64_t waiting_room_topic(struct text topic);

#endif
