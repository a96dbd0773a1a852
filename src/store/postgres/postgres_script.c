/* postgres_script.c - several statements at once, as the owner of the tables: migrations. */
#include "store/postgres/postgres_inside.h"

static enum status run(struct postgres_link *link, const char *sql)
{
    if (link->connection == NULL) {
        return STATUS_UNAVAILABLE;
    }
    PGresult *answer = postgres__link_run(link, sql, POSTGRES_NO_LIMIT);
    enum status status = postgres__script_status(link->pq, answer, sql);
    link->pq->PQclear(answer);
    return status;
}

/* As the owner of the tables and without limits, and then as the session was before. Undo and
 * rollback bring the session's role back by themselves. */
static enum status run_as_owner(struct postgres_link *link, const char *sql)
{
    enum status status = run(
        link, "SET LOCAL ROLE NONE; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0");
    if (status == STATUS_OK) {
        status = run(link, sql);
    }
    if (status == STATUS_OK) {
        status = run(link, link->place->session);
    }
    return link->connection == NULL ? STATUS_UNAVAILABLE : status;
}

enum status postgres__link_script(struct postgres_link *link, const char *sql)
{
    MUST(link->pq->PQexitPipelineMode(link->connection) == 1);
    enum status status = run_as_owner(link, sql);
    if (link->connection == NULL) {
        return STATUS_UNAVAILABLE;
    }
    MUST(link->pq->PQtransactionStatus(link->connection) != PQTRANS_IDLE); /* no COMMIT in it */
    MUST(link->pq->PQenterPipelineMode(link->connection) == 1);
    return status;
}
