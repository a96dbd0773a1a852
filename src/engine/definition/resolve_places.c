/* resolve_places.c - the places that were written, and those that stages have by themselves. */
#include "engine/definition/resolve.h"

#include "base/must.h"

static const char *const reserved[] = {"start", "always"};

struct stages resolve__stages(const struct resolver *resolver)
{
    return (struct stages){
        .items = resolver->written->stages.items,
        .count = resolver->written->stages.count,
    };
}

static bool is_refused(struct resolver *resolver, struct word name)
{
    for (size_t i = 0; i < COUNT_OF(reserved); i++) {
        if (text_equals_ignoring_case(name.text, text_of(reserved[i]))) {
            complain(resolver->complaints, name.at, "no place may be called \"%s\": %s",
                     reserved[i],
                     i == WORKFLOW_START ? "every case begins there, it need not be written"
                                         : "the word means whatever the place");
            return true;
        }
    }
    return false;
}

static void add_start(struct resolver *resolver, struct place *places)
{
    struct word name = {.text = TEXT("start")};
    names_add(resolver, &resolver->places, name);
    places[WORKFLOW_START] = (struct place){
        .name = name.text,
        .label = {TEXT("Начало"), TEXT("Start")},
        .is_hidden = true,
    };
}

static struct place make_place(struct resolver *resolver, const struct written_place *written)
{
    struct place place = {
        .name = written->label.name.text,
        .at = written->label.name.at,
        .label = resolve__label(resolver, &written->label),
        .is_end = word_flag(written->end),
        .is_hidden = word_flag(written->hidden),
        .undoes = word_flag(written->undoes),
        .was = resolve__was(resolver, &written->was),
    };
    return place;
}

static void check_was(const struct resolver *resolver)
{
    const struct written_place *written = resolver->written->places.items;
    size_t count = resolver->written->places.count;
    const struct words **lists = ARENA_ARRAY(resolver->arena, const struct words *, count + 1);
    for (size_t i = 0; i < count; i++) {
        lists[i] = &written[i].was;
    }
    resolve__check_was(resolver, &resolver->places, lists, count);
}

/* A stage that does not say where it is from is done in a place of its own name. */
static void add_stage_places(struct resolver *resolver, struct place *places)
{
    struct stages stages = resolve__stages(resolver);
    for (size_t i = 0; i < stages.count; i++) {
        const struct written_transition *stage = &stages.items[i];
        bool has_from = stage->from.at.line != 0 || stage->from_any.at.line != 0;
        if (has_from || names_find(&resolver->places, stage->label.name.text) >= 0) {
            continue;
        }
        if (resolver->places.count == WORKFLOW_PLACES_MAX) {
            complain(resolver->complaints, stage->label.name.at,
                     "more than 255 places, with those of the stages");
            return;
        }
        if (is_refused(resolver, stage->label.name)) {
            continue;
        }
        places[names_add(resolver, &resolver->places, stage->label.name)] = (struct place){
            .name = stage->label.name.text,
            .at = stage->label.name.at,
            .label = resolve__label(resolver, &stage->label),
            .is_stage = true,
        };
    }
}

static void need_end(struct resolver *resolver, const struct place *places)
{
    for (size_t i = 0; i < resolver->places.count; i++) {
        if (places[i].is_end) {
            return;
        }
    }
    complain(resolver->complaints, resolver->written->places.at,
             "no place has \"end: true\", so that no case could end");
}

void resolve__places(struct resolver *resolver)
{
    const struct written_place *written = resolver->written->places.items;
    size_t count = resolver->written->places.count;
    struct place *places = ARENA_ARRAY(resolver->arena, struct place, WORKFLOW_PLACES_MAX);
    names_init(resolver, &resolver->places, "place", WORKFLOW_PLACES_MAX);
    MUST(count < WORKFLOW_PLACES_MAX); /* the form allows no more */
    add_start(resolver, places);
    for (size_t i = 0; i < count; i++) {
        if (!is_refused(resolver, written[i].label.name)) {
            int index = names_add(resolver, &resolver->places, written[i].label.name);
            places[index] = make_place(resolver, &written[i]);
        }
    }
    add_stage_places(resolver, places);
    check_was(resolver);
    resolver->places.are_missing = resolver->written->places.at.line == 0;
    if (!resolver->places.are_missing) {
        need_end(resolver, places);
    }
    resolver->workflow->places = places;
    resolver->workflow->place_count = resolver->places.count;
}
