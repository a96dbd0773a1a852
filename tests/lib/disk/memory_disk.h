/* memory_disk.h - a disk in memory behind SQLite's VFS that remembers, fails and dies on demand.
 *
 * What SQLite and the mark write is kept in inodes, as the page cache of a system would. Every
 * operation that changes something is recorded, so that power_model.c can work out what a power
 * loss might have left. The disk can refuse the n-th call, be full, drop syncs, or die: after
 * that nothing has an effect any more, as after kill -9.
 *
 * It belongs to one thread. Each disk is a VFS under its own name.
 */
#ifndef TESTS_LIB_DISK_MEMORY_DISK_H
#define TESTS_LIB_DISK_MEMORY_DISK_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISK_NAMES_MAX = 12, DISK_NAME_BYTES = 48, DISK_LOCKS = 8, DISK_REGIONS_MAX = 16 };

struct disk_inode {
    uint8_t *bytes;
    size_t size;
    size_t room;
};

enum disk_operation_kind {
    DISK_WRITE,
    DISK_TRUNCATE,
    DISK_SYNC,
    DISK_SYNC_FAILED, /* what was waiting may be lost, and no later sync writes it */
    DISK_CREATE,
    DISK_DELETE,
    DISK_SYNC_DIRECTORY,
};

struct disk_operation {
    enum disk_operation_kind kind;
    int name;  /* of CREATE and DELETE */
    int inode; /* of everything but DELETE and SYNC_DIRECTORY */
    size_t offset;
    size_t bytes;
    uint8_t *data;
    bool is_by_the_way;   /* a directory synced because a new journal was: SQLite ignores failure */
    int64_t acknowledged; /* what the disk's owner had promised before this operation */
    int64_t attempted;
};

/* Which calls may fail; a set. */
enum disk_call {
    DISK_CALL_WRITE = 1,
    DISK_CALL_SYNC = 2,
    DISK_CALL_READ = 4,
    DISK_CALL_TRUNCATE = 8,
    DISK_CALL_OPEN = 16,
    DISK_CALL_DELETE = 32,
    DISK_CALL_SHARED_MEMORY = 64,
    DISK_CALL_ANY = 127,
};

enum disk_error { DISK_ERROR_IO, DISK_ERROR_FULL };

/* The call number `countdown` (0: the next one) of the kinds in `calls` fails. */
struct disk_fault {
    unsigned calls; /* 0: nothing fails */
    int countdown;
    bool is_sticky; /* and so do all after it */
    enum disk_error error;
    unsigned hits;
};

/* What is only pretended; a set. */
enum disk_drop {
    DISK_DROP_WAL = 1,
    DISK_DROP_MARK = 2,
    DISK_DROP_ALL = 4,
    DISK_DROP_WAL_WRITES = 8, /* not a sync: what is written to the WAL stays in the cache */
};

/* The shared memory of a WAL database. */
struct disk_shared {
    uint8_t *regions[DISK_REGIONS_MAX];
    int readers[DISK_LOCKS];
    bool is_exclusive[DISK_LOCKS];
    int users;
};

struct disk {
    sqlite3_vfs vfs;
    struct disk_inode *inodes;
    int inode_count;
    char names[DISK_NAMES_MAX][DISK_NAME_BYTES];
    int entries[DISK_NAMES_MAX]; /* inode of the name, -1: there is no such file */
    int name_count;
    struct disk_shared shared;

    bool is_recording;
    struct disk_operation *operations;
    size_t operation_count;
    size_t operation_room;
    int64_t acknowledged;
    int64_t attempted;

    struct disk_fault fault;
    bool is_full; /* no write may make a file longer */
    unsigned drops;
    bool is_dead;
    int operations_until_death; /* 0: it lives on */
};

struct disk *disk_create(const char *vfs_name);
void disk_destroy(struct disk **disk);

/* Forgets all files and operations, as a new disk. Nothing may be open. */
void disk_clear(struct disk *disk);

/* The inode of a file with this name, made when there is none. */
int disk_touch(struct disk *disk, const char *name);
struct disk_inode *disk_file(struct disk *disk, const char *name); /* NULL: not there */
void disk_remove(struct disk *disk, const char *name);

/* Like pwrite and ftruncate, unrecorded. */
void disk_inode_write(struct disk_inode *inode, size_t offset, const void *bytes, size_t count);
void disk_inode_truncate(struct disk_inode *inode, size_t size);

/* What lies on one disk is laid on the other. */
void disk_copy(struct disk *to, const struct disk *from);

#endif
