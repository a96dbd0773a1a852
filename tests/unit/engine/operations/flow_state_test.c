/* flow_state_test.c - what a participant is told and offered, and what he may do with it: who he
 * is, by which door he comes, where the case is, what is under way, and which version it is of.
 */
#include "tests/unit/engine/operations/flow_desk.h"

static const char loan[] =
    "workflow: loan\nversion: 1\none_open_per: number\n"
    "participants:\n"
    "  clerk: {sees: all}\n"
    "  client: {is: client_id, sees: [number, sum]}\n"
    "  guest: {sees: [number]}\n"
    "fields:\n"
    "  client_id: id\n"
    "  number: {kind: text, max: 20}\n"
    "  sum: {kind: integer, min: 1, max: 1000}\n"
    "  judgement: {kind: text, max: 40}\n"
    "  pin: {kind: text, max: 20, secret: true}\n"
    "places: {asked: , judged: , money: , paper: , paid: , signed: , over: {end: true}}\n"
    "operations:\n"
    "  ask: {who: client, from: start, to: asked, asks: [number, sum], accepts: [pin],"
    " sets: {client_id: caller_id}}\n"
    "  judge: {who: clerk, from: asked, to: judged, asks: judgement, when: sum < 500,"
    " because: {ru: Много, en: Too much}}\n"
    "  turn_down: {who: clerk, from: asked, to: over}\n"
    "  grant: {who: clerk, from: judged, to: [money, paper]}\n"
    "  pay: {who: clerk, from: money, to: paid}\n"
    "  sign: {who: client, from: paper, to: signed}\n"
    "stages:\n"
    "  close: {from: [paid, signed], worker: archive, to: over}\n";

#define ASK   "/flow/client/loan/operations/ask"
#define STATE "/flow/client/loan/state"
#define DESK  "/flow/clerk/loan/state"

static const struct id nobody = {{0}};
static struct desk_person clerk;
static struct desk_person client;
static struct desk_person other; /* a client, too */

static void begin(void)
{
    LAB_OPEN(loan);
    clerk = (struct desk_person){.role = "clerk", .id = id_new()};
    client = (struct desk_person){.role = "client", .id = id_new()};
    other = (struct desk_person){.role = "client", .id = id_new()};
}

static struct id case_of(const struct desk_said *said)
{
    struct id id = {{0}};
    CHECK(id_read(desk_at(said->body, "case_id")->text, &id));
    return id;
}

static struct id asked(const char *form)
{
    struct desk_said state = desk_state(client, STATE, nobody);
    struct desk_said said = desk_operate(client, ASK, desk_permit(&state, "ask"), form);
    CHECK_STATUS(said.status, STATUS_OK);
    lab.case_id = case_of(&said);
    return lab.case_id;
}

static struct desk_said does(struct desk_person who, struct id case_id, const char *operation,
                             const char *form)
{
    char state[80];
    char path[80];
    snprintf(state, sizeof state, "/flow/%s/loan/state", who.role);
    snprintf(path, sizeof path, "/flow/%s/loan/operations/%s", who.role, operation);
    struct desk_said offered = desk_state(who, state, case_id);
    return desk_operate(who, path, desk_permit(&offered, operation), form);
}

#define FORM "{\"number\":\"7\",\"sum\":100,\"pin\":\"1234\"}"

/* ---- the door ---- */

static void nobody_is_asked_who_he_is(void)
{
    begin();
    struct desk_person stranger = {.role = "client", .is_nobody = true};
    struct desk_said said = desk_state(stranger, STATE, nobody);
    CHECK_STATUS(said.status, STATUS_REFUSED);
    CHECK_INT(said.code, 401);
    said = desk_state(clerk, STATE, nobody); /* somebody, by a door that is not his */
    CHECK_INT(said.code, 403);
    lab_close();
}

/* What is not there, what is not his, and what is of another workflow look the same. */
static void what_is_not_his_is_not_there(void)
{
    begin();
    struct id case_id = asked(FORM);
    struct desk_said his = desk_state(client, STATE, case_id);
    CHECK_INT(his.code, 200);
    struct desk_said others = desk_state(other, STATE, case_id);
    struct desk_said none = desk_state(other, STATE, id_new());
    CHECK_INT(others.code, 404);
    CHECK_INT(none.code, 404);
    CHECK_TEXT(text_of(desk_code(&others)), desk_code(&none));
    CHECK_TEXT(text_of(desk_word(others.body, "message")), desk_word(none.body, "message"));
    CHECK_INT(others.body->count, none.body->count);
    lab_close();
}

/* A7, A13: what he sees and has a value, and nothing else; secrets only as stars. */
static void each_sees_his_fields(void)
{
    begin();
    struct id case_id = asked(FORM);
    CHECK_STATUS(does(clerk, case_id, "judge", "{\"judgement\":\"poor\"}").status, STATUS_OK);
    struct desk_said his = desk_state(client, STATE, case_id);
    CHECK_TEXT(text_of(desk_word(his.body, "case/forms/number")), "7");
    CHECK_TEXT(desk_at(his.body, "case/forms/sum")->text, "100");
    CHECK(desk_at(his.body, "case/forms/judgement") == NULL);
    CHECK(desk_at(his.body, "case/forms/pin") == NULL);
    CHECK(desk_at(his.body, "case/forms/client_id") == NULL);
    CHECK(!desk_has(&his, "poor") && !desk_has(&his, "1234"));
    struct desk_said theirs = desk_state(clerk, DESK, case_id);
    CHECK_TEXT(text_of(desk_word(theirs.body, "case/forms/judgement")), "poor");
    CHECK_TEXT(text_of(desk_word(theirs.body, "case/forms/pin")), "***");
    CHECK(!desk_has(&theirs, "1234"));
    lab_close();
}

/* ---- what is offered: a permit or a reason, never both ---- */

static void a_permit_or_a_reason(void)
{
    begin();
    struct id case_id = asked("{\"number\":\"7\",\"sum\":500}");
    struct desk_said state = desk_state(clerk, DESK, case_id);
    CHECK_INT(desk_count(&state, "new_operations"), 4); /* none of the client's */
    CHECK_TEXT(text_of(desk_reason(&state, "judge")), "condition");
    CHECK_TEXT(text_of(desk_word(desk_item(&state, "new_operations", "operation", "judge"),
                                 "disable_reason/message")),
               "Too much");
    CHECK_TEXT(text_of(desk_reason(&state, "grant")), "wrong_stage");
    CHECK_TEXT(text_of(desk_permit(&state, "judge")), "-");
    CHECK_TEXT(text_of(desk_permit(&state, "grant")), "-");
    CHECK(desk_item(&state, "new_operations", "operation", "ask") == NULL);
    lab_close();
}

static void what_may_be_done_has_no_reason(void)
{
    begin();
    struct id case_id = asked("{\"number\":\"7\",\"sum\":499}");
    struct desk_said state = desk_state(clerk, DESK, case_id);
    CHECK(strlen(desk_permit(&state, "judge")) > 20);
    CHECK_TEXT(text_of(desk_reason(&state, "judge")), "-");
    const struct json *form =
        desk_at(desk_item(&state, "new_operations", "operation", "judge"), "form");
    CHECK_INT(form->count, 1);
    CHECK_TEXT(text_of(desk_word(form->first, "name")), "judgement");
    CHECK_INT(desk_at(form->first, "required")->kind, JSON_TRUE);
    lab_close();
}

/* A36: who has one open goes on in that one, whatever he knows of it. */
static void whoever_has_one_open_goes_on_in_it(void)
{
    begin();
    struct id first = asked(FORM);
    struct id second = asked(FORM);
    CHECK(id_equals(first, second));
    CHECK_TEXT(lab_cases(), "loan 1 [\"asked\"]");
    struct id third = asked("{\"number\":\"8\",\"sum\":1}");
    CHECK(!id_equals(first, third));
    lab_close();
}

/* ---- what a permit is good for ---- */

static void a_permit_is_of_one_person_and_one_case(void)
{
    begin();
    struct id first = asked(FORM);
    asked("{\"number\":\"8\",\"sum\":1}");
    struct desk_said state = desk_state(clerk, DESK, first);
    const char *permit = desk_permit(&state, "judge");
    struct desk_person colleague = {.role = "clerk", .id = id_new()};
    const char *path = "/flow/clerk/loan/operations/judge";
    struct desk_said said = desk_operate(colleague, path, permit, "{\"judgement\":\"good\"}");
    CHECK_INT(said.code, 409);
    CHECK_TEXT(text_of(desk_code(&said)), "invalid_token");
    said = desk_operate(clerk, "/flow/clerk/loan/operations/grant", permit, "{}");
    CHECK_INT(said.code, 409);
    CHECK(!lab_has(lab_cases(), "judged"));
    CHECK_STATUS(desk_operate(clerk, path, permit, "{\"judgement\":\"good\"}").status, STATUS_OK);
    lab_close();
}

/* A17: the case has changed since; what he sees of the change is told, and nothing else. */
static void an_old_permit_is_told_what_changed(void)
{
    begin();
    struct id case_id = asked(FORM);
    struct desk_said old = desk_state(clerk, DESK, case_id);
    CHECK_STATUS(does(clerk, case_id, "judge", "{\"judgement\":\"good\"}").status, STATUS_OK);
    struct desk_said said = desk_operate(clerk, "/flow/clerk/loan/operations/judge",
                                         desk_permit(&old, "judge"), "{\"judgement\":\"bad\"}");
    CHECK_INT(said.code, 409);
    CHECK_TEXT(text_of(desk_code(&said)), "invalid_token");
    CHECK(desk_has(&said, "judgement") && desk_has(&said, "judged"));
    CHECK(!desk_has(&said, "good")); /* that it changed, not to what */
    CHECK_TEXT(text_of(desk_word(desk_state(clerk, DESK, case_id).body, "case/forms/judgement")),
               "good");
    lab_close();
}

static void a_permit_grows_old(void)
{
    begin();
    struct id case_id = asked(FORM);
    struct desk_said state = desk_state(clerk, DESK, case_id);
    lab.now_ms += 30 * (int64_t)DAY;
    struct desk_said said = desk_operate(clerk, "/flow/clerk/loan/operations/judge",
                                         desk_permit(&state, "judge"), "{\"judgement\":\"x\"}");
    CHECK_INT(said.code, 409);
    CHECK(!lab_has(lab_cases(), "judged"));
    lab_close();
}

/* ---- both branches ---- */

static void either_branch_may_come_first(void)
{
    for (int first = 0; first < 2; first++) {
        begin();
        struct id case_id = /* the one before is open still */
            asked(first == 0 ? FORM : "{\"number\":\"8\",\"sum\":1}");
        CHECK_STATUS(does(clerk, case_id, "judge", "{\"judgement\":\"good\"}").status, STATUS_OK);
        CHECK_STATUS(does(clerk, case_id, "grant", "{}").status, STATUS_OK);
        struct desk_said state = desk_state(clerk, DESK, case_id);
        CHECK_INT(desk_count(&state, "case/places"), 2);
        CHECK_STATUS(first == 0 ? does(clerk, case_id, "pay", "{}").status
                                : does(client, case_id, "sign", "{}").status,
                     STATUS_OK);
        CHECK_TEXT(lab_stages(), ""); /* the join waits for the other */
        CHECK_STATUS(first == 0 ? does(client, case_id, "sign", "{}").status
                                : does(clerk, case_id, "pay", "{}").status,
                     STATUS_OK);
        CHECK_TEXT(lab_stages(), "close queued 1 1");
        lab_close();
    }
}

/* What one branch does makes a permit of the other one old, and a new one is as good as before. */
static void a_branch_does_not_stop_the_other(void)
{
    begin();
    struct id case_id = asked(FORM);
    CHECK_STATUS(does(clerk, case_id, "judge", "{\"judgement\":\"good\"}").status, STATUS_OK);
    CHECK_STATUS(does(clerk, case_id, "grant", "{}").status, STATUS_OK);
    struct desk_said old = desk_state(client, STATE, case_id);
    CHECK_STATUS(does(clerk, case_id, "pay", "{}").status, STATUS_OK);
    struct desk_said state = desk_state(client, STATE, case_id);
    CHECK(strlen(desk_permit(&state, "sign")) > 20);
    CHECK(strcmp(desk_permit(&old, "sign"), desk_permit(&state, "sign")) != 0);
    lab_close();
}

/* ---- operations ---- */

/* A20, A21: who has asked is told, also later; nobody else, though he sees the case. */
static void only_who_asked_is_told_of_an_operation(void)
{
    begin();
    struct desk_said state = desk_state(client, STATE, nobody);
    struct desk_said said = desk_operate(client, ASK, desk_permit(&state, "ask"), FORM);
    struct operation_said input = {.operation_id = {{0}}};
    CHECK(id_read(desk_at(said.body, "operation_id")->text, &input.operation_id));
    const char *his = "/flow/client/loan/operations/{operation_id}";
    struct desk_said told =
        desk_ask((struct desk_request){.who = client, .path = his, .input = &input});
    CHECK_INT(told.code, 200);
    CHECK_TEXT(text_of(desk_word(told.body, "status")), "succeeded");
    CHECK_INT(desk_ask((struct desk_request){.who = other, .path = his, .input = &input}).code,
              404);
    CHECK_INT(desk_ask((struct desk_request){.who = clerk,
                                             .path = "/flow/clerk/loan/operations/{operation_id}",
                                             .input = &input})
                  .code,
              404);
    lab_close();
}

/* ---- events he has heard of ---- */

static struct id event_at(int64_t wall_ms)
{
    struct id id = id_new();
    for (size_t i = 0; i < 6; i++) {
        id.bytes[i] = (unsigned char)(wall_ms >> (8 * (5 - i)));
    }
    return id;
}

static void the_state_is_never_older_than_an_event(void)
{
    begin();
    const struct {
        int64_t after_ms;
        int code;
    } rows[] = {{-1000, 200}, {0, 200}, {1, 503}, {60 * 1000, 503}, {60 * 1000 + 1, 404}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct state_input input = {.event_id = event_at(lab.now_ms + rows[i].after_ms)};
        struct desk_said said =
            desk_ask((struct desk_request){.who = client, .path = STATE, .input = &input});
        CHECK_INT(said.code, rows[i].code);
    }
    struct state_input made_up = {.event_id = event_at(lab.now_ms)};
    made_up.event_id.bytes[6] = 0x40; /* not of version 7: none of ours */
    CHECK_INT(desk_ask((struct desk_request){.who = client, .path = STATE, .input = &made_up}).code,
              404);
    lab_close();
}

static const struct test tests[] = {
    {"nobody_is_asked_who_he_is", nobody_is_asked_who_he_is, 0},
    {"what_is_not_his_is_not_there", what_is_not_his_is_not_there, 0},
    {"each_sees_his_fields", each_sees_his_fields, 0},
    {"a_permit_or_a_reason", a_permit_or_a_reason, 0},
    {"what_may_be_done_has_no_reason", what_may_be_done_has_no_reason, 0},
    {"whoever_has_one_open_goes_on_in_it", whoever_has_one_open_goes_on_in_it, 0},
    {"a_permit_is_of_one_person_and_one_case", a_permit_is_of_one_person_and_one_case, 0},
    {"an_old_permit_is_told_what_changed", an_old_permit_is_told_what_changed, 0},
    {"a_permit_grows_old", a_permit_grows_old, 0},
    {"either_branch_may_come_first", either_branch_may_come_first, 0},
    {"a_branch_does_not_stop_the_other", a_branch_does_not_stop_the_other, 0},
    {"only_who_asked_is_told_of_an_operation", only_who_asked_is_told_of_an_operation, 0},
    {"the_state_is_never_older_than_an_event", the_state_is_never_older_than_an_event, 0},
};

int main(int argc, char **argv)
{
    lab_open_source = desk_open_source;
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
