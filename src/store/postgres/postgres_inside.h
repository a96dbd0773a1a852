/* postgres_inside.h - what the files of the PostgreSQL adapter share; nobody else includes it.
 *
 *   postgres.c            the store's contract: transactions, marks, and what is sent when
 *   postgres_setup.c      schema and role, made once; what is refused, and in which words
 *   postgres_link.c       one connection: opening, waiting with a limit, the pipeline, notices
 *   postgres_statement.c  prepared statements, and values as their parameters
 *   postgres_rows.c       answers read by name into structs
 *   postgres_status.c     what an SQLSTATE means to us
 */
#ifndef STORE_POSTGRES_POSTGRES_INSIDE_H
#define STORE_POSTGRES_POSTGRES_INSIDE_H

#include "store/postgres.h"
#include "store/postgres/libpq.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    POSTGRES_CONNECT_SECONDS = 5,
    POSTGRES_STATEMENT_LIMIT_MS = 10000,
    POSTGRES_LOCK_LIMIT_MS = 500,     /* shorter than the server's look for circles of locks */
    POSTGRES_IDLE_LIMIT_MS = 60000,   /* inside a transaction, while holding locks */
    POSTGRES_ANSWER_LIMIT_MS = 15000, /* longer than the server's own limits */
    POSTGRES_NO_LIMIT = -1,           /* for a COMMIT and for migrations */
    POSTGRES_BACK_OFF_MIN_MS = 50,
    POSTGRES_BACK_OFF_MAX_MS = 2000,
    POSTGRES_NAME_BYTES_MAX = 63,
    POSTGRES_SERVER_VERSION_MIN = 140000,
    POSTGRES_PARAMETERS_MAX = 64,
    POSTGRES_STATEMENTS_MAX = 1024, /* a power of two */
};

/* Where the rows of one service are; belongs to the source, never changes after it was opened. */
struct postgres_place {
    const struct libpq *pq;
    const char *address;
    const char *schema;
    const char *session; /* what a new connection is told first: role, search path, limits */
};

/* ---- postgres_link.c ---- */

struct postgres_statement;

/* What is said around the statements of a service; prepared on every connection. */
enum postgres_command {
    POSTGRES_BEGIN_READ,
    POSTGRES_BEGIN_WRITE,
    POSTGRES_MARK,
    POSTGRES_FORGET_MARK,
    POSTGRES_UNDO,
    POSTGRES_PART,
    POSTGRES_FORGET_PART,
    POSTGRES_UNDO_PART,
    POSTGRES_LIFT_LIMIT, /* before a COMMIT: no limit may ever cancel it */
    POSTGRES_COMMIT,
    POSTGRES_ROLLBACK,
    POSTGRES_COMMAND_COUNT
};

struct postgres_link {
    const struct postgres_place *place;
    const struct libpq *pq;
    PGconn *connection; /* NULL: there is none */
    pid_t opened_by;
    int64_t next_try_ms;
    int back_off_ms;
    size_t queued_count; /* commands in the pipeline that have no answer yet */
    size_t behind_count; /* of them behind the one that was refused, at the last exchange */
    bool is_broken;      /* a command could not even be queued */
    bool has_warning;    /* a notice came that says a commit may not be replicated */
    struct arena *arena; /* of the prepared statements; they end with the connection */
    struct postgres_statement **statements;
    unsigned statement_count;
};

void postgres__link_init(struct postgres_link *link, const struct postgres_place *place);
void postgres__link_finish(struct postgres_link *link);

/* Connects, tells place->session and prepares the commands. UNAVAILABLE at once while the next try
 * is not due yet; this never sleeps. error_out (may be NULL) is the library's own sentence. */
NODISCARD enum status postgres__link_open(struct postgres_link *link, struct text *error_out);
void postgres__link_drop(struct postgres_link *link);

/* The same, with the connection that has set up the schema when nobody has taken it yet: to connect
 * costs the server more than most of what is then asked of it. _forget ends it. */
NODISCARD enum status postgres__link_open_first(struct postgres_link *link,
                                                _Atomic(struct postgres_link *) *first);
void postgres__link_forget(_Atomic(struct postgres_link *) *first);

/* False when the server has closed the connection meanwhile, or when we are a fork of the process
 * that opened it; it is dropped then. */
bool postgres__link_is_alive(struct postgres_link *link);

void postgres__link_queue(struct postgres_link *link, enum postgres_command command);

/* Whoever queues with the library itself says whether it took the command. */
void postgres__link_queued(struct postgres_link *link, int was_taken);

/* Sends what is queued and reads every answer. Gives the first refusal, or else the answer to the
 * last command; NULL when the connection was lost before that answer came. The caller clears it.
 * With a limit the connection is dropped when it has passed. */
PGresult *postgres__link_exchange(struct postgres_link *link, int limit_ms);

/* One text of SQL, perhaps several statements, outside of the pipeline; the answer is as above. */
PGresult *postgres__link_run(struct postgres_link *link, const char *sql, int limit_ms);

/* The same for one statement with texts as parameters. */
PGresult *postgres__link_ask(struct postgres_link *link, const char *sql,
                             const char *const *parameters, int count);

/* ---- postgres_script.c ---- */

/* Inside a transaction, nothing queued. The pipeline carries single statements only; it is left for
 * the time of a script. */
NODISCARD enum status postgres__link_script(struct postgres_link *link, const char *sql);

/* ---- postgres_status.c ---- */

bool postgres__is_refused(const struct libpq *pq, const PGresult *answer);

/* "00000" when there is none. */
const char *postgres__sqlstate(const struct libpq *pq, const PGresult *answer);

/* OK for an answer that is no refusal, UNAVAILABLE for NULL. A refusal that is worth telling is
 * logged with its SQLSTATE and the statement, never with values. A statement that is wrong is a
 * MUST. */
enum status postgres__status(const struct libpq *pq, const PGresult *answer, const char *sql);

/* The same for a script: one that is wrong is MALFORMED, with the server's words in the log, and
 * CONFLICT when what it makes is there already, because another process was faster. */
enum status postgres__script_status(const struct libpq *pq, const PGresult *answer,
                                    const char *sql);

/* ---- postgres_statement.c ---- */

struct postgres_column {
    int number; /* in the answer */
    Oid type;
};

struct postgres_statement {
    const struct statement *statement;
    char name[16];
    unsigned parameter_count;
    Oid *parameter_types;
    struct postgres_column *columns; /* one for each field of statement->gives */
};

/* NULL when this connection has not prepared it yet. */
struct postgres_statement *postgres__statement_find(const struct postgres_link *link,
                                                    const struct statement *statement);

/* One round trip, together with what is queued. */
NODISCARD enum status postgres__statement_prepare(struct postgres_link *link,
                                                  const struct statement *statement,
                                                  struct postgres_statement **prepared_out);

/* Queues it with its values, which are copied. */
void postgres__statement_queue(struct postgres_link *link,
                               const struct postgres_statement *prepared, struct values values);

/* ---- postgres_rows.c ---- */

/* Types the adapter speaks in binary form; numbers of PostgreSQL's catalogue, which never change.
 */
enum postgres_type {
    POSTGRES_BOOL = 16,
    POSTGRES_BYTEA = 17,
    POSTGRES_NAME = 19,
    POSTGRES_INT8 = 20,
    POSTGRES_INT2 = 21,
    POSTGRES_INT4 = 23,
    POSTGRES_TEXT = 25,
    POSTGRES_JSON = 114,
    POSTGRES_BPCHAR = 1042,
    POSTGRES_VARCHAR = 1043,
    POSTGRES_UUID = 2950,
};

/* OK, TOO_LARGE (rows_max, or the arena has no room), CORRUPT (a list of texts is none). */
NODISCARD enum status postgres__rows_read(const struct libpq *pq, const PGresult *answer,
                                          const struct postgres_statement *prepared,
                                          struct arena *arena, struct rows *rows_out);

/* ---- postgres_setup.c ---- */

/* Makes the schema and the role of the place when they are missing, refuses what is unsafe. The
 * link is the owner's and is not in a pipeline; *session_out is taken from the arena. */
NODISCARD enum status postgres__setup(struct postgres_link *link, struct arena *arena,
                                      const char **session_out, struct text *error_out);

#endif
