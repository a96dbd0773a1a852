/* bus_fault.c - stands between a local bus and its members, and does harm.
 *
 *   local bus --deliver--> (lose, mix) --> WAITS --due--> OUT (with the member)
 *             <--taken---- (forget)    <-- TAKEN <-------- bus_taken
 *
 * Everything passes through a thread of its own, which knows what is due when.
 */
#include "bus/bus_fault.h"

#include "base/clock.h"
#include "base/mailbox.h"
#include "base/thread.h"

#include <pthread.h>

enum { THOUSAND = 1000, LATE_MS = 20, BATCH_BYTES_MAX = 128 * 1024 * 1024 };

enum stage { STAGE_WAITS, STAGE_OUT, STAGE_TAKEN };

struct fault_batch {
    struct bus_batch batch; /* must be first */
    struct mailbox_node node;
    struct bus_batch *inner; /* NULL: the second coming of one that has its own */
    bool is_lost;
    enum stage stage;
    enum status status;
    int64_t due_ms;
    struct fault_batch *next; /* of all that are known to the thread, in the order they came */
};

struct fault_member {
    struct fault_bus *self;
    const struct bus_member *outer;
};

struct fault_bus {
    struct bus bus; /* must be first */
    struct bus_options options;
    struct bus_options inner_options;
    struct bus_member *inner_members;
    struct fault_member *members;
    struct bus *inner;
    struct bus_fault_script script;
    uint64_t delivering; /* the state of chance, of the inner bus's thread */
    uint64_t taking;     /* and of ours */
    struct mailbox mailbox;
    struct mailbox_node wake;
    atomic_bool is_woken;
    struct fault_batch *batches;
    struct fault_batch **end; /* where the next one goes: what is due at once keeps its order */
    pthread_t thread;
    bool has_thread;
    atomic_bool stops; /* no harm any more */
    atomic_bool ends;
    int64_t end_ms;
};

static struct fault_bus *self_of(struct bus *bus)
{
    return (struct fault_bus *)(void *)bus;
}

static struct fault_batch *batch_of(struct mailbox_node *node)
{
    return (struct fault_batch *)(void *)((char *)node - offsetof(struct fault_batch, node));
}

/* A number below `limit`. */
static uint64_t draw(uint64_t *state, uint64_t limit)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (*state >> 33) % limit;
}

static bool happens(struct fault_bus *self, uint64_t *state, unsigned of_thousand)
{
    bool is_drawn = draw(state, THOUSAND) < of_thousand;
    return is_drawn && !atomic_load(&self->stops);
}

static int64_t later(struct fault_bus *self, uint64_t *state)
{
    int most = self->script.late_ms_max > 0 ? self->script.late_ms_max : LATE_MS;
    return clock_monotonic_ms() + 1 + (int64_t)draw(state, (uint64_t)most);
}

/* ---- on the inner bus's thread ---- */

static struct fault_batch *make(const struct bus_batch *inner, bool is_deep)
{
    struct arena *arena = arena_create("fault", BATCH_BYTES_MAX);
    struct fault_batch *made = ARENA_NEW(arena, struct fault_batch);
    struct message *messages = ARENA_ARRAY(arena, struct message, inner->count + 1);
    made->batch = *inner;
    for (size_t i = 0; i < inner->count; i++) {
        messages[i] = is_deep ? message_copy(arena, &inner->messages[i]) : inner->messages[i];
    }
    made->batch.source = is_deep ? text_copy(arena, inner->source) : inner->source;
    made->batch.arena = arena;
    made->batch.messages = messages;
    return made;
}

static void mix(struct fault_bus *self, struct fault_batch *batch)
{
    struct message *messages = (struct message *)(uintptr_t)batch->batch.messages; /* our own */
    size_t count = batch->batch.count;
    if (count > 1) {
        size_t left = (size_t)draw(&self->delivering, count);
        size_t right = (size_t)draw(&self->delivering, count);
        struct message kept = messages[left];
        messages[left] = messages[right];
        messages[right] = kept;
    }
}

static void deliver_with_harm(void *context, struct bus_batch *inner)
{
    struct fault_member *member = context;
    struct fault_bus *self = member->self;
    uint64_t *state = &self->delivering;
    struct fault_batch *batch = make(inner, false);
    batch->inner = inner;
    batch->is_lost = happens(self, state, self->script.lose);
    bool is_late = batch->is_lost || happens(self, state, self->script.late);
    batch->due_ms = is_late ? later(self, state) : 0;
    if (happens(self, state, self->script.mix)) {
        mix(self, batch);
    }
    if (happens(self, state, self->script.twice)) {
        struct fault_batch *second = make(inner, true);
        second->due_ms = later(self, state);
        mailbox_put(&self->mailbox, &second->node);
    }
    mailbox_put(&self->mailbox, &batch->node);
}

static bool wants(void *context, const struct message *message)
{
    const struct bus_member *outer = ((struct fault_member *)context)->outer;
    return outer->wants == NULL || outer->wants(outer->context, message);
}

static void write_outside(void *context, struct bus_write *write)
{
    const struct bus_member *outer = ((struct fault_member *)context)->outer;
    outer->write(outer->context, write);
}

/* ---- on our own thread ---- */

static void arrived(struct fault_bus *self, struct fault_batch *batch)
{
    if (batch->stage == STAGE_OUT) { /* it is in the list already */
        batch->stage = STAGE_TAKEN;
        bool is_late = happens(self, &self->taking, self->script.withhold);
        batch->due_ms = is_late ? later(self, &self->taking) : 0;
        if (happens(self, &self->taking, self->script.forget)) {
            batch->status = STATUS_UNAVAILABLE;
        }
        return;
    }
    *self->end = batch;
    self->end = &batch->next;
}

/* True when it is over with this one. */
static bool act_on(struct fault_bus *self, struct fault_batch *batch)
{
    if (batch->stage == STAGE_WAITS && !batch->is_lost) {
        batch->stage = STAGE_OUT;
        bus_deliver(&self->bus, &batch->batch);
        return false;
    }
    if (batch->inner != NULL) {
        bus_taken(self->inner, batch->inner, batch->is_lost ? STATUS_TIMEOUT : batch->status);
    }
    struct arena *arena = batch->batch.arena;
    arena_destroy(&arena);
    return true;
}

/* Answers when the next is due; -1 for never. */
static int64_t act_on_due(struct fault_bus *self)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t next_ms = -1;
    bool is_hurried = atomic_load(&self->stops);
    struct fault_batch **place = &self->batches;
    while (*place != NULL) {
        struct fault_batch *batch = *place;
        struct fault_batch *next = batch->next;
        bool is_with_member = batch->stage == STAGE_OUT;
        if (!is_with_member && (is_hurried || batch->due_ms <= now_ms)) {
            if (act_on(self, batch)) {
                *place = next;
                self->end = next == NULL ? place : self->end;
                continue;
            }
        } else if (!is_with_member && (next_ms == -1 || batch->due_ms < next_ms)) {
            next_ms = batch->due_ms;
        }
        place = &batch->next;
    }
    return next_ms;
}

static void take_notes(struct fault_bus *self)
{
    struct mailbox_node *node = mailbox_take_all(&self->mailbox);
    while (node != NULL) {
        struct mailbox_node *next = node->next;
        if (node == &self->wake) {
            atomic_store(&self->is_woken, false);
        } else {
            arrived(self, batch_of(node));
        }
        node = next;
    }
}

static void *run(void *argument)
{
    struct fault_bus *self = argument;
    for (;;) {
        take_notes(self);
        int64_t next_ms = act_on_due(self);
        int64_t now_ms = clock_monotonic_ms();
        if (atomic_load(&self->ends)) {
            if (self->batches == NULL || now_ms >= self->end_ms) {
                return NULL;
            }
            next_ms = self->end_ms;
        }
        int64_t left_ms = next_ms == -1 ? -1 : next_ms > now_ms ? next_ms - now_ms : 0;
        mailbox_wait(&self->mailbox, (int)left_ms);
    }
}

static void wake(struct fault_bus *self)
{
    if (!atomic_exchange(&self->is_woken, true)) {
        mailbox_put(&self->mailbox, &self->wake);
    }
}

/* ---- the bus ---- */

static enum status fault_start(struct bus *bus, struct text *error_out)
{
    struct fault_bus *self = self_of(bus);
    thread_start(&self->thread, run, self, "bus-fault");
    self->has_thread = true;
    return bus_start(self->inner, error_out);
}

static void fault_announce(struct bus *bus, size_t member)
{
    bus_announce(self_of(bus)->inner, member);
}

static void fault_taken(struct bus *bus, struct bus_batch *taken, enum status status)
{
    struct fault_batch *batch = (struct fault_batch *)(void *)taken;
    batch->status = status;
    mailbox_put(&self_of(bus)->mailbox, &batch->node);
}

static void fault_depth(struct bus *bus, struct bus_depth *depth_out)
{
    bus_depth(self_of(bus)->inner, depth_out);
}

static bool fault_stop(struct bus *bus, int timeout_ms)
{
    struct fault_bus *self = self_of(bus);
    int64_t end_ms = clock_monotonic_ms() + timeout_ms;
    atomic_store(&self->stops, true);
    wake(self);
    bool has_drained = bus_stop(self->inner, timeout_ms);
    if (self->has_thread) {
        self->end_ms = end_ms;
        atomic_store(&self->ends, true);
        wake(self);
        pthread_join(self->thread, NULL);
        self->has_thread = false;
    }
    return has_drained && self->batches == NULL;
}

static void fault_destroy(struct bus *bus)
{
    struct fault_bus *self = self_of(bus);
    fault_stop(bus, 0);
    take_notes(self); /* what was said too late */
    bus_destroy(&self->inner);
    while (self->batches != NULL) {
        struct fault_batch *batch = self->batches;
        struct arena *arena = batch->batch.arena;
        self->batches = batch->next;
        arena_destroy(&arena);
    }
    mailbox_finish(&self->mailbox);
    memory_free(self->inner_members);
    memory_free(self->members);
    memory_free(self);
}

static const struct bus_ops fault_ops = {
    .name = "fault",
    .start = fault_start,
    .announce = fault_announce,
    .taken = fault_taken,
    .depth = fault_depth,
    .stop = fault_stop,
    .destroy = fault_destroy,
};

struct bus *bus_fault_create(const struct bus_options *options,
                             const struct bus_fault_script *script)
{
    struct fault_bus *self = memory_take(sizeof *self);
    size_t count = options->member_count;
    self->options = *options;
    bus_init(&self->bus, &fault_ops, &self->options);
    self->script = *script;
    self->end = &self->batches;
    self->delivering = script->seed;
    self->taking = script->seed + 1;
    self->inner_members = memory_take((count + 1) * sizeof *self->inner_members);
    self->members = memory_take((count + 1) * sizeof *self->members);
    for (size_t i = 0; i < count; i++) {
        self->members[i] = (struct fault_member){.self = self, .outer = &options->members[i]};
        self->inner_members[i] = options->members[i];
        self->inner_members[i].context = &self->members[i];
        self->inner_members[i].deliver = deliver_with_harm;
        self->inner_members[i].wants = wants;
        self->inner_members[i].write = write_outside;
    }
    mailbox_init(&self->mailbox);
    self->inner_options = *options;
    self->inner_options.members = self->inner_members;
    self->inner = bus_local_create(&self->inner_options);
    return &self->bus;
}
