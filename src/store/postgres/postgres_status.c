/* postgres_status.c - what an SQLSTATE means to us.
 *
 * A row names a whole state or, with two letters, a class; the first row that fits decides. What no
 * row knows is UNAVAILABLE: the server has refused, nothing was changed, and a person finds the
 * SQLSTATE in the log. CORRUPT is kept for what the server itself calls damaged.
 */
#include "store/postgres/postgres_inside.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

/* A statement that is wrong is our own mistake; it must never reach a running system. */
enum weight { QUIET, TOLD, OUR_MISTAKE };

struct meaning {
    const char *sqlstate;
    enum status status;
    enum weight weight;
};

static const struct meaning meanings[] = {
    {"23505", STATUS_EXISTS, QUIET},        /* unique_violation */
    {"23", STATUS_MALFORMED, TOLD},         /* check, not null, foreign key, exclusion */
    {"22", STATUS_MALFORMED, TOLD},         /* a value its type does not have: out of range, NUL */
    {"P0001", STATUS_MALFORMED, TOLD},      /* a trigger that refuses */
    {"40001", STATUS_CONFLICT, QUIET},      /* serialization_failure */
    {"40P01", STATUS_CONFLICT, TOLD},       /* deadlock_detected */
    {"40", STATUS_CONFLICT, TOLD},          /* rolled back for another reason */
    {"55P03", STATUS_CONFLICT, TOLD},       /* lock_not_available, after lock_timeout */
    {"0A000", STATUS_CONFLICT, TOLD},       /* a prepared statement whose table has changed since */
    {"53100", STATUS_FULL, TOLD},           /* disk_full */
    {"53", STATUS_UNAVAILABLE, TOLD},       /* out of memory, too many connections */
    {"54", STATUS_TOO_LARGE, TOLD},         /* a value too long for an index, and the like */
    {"57014", STATUS_TIMEOUT, TOLD},        /* query_canceled, by statement_timeout or a person */
    {"57", STATUS_UNAVAILABLE, TOLD},       /* the server is stopping, starting or recovering */
    {"08", STATUS_UNAVAILABLE, TOLD},       /* the connection */
    {"42501", STATUS_UNAVAILABLE, TOLD},    /* insufficient_privilege: a person can grant it */
    {"42", STATUS_CORRUPT, OUR_MISTAKE},    /* syntax, unknown table or column */
    {"25006", STATUS_CORRUPT, OUR_MISTAKE}, /* a change inside a READ */
    {"XX001", STATUS_CORRUPT, TOLD},        /* data_corrupted */
    {"XX002", STATUS_CORRUPT, TOLD},        /* index_corrupted */
    {"58P01", STATUS_CORRUPT, TOLD},        /* a file of the database is missing */
    {"58P02", STATUS_CORRUPT, TOLD},        /* or is there twice */
    {"", STATUS_UNAVAILABLE, TOLD},
};

bool postgres__is_refused(const struct libpq *pq, const PGresult *answer)
{
    ExecStatusType kind = pq->PQresultStatus(answer);
    return kind != PGRES_COMMAND_OK && kind != PGRES_TUPLES_OK && kind != PGRES_EMPTY_QUERY;
}

const char *postgres__sqlstate(const struct libpq *pq, const PGresult *answer)
{
    const char *sqlstate = pq->PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    return sqlstate == NULL ? "00000" : sqlstate;
}

static const struct meaning *find_meaning(const char *sqlstate)
{
    const struct meaning *found = meanings;
    while (strncmp(found->sqlstate, sqlstate, strlen(found->sqlstate)) != 0) {
        found++;
    }
    MUST(found < meanings + COUNT_OF(meanings)); /* the last row fits everything */
    return found;
}

static struct text detail(const struct libpq *pq, const PGresult *answer, int field)
{
    const char *found = pq->PQresultErrorField(answer, field);
    return found == NULL ? TEXT("") : text_of(found);
}

/* The server's own message is left out, as it may repeat a value. */
static void tell(const struct libpq *pq, const PGresult *answer, enum status status,
                 const char *sql)
{
    log_line(LOG_WARNING, "store", "the database refused a statement",
             LOG_TEXT("sqlstate", text_of(postgres__sqlstate(pq, answer))),
             LOG_TEXT("status", text_of(status_name(status))),
             LOG_TEXT("constraint", detail(pq, answer, PG_DIAG_CONSTRAINT_NAME)),
             LOG_TEXT("statement", text_of(sql)));
}

_Noreturn static void is_our_mistake(const struct libpq *pq, const PGresult *answer,
                                     const char *sql)
{
    char what[1024];
    snprintf(what, sizeof what, "PostgreSQL takes a statement (%s, %.*s): %s",
             postgres__sqlstate(pq, answer), TEXT_ARGS(detail(pq, answer, PG_DIAG_MESSAGE_PRIMARY)),
             sql);
    must_failed(__FILE__, __LINE__, what);
}

enum status postgres__status(const struct libpq *pq, const PGresult *answer, const char *sql)
{
    if (answer == NULL) {
        return STATUS_UNAVAILABLE;
    }
    if (!postgres__is_refused(pq, answer)) {
        return STATUS_OK;
    }
    const struct meaning *meaning = find_meaning(postgres__sqlstate(pq, answer));
    if (meaning->weight == OUR_MISTAKE) {
        is_our_mistake(pq, answer, sql);
    }
    if (meaning->weight == TOLD) {
        tell(pq, answer, meaning->status, sql);
    }
    return meaning->status;
}

enum status postgres__script_status(const struct libpq *pq, const PGresult *answer, const char *sql)
{
    static const char *const faster[] = {"42P06", "42P07", "42701", "42710", "42723"};
    if (answer == NULL || !postgres__is_refused(pq, answer)) {
        return postgres__status(pq, answer, sql);
    }
    const char *sqlstate = postgres__sqlstate(pq, answer);
    for (size_t i = 0; i < COUNT_OF(faster); i++) {
        if (strcmp(sqlstate, faster[i]) == 0) {
            return STATUS_CONFLICT;
        }
    }
    const struct meaning *meaning = find_meaning(sqlstate);
    log_line(LOG_ERROR, "store", "the database refused a script",
             LOG_TEXT("sqlstate", text_of(sqlstate)),
             LOG_TEXT("reason", detail(pq, answer, PG_DIAG_MESSAGE_PRIMARY)));
    return meaning->weight == OUR_MISTAKE ? STATUS_MALFORMED : meaning->status;
}
