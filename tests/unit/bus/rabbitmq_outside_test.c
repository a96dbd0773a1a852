/* rabbitmq_outside_test.c - plain queues without a broker: what is asked of one, and what becomes
 * of letters, arrivals and questions when it goes away, says no, or says nothing.
 */
#include "bus/rabbitmq_outside.h"

#include "tests/unit/bus/fake_link.h"

enum { WORK, MORE, ANSWERS, QUEUES, PREFETCH = 7, STATUSES_MAX = 64 };

static struct outside *outside;
static struct amqp_link *publisher;
static struct amqp_link *consumer;

/* ---- what is told of it ---- */

static struct {
    size_t sent[STATUSES_MAX]; /* by status */
    uint64_t newest;
    size_t arrivals;
    struct outside_arrival arrival;
    char body[64];
} told;

static void sent(void *context, uint64_t reference, enum status status)
{
    CHECK(context == &told);
    CHECK((size_t)status < STATUSES_MAX);
    told.sent[status]++;
    told.newest = reference;
}

static void arrived(void *context, const struct outside_arrival *arrival)
{
    CHECK(context == &told);
    told.arrivals++;
    told.arrival = *arrival;
    snprintf(told.body, sizeof told.body, "%.*s", TEXT_ARGS(arrival->body));
}

static struct outside *make(const char **error_out)
{
    static const struct outside_queue queues[QUEUES] = {
        [WORK] = {{"work.feeder", 11}, false},
        [MORE] = {{"work.signer", 11}, false},
        [ANSWERS] = {{"work.answers.yard", 17}, true},
    };
    return rabbitmq_outside_create(&(struct outside_options){.queues = queues,
                                                             .queue_count = QUEUES,
                                                             .unanswered_max = PREFETCH,
                                                             .context = &told,
                                                             .arrived = arrived,
                                                             .sent = sent},
                                   "amqp://nobody", error_out);
}

static void begin(void)
{
    const char *error = NULL;
    fake_begin();
    memset(&told, 0, sizeof told);
    outside = make(&error);
    CHECK(outside != NULL && error == NULL);
    CHECK_INT(fake.count, 2);
    publisher = &fake.links[0];
    consumer = &fake.links[1];
}

static void begin_up(void)
{
    begin();
    fake_up(publisher);
    fake_up(consumer);
    fake_said(publisher);
    fake_said(consumer);
}

static void deliver(uint64_t tag, const char *body)
{
    const struct amqp_delivery delivery = {.receipt = {.generation = 3, .tag = tag, .channel = 2},
                                           .body = text_of(body)};
    consumer->consumer.arrived(consumer->consumer.context, consumer, &delivery);
}

/* ---- queues ---- */

#define LIMITED " x-queue-type=quorum x-delivery-limit=20; "

static void queues_are_made_and_answers_are_heard(void)
{
    begin();
    fake.declares = STATUS_EXISTS; /* somebody has made them otherwise: they are used as they are */
    CHECK(!outside_is_up(outside));
    fake_up(publisher);
    CHECK(!outside_is_up(outside)); /* answers would not come in */
    CHECK_TEXT(fake_said(publisher), "declare work.feeder" LIMITED "declare work.signer" LIMITED
                                     "declare work.answers.yard x-queue-type=quorum; ");
    fake_up(consumer);
    CHECK(outside_is_up(outside));
    CHECK_TEXT(fake_said(consumer), "declare work.feeder" LIMITED "declare work.signer" LIMITED
                                    "declare work.answers.yard x-queue-type=quorum; "
                                    "consume work.answers.yard 7; ");
    outside_destroy(&outside);
    CHECK(outside == NULL);
    CHECK(publisher->grace_ms > 0 && consumer->grace_ms > 0);
}

static void without_either_connection_it_is_down(void)
{
    begin_up();
    fake_down(publisher);
    CHECK(!outside_is_up(outside));
    fake_up(publisher);
    CHECK(outside_is_up(outside));
    fake_down(consumer);
    CHECK(!outside_is_up(outside));
    fake_said(consumer);
    fake_up(consumer);
    CHECK(outside_is_up(outside));
    CHECK(strstr(fake_said(consumer).data, "consume work.answers.yard 7; ") != NULL);
    outside_destroy(&outside);
}

static void no_address_is_said_and_nothing_stays(void)
{
    for (size_t made = 0; made < FAKE_LINKS; made++) {
        const char *error = NULL;
        fake_begin();
        fake.refuses_from = made;
        CHECK(make(&error) == NULL);
        CHECK_TEXT(text_of(error), "this is no address");
        CHECK_INT(fake.count, made);
        CHECK(made == 0 || fake.links[0].grace_ms >= 0);
    }
}

/* ---- letters ---- */

static void send(size_t count, size_t queue)
{
    struct outside_letter letters[FAKE_LETTERS_MAX];
    for (size_t i = 0; i < count; i++) {
        letters[i] = (struct outside_letter){.reference = i + 1,
                                             .queue = queue,
                                             .id = TEXT("7 feed 1"),
                                             .answers_to = TEXT("work.answers.yard"),
                                             .body = TEXT("{\"a\":1}")};
    }
    outside_send(outside, letters, count);
}

static void a_letter_says_where_its_answer_goes(void)
{
    begin_up();
    send(1, MORE);
    CHECK_TEXT(text_of(fake.last_letter),
               "work.signer|7 feed 1|work.answers.yard|application/json|{\"a\":1}");
    outside_destroy(&outside);
}

static void many_letters_go_in_packets_and_in_order(void)
{
    begin_up();
    send(250, WORK);
    CHECK_INT(publisher->packets, 3);
    CHECK_INT(publisher->letter_count, 250);
    for (size_t i = 0; i < 250; i++) {
        CHECK_INT(publisher->references[i], i + 1);
        CHECK_TEXT(text_of(publisher->keys[i]), "work.feeder");
    }
    CHECK_INT(consumer->packets, 0);
    outside_destroy(&outside);
}

static void without_a_connection_ever_letters_come_back(void)
{
    begin();
    send(130, WORK);
    CHECK_INT(told.sent[STATUS_UNAVAILABLE], 130);
    CHECK_INT(told.newest, 130);
    CHECK_INT(publisher->letter_count, 0);
    outside_destroy(&outside);
}

/* What the broker says is passed on, each time for the letter it is about. */
static void what_became_of_a_letter_is_told_once(void)
{
    static const enum status statuses[] = {STATUS_OK, STATUS_UNCERTAIN, STATUS_UNAVAILABLE,
                                           STATUS_ABSENT, STATUS_REFUSED};
    begin_up();
    send(COUNT_OF(statuses), WORK);
    for (size_t i = COUNT_OF(statuses); i-- > 0;) { /* confirms come in any order */
        publisher->published(publisher->published_context, i + 1, statuses[i], TEXT("because"));
        CHECK_INT(told.sent[statuses[i]], 1);
        CHECK_INT(told.newest, i + 1);
    }
    outside_destroy(&outside);
}

/* ---- arrivals ---- */

static void an_arrival_is_taken_or_goes_back(void)
{
    begin_up();
    deliver(11, "{}");
    CHECK_INT(told.arrivals, 1);
    CHECK_INT(told.arrival.queue, ANSWERS);
    CHECK_TEXT(text_of(told.body), "{}");
    struct outside_receipt first = told.arrival.receipt;
    deliver(12, "[]");
    CHECK_TEXT(fake_said(consumer), ""); /* nothing is acknowledged by itself */
    outside_returned(outside, told.arrival.receipt);
    outside_taken(outside, first);
    CHECK_TEXT(fake_said(consumer), "reject 3/12/2 yes; ack 3/11/2; ");
    CHECK_TEXT(fake_said(publisher), "");
    outside_destroy(&outside);
}

/* Nobody was heard yet: there is nothing to acknowledge, and nothing to fall over. */
static void an_early_receipt_means_nothing(void)
{
    begin();
    outside_taken(outside, (struct outside_receipt){.tag = 1});
    outside_returned(outside, (struct outside_receipt){.tag = 1});
    CHECK_TEXT(fake_said(consumer), "");
    outside_destroy(&outside);
}

static void a_queue_that_ends_is_heard_again(void)
{
    begin_up();
    consumer->consumer.ended(consumer->consumer.context, STATUS_ABSENT, TEXT("deleted"));
    CHECK_TEXT(fake_said(consumer), "");
    outside_tend(outside);
    CHECK_TEXT(fake_said(consumer), "declare work.answers.yard x-queue-type=quorum; "
                                    "consume work.answers.yard 7; ");
    outside_tend(outside);
    CHECK_TEXT(fake_said(consumer), ""); /* once */
    outside_destroy(&outside);
}

/* A new connection hears all of them anyway. */
static void what_was_lost_before_is_not_lost_after(void)
{
    begin_up();
    consumer->consumer.ended(consumer->consumer.context, STATUS_ABSENT, TEXT("deleted"));
    fake_down(consumer);
    outside_tend(outside);
    CHECK_TEXT(fake_said(consumer), "");
    fake_up(consumer);
    fake_said(consumer);
    outside_tend(outside);
    CHECK_TEXT(fake_said(consumer), "");
    outside_destroy(&outside);
}

/* ---- how much waits ---- */

static void what_waits_is_known_when_it_was_asked(void)
{
    begin_up();
    int64_t before_ms = clock_monotonic_ms();
    CHECK_INT(outside_waiting(outside, WORK, before_ms), -1);
    outside_tend(outside);
    CHECK_INT(consumer->look_count, QUEUES);
    CHECK_INT(outside_waiting(outside, WORK, before_ms), -1); /* not answered yet */
    outside_tend(outside);
    CHECK_INT(consumer->look_count, QUEUES); /* nor asked twice */
    CHECK(fake_answer_look(consumer, "work.feeder", STATUS_OK, 5));
    CHECK_INT(outside_waiting(outside, WORK, before_ms), 5);
    CHECK_INT(outside_waiting(outside, WORK, clock_monotonic_ms() + 1), -1); /* asked too early */
    CHECK_INT(outside_waiting(outside, MORE, before_ms), -1);
    outside_tend(outside);
    CHECK(fake_answer_look(consumer, "work.feeder", STATUS_OK, 0));
    CHECK_INT(outside_waiting(outside, WORK, before_ms), 0); /* nothing is an answer, too */
    outside_destroy(&outside);
}

/* What another connection has said is nothing to go by: a broker may have come back empty. */
static void a_loss_forgets_what_was_known(void)
{
    begin_up();
    outside_tend(outside);
    CHECK(fake_answer_look(consumer, "work.feeder", STATUS_OK, 5));
    fake_down(consumer);
    CHECK_INT(outside_waiting(outside, WORK, 1), -1);
    outside_tend(outside);
    CHECK_INT(consumer->look_count, 0); /* whom should it ask? */
    fake_up(consumer);
    outside_tend(outside);
    CHECK_INT(consumer->look_count, QUEUES); /* those of before were answered by the loss */
    CHECK_INT(outside_waiting(outside, WORK, 1), -1);
    outside_destroy(&outside);
}

static void a_queue_that_was_taken_away_is_made_again(void)
{
    begin_up();
    outside_tend(outside);
    CHECK(fake_answer_look(consumer, "work.signer", STATUS_ABSENT, 0));
    CHECK_INT(outside_waiting(outside, MORE, 1), -1);
    CHECK(fake_answer_look(consumer, "work.answers.yard", STATUS_ABSENT, 0));
    outside_tend(outside); /* of the other its consumer hears by itself that it has ended */
    CHECK_TEXT(fake_said(consumer), "declare work.signer" LIMITED);
    outside_destroy(&outside);
}

static const struct test tests[] = {
    {"queues are made and answers are heard", queues_are_made_and_answers_are_heard, 0},
    {"without either connection it is down", without_either_connection_it_is_down, 0},
    {"no address is said and nothing stays", no_address_is_said_and_nothing_stays, 0},
    {"a letter says where its answer goes", a_letter_says_where_its_answer_goes, 0},
    {"many letters go in packets and in order", many_letters_go_in_packets_and_in_order, 0},
    {"without a connection ever letters come back", without_a_connection_ever_letters_come_back, 0},
    {"what became of a letter is told once", what_became_of_a_letter_is_told_once, 0},
    {"an arrival is taken or goes back", an_arrival_is_taken_or_goes_back, 0},
    {"an early receipt means nothing", an_early_receipt_means_nothing, 0},
    {"a queue that ends is heard again", a_queue_that_ends_is_heard_again, 0},
    {"what was lost before is not lost after", what_was_lost_before_is_not_lost_after, 0},
    {"what waits is known when it was asked", what_waits_is_known_when_it_was_asked, 0},
    {"a loss forgets what was known", a_loss_forgets_what_was_known, 0},
    {"a queue that was taken away is made again", a_queue_that_was_taken_away_is_made_again, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
