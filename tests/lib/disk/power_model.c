/* power_model.c - what a disk may hold after the power went away. */
#include "tests/lib/disk/power_model.h"

#include "base/arena.h"
#include "base/must.h"

#include <string.h>

enum { SECTOR_BYTES = 512 };

static void begin_with(struct power_model *model, const struct disk *base)
{
    for (int i = 0; i < base->name_count; i++) {
        int inode = base->entries[i];
        MUST(strcmp(base->names[i], model->recorded->names[i]) == 0);
        model->entries[i] = inode;
        if (inode >= 0) {
            const struct disk_inode *content = &base->inodes[inode];
            disk_inode_write(&model->durable[inode], 0, content->bytes, content->size);
        }
    }
}

void power_model_init(struct power_model *model, const struct disk *recorded,
                      const struct disk *base, enum power_directory directory)
{
    *model = (struct power_model){
        .recorded = recorded, .directory = directory, .chance = 88172645463325252U};
    model->durable = memory_take((size_t)recorded->inode_count * sizeof model->durable[0]);
    model->pending = memory_take(recorded->operation_count * sizeof model->pending[0]);
    for (int i = 0; i < DISK_NAMES_MAX; i++) {
        model->entries[i] = -1;
    }
    if (base != NULL) {
        begin_with(model, base);
    }
}

void power_model_finish(struct power_model *model)
{
    for (int i = 0; i < model->recorded->inode_count; i++) {
        memory_free(model->durable[i].bytes);
    }
    memory_free(model->durable);
    memory_free(model->pending);
}

uint32_t power_chance(struct power_model *model, uint32_t limit)
{
    model->chance ^= model->chance << 13;
    model->chance ^= model->chance >> 7;
    model->chance ^= model->chance << 17;
    return (uint32_t)(model->chance >> 32) % limit;
}

static bool is_of_directory(const struct disk_operation *operation)
{
    return operation->kind == DISK_CREATE || operation->kind == DISK_DELETE;
}

static void apply_name(int *entries, const struct disk_operation *operation)
{
    entries[operation->name] = operation->kind == DISK_CREATE ? operation->inode : -1;
}

static void apply_content(struct disk_inode *inode, const struct disk_operation *operation)
{
    if (operation->kind == DISK_TRUNCATE) {
        if (operation->offset < inode->size) {
            disk_inode_truncate(inode, operation->offset);
        }
        return;
    }
    MUST(operation->kind == DISK_WRITE);
    disk_inode_write(inode, operation->offset, operation->data, operation->bytes);
}

enum names { NO_NAMES, OWN_NAME, ALL_NAMES };

static bool is_settled(const struct disk_operation *operation, int inode, enum names names)
{
    if (!is_of_directory(operation)) {
        return operation->inode == inode;
    }
    bool is_own = operation->kind == DISK_CREATE && operation->inode == inode;
    return names == ALL_NAMES || (names == OWN_NAME && is_own);
}

/* Makes pending operations durable: those on one inode (-1: none), and some names. */
static void settle(struct power_model *model, int inode, enum names names)
{
    size_t kept = 0;
    for (size_t i = 0; i < model->pending_count; i++) {
        const struct disk_operation *operation = &model->recorded->operations[model->pending[i]];
        if (!is_settled(operation, inode, names)) {
            model->pending[kept++] = model->pending[i];
        } else if (is_of_directory(operation)) {
            apply_name(model->entries, operation);
        } else {
            apply_content(&model->durable[inode], operation);
        }
    }
    model->pending_count = kept;
}

/* Sector by sector: the new bytes, the old ones, or garbage. */
static void apply_torn(struct power_model *model, struct disk_inode *inode,
                       const struct disk_operation *operation)
{
    size_t done = 0;
    while (done < operation->bytes) {
        size_t at = operation->offset + done;
        size_t bytes = SECTOR_BYTES - at % SECTOR_BYTES;
        bytes = bytes < operation->bytes - done ? bytes : operation->bytes - done;
        uint32_t fate = power_chance(model, 8);
        if (fate < 4) {
            disk_inode_write(inode, at, operation->data + done, bytes);
        } else if (fate == 4) {
            uint8_t garbage[SECTOR_BYTES];
            for (size_t i = 0; i < bytes; i++) {
                garbage[i] = (uint8_t)power_chance(model, 256);
            }
            disk_inode_write(inode, at, garbage, bytes);
        }
        done += bytes;
    }
}

static void apply_some(struct power_model *model, struct disk_inode *inode,
                       const struct disk_operation *operation)
{
    uint32_t fate = power_chance(model, 8);
    if (fate < 3) {
        return;
    }
    if (fate < 5 && operation->kind == DISK_WRITE) {
        apply_torn(model, inode, operation);
        return;
    }
    apply_content(inode, operation);
}

/* A failed sync: what was waiting has arrived in part or not at all, and is not tried again. */
static void forget(struct power_model *model, int inode)
{
    bool some_arrived = power_chance(model, 2) == 0;
    size_t kept = 0;
    for (size_t i = 0; i < model->pending_count; i++) {
        const struct disk_operation *operation = &model->recorded->operations[model->pending[i]];
        if (is_of_directory(operation) || operation->inode != inode) {
            model->pending[kept++] = model->pending[i];
        } else if (some_arrived) {
            apply_some(model, &model->durable[inode], operation);
        }
    }
    model->pending_count = kept;
}

void power_model_advance(struct power_model *model)
{
    static const enum names names_of_sync[] = {
        [POWER_ORDERED] = ALL_NAMES, [POWER_STRICT] = NO_NAMES, [POWER_FORGETFUL] = OWN_NAME};
    MUST(model->next < model->recorded->operation_count);
    const struct disk_operation *operation = &model->recorded->operations[model->next];
    if (operation->kind == DISK_SYNC) {
        settle(model, operation->inode, names_of_sync[model->directory]);
    } else if (operation->kind == DISK_SYNC_FAILED) {
        forget(model, operation->inode);
    } else if (operation->kind == DISK_SYNC_DIRECTORY) {
        if (!operation->is_by_the_way || model->directory != POWER_FORGETFUL) {
            settle(model, -1, ALL_NAMES);
        }
    } else {
        model->pending[model->pending_count++] = model->next;
    }
    model->next++;
}

/* Names arrive in order: all of them up to some point, or for each name up to its own. */
static void lose_names(struct power_model *model, enum power_loss loss, int *entries)
{
    memcpy(entries, model->entries, sizeof model->entries);
    bool has_stopped[DISK_NAMES_MAX] = {false};
    bool all_stopped = loss == POWER_NOTHING_ARRIVED;
    for (size_t i = 0; i < model->pending_count && !all_stopped; i++) {
        const struct disk_operation *operation = &model->recorded->operations[model->pending[i]];
        if (!is_of_directory(operation)) {
            continue;
        }
        if (loss == POWER_SOME_ARRIVED && power_chance(model, 3) == 0) {
            has_stopped[operation->name] = true;
            all_stopped = model->directory == POWER_ORDERED;
        }
        if (!has_stopped[operation->name] && !all_stopped) {
            apply_name(entries, operation);
        }
    }
}

void power_model_lose(struct power_model *model, enum power_loss loss, struct disk *after)
{
    int entries[DISK_NAMES_MAX];
    int copies[DISK_NAMES_MAX] = {0};
    disk_clear(after);
    lose_names(model, loss, entries);
    for (int i = 0; i < model->recorded->name_count; i++) {
        if (entries[i] >= 0) {
            const struct disk_inode *durable = &model->durable[entries[i]];
            copies[i] = disk_touch(after, model->recorded->names[i]);
            disk_inode_write(&after->inodes[copies[i]], 0, durable->bytes, durable->size);
        }
    }
    for (size_t i = 0; i < model->pending_count && loss != POWER_NOTHING_ARRIVED; i++) {
        const struct disk_operation *operation = &model->recorded->operations[model->pending[i]];
        for (int name = 0; name < model->recorded->name_count; name++) {
            if (is_of_directory(operation) || entries[name] != operation->inode) {
                continue;
            }
            struct disk_inode *inode = &after->inodes[copies[name]];
            if (loss == POWER_ALL_ARRIVED) {
                apply_content(inode, operation);
            } else {
                apply_some(model, inode, operation);
            }
        }
    }
}
