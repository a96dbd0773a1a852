/* http_pace.h - how fast a peer must go on with what it has begun. */
#ifndef NET_HTTP_PACE_H
#define NET_HTTP_PACE_H

#include <stddef.h>
#include <stdint.h>

/* How long a peer may take to go on. What it moves gives it more time, at the least rate that is
 * allowed, but never more than the grace from now on: who stalls is cut, however fast he was. */
struct pace {
    int64_t due_us;
};

enum { PACE_GRACE_MS = 5000 };

static inline void pace__begin(struct pace *pace, int64_t now_ms)
{
    pace->due_us = (now_ms + PACE_GRACE_MS) * 1000;
}

static inline void pace__move(struct pace *pace, size_t bytes, int bytes_per_s, int64_t now_ms)
{
    int64_t longest_us = (now_ms + PACE_GRACE_MS) * 1000;
    int64_t due_us = pace->due_us + (int64_t)bytes * 1000000 / bytes_per_s;
    pace->due_us = due_us < longest_us ? due_us : longest_us;
}

#endif
