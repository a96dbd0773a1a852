/* postgres_link.c - one connection to the server: opening, waiting with a limit, the pipeline.
 *
 * In the pipeline commands are queued and leave together with the one whose answer is needed, so
 * BEGIN, SAVEPOINT and RELEASE cost no round trip. The queue always ends in a Sync: after a refusal
 * the server skips what is left up to there, and both sides agree again where they are.
 */
#include "store/postgres/postgres_inside.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STATEMENT_ARENA_BYTES_MAX = 4 * 1024 * 1024 };

/* READ COMMITTED is enough for writing: unique keys and conditional updates decide, each statement
 * sees what others have committed before it, and one row that somebody else changed does not cost
 * the whole batch, as it would with the one snapshot of REPEATABLE READ. */
static const struct {
    const char *name;
    const char *sql;
} commands[POSTGRES_COMMAND_COUNT] = {
    [POSTGRES_BEGIN_READ] = {"k_read", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"},
    [POSTGRES_BEGIN_WRITE] = {"k_write", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"},
    [POSTGRES_MARK] = {"k_mark", "SAVEPOINT m"},
    [POSTGRES_FORGET_MARK] = {"k_forget", "RELEASE SAVEPOINT m"},
    [POSTGRES_UNDO] = {"k_undo", "ROLLBACK TO SAVEPOINT m"},
    [POSTGRES_PART] = {"k_part", "SAVEPOINT p"},
    [POSTGRES_FORGET_PART] = {"k_forget_part", "RELEASE SAVEPOINT p"},
    [POSTGRES_UNDO_PART] = {"k_undo_part", "ROLLBACK TO SAVEPOINT p"},
    [POSTGRES_LIFT_LIMIT] = {"k_lift", "SET LOCAL statement_timeout = 0"},
    [POSTGRES_COMMIT] = {"k_commit", "COMMIT"},
    [POSTGRES_ROLLBACK] = {"k_rollback", "ROLLBACK"},
};

/* A person who administers the database may cancel the wait for a synchronous standby, or end the
 * connection that waits. The server then warns and says COMMIT all the same. */
static void note_warning(void *context, const PGresult *notice)
{
    struct postgres_link *link = context;
    const char *sqlstate = postgres__sqlstate(link->pq, notice);
    if (strncmp(sqlstate, "01", 2) == 0 || strncmp(sqlstate, "57", 2) == 0) {
        link->has_warning = true;
    }
}

void postgres__link_init(struct postgres_link *link, const struct postgres_place *place)
{
    MUST(place->pq != NULL && place->address != NULL && place->schema != NULL);
    *link = (struct postgres_link){.place = place, .pq = place->pq};
    link->arena = arena_create("postgres statements", STATEMENT_ARENA_BYTES_MAX);
    link->statements = memory_take(POSTGRES_STATEMENTS_MAX * sizeof *link->statements);
}

void postgres__link_drop(struct postgres_link *link)
{
    if (link->connection != NULL) {
        link->pq->PQfinish(link->connection);
    }
    link->connection = NULL;
    link->queued_count = 0;
    link->is_broken = false;
    link->statement_count = 0;
    memset(link->statements, 0, POSTGRES_STATEMENTS_MAX * sizeof *link->statements);
    arena_reset(link->arena);
}

void postgres__link_finish(struct postgres_link *link)
{
    postgres__link_drop(link);
    arena_destroy(&link->arena);
    memory_free(link->statements);
    link->statements = NULL;
}

/* ---- waiting ---- */

static int left_ms(int64_t deadline_ms)
{
    if (deadline_ms < 0) {
        return -1;
    }
    int64_t left = deadline_ms - clock_monotonic_ms();
    return left < 0 ? 0 : (int)left;
}

/* True when the next answer can be taken without waiting. What came before a loss still counts:
 * the server may have said COMMIT, or why it goes, right before it closed. */
static bool wait_for_answer(struct postgres_link *link, int64_t deadline_ms)
{
    const struct libpq *pq = link->pq;
    for (;;) {
        int unsent = pq->PQflush(link->connection);
        if (!pq->PQisBusy(link->connection)) {
            return true;
        }
        if (unsent < 0) {
            return false;
        }
        struct pollfd socket = {.fd = pq->PQsocket(link->connection),
                                .events = (short)(unsent > 0 ? POLLIN | POLLOUT : POLLIN)};
        int ready = poll(&socket, 1, left_ms(deadline_ms));
        if (ready == 0 || (ready < 0 && errno != EINTR)) {
            return false;
        }
        if (ready > 0 && (socket.revents & ~POLLOUT) != 0 &&
            pq->PQconsumeInput(link->connection) == 0) {
            return !pq->PQisBusy(link->connection);
        }
    }
}

static PGresult *next_answer(struct postgres_link *link, int64_t deadline_ms)
{
    return wait_for_answer(link, deadline_ms) ? link->pq->PQgetResult(link->connection) : NULL;
}

/* Of two answers the first refusal stays, else the later one. */
static PGresult *keep(struct postgres_link *link, PGresult *kept, PGresult *answer)
{
    bool keeps_first = kept != NULL && postgres__is_refused(link->pq, kept);
    link->pq->PQclear(keeps_first ? answer : kept);
    return keeps_first ? kept : answer;
}

static int64_t deadline_after(int limit_ms)
{
    return limit_ms == POSTGRES_NO_LIMIT ? -1 : clock_monotonic_ms() + limit_ms;
}

/* Two processes on one connection would read each other's answers, and ending it in the orderly way
 * would end it for the other too. What the library holds of it is lost to us. */
static void leave_to_parent(struct postgres_link *link)
{
    close(link->pq->PQsocket(link->connection));
    link->connection = NULL;
}

/* A server that says something without being asked says its last word; the end may come a moment
 * later. Or an administrator has changed a setting: then a new connection does no harm. */
static bool hangs_up(struct postgres_link *link)
{
    struct pollfd socket = {.fd = link->pq->PQsocket(link->connection), .events = POLLIN};
    return poll(&socket, 1, 0) > 0 || link->pq->PQstatus(link->connection) != CONNECTION_OK;
}

bool postgres__link_is_alive(struct postgres_link *link)
{
    if (link->connection == NULL) {
        return false;
    }
    if (link->opened_by != getpid()) {
        leave_to_parent(link);
    }
    if (link->connection != NULL && !link->is_broken && !hangs_up(link)) {
        return true;
    }
    postgres__link_drop(link);
    return false;
}

/* ---- the pipeline ---- */

void postgres__link_queued(struct postgres_link *link, int was_taken)
{
    if (was_taken) {
        link->queued_count++;
    } else {
        link->is_broken = true;
    }
}

void postgres__link_queue(struct postgres_link *link, enum postgres_command command)
{
    MUST(link->connection != NULL);
    MUST(command < POSTGRES_COMMAND_COUNT);
    postgres__link_queued(link,
                          link->pq->PQsendQueryPrepared(link->connection, commands[command].name, 0,
                                                        NULL, NULL, NULL, 0));
}

/* Each command is answered by one result and a NULL. False when the connection was lost on the way;
 * *kept_out then holds what the last command was answered, if that still came. */
static bool take_answers(struct postgres_link *link, int64_t deadline_ms, PGresult **kept_out)
{
    for (; link->queued_count > 0; link->queued_count--) {
        PGresult *answer = next_answer(link, deadline_ms);
        if (answer == NULL) {
            link->pq->PQclear(*kept_out);
            *kept_out = NULL;
            return false;
        }
        if (*kept_out == NULL || !postgres__is_refused(link->pq, *kept_out)) {
            link->behind_count = link->queued_count - 1;
        }
        *kept_out = keep(link, *kept_out, answer);
        if (!wait_for_answer(link, deadline_ms)) {
            return false;
        }
        MUST(link->pq->PQgetResult(link->connection) == NULL);
    }
    return true;
}

PGresult *postgres__link_exchange(struct postgres_link *link, int limit_ms)
{
    MUST(link->connection != NULL && link->queued_count > 0);
    const struct libpq *pq = link->pq;
    int64_t deadline_ms = deadline_after(limit_ms);
    PGresult *kept = NULL;
    bool is_alive = !link->is_broken && pq->PQpipelineSync(link->connection) == 1 &&
                    take_answers(link, deadline_ms, &kept);
    if (is_alive) {
        PGresult *sync = next_answer(link, deadline_ms);
        is_alive = sync != NULL && pq->PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
        pq->PQclear(sync);
    }
    if (!is_alive) {
        postgres__link_drop(link);
    }
    return kept;
}

/* ---- outside of the pipeline ---- */

static PGresult *take_all(struct postgres_link *link, int was_sent, int limit_ms)
{
    int64_t deadline_ms = deadline_after(limit_ms);
    PGresult *kept = NULL;
    bool is_alive = was_sent == 1;
    while (is_alive) {
        is_alive = wait_for_answer(link, deadline_ms);
        PGresult *answer = is_alive ? link->pq->PQgetResult(link->connection) : NULL;
        if (answer == NULL) {
            break;
        }
        kept = keep(link, kept, answer);
    }
    if (!is_alive || link->pq->PQstatus(link->connection) != CONNECTION_OK) {
        postgres__link_drop(link);
    }
    return kept;
}

PGresult *postgres__link_run(struct postgres_link *link, const char *sql, int limit_ms)
{
    MUST(link->connection != NULL && link->queued_count == 0);
    return take_all(link, link->pq->PQsendQuery(link->connection, sql), limit_ms);
}

PGresult *postgres__link_ask(struct postgres_link *link, const char *sql,
                             const char *const *parameters, int count)
{
    MUST(link->connection != NULL && link->queued_count == 0);
    return take_all(
        link,
        link->pq->PQsendQueryParams(link->connection, sql, count, NULL, parameters, NULL, NULL, 0),
        POSTGRES_ANSWER_LIMIT_MS);
}

/* ---- opening ---- */

/* What stands before the address is a default that the address may change; what stands behind it
 * may not be changed. A server that only follows another is never used, not even for reading: its
 * snapshots are not those of the primary. */
static PGconn *connect_to(const struct postgres_place *place)
{
    char application[POSTGRES_NAME_BYTES_MAX + 1];
    snprintf(application, sizeof application, "kontora/%s", place->schema);
    static_assert(POSTGRES_CONNECT_SECONDS == 5, "the text below says so too");
    const char *const names[] = {"connect_timeout",      "keepalives_idle",
                                 "keepalives_interval",  "keepalives_count",
                                 "tcp_user_timeout",     "dbname",
                                 "target_session_attrs", "client_encoding",
                                 "application_name",     NULL};
    const char *const values[] = {"5",          "10",   "5",         "3", "20000", place->address,
                                  "read-write", "UTF8", application, NULL};
    static_assert(COUNT_OF(names) == COUNT_OF(values), "one value for each name");
    return place->pq->PQconnectdbParams(names, values, 1);
}

static bool prepare_commands(struct postgres_link *link)
{
    if (link->pq->PQenterPipelineMode(link->connection) != 1) {
        return false;
    }
    for (size_t i = 0; i < POSTGRES_COMMAND_COUNT; i++) {
        postgres__link_queued(link, link->pq->PQsendPrepare(link->connection, commands[i].name,
                                                            commands[i].sql, 0, NULL));
    }
    PGresult *answer = postgres__link_exchange(link, POSTGRES_ANSWER_LIMIT_MS);
    enum status status = postgres__status(link->pq, answer, "prepare the commands");
    link->pq->PQclear(answer);
    return status == STATUS_OK && link->connection != NULL;
}

static bool begin_session(struct postgres_link *link)
{
    const struct libpq *pq = link->pq;
    if (pq->PQsetnonblocking(link->connection, 1) != 0) {
        return false;
    }
    pq->PQsetNoticeReceiver(link->connection, note_warning, link);
    if (link->place->session == NULL) {
        return true;
    }
    PGresult *answer = postgres__link_run(link, link->place->session, POSTGRES_ANSWER_LIMIT_MS);
    enum status status = postgres__status(pq, answer, link->place->session);
    pq->PQclear(answer);
    return status == STATUS_OK && link->connection != NULL && prepare_commands(link);
}

/* The first failure after a success may be tried again soon, then at twice the distance each. */
static void back_off(struct postgres_link *link)
{
    link->back_off_ms = link->back_off_ms == 0 ? POSTGRES_BACK_OFF_MIN_MS : link->back_off_ms * 2;
    if (link->back_off_ms > POSTGRES_BACK_OFF_MAX_MS) {
        link->back_off_ms = POSTGRES_BACK_OFF_MAX_MS;
    }
    link->next_try_ms = clock_monotonic_ms() + link->back_off_ms;
}

enum status postgres__link_open(struct postgres_link *link, struct text *error_out)
{
    if (link->connection != NULL) {
        return STATUS_OK;
    }
    if (link->back_off_ms > 0 && clock_monotonic_ms() < link->next_try_ms) {
        return STATUS_UNAVAILABLE;
    }
    const struct libpq *pq = link->pq;
    link->connection = connect_to(link->place);
    link->opened_by = getpid();
    bool is_open = pq->PQstatus(link->connection) == CONNECTION_OK;
    if (!is_open) {
        struct text reason = text_trim(text_of(pq->PQerrorMessage(link->connection)));
        log_line(LOG_WARNING, "store", "the database cannot be reached", LOG_TEXT("reason", reason),
                 LOG_TEXT("schema", text_of(link->place->schema)));
        if (error_out != NULL) {
            *error_out =
                text_format(link->arena, "PostgreSQL cannot be reached: %.*s", TEXT_ARGS(reason));
        }
    }
    if (is_open && begin_session(link)) {
        link->back_off_ms = 0;
        return STATUS_OK;
    }
    back_off(link);
    postgres__link_drop(link);
    return STATUS_UNAVAILABLE;
}

/* Takes over a connection that has told no session yet, and tells it. */
static bool adopt(struct postgres_link *link, struct postgres_link *other)
{
    MUST(link->connection == NULL && other->queued_count == 0);
    if (!postgres__link_is_alive(other)) {
        return false;
    }
    link->connection = other->connection;
    link->opened_by = other->opened_by;
    other->connection = NULL;
    if (!begin_session(link)) {
        postgres__link_drop(link);
    }
    return link->connection != NULL;
}

static void end(struct postgres_link *link)
{
    if (link != NULL) {
        postgres__link_finish(link);
        memory_free(link);
    }
}

void postgres__link_forget(_Atomic(struct postgres_link *) *first)
{
    end(atomic_exchange(first, NULL));
}

enum status postgres__link_open_first(struct postgres_link *link,
                                      _Atomic(struct postgres_link *) *first)
{
    struct postgres_link *other = atomic_exchange(first, NULL);
    bool is_open = other != NULL && adopt(link, other);
    end(other);
    return is_open ? STATUS_OK : postgres__link_open(link, NULL);
}
