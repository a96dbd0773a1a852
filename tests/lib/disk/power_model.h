/* power_model.h - what a disk may hold after the power went away.
 *
 * The model walks along the operations a memory disk has recorded. What was synced is durable; of
 * everything else any part may have arrived: whole writes, single sectors of 512 bytes of them, or
 * garbage where a sector was being written. Bytes outside of a write are never harmed.
 *
 * Three kinds of directories:
 *   ordered: as ext4 has them; any sync makes all earlier names durable, and names arrive in order
 *   strict:  POSIX; a name is durable only when its directory was synced, each goes its own way
 *   forgetful: a synced file keeps its own name, but a directory is synced only by a deletion that
 *            asks for it; what SQLite syncs by the way, ignoring failure, is not
 */
#ifndef TESTS_LIB_DISK_POWER_MODEL_H
#define TESTS_LIB_DISK_POWER_MODEL_H

#include "tests/lib/disk/memory_disk.h"

enum power_directory { POWER_ORDERED, POWER_STRICT, POWER_FORGETFUL };
enum power_loss { POWER_NOTHING_ARRIVED, POWER_ALL_ARRIVED, POWER_SOME_ARRIVED };

struct power_model {
    const struct disk *recorded;
    enum power_directory directory;
    struct disk_inode *durable; /* contents that are safe, by inode */
    int entries[DISK_NAMES_MAX];
    size_t *pending; /* operations whose effect is not safe yet, in their order */
    size_t pending_count;
    size_t next;
    uint64_t chance;
};

/* base: what the disk held, durably, when the recording began; NULL: nothing. */
void power_model_init(struct power_model *model, const struct disk *recorded,
                      const struct disk *base, enum power_directory directory);
void power_model_finish(struct power_model *model);

/* The next operation has happened. */
void power_model_advance(struct power_model *model);

/* Lays on `after` what may be left if the power goes now. */
void power_model_lose(struct power_model *model, enum power_loss loss, struct disk *after);

/* A number below the limit, the same in every run. */
uint32_t power_chance(struct power_model *model, uint32_t limit);

#endif
