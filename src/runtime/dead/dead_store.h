/* dead_store.h - parked messages and strays as people look at them. */
#ifndef RUNTIME_DEAD_DEAD_STORE_H
#define RUNTIME_DEAD_DEAD_STORE_H

#include "store/store.h"

/* A parked message without the message itself. */
struct dead_entry {
    int64_t number;
    struct text handler;
    struct text source;
    struct text subject;
    struct text state;
    int64_t attempts;
    int64_t due_at;
    struct text reason;
    int64_t parked_at;
    int64_t changed_at;
};
extern const struct shape dead_entry_shape;

struct stray_entry {
    struct id id;
    struct id answers;
    struct text why;
    int64_t came_at;
};
extern const struct shape stray_entry_shape;

struct stray {
    struct id id;
    struct id answers;
    struct text why;
    int64_t came_at;
    struct text message;
};
extern const struct shape stray_shape;

/* Those with a greater number, in order; state NO_TEXT: all. */
NODISCARD enum status dead_list(struct store *store, struct arena *arena, struct text state,
                                int64_t after, int64_t limit, struct rows *rows_out);

/* The number of the row that a line waits for; ABSENT when there is no such line. */
NODISCARD enum status dead_first_of_line(struct store *store, struct arena *arena,
                                         struct text source, struct text subject,
                                         int64_t *number_out);

NODISCARD enum status stray_list(struct store *store, struct arena *arena, struct id after,
                                 int64_t limit, struct rows *rows_out);
NODISCARD enum status stray_find(struct store *store, struct arena *arena, struct id id,
                                 struct stray *stray_out);

#endif
