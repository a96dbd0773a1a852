/* bench_raw_store.h - people through SQLite's own interface and nothing else.
 *
 * With RAW_LIMIT it is the limit that the store layer is measured against: the tables are those of
 * the directory's own migrations, the rows those of creating a person, the settings those of the
 * store (WAL, synchronous=FULL, its cache, its checkpoints), and nothing is between the loop and
 * SQLite. RAW_GROW is the same in a file of the store, whose checksums it keeps. With RAW_FILL it
 * fills a file of the store quickly and keeps no promise until it is closed.
 */
#ifndef CLI_BENCH_BENCH_RAW_STORE_H
#define CLI_BENCH_BENCH_RAW_STORE_H

#include "services/users/user.h"

struct raw_store;

enum raw_purpose {
    RAW_LIMIT, /* makes the tables in a fresh file */
    RAW_GROW,  /* the tables and their indexes are there */
    RAW_FILL,  /* the tables are there; their indexes are put off */
};

/* Everything that is bound, ready made. */
struct raw_row {
    struct user user;
    struct text email_key;
    struct text name_key;
    struct text roles; /* JSON */
};

struct raw_row raw_row_of(struct arena *arena, const struct user *user);

/* What goes wrong here ends the measurement: UNAVAILABLE, and raw_store_error says what it was. */
NODISCARD enum status raw_store_open(struct arena *arena, const char *path,
                                     enum raw_purpose purpose, struct raw_store **store_out);
NODISCARD enum status raw_store_begin(struct raw_store *store);
NODISCARD enum status raw_store_insert(struct raw_store *store, const struct raw_row *row);
NODISCARD enum status raw_store_commit(struct raw_store *store);

/* Builds the indexes that RAW_FILL has put off. */
NODISCARD enum status raw_store_index(struct raw_store *store);

/* Leaves a file of RAW_FILL as the store wants it. */
NODISCARD enum status raw_store_finish(struct raw_store *store);

const char *raw_store_error(const struct raw_store *store);
void raw_store_close(struct raw_store *store);

/* How many rows of the two files differ; both have been closed. */
NODISCARD enum status raw_store_compare(struct arena *arena, const char *path, const char *other,
                                        int64_t *differences_out);

#endif
