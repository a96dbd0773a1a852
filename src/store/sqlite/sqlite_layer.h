/* sqlite_layer.h - a VFS that opens some files differently and leaves the rest to the one below. */
#ifndef STORE_SQLITE_SQLITE_LAYER_H
#define STORE_SQLITE_SQLITE_LAYER_H

#include <sqlite3.h>

/* A kind of layer, one static table each. `open` is xOpen; its memory is file_bytes of its own and,
 * behind them, what the file below needs. */
struct sqlite_layer_kind {
    const char *name; /* "gather": the layer over "unix" is called "gather-unix" */
    int file_bytes;
    int (*open)(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out);
};

/* The name of such a layer over this VFS (NULL: the system's), made at first use. Safe from every
 * thread; a layer stays until the process ends. */
const char *sqlite_layer(const struct sqlite_layer_kind *kind, const char *vfs);

sqlite3_vfs *sqlite_layer_below(sqlite3_vfs *vfs);

/* The first member of a layer's own file. */
struct sqlite_layer_file {
    sqlite3_file file; /* must be first */
    sqlite3_file *below;
};

/* What a layer has nothing to say about, handed to the file below; for its table of methods. */
int sqlite_layer_lock(sqlite3_file *file, int level);
int sqlite_layer_unlock(sqlite3_file *file, int level);
int sqlite_layer_check_lock(sqlite3_file *file, int *held_out);
int sqlite_layer_control(sqlite3_file *file, int operation, void *argument);
int sqlite_layer_sector_size(sqlite3_file *file);
int sqlite_layer_characteristics(sqlite3_file *file);

#endif
