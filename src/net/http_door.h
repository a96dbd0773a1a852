/* http_door.h - a socket that listens, between the file that opens it and the one that accepts. */
#ifndef NET_HTTP_DOOR_H
#define NET_HTTP_DOOR_H

#include "net/http_core.h"

struct door {
    struct loop_watch watch; /* on the first hall's loop */
    struct loop_timer timer; /* until descriptors are to be had again */
    struct http_server *server;
    int descriptor; /* -1: closed */
    int port;
    enum http_door kind;
    SSL_CTX *tls;   /* NULL: plain */
    char path[108]; /* of a unix socket */
};

/* On a fault error_out says which address and why, and the door is still to be closed. */
NODISCARD enum status door__open(struct door *door, const struct http_listen *options,
                                 struct text *error_out);

/* Nothing more comes in; a unix socket's file goes. Twice is the same as once. */
void door__close(struct door *door);

/* Takes everyone who waits before a door and spreads them over the halls (http_accept.c). */
void door__accept(struct door *door);

#endif
