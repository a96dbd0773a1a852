/* store_script.c - runs SQL that is read from standard input against the file of one service,
 * through the store layer: DIR SCHEMA. Each line that is GO ends a transaction. For filling stores
 * before they are measured, and for nothing else: the server must not run.
 */
#include "base/arena.h"
#include "base/must.h"
#include "store/sqlite.h"

#include <stdio.h>
#include <string.h>

enum { LINE_BYTES_MAX = 65536, SCRIPT_BYTES_MAX = 1 << 20, CACHE_KIB = 256 * 1024 };

static enum status run(struct store *store, const char *sql)
{
    enum status status = store_begin(store, STORE_WRITE);
    if (status == STATUS_OK) {
        status = store_script(store, sql);
    }
    if (status != STATUS_OK) {
        store_rollback(store);
        return status;
    }
    return store_commit(store);
}

static enum status run_all(struct store *store)
{
    static char line[LINE_BYTES_MAX];
    static char sql[SCRIPT_BYTES_MAX];
    size_t bytes = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && fgets(line, sizeof line, stdin) != NULL) {
        size_t count = strlen(line);
        if (strcmp(line, "GO\n") == 0) {
            sql[bytes] = '\0';
            status = run(store, sql);
            bytes = 0;
        } else {
            MUST(bytes + count < sizeof sql);
            memcpy(sql + bytes, line, count);
            bytes += count;
        }
    }
    return status;
}

int main(int argc, char **argv)
{
    struct store_source *source = NULL;
    struct store *store = NULL;
    struct text error = NO_TEXT;
    if (argc != 3) {
        fprintf(stderr, "store_script DIR SCHEMA < SQL\n");
        return 64;
    }
    struct sqlite_options options = {
        .directory = argv[1], .schema = argv[2], .cache_kib = CACHE_KIB};
    enum status status = sqlite_source(&options, &source, &error);
    if (status == STATUS_OK) {
        status = source->open(source, STORE_WRITE, &store);
    }
    if (status == STATUS_OK) {
        status = run_all(store);
    }
    if (status != STATUS_OK) {
        fprintf(stderr, "store_script: %s %.*s\n", status_text(status), TEXT_ARGS(error));
    }
    store_destroy(&store);
    if (source != NULL) {
        source->destroy(source);
    }
    return status == STATUS_OK ? 0 : 1;
}
