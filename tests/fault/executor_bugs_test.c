/* executor_bugs_test.c - with a bug put in on purpose the promises of the executor are broken, and
 * the same looks that find nothing wrong without it see so. Needs the build with FAULTS. */
#include "tests/unit/runtime/rig.h"

static void rig_start_with(const char *bug)
{
    if (bug != NULL) {
        CHECK(setenv("KONTORA_BUG", bug, 1) == 0);
    }
    rig_start((struct rig_options){.flags_taken = STORE_UNCERTAIN_IS_FATAL});
}

/* Is something of a refused call left, in a batch with one that was not refused? */
static bool leaves_what_was_refused(const char *bug)
{
    const char *const bodies[] = {"{\"name\":\"a\"}", "{\"name\":\"b\",\"how\":\"refuse_late\"}"};
    int statuses[COUNT_OF(bodies)];
    rig_start_with(bug);
    rig_batch(bodies, COUNT_OF(bodies), statuses);
    CHECK_INT(statuses[0], 201);
    CHECK_INT(statuses[1], 409);
    CHECK_INT(rig_amount("a"), 1);
    bool leaves = rig_amount("b") != -1;
    rig_stop();
    return leaves;
}

/* Is somebody answered while the commit has not been allowed to go on? */
static bool answers_before_the_commit(const char *bug)
{
    rig_start_with(bug);
    unsigned begun = atomic_load(&rig.commits_begun);
    atomic_store(&rig.commits_are_counted, true);
    int client = rig_begin_post("", "{\"name\":\"a\"}");
    CHECK_UNTIL(atomic_load(&rig.commits_begun) == begun + 1);
    struct pollfd ready = {.fd = client, .events = POLLIN};
    bool answers = poll(&ready, 1, 100) != 0;
    atomic_store(&rig.commits_are_counted, false);
    CHECK_INT(rig_end(client), 201);
    rig_stop();
    return answers;
}

/* Is a change said to be made whose commit failed? */
static bool answers_although_the_commit_failed(const char *bug)
{
    rig_start_with(bug);
    rig_arm((struct store_fault){
        .calls = STORE_FAULT_COMMIT, .repeat = 1, .status = STATUS_UNAVAILABLE});
    int status = rig_post("{\"name\":\"a\"}");
    bool is_there = rig_amount("a") != -1;
    rig_stop();
    CHECK(status == 201 || status == 503);
    CHECK(!is_there);
    return status == 201;
}

/* Has a request two effects when it is asked again with the same key? */
static bool has_two_effects(const char *bug)
{
    rig_start_with(bug);
    for (int i = 0; i < 2; i++) {
        int client = rig_begin_post("Idempotency-Key: k\r\n", "{\"name\":\"a\"}");
        CHECK_INT(rig_end(client), 201);
    }
    bool has_two = rig_amount("a") == 2;
    rig_stop();
    return has_two;
}

static void undo_is_there(void)
{
    CHECK(!leaves_what_was_refused(NULL));
}

static void undo_missing_is_seen(void)
{
    CHECK(leaves_what_was_refused("undo_missing"));
}

static void the_reply_comes_after_the_commit(void)
{
    CHECK(!answers_before_the_commit(NULL));
}

static void a_reply_before_the_commit_is_seen(void)
{
    CHECK(answers_before_the_commit("reply_before_commit"));
}

static void a_failed_commit_is_told(void)
{
    CHECK(!answers_although_the_commit_failed(NULL));
}

static void an_ignored_commit_is_seen(void)
{
    CHECK(answers_although_the_commit_failed("commit_ignored"));
}

static void a_key_has_one_effect(void)
{
    CHECK(!has_two_effects(NULL));
}

static void a_reply_that_is_not_kept_is_seen(void)
{
    CHECK(has_two_effects("reply_not_kept"));
}

static const struct test tests[] = {
    {.name = "undo_is_there", .run = undo_is_there},
    {.name = "undo_missing_is_seen", .run = undo_missing_is_seen},
    {.name = "the_reply_comes_after_the_commit", .run = the_reply_comes_after_the_commit},
    {.name = "a_reply_before_the_commit_is_seen", .run = a_reply_before_the_commit_is_seen},
    {.name = "a_failed_commit_is_told", .run = a_failed_commit_is_told},
    {.name = "an_ignored_commit_is_seen", .run = an_ignored_commit_is_seen},
    {.name = "a_key_has_one_effect", .run = a_key_has_one_effect},
    {.name = "a_reply_that_is_not_kept_is_seen", .run = a_reply_that_is_not_kept_is_seen},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
