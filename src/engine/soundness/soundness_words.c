/* soundness_words.c - what is wrong with a net, in one sentence and as JSON. */
#include "engine/soundness/soundness_parts.h"

#include "base/arena.h"

static const char *const names[] = {
#define X(name, text) [UNSOUND_##name] = (text),
    UNSOUND_LIST(X)
#undef X
};

enum { WAYS_SHOWN_MAX = 4 };

const char *unsound_name(enum unsound_kind kind)
{
    MUST(kind < UNSOUND_COUNT);
    return names[kind];
}

/* ---- parts of sentences ---- */

static struct text name_of(const struct check *check, int transition)
{
    MUST(transition >= 0 && (size_t)transition < check->net->transition_count);
    return check->net->transitions[transition].name;
}

static struct text places_of(const struct check *check, const struct bit_set *places)
{
    return net_place_names(check->arena, check->net, places);
}

/* " from 'need_executor'", nothing when it is the start of the net alone. */
static struct text taken_by(const struct check *check, int transition)
{
    struct text places = places_of(check, &check->net->transitions[transition].takes);
    return text_format(check->arena, " from %.*s", TEXT_ARGS(places));
}

/* "'approve', 'decline' and 2 others": of the transitions for which the question is answered yes.
 */
static struct text list_ways(const struct check *check, const struct unsound *fault,
                             bool (*is_asked)(const struct net *net, size_t transition,
                                              const struct unsound *fault))
{
    struct text list = TEXT("");
    size_t count = 0;
    for (size_t i = 0; i < check->net->transition_count; i++) {
        if (is_asked(check->net, i, fault) && ++count <= WAYS_SHOWN_MAX) {
            list = text_format(check->arena, "%.*s%s'%.*s'", TEXT_ARGS(list), count > 1 ? ", " : "",
                               TEXT_ARGS(name_of(check, (int)i)));
        }
    }
    return count <= WAYS_SHOWN_MAX ? list
                                   : text_format(check->arena, "%.*s and %zu more", TEXT_ARGS(list),
                                                 count - WAYS_SHOWN_MAX);
}

static bool is_of_choice(const struct net *net, size_t transition, const struct unsound *fault)
{
    return net->transitions[transition].choice == net->transitions[fault->transition].choice;
}

static bool may_go_on(const struct net *net, size_t transition, const struct unsound *fault)
{
    const struct net_transition *way = &net->transitions[transition];
    bool is_sure = way->when == NET_ALWAYS || way->when == NET_ELSE || way->choice > 0;
    return !is_sure && bit_set_contains(&fault->marking, &way->takes);
}

/* ---- the sentences ---- */

static struct text say_stuck(const struct check *check, const struct unsound *fault)
{
    struct text marked = places_of(check, &fault->marking);
    if (marked.bytes == 0) {
        return TEXT("no mark is left, and the case has not ended");
    }
    if (fault->transition == NET_NOTHING) {
        return text_format(check->arena, "the case is stuck in %.*s: nothing leads on",
                           TEXT_ARGS(marked));
    }
    struct text missing = places_of(check, &fault->places);
    return text_format(check->arena, "the case is stuck in %.*s: '%.*s' waits for %.*s",
                       TEXT_ARGS(marked), TEXT_ARGS(name_of(check, fault->transition)),
                       TEXT_ARGS(missing));
}

static struct text say_dead(const struct check *check, const struct unsound *fault)
{
    struct text name = name_of(check, fault->transition);
    if (!fault->has_path) {
        return text_format(check->arena, "'%.*s' can never happen", TEXT_ARGS(name));
    }
    if (bit_set_is_empty(&fault->places)) {
        return text_format(check->arena,
                           "'%.*s'%.*s can never happen: an earlier way is always taken instead",
                           TEXT_ARGS(name), TEXT_ARGS(taken_by(check, fault->transition)));
    }
    struct text missing = places_of(check, &fault->places);
    return text_format(check->arena, "'%.*s' can never happen: at the nearest it lacks %.*s",
                       TEXT_ARGS(name), TEXT_ARGS(missing));
}

static struct text say_unsure(const struct check *check, const struct unsound *fault)
{
    struct text marked = places_of(check, &fault->marking);
    struct text ways = list_ways(check, fault, may_go_on);
    if (ways.bytes == 0) {
        return text_format(check->arena, "from %.*s the case ends only if conditions turn out well",
                           TEXT_ARGS(marked));
    }
    return text_format(check->arena,
                       "from %.*s the case may never end: it goes on only by %.*s, which nobody "
                       "can rely on",
                       TEXT_ARGS(marked), TEXT_ARGS(ways));
}

static struct text say_choice(const struct check *check, const struct unsound *fault)
{
    struct text places = places_of(check, &fault->places);
    if (fault->kind == UNSOUND_AMBIGUOUS) {
        return text_format(check->arena,
                           "'%.*s' and '%.*s' both leave %.*s without a condition; only one can",
                           TEXT_ARGS(name_of(check, fault->transition)),
                           TEXT_ARGS(name_of(check, fault->other)), TEXT_ARGS(places));
    }
    struct text ways = list_ways(check, fault, is_of_choice);
    return text_format(
        check->arena, "every way on from %.*s has a condition (%.*s); one of them must be the else",
        TEXT_ARGS(places), TEXT_ARGS(ways));
}

static struct text say(const struct check *check, const struct unsound *fault)
{
    struct arena *arena = check->arena;
    int blamed = fault->transition;
    struct text name = blamed == NET_NOTHING ? NO_TEXT : name_of(check, blamed);
    struct text places = places_of(check, &fault->places);
    switch (fault->kind) {
    case UNSOUND_NO_START:
        return TEXT("no place is marked at the start");
    case UNSOUND_NO_END:
        return TEXT("no place is an end");
    case UNSOUND_TAKES_NOTHING:
        return text_format(arena, "'%.*s' takes no mark, so it could happen for ever",
                           TEXT_ARGS(name));
    case UNSOUND_LEAVES_END:
        return text_format(arena, "'%.*s' leaves %.*s, which is an end", TEXT_ARGS(name),
                           TEXT_ARGS(places));
    case UNSOUND_AMBIGUOUS:
    case UNSOUND_NO_ELSE:
        return say_choice(check, fault);
    case UNSOUND_UNREACHED:
        return text_format(arena, "nothing leads to %.*s", TEXT_ARGS(places));
    case UNSOUND_TWICE:
        return text_format(arena, "'%.*s' enters %.*s twice", TEXT_ARGS(name), TEXT_ARGS(places));
    case UNSOUND_LEFT_BEHIND:
        if (blamed == NET_NOTHING) {
            return text_format(arena, "the start is an end, and marks %.*s too", TEXT_ARGS(places));
        }
        return text_format(arena, "'%.*s'%.*s leaves a mark in %.*s", TEXT_ARGS(name),
                           TEXT_ARGS(taken_by(check, blamed)), TEXT_ARGS(places));
    case UNSOUND_STUCK:
        return say_stuck(check, fault);
    case UNSOUND_TRAPPED:
        return text_format(arena, "no way to an end from %.*s",
                           TEXT_ARGS(places_of(check, &fault->marking)));
    case UNSOUND_UNSURE:
        return say_unsure(check, fault);
    case UNSOUND_DEAD:
        return say_dead(check, fault);
    case UNSOUND_TOO_LARGE:
        return text_format(arena,
                           "more than %zu markings can come about, too many to look at each; let "
                           "fewer things go on at the same time",
                           check->markings_max);
    case UNSOUND_COUNT:
        break;
    }
    MUST(fault->kind < UNSOUND_COUNT);
    return NO_TEXT;
}

struct text unsound_sentence(const struct check *check, const struct unsound *fault)
{
    struct text sentence = say(check, fault);
    if (!fault->has_path) {
        return sentence;
    }
    struct text path = fault->path_count == 0 ? TEXT("at the start")
                                              : net_path_names(check->arena, check->net,
                                                               fault->path, fault->path_count);
    return text_format(check->arena, "%.*s: %.*s", TEXT_ARGS(sentence), TEXT_ARGS(path));
}

/* ---- JSON ---- */

static void write_places(struct json_writer *writer, const struct net *net, const char *key,
                         const struct bit_set *set)
{
    json_key(writer, key);
    json_begin_array(writer);
    for (int i = net_next(set, 0); i >= 0; i = net_next(set, i + 1)) {
        json_put_text(writer, net->places[i].name);
    }
    json_end_array(writer);
}

static void write_path(struct json_writer *writer, const struct net *net,
                       const struct unsound *fault)
{
    json_key(writer, "path");
    json_begin_array(writer);
    for (size_t i = 0; i < fault->path_count; i++) {
        json_put_text(writer, net->transitions[fault->path[i]].name);
    }
    json_end_array(writer);
    json_key(writer, "shortest");
    json_put_flag(writer, fault->is_shortest);
    write_places(writer, net, "marking", &fault->marking);
}

static void write_fault(struct json_writer *writer, const struct net *net,
                        const struct unsound *fault)
{
    json_begin_object(writer);
    json_key(writer, "kind");
    json_put_text(writer, text_of(unsound_name(fault->kind)));
    json_key(writer, "sentence");
    json_put_text(writer, fault->sentence);
    if (fault->transition != NET_NOTHING) {
        json_key(writer, "transition");
        json_put_text(writer, net->transitions[fault->transition].name);
    }
    write_places(writer, net, "places", &fault->places);
    if (fault->has_path) {
        write_path(writer, net, fault);
    }
    json_end_object(writer);
}

void soundness_write_json(struct json_writer *writer, const struct net *net,
                          const struct soundness *soundness)
{
    json_begin_object(writer);
    json_key(writer, "sound");
    json_put_flag(writer, soundness->is_sound);
    json_key(writer, "markings");
    json_put_integer(writer, (int64_t)soundness->marking_count);
    json_key(writer, "faults");
    json_begin_array(writer);
    for (size_t i = 0; i < soundness->fault_count; i++) {
        write_fault(writer, net, &soundness->faults[i]);
    }
    json_end_array(writer);
    json_end_object(writer);
}
