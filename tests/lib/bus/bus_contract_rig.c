/* bus_contract_rig.c - the small services of the contract suite of the bus. */
#include "tests/lib/bus/bus_contract_rig.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    RIG_ARENA_BYTES = 256 * 1024 * 1024,
    PIECES_MAX = 60,
    PATIENCE_MS = TEST_PATIENCE_MS,
    COUNTED_FROM = 1 << 30,
};

/* ---- the table of effects ---- */

static const struct migration effect_migrations[] = {
    {
        .version = 1,
        .name = "effect",
        .sqlite = "CREATE TABLE effect (number INTEGER PRIMARY KEY, source TEXT NOT NULL,"
                  " channel TEXT NOT NULL, position INTEGER NOT NULL, id BLOB NOT NULL) STRICT;",
        .postgres = "CREATE TABLE effect (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                    " source text NOT NULL, channel text NOT NULL, position bigint NOT NULL,"
                    " id uuid NOT NULL);",
    },
};

static const struct statement insert_effect = {
    .sql = "INSERT INTO effect (source, channel, position, id) VALUES ($1, $2, $3, $4)",
};

/* ---- telling ---- */

void rig_append(struct store *store, struct arena *arena, struct rig_telling telling)
{
    char few[64];
    for (int i = 0; i < telling.count; i++) {
        snprintf(few, sizeof few, "{\"n\":%d}", i);
        struct text data = text_of(few);
        if (telling.data_bytes > 0) {
            char *many = arena_take_raw(arena, telling.data_bytes + 16);
            memset(many, ' ', telling.data_bytes);
            many[0] = '{';
            many[telling.data_bytes - 1] = '}';
            data = (struct text){many, telling.data_bytes};
        }
        struct message message = {
            .id = id_new(),
            .kind = telling.addressee != NULL ? message_command : message_event,
            .addressee = text_of(telling.addressee),
            .name = text_of(telling.name != NULL ? telling.name : "thing.happened"),
            .version = 1,
            .subject = TEXT("subject"),
            .revision = i,
            .actor = TEXT("tester"),
            .trace = TEXT("0af7651916cd43dd8448eb211c80319c"),
            .told_at = clock_wall_ms(),
            .data = data,
        };
        CHECK_STATUS(journal_append(store, &message), STATUS_OK);
    }
}

/* ---- the thread of a member ---- */

enum piece_kind { PIECE_BATCH, PIECE_WRITE, PIECE_TELL, PIECE_STOP };

struct piece {
    struct mailbox_node node; /* must be first */
    enum piece_kind kind;
    struct bus_batch *batch;
    struct bus_write *write;
    struct rig_telling telling;
    atomic_bool *done;
    enum status status;
    int effects;
};

static void submit(struct rig_member *member, struct piece piece)
{
    struct piece *copy = memory_take(sizeof *copy);
    *copy = piece;
    mailbox_put(&member->mailbox, &copy->node);
}

static enum status say(struct rig_member *member, struct message message)
{
    message.id = id_new();
    message.told_at = clock_wall_ms();
    member->has_told = true;
    return journal_append(member->store, &message);
}

static enum status react(struct rig_member *member, const struct message *message)
{
    const struct rig_options *options = &member->options;
    if (options->replies && message_is(message, message_command)) {
        return say(member, (struct message){.kind = message_reply,
                                            .addressee = message->source,
                                            .name = message->name,
                                            .answers = message->id,
                                            .outcome = outcome_done,
                                            .subject = message->subject,
                                            .data = TEXT("{}")});
    }
    if (options->answers != NULL && text_equals(message->name, text_of(options->answers)) &&
        member->answered < options->answers_max) {
        member->answered++;
        return say(member, (struct message){.kind = message_event,
                                            .name = text_of(options->answers),
                                            .subject = message->subject,
                                            .data = TEXT("{}")});
    }
    return STATUS_OK;
}

/* The effect, in the transaction that will move the cursor. */
static enum status handle(struct rig_member *member, enum bus_channel channel,
                          const struct message *message)
{
    enum status status =
        store_exec(member->store, &insert_effect,
                   VALUES(value_text(message->source), value_text(bus_channel_name(channel)),
                          value_integer(message->position), value_id(message->id)),
                   NULL);
    return status == STATUS_OK ? react(member, message) : status;
}

/* Where the member is in one journal, within one batch. */
struct standing {
    struct text source;
    int64_t found;
    int64_t now;
};

static enum status leave(struct rig_member *member, enum bus_channel channel,
                         const struct standing *standing)
{
    return standing->now > standing->found
               ? cursor_move(member->store, standing->source, channel, standing->now)
               : STATUS_OK;
}

static enum status stand(struct rig_member *member, enum bus_channel channel, struct text source,
                         struct standing *standing)
{
    if (text_equals(source, standing->source)) {
        return STATUS_OK;
    }
    enum status status = leave(member, channel, standing);
    if (status != STATUS_OK) {
        return status;
    }
    standing->source = source;
    status = cursor_find(member->store, member->arena, source, channel, &standing->found);
    standing->now = standing->found;
    return status;
}

/* The rule of bus.h. */
static enum status take(struct rig_member *member, const struct bus_batch *batch, int *effects)
{
    struct standing standing = {0};
    enum status status = STATUS_OK;
    bool has_gap = false;
    for (size_t i = 0; i < batch->count && !has_gap; i++) {
        const struct message *message = &batch->messages[i];
        status = stand(member, batch->channel, message->source, &standing);
        if (status != STATUS_OK) {
            return status;
        }
        has_gap = !member->options.is_naive && standing.now < message->previous;
        bool is_here = !member->options.is_naive && message->position <= standing.now;
        if (has_gap || is_here) {
            continue;
        }
        status = handle(member, batch->channel, message);
        if (status != STATUS_OK) {
            return status;
        }
        standing.now = message->position;
        (*effects)++;
    }
    if (!has_gap && batch->upto > 0) {
        status = stand(member, batch->channel, batch->source, &standing);
        standing.now = batch->upto > standing.now ? batch->upto : standing.now;
    }
    status = status == STATUS_OK ? leave(member, batch->channel, &standing) : status;
    return status == STATUS_OK && has_gap ? STATUS_CONFLICT : status;
}

static enum status run_piece(struct rig_member *member, struct piece *piece)
{
    piece->effects = 0;
    switch (piece->kind) {
    case PIECE_BATCH:
        return take(member, piece->batch, &piece->effects);
    case PIECE_WRITE:
        return piece->write->run(piece->write, member->store, member->arena);
    case PIECE_TELL:
        rig_append(member->store, member->arena, piece->telling);
        member->has_told = true;
        return STATUS_OK;
    case PIECE_STOP:
        break;
    }
    return STATUS_OK;
}

static void finish(struct rig_member *member, struct piece *piece)
{
    struct bus *bus = member->rig->bus;
    if (piece->kind == PIECE_BATCH) {
        atomic_fetch_add(&member->conflicts, piece->status == STATUS_CONFLICT);
        atomic_fetch_add(&member->batches, 1);
        bus_taken(bus, piece->batch, piece->status);
    } else if (piece->kind == PIECE_WRITE) {
        piece->write->done(piece->write, piece->status);
    } else if (piece->done != NULL) {
        CHECK_STATUS(piece->status, STATUS_OK);
        atomic_store(piece->done, true);
    }
    memory_free(piece);
}

/* A fault undoes everything, a conflict is only the answer of one. */
static enum status run_all(struct rig_member *member, struct piece **pieces, size_t count)
{
    enum status status = store_begin(member->store, STORE_WRITE);
    int effects = 0;
    bool tells = false;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        pieces[i]->status = run_piece(member, pieces[i]);
        tells = tells || pieces[i]->kind == PIECE_TELL;
        effects += pieces[i]->effects;
        bool is_fault = pieces[i]->status != STATUS_OK && pieces[i]->status != STATUS_CONFLICT;
        bool has_failed = is_fault || member->store->state == STORE_FAILED;
        status = has_failed ? pieces[i]->status : STATUS_OK;
    }
    unsigned every = member->options.fails_every;
    if (status == STATUS_OK && every > 0 && effects > 0 && !tells &&
        ++member->transactions % every == 0) {
        status = STATUS_UNAVAILABLE;
    }
    if (status == STATUS_OK) {
        return store_commit(member->store);
    }
    if (member->store->state != STORE_IDLE) {
        store_rollback(member->store);
    }
    return status;
}

static void run_transaction(struct rig_member *member, struct piece **pieces, size_t count)
{
    member->has_told = false;
    int answered = member->answered;
    enum status status = run_all(member, pieces, count);
    int effects = 0;
    for (size_t i = 0; i < count; i++) {
        pieces[i]->status = status != STATUS_OK ? status : pieces[i]->status;
        effects += pieces[i]->effects;
    }
    if (status == STATUS_OK) {
        atomic_fetch_add(&member->effects, effects);
    } else {
        member->answered = answered;
    }
    if (status == STATUS_OK && member->has_told && member->rig->bus != NULL) {
        bus_announce(member->rig->bus, member->index);
    }
    for (size_t i = 0; i < count; i++) {
        finish(member, pieces[i]);
    }
    arena_reset(member->arena);
}

static void *run_member(void *argument)
{
    struct rig_member *member = argument;
    struct piece *pieces[PIECES_MAX];
    bool stops = false;
    while (!stops) {
        mailbox_wait(&member->mailbox, -1);
        struct mailbox_node *node = mailbox_take_all(&member->mailbox);
        while (node != NULL) {
            size_t count = 0;
            while (node != NULL && count < PIECES_MAX) {
                struct piece *piece = (struct piece *)(void *)node;
                node = node->next;
                if (piece->kind == PIECE_STOP) {
                    stops = true;
                    memory_free(piece);
                } else {
                    pieces[count++] = piece;
                }
            }
            if (count > 0) {
                run_transaction(member, pieces, count);
            }
        }
    }
    return NULL;
}

/* ---- what the bus sees of a member ---- */

static void deliver(void *context, struct bus_batch *batch)
{
    submit(context, (struct piece){.kind = PIECE_BATCH, .batch = batch});
}

static void write_for_bus(void *context, struct bus_write *write)
{
    submit(context, (struct piece){.kind = PIECE_WRITE, .write = write});
}

bool rig_wants(const struct rig_member *member, const struct message *message)
{
    const char *wants = member->options.wants;
    return wants == NULL || text_equals(message->name, text_of(wants));
}

static bool wants(void *context, const struct message *message)
{
    return rig_wants(context, message);
}

static enum status open_reader(struct store_source *source, enum store_access access,
                               struct store **store_out)
{
    struct rig_source *self = (struct rig_source *)(void *)source;
    struct store *inner = NULL;
    enum status status = self->inner->open(self->inner, access, &inner);
    if (status == STATUS_OK) {
        *store_out = store_fault_create(inner, &self->fault);
    }
    return status;
}

/* ---- opening and closing ---- */

static void open_member(struct rig *rig, size_t index, const struct rig_options *options)
{
    struct rig_member *member = &rig->members[index];
    *member = (struct rig_member){.rig = rig, .options = *options, .index = index};
    member->stores.inner = rig->contract->open(options->name);
    member->stores.source =
        (struct store_source){.open = open_reader, .schema = member->stores.inner->schema};
    member->stores.fault = (struct store_fault){
        .calls = STORE_FAULT_BEGIN, .countdown = COUNTED_FROM, .status = STATUS_UNAVAILABLE};
    member->arena = arena_create("rig", RIG_ARENA_BYTES);
    struct store *store = NULL;
    struct text error = NO_TEXT;
    CHECK_STATUS(member->stores.inner->open(member->stores.inner, STORE_WRITE, &store), STATUS_OK);
    CHECK_STATUS(migrate(store, "bus", bus_migrations, bus_migration_count, member->arena, &error),
                 STATUS_OK);
    CHECK_STATUS(migrate(store, "effects", effect_migrations, 1, member->arena, &error), STATUS_OK);
    store_destroy(&store);
    snprintf(member->exchange, sizeof member->exchange, "%s.domain", options->name);
    struct bus_member *seen = &rig->bus_members[index];
    *seen = (struct bus_member){
        .name = member->options.name,
        .exchange = member->exchange,
        .stores = &member->stores.source,
        .follows = member->options.follows,
        .wants = wants,
        .is_addressed = options->is_addressed,
        .context = member,
        .deliver = deliver,
        .write = write_for_bus,
    };
    while (seen->follow_count < RIG_FOLLOWS_MAX && options->follows[seen->follow_count] != NULL) {
        seen->follow_count++;
    }
}

void rig_open(struct rig *rig, const struct bus_contract *contract,
              const struct rig_options *options, size_t count)
{
    MUST(count <= RIG_MEMBERS_MAX);
    log_threshold(LOG_WARNING);
    *rig = (struct rig){.contract = contract, .count = count};
    for (size_t i = 0; i < count; i++) {
        open_member(rig, i, &options[i]);
    }
}

void rig_start_some(struct rig *rig, size_t count)
{
    struct text error = NO_TEXT;
    rig->bus_options.members = rig->bus_members;
    rig->bus_options.member_count = count;
    rig->bus = rig->contract->create(&rig->bus_options);
    for (size_t i = 0; i < count; i++) {
        struct rig_member *member = &rig->members[i];
        mailbox_init(&member->mailbox);
        CHECK_STATUS(member->stores.inner->open(member->stores.inner, STORE_WRITE, &member->store),
                     STATUS_OK);
        CHECK(pthread_create(&member->thread, NULL, run_member, member) == 0);
        member->has_thread = true;
    }
    CHECK_STATUS(bus_start(rig->bus, &error), STATUS_OK);
}

void rig_start(struct rig *rig)
{
    rig_start_some(rig, rig->count);
}

static void end_executors(struct rig *rig)
{
    for (size_t i = 0; i < rig->count; i++) {
        struct rig_member *member = &rig->members[i];
        if (member->has_thread) {
            submit(member, (struct piece){.kind = PIECE_STOP});
            pthread_join(member->thread, NULL);
            member->has_thread = false;
            store_destroy(&member->store);
        }
    }
    bus_destroy(&rig->bus);
    for (size_t i = 0; i < rig->bus_options.member_count; i++) {
        mailbox_finish(&rig->members[i].mailbox);
    }
    rig->bus_options.member_count = 0;
}

void rig_stop(struct rig *rig)
{
    CHECK(bus_stop(rig->bus, PATIENCE_MS));
    struct bus_depth depth;
    bus_depth(rig->bus, &depth);
    end_executors(rig);
}

void rig_stop_at_once(struct rig *rig)
{
    bus_stop(rig->bus, 0);
    end_executors(rig);
}

void rig_close(struct rig *rig)
{
    for (size_t i = 0; i < rig->count; i++) {
        rig->members[i].stores.inner->destroy(rig->members[i].stores.inner);
        arena_destroy(&rig->members[i].arena);
    }
}

/* ---- telling and waiting ---- */

void rig_tell(struct rig *rig, struct rig_telling telling)
{
    atomic_bool done = false;
    submit(&rig->members[telling.member],
           (struct piece){.kind = PIECE_TELL, .telling = telling, .done = &done});
    while (!atomic_load(&done)) {
        usleep(100);
    }
}

void rig_fill(struct rig *rig, struct rig_telling telling)
{
    enum { AT_ONCE = 5000 };
    struct rig_member *member = &rig->members[telling.member];
    struct store *store = NULL;
    CHECK_STATUS(member->stores.inner->open(member->stores.inner, STORE_WRITE, &store), STATUS_OK);
    for (int left = telling.count; left > 0; left -= AT_ONCE) {
        telling.count = left < AT_ONCE ? left : AT_ONCE;
        CHECK_STATUS(store_begin(store, STORE_WRITE), STATUS_OK);
        rig_append(store, member->arena, telling);
        CHECK_STATUS(store_commit(store), STATUS_OK);
        arena_reset(member->arena);
    }
    store_destroy(&store);
}

/* Patient as long as it moves: a slow machine is not a bus that has lost something. */
void rig_wait(struct rig *rig, size_t member, int effects)
{
    int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;
    int before = 0;
    for (int now = 0; now < effects; usleep(1000)) {
        now = atomic_load(&rig->members[member].effects);
        if (now > before) {
            before = now;
            end_ms = clock_monotonic_ms() + PATIENCE_MS;
        } else if (now < effects && clock_monotonic_ms() > end_ms) {
            printf("#   %s has had %d effects of %d\n", rig->members[member].options.name, now,
                   effects);
            CHECK(false);
        }
    }
}
