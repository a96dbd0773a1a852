/* soundness_glance.c - what is wrong with a net that can be seen without moving a mark. */
#include "engine/soundness/soundness_parts.h"

static bool is_without_condition(const struct net_transition *transition)
{
    return transition->when == NET_ALWAYS || transition->when == NET_ELSE;
}

static void add_plain(struct check *check, enum unsound_kind kind, int transition,
                      struct bit_set places)
{
    check_add(check,
              &(struct unsound){
                  .kind = kind, .transition = transition, .other = NET_NOTHING, .places = places});
}

/* ---- the ends of the net ---- */

static void look_at_ends(struct check *check)
{
    const struct net *net = check->net;
    struct bit_set ends = net_ends(net);
    if (bit_set_is_empty(&net->start)) {
        add_plain(check, UNSOUND_NO_START, NET_NOTHING, (struct bit_set){0});
    }
    if (bit_set_is_empty(&ends)) {
        add_plain(check, UNSOUND_NO_END, NET_NOTHING, (struct bit_set){0});
    }
    for (size_t i = 0; i < net->transition_count; i++) {
        const struct bit_set *takes = &net->transitions[i].takes;
        struct bit_set left = {0};
        for (int k = net_next(takes, 0); k >= 0; k = net_next(takes, k + 1)) {
            if (net->places[k].is_end) {
                bit_set_add(&left, (size_t)k);
            }
        }
        if (bit_set_is_empty(takes)) {
            add_plain(check, UNSOUND_TAKES_NOTHING, (int)i, left);
        }
        if (!bit_set_is_empty(&left)) {
            add_plain(check, UNSOUND_LEAVES_END, (int)i, left);
        }
    }
}

/* ---- choices ---- */

static void look_at_choice(struct check *check, size_t first)
{
    const struct net *net = check->net;
    const struct net_transition *one = &net->transitions[first];
    int rest = is_without_condition(one) ? (int)first : NET_NOTHING;
    for (size_t i = first + 1; i < net->transition_count; i++) {
        const struct net_transition *other = &net->transitions[i];
        if (other->choice != one->choice || !is_without_condition(other)) {
            continue;
        }
        if (rest != NET_NOTHING) {
            check_add(check, &(struct unsound){.kind = UNSOUND_AMBIGUOUS,
                                               .transition = rest,
                                               .other = (int)i,
                                               .places = one->takes});
            return;
        }
        rest = (int)i;
    }
    if (rest == NET_NOTHING) {
        add_plain(check, UNSOUND_NO_ELSE, (int)first, one->takes);
    }
}

static void look_at_choices(struct check *check)
{
    const struct net *net = check->net;
    for (size_t i = 0; i < net->transition_count; i++) {
        bool is_first = net->transitions[i].choice > 0;
        for (size_t k = 0; k < i && is_first; k++) {
            is_first = net->transitions[k].choice != net->transitions[i].choice;
        }
        if (is_first) {
            look_at_choice(check, i);
        }
    }
}

/* ---- places nothing leads to ---- */

/* Everything that marks in these places could lead to, if places did not need each other. */
static void follow(const struct net *net, struct bit_set *reached)
{
    bool any = true;
    while (any) {
        any = false;
        for (size_t i = 0; i < net->transition_count; i++) {
            const struct net_transition *transition = &net->transitions[i];
            if (bit_set_contains(reached, &transition->takes) &&
                !bit_set_contains(reached, &transition->gives)) {
                bit_set_join(reached, &transition->gives);
                any = true;
            }
        }
    }
}

static bool is_given(const struct net *net, size_t place)
{
    for (size_t i = 0; i < net->transition_count; i++) {
        if (bit_set_has(&net->transitions[i].gives, place)) {
            return true;
        }
    }
    return false;
}

/* Each root is named, not what only follows from it: first the places that nothing gives, then one
 * of each ring that is given by nothing but itself. */
static void look_at_places(struct check *check)
{
    const struct net *net = check->net;
    struct bit_set reached = net->start;
    struct bit_set nowhere = {0};
    follow(net, &reached);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < net->place_count; i++) {
            if (bit_set_has(&reached, i) || (round == 0 && is_given(net, i))) {
                continue;
            }
            bit_set_add(&nowhere, i);
            bit_set_add(&reached, i);
            if (round == 1) {
                follow(net, &reached);
            }
        }
        follow(net, &reached);
    }
    for (int i = net_next(&nowhere, 0); i >= 0; i = net_next(&nowhere, i + 1)) {
        struct bit_set place = {0};
        bit_set_add(&place, (size_t)i);
        add_plain(check, UNSOUND_UNREACHED, NET_NOTHING, place);
    }
}

bool check_at_a_glance(struct check *check)
{
    look_at_ends(check);
    if (check->count > 0) {
        return false; /* there is nothing to move a mark on */
    }
    look_at_choices(check);
    look_at_places(check);
    return true;
}
