/* desk.h - the desk with its store: messages taken in by hand at a chosen time, chores too, and
 * what came of it as short texts. On SQLite; on PostgreSQL when main() has started one.
 */
#ifndef TESTS_LIB_DESK_DESK_H
#define TESTS_LIB_DESK_DESK_H

#include "bus/journal.h"
#include "runtime/host.h"
#include "runtime/intake/intake.h"
#include "runtime/intake/parked_store.h"
#include "tests/lib/check.h"
#include "tests/lib/desk/desk_service.h"
#include "tests/lib/postgres_server.h"

enum { DESK_ARENA_MAX = 64 * 1024 * 1024, DESK_NOW = 1000000 };

extern const char desk_trace[];

struct desk {
    struct arena *arena;
    struct store_source *source;
    struct store *store;
    struct host host;
    int64_t now_ms;
    struct chore_run last; /* the newest run of a chore */
};

extern struct postgres_server *desk_server; /* NULL: SQLite */

struct store_source *desk_source(void);

void desk_open(struct desk *desk);

void desk_close(struct desk *desk);

void desk_begin(struct desk *desk);

void desk_commit(struct desk *desk);

/* ---- messages ---- */

struct message desk_event(int64_t position, const char *name, const char *subject,
                          const char *data);

struct message desk_command(int64_t position, const char *subject, const char *data);

struct message desk_reply(struct id answers, struct text outcome, const char *data);

/* As a batch does it, behind a mark: applied, or undone and parked. */
enum status desk_take(struct desk *desk, const struct message *message);

void desk_park_behind(struct desk *desk, const struct message *message);

/* One errand that waits for its reply. */
struct id desk_add_errand(struct desk *desk, const char *command, int64_t deadline_at);

/* ---- chores ---- */

enum status desk_try(struct desk *desk, chore_fn *chore);

void desk_run(struct desk *desk, chore_fn *chore, int64_t now_ms);

/* ---- what came of it ---- */

/* "shop.ordered a 1, desk.do b 2": name, subject, amount. */
struct text desk_effects_in(struct store *store, struct arena *arena);

const struct parked *desk_parked_rows(struct store *store, struct arena *arena, size_t *count_out);

/* "waiting a 1, behind a 0, dead b 3": state, subject, attempts. */
struct text desk_parked_in(struct store *store, struct arena *arena);

/* "desk.heard a, desk.do a refused": what the desk has told, with the outcome of replies. */
struct text desk_told_in(struct store *store, struct arena *arena);

struct text desk_effects(struct desk *desk);

struct text desk_parked(struct desk *desk);

struct text desk_told(struct desk *desk);

/* The newest parked row's. */
struct text desk_reason(struct desk *desk);

void desk_replay(struct desk *desk, int64_t number, bool changes);

extern const struct shape desk_count_shape;
int64_t desk_count(struct desk *desk, const struct statement *statement);

#define DESK_CASE(function)                                                                        \
    {                                                                                              \
        .name = #function, .run = function                                                         \
    }

#define DESK_COUNTS(name, query)                                                                   \
    static const struct statement name = {.sql = query, .gives = &desk_count_shape}

#endif
