/* journal.h - the one append-only table in which a service says what happened and what it wants.
 *
 * It is outbox, history, source of the client stream and of audit at once. A row is written in the
 * transaction of the change. Rows are never changed; positions have no holes.
 *
 * Positions are the order of commits. On a store that is ours alone the position is given when the
 * row is written, since one writer commits one transaction after the other. On a shared store
 * transactions overlap, so that a number given early may become visible late, and a reader who
 * follows such numbers would lose rows: there the position is given by journal_settle, after the
 * commit, to rows that everybody can see. Until then a row is in no reader's sight.
 *
 * All functions run inside a transaction of the caller's.
 */
#ifndef BUS_JOURNAL_H
#define BUS_JOURNAL_H

#include "bus/message.h"
#include "store/migrate.h"
#include "store/store.h"

/* message->position is not used. The message's id MUST be new. */
NODISCARD enum status journal_append(struct store *store, const struct message *message);

/* Gives positions to what was committed without; nothing to do on a store that is ours alone. For
 * a transaction of its own, which may run in several processes at once. *settled_out counts rows;
 * at most limit. */
NODISCARD enum status journal_settle(struct store *store, struct arena *arena, size_t limit,
                                     int64_t *settled_out);
/* Has every row that can be seen its position? A look that changes nothing. */
NODISCARD enum status journal_is_settled(struct store *store, struct arena *arena,
                                         bool *settled_out);

struct messages {
    const struct message *items;
    size_t count;
};

/* Rows with position > after, in order, at most JOURNAL_READ_MAX. `source` is filled in. */
enum { JOURNAL_READ_MAX = 256, JOURNAL_READ_FEW = 16 };
NODISCARD enum status journal_read(struct store *store, struct arena *arena, struct text source,
                                   int64_t after, struct messages *messages_out);
/* The same, at most JOURNAL_READ_FEW, and one only: for when the arena has no room for more
 * (TOO_LARGE). */
NODISCARD enum status journal_read_few(struct store *store, struct arena *arena, struct text source,
                                       int64_t after, struct messages *messages_out);
NODISCARD enum status journal_read_next(struct store *store, struct arena *arena,
                                        struct text source, int64_t after,
                                        struct messages *messages_out);

/* The first and the last position that is kept; both 0 when the journal is empty. */
struct journal_ends {
    int64_t first;
    int64_t last;
};
NODISCARD enum status journal_ends(struct store *store, struct arena *arena,
                                   struct journal_ends *ends_out);

/* The newest position <= upto that goes to this addressee (NO_TEXT: events); 0 when none is kept.
 */
NODISCARD enum status journal_newest(struct store *store, struct arena *arena,
                                     struct text addressee, int64_t upto, int64_t *position_out);

/* The oldest position > after and <= upto that goes to this addressee; 0 when there is none. */
NODISCARD enum status journal_next_for(struct store *store, struct arena *arena,
                                       struct text addressee, int64_t after, int64_t upto,
                                       int64_t *position_out);

/* Forgets rows told before before_ms with position <= upto, at most 500, never the newest row. */
NODISCARD enum status journal_forget(struct store *store, int64_t before_ms, int64_t upto,
                                     int64_t *forgotten_out);

/* ---- cursors: how far somebody has come in a journal ---- */

/* Two channels of a source: what everybody may hear, and what is addressed to one service. */
enum bus_channel { BUS_EVENTS, BUS_COMMANDS };
struct text bus_channel_name(enum bus_channel channel); /* "events", "commands" */

/* A consumer's cursor stands in the consumer's schema and moves in the transaction of the effects:
 * this is what makes them count once. 0 when there is none yet. In a WRITE transaction on a shared
 * store the cursor is kept from being moved by others until the end: so who counts looks first. */
NODISCARD enum status cursor_find(struct store *store, struct arena *arena, struct text source,
                                  enum bus_channel channel, int64_t *position_out);
/* It never goes back: a position it has passed already changes nothing. */
NODISCARD enum status cursor_move(struct store *store, struct text source, enum bus_channel channel,
                                  int64_t position);

/* Where a follower is known to be, kept in the schema of the source: so nothing is forgotten that
 * somebody has not taken yet. `follower` is a service's name, or "relay" for what a broker has. */
NODISCARD enum status follower_move(struct store *store, struct text follower,
                                    enum bus_channel channel, int64_t position, int64_t now_ms);
NODISCARD enum status follower_find(struct store *store, struct arena *arena, struct text follower,
                                    enum bus_channel channel, int64_t *position_out);
struct follower {
    struct text name;
    struct text channel;
    int64_t position;
};
struct followers {
    const struct follower *items;
    size_t count;
};
enum { FOLLOWERS_MAX = 1000 };
NODISCARD enum status follower_list(struct store *store, struct arena *arena,
                                    struct followers *followers_out);
/* The position everybody has taken; INT64_MAX when nobody follows. */
NODISCARD enum status follower_slowest(struct store *store, struct arena *arena,
                                       int64_t *position_out);

/* The tables journal, cursor and follower, as a series of their own in every schema. */
extern const struct migration bus_migrations[];
extern const size_t bus_migration_count;

#endif
