/* journal_reader.c - reading and settling the journal of one member. */
#include "bus/journal_reader.h"

#include "base/chance.h"
#include "base/log.h"
#include "bus/message_trace.h"

/* Giving out positions is a commit of its own. While one is being flushed, the commit of whoever
 * tells next waits for it, so they are not given out after each one: what comes within this time
 * after others waits for the end of it. What comes alone does not wait. */
enum { SETTLE_PAUSE_MS = 5 };

enum { PAUSE_MS = 50, PAUSE_MS_MAX = 5000, SHIFT_MAX = 7 };

int64_t journal_pause(unsigned failures)
{
    unsigned shift = failures == 0 ? 0 : failures - 1;
    int64_t pause = (int64_t)PAUSE_MS << (shift < SHIFT_MAX ? shift : SHIFT_MAX);
    pause = pause < PAUSE_MS_MAX ? pause : PAUSE_MS_MAX;
    return pause / 2 + (int64_t)(chance_number() % (uint64_t)(pause / 2 + 1));
}

/* ---- the connection ---- */

void journal_reader_failed(struct journal_reader *reader, int64_t now_ms, const char *what,
                           enum status status)
{
    reader->failures++;
    reader->due_ms = now_ms + journal_pause(reader->failures);
    if (!reader->is_down) { /* once, however long it lasts */
        reader->is_down = true;
        atomic_fetch_add(reader->down_count, 1);
        log_line(LOG_WARNING, "bus", "A store cannot be read; it is tried again until it can.",
                 LOG_TEXT("service", reader->name), LOG_TEXT("what", text_of(what)),
                 LOG_TEXT("status", text_of(status_name(status))));
    }
}

void journal_reader_worked(struct journal_reader *reader)
{
    reader->failures = 0;
    if (reader->is_down) {
        reader->is_down = false;
        atomic_fetch_sub(reader->down_count, 1);
        log_line(LOG_INFO, "bus", "The store can be read again.",
                 LOG_TEXT("service", reader->name));
    }
}

bool journal_reader_open(struct journal_reader *reader, int64_t now_ms)
{
    if (reader->due_ms > now_ms) {
        return false;
    }
    if (reader->store == NULL) {
        struct store_source *stores = reader->member->stores;
        enum status status = stores->open(stores, STORE_READ, &reader->store);
        MUST((status == STATUS_OK) == (reader->store != NULL));
        if (status != STATUS_OK) {
            journal_reader_failed(reader, now_ms, "open", status);
        }
    }
    return reader->store != NULL;
}

bool journal_reader_is_shared(const struct journal_reader *reader)
{
    return reader->store != NULL && store_has(reader->store, STORE_IS_SHARED);
}

/* ---- looks ---- */

static enum status end_look(struct journal_reader *reader, enum status status)
{
    if (status != STATUS_OK) {
        store_rollback(reader->store);
        return status;
    }
    return store_commit(reader->store);
}

typedef enum status read_fn(struct store *store, struct arena *arena, struct text source,
                            int64_t after, struct messages *messages_out);

static enum status read_with(struct journal_reader *reader, read_fn *read, struct arena *arena,
                             int64_t after, struct messages *rows_out)
{
    enum status status = store_begin(reader->store, STORE_READ);
    if (status != STATUS_OK) {
        return status;
    }
    return end_look(reader, read(reader->store, arena, reader->name, after, rows_out));
}

static const struct {
    read_fn *read;
    size_t rows_max;
} reaches[] = {
    {journal_read, JOURNAL_READ_MAX}, {journal_read_few, JOURNAL_READ_FEW}, {journal_read_next, 1}};

/* Would as many as the next larger look brings be held too, if they are like these? */
static bool can_reach_further(unsigned reach, const struct arena *arena)
{
    size_t times = reach == 0 ? 0 : reaches[reach - 1].rows_max / reaches[reach].rows_max;
    return times > 0 && arena_has_room(arena, times * arena_bytes_used(arena));
}

enum status journal_reader_rows(struct journal_reader *reader, struct arena *arena, int64_t after,
                                struct messages *rows_out, bool *is_end_out)
{
    enum status status = read_with(reader, reaches[reader->reach].read, arena, after, rows_out);
    while (status == STATUS_TOO_LARGE && reader->reach + 1 < COUNT_OF(reaches)) {
        reader->reach++;
        arena_reset(arena);
        status = read_with(reader, reaches[reader->reach].read, arena, after, rows_out);
    }
    *is_end_out = rows_out->count < reaches[reader->reach].rows_max;
    if (status == STATUS_OK && can_reach_further(reader->reach, arena)) {
        reader->reach--;
    }
    return status;
}

enum status journal_reader_cursor(struct journal_reader *reader, struct arena *arena,
                                  struct text source, enum bus_channel channel,
                                  int64_t *position_out)
{
    enum status status = store_begin(reader->store, STORE_READ);
    if (status != STATUS_OK) {
        return status;
    }
    return end_look(reader, cursor_find(reader->store, arena, source, channel, position_out));
}

enum status journal_reader_follower(struct journal_reader *reader, struct arena *arena,
                                    struct text follower, enum bus_channel channel,
                                    int64_t *position_out)
{
    enum status status = store_begin(reader->store, STORE_READ);
    if (status != STATUS_OK) {
        return status;
    }
    return end_look(reader, follower_find(reader->store, arena, follower, channel, position_out));
}

enum status journal_reader_newest(struct journal_reader *reader, struct arena *arena,
                                  struct text addressee, int64_t upto, int64_t *position_out)
{
    enum status status = store_begin(reader->store, STORE_READ);
    if (status != STATUS_OK) {
        return status;
    }
    return end_look(reader, journal_newest(reader->store, arena, addressee, upto, position_out));
}

enum status journal_reader_ends(struct journal_reader *reader, struct arena *arena,
                                struct journal_ends *ends_out)
{
    enum status status = store_begin(reader->store, STORE_READ);
    if (status != STATUS_OK) {
        return status;
    }
    return end_look(reader, journal_ends(reader->store, arena, ends_out));
}

/* ---- jobs ---- */

/* On the executor's thread. */
static void written(struct bus_write *write, enum status status)
{
    struct journal_job *job = (struct journal_job *)(void *)write;
    job->status = status;
    job->finished(job);
}

void journal_job_init(struct journal_job *job, void *owner,
                      void (*finished)(struct journal_job *job),
                      enum status (*run)(struct bus_write *write, struct store *store,
                                         struct arena *arena))
{
    MUST(finished != NULL && run != NULL);
    *job = (struct journal_job){
        .write = {.run = run, .done = written}, .owner = owner, .finished = finished};
}

void journal_job_submit(struct journal_job *job, const struct bus_member *member)
{
    MUST(!job->is_running && job->finished != NULL);
    job->is_running = true;
    member->write(member->context, &job->write);
}

/* ---- settling ---- */

static enum status is_settled(struct journal_reader *reader, struct arena *arena, bool *settled_out)
{
    enum status status = store_begin(reader->store, STORE_READ);
    if (status != STATUS_OK) {
        return status;
    }
    return end_look(reader, journal_is_settled(reader->store, arena, settled_out));
}

/* Other processes write too, and tell nobody here. */
static bool tick(struct journal_reader *reader, struct arena *arena, int64_t now_ms)
{
    bool settled = true;
    reader->tick_due_ms = now_ms + JOURNAL_TICK_MS;
    arena_reset(arena);
    enum status status = is_settled(reader, arena, &settled);
    if (status != STATUS_OK) {
        journal_reader_failed(reader, now_ms, "journal", status);
        return false;
    }
    journal_reader_worked(reader);
    reader->wants_settling = reader->wants_settling || !settled;
    return true;
}

bool journal_reader_settle(struct journal_reader *reader, struct arena *arena, int64_t now_ms)
{
    bool has_looked = false;
    bool is_due = reader->wants_settling || reader->tick_due_ms <= now_ms;
    if (!is_due || !journal_reader_open(reader, now_ms)) {
        return false;
    }
    if (!journal_reader_is_shared(reader)) {
        reader->wants_settling = false;
        reader->tick_due_ms = INT64_MAX;
        return false;
    }
    if (reader->tick_due_ms <= now_ms) {
        has_looked = tick(reader, arena, now_ms);
    }
    if (reader->wants_settling && !reader->settle.is_running && reader->settle_due_ms <= now_ms) {
        reader->wants_settling = false;
        journal_job_submit(&reader->settle, reader->member);
    }
    return has_looked;
}

static enum status run_settling(struct bus_write *write, struct store *store, struct arena *arena)
{
    struct journal_reader *reader =
        (struct journal_reader *)(void *)((char *)write - offsetof(struct journal_reader, settle));
    int64_t *settled = &reader->settle.changed;
    enum status status = journal_settle(store, arena, JOURNAL_SETTLE_MAX, settled);
    if (status == STATUS_OK) {
        TRACE(message_trace_settled(store, reader->name, *settled));
    }
    return status;
}

bool journal_reader_settled(struct journal_reader *reader, int64_t now_ms)
{
    struct journal_job *job = &reader->settle;
    job->is_running = false;
    if (job->status != STATUS_OK) {
        reader->wants_settling = true;
        reader->settle_due_ms = now_ms + journal_pause(1);
        return false;
    }
    bool is_more = job->changed == JOURNAL_SETTLE_MAX;
    reader->settle_due_ms = is_more ? now_ms : now_ms + SETTLE_PAUSE_MS;
    reader->wants_settling = reader->wants_settling || is_more;
    return true;
}

int64_t journal_reader_due(const struct journal_reader *reader)
{
    int64_t due_ms = reader->tick_due_ms;
    if (reader->wants_settling && !reader->settle.is_running && reader->settle_due_ms < due_ms) {
        due_ms = reader->settle_due_ms;
    }
    return due_ms > reader->due_ms ? due_ms : reader->due_ms;
}

/* ---- begin and end ---- */

void journal_reader_init(struct journal_reader *reader, const struct bus_member *member,
                         atomic_uint *down_count)
{
    *reader = (struct journal_reader){
        .member = member,
        .name = text_of(member->name),
        .down_count = down_count,
        .wants_settling = true, /* nobody knows what was left at the end of the last run */
        .settle = {.write = {.run = run_settling, .done = written}},
    };
}

void journal_reader_finish(struct journal_reader *reader)
{
    store_destroy(&reader->store);
}
