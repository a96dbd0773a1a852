/* view_test.c - who sees what: parties, fields by place, secrets, and nothing by default. */
#include "tests/unit/engine/view/view_rig.h"

static const char leave[] =
    "workflow: leave\n"
    "version: 1\n"
    "participants:\n"
    "  staff:\n"
    "    is: employee_id\n"
    "    sees:\n"
    "      always: [kind, badge]\n"
    "      approved: [answer]\n"
    "  office:\n"
    "    sees: [employee_id]\n"
    "    roles:\n"
    "      manager: {sees: all}\n"
    "      deputy: {is: deputy_id, sees: [answer]}\n"
    "      guest:\n"
    "  service:\n"
    "    roles: {payroll: {sees: [entry]}}\n"
    "fields:\n"
    "  employee_id: id\n"
    "  deputy_id: id\n"
    "  kind: {kind: choice, choices: [paid, unpaid]}\n"
    "  answer: {kind: text, max: 500}\n"
    "  entry: {kind: text, max: 40}\n"
    "  badge: {kind: text, max: 40, secret: true}\n"
    "  first_day: date\n"
    "places:\n"
    "  asked:\n"
    "  checked: {hidden: true}\n"
    "  approved: {end: true}\n"
    "operations:\n"
    "  ask: {who: staff, from: start, to: [asked, checked], sets: {employee_id: caller_id}}\n"
    "  approve: {who: office.manager, from: [asked, checked], to: approved}\n";

static struct recipe recipe;
static struct case_record *record;

/* A person in each party of the case: the employee and the deputy are he. */
static void begin(const char *place)
{
    recipe = (struct recipe){.workflow = view_rig_read(text_of(leave))};
    record = view_rig_record(&recipe, (size_t)workflow_place(recipe.workflow, text_of(place)));
}

static uint64_t bits(const char *first, const char *second)
{
    uint64_t parties = 0;
    const char *const names[] = {first, second};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (names[i] != NULL) {
            int party = workflow_party(recipe.workflow, text_of(names[i]));
            CHECK(party >= 0);
            parties |= (uint64_t)1 << party;
        }
    }
    return parties;
}

static struct participant somebody(const char *kind, const char *first, const char *second)
{
    static struct text roles[2];
    roles[0] = text_of(first);
    roles[1] = text_of(second);
    return (struct participant){
        .person = view_rig_person,
        .kind = text_of(kind),
        .roles = {roles, (size_t)(first != NULL) + (second != NULL)},
    };
}

static uint64_t parties_of(const char *kind, const char *first, const char *second)
{
    struct participant participant = somebody(kind, first, second);
    return view_parties(&recipe, &participant);
}

static void is_what_he_may_be_of_his_kind(void)
{
    begin("asked");
    CHECK(parties_of("office", "office.manager", NULL) == bits("office", "office.manager"));
    CHECK(parties_of("office", "office", NULL) == bits("office", NULL));
    CHECK(parties_of("office", "office", "office.manager") == bits("office", "office.manager"));
    CHECK(parties_of("staff", "staff", "office.manager") == bits("staff", NULL));
    CHECK(parties_of("service", "service", "service.payroll") ==
          bits("service", "service.payroll"));
    CHECK(parties_of("service", "service", "service.board") == bits("service", NULL));
    view_rig_end();
}

static void is_nobody_otherwise(void)
{
    begin("asked");
    CHECK(parties_of("office", NULL, NULL) == 0);
    CHECK(parties_of("office", "staff", NULL) == 0);
    CHECK(parties_of("office", "manager", NULL) == 0);
    CHECK(parties_of("office", "office.", NULL) == 0);
    CHECK(parties_of("office", "office.accountant", NULL) == 0); /* not of this workflow */
    CHECK(parties_of("office", "Office", "office.Manager") == 0);
    CHECK(parties_of("office.manager", "office.manager", NULL) == 0); /* that is no kind */
    CHECK(parties_of("", "", NULL) == 0);
    CHECK(parties_of("nobody", "nobody", NULL) == 0);
    view_rig_end();
}

static uint64_t parties_in(struct id person, const char *kind, const char *first,
                           const char *second)
{
    struct participant participant = somebody(kind, first, second);
    participant.person = person;
    return view_parties_in(record, view_parties(&recipe, &participant), &participant);
}

static void stands_where_he_must(void)
{
    static const struct id nobody;
    begin("asked");
    CHECK(parties_in(view_rig_person, "staff", "staff", NULL) == bits("staff", NULL));
    CHECK(parties_in(view_rig_stranger, "staff", "staff", NULL) == 0);
    CHECK(parties_in(nobody, "staff", "staff", NULL) == 0);
    CHECK(parties_in(view_rig_person, "office", "office.deputy", "office.guest") ==
          (bits("office", "office.deputy") | bits("office.guest", NULL)));
    CHECK(parties_in(view_rig_stranger, "office", "office.deputy", "office.guest") ==
          bits("office", "office.guest"));
    size_t field = (size_t)workflow_field(recipe.workflow, TEXT("employee_id"));
    record->values[field] = (struct value){.kind = VALUE_NULL};
    CHECK(parties_in(view_rig_person, "staff", "staff", NULL) == 0);
    CHECK(parties_in(nobody, "staff", "staff", NULL) == 0); /* nobody is not in an empty field */
    record->values[field] = (struct value){.kind = VALUE_ID};
    CHECK(parties_in(nobody, "staff", "staff", NULL) == 0);
    view_rig_end();
}

/* A role without its kind, as a caller who mixes sets up could ask: nothing. */
static void is_no_role_without_the_kind(void)
{
    begin("asked");
    struct participant participant = somebody("office", "office.manager", NULL);
    CHECK(view_parties_in(record, bits("office.manager", NULL), &participant) == 0);
    view_rig_end();
}

static struct text fields_of(uint64_t parties)
{
    struct json_writer writer;
    struct bit_set fields = view_fields(record, parties);
    json_writer_init(&writer, view_rig_desk, 0);
    view_put_fields(&writer, record, &fields);
    return json_written(&writer);
}

static void sees_by_place_and_by_role(void)
{
    begin("asked");
    CHECK_TEXT(fields_of(0), "{}");
    CHECK_TEXT(fields_of(bits("staff", NULL)), "{\"kind\":\"paid\",\"badge\":\"***\"}");
    CHECK_TEXT(fields_of(bits("office", NULL)),
               "{\"employee_id\":\"01020304-0000-0000-0000-000000000000\"}");
    CHECK_TEXT(fields_of(bits("office", "office.guest")),
               "{\"employee_id\":\"01020304-0000-0000-0000-000000000000\"}");
    CHECK_TEXT(fields_of(bits("office", "office.deputy")),
               "{\"employee_id\":\"01020304-0000-0000-0000-000000000000\","
               "\"answer\":\"seen-by-none\"}");
    CHECK_TEXT(fields_of(bits("service", NULL)), "{}");
    CHECK_TEXT(fields_of(bits("service", "service.payroll")), "{\"entry\":\"seen-by-none\"}");
    view_rig_end();
    begin("approved");
    CHECK_TEXT(fields_of(bits("staff", NULL)),
               "{\"kind\":\"paid\",\"answer\":\"seen-by-none\",\"badge\":\"***\"}");
    view_rig_end();
}

static void shows_each_kind_as_it_is_written(void)
{
    begin("asked");
    CHECK_TEXT(fields_of(bits("office", "office.manager")),
               "{\"employee_id\":\"01020304-0000-0000-0000-000000000000\","
               "\"deputy_id\":\"01020304-0000-0000-0000-000000000000\",\"kind\":\"paid\","
               "\"answer\":\"seen-by-none\",\"entry\":\"seen-by-none\",\"badge\":\"***\","
               "\"first_day\":\"2024-10-05\"}");
    size_t badge = (size_t)workflow_field(recipe.workflow, TEXT("badge"));
    record->values[badge] = (struct value){.kind = VALUE_NULL};
    CHECK_TEXT(fields_of(bits("staff", NULL)), "{\"kind\":\"paid\"}"); /* null is not there */
    view_rig_end();
}

static struct text places_of(void)
{
    struct json_writer writer;
    json_writer_init(&writer, view_rig_desk, 0);
    view_put_places(&writer, record);
    return json_written(&writer);
}

static void hides_places(void)
{
    begin("asked");
    CHECK_TEXT(places_of(), "[\"asked\"]");
    bit_set_add(&record->marking, (size_t)workflow_place(recipe.workflow, TEXT("checked")));
    CHECK_TEXT(places_of(), "[\"asked\"]");
    view_rig_end();
    begin("checked");
    CHECK_TEXT(places_of(), "[]");
    record = case_record_new(view_rig_desk, &recipe, view_rig_person);
    CHECK_TEXT(places_of(), "[]"); /* not begun */
    view_rig_end();
}

static struct text changed_for(uint64_t parties, const char *first, const char *second,
                               bool *is_any_out)
{
    const struct case_step steps[] = {{.revision = 2, .changes = text_of(first)},
                                      {.revision = 3, .changes = text_of(second)}};
    struct json_writer writer;
    struct bit_set fields = view_fields(record, parties);
    json_writer_init(&writer, view_rig_desk, 0);
    *is_any_out = view_put_changed(&writer, record, &fields, steps, second == NULL ? 1 : 2);
    return json_written(&writer);
}

static void tells_what_changed_of_what_is_seen(void)
{
    bool is_any = false;
    begin("asked");
    uint64_t staff = bits("staff", NULL);
    const char *hidden = "{\"places\":[\"asked\"],\"fields\":{\"answer\":[null,\"secret\"]}}";
    const char *seen = "{\"fields\":{\"badge\":[null,\"7\"],\"answer\":[1,2],\"kind\":[null,1]}}";
    CHECK_TEXT(changed_for(staff, hidden, seen, &is_any), "[\"kind\",\"badge\"]");
    CHECK(is_any);
    CHECK_TEXT(changed_for(staff, seen, seen, &is_any), "[\"kind\",\"badge\"]"); /* each once */
    CHECK_TEXT(changed_for(staff, hidden, NULL, &is_any), "[]");
    CHECK(!is_any);
    CHECK_TEXT(changed_for(staff, "{\"places\":[\"asked\"]}", NULL, &is_any), "[]");
    CHECK_TEXT(changed_for(staff, "{\"fields\":{\"of_old\":[1,2]}}", NULL, &is_any), "[]");
    CHECK_TEXT(changed_for(0, seen, hidden, &is_any), "[]");
    CHECK(!is_any);
    view_rig_end();
}

static void goes_on_when_history_is_damaged(void)
{
    static const char *const damaged[] = {"", "{", "[]", "7", "{\"fields\":7}", "{\"fields\":[1]}"};
    bool is_any = true;
    begin("asked");
    for (size_t i = 0; i < COUNT_OF(damaged); i++) {
        CHECK_TEXT(changed_for(bits("staff", NULL), damaged[i], NULL, &is_any), "[]");
        CHECK(!is_any);
    }
    CHECK_TEXT(changed_for(bits("staff", NULL), "{", "{\"fields\":{\"kind\":[1,2]}}", &is_any),
               "[\"kind\"]");
    view_rig_end();
}

/* ---- who calls ---- */

static void is_who_calls(void)
{
    const struct text roles[] = {TEXT("b2b"), TEXT("admin.moderator")};
    struct participant participant;
    struct arena *arena = arena_create("call", 65536);
    struct call call = {.arena = arena};
    call.caller = (struct caller){
        .kind = CALLER_ROOT, .person = view_rig_person, .roles = {roles, COUNT_OF(roles)}};
    participant_of(&call, TEXT("b2b"), &participant);
    CHECK_TEXT(participant.kind, "b2b");
    CHECK(id_equals(participant.person, view_rig_person));
    CHECK_INT(participant.roles.count, 2);
    CHECK_TEXT(participant.roles.items[1], "admin.moderator");
    arena_destroy(&arena);
}

static void a_service_is_one_for_itself_only(void)
{
    const struct text roles[] = {TEXT("b2b")};
    struct participant participant;
    struct arena *arena = arena_create("call", 65536);
    struct call call = {.arena = arena,
                        .caller = {.kind = CALLER_SERVICE, .name = TEXT("calculator")}};
    participant_of(&call, TEXT("service"), &participant);
    CHECK(id_is_none(participant.person));
    CHECK_INT(participant.roles.count, 2);
    CHECK_TEXT(participant.roles.items[0], "service");
    CHECK_TEXT(participant.roles.items[1], "service.calculator");
    call.caller.person = view_rig_person; /* speaking for somebody it has nothing of its own */
    call.caller.roles = (struct texts){roles, 1};
    participant_of(&call, TEXT("service"), &participant);
    CHECK_INT(participant.roles.count, 1);
    CHECK_TEXT(participant.roles.items[0], "b2b");
    call.caller = (struct caller){.kind = CALLER_NOBODY, .name = TEXT("nobody")};
    participant_of(&call, TEXT("service"), &participant);
    CHECK_INT(participant.roles.count, 0);
    arena_destroy(&arena);
}

/* ---- A38, A40, T42 ---- */

static void hides_what_is_hidden_everywhere(void)
{
    struct view_rig_counts counts;
    int workflow_count = view_rig_look(&counts);
    CHECK(workflow_count >= 8);
    CHECK(counts.looks > 300);
    CHECK(counts.shown > 1000); /* a field that is seen changes what is told: the looks can see */
    CHECK_INT(counts.leaks, 0);
}

static const struct test tests[] = {
    {"is_what_he_may_be_of_his_kind", is_what_he_may_be_of_his_kind, 0},
    {"is_nobody_otherwise", is_nobody_otherwise, 0},
    {"stands_where_he_must", stands_where_he_must, 0},
    {"is_no_role_without_the_kind", is_no_role_without_the_kind, 0},
    {"sees_by_place_and_by_role", sees_by_place_and_by_role, 0},
    {"shows_each_kind_as_it_is_written", shows_each_kind_as_it_is_written, 0},
    {"hides_places", hides_places, 0},
    {"tells_what_changed_of_what_is_seen", tells_what_changed_of_what_is_seen, 0},
    {"goes_on_when_history_is_damaged", goes_on_when_history_is_damaged, 0},
    {"is_who_calls", is_who_calls, 0},
    {"a_service_is_one_for_itself_only", a_service_is_one_for_itself_only, 0},
    {"hides_what_is_hidden_everywhere", hides_what_is_hidden_everywhere, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
