/* timer_store.h - the rows of timers and delayed commands. */
#ifndef RUNTIME_LATER_TIMER_STORE_H
#define RUNTIME_LATER_TIMER_STORE_H

#include "store/store.h"

/* A key of PostgreSQL's index has at most 2,700 bytes. */
enum { LATER_SUBJECT_BYTES_MAX = 1000, LATER_PIECE_MAX = 256 };

struct timer_row {
    struct id id; /* of the message it will be: the same at every attempt */
    struct text name;
    struct text subject;
    int64_t due_at;
    struct text data; /* JSON */
    struct text actor;
    struct text trace;
};

/* What one look finds due; the rest of the row comes when it is taken. */
struct timer_key {
    struct text name;
    struct text subject;
    int64_t due_at;
};

/* In the place of the one that is set already. */
NODISCARD enum status timer_put(struct store *store, const struct timer_row *timer, int64_t now_ms);
NODISCARD enum status timer_remove(struct store *store, struct text name, struct text subject);
/* Those whose subjects are from one on and before another. */
NODISCARD enum status timer_remove_all(struct store *store, struct text name, struct text from,
                                       struct text before);

/* Those of timer_key, the soonest first, at most LATER_PIECE_MAX. */
NODISCARD enum status timer_list_due(struct store *store, struct arena *arena, int64_t now_ms,
                                     int64_t limit, struct rows *rows_out);

/* Removes it. ABSENT: somebody was faster, or it has moved since it was seen. */
NODISCARD enum status timer_take(struct store *store, struct arena *arena,
                                 const struct timer_key *key, struct timer_row *timer_out);

/* When it is due. ABSENT: it is not set. */
NODISCARD enum status timer_due_at(struct store *store, struct arena *arena, struct text name,
                                   struct text subject, int64_t *due_out);

/* A command that is told at its time. */
struct delayed {
    struct id id;
    struct text service;
    struct text command;
    struct text subject;
    struct text data; /* JSON */
    struct text actor;
    struct text trace;
    int64_t due_at;
    int64_t deadline_ms; /* after it is told; 0: as usual */
};

struct delayed_key {
    int64_t due_at;
    struct id id;
};

NODISCARD enum status delayed_put(struct store *store, const struct delayed *delayed,
                                  int64_t now_ms);
NODISCARD enum status delayed_list_due(struct store *store, struct arena *arena, int64_t now_ms,
                                       int64_t limit, struct rows *rows_out);
NODISCARD enum status delayed_take(struct store *store, struct arena *arena,
                                   const struct delayed_key *key, struct delayed *delayed_out);

/* When the soonest of both is due; 0: nothing is set. */
NODISCARD enum status timer_soonest(struct store *store, struct arena *arena, int64_t *due_out);

#endif
