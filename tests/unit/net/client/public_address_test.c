/* public_address_test.c - which servers may be asked for somebody else. */
#include "net/client/public_address.h"

#include "tests/lib/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static bool is_public(const char *text)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        return address_is_public((const struct sockaddr *)(const void *)&four);
    }
    CHECK_INT(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
    return address_is_public((const struct sockaddr *)(const void *)&six);
}

static void what_is_ours_is_not_asked(void)
{
    static const char *const ours[] = {
        "127.0.0.1",       "127.255.255.254", "10.0.0.1",      "172.16.0.1",  "172.31.255.255",
        "192.168.1.1",     "169.254.169.254", "100.64.0.1",    "0.0.0.0",     "224.0.0.1",
        "255.255.255.255", "192.0.2.1",       "198.18.0.1",    "::1",         "::",
        "fe80::1",         "fc00::1",         "fd12::1",       "ff02::1",     "::ffff:127.0.0.1",
        "::ffff:10.1.2.3", "64:ff9b::a00:1",  "2002:7f00:1::", "2001:db8::1", "2001::1",
    };
    for (size_t i = 0; i < COUNT_OF(ours); i++) {
        CHECK(!is_public(ours[i]));
    }
}

static void what_is_everybodys_may_be_asked(void)
{
    static const char *const public[] = {"1.1.1.1",        "8.8.8.8",       "172.32.0.1",
                                         "172.15.0.1",     "192.169.0.1",   "100.128.0.1",
                                         "223.255.255.1",  "2606:4700::1",  "2a00:1450::1",
                                         "2002:808:808::", "::ffff:8.8.8.8"};
    for (size_t i = 0; i < COUNT_OF(public); i++) {
        CHECK(is_public(public[i]));
    }
}

static void what_is_no_internet_address_is_not(void)
{
    struct sockaddr local = {.sa_family = AF_UNIX};
    CHECK(!address_is_public(&local));
}

static const struct test tests[] = {
    {"what_is_ours_is_not_asked", what_is_ours_is_not_asked, 0},
    {"what_is_everybodys_may_be_asked", what_is_everybodys_may_be_asked, 0},
    {"what_is_no_internet_address_is_not", what_is_no_internet_address_is_not, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
