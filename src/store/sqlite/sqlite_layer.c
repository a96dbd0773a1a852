/* sqlite_layer.c - a VFS that opens some files differently and leaves the rest to the one below. */
#include "store/sqlite/sqlite_layer.h"

#include "base/arena.h"
#include "base/must.h"
#include "store/sqlite/sqlite_pages.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { LAYERS_MAX = 32, NAME_BYTES_MAX = 96 };

struct layer {
    sqlite3_vfs vfs; /* must be first */
    const struct sqlite_layer_kind *kind;
    sqlite3_vfs *below;
    char name[NAME_BYTES_MAX];
};

static struct layer layers[LAYERS_MAX];
static int layer_count;
static pthread_mutex_t layers_lock = PTHREAD_MUTEX_INITIALIZER;

static pthread_once_t prepared = PTHREAD_ONCE_INIT;

/* Nothing is found or registered before SQLite has begun. */
static void prepare(void)
{
    sqlite_pages_install();
    if (sqlite3_initialize() != SQLITE_OK) {
        memory_refused();
    }
}

static struct layer *find_layer(const char *name)
{
    for (int i = 0; i < layer_count; i++) {
        if (strcmp(layers[i].name, name) == 0) {
            return &layers[i];
        }
    }
    return NULL;
}

/* Everything but opening is the business of the one below, whose context comes along. */
static void lay_over(struct layer *layer, const struct sqlite_layer_kind *kind, sqlite3_vfs *below)
{
    layer->kind = kind;
    layer->below = below;
    layer->vfs = *below;
    layer->vfs.zName = layer->name;
    layer->vfs.szOsFile = kind->file_bytes + below->szOsFile;
    layer->vfs.xOpen = kind->open;
    layer->vfs.pNext = NULL;
    int code = sqlite3_vfs_register(&layer->vfs, 0);
    MUST(code == SQLITE_OK);
}

const char *sqlite_layer(const struct sqlite_layer_kind *kind, const char *vfs)
{
    pthread_once(&prepared, prepare);
    sqlite3_vfs *below = sqlite3_vfs_find(vfs);
    MUST(below != NULL && kind->open != NULL);
    MUST(kind->file_bytes % (int)sizeof(void *) == 0); /* the file below is aligned, too */
    char name[NAME_BYTES_MAX];
    int bytes = snprintf(name, sizeof name, "%s-%s", kind->name, below->zName);
    MUST(bytes > 0 && bytes < (int)sizeof name);
    pthread_mutex_lock(&layers_lock);
    struct layer *layer = find_layer(name);
    if (layer == NULL) {
        MUST(layer_count < LAYERS_MAX);
        layer = &layers[layer_count++];
        memcpy(layer->name, name, sizeof name);
        lay_over(layer, kind, below);
    } else if (layer->below != below) { /* a test has replaced its disk */
        sqlite3_vfs_unregister(&layer->vfs);
        lay_over(layer, kind, below);
    }
    pthread_mutex_unlock(&layers_lock);
    return layer->name;
}

sqlite3_vfs *sqlite_layer_below(sqlite3_vfs *vfs)
{
    return ((struct layer *)(void *)vfs)->below;
}

static sqlite3_file *below_of(sqlite3_file *file)
{
    return ((struct sqlite_layer_file *)(void *)file)->below;
}

int sqlite_layer_lock(sqlite3_file *file, int level)
{
    return below_of(file)->pMethods->xLock(below_of(file), level);
}

int sqlite_layer_unlock(sqlite3_file *file, int level)
{
    return below_of(file)->pMethods->xUnlock(below_of(file), level);
}

int sqlite_layer_check_lock(sqlite3_file *file, int *held_out)
{
    return below_of(file)->pMethods->xCheckReservedLock(below_of(file), held_out);
}

int sqlite_layer_control(sqlite3_file *file, int operation, void *argument)
{
    return below_of(file)->pMethods->xFileControl(below_of(file), operation, argument);
}

int sqlite_layer_sector_size(sqlite3_file *file)
{
    return below_of(file)->pMethods->xSectorSize(below_of(file));
}

int sqlite_layer_characteristics(sqlite3_file *file)
{
    return below_of(file)->pMethods->xDeviceCharacteristics(below_of(file));
}
