/* framing_probes.h - requests as attackers and clumsy clients send them, and the one right answer.
 *
 * Each probe is played to the parser whole, cut at every byte and byte by byte (http_parse_test.c)
 * and through a real socket (http_framing_test.c). status is what a server must answer; 200 means
 * that the request is good, and body is then what of it is the body. Behind a good request stands
 * `GET /next`, so that a server that frames wrongly shows it.
 */
#ifndef TESTS_UNIT_NET_FRAMING_PROBES_H
#define TESTS_UNIT_NET_FRAMING_PROBES_H

#include "base/text.h"

struct framing_probe {
    const char *name;
    struct text bytes;
    int status;
    const char *body;
};

#define POST "POST /echo HTTP/1.1\r\nHost: x\r\n"
#define GET  "GET /j HTTP/1.1\r\nHost: x\r\n"
#define TE   "Transfer-Encoding: chunked\r\n"
#define ROW(probe_name, probe_bytes, probe_status, probe_body)                                     \
    {                                                                                              \
        .name = (probe_name), .bytes = {("" probe_bytes), sizeof(probe_bytes) - 1},                \
        .status = (probe_status), .body = (probe_body)                                             \
    }

static const struct framing_probe framing_probes[] = {
    /* what is good */
    ROW("plain get", GET "\r\n", 200, ""),
    ROW("an empty line first", "\r\n" GET "\r\n", 200, ""),
    ROW("length", POST "Content-Length: 5\r\n\r\nhello", 200, "hello"),
    ROW("length zero", POST "Content-Length: 0\r\n\r\n", 200, ""),
    ROW("length with blanks around", POST "Content-Length: \t 5 \t\r\n\r\nhello", 200, "hello"),
    ROW("header names in any case", POST "cOnTeNt-LeNgTh: 5\r\n\r\nhello", 200, "hello"),
    ROW("chunks", POST TE "\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", 200, "hello world"),
    ROW("chunked in capitals", POST "Transfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 200,
        "a"),
    ROW("no chunk but the last", POST TE "\r\n0\r\n\r\n", 200, ""),
    ROW("sizes in either case", POST TE "\r\nA\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", 200,
        "01234567890123456789"),
    ROW("zeros before a size", POST TE "\r\n0005\r\nhello\r\n000\r\n\r\n", 200, "hello"),
    ROW("chunk extension", POST TE "\r\n5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n", 200, "hello"),
    ROW("trailer", POST TE "\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-More:\r\n\r\n", 200, "hello"),
    ROW("chunk that looks like an end", POST TE "\r\n7\r\n0\r\n\r\nab\r\n0\r\n\r\n", 200,
        "0\r\n\r\nab"),
    ROW("absolute target", "GET http://x/j HTTP/1.1\r\nHost: x\r\n\r\n", 200, ""),
    ROW("absolute target without a path", "GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", 200, ""),
    ROW("absolute target, query only", "GET http://x?a HTTP/1.1\r\nHost: X\r\n\r\n", 200, ""),
    ROW("options *", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 200, ""),
    ROW("a method nobody knows", "BREW /j HTTP/1.1\r\nHost: x\r\n\r\n", 200, ""),
    ROW("a value with bytes above 0x7f", GET "X-A: \xc3\xa9\r\n\r\n", 200, ""),
    ROW("an empty value", GET "X-A:\r\n\r\n", 200, ""),
    ROW("an empty host", "GET /j HTTP/1.1\r\nHost:\r\n\r\n", 200, ""),
    ROW("a host with a port", "GET /j HTTP/1.1\r\nHost: [::1]:8480\r\n\r\n", 200, ""),
    ROW("length on a get", GET "Content-Length: 2\r\n\r\nab", 200, "ab"),

    /* two answers to "how long is it" */
    ROW("two lengths that differ", POST "Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello", 400,
        0),
    ROW("two lengths that agree", POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400,
        0),
    ROW("a list of lengths", POST "Content-Length: 5, 5\r\n\r\nhello", 400, 0),
    ROW("length, then chunked", POST "Content-Length: 3\r\n" TE "\r\n0\r\n\r\n", 400, 0),
    ROW("chunked, then length", POST TE "Content-Length: 3\r\n\r\n0\r\n\r\n", 400, 0),
    ROW("chunked twice", POST TE TE "\r\n0\r\n\r\n", 400, 0),
    ROW("chunked, chunked", POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400, 0),
    ROW("gzip, chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, 0),
    ROW("chunked, identity", POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400, 0),
    ROW("xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501, 0),
    ROW("gzip", POST "Transfer-Encoding: gzip\r\n\r\n", 501, 0),
    ROW("identity", POST "Transfer-Encoding: identity\r\n\r\n", 501, 0),
    ROW("quoted chunked", POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", 501, 0),
    ROW("chunked with a parameter", POST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n", 501, 0),
    ROW("an empty coding", POST "Transfer-Encoding:\r\n\r\n", 400, 0),
    ROW("chunked and a vertical tab",
        POST "Transfer-Encoding: \x0b"
             "chunked\r\n\r\n0\r\n\r\n",
        400, 0),
    ROW("chunked and a carriage return", POST "Transfer-Encoding: chunked\r\r\n\r\n0\r\n\r\n", 400,
        0),
    ROW("chunked in 1.0", "POST /echo HTTP/1.0\r\n" TE "\r\n0\r\n\r\n", 400, 0),

    /* lengths that are no numbers */
    ROW("length +5", POST "Content-Length: +5\r\n\r\nhello", 400, 0),
    ROW("length -1", POST "Content-Length: -1\r\n\r\nhello", 400, 0),
    ROW("length 5x", POST "Content-Length: 5x\r\n\r\nhello", 400, 0),
    ROW("length 0x5", POST "Content-Length: 0x5\r\n\r\nhello", 400, 0),
    ROW("length 05", POST "Content-Length: 05\r\n\r\nhello", 400, 0),
    ROW("length 5.0", POST "Content-Length: 5.0\r\n\r\nhello", 400, 0),
    ROW("length 1 2", POST "Content-Length: 1 2\r\n\r\nhello", 400, 0),
    ROW("an empty length", POST "Content-Length:\r\n\r\n", 400, 0),
    ROW("length 2^64+5", POST "Content-Length: 18446744073709551621\r\n\r\nhello", 400, 0),
    ROW("length 2^63", POST "Content-Length: 9223372036854775808\r\n\r\nhello", 400, 0),
    ROW("length of a terabyte", POST "Content-Length: 1099511627776\r\n\r\n", 413, 0),

    /* lines */
    ROW("bare line feeds", "GET /j HTTP/1.1\nHost: x\n\n", 400, 0),
    ROW("one bare line feed", "GET /j HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n", 400, 0),
    ROW("a bare line feed ends the head", GET "\n", 400, 0),
    ROW("a bare carriage return", GET "X-A: a\rb\r\n\r\n", 400, 0),
    ROW("two carriage returns", GET "X-A: a\r\r\n\r\n", 400, 0),
    ROW("a folded header", GET "X-A: a\r\n b\r\n\r\n", 400, 0),
    ROW("a folded header with a tab", GET "X-A: a\r\n\tb\r\n\r\n", 400, 0),
    ROW("a blank before the first header", "GET /j HTTP/1.1\r\n Host: x\r\n\r\n", 400, 0),
    ROW("two empty lines first", "\r\n\r\n" GET "\r\n", 400, 0),
    ROW("an empty line feed first", "\n" GET "\r\n", 400, 0),

    /* headers */
    ROW("a space before the colon", POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400, 0),
    ROW("a tab before the colon", POST "Content-Length\t: 5\r\n\r\nhello", 400, 0),
    ROW("a space in a name", GET "X A: 1\r\n\r\n", 400, 0),
    ROW("no colon", GET "X-A\r\n\r\n", 400, 0),
    ROW("no name", GET ": a\r\n\r\n", 400, 0),
    ROW("a name with a quote", GET "X\"A: 1\r\n\r\n", 400, 0),
    ROW("a name above 0x7f", GET "X\xc3\xa9: 1\r\n\r\n", 400, 0),
    ROW("a NUL in a value", GET "X-A: a\0b\r\n\r\n", 400, 0),
    ROW("a NUL in a name", GET "X\0A: b\r\n\r\n", 400, 0),
    ROW("an escape in a value", GET "X-A: a\x1b[31m\r\n\r\n", 400, 0),
    ROW("a DEL in a value", GET "X-A: a\x7f\r\n\r\n", 400, 0),
    ROW("no host", "GET /j HTTP/1.1\r\n\r\n", 400, 0),
    ROW("two hosts", "GET /j HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, 0),
    ROW("two equal hosts", "GET /j HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400, 0),
    ROW("a list of hosts", "GET /j HTTP/1.1\r\nHost: x, y\r\n\r\n", 400, 0),
    ROW("a host with a slash", "GET /j HTTP/1.1\r\nHost: x/y\r\n\r\n", 400, 0),
    ROW("a host with a user", "GET /j HTTP/1.1\r\nHost: a@x\r\n\r\n", 400, 0),
    ROW("a host with a space", "GET /j HTTP/1.1\r\nHost: x y\r\n\r\n", 400, 0),
    ROW("another expectation", POST "Expect: 200-ok\r\nContent-Length: 5\r\n\r\nhello", 417, 0),

    /* the request line */
    ROW("version 9.9", "GET /j HTTP/9.9\r\nHost: x\r\n\r\n", 505, 0),
    ROW("version 2.0", "GET /j HTTP/2.0\r\nHost: x\r\n\r\n", 505, 0),
    ROW("version 1.2", "GET /j HTTP/1.2\r\nHost: x\r\n\r\n", 505, 0),
    ROW("version 0.9", "GET /j HTTP/0.9\r\nHost: x\r\n\r\n", 505, 0),
    ROW("version 1.10", "GET /j HTTP/1.10\r\nHost: x\r\n\r\n", 400, 0),
    ROW("version 1", "GET /j HTTP/1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("version in small letters", "GET /j http/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("no version", "GET /j\r\nHost: x\r\n\r\n", 400, 0),
    ROW("a space behind the version", "GET /j HTTP/1.1 \r\nHost: x\r\n\r\n", 400, 0),
    ROW("a space before the method", " GET /j HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("two spaces", "GET  /j HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("a tab for a space", "GET\t/j HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("a space in the target", "GET /j k HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("a fragment", "GET /j#k HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("a target without a slash", "GET j HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("an empty target", "GET  HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("a star with get", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("connect", "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", 400, 0),
    ROW("a target above 0x7f", "GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("a NUL in the target", "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("an absolute target of another host", "GET http://y/j HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("an absolute target with a user", "GET http://a@x/j HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("an absolute target without a host", "GET http:///j HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("another scheme", "GET ftp://x/j HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("a method with a colon", "G:T /j HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("a method without end",
        "GETGETGETGETGETGETGETGETGETGETGETGET /j HTTP/1.1\r\nHost: x\r\n\r\n", 400, 0),
    ROW("TLS on a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, 0),

    /* chunks */
    ROW("chunk size 2^64+5", POST TE "\r\n10000000000000005\r\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("chunk size of sixteen digits", POST TE "\r\n0000000000000005\r\nhello\r\n0\r\n\r\n", 400,
        0),
    ROW("chunk size 0x5", POST TE "\r\n0x5\r\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("chunk size +5", POST TE "\r\n+5\r\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("chunk size -5", POST TE "\r\n-5\r\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("an empty chunk size", POST TE "\r\n\r\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("chunk size g", POST TE "\r\ng\r\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("a blank before the size", POST TE "\r\n 5\r\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("a blank behind the size", POST TE "\r\n5 \r\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("a blank before an extension", POST TE "\r\n5 ;a\r\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("an extension without a semicolon", POST TE "\r\n5a b\r\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("a line feed in an extension", POST TE "\r\n5;a\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("a NUL in an extension", POST TE "\r\n5;a\0b\r\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("a size that ends in a line feed", POST TE "\r\n5\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("a chunk longer than its size", POST TE "\r\n4\r\nhello\r\n0\r\n\r\n", 400, 0),
    ROW("a chunk without its line end", POST TE "\r\n5\r\nhello0\r\n\r\n", 400, 0),
    ROW("a chunk with a bare line feed", POST TE "\r\n5\r\nhello\n0\r\n\r\n", 400, 0),
    ROW("a chunk that ends in two carriage returns", POST TE "\r\n5\r\nhello\r\r0\r\n\r\n", 400, 0),
    ROW("the last chunk and a line feed", POST TE "\r\n5\r\nhello\r\n0\r\n\n", 400, 0),
    ROW("a trailer without a colon", POST TE "\r\n0\r\nX\r\n\r\n", 400, 0),
    ROW("a folded trailer", POST TE "\r\n0\r\nX: a\r\n b\r\n\r\n", 400, 0),
    ROW("a blank before a trailer's colon", POST TE "\r\n0\r\nX : a\r\n\r\n", 400, 0),
    ROW("a NUL in a trailer", POST TE "\r\n0\r\nX: \0\r\n\r\n", 400, 0),
    ROW("a trailer that ends in a line feed", POST TE "\r\n0\r\nX: a\n\r\n", 400, 0),
};

#undef POST
#undef GET
#undef TE
#undef ROW

#endif
