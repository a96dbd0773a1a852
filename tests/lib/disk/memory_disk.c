/* memory_disk.c - a disk in memory behind SQLite's VFS that remembers, fails and dies on demand. */
#include "tests/lib/disk/memory_disk.h"

#include "base/arena.h"
#include "base/must.h"
#include "store/sqlite/sqlite_pages.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { OPERATIONS_AT_FIRST = 256, INODE_BYTES_AT_FIRST = 4096 };

/* An open file. */
struct handle {
    sqlite3_file file; /* must be first */
    struct disk *disk;
    int inode;
    int name;
    bool syncs_directory; /* the first sync of a new journal syncs the directory, as in os_unix */
    bool is_database;
    bool has_shared;
    bool holds_shared[DISK_LOCKS];
    bool holds_exclusive[DISK_LOCKS];
};

static struct handle *handle_of(sqlite3_file *file)
{
    return (struct handle *)(void *)file;
}

static struct disk_inode *inode_of(const struct handle *handle)
{
    return &handle->disk->inodes[handle->inode];
}

/* ---- inodes and names ---- */

void disk_inode_truncate(struct disk_inode *inode, size_t size)
{
    if (size > inode->room) {
        size_t room = inode->room == 0 ? INODE_BYTES_AT_FIRST : inode->room;
        while (room < size) {
            room *= 2;
        }
        inode->bytes = memory_resize(inode->bytes, room);
        inode->room = room;
    }
    if (size > inode->size) {
        memset(inode->bytes + inode->size, 0, size - inode->size);
    }
    inode->size = size;
}

void disk_inode_write(struct disk_inode *inode, size_t offset, const void *bytes, size_t count)
{
    if (offset + count > inode->size) {
        disk_inode_truncate(inode, offset + count);
    }
    if (count > 0) {
        memcpy(inode->bytes + offset, bytes, count);
    }
}

static int find_name(struct disk *disk, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash == NULL ? path : slash + 1;
    for (int i = 0; i < disk->name_count; i++) {
        if (strcmp(disk->names[i], base) == 0) {
            return i;
        }
    }
    MUST(disk->name_count < DISK_NAMES_MAX && strlen(base) < DISK_NAME_BYTES);
    snprintf(disk->names[disk->name_count], DISK_NAME_BYTES, "%s", base);
    disk->entries[disk->name_count] = -1;
    return disk->name_count++;
}

static int new_inode(struct disk *disk)
{
    int count = disk->inode_count + 1;
    disk->inodes = memory_resize(disk->inodes, (size_t)count * sizeof disk->inodes[0]);
    disk->inodes[disk->inode_count] = (struct disk_inode){0};
    return disk->inode_count++;
}

int disk_touch(struct disk *disk, const char *name)
{
    int entry = find_name(disk, name);
    if (disk->entries[entry] < 0) {
        disk->entries[entry] = new_inode(disk);
    }
    return disk->entries[entry];
}

struct disk_inode *disk_file(struct disk *disk, const char *name)
{
    int inode = disk->entries[find_name(disk, name)];
    return inode < 0 ? NULL : &disk->inodes[inode];
}

void disk_remove(struct disk *disk, const char *name)
{
    disk->entries[find_name(disk, name)] = -1;
}

/* ---- what happens to a call ---- */

static void record(struct disk *disk, struct disk_operation operation, const void *data)
{
    if (!disk->is_recording) {
        return;
    }
    if (disk->operation_count == disk->operation_room) {
        size_t room = disk->operation_room == 0 ? OPERATIONS_AT_FIRST : disk->operation_room * 2;
        disk->operations = memory_resize(disk->operations, room * sizeof disk->operations[0]);
        disk->operation_room = room;
    }
    operation.acknowledged = disk->acknowledged;
    operation.attempted = disk->attempted;
    if (data != NULL) {
        operation.data = memory_take(operation.bytes);
        memcpy(operation.data, data, operation.bytes);
    }
    disk->operations[disk->operation_count++] = operation;
}

/* False when the process is dead already, or dies right here. */
static bool is_alive(struct disk *disk)
{
    if (!disk->is_dead && disk->operations_until_death > 0) {
        disk->is_dead = --disk->operations_until_death == 0;
    }
    return !disk->is_dead;
}

static bool is_failing(struct disk *disk, enum disk_call call)
{
    struct disk_fault *fault = &disk->fault;
    if ((fault->calls & (unsigned)call) == 0) {
        return false;
    }
    if (fault->countdown > 0) {
        fault->countdown--;
        return false;
    }
    if (fault->hits > 0 && !fault->is_sticky) {
        return false;
    }
    fault->hits++;
    return true;
}

/* ---- files ---- */

static int release_locks(sqlite3_file *file);

static int close_file(sqlite3_file *file)
{
    release_locks(file);
    file->pMethods = NULL;
    return SQLITE_OK;
}

static int read_file(sqlite3_file *file, void *bytes_out, int count, sqlite3_int64 offset)
{
    struct handle *handle = handle_of(file);
    if (handle->disk->is_dead || is_failing(handle->disk, DISK_CALL_READ)) {
        return SQLITE_IOERR_READ;
    }
    const struct disk_inode *inode = inode_of(handle);
    size_t from = (size_t)offset;
    size_t there = from >= inode->size ? 0 : inode->size - from;
    there = there < (size_t)count ? there : (size_t)count;
    memset(bytes_out, 0, (size_t)count);
    if (there > 0) {
        memcpy(bytes_out, inode->bytes + from, there);
    }
    return there == (size_t)count ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static bool ends_with(const char *name, const char *ending)
{
    size_t name_bytes = strlen(name);
    size_t bytes = strlen(ending);
    return name_bytes >= bytes && strcmp(name + name_bytes - bytes, ending) == 0;
}

static bool is_wal(const struct handle *handle)
{
    return ends_with(handle->disk->names[handle->name], "-wal");
}

static bool is_mark(const struct handle *handle)
{
    return ends_with(handle->disk->names[handle->name], ".mark");
}

static bool is_dropped(const struct handle *handle)
{
    unsigned drops = handle->disk->drops;
    return (drops & DISK_DROP_ALL) != 0 || ((drops & DISK_DROP_WAL) != 0 && is_wal(handle)) ||
           ((drops & DISK_DROP_MARK) != 0 && is_mark(handle));
}

static int write_file(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
{
    struct handle *handle = handle_of(file);
    struct disk *disk = handle->disk;
    if (!is_alive(disk)) {
        return SQLITE_IOERR_WRITE;
    }
    bool is_failed = is_failing(disk, DISK_CALL_WRITE);
    bool has_no_room = is_failed && disk->fault.error == DISK_ERROR_FULL;
    size_t end = (size_t)offset + (size_t)count;
    if (disk->is_full && end > inode_of(handle)->size) {
        is_failed = has_no_room = true;
    }
    /* What fails has written a part, as a real disk does. */
    size_t written = is_failed ? (size_t)count / 2 : (size_t)count;
    if (is_failed && disk->is_full) {
        written = 0;
    }
    if (written > 0) {
        struct disk_operation operation = {
            .kind = DISK_WRITE, .inode = handle->inode, .offset = (size_t)offset, .bytes = written};
        if ((disk->drops & DISK_DROP_WAL_WRITES) == 0 || !is_wal(handle)) {
            record(disk, operation, bytes);
        }
        disk_inode_write(inode_of(handle), (size_t)offset, bytes, written);
    }
    if (!is_failed) {
        return SQLITE_OK;
    }
    return has_no_room ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    struct handle *handle = handle_of(file);
    if (!is_alive(handle->disk) || is_failing(handle->disk, DISK_CALL_TRUNCATE)) {
        return SQLITE_IOERR_TRUNCATE;
    }
    struct disk_operation operation = {
        .kind = DISK_TRUNCATE, .inode = handle->inode, .offset = (size_t)size};
    record(handle->disk, operation, NULL);
    disk_inode_truncate(inode_of(handle), (size_t)size);
    return SQLITE_OK;
}

static int sync_file(sqlite3_file *file, int flags)
{
    struct handle *handle = handle_of(file);
    (void)flags;
    if (!is_alive(handle->disk)) {
        return SQLITE_IOERR_FSYNC;
    }
    if (is_failing(handle->disk, DISK_CALL_SYNC)) {
        struct disk_operation operation = {.kind = DISK_SYNC_FAILED, .inode = handle->inode};
        record(handle->disk, operation, NULL);
        return SQLITE_IOERR_FSYNC;
    }
    if (is_dropped(handle)) {
        return SQLITE_OK;
    }
    record(handle->disk, (struct disk_operation){.kind = DISK_SYNC, .inode = handle->inode}, NULL);
    if (handle->syncs_directory) {
        struct disk_operation operation = {.kind = DISK_SYNC_DIRECTORY, .is_by_the_way = true};
        record(handle->disk, operation, NULL);
        handle->syncs_directory = false;
    }
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size_out)
{
    *size_out = (sqlite3_int64)inode_of(handle_of(file))->size;
    return SQLITE_OK;
}

/* One process and one writer: the locks of the file itself never stand in anybody's way. */
static int lock_file(sqlite3_file *file, int level)
{
    (void)file;
    (void)level;
    return SQLITE_OK;
}

static int check_lock(sqlite3_file *file, int *is_reserved_out)
{
    (void)file;
    *is_reserved_out = 0;
    return SQLITE_OK;
}

static int control_file(sqlite3_file *file, int operation, void *argument)
{
    (void)file;
    (void)operation;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int sector_size(sqlite3_file *file)
{
    (void)file;
    return 4096;
}

static int characteristics(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- shared memory ---- */

static int map_shared(sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
    struct handle *handle = handle_of(file);
    struct disk_shared *shared = &handle->disk->shared;
    MUST(region < DISK_REGIONS_MAX);
    *out = NULL;
    if (is_failing(handle->disk, DISK_CALL_SHARED_MEMORY)) {
        return SQLITE_IOERR_SHMMAP;
    }
    if (!handle->has_shared) {
        handle->has_shared = true;
        shared->users++;
    }
    if (shared->regions[region] == NULL && extend) {
        shared->regions[region] = memory_take((size_t)size);
    }
    *out = shared->regions[region];
    return SQLITE_OK;
}

static bool may_lock(const struct handle *handle, int slot, bool is_exclusive)
{
    const struct disk_shared *shared = &handle->disk->shared;
    if (shared->is_exclusive[slot] && !handle->holds_exclusive[slot]) {
        return false;
    }
    int others = shared->readers[slot] - (handle->holds_shared[slot] ? 1 : 0);
    return !is_exclusive || others == 0;
}

static void set_lock(struct handle *handle, int slot, int flags)
{
    struct disk_shared *shared = &handle->disk->shared;
    if (handle->holds_shared[slot]) {
        shared->readers[slot]--;
        handle->holds_shared[slot] = false;
    }
    if (handle->holds_exclusive[slot]) {
        shared->is_exclusive[slot] = false;
        handle->holds_exclusive[slot] = false;
    }
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        return;
    }
    if ((flags & SQLITE_SHM_SHARED) != 0) {
        shared->readers[slot]++;
        handle->holds_shared[slot] = true;
    } else {
        shared->is_exclusive[slot] = true;
        handle->holds_exclusive[slot] = true;
    }
}

static int lock_shared(sqlite3_file *file, int offset, int count, int flags)
{
    struct handle *handle = handle_of(file);
    bool is_exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    for (int i = offset; (flags & SQLITE_SHM_LOCK) != 0 && i < offset + count; i++) {
        if (!may_lock(handle, i, is_exclusive)) {
            return SQLITE_BUSY;
        }
    }
    for (int i = offset; i < offset + count; i++) {
        set_lock(handle, i, flags);
    }
    return SQLITE_OK;
}

static void shared_barrier(sqlite3_file *file)
{
    (void)file;
    atomic_thread_fence(memory_order_seq_cst);
}

static void forget_shared(struct disk_shared *shared)
{
    for (int i = 0; i < DISK_REGIONS_MAX; i++) {
        memory_free(shared->regions[i]);
    }
    *shared = (struct disk_shared){0};
}

static int release_locks(sqlite3_file *file)
{
    struct handle *handle = handle_of(file);
    if (!handle->has_shared) {
        return SQLITE_OK;
    }
    lock_shared(file, 0, DISK_LOCKS, SQLITE_SHM_UNLOCK);
    handle->has_shared = false;
    if (--handle->disk->shared.users == 0) {
        forget_shared(&handle->disk->shared);
    }
    return SQLITE_OK;
}

static int unmap_shared(sqlite3_file *file, int deletes)
{
    (void)deletes;
    return release_locks(file);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = lock_file,
    .xCheckReservedLock = check_lock,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_shared,
    .xShmLock = lock_shared,
    .xShmBarrier = shared_barrier,
    .xShmUnmap = unmap_shared,
};

/* ---- the directory ---- */

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
                     int *flags_out)
{
    struct disk *disk = vfs->pAppData;
    struct handle *handle = handle_of(file);
    MUST(path != NULL); /* temporary files stay in SQLite's memory */
    *handle = (struct handle){.disk = disk, .name = find_name(disk, path)};
    bool is_there = disk->entries[handle->name] >= 0;
    bool creates = !is_there && (flags & SQLITE_OPEN_CREATE) != 0;
    if (disk->is_dead || is_failing(disk, DISK_CALL_OPEN) || (!is_there && !creates)) {
        return SQLITE_CANTOPEN;
    }
    if (creates && (disk->is_full || !is_alive(disk))) {
        return SQLITE_CANTOPEN;
    }
    if (creates) {
        disk->entries[handle->name] = new_inode(disk);
        struct disk_operation operation = {
            .kind = DISK_CREATE, .name = handle->name, .inode = disk->entries[handle->name]};
        record(disk, operation, NULL);
    }
    handle->inode = disk->entries[handle->name];
    handle->syncs_directory =
        (flags & SQLITE_OPEN_CREATE) != 0 &&
        (flags & (SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
    handle->file.pMethods = &methods;
    if (flags_out != NULL) {
        *flags_out = flags;
    }
    return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int syncs_directory)
{
    struct disk *disk = vfs->pAppData;
    int name = find_name(disk, path);
    if (!is_alive(disk) || is_failing(disk, DISK_CALL_DELETE)) {
        return SQLITE_IOERR_DELETE;
    }
    if (disk->entries[name] < 0) {
        return SQLITE_IOERR_DELETE_NOENT;
    }
    record(disk, (struct disk_operation){.kind = DISK_DELETE, .name = name}, NULL);
    disk->entries[name] = -1;
    if (syncs_directory && (disk->drops & DISK_DROP_ALL) == 0) {
        record(disk, (struct disk_operation){.kind = DISK_SYNC_DIRECTORY}, NULL);
    }
    return SQLITE_OK;
}

/* An empty file is not there, as os_unix has it. */
static int access_file(sqlite3_vfs *vfs, const char *path, int flags, int *answer_out)
{
    struct disk *disk = vfs->pAppData;
    (void)flags;
    int inode = disk->entries[find_name(disk, path)];
    *answer_out = inode >= 0 && disk->inodes[inode].size > 0;
    return SQLITE_OK;
}

static int full_name(sqlite3_vfs *vfs, const char *path, int bytes, char *path_out)
{
    (void)vfs;
    sqlite3_snprintf(bytes, path_out, "%s", path);
    return SQLITE_OK;
}

struct disk *disk_create(const char *vfs_name)
{
    struct disk *disk = memory_take(sizeof *disk);
    disk->vfs = *sqlite3_vfs_find(NULL);
    disk->vfs.pNext = NULL;
    disk->vfs.zName = vfs_name;
    disk->vfs.pAppData = disk;
    disk->vfs.szOsFile = sizeof(struct handle);
    disk->vfs.xOpen = open_file;
    disk->vfs.xDelete = delete_file;
    disk->vfs.xAccess = access_file;
    disk->vfs.xFullPathname = full_name;
    sqlite_pages_install(); /* as in the program, before SQLite begins */
    MUST(sqlite3_vfs_register(&disk->vfs, 0) == SQLITE_OK);
    return disk;
}

void disk_clear(struct disk *disk)
{
    MUST(disk->shared.users == 0);
    for (int i = 0; i < disk->inode_count; i++) {
        memory_free(disk->inodes[i].bytes);
    }
    memory_free(disk->inodes);
    for (size_t i = 0; i < disk->operation_count; i++) {
        memory_free(disk->operations[i].data);
    }
    memory_free(disk->operations);
    sqlite3_vfs vfs = disk->vfs;
    bool is_recording = disk->is_recording;
    *disk = (struct disk){.is_recording = is_recording};
    disk->vfs = vfs;
}

void disk_destroy(struct disk **disk)
{
    struct disk *ending = *disk;
    *disk = NULL;
    disk_clear(ending);
    sqlite3_vfs_unregister(&ending->vfs);
    memory_free(ending);
}

void disk_copy(struct disk *to, const struct disk *from)
{
    disk_clear(to);
    for (int i = 0; i < from->name_count; i++) {
        if (from->entries[i] >= 0) {
            const struct disk_inode *inode = &from->inodes[from->entries[i]];
            int copy = disk_touch(to, from->names[i]);
            disk_inode_write(&to->inodes[copy], 0, inode->bytes, inode->size);
        }
    }
}
