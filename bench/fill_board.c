/* fill_board.c - writes many people and many open tasks into the tables of a board that does not
 * run.
 *
 *   fill_board DIR TASKS PEOPLE      bench_shuffle.py, which knows the ids
 */
#include "store/sqlite.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { PERSON = 1, ITEM = 2 };
static const uint64_t first_ms = 1767225600000; /* 2026-01-01 */

static const struct statement add_person = {
    .sql = "INSERT INTO board.person (id, full_name, is_employee, is_assignable, revision)"
           " VALUES ($1, 'A popug', 1, 1, 1)",
    .goes_along = true,
};
static const struct statement add_item = {
    .sql = "INSERT INTO board.item (id, title, title_key, status, assignee_id, assignment,"
           " fee_minor, reward_minor, currency, created_at, assigned_at) VALUES ($1,"
           " 'Feed the parrots', 'feed the parrots', 'open', $2, 1, 1500, 3000, 'USD', $3, $3)",
    .goes_along = true,
};

static void put(uint8_t *bytes, uint64_t number, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        bytes[i] = (uint8_t)number;
        number >>= 8;
    }
}

/* A UUID of version 7 that grows with the number. */
static struct id id_of(uint8_t kind, uint64_t number)
{
    struct id id = {{0}};
    put(id.bytes, first_ms + number, 6);
    id.bytes[6] = 0x70;
    id.bytes[7] = kind;
    put(id.bytes + 8, number, 8);
    id.bytes[8] = 0x80;
    return id;
}

static enum status fill(struct store *store, uint64_t items, uint64_t people)
{
    MUST(people > 0);
    enum status status = store_begin(store, STORE_WRITE);
    for (uint64_t i = 0; i < people && status == STATUS_OK; i++) {
        status = store_exec(store, &add_person, VALUES(value_id(id_of(PERSON, i))), NULL);
    }
    for (uint64_t i = 0; i < items && status == STATUS_OK; i++) {
        status = store_exec(store, &add_item,
                            VALUES(value_id(id_of(ITEM, i)), value_id(id_of(PERSON, i % people)),
                                   value_integer((int64_t)first_ms)),
                            NULL);
    }
    return status == STATUS_OK ? store_commit(store) : status;
}

int main(int argc, char **argv)
{
    struct store_source *source = NULL;
    struct store *store = NULL;
    struct text error = NO_TEXT;
    if (argc != 4 || sodium_init() < 0) {
        fputs("fill_board DIR TASKS PEOPLE\n", stderr);
        return 64;
    }
    const struct sqlite_options options = {.directory = argv[1], .schema = "board"};
    enum status status = sqlite_source(&options, &source, &error);
    if (status == STATUS_OK) {
        status = source->open(source, STORE_WRITE, &store);
    }
    if (status == STATUS_OK) {
        status = fill(store, strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    }
    if (status != STATUS_OK) {
        fprintf(stderr, "fill_board: %s %.*s\n", status_text(status), TEXT_ARGS(error));
        return 1;
    }
    store_destroy(&store);
    source->destroy(source);
    return 0;
}
