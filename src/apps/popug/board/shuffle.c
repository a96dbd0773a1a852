/* shuffle.c - somebody presses, and all open tasks fall anew, piece by piece.
 *
 * Pressed again before it has moved anything it is the same shuffle; else the next one waits until
 * this one is done. Refused: shuffle_not_ready, nobody_to_assign.
 */
#include "apps/popug/board/lottery.h"

#include "apps/popug/board/board_people.h"
#include "base/chance.h"
#include "base/secret.h"
#include "runtime/sideline.h"

/* The seed's SHA-256 over its 64 digits as they are shown. */
static enum status commit_next(struct store *store, struct arena *arena, int64_t now_ms)
{
    unsigned char bytes[DIGEST_BYTES];
    chance_fill(bytes, sizeof(bytes));
    struct text seed = digest_hex(arena, (struct text){(const char *)bytes, sizeof(bytes)});
    struct lottery next = {
        .id = id_new(),
        .seed = seed,
        .commitment = digest_hex(arena, seed),
        .committed_at = now_ms,
    };
    return lottery_commit(store, &next);
}

/* ---- the press ---- */

static enum status answer_started(struct call *call, struct lottery *lottery)
{
    lottery->seed = NO_TEXT;
    return answer(call, lottery);
}

/* One that runs and has moved nothing: it is this press, too. */
static enum status find_fresh(struct call *call, struct lottery *lottery_out)
{
    enum status status = lottery_first(call->store, call->arena, lottery_running, lottery_out);
    return status == STATUS_OK && !id_is_none(lottery_out->last_done) ? STATUS_ABSENT : status;
}

static enum status start(struct call *call, struct lottery *lottery)
{
    const struct lottery before = *lottery;
    lottery->status = lottery_running;
    lottery->pressed_by = call->caller.person;
    lottery->pressed_at = call->now_ms;
    enum status status = lottery_write_people(call->store, lottery->id,
                                              board_takes_overseers(call->host), &lottery->people);
    if (status != STATUS_OK) {
        return status;
    }
    if (lottery->people == 0) {
        return refuse(call, &item_nobody_there);
    }
    status = item_count_open(call->store, call->arena, &lottery->total, &lottery->last_item);
    if (status == STATUS_OK) {
        status = lottery_update(call->store, lottery, &before);
    }
    if (status == STATUS_OK) {
        status = commit_next(call->store, call->arena, call->now_ms);
    }
    call_alarm(call, call->now_ms);
    return status == STATUS_OK ? answer_started(call, lottery) : status;
}

enum status shuffle_handle(struct call *call)
{
    struct lottery lottery;
    enum status status = find_fresh(call, &lottery);
    if (status == STATUS_OK) {
        return answer_started(call, &lottery);
    }
    if (status == STATUS_ABSENT) {
        status = lottery_first(call->store, call->arena, lottery_committed, &lottery);
    }
    if (status == STATUS_ABSENT) {
        return refuse(call, &lottery_not_ready);
    }
    return status == STATUS_OK ? start(call, &lottery) : status;
}

/* ---- its pieces ---- */

static enum status move(struct chore_run *run, const struct lottery *lottery, struct id person,
                        struct work_item *item)
{
    item->assignee_id = person;
    item->assignment++;
    item->assigned_at = run->now_ms;
    enum status status = item_assign(run->store, item, lottery->id);
    return status == STATUS_OK ? item_tell(run->call, ITEM_ASSIGNED, item) : status;
}

/* On whom each of them falls. */
static enum status draw(struct chore_run *run, const struct lottery *lottery,
                        const struct work_item *items, size_t count, struct id *people_out)
{
    int64_t positions[ITEMS_CHUNK_MAX];
    MUST(count <= ITEMS_CHUNK_MAX);
    for (size_t i = 0; i < count; i++) {
        positions[i] = (int64_t)lottery_choose(run->arena, lottery->seed, items[i].id,
                                               (size_t)lottery->people);
    }
    return lottery_people_at(run->store, run->arena, lottery->id, positions, count, people_out);
}

static enum status move_chunk(struct chore_run *run, struct lottery *lottery)
{
    struct id people[ITEMS_CHUNK_MAX];
    struct rows rows;
    enum status status =
        item_list_open(run->store, run->arena, lottery->last_done, lottery->last_item, &rows);
    struct work_item *items = rows.items;
    if (status == STATUS_OK) {
        status = draw(run, lottery, items, rows.count, people);
    }
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        status = move(run, lottery, people[i], &items[i]);
        lottery->last_done = items[i].id;
    }
    lottery->moved += (int64_t)rows.count;
    if (rows.count < ITEMS_CHUNK_MAX) {
        lottery->status = lottery_done;
        lottery->finished_at = run->now_ms;
        call_alarm(run->call, run->now_ms); /* to tell them */
    }
    return status;
}

enum status shuffle_chunk(struct chore_run *run)
{
    struct lottery lottery;
    enum status status = lottery_first(run->store, run->arena, lottery_running, &lottery);
    if (status == STATUS_ABSENT) {
        return commit_next(run->store, run->arena, run->now_ms);
    }
    if (status != STATUS_OK) {
        return status;
    }
    const struct lottery before = lottery;
    status = move_chunk(run, &lottery);
    if (status == STATUS_OK) {
        status = lottery_update(run->store, &lottery, &before);
    }
    run->more = status == STATUS_OK;
    return status;
}
