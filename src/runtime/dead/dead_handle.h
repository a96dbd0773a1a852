/* dead_handle.h - the handlers behind the routes of parked messages, and what they take and give.
 */
#ifndef RUNTIME_DEAD_DEAD_HANDLE_H
#define RUNTIME_DEAD_DEAD_HANDLE_H

#include "runtime/call.h"

enum { DEAD_LIST_MAX = 200 };

struct dead_input {
    int64_t number;
    struct id stray_id;
    struct text state;
    struct text cursor;
    int64_t limit;
    struct text reason;
};
extern const struct shape dead_list_takes;
extern const struct shape dead_number_takes;
extern const struct shape dead_drop_takes;
extern const struct shape dead_stray_list_takes;
extern const struct shape dead_stray_takes;

extern const struct refusal dead_not_found;
extern const struct refusal dead_not_first_in_line;
extern const struct refusal dead_bad_cursor;

/* A page, without the messages themselves: they may be large. */
enum status dead_list_handle(struct call *call);
enum status dead_get_handle(struct call *call);
/* Due at once. One that is behind another cannot be: the answer says which is the first. */
enum status dead_replay_handle(struct call *call);
/* Gone; the answer shows it for the last time. */
enum status dead_drop_handle(struct call *call);

/* Replies that nobody waited for: kept a week, never run. */
enum status dead_stray_list_handle(struct call *call);
enum status dead_stray_get_handle(struct call *call);

#endif
