/* postgres.c - the store's contract on PostgreSQL: transactions, marks, and what is sent when.
 *
 * begin, mark and undo only take note; what they want goes to the server in front of the next
 * statement. So a request costs one round trip for each exec and query, and a batch one more:
 *
 *   mark, exec    ->  BEGIN, INSERT                       (the first mark is the beginning itself)
 *   mark, exec    ->  SAVEPOINT m, INSERT
 *   undo          ->                                      refused: noted
 *   mark, query   ->  ROLLBACK TO SAVEPOINT m, SELECT     (which is the new mark already)
 *   mark, exec    ->  RELEASE m, SAVEPOINT m, UPDATE
 *   commit        ->  SET LOCAL statement_timeout = 0, COMMIT
 *
 * A statement that goes along is not waited for: it is sent, and answered together with the next
 * one. But not behind a mark, where each call must hear of its own failures: whoever has lost a
 * race without marks runs again with them.
 *
 * A part is the same once more, inside of m or of the transaction itself: SAVEPOINT p in front of
 * its first statement, ROLLBACK TO SAVEPOINT p in front of what follows its undo. At its end p just
 * stays: the next part, the next mark or the commit releases it.
 */
#include "store/postgres/postgres_inside.h"

#include "base/fault.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

enum {
    SETUP_ARENA_BYTES_MAX = 64 * 1024,
    SENTENCE_BYTES = 1024,
    ALONG_MAX = 200,
    ALONG_TOGETHER = 8, /* so many leave at once: the server is at work while we make the next */
};

enum mark {
    MARK_NONE,
    MARK_AT_START, /* nothing was done before it: undo is a ROLLBACK */
    MARK_WANTED,   /* goes out before the next statement; nothing was done since */
    MARK_SET,      /* the server has it */
};

struct postgres_store {
    struct store base;
    struct postgres_link link;
    enum store_access access;
    enum mark mark;
    bool has_begun;      /* the server is inside a transaction */
    bool has_savepoint;  /* the server knows m */
    bool wants_rollback; /* undo to the very start is noted */
    bool wants_undo;     /* undo to m is noted */
    bool has_worked;     /* a statement was sent since the mark */
    unsigned along;      /* statements on their way whose answers nobody has taken */

    bool has_part;        /* the server knows p, be it of this part or of one before */
    bool wants_part;      /* p goes out before the next statement */
    bool wants_part_undo; /* undo to p is noted */
};

struct postgres_source {
    struct store_source base;
    struct arena *arena;
    struct postgres_place place;
    _Atomic(struct postgres_link *) first; /* what set up the schema, for the first store */
};

static struct postgres_store *self_of(struct store *store)
{
    return (struct postgres_store *)(void *)store;
}

static void queue_undo(struct postgres_store *self)
{
    MUST(!self->wants_undo || !self->wants_part_undo); /* the outer one forgets the inner one */
    if (self->wants_undo) {
        postgres__link_queue(&self->link, POSTGRES_UNDO);
    }
    if (self->wants_part_undo) {
        postgres__link_queue(&self->link, POSTGRES_UNDO_PART);
    }
}

static void queue_mark(struct postgres_store *self)
{
    struct postgres_link *link = &self->link;
    if (self->has_savepoint) {
        postgres__link_queue(link, POSTGRES_FORGET_MARK); /* and p, which is inside of it */
    } else if (self->has_part) {
        postgres__link_queue(link, POSTGRES_FORGET_PART);
    }
    postgres__link_queue(link, POSTGRES_MARK);
    self->has_part = false;
    self->has_savepoint = true;
    self->mark = MARK_SET;
}

/* Where the server has just been brought back to an older p, that one serves again. */
static void queue_part(struct postgres_store *self)
{
    struct postgres_link *link = &self->link;
    bool is_there = self->has_part && (self->wants_part_undo || SEEDED_BUG("part_stays_behind"));
    if (self->has_part && !is_there) {
        postgres__link_queue(link, POSTGRES_FORGET_PART);
    }
    if (!is_there) {
        postgres__link_queue(link, POSTGRES_PART);
    }
    self->has_part = true;
}

/* Brings the server to where the caller believes to be; queued in front of what comes next. */
static void queue_noted(struct postgres_store *self)
{
    struct postgres_link *link = &self->link;
    if (self->wants_rollback) {
        postgres__link_queue(link, POSTGRES_ROLLBACK);
    }
    if (!self->has_begun) {
        postgres__link_queue(link, self->access == STORE_WRITE ? POSTGRES_BEGIN_WRITE
                                                               : POSTGRES_BEGIN_READ);
    }
    queue_undo(self);
    if (self->mark == MARK_WANTED) {
        queue_mark(self);
    }
    if (self->wants_part) {
        queue_part(self);
    }
    self->wants_rollback = false;
    self->wants_undo = false;
    self->wants_part = false;
    self->wants_part_undo = false;
    self->has_begun = true;
    self->has_worked = true;
}

static void forget_part(struct postgres_store *self)
{
    self->has_part = false;
    self->wants_part = false;
    self->wants_part_undo = false;
}

static void forget_transaction(struct postgres_store *self)
{
    forget_part(self);
    self->mark = MARK_NONE;
    self->has_begun = false;
    self->has_savepoint = false;
    self->wants_rollback = false;
    self->wants_undo = false;
    self->has_worked = false;
    self->along = 0;
}

static enum status postgres_begin(struct store *store, enum store_access access)
{
    struct postgres_store *self = self_of(store);
    MUST(!self->has_begun && self->link.queued_count == 0);
    bool was_open = postgres__link_is_alive(&self->link);
    enum status status = was_open ? STATUS_OK : postgres__link_open(&self->link, NULL);
    forget_transaction(self);
    self->access = access;
    return status;
}

/* A table was changed under a prepared statement, by the migration of a newer program. Nothing but
 * a new connection helps; a statement that was never accepted before is wrong by itself. */
static void forget_stale(struct postgres_link *link, const PGresult *answer, bool is_new)
{
    if (answer == NULL || strcmp(postgres__sqlstate(link->pq, answer), "0A000") != 0) {
        return;
    }
    MUST(!is_new);
    postgres__link_drop(link);
}

/* What one row may not be, or two transactions may not do, is no answer to what came behind it: the
 * whole operation is run again. */
static enum status as_of_another(enum status status)
{
    bool is_of_a_row =
        status == STATUS_EXISTS || status == STATUS_MALFORMED || status == STATUS_TOO_LARGE;
    return is_of_a_row ? STATUS_CONFLICT : status;
}

/* The answers to what went along. */
static enum status catch_up(struct postgres_store *self)
{
    struct postgres_link *link = &self->link;
    if (self->along == 0 || link->connection == NULL) {
        self->along = 0;
        return link->connection != NULL ? STATUS_OK : STATUS_UNAVAILABLE;
    }
    self->along = 0;
    PGresult *answer = postgres__link_exchange(link, POSTGRES_ANSWER_LIMIT_MS);
    enum status status = postgres__status(link->pq, answer, "what went along");
    link->pq->PQclear(answer);
    return as_of_another(status);
}

static bool may_go_along(const struct postgres_store *self, const struct statement *statement)
{
    return statement->goes_along && self->mark == MARK_NONE && self->along < ALONG_MAX &&
           self->link.connection != NULL &&
           postgres__statement_find(&self->link, statement) != NULL;
}

static void send_along(struct postgres_store *self, const struct statement *statement,
                       struct values values)
{
    struct postgres_link *link = &self->link;
    queue_noted(self);
    postgres__statement_queue(link, postgres__statement_find(link, statement), values);
    self->along++;
    if (self->along % ALONG_TOGETHER == 0 && link->pq->PQflush(link->connection) < 0) {
        link->is_broken = true;
    }
}

/* The answer is the caller's to clear, whatever the status. */
static enum status work(struct postgres_store *self, const struct statement *statement,
                        struct values values, struct postgres_statement **prepared_out,
                        PGresult **answer_out)
{
    struct postgres_link *link = &self->link;
    if (link->connection == NULL) {
        return STATUS_UNAVAILABLE;
    }
    *prepared_out = postgres__statement_find(link, statement);
    bool is_new = *prepared_out == NULL;
    enum status status = is_new ? catch_up(self) : STATUS_OK;
    if (status != STATUS_OK) {
        return status;
    }
    queue_noted(self);
    if (is_new) {
        status = postgres__statement_prepare(link, statement, prepared_out);
        if (status != STATUS_OK) {
            return status;
        }
    }
    postgres__statement_queue(link, *prepared_out, values);
    bool went_with_others = self->along > 0;
    self->along = 0;
    *answer_out = postgres__link_exchange(link, POSTGRES_ANSWER_LIMIT_MS);
    status = postgres__status(link->pq, *answer_out, statement->sql);
    forget_stale(link, *answer_out, is_new);
    return went_with_others && link->behind_count > 0 ? as_of_another(status) : status;
}

static enum status postgres_exec(struct store *store, const struct statement *statement,
                                 struct values values, int64_t *changed_out)
{
    struct postgres_store *self = self_of(store);
    struct postgres_statement *prepared = NULL;
    PGresult *answer = NULL;
    if (may_go_along(self, statement)) {
        send_along(self, statement, values);
        *changed_out = 1; /* for all we know */
        return STATUS_OK;
    }
    enum status status = work(self, statement, values, &prepared, &answer);
    if (status == STATUS_OK) {
        *changed_out = strtoll(self->link.pq->PQcmdTuples(answer), NULL, 10);
    }
    self->link.pq->PQclear(answer);
    return status;
}

static enum status postgres_query(struct store *store, struct arena *arena,
                                  const struct statement *statement, struct values values,
                                  struct rows *rows_out)
{
    struct postgres_store *self = self_of(store);
    struct postgres_statement *prepared = NULL;
    PGresult *answer = NULL;
    enum status status = work(self, statement, values, &prepared, &answer);
    /* The link may have been lost right behind the answer, and with it what was prepared. */
    if (status == STATUS_OK && self->link.connection == NULL) {
        status = STATUS_UNAVAILABLE;
    }
    if (status == STATUS_OK) {
        status = postgres__rows_read(self->link.pq, answer, prepared, arena, rows_out);
    }
    self->link.pq->PQclear(answer);
    return status;
}

static void note_mark(struct postgres_store *self)
{
    if (!self->has_begun) {
        self->mark = MARK_AT_START;
    } else if (self->mark == MARK_NONE || self->has_worked) {
        self->mark = MARK_WANTED;
    }
    self->has_worked = false;
}

static enum status postgres_mark(struct store *store, enum store_place place)
{
    struct postgres_store *self = self_of(store);
    MUST(self->access == STORE_WRITE && !self->wants_part);
    if (self->link.connection == NULL) {
        return STATUS_UNAVAILABLE;
    }
    if (place == STORE_PART) {
        self->wants_part = true;
        return STATUS_OK;
    }
    enum status status = catch_up(self);
    if (status == STATUS_OK) {
        note_mark(self);
    }
    return status;
}

static void note_undo(struct postgres_store *self)
{
    MUST(self->mark != MARK_NONE);
    if (self->mark == MARK_AT_START) {
        self->wants_rollback = self->wants_rollback || self->has_begun;
        self->has_begun = false;
        forget_part(self);
    } else if (self->has_worked) {
        MUST(self->mark == MARK_SET);
        self->wants_undo = true;
        forget_part(self);
    }
    self->has_worked = false;
}

static enum status postgres_undo(struct store *store, enum store_place place)
{
    struct postgres_store *self = self_of(store);
    /* What is undone may have failed; nobody needs to know. */
    (void)catch_up(self);
    if (self->link.connection == NULL) {
        return STATUS_UNAVAILABLE;
    }
    if (place == STORE_MARK) {
        note_undo(self);
        return STATUS_OK;
    }
    MUST(self->has_part && !self->wants_part); /* whatever failed, p was sent in front of it */
    self->wants_part_undo = true;
    return STATUS_OK;
}

/* ---- the end of a transaction ---- */

static void roll_back(struct postgres_store *self)
{
    struct postgres_link *link = &self->link;
    (void)catch_up(self);
    if (link->connection == NULL) {
        return;
    }
    postgres__link_queue(link, POSTGRES_ROLLBACK);
    PGresult *answer = postgres__link_exchange(link, POSTGRES_ANSWER_LIMIT_MS);
    if (answer == NULL || postgres__is_refused(link->pq, answer)) {
        postgres__link_drop(link);
    }
    link->pq->PQclear(answer);
}

static void postgres_rollback(struct store *store)
{
    struct postgres_store *self = self_of(store);
    if (self->has_begun || self->wants_rollback) {
        roll_back(self);
    }
    forget_transaction(self);
}

/* The server refused to commit, so nothing has changed; what a statement may answer with has no
 * meaning for a whole batch, which is then run again. */
static enum status refused_commit(struct postgres_store *self, const PGresult *answer)
{
    const char *sqlstate = postgres__sqlstate(self->link.pq, answer);
    bool is_unknown = strcmp(sqlstate, "40003") == 0 || strncmp(sqlstate, "08", 2) == 0;
    enum status status = postgres__status(self->link.pq, answer, "COMMIT");
    roll_back(self);
    if (is_unknown && self->access == STORE_WRITE) {
        return STATUS_UNCERTAIN;
    }
    return as_of_another(status);
}

static enum status lost_commit(const struct postgres_store *self)
{
    if (self->access == STORE_READ) {
        return STATUS_UNAVAILABLE;
    }
    log_line(LOG_ERROR, "store", "the connection was lost while a commit was on its way",
             LOG_TEXT("schema", text_of(self->link.place->schema)));
    return STATUS_UNCERTAIN;
}

static enum status judge_commit(struct postgres_store *self, PGresult *answer)
{
    const struct libpq *pq = self->link.pq;
    bool is_refused = answer == NULL || postgres__is_refused(pq, answer);
    if (is_refused && self->link.connection == NULL) {
        return lost_commit(self);
    }
    if (is_refused) {
        return refused_commit(self, answer);
    }
    if (strcmp(pq->PQcmdStatus(answer), "COMMIT") != 0) {
        return STATUS_CONFLICT; /* "ROLLBACK": the transaction had failed before */
    }
    if (!self->link.has_warning || self->access == STORE_READ) {
        return STATUS_OK;
    }
    log_line(LOG_ERROR, "store", "a commit was cancelled while it waited for a standby",
             LOG_TEXT("schema", text_of(self->link.place->schema)));
    return STATUS_UNCERTAIN;
}

/* Up to here a closed connection means that nothing has changed; from here on nobody knows. */
static enum status send_commit(struct postgres_store *self)
{
    struct postgres_link *link = &self->link;
    if (!postgres__link_is_alive(link)) {
        return STATUS_UNAVAILABLE;
    }
    bool writes = self->access == STORE_WRITE;
    queue_undo(self);
    if (writes) {
        postgres__link_queue(link, POSTGRES_LIFT_LIMIT);
    }
    postgres__link_queue(link, POSTGRES_COMMIT);
    link->has_warning = false;
    self->along = 0;
    PGresult *answer =
        postgres__link_exchange(link, writes ? POSTGRES_NO_LIMIT : POSTGRES_ANSWER_LIMIT_MS);
    enum status status = judge_commit(self, answer);
    link->pq->PQclear(answer);
    return status;
}

static enum status postgres_commit(struct store *store)
{
    struct postgres_store *self = self_of(store);
    enum status status = STATUS_OK;
    if (self->has_begun) {
        status = send_commit(self);
    } else if (self->wants_rollback) {
        roll_back(self); /* everything was undone: there is nothing to lose */
    }
    forget_transaction(self);
    return status;
}

/* ---- migrations ---- */

/* What is noted, sent on its own. */
static enum status send_noted(struct postgres_store *self)
{
    struct postgres_link *link = &self->link;
    queue_noted(self);
    if (link->queued_count == 0) {
        return STATUS_OK;
    }
    self->along = 0;
    PGresult *answer = postgres__link_exchange(link, POSTGRES_ANSWER_LIMIT_MS);
    enum status status = postgres__status(link->pq, answer, "BEGIN");
    link->pq->PQclear(answer);
    return as_of_another(status);
}

static enum status postgres_script(struct store *store, const char *sql)
{
    struct postgres_store *self = self_of(store);
    struct postgres_link *link = &self->link;
    if (link->connection == NULL) {
        return STATUS_UNAVAILABLE;
    }
    enum status status = send_noted(self);
    if (status != STATUS_OK || link->connection == NULL) {
        return status == STATUS_OK ? STATUS_UNAVAILABLE : status;
    }
    return postgres__link_script(link, sql);
}

/* ---- life ---- */

/* Not STORE_READS_AT_ONCE: each answer waits for the network. */
static unsigned postgres_flags(const struct store *store)
{
    MUST(store->ops != NULL);
    return STORE_IS_SHARED;
}

static void postgres_destroy(struct store *store)
{
    struct postgres_store *self = self_of(store);
    postgres__link_finish(&self->link);
    memory_free(self);
}

static const struct store_ops postgres_ops = {
    .name = "postgres",
    .begin = postgres_begin,
    .exec = postgres_exec,
    .query = postgres_query,
    .mark = postgres_mark,
    .undo = postgres_undo,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .script = postgres_script,
    .flags = postgres_flags,
    .destroy = postgres_destroy,
};

static enum status open_store(struct store_source *base, enum store_access access,
                              struct store **store_out)
{
    struct postgres_source *source = (struct postgres_source *)(void *)base;
    MUST(access == STORE_READ || access == STORE_WRITE);
    struct postgres_store *self = memory_take(sizeof *self);
    store_init(&self->base, &postgres_ops);
    self->access = access;
    postgres__link_init(&self->link, &source->place);
    enum status status = postgres__link_open_first(&self->link, &source->first);
    *store_out = status == STATUS_OK ? &self->base : NULL;
    if (status != STATUS_OK) {
        postgres_destroy(&self->base);
    }
    return status;
}

static void destroy_source(struct store_source *base)
{
    struct postgres_source *source = (struct postgres_source *)(void *)base;
    struct arena *arena = source->arena;
    postgres__link_forget(&source->first);
    arena_destroy(&arena);
}

/* Sentences are made before there is anything that could own them. */
static struct text sentence_of(struct text text)
{
    static _Thread_local char kept[SENTENCE_BYTES];
    size_t bytes = text.bytes < sizeof kept ? text.bytes : sizeof kept;
    memcpy(kept, text.data, bytes);
    return (struct text){kept, bytes};
}

static enum status set_up(struct postgres_source *source, struct text *error_out)
{
    struct text error = TEXT("the database has closed the connection");
    struct postgres_link *link = memory_take(sizeof *link);
    postgres__link_init(link, &source->place);
    enum status status = postgres__link_open(link, &error);
    if (status == STATUS_OK) {
        status = postgres__setup(link, source->arena, &source->place.session, &error);
    }
    if (status != STATUS_OK) {
        *error_out = sentence_of(error);
    }
    atomic_store(&source->first, link);
    return status;
}

enum status postgres_source(const struct postgres_options *options,
                            struct store_source **source_out, struct text *error_out)
{
    MUST(options->schema != NULL && options->address != NULL);
    const char *trouble = NULL;
    const struct libpq *pq = libpq_load(&trouble);
    if (pq == NULL) {
        *error_out = text_of(trouble);
        return STATUS_UNAVAILABLE;
    }
    struct arena *arena = arena_create("postgres source", SETUP_ARENA_BYTES_MAX);
    struct postgres_source *source = ARENA_NEW(arena, struct postgres_source);
    source->arena = arena;
    source->place.pq = pq;
    source->place.address = text_copy(arena, text_of(options->address)).data;
    source->place.schema = text_copy(arena, text_of(options->schema)).data;
    source->base.open = open_store;
    source->base.destroy = destroy_source;
    source->base.schema = source->place.schema;
    enum status status = set_up(source, error_out);
    *source_out = status == STATUS_OK ? &source->base : NULL;
    if (status != STATUS_OK) {
        destroy_source(&source->base);
    }
    return status;
}
