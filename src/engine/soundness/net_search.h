/* net_search.h - every marking of a net that can come about, breadth first, and what is wrong with
 * them. Inside the room only.
 *
 * A net is compiled to moves: sets of places become one to four words. Markings are numbered in the
 * order they are found, so a smaller number never has a longer path.
 */
#ifndef ENGINE_SOUNDNESS_NET_SEARCH_H
#define ENGINE_SOUNDNESS_NET_SEARCH_H

#include "engine/soundness/marking_set.h"
#include "engine/soundness/soundness.h"

enum { FINDINGS_MAX = 24 };

struct move {
    struct bit_set takes;
    struct bit_set gives;
    bool is_sure;  /* it can be relied on to happen */
    int yields_to; /* this many moves just before it go first if they can */
};

struct moves {
    const struct move *items;
    size_t count;
    struct bit_set start;
    struct bit_set ends;
    size_t place_count;
};

struct finding {
    enum unsound_kind kind;
    uint32_t marking; /* of TWICE before the move; MARKING_NONE of DEAD */
    int move;         /* the one to blame of TWICE, LEFT_BEHIND and DEAD; otherwise NET_NOTHING */
};

/* How a marking came about, and what became of it. */
struct step_back {
    uint32_t from; /* MARKING_NONE of the start */
    uint16_t move;
    bool has_ended; /* or went wrong: whoever gets here is not looked at further by the proof */
};

struct search {
    const struct moves *moves;
    struct marking_set set;
    struct step_back *steps; /* for each marking */
    uint32_t step_room;
    uint32_t *first_enabled; /* for each move the first marking it can be made in */
    bool is_complete;
    struct finding findings[FINDINGS_MAX];
    size_t finding_count;
};

/* A net as moves; soundness.c. They live in the arena. */
struct moves search_moves(struct arena *arena, const struct net *net);

/* Looks at everything, or stops at a limit. */
void search_run(struct search *search, const struct moves *moves,
                const struct soundness_limits *limits);
void search_finish(struct search *search);

/* The moves from the start to the marking; at most UNSOUND_PATH_MAX are written, and their
 * number is the answer. */
size_t search_path(const struct search *search, uint32_t marking, int *path_out);

/* A found marking with the greatest part of these places, the nearest one of those. */
uint32_t search_nearest(const struct search *search, const struct bit_set *places);

/* Every place that was marked in some marking. */
struct bit_set search_marked(const struct search *search);

/* Adds what only the whole picture shows: TRAPPED, UNSURE, DEAD. The search is complete. */
void search_judge(struct search *search);

/* False when there is no room for more. */
bool search_add_finding(struct search *search, struct finding finding);

/* ---- one move on one marking, for whoever replays a path ---- */

bool move_is_possible(const struct moves *moves, const struct bit_set *marking, size_t move);

/* The marking after it; twice_out are places that had a mark and got another. */
struct bit_set move_make(const struct move *move, const struct bit_set *marking,
                         struct bit_set *twice_out);

#endif
