/* public_address.c - which addresses belong to everybody (RFC 6890). */
#include "net/client/public_address.h"

#include "base/must.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct block {
    uint32_t first;
    unsigned bits;
};

static const struct block closed[] = {
    {0x00000000, 8},  /* "this network" */
    {0x0A000000, 8},  /* 10.0.0.0 */
    {0x64400000, 10}, /* 100.64.0.0, of providers */
    {0x7F000000, 8},  /* loopback */
    {0xA9FE0000, 16}, /* link-local */
    {0xAC100000, 12}, /* 172.16.0.0 */
    {0xC0000000, 24}, /* protocol assignments */
    {0xC0000200, 24}, /* documentation */
    {0xC0A80000, 16}, /* 192.168.0.0 */
    {0xC6120000, 15}, /* benchmarks */
    {0xC6336400, 24}, /* documentation */
    {0xCB007100, 24}, /* documentation */
    {0xE0000000, 3},  /* multicast, and reserved */
};

static bool is_public_4(uint32_t address)
{
    for (size_t i = 0; i < COUNT_OF(closed); i++) {
        uint32_t mask = 0xFFFFFFFFu << (32 - closed[i].bits);
        if ((address & mask) == closed[i].first) {
            return false;
        }
    }
    return true;
}

static uint32_t number_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Only 2000::/3 is given to anybody; of it, the ways into IPv4 are looked through. */
static bool is_public_6(const uint8_t *bytes)
{
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    static const uint8_t translated[12] = {0x00, 0x64, 0xFF, 0x9B};
    if (memcmp(bytes, mapped, sizeof mapped) == 0 ||
        memcmp(bytes, translated, sizeof translated) == 0) {
        return is_public_4(number_at(bytes + 12));
    }
    bool is_global = (bytes[0] & 0xE0) == 0x20;
    bool is_6to4 = bytes[0] == 0x20 && bytes[1] == 0x02;
    bool is_special = bytes[0] == 0x20 && bytes[1] == 0x01 && (bytes[2] & 0xFE) == 0x00;
    bool is_documentation =
        bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0D && bytes[3] == 0xB8;
    return is_global && !is_special && !is_documentation &&
           (!is_6to4 || is_public_4(number_at(bytes + 2)));
}

bool address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof four);
        return is_public_4(ntohl(four.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, address, sizeof six);
        return is_public_6(six.sin6_addr.s6_addr);
    }
    return false;
}
