/* pages.c - /livez, /readyz, /metrics, /workflows, /openapi.json, /asyncapi.json, the client. */
#include "runtime/pages/pages.h"

#include "base/json.h"
#include "runtime/pages/web_client.h"

/* The process answers, so it lives. */
static void answer_livez(void *context, struct http_exchange *exchange)
{
    (void)context;
    exchange->answer = (struct http_answer){
        .status = 200,
        .content_type = TEXT("application/json"),
        .body = TEXT("{\"status\":\"ok\"}"),
    };
}

/* What a person should look at; it does not make the process less ready. */
static void write_remarks(struct json_writer *writer, const struct dispatch *dispatch)
{
    size_t count = 0;
    for (size_t i = 0; i < dispatch->host_count; i++) {
        count += dispatch->hosts[i].service->remarks.count;
    }
    if (count == 0) {
        return;
    }
    json_key(writer, "remarks");
    json_begin_object(writer);
    for (size_t i = 0; i < dispatch->host_count; i++) {
        const struct service *service = dispatch->hosts[i].service;
        if (service->remarks.count == 0) {
            continue;
        }
        json_key(writer, service->name);
        json_begin_array(writer);
        for (size_t k = 0; k < service->remarks.count; k++) {
            json_put_text(writer, service->remarks.items[k]);
        }
        json_end_array(writer);
    }
    json_end_object(writer);
}

/* Ready when each service could begin its newest transaction, and nobody has asked us to stop. */
static void answer_readyz(void *context, struct http_exchange *exchange)
{
    const struct pages *pages = context;
    bool stops = atomic_load(&pages->stops);
    bool ready = !stops;
    struct json_writer writer;
    json_writer_init(&writer, exchange->arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "services");
    json_begin_object(&writer);
    for (size_t i = 0; i < pages->dispatch->host_count; i++) {
        const struct host *host = &pages->dispatch->hosts[i];
        bool host_ready = host_is_ready(host);
        ready = ready && host_ready;
        json_key(&writer, host->service->name);
        json_put_text(&writer, host_ready ? TEXT("ready") : TEXT("store unavailable"));
    }
    json_end_object(&writer);
    write_remarks(&writer, pages->dispatch);
    json_key(&writer, "status");
    json_put_text(&writer, ready ? TEXT("ready") : stops ? TEXT("stopping") : TEXT("not ready"));
    json_end_object(&writer);
    exchange->answer = (struct http_answer){
        .status = ready ? 200 : 503,
        .content_type = TEXT("application/json"),
        .body = json_written(&writer),
    };
}

/* Whoever stands before several processes asks each which versions it runs. */
static void answer_workflows(void *context, struct http_exchange *exchange)
{
    const struct pages *pages = context;
    struct json_writer writer;
    json_writer_init(&writer, exchange->arena, 1024);
    json_begin_object(&writer);
    json_key(&writer, "services");
    json_begin_object(&writer);
    for (size_t i = 0; i < pages->dispatch->host_count; i++) {
        const struct service *service = pages->dispatch->hosts[i].service;
        if (text_is_given(service->workflows)) {
            json_key(&writer, service->name);
            json_put_raw(&writer, service->workflows);
        }
    }
    json_end_object(&writer);
    json_end_object(&writer);
    exchange->answer = (struct http_answer){
        .status = 200,
        .content_type = TEXT("application/json"),
        .body = json_written(&writer),
    };
}

static void answer_metrics(void *context, struct http_exchange *exchange)
{
    exchange->answer = (struct http_answer){
        .status = 200,
        .content_type = TEXT("text/plain; version=0.0.4; charset=utf-8"),
        .body = metrics_write(exchange->arena, context),
    };
}

static void answer_document(const struct document *document, struct http_exchange *exchange)
{
    struct text wanted = http_header_value(&exchange->request, "If-None-Match");
    if (text_equals(wanted, document->etag)) {
        exchange->answer = (struct http_answer){.status = 304};
    } else {
        exchange->answer = (struct http_answer){
            .status = 200,
            .content_type = TEXT("application/json"),
            .body = document->body,
        };
    }
    http_answer_header(&exchange->answer, "ETag", document->etag);
}

static void answer_openapi(void *context, struct http_exchange *exchange)
{
    const struct pages *pages = context;
    answer_document(&pages->openapi, exchange);
}

static void answer_asyncapi(void *context, struct http_exchange *exchange)
{
    const struct pages *pages = context;
    answer_document(&pages->asyncapi, exchange);
}

/* What the web client must know of the house before it asks any service. */
static void answer_web(void *context, struct http_exchange *exchange)
{
    const struct pages *pages = context;
    struct json_writer writer;
    json_writer_init(&writer, exchange->arena, 512);
    json_begin_object(&writer);
    json_key(&writer, "version");
    json_put_text(&writer, TEXT(KONTORA_VERSION));
    json_key(&writer, "services");
    json_begin_array(&writer);
    for (size_t i = 0; i < pages->dispatch->host_count; i++) {
        const struct service *service = pages->dispatch->hosts[i].service;
        json_begin_object(&writer);
        json_key(&writer, "name");
        json_put_text(&writer, text_of(service->name));
        json_key(&writer, "has_cases");
        json_put_flag(&writer, service->cases != NULL);
        json_key(&writer, "has_schedules");
        json_put_flag(&writer, service->schedule_count > 0);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    exchange->answer = (struct http_answer){
        .status = 200,
        .content_type = TEXT("application/json"),
        .body = json_written(&writer),
    };
}

const struct page platform_pages[] = {
    {.path = "/livez", .answer = answer_livez},
    {.path = "/readyz", .answer = answer_readyz},
    {.path = "/metrics", .permission = "platform.metrics", .answer = answer_metrics},
    {.path = "/workflows", .permission = "platform.workflows", .answer = answer_workflows},
    {.path = "/openapi.json", .answer = answer_openapi},
    {.path = "/asyncapi.json", .answer = answer_asyncapi},
    {.path = "/web.json", .answer = answer_web},
    {.path = "/", .answer = web_client_answer_page},
    {.path = "/app/", .has_more = true, .answer = web_client_answer_page},
    {.path = "/assets/", .has_more = true, .answer = web_client_answer_file},
};
const size_t platform_page_count = COUNT_OF(platform_pages);
