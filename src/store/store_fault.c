/* store_fault.c - a store that fails on purpose; wraps a real one, for tests. */
#include "store/store_fault.h"

struct faulty_store {
    struct store store; /* must be first */
    struct store *inner;
    struct store_fault *fault;
    struct store_ops ops; /* a copy that bears the inner store's name */
};

static struct faulty_store *self_of(struct store *store)
{
    return (struct faulty_store *)(void *)store;
}

/* Is it this call's turn to fail? */
static bool is_hit(struct faulty_store *self, enum store_fault_call call)
{
    struct store_fault *fault = self->fault;
    if ((fault->calls & (unsigned)call) == 0) {
        return false;
    }
    if (fault->countdown > 0) {
        fault->countdown--;
        return false;
    }
    if (fault->repeat != 0 && fault->hits >= (unsigned)fault->repeat) {
        return false;
    }
    fault->hits++;
    MUST(fault->status != STATUS_OK);
    return true;
}

static enum status begin(struct store *store, enum store_access access)
{
    struct faulty_store *self = self_of(store);
    if (is_hit(self, STORE_FAULT_BEGIN)) {
        return self->fault->status;
    }
    return store_begin(self->inner, access);
}

/* What only remembers is told to no implementation. So before the inner store works, its part is
 * made ours: none, or one that begins where it stands, or the one that both have set. */
static void follow_part(struct faulty_store *self)
{
    enum store_part ours = self->store.part;
    if (self->inner->part != STORE_NO_PART && ours != STORE_PART_IS_SET) {
        store_part_end(self->inner);
    }
    if (self->inner->part == STORE_NO_PART && ours != STORE_NO_PART) {
        store_part_begin(self->inner);
    }
}

static enum status exec(struct store *store, const struct statement *statement,
                        struct values values, int64_t *changed_out)
{
    struct faulty_store *self = self_of(store);
    if (is_hit(self, STORE_FAULT_EXEC)) {
        return self->fault->status;
    }
    follow_part(self);
    *changed_out = 1; /* for all we know of what goes along */
    return store_exec(self->inner, statement, values, statement->goes_along ? NULL : changed_out);
}

static enum status query(struct store *store, struct arena *arena,
                         const struct statement *statement, struct values values,
                         struct rows *rows_out)
{
    struct faulty_store *self = self_of(store);
    if (is_hit(self, STORE_FAULT_QUERY)) {
        return self->fault->status;
    }
    follow_part(self);
    return store_query(self->inner, arena, statement, values, rows_out);
}

static enum status mark(struct store *store, enum store_place place)
{
    struct faulty_store *self = self_of(store);
    if (is_hit(self, place == STORE_MARK ? STORE_FAULT_MARK : STORE_FAULT_PART)) {
        return self->fault->status;
    }
    if (place == STORE_MARK) {
        return store_mark(self->inner);
    }
    follow_part(self); /* it is not set yet, so ours begins here; the statement will set it */
    return STATUS_OK;
}

static enum status undo(struct store *store, enum store_place place)
{
    struct faulty_store *self = self_of(store);
    if (is_hit(self, place == STORE_MARK ? STORE_FAULT_UNDO : STORE_FAULT_PART_UNDO)) {
        return self->fault->status;
    }
    if (place == STORE_MARK) {
        return store_undo(self->inner);
    }
    bool has_worked = self->inner->state == STORE_FAILED || store->part == STORE_PART_IS_SET;
    return has_worked ? store_part_undo(self->inner) : STATUS_OK;
}

static void rollback(struct store *store)
{
    store_rollback(self_of(store)->inner);
}

static enum status commit(struct store *store)
{
    struct faulty_store *self = self_of(store);
    /* The end of a READ changes nothing, so there is nothing to be uncertain about. */
    bool is_possible = store->state == STORE_WRITING || self->fault->status != STATUS_UNCERTAIN;
    if (!is_possible || !is_hit(self, STORE_FAULT_COMMIT)) {
        return store_commit(self->inner);
    }
    if (self->fault->status == STATUS_UNCERTAIN && self->fault->commit_happens) {
        enum status status = store_commit(self->inner);
        return status == STATUS_OK ? STATUS_UNCERTAIN : status;
    }
    store_rollback(self->inner);
    return self->fault->status;
}

static enum status script(struct store *store, const char *sql)
{
    struct faulty_store *self = self_of(store);
    if (is_hit(self, STORE_FAULT_EXEC)) {
        return self->fault->status;
    }
    follow_part(self);
    return store_script(self->inner, sql);
}

static unsigned flags(const struct store *store)
{
    const struct faulty_store *self = (const struct faulty_store *)(const void *)store;
    return self->inner->ops->flags(self->inner);
}

static void destroy(struct store *store)
{
    struct faulty_store *self = self_of(store);
    store_destroy(&self->inner);
    memory_free(self);
}

struct store *store_fault_create(struct store *inner, struct store_fault *fault)
{
    MUST(inner != NULL && inner->state == STORE_IDLE);
    MUST(fault != NULL);
    struct faulty_store *self = memory_take(sizeof *self);
    self->inner = inner;
    self->fault = fault;
    self->ops = (struct store_ops){
        .name = store_back_end(inner),
        .begin = begin,
        .exec = exec,
        .query = query,
        .mark = mark,
        .undo = undo,
        .commit = commit,
        .rollback = rollback,
        .script = script,
        .flags = flags,
        .destroy = destroy,
    };
    store_init(&self->store, &self->ops);
    return &self->store;
}
