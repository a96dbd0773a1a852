/* web_client.c - answers with the files that were built into the program. */
#include "runtime/pages/web_client.h"

#include "base/must.h"
#include "runtime/pages/web_files.h"
#include "runtime/problem.h"

/* 'self' in style-src lets no style attribute through; what the client sets by script is not one.
 */
#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "              \
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "                   \
    "frame-ancestors 'none'; require-trusted-types-for 'script'"

static const struct web_file *find(struct text path)
{
    for (size_t i = 0; i < web_file_count; i++) {
        if (text_equals(path, text_of(web_files[i].path))) {
            return &web_files[i];
        }
    }
    return NULL;
}

static struct text between(const char *begin, const char *end)
{
    MUST(begin <= end);
    return (struct text){begin, (size_t)(end - begin)};
}

/* "br, gzip;q=0.5": a quality of nothing is a no. */
static bool takes_gzip(const struct http_request *request)
{
    struct text rest = http_header_value(request, "Accept-Encoding");
    while (text_is_given(rest) && rest.bytes > 0) {
        struct text offer;
        struct text coding;
        struct text quality;
        text_cut(rest, ',', &offer, &rest);
        text_cut(offer, ';', &coding, &quality);
        if (text_equals_ignoring_case(text_trim(coding), TEXT("gzip"))) {
            quality = text_trim(quality);
            return !text_equals(quality, TEXT("q=0")) && !text_starts_with(quality, TEXT("q=0.0"));
        }
    }
    return false;
}

static void put_headers(struct http_answer *answer, const struct web_file *file, const char *keep)
{
    http_answer_header(answer, "ETag", text_of(file->etag));
    http_answer_header(answer, "Cache-Control", text_of(keep));
    http_answer_header(answer, "Vary", TEXT("Accept-Encoding"));
    http_answer_header(answer, "Content-Security-Policy", TEXT(POLICY));
    http_answer_header(answer, "X-Content-Type-Options", TEXT("nosniff"));
    http_answer_header(answer, "Referrer-Policy", TEXT("same-origin"));
    http_answer_header(answer, "Cross-Origin-Opener-Policy", TEXT("same-origin"));
    http_answer_header(answer, "Cross-Origin-Resource-Policy", TEXT("same-origin"));
}

static void answer_with(struct http_exchange *exchange, const struct web_file *file,
                        const char *keep)
{
    struct http_answer *answer = &exchange->answer;
    struct text known = http_header_value(&exchange->request, "If-None-Match");
    bool is_packed = file->packed_begin != NULL && takes_gzip(&exchange->request);
    if (text_equals(known, text_of(file->etag))) {
        *answer = (struct http_answer){.status = 304};
    } else {
        *answer = (struct http_answer){
            .status = 200,
            .content_type = text_of(file->content_type),
            .body = is_packed ? between(file->packed_begin, file->packed_end)
                              : between(file->begin, file->end),
        };
        if (is_packed) {
            http_answer_header(answer, "Content-Encoding", TEXT("gzip"));
        }
    }
    put_headers(answer, file, keep);
}

void web_client_answer_page(void *context, struct http_exchange *exchange)
{
    (void)context;
    const struct web_file *page = find(TEXT("/"));
    MUST(page != NULL);
    answer_with(exchange, page, "no-cache");
}

void web_client_answer_file(void *context, struct http_exchange *exchange)
{
    (void)context;
    const struct web_file *file = find(exchange->request.path);
    if (file != NULL) {
        answer_with(exchange, file, "public, max-age=31536000, immutable");
    } else {
        problem_say(exchange, 404, "not_found", "There is nothing at this address.");
    }
}
