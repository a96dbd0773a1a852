/* resolve_parties.c - who takes part, and what each of them sees. */
#include "engine/definition/resolve.h"

#include "base/must.h"

/* What is known while the parties are gathered. */
struct gathering {
    struct resolver *resolver;
    struct party *parties;
    struct sight *sights;
    size_t sight_room;
};

static struct bit_set all_fields(const struct resolver *resolver)
{
    struct bit_set fields = {{0}};
    for (size_t i = 0; i < resolver->fields.count; i++) {
        bit_set_add(&fields, i);
    }
    return fields;
}

static struct bit_set read_fields(struct resolver *resolver, const struct words *written)
{
    struct bit_set fields = {{0}};
    if (written->count == 1 && text_equals(written->items[0].text, TEXT("all"))) {
        return all_fields(resolver);
    }
    for (size_t i = 0; i < written->count; i++) {
        int field = resolve__name(resolver, &resolver->fields, written->items[i]);
        if (field != WORKFLOW_NOWHERE) {
            bit_set_add(&fields, (size_t)field);
        }
    }
    return fields;
}

static void add_sights(struct gathering *gathering, int party, const struct sights *written)
{
    struct workflow *workflow = gathering->resolver->workflow;
    for (size_t i = 0; i < written->count; i++) {
        const struct written_sight *sight = &written->items[i];
        bool is_always = !word_is_written(sight->place);
        int place = is_always ? WORKFLOW_NOWHERE
                              : resolve__name(gathering->resolver, &gathering->resolver->places,
                                              sight->place);
        struct bit_set fields = read_fields(gathering->resolver, &sight->fields);
        if (is_always || place != WORKFLOW_NOWHERE) {
            MUST(workflow->sight_count < gathering->sight_room);
            gathering->sights[workflow->sight_count++] = (struct sight){party, place, fields};
        }
    }
}

static int read_is(struct resolver *resolver, struct word word)
{
    int field = resolve__name(resolver, &resolver->fields, word);
    if (field != WORKFLOW_NOWHERE && resolver->workflow->fields[field].kind != CASE_ID) {
        complain(resolver->complaints, word.at,
                 "\"is\" names field \"%.*s\", which must be of kind id", TEXT_ARGS(word.text));
    }
    return field;
}

/* kind: WORKFLOW_NOWHERE of a kind itself. Answers the index. */
static int add_party(struct gathering *gathering, const struct written_party *written, int kind)
{
    struct resolver *resolver = gathering->resolver;
    struct word name = written->label.name;
    if (kind != WORKFLOW_NOWHERE) {
        struct text of = gathering->parties[kind].name;
        name.text = text_format(resolver->arena, "%.*s.%.*s", TEXT_ARGS(of), TEXT_ARGS(name.text));
    }
    int index = names_add(resolver, &resolver->parties, name);
    gathering->parties[index] = (struct party){
        .name = name.text,
        .at = name.at,
        .label = resolve__label(resolver, &written->label),
        .kind = kind == WORKFLOW_NOWHERE ? index : kind,
        .is_field = read_is(resolver, written->is),
    };
    add_sights(gathering, index, &written->sees);
    return index;
}

static size_t count_parties(const struct forms *kinds, size_t *sight_count_out)
{
    const struct written_party *items = kinds->items;
    size_t count = kinds->count;
    *sight_count_out = 0;
    for (size_t i = 0; i < kinds->count; i++) {
        const struct written_party *roles = items[i].roles.items;
        *sight_count_out += items[i].sees.count;
        count += items[i].roles.count;
        for (size_t j = 0; j < items[i].roles.count; j++) {
            *sight_count_out += roles[j].sees.count;
        }
    }
    return count;
}

void resolve__parties(struct resolver *resolver)
{
    const struct forms *kinds = &resolver->written->participants;
    const struct written_party *written = kinds->items;
    struct gathering gathering = {.resolver = resolver};
    size_t count = count_parties(kinds, &gathering.sight_room);
    names_init(resolver, &resolver->parties, "participant", count);
    gathering.parties = ARENA_ARRAY(resolver->arena, struct party, count);
    gathering.sights = ARENA_ARRAY(resolver->arena, struct sight, gathering.sight_room);
    resolver->workflow->parties = gathering.parties;
    resolver->workflow->sights = gathering.sights;
    if (count > WORKFLOW_PARTIES_MAX) {
        complain(resolver->complaints, kinds->at, "%zu participants and roles, but 64 are the most",
                 count);
    }
    for (size_t i = 0; i < kinds->count; i++) {
        const struct written_party *roles = written[i].roles.items;
        int kind = add_party(&gathering, &written[i], WORKFLOW_NOWHERE);
        for (size_t j = 0; j < written[i].roles.count; j++) {
            add_party(&gathering, &roles[j], kind);
        }
    }
    resolver->workflow->party_count = resolver->parties.count;
}
