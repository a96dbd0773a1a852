/* amqp_loss_test.c - what a link does when the broker or the way to it is lost.
 *
 * The promise under test: what was answered OK is there afterwards, whatever happened; everything
 * is answered exactly once; and nothing, not even the end of a link, waits for a broker.
 */
#include "tests/lib/bad_link.h"
#include "tests/unit/bus/amqp_numbers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

struct rabbitmq_server *broker;

enum { DESTROY_MS_MAX = 30 * 1000, AHEAD_MAX = 3000 };

/* ---- load: numbers go out from a thread until it is told to stop ---- */

static atomic_bool load_ends;
static atomic_int load_count;

static void *publish_all_the_time(void *context)
{
    struct rig *rig = context;
    int at = 0;
    int unavailable = 0;
    while (!atomic_load(&load_ends) && at < NUMBERS_MAX - 100) {
        rig_publish(rig, TEXT("facts"), at, at + 100);
        at += 100;
        int now_unavailable = atomic_load(&rig->published[STATUS_UNAVAILABLE]);
        usleep(now_unavailable > unavailable ? 100000 : 2000); /* what is down answers at once */
        unavailable = now_unavailable;
        while (at - rig_answered_count(rig) > AHEAD_MAX && !atomic_load(&load_ends)) {
            usleep(2000); /* the numbers must last, however slow the broker is */
        }
    }
    atomic_store(&load_count, at);
    return NULL;
}

static pthread_t begin_load(struct rig *rig)
{
    pthread_t thread;
    atomic_store(&load_ends, false);
    CHECK_INT(pthread_create(&thread, NULL, publish_all_the_time, rig), 0);
    CHECK_UNTIL(atomic_load(&rig->published[STATUS_OK]) > 1000);
    return thread;
}

/* Each number was answered once, and each confirmed one arrives. */
static void end_load(struct rig *rig, pthread_t thread)
{
    int confirmed = atomic_load(&rig->published[STATUS_OK]);
    CHECK_UNTIL(atomic_load(&rig->published[STATUS_OK]) > confirmed + 1000); /* it goes on */
    atomic_store(&load_ends, true);
    pthread_join(thread, NULL);
    int count = atomic_load(&load_count);
    CHECK_UNTIL(rig_answered_count(rig) == count);
    CHECK_UNTIL(rig_missing(rig, count) == 0);
    CHECK_INT(amqp_link_waiting(rig->publisher), 0);
    printf("# %d sent: %d OK, %d uncertain, %d unavailable, %d refused; %d arrived twice\n", count,
           atomic_load(&rig->published[STATUS_OK]), atomic_load(&rig->published[STATUS_UNCERTAIN]),
           atomic_load(&rig->published[STATUS_UNAVAILABLE]),
           atomic_load(&rig->published[STATUS_REFUSED]), rig_doubled(rig, count));
}

static void a_killed_broker_loses_nothing_confirmed(void)
{
    struct rig *rig = rig_prepare("killed", 0);
    rig_start(rig, true);
    pthread_t load = begin_load(rig);
    for (int round = 1; round <= test_scale(2); round++) {
        int ups = atomic_load(&rig->ups);
        rabbitmq_server_kill(broker);
        CHECK_UNTIL(atomic_load(&rig->published[STATUS_UNAVAILABLE]) > 0);
        rabbitmq_server_start_again(broker);
        CHECK_UNTIL(atomic_load(&rig->ups) >= ups + 2);
    }
    CHECK(atomic_load(&rig->published[STATUS_UNCERTAIN]) > 0);
    end_load(rig, load);
    rig_finish(rig);
}

static void a_cut_connection_loses_nothing_confirmed(void)
{
    struct bad_link *way = bad_link_start(rabbitmq_server_port(broker));
    struct rig *rig = rig_prepare("cut", bad_link_port(way));
    rig_start(rig, true);
    pthread_t load = begin_load(rig);
    for (int round = 0; round < test_scale(6); round++) {
        int ups = atomic_load(&rig->ups);
        if (round % 2 == 0) {
            bad_link_cut(way);
        } else {
            bad_link_reset(way);
        }
        CHECK_UNTIL(atomic_load(&rig->ups) >= ups + 2);
        CHECK_UNTIL(atomic_load(&rig->ready) >= ups + 2);
        usleep(100000);
    }
    end_load(rig, load);
    rig_finish(rig);
    bad_link_stop(&way);
}

/* Nobody is told that bytes do not come through; the heartbeat finds out, in both directions. */
static void a_stalled_way_is_left(void)
{
    struct bad_link *way = bad_link_start(rabbitmq_server_port(broker));
    struct rig *rig = rig_prepare("stalled", bad_link_port(way));
    rig_start(rig, true);
    pthread_t load = begin_load(rig);
    for (int way_count = 1; way_count <= 3; way_count++) {
        int downs = atomic_load(&rig->downs);
        int ups = atomic_load(&rig->ups);
        bad_link_stall(way, (way_count & 1) != 0, (way_count & 2) != 0);
        CHECK_UNTIL(atomic_load(&rig->downs) >= downs + 2);
        bad_link_stall(way, false, false);
        bad_link_cut(way);
        CHECK_UNTIL(atomic_load(&rig->ups) >= ups + 2);
    }
    end_load(rig, load);
    rig_finish(rig);
    bad_link_stop(&way);
}

/* ---- short of memory ---- */

static void a_memory_alarm_holds_publishing_only(void)
{
    struct rig *rig = rig_prepare("alarm", 0);
    rig->keeps_acks = true; /* 256 are out, the rest waits in the queue */
    rig_start(rig, true);
    rig_publish(rig, TEXT("facts"), 0, 5000);
    CHECK_UNTIL(atomic_load(&rig->published[STATUS_OK]) == 5000);
    CHECK_UNTIL(atomic_load(&rig->arrived_count) == 256);
    rabbitmq_server_memory_alarm(broker, true);
    rig_publish(rig, TEXT("facts"), 5000, 8000);
    CHECK_UNTIL(atomic_load(&rig->blocked) == 1);
    struct amqp_receipt last = rig->first;
    for (last.tag = 256; last.tag <= 4096; last.tag += 256) { /* consuming goes on meanwhile */
        CHECK_UNTIL(atomic_load(&rig->arrived_count) >= (int)last.tag);
        amqp_link_ack(rig->consumer, last, true);
    }
    usleep(3 * 1000 * 1000); /* three heartbeats */
    CHECK_INT(atomic_load(&rig->downs), 0);
    CHECK(atomic_load(&rig->published[STATUS_OK]) < 8000);
    rabbitmq_server_memory_alarm(broker, false);
    CHECK_UNTIL(atomic_load(&rig->unblocked) == 1);
    CHECK_UNTIL(atomic_load(&rig->published[STATUS_OK]) == 8000);
    CHECK_INT(atomic_load(&rig->downs), 0);
    rig_finish(rig);
}

/* ---- the end does not wait ---- */

static void check_quick_end(struct amqp_link **link, int grace_ms)
{
    int64_t begun_ms = clock_monotonic_ms();
    amqp_link_destroy(link, grace_ms);
    CHECK(clock_monotonic_ms() - begun_ms < grace_ms + DESTROY_MS_MAX);
}

static void a_link_ends_while_blocked(void)
{
    struct rig *rig = rig_prepare("ends", 0);
    rig_start(rig, true);
    rabbitmq_server_memory_alarm(broker, true);
    rig_publish(rig, TEXT("facts"), 0, 3000);
    CHECK_UNTIL(atomic_load(&rig->blocked) == 1);
    check_quick_end(&rig->publisher, 500);
    check_quick_end(&rig->consumer, 500);
    CHECK_INT(rig_answered_count(rig), 3000);
    CHECK(atomic_load(&rig->published[STATUS_UNAVAILABLE]) > 0);
    rabbitmq_server_memory_alarm(broker, false);
    rig_finish(rig);
}

static void a_link_ends_while_stalled(void)
{
    struct bad_link *way = bad_link_start(rabbitmq_server_port(broker));
    struct rig *rig = rig_prepare("ends_stalled", bad_link_port(way));
    rig_start(rig, true);
    bad_link_stall(way, true, true);
    rig_publish(rig, TEXT("facts"), 0, 900);
    check_quick_end(&rig->publisher, 100);
    check_quick_end(&rig->consumer, 100);
    CHECK_INT(atomic_load(&rig->published[STATUS_UNCERTAIN]), 900);
    bad_link_refuse(way, true);
    rig->publisher = rig_link(rig, rig_publisher_up);
    CHECK_UNTIL(atomic_load(&rig->downs) >= 1);
    check_quick_end(&rig->publisher, 100);
    rig_finish(rig);
    bad_link_stop(&way);
}

static void what_waits_is_answered_before_the_end(void)
{
    struct rig *rig = rig_prepare("grace", 0);
    rig_start(rig, false);
    rig_publish(rig, TEXT("facts"), 0, 4000);
    amqp_link_destroy(&rig->publisher, 20000);
    CHECK_INT(atomic_load(&rig->published[STATUS_OK]), 4000);
    CHECK_INT(rabbitmq_server_ready_count(broker, rig->host, rig->queue), 4000);
    rig_finish(rig);
}

/* ---- acknowledged too late ---- */

static void a_late_ack_means_nothing(void)
{
    struct bad_link *way = bad_link_start(rabbitmq_server_port(broker));
    struct rig *rig = rig_prepare("late", bad_link_port(way));
    rig->keeps_acks = true;
    rig_start(rig, true);
    rig_publish(rig, TEXT("facts"), 0, 10);
    CHECK_UNTIL(atomic_load(&rig->arrived_count) == 10);
    struct amqp_receipt old = rig->first;
    old.tag = 10;
    bad_link_cut(way);
    CHECK_UNTIL(atomic_load(&rig->arrived_count) == 20); /* all of them once more */
    CHECK_INT(atomic_load(&rig->redelivered), 10);
    amqp_link_ack(rig->consumer, old, true); /* would take all ten on the new connection */
    bad_link_cut(way);
    CHECK_UNTIL(atomic_load(&rig->arrived_count) == 30);
    CHECK_INT(atomic_load(&rig->ended[STATUS_EXISTS]), 0);
    rig_finish(rig);
    bad_link_stop(&way);
}

/* ---- something else answers ---- */

static int listen_anywhere(int *port_out)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t bytes = sizeof address;
    int ear = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(ear, (struct sockaddr *)&address, sizeof address) == 0 && listen(ear, 8) == 0);
    CHECK(getsockname(ear, (struct sockaddr *)&address, &bytes) == 0);
    *port_out = ntohs(address.sin_port);
    return ear;
}

static void strangers_and_silence_are_noticed(void)
{
    int port = 0;
    int ear = listen_anywhere(&port); /* takes the connection and never says a word */
    struct rig *rig = rig_prepare("silence", port);
    rig->publisher = rig_link(rig, rig_publisher_up);
    CHECK_UNTIL(rig_was_told(rig, "did not answer"));
    rig_finish(rig);
    close(ear);

    ear = listen_anywhere(&port);
    rig = rig_prepare("stranger", port);
    rig->publisher = rig_link(rig, rig_publisher_up);
    int client = accept(ear, NULL, NULL);
    CHECK(send(client, "HTTP/1.1 400 Bad Request\r\n", 26, MSG_NOSIGNAL) == 26);
    CHECK_UNTIL(rig_was_told(rig, "does not speak AMQP"));
    rig_finish(rig);
    close(client);
    close(ear);
}

static const struct test tests[] = {
    {"a killed broker loses nothing confirmed", a_killed_broker_loses_nothing_confirmed, 400},
    {"a cut connection loses nothing confirmed", a_cut_connection_loses_nothing_confirmed, 120},
    {"a stalled way is left", a_stalled_way_is_left, 120},
    {"a memory alarm holds publishing only", a_memory_alarm_holds_publishing_only, 0},
    {"a link ends while blocked", a_link_ends_while_blocked, 0},
    {"a link ends while stalled", a_link_ends_while_stalled, 0},
    {"what waits is answered before the end", what_waits_is_answered_before_the_end, 0},
    {"a late ack means nothing", a_late_ack_means_nothing, 0},
    {"strangers and silence are noticed", strangers_and_silence_are_noticed, 0},
};

int main(int argc, char **argv)
{
    broker = rabbitmq_server_start();
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    rabbitmq_server_stop(&broker);
    return result;
}
