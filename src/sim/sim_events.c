/* sim_events.c - other services tell what the workflows wait for: of a case that is there, of one
 * that is elsewhere by now, or of none.
 */
#include "runtime/telling.h"
#include "sim/sim_world.h"

#include <string.h>

struct telling_one {
    const struct event *event;
    struct text subject;
    struct text data;
};

/* A transition that waits for what the service tells. */
struct waiting {
    struct member *member;
    const struct event *event;
    const struct recipe *recipe;
    const struct transition *rules;
};

static const struct event *find_event(const struct service *service, struct text name)
{
    for (size_t i = 0; i < service->event_count; i++) {
        if (text_equals(text_of(service->events[i].name), name)) {
            return &service->events[i];
        }
    }
    return NULL;
}

static bool find_teller(struct world *world, struct waiting *waiting)
{
    for (size_t i = 1; i < world->member_count; i++) {
        waiting->member = &world->members[i];
        waiting->event = find_event(waiting->member->host.service, waiting->rules->event.event);
        if (waiting->event != NULL) {
            return true;
        }
    }
    return false;
}

enum { WAITING_MOST = 256 };

static size_t find_waiting(struct world *world, struct waiting waiting_out[WAITING_MOST])
{
    const struct catalog *catalog = world_catalog(world);
    size_t count = 0;
    for (size_t r = 0; r < catalog->recipe_count; r++) {
        const struct workflow *workflow = catalog->recipes[r]->workflow;
        for (size_t i = 0; i < workflow->transition_count && count < WAITING_MOST; i++) {
            struct waiting waiting = {.recipe = catalog->recipes[r],
                                      .rules = &workflow->transitions[i]};
            if (waiting.rules->kind == TRANSITION_EVENT && find_teller(world, &waiting)) {
                waiting_out[count++] = waiting;
            }
        }
    }
    return count;
}

/* ---- its data ---- */

static struct text id_json(struct world *world, struct id id)
{
    char text[ID_TEXT_BYTES + 1];
    id_write(id, text);
    return text_format(world->look, "\"%s\"", text);
}

static void put_matches(struct world *world, const struct waiting *waiting,
                        const struct watched_case *watched, struct json_writer *writer)
{
    const struct event_rules *rules = &waiting->rules->event;
    for (size_t i = 0; i < rules->match_count; i++) {
        const struct match *match = &rules->matches[i];
        const struct case_field *field = match->field == WORKFLOW_NOWHERE
                                             ? NULL
                                             : &waiting->recipe->workflow->fields[match->field];
        json_key_text(writer, match->member);
        if (watched == NULL && field != NULL) {
            json_put_raw(writer, world_value(world, field));
        } else if (watched == NULL || field == NULL) {
            struct id id = watched != NULL ? watched->id : world->people[0];
            json_put_raw(writer, id_json(world, id));
        } else {
            case_value_write(writer, field, &watched->values[match->field]);
        }
    }
}

static bool is_match(const struct event_rules *rules, struct text member)
{
    for (size_t i = 0; i < rules->match_count; i++) {
        if (text_equals(rules->matches[i].member, member)) {
            return true;
        }
    }
    return false;
}

/* What `sets: {score: event.score}` takes over must fit the field. */
static void put_taken(struct world *world, const struct waiting *waiting,
                      struct json_writer *writer)
{
    for (size_t i = 0; i < waiting->rules->set_count; i++) {
        const struct assignment *set = &waiting->rules->sets[i];
        struct text head;
        struct text member;
        bool is_member = text_cut(set->value.text, '.', &head, &member) &&
                         text_equals(text_trim(head), TEXT("event"));
        member = text_trim(member);
        if (is_member && !is_match(&waiting->rules->event, member)) {
            json_key_text(writer, member);
            json_put_raw(writer,
                         world_value(world, &waiting->recipe->workflow->fields[set->field]));
        }
    }
}

static struct text data_for(struct world *world, const struct waiting *waiting,
                            const struct watched_case *watched)
{
    struct json_writer writer;
    json_writer_init(&writer, world->look, 256);
    json_begin_object(&writer);
    put_matches(world, waiting, watched, &writer);
    put_taken(world, waiting, &writer);
    json_end_object(&writer);
    return json_written(&writer);
}

/* ---- telling ---- */

static enum status tell_one(struct world *world, struct member *member, void *context)
{
    const struct telling_one *telling = context;
    struct call call = world_call(world, member, "somebody there");
    return telling_event(&call, telling->event, telling->subject, FIELD_NONE, telling->data, NULL);
}

/* One of its workflow; now and then one that is closed, or none. */
static const struct watched_case *choose_case(struct world *world, const struct recipe *recipe)
{
    const struct watched_case *found[WORLD_CASES_MAX];
    size_t count = 0;
    bool with_closed = dice_percent(&world->dice, 10);
    for (size_t i = 0; i < world->case_count; i++) {
        if (world->cases[i]->recipe == recipe && (with_closed || !world->cases[i]->is_closed)) {
            found[count++] = world->cases[i];
        }
    }
    bool is_none = count == 0 || dice_percent(&world->dice, 5);
    return is_none ? NULL : found[dice_below(&world->dice, count)];
}

void move_event(struct world *world)
{
    struct waiting waiting[WAITING_MOST];
    size_t count = find_waiting(world, waiting);
    if (count == 0) {
        return;
    }
    const struct waiting *one = &waiting[dice_below(&world->dice, count)];
    const struct watched_case *watched = choose_case(world, one->recipe);
    char id[ID_TEXT_BYTES + 1];
    id_write(watched != NULL ? watched->id : world->people[0], id);
    struct telling_one telling = {.event = one->event,
                                  .subject = text_copy(world->look, text_of(id)),
                                  .data = data_for(world, one, watched)};
    struct text name =
        watched != NULL ? world_case_name(world, watched->id) : TEXT("a case that nobody knows");
    world_say(world, "%s tells %s of %.*s", one->member->host.service->name, one->event->name,
              TEXT_ARGS(name));
    enum status status = world_write(world, one->member, tell_one, &telling);
    if (status != STATUS_OK) {
        world_say(world, "... %s", status_text(status));
    }
}
