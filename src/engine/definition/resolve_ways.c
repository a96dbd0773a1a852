/* resolve_ways.c - from, from_any, in and to become ways between sets of places. */
#include "engine/definition/resolve.h"

#include "base/must.h"

enum { TAKES_MAX = 64, NEXT_MAX = 16 };

/* What a transition may take, and what it then gives. */
struct ends {
    struct bit_set takes[TAKES_MAX];
    size_t take_count;
    bool is_broken; /* somebody has complained: no ways are made */
};

/* The places of a `from`, `to` or `catch`. False when something in it is wrong. */
static bool read_set(struct resolver *resolver, const struct words *words, struct bit_set *set_out)
{
    bool is_good = words->count > 0;
    *set_out = (struct bit_set){{0}};
    for (size_t i = 0; i < words->count; i++) {
        int place = resolve__name(resolver, &resolver->places, words->items[i]);
        if (place == WORKFLOW_NOWHERE) {
            is_good = false;
        } else if (bit_set_has(set_out, (size_t)place)) {
            complain(resolver->complaints, words->items[i].at, "\"%.*s\" is there twice",
                     TEXT_ARGS(words->items[i].text));
            is_good = false;
        } else {
            bit_set_add(set_out, (size_t)place);
        }
    }
    if (is_good && words->count > 1 && bit_set_has(set_out, WORKFLOW_START)) {
        complain(resolver->complaints, words->at,
                 "start stands alone: no case is there and "
                 "somewhere else");
        return false;
    }
    return is_good;
}

/* Nothing leads back to start. */
static bool read_goal(struct resolver *resolver, const char *entry, const struct words *words,
                      struct bit_set *set_out)
{
    bool is_good = read_set(resolver, words, set_out);
    if (is_good && bit_set_has(set_out, WORKFLOW_START)) {
        complain(resolver->complaints, words->at, "\"%s\" is start, to which nothing leads back",
                 entry);
        return false;
    }
    return is_good;
}

static void add_takes(struct resolver *resolver, struct ends *ends, const struct words *words)
{
    MUST(ends->take_count < TAKES_MAX); /* the form allows no more */
    if (read_set(resolver, words, &ends->takes[ends->take_count])) {
        ends->take_count++;
    } else {
        ends->is_broken = true;
    }
}

static void add_place(struct ends *ends, int place)
{
    struct bit_set *set = &ends->takes[ends->take_count++];
    *set = (struct bit_set){{0}};
    bit_set_add(set, (size_t)place);
}

/* ---- where it leaves ---- */

static void refuse_beside(struct resolver *resolver, const char *entry, struct spot at,
                          const char *other)
{
    if (at.line != 0) {
        complain(resolver->complaints, at, "\"%s\" and \"%s\" cannot both be given", other, entry);
    }
}

static void read_in(struct resolver *resolver, const struct written_transition *written,
                    struct ends *ends)
{
    refuse_beside(resolver, "from", written->from.at, "in");
    refuse_beside(resolver, "from_any", written->from_any.at, "in");
    refuse_beside(resolver, "to", written->to.at, "in");
    for (size_t i = 0; i < written->in.count; i++) {
        int place = resolve__name(resolver, &resolver->places, written->in.items[i]);
        if (place == WORKFLOW_START) {
            complain(resolver->complaints, written->in.items[i].at,
                     "\"in\" is start, where there is no case yet");
        } else if (place != WORKFLOW_NOWHERE) {
            add_place(ends, place);
        }
    }
    ends->is_broken = ends->take_count < written->in.count || ends->take_count == 0;
}

/* A stage without `from` is done in the place of its own name. */
static void read_own_place(struct resolver *resolver, const struct written_transition *written,
                           const struct transition *transition, struct ends *ends)
{
    int own = names_find(&resolver->places, written->label.name.text);
    if (transition->kind != TRANSITION_STAGE) {
        complain(resolver->complaints, written->label.name.at,
                 "\"%.*s\" needs \"from\": the place it leaves, or \"in\" when it stays there",
                 TEXT_ARGS(transition->name));
        ends->is_broken = true;
    } else if (own == WORKFLOW_NOWHERE) {
        ends->is_broken = true; /* more places than there may be */
    } else {
        add_place(ends, own);
    }
}

static void read_takes(struct resolver *resolver, const struct written_transition *written,
                       const struct transition *transition, struct ends *ends)
{
    bool has_from = written->from.at.line != 0;
    bool has_any = written->from_any.at.line != 0;
    if (has_from && has_any) {
        refuse_beside(resolver, "from_any", written->from_any.at, "from");
    }
    if (has_from) {
        add_takes(resolver, ends, &written->from);
    }
    for (size_t i = 0; i < written->from_any.count; i++) {
        if (!has_from) {
            add_takes(resolver, ends, &written->from_any.items[i]);
        }
    }
    if (!has_from && !has_any) {
        read_own_place(resolver, written, transition, ends);
    }
    ends->is_broken = ends->is_broken || ends->take_count == 0;
}

/* ---- where it leads ---- */

/* The place of the stage that follows in the file. */
static bool read_follower(struct resolver *resolver, size_t index, struct bit_set *gives_out)
{
    struct stages stages = resolve__stages(resolver);
    const struct written_transition *stage = &stages.items[index];
    const struct written_transition *follower = stage + 1;
    if (index + 1 == stages.count || follower->from_any.at.line != 0) {
        complain(resolver->complaints, stage->label.name.at, "stage \"%.*s\" needs \"to\": %s",
                 TEXT_ARGS(stage->label.name.text),
                 index + 1 == stages.count ? "no stage follows it"
                                           : "the stage after it can begin in several places");
        return false;
    }
    if (follower->from.at.line != 0) {
        return read_goal(resolver, "from", &follower->from, gives_out);
    }
    int own = names_find(&resolver->places, follower->label.name.text);
    *gives_out = (struct bit_set){{0}};
    if (own != WORKFLOW_NOWHERE) {
        bit_set_add(gives_out, (size_t)own);
    }
    return own != WORKFLOW_NOWHERE;
}

static bool read_gives(struct resolver *resolver, const struct written_transition *written,
                       size_t index, const struct transition *transition, struct bit_set *gives_out)
{
    if (written->to.at.line != 0) {
        return read_goal(resolver, "to", &written->to, gives_out);
    }
    if (transition->kind == TRANSITION_STAGE) {
        return read_follower(resolver, index, gives_out);
    }
    complain(resolver->complaints, written->label.name.at,
             "\"%.*s\" needs \"to\": the place it leads to", TEXT_ARGS(transition->name));
    return false;
}

/* A stage chooses another stage by its name, or a place. */
static bool read_next(struct resolver *resolver, struct word word, struct bit_set *gives_out)
{
    struct stages stages = resolve__stages(resolver);
    for (size_t i = 0; i < stages.count; i++) {
        const struct written_transition *stage = &stages.items[i];
        if (text_equals(word.text, stage->label.name.text) && stage->from.count > 0) {
            return read_goal(resolver, "next", &stage->from, gives_out);
        }
    }
    struct words alone = {.items = &word, .count = 1, .at = word.at};
    return read_goal(resolver, "next", &alone, gives_out);
}

/* ---- the ways ---- */

static bool leaves_end(struct resolver *resolver, const struct written_transition *written,
                       const struct ends *ends)
{
    const struct place *places = resolver->workflow->places;
    for (size_t i = 0; i < ends->take_count; i++) {
        for (size_t place = 0; place < resolver->places.count; place++) {
            if (places[place].is_end && bit_set_has(&ends->takes[i], place)) {
                complain(resolver->complaints, written->label.name.at,
                         "\"%.*s\" leaves \"%.*s\", which is an end",
                         TEXT_ARGS(written->label.name.text), TEXT_ARGS(places[place].name));
                return true;
            }
        }
    }
    return false;
}

static bool is_too_many(struct resolver *resolver, const struct written_transition *written,
                        size_t count)
{
    resolver->way_count += count;
    if (resolver->way_count > WORKFLOW_WAYS_MAX) {
        complain(resolver->complaints, written->label.name.at,
                 "more than %d ways in one workflow: each \"from\" with each \"to\", \"next\" and "
                 "\"catch\"",
                 WORKFLOW_WAYS_MAX);
        return true;
    }
    return false;
}

/* What is given, and why; the same for each that is taken. */
struct goals {
    struct bit_set gives[NEXT_MAX + 2];
    enum way_kind kinds[NEXT_MAX + 2];
    size_t count;
};

static void add_goal(struct goals *goals, enum way_kind kind, const struct bit_set *gives)
{
    MUST(goals->count < COUNT_OF(goals->gives));
    goals->gives[goals->count] = *gives;
    goals->kinds[goals->count++] = kind;
}

static bool read_goals(struct resolver *resolver, const struct written_transition *written,
                       size_t index, const struct transition *transition, struct goals *goals)
{
    struct bit_set gives;
    bool is_good = read_gives(resolver, written, index, transition, &gives);
    if (is_good) {
        add_goal(goals, WAY_ON, &gives);
    }
    for (size_t i = 0; i < written->next.count; i++) {
        bool is_known = read_next(resolver, written->next.items[i], &gives);
        if (is_known) {
            add_goal(goals, WAY_NEXT, &gives);
        }
        is_good = is_good && is_known;
    }
    if (written->caught.at.line != 0) {
        bool is_known = read_goal(resolver, "catch", &written->caught, &gives);
        if (is_known) {
            add_goal(goals, WAY_CATCH, &gives);
        }
        is_good = is_good && is_known;
    }
    return is_good;
}

static void make_ways(struct resolver *resolver, const struct ends *ends, const struct goals *goals,
                      struct transition *transition)
{
    size_t count = ends->take_count * goals->count;
    struct way *ways = ARENA_ARRAY(resolver->arena, struct way, count);
    transition->ways = ways;
    for (size_t i = 0; i < ends->take_count; i++) {
        for (size_t j = 0; j < goals->count; j++) {
            ways[transition->way_count++] = (struct way){
                .kind = goals->kinds[j],
                .takes = ends->takes[i],
                .gives = goals->gives[j],
            };
        }
    }
}

static void make_ways_in(struct resolver *resolver, const struct ends *ends,
                         struct transition *transition)
{
    struct way *ways = ARENA_ARRAY(resolver->arena, struct way, ends->take_count);
    transition->ways = ways;
    transition->way_count = ends->take_count;
    for (size_t i = 0; i < ends->take_count; i++) {
        ways[i] = (struct way){WAY_ON, ends->takes[i], ends->takes[i]};
    }
}

void resolve__ways(struct resolver *resolver, const struct written_transition *written,
                   size_t index, struct transition *transition)
{
    struct ends ends = {.take_count = 0};
    struct goals goals = {.count = 0};
    bool stays = written->in.at.line != 0;
    if (stays) {
        read_in(resolver, written, &ends);
    } else {
        read_takes(resolver, written, transition, &ends);
        ends.is_broken =
            !read_goals(resolver, written, index, transition, &goals) || ends.is_broken;
    }
    if (leaves_end(resolver, written, &ends) || ends.is_broken ||
        is_too_many(resolver, written, ends.take_count * (stays ? 1 : goals.count))) {
        return;
    }
    if (stays) {
        make_ways_in(resolver, &ends, transition);
    } else {
        make_ways(resolver, &ends, &goals, transition);
    }
}
