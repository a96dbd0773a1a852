/* sim_people.c - people: they look, are given tokens, and use them: with the right form or a wrong
 * one, late, twice, with another form, in somebody else's name, or changed by a letter.
 */
#include "engine/operations/flow_handlers.h"
#include "sim/sim_request.h"

enum { OPEN_MOST = 8, TRIES_MOST = 4, OFFERS_MOST = 64 };

/* Somebody at one of the doors of a workflow. */
struct visitor {
    const struct recipe *recipe;
    int kind; /* a party */
    struct id person;
    struct texts roles;
};

struct offer {
    struct text operation;
    struct text permit; /* the token */
};

/* ---- who ---- */

/* With all roles of the kind, or one of them. */
static struct texts roles_of(struct world *world, const struct workflow *workflow, int kind)
{
    struct text *roles = ARENA_ARRAY(world->look, struct text, workflow->party_count + 1);
    size_t count = 0;
    bool has_all = dice_percent(&world->dice, 70);
    for (size_t i = 0; i < workflow->party_count; i++) {
        if (workflow->parties[i].kind == kind &&
            (has_all || dice_percent(&world->dice, 50) || (int)i == kind)) {
            roles[count++] = workflow->parties[i].name;
        }
    }
    return (struct texts){roles, count};
}

static bool choose_visitor(struct world *world, const struct recipe *recipe,
                           struct visitor *visitor_out)
{
    const struct workflow *workflow = recipe->workflow;
    int kinds[WORKFLOW_PARTIES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < workflow->party_count; i++) {
        if (workflow->parties[i].kind == (int)i) {
            kinds[count++] = (int)i;
        }
    }
    if (count == 0) {
        return false;
    }
    int kind = kinds[dice_below(&world->dice, count)];
    *visitor_out = (struct visitor){
        .recipe = recipe,
        .kind = kind,
        .person = world->people[dice_below(&world->dice, WORLD_PEOPLE)],
        .roles = roles_of(world, workflow, kind),
    };
    return true;
}

static struct text path_of(struct world *world, const struct visitor *visitor, struct text rest)
{
    const struct workflow *workflow = visitor->recipe->workflow;
    return text_format(world->look, "/flow/%.*s/%.*s/%.*s",
                       TEXT_ARGS(workflow->parties[visitor->kind].name), TEXT_ARGS(workflow->name),
                       TEXT_ARGS(rest));
}

/* ---- what is offered ---- */

static size_t read_offers(struct world *world, const struct request *request,
                          struct offer offers_out[OFFERS_MOST])
{
    const struct json *offered = json_member(request_json(world, request), TEXT("new_operations"));
    size_t count = 0;
    for (const struct json *one = offered ? offered->first : NULL; one; one = one->next) {
        const struct json *permit = json_member(one, TEXT("token"));
        const struct json *reason = json_member(one, TEXT("disable_reason"));
        const struct json *operation = json_member(one, TEXT("operation"));
        if ((permit != NULL) == (reason != NULL)) {
            world_violated(world, "an operation is offered with a token and a reason why not, or "
                                  "with neither");
        }
        if (permit != NULL && operation != NULL && count < OFFERS_MOST) {
            offers_out[count++] = (struct offer){operation->text, permit->text};
        }
    }
    return count;
}

static size_t look_around(struct world *world, const struct visitor *visitor, struct id case_id,
                          struct offer offers_out[OFFERS_MOST])
{
    const struct state_input input = {.case_id = case_id};
    struct request request = {.path = path_of(world, visitor, TEXT("state")),
                              .input = &input,
                              .person = visitor->person,
                              .roles = visitor->roles};
    bool is_there = request_read(world, &request);
    MUST(is_there); /* every kind of every workflow has it */
    return request.status == STATUS_OK ? read_offers(world, &request, offers_out) : 0;
}

/* ---- using a token ---- */

static struct request send(struct world *world, const struct sent *sent, struct text permit,
                           struct text form)
{
    const struct operate_input input = {.token_text = permit, .form = form};
    struct request request = {
        .path = sent->path, .input = &input, .person = sent->person, .roles = sent->roles};
    bool is_there = request_write(world, &request);
    MUST(is_there); /* it was offered */
    request.input = NULL;
    return request;
}

static void say_answer(struct world *world, const struct request *request)
{
    if (request->status == STATUS_OK || request->status == STATUS_REFUSED) {
        const struct json *root = request_json(world, request);
        const struct json *word = json_member(root, TEXT("status"));
        const struct json *code = json_member(root, TEXT("code"));
        struct text said = code != NULL && code->kind == JSON_STRING   ? code->text
                           : word != NULL && word->kind == JSON_STRING ? word->text
                                                                       : TEXT("");
        world_say(world, "... %d %.*s", request->code, TEXT_ARGS(said));
    } else {
        world_say(world, "... %s", status_text(request->status));
    }
}

static struct id operation_id(struct world *world, const struct request *request)
{
    struct id id = {{0}};
    const struct json *member = json_member(request_json(world, request), TEXT("operation_id"));
    if (member == NULL || !id_read(member->text, &id)) {
        world_violated(world, "an operation that was done has no operation_id in its answer");
    }
    return id;
}

/* The same token and form: the same answer as long as it is known, however often it is sent. */
static void send_as_it_was(struct world *world, struct sent *sent)
{
    struct request request = send(world, sent, sent->permit, sent->form);
    say_answer(world, &request);
    if (request.status == STATUS_OK) {
        struct id id = operation_id(world, &request);
        if (!id_is_none(sent->operation) && !id_equals(sent->operation, id)) {
            world_violated(world, "one token and one form have done two operations");
        }
        sent->operation = id;
    } else if (request.status == STATUS_REFUSED && !id_is_none(sent->operation)) {
        world_violated(world, "an operation was done, and who asks once more with the same token "
                              "and form is told no");
    }
}

static void expect_no(struct world *world, const struct request *request, const char *what)
{
    if (request->status == STATUS_OK) {
        world_violated(world, "%s, and it was taken", what);
    }
    say_answer(world, request);
}

static struct text with_other_letter(struct world *world, struct text permit)
{
    char *letters = arena_take(world->look, permit.bytes + 1);
    for (size_t i = 0; i < permit.bytes; i++) {
        letters[i] = permit.data[i];
    }
    size_t where = dice_below(&world->dice, permit.bytes);
    letters[where] = letters[where] == 'A' ? 'B' : 'A';
    return (struct text){letters, permit.bytes};
}

static struct sent *remember(struct world *world, const struct visitor *visitor,
                             const struct offer *offer, struct text form)
{
    struct sent *sent = &world->sent[world->sent_count++ % WORLD_SENT_MAX];
    struct text rest = text_join(world->look, TEXT("operations/"), offer->operation);
    struct text *roles = ARENA_ARRAY(world->arena, struct text, visitor->roles.count + 1);
    for (size_t i = 0; i < visitor->roles.count; i++) {
        roles[i] = text_copy(world->arena, visitor->roles.items[i]);
    }
    *sent = (struct sent){
        .path = text_copy(world->arena, path_of(world, visitor, rest)),
        .permit = text_copy(world->arena, offer->permit),
        .form = text_copy(world->arena, form),
        .person = visitor->person,
        .roles = {roles, visitor->roles.count},
    };
    return sent;
}

/* Something that was sent, or kept, comes once more; or something like it. */
static void send_again(struct world *world)
{
    size_t known = world->sent_count < WORLD_SENT_MAX ? world->sent_count : WORLD_SENT_MAX;
    struct sent *sent = &world->sent[dice_below(&world->dice, known)];
    struct sent other = *sent;
    struct request request;
    world_say(world, "somebody comes back to %.*s", TEXT_ARGS(sent->path));
    switch (dice_below(&world->dice, 6)) {
    case 0:
        request = send(world, sent, with_other_letter(world, sent->permit), sent->form);
        expect_no(world, &request, "a token was changed by one letter");
        return;
    case 1:
        other.person = (struct id){.bytes = {0xEE}};
        request = send(world, &other, sent->permit, sent->form);
        expect_no(world, &request, "a token was used by somebody else");
        return;
    case 2:
        request = send(world, sent, sent->permit, TEXT("{\"other\":1}"));
        expect_no(world, &request, "a token came with a form that nobody asks for");
        return;
    default:
        send_as_it_was(world, sent);
    }
}

/* ---- a visit ---- */

static bool find_transition(const struct recipe *recipe, struct text operation, int *transition)
{
    *transition = workflow_transition(recipe->workflow, operation);
    return *transition != WORKFLOW_NOWHERE;
}

static void use_offer(struct world *world, const struct visitor *visitor, const struct offer *offer,
                      struct text about)
{
    int transition = WORKFLOW_NOWHERE;
    if (!find_transition(visitor->recipe, offer->operation, &transition)) {
        world_violated(world, "an operation is offered that the workflow does not have");
        return;
    }
    struct text form = world_form(world, visitor->recipe, transition);
    struct sent *sent = remember(world, visitor, offer, form);
    if (dice_percent(&world->dice, 10)) {
        world_say(world, "somebody keeps his token for %.*s of %.*s", TEXT_ARGS(offer->operation),
                  TEXT_ARGS(about));
        return;
    }
    world_say(world, "somebody does %.*s of %.*s", TEXT_ARGS(offer->operation), TEXT_ARGS(about));
    send_as_it_was(world, sent);
}

static void visit(struct world *world, const struct recipe *recipe, struct id case_id)
{
    struct offer offers[OFFERS_MOST];
    struct visitor visitor;
    size_t count = 0;
    struct text about =
        text_copy(world->look,
                  id_is_none(case_id) ? recipe->workflow->name : world_case_name(world, case_id));
    for (int i = 0; i < TRIES_MOST && count == 0; i++) {
        if (!choose_visitor(world, recipe, &visitor)) {
            return;
        }
        count = look_around(world, &visitor, case_id, offers);
    }
    if (count == 0) {
        world_say(world, "somebody looks at %.*s, and can do nothing", TEXT_ARGS(about));
        return;
    }
    use_offer(world, &visitor, &offers[dice_below(&world->dice, count)], about);
}

static struct watched_case *choose_open(struct world *world, size_t *open_count)
{
    struct watched_case *open[WORLD_CASES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < world->case_count; i++) {
        if (!world->cases[i]->is_closed) {
            open[count++] = world->cases[i];
        }
    }
    *open_count = count;
    return count == 0 ? NULL : open[dice_below(&world->dice, count)];
}

void move_person(struct world *world)
{
    const struct catalog *catalog = world_catalog(world);
    size_t open_count = 0;
    if (world->sent_count > 0 && dice_percent(&world->dice, 20)) {
        send_again(world);
        return;
    }
    struct watched_case *open = choose_open(world, &open_count);
    bool begins = open == NULL || (open_count < OPEN_MOST && dice_percent(&world->dice, 30));
    if (begins && world->case_count + 50 < WORLD_CASES_MAX) {
        visit(world, catalog->recipes[dice_below(&world->dice, catalog->recipe_count)],
              (struct id){{0}});
    } else if (open != NULL) {
        visit(world, open->recipe, open->id);
    }
}
