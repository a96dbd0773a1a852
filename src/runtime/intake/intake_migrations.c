/* intake_migrations.c - the tables of what came in and could not be handled, and of errands. */
#include "runtime/intake/errand_store.h"
#include "runtime/intake/parked_store.h"

#define PARKED_COLUMNS(INTEGER)                                                                    \
    " handler TEXT NOT NULL,"                                                                      \
    " source TEXT NOT NULL,"                                                                       \
    " subject TEXT NOT NULL,"                                                                      \
    " state TEXT NOT NULL CHECK (state IN ('waiting', 'behind', 'dead')),"                         \
    " attempts " INTEGER " NOT NULL,"                                                              \
    " due_at " INTEGER ","                                                                         \
    " reason TEXT,"                                                                                \
    " parked_at " INTEGER " NOT NULL,"                                                             \
    " changed_at " INTEGER " NOT NULL,"                                                            \
    " message TEXT NOT NULL"

/* The two questions that are asked often: what is due, and who is before me? */
#define PARKED_INDEXES                                                                             \
    "CREATE INDEX parked_due ON parked (state, due_at);"                                           \
    "CREATE INDEX parked_line ON parked (source, subject, number);"

#define ERRAND_COLUMNS(ID, INTEGER)                                                                \
    " id " ID " NOT NULL PRIMARY KEY,"                                                             \
    " service TEXT NOT NULL,"                                                                      \
    " command TEXT NOT NULL,"                                                                      \
    " subject TEXT NOT NULL,"                                                                      \
    " state TEXT NOT NULL,"                                                                        \
    " deadline_at " INTEGER " NOT NULL,"                                                           \
    " told_at " INTEGER " NOT NULL,"                                                               \
    " settled_at " INTEGER ","                                                                     \
    " actor TEXT,"                                                                                 \
    " trace TEXT"

#define ERRAND_INDEXES                                                                             \
    "CREATE INDEX errand_deadline ON errand (deadline_at) WHERE state = 'waiting';"                \
    "CREATE INDEX errand_settled ON errand (settled_at) WHERE settled_at IS NOT NULL;"

#define STRAY_COLUMNS(ID, INTEGER)                                                                 \
    " id " ID " NOT NULL PRIMARY KEY,"                                                             \
    " answers " ID ","                                                                             \
    " why TEXT NOT NULL,"                                                                          \
    " came_at " INTEGER " NOT NULL,"                                                               \
    " message TEXT NOT NULL"

const struct migration intake_migrations[] = {
    {
        .version = 1,
        .name = "parked_and_errands",
        .sqlite = "CREATE TABLE parked (number INTEGER PRIMARY KEY AUTOINCREMENT," PARKED_COLUMNS(
            "INTEGER") ") STRICT;" PARKED_INDEXES
                       "CREATE TABLE errand (" ERRAND_COLUMNS(
                           "BLOB", "INTEGER") ") STRICT, WITHOUT ROWID;" ERRAND_INDEXES
                                              "CREATE TABLE stray (" STRAY_COLUMNS(
                                                  "BLOB", "INTEGER") ") STRICT, WITHOUT ROWID;",
        .postgres = "CREATE TABLE parked (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY "
                    "KEY," PARKED_COLUMNS(
                        "bigint") ");" PARKED_INDEXES
                                  "CREATE TABLE errand (" ERRAND_COLUMNS(
                                      "uuid", "bigint") ");" ERRAND_INDEXES
                                                        "CREATE TABLE stray (" STRAY_COLUMNS(
                                                            "uuid", "bigint") ");",
    },
};
const size_t intake_migration_count = COUNT_OF(intake_migrations);
