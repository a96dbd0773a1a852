/* http_client.c - the client's thread: libcurl's sockets and times on one epoll, and a mailbox.
 *
 * libcurl wants its sockets watched level-triggered, so this has an epoll of its own rather than
 * the loop of the server.
 */
#include "net/http_client.h"

#include "base/clock.h"
#include "base/must.h"
#include "base/thread.h"
#include "net/client/http_asking.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    EVENT_COUNT = 64,
    CONNECTIONS_KEPT_MAX = 32L,
    CONNECTIONS_PER_HOST_MAX = 32L,
};

struct http_client {
    struct mailbox mailbox;
    pthread_t thread;
    atomic_bool stops;
    struct mailbox_node stop; /* only to wake the thread */
    int epoll;
    const struct curl_functions *curl; /* NULL: there is none, and nobody can be asked */
    CURLM *multi;
    long connections; /* at once to each host */
    int64_t due_ms;   /* libcurl's timer; -1: none */
    struct asking *askings;
};

/* ---- what libcurl asks for ---- */

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *watched)
{
    (void)easy;
    struct http_client *client = context;
    struct epoll_event event = {.data.fd = socket};
    if (what == CURL_POLL_REMOVE) {
        (void)epoll_ctl(client->epoll, EPOLL_CTL_DEL, socket, &event); /* may be closed already */
        return 0;
    }
    event.events = (what != CURL_POLL_OUT ? EPOLLIN : 0u) | (what != CURL_POLL_IN ? EPOLLOUT : 0u);
    int result = epoll_ctl(client->epoll, watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    if (result != 0 && (errno == EEXIST || errno == ENOENT)) { /* a number that was used again */
        int other = errno == EEXIST ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
        result = epoll_ctl(client->epoll, other, socket, &event);
    }
    MUST(result == 0);
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *context)
{
    (void)multi;
    struct http_client *client = context;
    client->due_ms = timeout_ms < 0 ? -1 : clock_monotonic_ms() + timeout_ms;
    return 0;
}

static void act(struct http_client *client, curl_socket_t socket, int events)
{
    int left = 0;
    CURLMcode result = client->curl->multi_socket_action(client->multi, socket, events, &left);
    MUST(result == CURLM_OK);
}

/* ---- askings ---- */

static void end_asking(struct http_client *client, struct asking *asking, enum status status)
{
    if (asking->previous != NULL) {
        asking->previous->next = asking->next;
    } else {
        client->askings = asking->next;
    }
    if (asking->next != NULL) {
        asking->next->previous = asking->previous;
    }
    if (asking->easy != NULL) {
        (void)client->curl->multi_remove_handle(client->multi, asking->easy);
    }
    asking__tell(asking, client->curl, status);
}

/* OK: libcurl has it now. */
static enum status give_to_libcurl(struct http_client *client, struct asking *asking)
{
    if (asking->is_malformed) {
        return STATUS_MALFORMED;
    }
    if (clock_monotonic_ms() >= asking->deadline_ms) {
        return STATUS_TIMEOUT;
    }
    if (client->multi == NULL || !asking__prepare(asking, client->curl)) {
        return STATUS_UNAVAILABLE;
    }
    CURLMcode result = client->curl->multi_add_handle(client->multi, asking->easy);
    MUST(result == CURLM_OK);
    return STATUS_OK;
}

static void begin_asking(struct http_client *client, struct asking *asking)
{
    asking->next = client->askings;
    if (asking->next != NULL) {
        asking->next->previous = asking;
    }
    client->askings = asking;
    enum status status = give_to_libcurl(client, asking);
    if (status != STATUS_OK) {
        end_asking(client, asking, status);
    }
}

static void take_new(struct http_client *client)
{
    struct mailbox_node *node = mailbox_take_all(&client->mailbox);
    while (node != NULL) {
        struct mailbox_node *next = node->next;
        if (node != &client->stop) {
            begin_asking(client, (struct asking *)node); /* the node is its first member */
        }
        node = next;
    }
}

static void take_done(struct http_client *client)
{
    int left = 0;
    CURLMsg *message;
    while ((message = client->curl->multi_info_read(client->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            struct asking *asking = NULL;
            CURLcode result = message->data.result;
            (void)client->curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &asking);
            MUST(asking != NULL);
            end_asking(client, asking, asking__status(asking, client->curl, result));
        }
    }
}

/* ---- the thread ---- */

static int sleep_ms(const struct http_client *client)
{
    if (client->due_ms < 0) {
        return -1;
    }
    int64_t left_ms = client->due_ms - clock_monotonic_ms();
    return left_ms > 0 ? (int)left_ms : 0;
}

static void wait_and_act(struct http_client *client)
{
    struct epoll_event events[EVENT_COUNT];
    int timeout_ms = sleep_ms(client);
    if (timeout_ms != 0 && !mailbox_may_sleep(&client->mailbox)) {
        timeout_ms = 0;
    }
    int count = epoll_wait(client->epoll, events, EVENT_COUNT, timeout_ms);
    MUST(count >= 0 || errno == EINTR);
    mailbox_woken(&client->mailbox);
    for (int i = 0; i < count; i++) {
        if (events[i].data.fd != client->mailbox.descriptor) {
            int what = ((events[i].events & EPOLLIN) ? CURL_CSELECT_IN : 0) |
                       ((events[i].events & EPOLLOUT) ? CURL_CSELECT_OUT : 0) |
                       ((events[i].events & (EPOLLERR | EPOLLHUP)) ? CURL_CSELECT_ERR : 0);
            act(client, events[i].data.fd, what);
        }
    }
    if (client->due_ms >= 0 && clock_monotonic_ms() >= client->due_ms) {
        client->due_ms = -1;
        act(client, CURL_SOCKET_TIMEOUT, 0);
    }
}

static bool make_multi(struct http_client *client)
{
    client->curl = http__curl();
    if (client->curl == NULL) {
        return false;
    }
    CURLM *multi = client->curl->multi_init();
    if (multi == NULL) {
        memory_refused();
    }
    client->curl->multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    client->curl->multi_setopt(multi, CURLMOPT_SOCKETDATA, client);
    client->curl->multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    client->curl->multi_setopt(multi, CURLMOPT_TIMERDATA, client);
    client->curl->multi_setopt(multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_KEPT_MAX);
    client->curl->multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, client->connections);
    client->multi = multi;
    return true;
}

static void end_all(struct http_client *client)
{
    take_new(client);
    while (client->askings != NULL) {
        struct asking *asking = client->askings;
        enum status status = STATUS_UNAVAILABLE;
        if (asking->easy != NULL) {
            status = asking__status(asking, client->curl, CURLE_ABORTED_BY_CALLBACK);
        }
        end_asking(client, asking, status);
    }
    if (client->multi != NULL) {
        client->curl->multi_cleanup(client->multi);
    }
}

static void *run(void *context)
{
    struct http_client *client = context;
    bool has_curl = make_multi(client);
    take_new(client);
    while (!atomic_load(&client->stops)) { /* asked after the mailbox, which may have held `stop` */
        wait_and_act(client);
        if (has_curl) {
            take_done(client);
        }
        take_new(client);
    }
    end_all(client);
    return NULL;
}

/* ---- from any thread ---- */

static void start_thread(struct http_client *client)
{
    thread_start(&client->thread, run, client, "http-client");
}

struct http_client *http_client_create(void)
{
    return http_client_create_wide(CONNECTIONS_PER_HOST_MAX);
}

struct http_client *http_client_create_wide(long connections)
{
    struct http_client *client = memory_take(sizeof *client);
    client->connections = connections;
    mailbox_init(&client->mailbox);
    client->due_ms = -1;
    client->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (client->epoll < 0) {
        memory_refused();
    }
    struct epoll_event bell = {.events = EPOLLIN, .data.fd = client->mailbox.descriptor};
    if (epoll_ctl(client->epoll, EPOLL_CTL_ADD, client->mailbox.descriptor, &bell) != 0) {
        memory_refused();
    }
    start_thread(client);
    return client;
}

void http_client_destroy(struct http_client **client)
{
    if (*client == NULL) {
        return;
    }
    atomic_store(&(*client)->stops, true);
    mailbox_put(&(*client)->mailbox, &(*client)->stop);
    pthread_join((*client)->thread, NULL);
    mailbox_finish(&(*client)->mailbox);
    close((*client)->epoll);
    memory_free(*client);
    *client = NULL;
}

void http_client_send(struct http_client *client, const struct http_client_request *request,
                      http_client_fn *done, void *context)
{
    struct asking *asking = asking__create(request, done, context);
    mailbox_put(&client->mailbox, &asking->node);
}

/* ---- for those who may wait ---- */

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t told;
    bool is_told;
    struct arena *arena; /* the caller's, who does nothing with it while he waits */
    struct http_answer *answer;
    enum status status;
};

static void copy_answer(struct arena *arena, const struct http_answer *from,
                        struct http_answer *answer_out)
{
    *answer_out = *from;
    answer_out->body = text_copy(arena, from->body);
    if (text_is_given(from->content_type)) {
        answer_out->content_type = text_copy(arena, from->content_type);
    }
    for (size_t i = 0; i < from->header_count; i++) {
        answer_out->headers[i].name = text_copy(arena, from->headers[i].name);
        answer_out->headers[i].value = text_copy(arena, from->headers[i].value);
    }
}

static void on_told(void *context, enum status status, const struct http_answer *answer)
{
    struct waiting *waiting = context;
    pthread_mutex_lock(&waiting->lock);
    waiting->status = status;
    if (status == STATUS_OK) {
        copy_answer(waiting->arena, answer, waiting->answer);
    }
    waiting->is_told = true;
    pthread_cond_signal(&waiting->told);
    pthread_mutex_unlock(&waiting->lock);
}

enum status http_client_ask(struct http_client *client, struct arena *arena,
                            const struct http_client_request *request,
                            struct http_answer *answer_out)
{
    MUST(!pthread_equal(pthread_self(), client->thread));
    struct waiting waiting = {
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .told = PTHREAD_COND_INITIALIZER,
        .arena = arena,
        .answer = answer_out,
    };
    http_client_send(client, request, on_told, &waiting);
    pthread_mutex_lock(&waiting.lock);
    while (!waiting.is_told) {
        pthread_cond_wait(&waiting.told, &waiting.lock);
    }
    pthread_mutex_unlock(&waiting.lock);
    return waiting.status;
}
