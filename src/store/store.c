/* store.c - checks both sides of the store's contract, once for every back end.
 *
 *            begin                 exec, query, mark, script
 *   IDLE ------------> READING, WRITING -----------------------> FAILED
 *    ^                     |    ^       anything but OK            |
 *    |  commit, rollback   |    |                                  |
 *    +---------------------+    +----------------------------------+
 *    |            undo (there is a mark), part_undo (inside a part) |
 *    +-------------------------------------------------------------+
 *                                     rollback
 *
 * What a caller owes is checked before the call, what an implementation owes after it: which
 * statuses an operation may answer with, and that rows came exactly when they were said to.
 */
#include "store/store.h"

#include "base/fault.h"
#include "base/trace.h"

#include <assert.h>
#include <string.h>

#define BIT(status) (1U << (status))

/* What may go wrong with any call on a database. */
#define WORLD_FAULTS                                                                               \
    (BIT(STATUS_BUSY) | BIT(STATUS_CONFLICT) | BIT(STATUS_TIMEOUT) | BIT(STATUS_UNAVAILABLE) |     \
     BIT(STATUS_FULL) | BIT(STATUS_CORRUPT))

enum {
    BEGIN_ANSWERS = WORLD_FAULTS,
    EXEC_ANSWERS =
        WORLD_FAULTS | BIT(STATUS_EXISTS) | BIT(STATUS_MALFORMED) | BIT(STATUS_TOO_LARGE),
    QUERY_ANSWERS = EXEC_ANSWERS,
    MARK_ANSWERS = WORLD_FAULTS,
    COMMIT_ANSWERS = WORLD_FAULTS | BIT(STATUS_UNCERTAIN),
};

static_assert(STATUS_COUNT <= 31, "the answers of an operation fit into the bits of an int");

static bool may_answer(enum status status, int answers)
{
    return status == STATUS_OK || (BIT(status) & (unsigned)answers) != 0;
}

static bool is_open(const struct store *store)
{
    return store->state == STORE_READING || store->state == STORE_WRITING;
}

static bool is_well_formed(struct values values)
{
    return values.count == 0 || values.items != NULL;
}

/* After a failure only undo, rollback and destroy are left. */
static enum status noted(struct store *store, enum status status)
{
    if (status != STATUS_OK) {
        store->state = STORE_FAILED;
    }
    return status;
}

static void forget_places(struct store *store)
{
    store->has_mark = false;
    store->part = STORE_NO_PART;
    store->lock = NULL;
}

void store_init(struct store *store, const struct store_ops *ops)
{
    MUST(ops != NULL && ops->name != NULL);
    MUST(ops->begin != NULL && ops->commit != NULL && ops->rollback != NULL);
    MUST(ops->exec != NULL && ops->query != NULL && ops->script != NULL);
    MUST(ops->mark != NULL && ops->undo != NULL);
    MUST(ops->flags != NULL && ops->destroy != NULL);
    store->ops = ops;
    store->state = STORE_IDLE;
    forget_places(store);
    store->writes = 0;
    store->losses = 0;
    store->kept = NULL;
}

enum status store_begin(struct store *store, enum store_access access)
{
    MUST(store->state == STORE_IDLE);
    MUST(access == STORE_READ || access == STORE_WRITE);
    enum status status = store->ops->begin(store, access);
    MUST(may_answer(status, BEGIN_ANSWERS));
    forget_places(store);
    store->writes = 0;
    if (status == STATUS_OK) {
        store->state = access == STORE_WRITE ? STORE_WRITING : STORE_READING;
    }
    return status;
}

/* INSERT ... RETURNING gives rows too; it counts as a write even when it wrote nothing. */
static bool is_write(const struct statement *statement)
{
    return strncmp(statement->sql, "SELECT", 6) != 0;
}

/* Before a statement: tells the database of the part, when it is the first that makes it needed. */
static enum status set_part(struct store *store, bool writes)
{
    bool is_needed =
        writes || (store_has(store, STORE_IS_SHARED) && !SEEDED_BUG("part_after_reads"));
    if (store->part != STORE_PART_IS_EMPTY || !is_needed) {
        return STATUS_OK;
    }
    enum status status = store->ops->mark(store, STORE_PART);
    MUST(may_answer(status, MARK_ANSWERS));
    if (status == STATUS_OK) {
        store->part = STORE_PART_IS_SET;
    }
    return status;
}

enum status store_exec(struct store *store, const struct statement *statement, struct values values,
                       int64_t *changed_out)
{
    MUST(store->state == STORE_WRITING);
    MUST(statement->sql != NULL && statement->gives == NULL);
    MUST(!statement->goes_along || changed_out == NULL);
    MUST(is_well_formed(values));
    int64_t changed = 0;
    enum status status = set_part(store, true);
    if (status == STATUS_OK) {
        status = store->ops->exec(store, statement, values, &changed);
    }
    MUST(may_answer(status, EXEC_ANSWERS));
    MUST(changed >= 0);
    store->writes += changed > 0;
    if (changed_out != NULL) {
        *changed_out = status == STATUS_OK ? changed : 0;
    }
    return noted(store, status);
}

enum status store_query(struct store *store, struct arena *arena, const struct statement *statement,
                        struct values values, struct rows *rows_out)
{
    MUST(is_open(store));
    MUST(statement->sql != NULL && statement->gives != NULL);
    MUST(is_well_formed(values));
    struct rows rows = {0};
    enum status status = set_part(store, is_write(statement));
    if (status == STATUS_OK) {
        status = store->ops->query(store, arena, statement, values, &rows);
    }
    MUST(may_answer(status, QUERY_ANSWERS));
    store->writes += is_write(statement);
    size_t rows_max = statement->rows_max == 0 ? 1 : statement->rows_max;
    MUST(rows.count <= rows_max && (rows.count == 0 || rows.items != NULL));
    *rows_out = status == STATUS_OK ? rows : (struct rows){0};
    return noted(store, status);
}

enum status store_mark(struct store *store)
{
    MUST(store->state == STORE_WRITING);
    store->part = STORE_NO_PART;
    enum status status = store->ops->mark(store, STORE_MARK);
    MUST(may_answer(status, MARK_ANSWERS));
    if (status == STATUS_OK) {
        store->has_mark = true;
        TRACE(trace_marked(store));
    }
    return noted(store, status);
}

enum status store_undo(struct store *store)
{
    MUST(store->state == STORE_WRITING || store->state == STORE_FAILED);
    MUST(store->has_mark);
    store->part = STORE_NO_PART; /* it goes with what is undone */
    store->lock = NULL;
    store->losses++;
    enum status status = store->ops->undo(store, STORE_MARK);
    MUST(may_answer(status, MARK_ANSWERS));
    if (status == STATUS_OK) {
        store->state = STORE_WRITING;
        TRACE(trace_undone(store));
    }
    return noted(store, status);
}

void store_part_begin(struct store *store)
{
    MUST(store->state == STORE_WRITING);
    MUST(store->part == STORE_NO_PART);
    store->part = STORE_PART_IS_EMPTY;
    store->writes_before_part = store->writes;
    TRACE(trace_part_begun(store));
}

/* A part that was never set may have failed all the same; whether its transaction can go on then,
 * only the implementation knows. */
enum status store_part_undo(struct store *store)
{
    MUST(store->state == STORE_WRITING || store->state == STORE_FAILED);
    MUST(store->part != STORE_NO_PART);
    bool is_known = store->part == STORE_PART_IS_SET || store->state == STORE_FAILED;
    is_known = is_known && !SEEDED_BUG("part_undo_missing");
    enum status status = is_known ? store->ops->undo(store, STORE_PART) : STATUS_OK;
    MUST(may_answer(status, MARK_ANSWERS));
    store->part = STORE_NO_PART;
    store->lock = NULL;
    store->losses++;
    if (status == STATUS_OK) {
        store->state = STORE_WRITING;
        store->writes = store->writes_before_part;
        TRACE(trace_part_undone(store));
    }
    return noted(store, status);
}

void store_part_end(struct store *store)
{
    MUST(store->state == STORE_WRITING);
    MUST(store->part != STORE_NO_PART);
    store->part = STORE_NO_PART;
}

enum status store_commit(struct store *store)
{
    MUST(is_open(store));
    TRACE(trace_commits(store));
    enum status status = store->ops->commit(store);
    TRACE(trace_committed(status));
    MUST(may_answer(status, COMMIT_ANSWERS));
    MUST(status != STATUS_UNCERTAIN || store->state == STORE_WRITING);
    store->losses += status != STATUS_OK;
    store->state = STORE_IDLE;
    forget_places(store);
    return status;
}

void store_rollback(struct store *store)
{
    MUST(store->state != STORE_IDLE);
    store->ops->rollback(store);
    TRACE(trace_rolled_back(store));
    store->losses += store->writes > 0 || store->state == STORE_FAILED;
    store->state = STORE_IDLE;
    forget_places(store);
}

enum status store_script(struct store *store, const char *sql)
{
    MUST(store->state == STORE_WRITING);
    MUST(sql != NULL);
    store->writes++;
    enum status status = set_part(store, true);
    if (status == STATUS_OK) {
        status = store->ops->script(store, sql);
    }
    MUST(may_answer(status, EXEC_ANSWERS));
    return noted(store, status);
}

bool store_is_untouched(const struct store *store, unsigned long writes_before)
{
    return store->state == STORE_WRITING && store->writes == writes_before;
}

void store_note_lock(struct store *store, const void *lock)
{
    MUST(store->state == STORE_WRITING && lock != NULL);
    store->lock = lock;
}

bool store_has_lock(const struct store *store, const void *lock)
{
    MUST(lock != NULL);
    return store->state == STORE_WRITING && store->lock == lock;
}

void *store_keep(struct store *store, const void *name, size_t bytes)
{
    MUST(name != NULL && bytes > 0);
    if (store->kept == NULL) {
        store->kept = memory_take(bytes);
        store->kept_name = name;
    }
    MUST(store->kept_name == name);
    return store->kept;
}

bool store_has(const struct store *store, enum store_flag flag)
{
    return (store->ops->flags(store) & (unsigned)flag) != 0;
}

const char *store_back_end(const struct store *store)
{
    return store->ops->name;
}

void store_destroy(struct store **store)
{
    struct store *ending = *store;
    *store = NULL;
    if (ending == NULL) {
        return;
    }
    if (ending->state != STORE_IDLE) {
        store_rollback(ending);
    }
    memory_free(ending->kept);
    ending->ops->destroy(ending);
}

enum status store_one(struct store *store, struct arena *arena, const struct statement *statement,
                      struct values values, void *row_out)
{
    MUST(statement->rows_max <= 1);
    struct rows rows;
    enum status status = store_query(store, arena, statement, values, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    if (rows.count == 0) {
        return STATUS_ABSENT;
    }
    memcpy(row_out, rows.items, statement->gives->bytes);
    return STATUS_OK;
}
