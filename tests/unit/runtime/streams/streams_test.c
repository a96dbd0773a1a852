/* streams_test.c - what is told reaches everybody it is for, once, in order, whatever happens. */
#include "tests/unit/runtime/streams/news_ears.h"

#define ROOT   true
#define NOBODY false

static void greets_with_the_position(void)
{
    news_start((struct streams_options){0});
    struct ear first = ear_open(ROOT, "/news", "");
    CHECK_INT(ear_greeted(&first), 0);
    say("all", 3);
    ear_expect(&first, 1, 3);
    struct ear second = ear_open(ROOT, "/news", "");
    CHECK_INT(ear_greeted(&second), 3);
    say("all", 1);
    ear_expect(&second, 4, 4);
    ear_expect(&first, 4, 4);
    ear_close(&first);
    ear_close(&second);
    news_stop();
}

static void asks_for_permission(void)
{
    char answer[256] = "";
    news_start((struct streams_options){0});
    int client = ear_connect(NOBODY);
    ear_send(client, "/secrets", "");
    CHECK(recv(client, answer, sizeof answer - 1, 0) > 0);
    CHECK(strstr(answer, " 401 ") != NULL);
    close(client);
    struct ear root = ear_open(ROOT, "/secrets", "");
    CHECK_INT(ear_greeted(&root), 0);
    ear_close(&root);
    news_stop();
}

static void resumes_from_the_journal(void)
{
    news_start((struct streams_options){0});
    say("all", 700);
    struct ear from_start = ear_open(ROOT, "/news?last_event_id=0", "");
    struct ear from_middle = ear_open(ROOT, "/news", "Last-Event-ID: 333\r\n");
    struct ear both = ear_open(ROOT, "/news?last_event_id=5", "Last-Event-ID: 699\r\n");
    CHECK_INT(ear_greeted(&from_start), 0);
    CHECK_INT(ear_greeted(&from_middle), 333);
    CHECK_INT(ear_greeted(&both), 699); /* the header is the newer one */
    ear_expect(&from_start, 1, 700);
    ear_expect(&from_middle, 334, 700);
    ear_expect(&both, 700, 700);
    say("all", 1);
    ear_expect(&from_start, 701, 701);
    ear_expect(&from_middle, 701, 701);
    ear_close(&from_start);
    ear_close(&from_middle);
    ear_close(&both);
    news_stop();
}

static void *say_on(void *argument)
{
    atomic_bool *stops = argument;
    while (!atomic_load(stops)) {
        say("all", 7);
    }
    return NULL;
}

/* Readers break off and come back while the journal grows: at each seam between what is read for
 * them and what is new, nothing is missed and nothing doubled. */
static void has_no_seam(void)
{
    enum { READERS = 8, ROUNDS = 12, EVENTS = 400 };
    atomic_bool stops = false;
    pthread_t teller;
    int64_t stand[READERS] = {0};
    news_start((struct streams_options){0});
    CHECK_INT(pthread_create(&teller, NULL, say_on, &stops), 0);
    for (int round = 0; round < test_scale(ROUNDS); round++) {
        struct ear ears[READERS];
        for (int i = 0; i < READERS; i++) {
            char header[64];
            snprintf(header, sizeof header, "Last-Event-ID: %lld\r\n", (long long)stand[i]);
            ears[i] = ear_open(i % 2 ? ROOT : NOBODY, "/news", header);
        }
        for (int i = 0; i < READERS; i++) {
            ear_expect(&ears[i], stand[i] + 1, stand[i] + EVENTS + i * 31);
            stand[i] += EVENTS + i * 31;
            ear_close(&ears[i]);
        }
    }
    atomic_store(&stops, true);
    pthread_join(teller, NULL);
    CHECK_INT(news_counts().cut, 0);
    news_stop();
}

static void expect_reset(const char *header, const char *reason, int64_t stands_at)
{
    char data[64];
    struct ear ear = ear_open(ROOT, "/news", header);
    struct heard heard = ear_event(&ear);
    snprintf(data, sizeof data, "data: {\"reason\":\"%s\"}\n", reason);
    CHECK_TEXT(text_of(heard.event), "reset");
    CHECK_INT(strtoll(heard.id, NULL, 10), stands_at);
    CHECK(memmem(heard.block.data, heard.block.bytes, data, strlen(data)) != NULL);
    say("all", 1);
    ear_expect(&ear, stands_at + 1, stands_at + 1);
    ear_close(&ear);
}

static void resets_what_cannot_be_resumed(void)
{
    news_start((struct streams_options){0});
    say("all", 20);
    say_this((struct saying){.forget_upto = 10});
    expect_reset("Last-Event-ID: 9\r\n", "gone", 20);
    expect_reset("Last-Event-ID: 22\r\n", "ahead", 21);
    expect_reset("Last-Event-ID: what is this\r\n", "ahead", 22);
    expect_reset("Last-Event-ID: -1\r\n", "ahead", 23);
    struct ear ear = ear_open(ROOT, "/news", "Last-Event-ID: 10\r\n");
    ear_expect(&ear, 11, 24); /* the oldest that is kept is the next one for him */
    ear_close(&ear);
    CHECK_INT(news_counts().resets, 4);
    news_stop();
}

/* He was let to fall behind, and what he was to hear next is forgotten meanwhile. */
static void resets_who_fell_behind_the_journal(void)
{
    news_start((struct streams_options){0});
    char *data = malloc(60001);
    memset(data, 'x', 60000);
    data[0] = '"';
    data[59999] = '"';
    struct ear ear = ear_open(ROOT, "/news", "");
    CHECK_INT(ear_greeted(&ear), 0);
    for (int i = 0; i < 100; i++) {
        say_this((struct saying){.subject = "all", .count = 5, .data = (struct text){data, 60000}});
    }
    say_this((struct saying){.forget_upto = 499});
    struct heard heard;
    int64_t position = 0;
    do { /* what was on its way is still read, then comes the gap */
        heard = ear_event(&ear);
        position += strcmp(heard.event, "news.said") == 0;
        CHECK(strcmp(heard.event, "reset") == 0 || strtoll(heard.id, NULL, 10) == position);
    } while (strcmp(heard.event, "reset") != 0);
    CHECK(position < 499);
    while (strtoll(heard.id, NULL, 10) < 500) { /* the end was not known yet: once more, then */
        heard = ear_event(&ear);
        CHECK(strcmp(heard.event, "reset") == 0 || strtoll(heard.id, NULL, 10) == 500);
    }
    CHECK_INT(strtoll(heard.id, NULL, 10), 500);
    say("all", 1);
    ear_expect(&ear, 501, 501);
    ear_close(&ear);
    free(data);
    news_stop();
}

/* Nothing is sent because of what is not for him; the next heartbeat moves his position. */
static void shows_each_only_what_is_for_him(void)
{
    struct heard heard = {.event = ""};
    news_start((struct streams_options){.heartbeat_ms = 1800});
    struct ear root = ear_open(ROOT, "/news", "");
    CHECK_INT(ear_greeted(&root), 0);
    struct ear nobody = ear_open(NOBODY, "/news", "");
    CHECK_INT(ear_greeted(&nobody), 0);
    say("root", 2);
    say("none", 5);
    say_this((struct saying){.subject = "all", .count = 1, .kind = message_command});
    ear_expect(&root, 1, 2);
    int64_t position = 0;
    while (position < 8) { /* it may beat before all eight were looked at */
        CHECK(ear_next(&nobody, TEST_PATIENCE_MS, &heard));
        CHECK(text_starts_with(heard.block, TEXT(": hb\n")));
        CHECK_TEXT(text_of(heard.event), "");
        position = heard.id[0] != '\0' ? strtoll(heard.id, NULL, 10) : position;
    }
    CHECK_INT(position, 8);
    say("all", 1);
    ear_expect(&nobody, 9, 9);
    ear_expect(&root, 9, 9);
    ear_close(&root);
    ear_close(&nobody);
    news_stop();
}

static void hides_from_who_resumes_too(void)
{
    news_start((struct streams_options){0});
    say("root", 300);
    say("all", 1);
    say("root", 300);
    say("all", 1);
    struct ear nobody = ear_open(NOBODY, "/news?last_event_id=0", "");
    ear_expect(&nobody, 301, 301);
    ear_expect(&nobody, 602, 602);
    CHECK(memmem(nobody.heard, nobody.bytes, "id: 300\n", 8) == NULL);
    ear_close(&nobody);
    news_stop();
}

static void beats_when_nothing_is_told(void)
{
    struct heard heard = {.event = ""};
    news_start((struct streams_options){.heartbeat_ms = 600});
    struct ear ear = ear_open(ROOT, "/news", "");
    CHECK_INT(ear_greeted(&ear), 0);
    for (int i = 0; i < 3; i++) {
        CHECK(ear_next(&ear, TEST_PATIENCE_MS, &heard));
        CHECK_TEXT(heard.block, ": hb\n"); /* and no id, since it has not moved */
    }
    ear_close(&ear);
    news_stop();
}

/* C54: {type, sequence}, for whoever looks whether we are there. */
static void beats_are_events_where_the_row_says_so(void)
{
    struct heard heard = {.event = ""};
    char expected[64];
    news_start((struct streams_options){.heartbeat_ms = 600});
    struct ear ear = ear_open(ROOT, "/beats", "");
    CHECK_INT(ear_greeted(&ear), 0);
    for (int i = 1; i <= 3; i++) {
        CHECK(ear_next(&ear, TEST_PATIENCE_MS, &heard));
        int bytes = snprintf(expected, sizeof expected,
                             "data: {\"type\":\"heartbeat\",\"sequence\":%d}\n", i);
        CHECK_TEXT(text_of(heard.event), "heartbeat");
        CHECK(memmem(heard.block.data, heard.block.bytes, expected, (size_t)bytes) != NULL);
    }
    ear_close(&ear);
    news_stop();
}

static void closes_the_oldest_of_a_user(void)
{
    enum { USER_MAX = 5 };
    struct ear ears[USER_MAX + 2];
    struct ear others[USER_MAX + 2];
    news_start((struct streams_options){.user_max = USER_MAX});
    for (int i = 0; i < USER_MAX + 2; i++) {
        ears[i] = ear_open(ROOT, "/news", "");
        CHECK_INT(ear_greeted(&ears[i]), 0);
        others[i] = ear_open(NOBODY, "/news", ""); /* nobody is not one user */
        CHECK_INT(ear_greeted(&others[i]), 0);
    }
    say("all", 1);
    for (int i = 0; i < USER_MAX + 2; i++) {
        ear_expect(&others[i], 1, 1);
        if (i < 2) {
            struct heard heard = ear_event(&ears[i]);
            CHECK_TEXT(text_of(heard.event), "closed");
            CHECK_TEXT(text_of(heard.id), "");
            CHECK(!ear_next(&ears[i], TEST_PATIENCE_MS, &heard));
            CHECK(ears[i].has_ended);
        } else {
            ear_expect(&ears[i], 1, 1);
        }
    }
    CHECK_INT(news_counts().displaced, 2);
    for (int i = 0; i < USER_MAX + 2; i++) {
        ear_close(&ears[i]);
        ear_close(&others[i]);
    }
    CHECK_UNTIL(news_open_streams() == 0);
    struct ear again = ear_open(ROOT, "/news", "");
    CHECK_INT(ear_greeted(&again), 1); /* who has gone does not count */
    say("all", 1);
    ear_expect(&again, 2, 2);
    CHECK_INT(news_counts().displaced, 2);
    ear_close(&again);
    news_stop();
}

/* Who reads late is fed from the journal, however much that is, and nobody waits for him. */
static void waits_for_who_is_slow(void)
{
    enum { EVENTS = 5000 };
    news_start((struct streams_options){.heartbeat_ms = 60000});
    struct ear slow = ear_open(ROOT, "/news", "");
    struct ear quick = ear_open(ROOT, "/news", "");
    CHECK_INT(ear_greeted(&slow), 0);
    CHECK_INT(ear_greeted(&quick), 0);
    struct text data = TEXT("{\"text\":\"a hundred bytes of it, a hundred bytes of it, a hundred "
                            "bytes of it, a hundred bytes of it, and more\"}");
    for (int i = 0; i < EVENTS / 250; i++) {
        say_this((struct saying){.subject = "all", .count = 250, .data = data});
        ear_expect(&quick, i * 250 + 1, i * 250 + 250);
    }
    ear_expect(&slow, 1, EVENTS);
    CHECK_INT(news_counts().cut, 0);
    ear_close(&slow);
    ear_close(&quick);
    news_stop();
}

static void cuts_who_never_reads(void)
{
    enum { DEAD = 50, EVENTS = 600 };
    struct ear dead[DEAD];
    news_start((struct streams_options){.heartbeat_ms = 1200});
    for (int i = 0; i < DEAD; i++) {
        dead[i] = ear_open(NOBODY, "/news", "");
        int bytes = 4096;
        setsockopt(dead[i].socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
    struct ear quick = ear_open(ROOT, "/news", "");
    CHECK_INT(ear_greeted(&quick), 0);
    CHECK_UNTIL(news_open_streams() == DEAD + 1);
    char *data = malloc(20001);
    memset(data, 'x', 20000);
    data[0] = '"';
    data[19999] = '"';
    int64_t longest_ms = 0;
    for (int i = 0; i < EVENTS / 10; i++) {
        int64_t before_ms = clock_monotonic_ms();
        say_this(
            (struct saying){.subject = "all", .count = 10, .data = (struct text){data, 20000}});
        ear_expect(&quick, i * 10 + 1, i * 10 + 10);
        quick.bytes -= quick.read;
        memmove(quick.heard, quick.heard + quick.read, quick.bytes);
        quick.read = 0;
        int64_t took_ms = clock_monotonic_ms() - before_ms;
        longest_ms = took_ms > longest_ms ? took_ms : longest_ms;
    }
    printf("# the longest that ten events took beside %d dead readers: %lld ms\n", DEAD,
           (long long)longest_ms);
    CHECK(longest_ms < 20 * 1000);
    CHECK_UNTIL(news_counts().cut == DEAD);
    CHECK_UNTIL(news_open_streams() == 1);
    for (int i = 0; i < DEAD; i++) {
        ear_close(&dead[i]);
    }
    ear_close(&quick);
    free(data);
    news_stop();
}

static void resets_for_what_is_too_large(void)
{
    news_start((struct streams_options){0});
    size_t bytes = 200000;
    char *data = malloc(bytes);
    memset(data, 'x', bytes);
    struct ear ear = ear_open(ROOT, "/news", "");
    CHECK_INT(ear_greeted(&ear), 0);
    say("all", 1);
    say_this((struct saying){.subject = "all", .count = 1, .data = (struct text){data, bytes}});
    say_this((struct saying){.subject = "all", .count = 9, .data = (struct text){data, 120000}});
    ear_expect(&ear, 1, 1);
    struct heard heard = ear_event(&ear);
    CHECK_TEXT(text_of(heard.event), "reset");
    CHECK_INT(strtoll(heard.id, NULL, 10), 2);
    for (int64_t position = 3; position <= 11; position++) {
        heard = ear_event(&ear);
        CHECK_INT(strtoll(heard.id, NULL, 10), position);
        CHECK_INT(heard.data_bytes, 120001);
    }
    ear_close(&ear);
    free(data);
    news_stop();
}

/* While the journal cannot be read streams stay open, and go on when it can. */
static void outlives_a_store_that_is_away(void)
{
    struct heard heard = {.event = ""};
    news_start((struct streams_options){.heartbeat_ms = 600});
    say("all", 2);
    atomic_store(&news.reads_fail, true);
    struct ear ear = ear_open(ROOT, "/news", "Last-Event-ID: 1\r\n");
    CHECK(ear_next(&ear, TEST_PATIENCE_MS, &heard));
    CHECK_TEXT(heard.block, ": hb\n"); /* nobody knows yet where he stands */
    say("all", 1);
    atomic_store(&news.reads_fail, false);
    ear_expect(&ear, 2, 3);
    ear_close(&ear);
    news_stop();
}

/* More than is read at once, and announced only once. */
static void tells_a_long_transaction(void)
{
    news_start((struct streams_options){0});
    struct ear ear = ear_open(ROOT, "/news", "");
    CHECK_INT(ear_greeted(&ear), 0);
    say("all", 3 * JOURNAL_READ_MAX + 1);
    ear_expect(&ear, 1, 3 * JOURNAL_READ_MAX + 1);
    ear_close(&ear);
    news_stop();
}

/* What another process commits is announced by nobody here. */
static void looks_at_what_others_tell(void)
{
    news.is_shared = true;
    news_start((struct streams_options){0});
    struct ear ear = ear_open(ROOT, "/news", "");
    CHECK_INT(ear_greeted(&ear), 0);
    say("all", 300);
    ear_expect(&ear, 1, 300);
    ear_close(&ear);
    news_stop();
}

static void ends_in_order(void)
{
    enum { READERS = 20 };
    struct ear ears[READERS];
    struct heard heard = {.event = ""};
    news_start((struct streams_options){0});
    for (int i = 0; i < READERS; i++) {
        ears[i] = ear_open(i % 2 ? ROOT : NOBODY, "/news", "");
        CHECK_INT(ear_greeted(&ears[i]), 0);
    }
    say("all", 1);
    for (int i = 0; i < READERS; i++) {
        ear_expect(&ears[i], 1, 1);
    }
    news_stop();
    for (int i = 0; i < READERS; i++) {
        CHECK(!ear_next(&ears[i], TEST_PATIENCE_MS, &heard));
        CHECK(ears[i].has_ended);
        ear_close(&ears[i]);
    }
}

/* Readers come and go on both loops while others are told something and the server ends. */
static void stops_in_the_middle(void)
{
    atomic_bool stops = false;
    pthread_t teller;
    news_start((struct streams_options){.heartbeat_ms = 60, .user_max = 3});
    CHECK_INT(pthread_create(&teller, NULL, say_on, &stops), 0);
    struct ear ears[16] = {{.socket = -1}};
    for (int i = 0; i < test_scale(200); i++) {
        struct ear *ear = &ears[i % 16];
        if (i >= 16) {
            ear_close(ear);
        }
        *ear = ear_open(i % 3 ? ROOT : NOBODY, "/news?last_event_id=0", "");
        if (i % 5 == 0) {
            ear_hear(ear, 100);
        }
    }
    atomic_store(&stops, true);
    pthread_join(teller, NULL);
    for (int i = 0; i < 16; i++) {
        ear_close(&ears[i]);
    }
    news_stop();
}

static void tells_many(void)
{
    enum { MANY = 400 };
    struct ear *ears = calloc(MANY, sizeof *ears);
    news_start((struct streams_options){0});
    for (int i = 0; i < MANY; i++) {
        ears[i] = ear_open(i % 2 ? ROOT : NOBODY, "/news", "");
    }
    for (int i = 0; i < MANY; i++) {
        CHECK_INT(ear_greeted(&ears[i]), 0);
    }
    for (int i = 0; i < 20; i++) {
        say("all", 1);
    }
    for (int i = 0; i < MANY; i++) {
        ear_expect(&ears[i], 1, 20);
        ear_close(&ears[i]);
    }
    CHECK_INT(news_counts().events, MANY * 20);
    news_stop();
    free(ears);
}

static const struct test tests[] = {
    {"greets_with_the_position", greets_with_the_position, 0},
    {"asks_for_permission", asks_for_permission, 0},
    {"resumes_from_the_journal", resumes_from_the_journal, 0},
    {"has_no_seam", has_no_seam, 120},
    {"resets_what_cannot_be_resumed", resets_what_cannot_be_resumed, 0},
    {"resets_who_fell_behind_the_journal", resets_who_fell_behind_the_journal, 0},
    {"shows_each_only_what_is_for_him", shows_each_only_what_is_for_him, 0},
    {"hides_from_who_resumes_too", hides_from_who_resumes_too, 0},
    {"beats_when_nothing_is_told", beats_when_nothing_is_told, 0},
    {"beats_are_events_where_the_row_says_so", beats_are_events_where_the_row_says_so, 0},
    {"closes_the_oldest_of_a_user", closes_the_oldest_of_a_user, 0},
    {"waits_for_who_is_slow", waits_for_who_is_slow, 120},
    {"cuts_who_never_reads", cuts_who_never_reads, 120},
    {"resets_for_what_is_too_large", resets_for_what_is_too_large, 0},
    {"outlives_a_store_that_is_away", outlives_a_store_that_is_away, 0},
    {"tells_a_long_transaction", tells_a_long_transaction, 0},
    {"looks_at_what_others_tell", looks_at_what_others_tell, 0},
    {"ends_in_order", ends_in_order, 0},
    {"stops_in_the_middle", stops_in_the_middle, 0},
    {"tells_many", tells_many, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
