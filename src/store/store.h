/* store.h - one way to speak SQL, whichever database keeps the rows.
 *
 * A store is one connection to the tables of one service; it belongs to one thread at a time. A
 * transaction is all or nothing. Inside it a mark is the place to return to when one of several
 * requests fails: this is how an executor commits many requests at once and loses none.
 *
 *   store_begin(WRITE)
 *     store_mark    exec, query ...            request 1
 *     store_mark    exec, query ... store_undo request 2, refused: only its own changes go
 *   store_commit                               one flush for all, then the answers leave
 *
 * And inside a request one part at a time can be undone alone, while the request goes on:
 *
 *     store_part_begin  exec, query ...  store_part_end     it stays
 *     store_part_begin  exec, query ...  store_part_undo    only what was written since is gone
 *
 * Two rooms implement this: sqlite.c and postgres.c; store_fault.c wraps either and fails on a
 * script (tests). SQL is the common subset: $1 parameters, ON CONFLICT, RETURNING, tables qualified
 * with the service's name. A statement is a constant; SQL is never put together from data.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/field.h"
#include "base/id.h"
#include "base/must.h"
#include "base/status.h"
#include "base/text.h"

struct store;

enum value_kind { VALUE_NULL, VALUE_INTEGER, VALUE_TEXT, VALUE_BYTES, VALUE_ID };

struct value {
    enum value_kind kind;
    int64_t integer;
    struct text text; /* and bytes */
    struct id id;
};

static inline struct value value_integer(int64_t integer) /* FIELD_NONE gives NULL */
{
    return integer == FIELD_NONE ? (struct value){.kind = VALUE_NULL}
                                 : (struct value){.kind = VALUE_INTEGER, .integer = integer};
}

static inline struct value value_flag(bool flag)
{
    return (struct value){.kind = VALUE_INTEGER, .integer = flag};
}

static inline struct value value_time(int64_t wall_ms) /* 0 gives NULL */
{
    return wall_ms == 0 ? (struct value){.kind = VALUE_NULL}
                        : (struct value){.kind = VALUE_INTEGER, .integer = wall_ms};
}

static inline struct value value_text(struct text text) /* NO_TEXT gives NULL */
{
    return text.data == NULL ? (struct value){.kind = VALUE_NULL}
                             : (struct value){.kind = VALUE_TEXT, .text = text};
}

static inline struct value value_bytes(struct text bytes)
{
    return bytes.data == NULL ? (struct value){.kind = VALUE_NULL}
                              : (struct value){.kind = VALUE_BYTES, .text = bytes};
}

static inline struct value value_id(struct id id) /* none gives NULL */
{
    return id_is_none(id) ? (struct value){.kind = VALUE_NULL}
                          : (struct value){.kind = VALUE_ID, .id = id};
}

/* $1, $2 ... in order: VALUES(value_id(id), value_text(name)) */
struct values {
    const struct value *items;
    size_t count;
};

#define VALUES(...)                                                                                \
    ((struct values){.items = (const struct value[]){__VA_ARGS__},                                 \
                     .count = COUNT_OF(((const struct value[]){__VA_ARGS__}))})
#define NO_VALUES ((struct values){.items = NULL, .count = 0})

/* A statement is a `static const` of a *_store.c file; its address is its name in the cache of
 * prepared statements. Columns are read by name into the struct that `gives` describes: each field
 * of the shape MUST be a column of the answer, in any order; more columns are a bug too. */
struct statement {
    const char *sql;
    const char *sql_in_file;   /* the same where a store is a file and its tables differ; or NULL */
    const struct shape *gives; /* NULL: gives no rows */
    size_t rows_max;           /* more rows than this is TOO_LARGE; 0 means 1 */
    /* Nobody asks what came of it, and that it fails is not to be expected: without a mark a
     * database that is far away gets it together with what follows. Its failure is then that of a
     * later statement or of the commit; CONFLICT where it is the row's. */
    bool goes_along;
};

struct rows {
    void *items; /* an array of the shape's struct, in the arena */
    size_t count;
};

enum store_access {
    STORE_READ, /* every query sees the moment of the first one; changes are a bug */
    STORE_WRITE,
};

/* What back ends differ in, asked by flag and never by name. */
enum store_flag {
    STORE_READS_AT_ONCE = 1, /* a point read never waits for a network: fit for a loop thread */
    STORE_UNCERTAIN_IS_FATAL = 2, /* after UNCERTAIN the process must exit and recover */
    STORE_IS_SHARED = 4,          /* other processes may write to the same tables */
};

/* ---- the contract; store.c checks both sides of it ---- */

/* Anything but OK (BUSY, UNAVAILABLE, CORRUPT ...): nothing has begun. */
typedef enum status store_begin_fn(struct store *store, enum store_access access);

/* EXISTS: a unique key is taken. CONFLICT: run the whole operation again. MALFORMED: the row breaks
 * a check, not null or foreign key; the handler should have refused it, so it is logged too.
 * FULL, UNAVAILABLE, TIMEOUT, CORRUPT. After anything but OK only undo, rollback and destroy are
 * allowed. changed_out counts rows inserted, updated or deleted. A statement that is wrong (its
 * syntax, a table that is not there, the number of its values) is a bug: MUST. */
typedef enum status store_exec_fn(struct store *store, const struct statement *statement,
                                  struct values values, int64_t *changed_out);

/* As exec; rows live in the arena. No row is OK with count 0, more than rows_max is TOO_LARGE. */
typedef enum status store_query_fn(struct store *store, struct arena *arena,
                                   const struct statement *statement, struct values values,
                                   struct rows *rows_out);

/* The places undo returns to; the part's is inside of the mark's. Setting one forgets that of the
 * same name before it; what was done since stays. With the mark set or undone the part's is gone.
 */
enum store_place { STORE_MARK, STORE_PART };

/* The part's is set late: right before the first statement of a part that may write; and, where the
 * store is shared, before any, for there the failure of a reading spoils what was written before.
 * Undo may be repeated; it fails when the whole transaction must go (FULL, UNAVAILABLE ...). It
 * comes to a part that is not set too, when a reading in it has failed. */
typedef enum status store_mark_fn(struct store *store, enum store_place place);
typedef enum status store_undo_fn(struct store *store, enum store_place place);

/* OK: durable, on the disk or with the database's word for it. UNCERTAIN: nobody knows. Anything
 * else: nothing has changed. The transaction is over in every case. A READ is ended with it too. */
typedef enum status store_commit_fn(struct store *store);

/* Never fails: what cannot be undone in an orderly way is undone by losing the connection. */
typedef void store_rollback_fn(struct store *store);

/* Several statements of one migration, outside of the cache, inside a transaction. */
typedef enum status store_script_fn(struct store *store, const char *sql);

typedef unsigned store_flags_fn(const struct store *store);
typedef void store_destroy_fn(struct store *store);

struct store_ops { /* for implementers only */
    const char *name;
    store_begin_fn *begin;
    store_exec_fn *exec;
    store_query_fn *query;
    store_mark_fn *mark;
    store_undo_fn *undo;
    store_commit_fn *commit;
    store_rollback_fn *rollback;
    store_script_fn *script;
    store_flags_fn *flags;
    store_destroy_fn *destroy;
};

enum store_state { STORE_IDLE, STORE_READING, STORE_WRITING, STORE_FAILED };

enum store_part {
    STORE_NO_PART,
    STORE_PART_IS_EMPTY, /* begun, and the database does not know it */
    STORE_PART_IS_SET,
};

/* The first member of each implementation's own struct. */
struct store {
    const struct store_ops *ops;
    enum store_state state;
    bool has_mark;
    enum store_part part;
    unsigned long writes;             /* that reached rows, in this transaction */
    unsigned long writes_before_part; /* of them */
    const void *lock;                 /* see store_note_lock */
    unsigned long losses;             /* counts undos, rollbacks, commits that were not OK */
    const void *kept_name;            /* see store_keep */
    void *kept;
};

/* Called by each implementation when it opens; refuses a half-filled table. */
void store_init(struct store *store, const struct store_ops *ops);

NODISCARD enum status store_begin(struct store *store, enum store_access access);
NODISCARD enum status store_exec(struct store *store, const struct statement *statement,
                                 struct values values,
                                 int64_t *changed_out); /* may be NULL; of what goes along MUST */
NODISCARD enum status store_query(struct store *store, struct arena *arena,
                                  const struct statement *statement, struct values values,
                                  struct rows *rows_out);
NODISCARD enum status store_mark(struct store *store);
NODISCARD enum status store_undo(struct store *store);
/* Inside a WRITE, one at a time. Begin and end only remember: a part that asks nothing, or writes
 * nothing to a store that is not shared, costs nothing. It is over with its undo or end, and with
 * mark (what it wrote stays), undo (it goes), commit and rollback too. Undo of a part works after a
 * failure inside it, as undo does, and fails when the whole transaction must go. */
void store_part_begin(struct store *store);
NODISCARD enum status store_part_undo(struct store *store);
void store_part_end(struct store *store);
NODISCARD enum status store_commit(struct store *store);
void store_rollback(struct store *store);
NODISCARD enum status store_script(struct store *store, const char *sql);
/* Is everything as it was at this count of writes? Then there is nothing to undo. */
bool store_is_untouched(const struct store *store, unsigned long writes_before);
/* The caller has locked a row that stands for others: until the transaction is over, or something
 * is undone, he need not do so again. One at a time; any address is a name. */
void store_note_lock(struct store *store, const void *lock);
bool store_has_lock(const struct store *store, const void *lock);
/* Memory for what he knows of the rows from one transaction to the next, as long as `losses` stays
 * what it was: zeroed when it is first asked for, freed with the store. One name at a time. */
void *store_keep(struct store *store, const void *name, size_t bytes);
bool store_has(const struct store *store, enum store_flag flag);
const char *store_back_end(const struct store *store); /* "sqlite", for logs */
void store_destroy(struct store **store);

/* One row into the caller's struct: OK or ABSENT; texts live in the arena. */
NODISCARD enum status store_one(struct store *store, struct arena *arena,
                                const struct statement *statement, struct values values,
                                void *row_out);

/* ---- where the rows of a service are kept ---- */

/* Opens connections to the tables of one service. Made by sqlite_source / postgres_source (in
 * their headers), used by the runtime. open is safe from every thread; each store it gives
 * belongs to the thread that uses it. Unless it is shared, at most one WRITE store of a service is
 * open in a process. */
struct store_source {
    enum status (*open)(struct store_source *source, enum store_access access,
                        struct store **store_out);
    void (*destroy)(struct store_source *source);
    const char *schema; /* the service's name */
};
#endif
